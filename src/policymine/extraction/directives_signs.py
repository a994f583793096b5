"""How the signs that the station collects are spelled out as readable features.

A sign is a name with the values observed, such as `("order", "must", "verb")`; its templates make the features of it. Signs are
few and come again and again, so a model weighs each only once (`LinearModel`), and the text of a feature is written only for
training and for `explain`. A plain text is a feature of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

Sign = str | tuple[object, ...]

TEMPLATES: dict[str, tuple[str, ...]] = {
    # a sentence
    "paper": ("bias", "kind={0}", "role={1}", "outer={2}", "kind&role={0}&{1}"),
    "sentence": (
        "s.cue={1}", "s.tone={2}", "s.tone&cue={2}&{3}", "s.lead={4}", "role&s.lead={0}&{4}", "role&ordered={0}&{3}",
        "s.subject={5}", "s.clauses={6}",
    ),
    "head": ("s.head={0}&{1}&{2}", "s.head&tone={0}&{1}&{2}&{3}"),
    "frame": ("label={0}", "s.closing={1}"),
    "heading": ("heading", "heading&label={0}"),
    "leadin": ("leadin", "leadin&cue={0}", "leadin&subject={1}"),
    "says": ("s.has={*}",),
    "listed": ("listed", "listed&by={0}", "listed&lead={1}", "listed&of={2}&{3}", "listed&as={4}", "listed&as&lead={4}&{1}"),
    "length": ("{0}&size={1}", "{0}&size&longer={1}&{2}&{3}"),
    "announces": (
        "{0}", "{0}&next={1}", "{0}&next.lead={2}", "{0}&subject={3}", "{0}&digits={4}", "{0}&style={5}", "{0}&cue={6}",
        "{0}&longer={7}",
    ),
    # a clause
    "order": (
        "cue={2}", "lead={1}", "shape={1}&{2}", "subject={3}", "role&lead={0}&{1}", "role&cue={0}&{2}",
        "subject&shape={3}&{1}&{2}", "fronted={4}",
    ),
    "kind": ("kind&lead={0}&{1}",),
    "adverb": ("adverb", "adverb&cue={0}"),
    "edge": ("tail={0}", "closing={1}", "size={2}"),
    "has": ("has={*}", "has={*}&{0}"),
    "before": (
        "before.cue={0}", "later.cue={1}", "before.fact={2}", "cue&before={3}&{5}", "lead&before={4}&{5}", "lead&fact={4}&{2}",
        "place={6}",
    ),
    "pre": ("pre={0}&{1}&{2}&{3}",),
    "previous": ("prev.lead={0}", "prev.subject={1}"),
    "next": ("next.lead={1}", "lead&next={0}&{1}"),
    # a boundary
    "rule": (
        "rule={0}", "fronted={1}", "opened={2}", "fronted&opened={1}&{2}", "alone={3}&{1}", "leads={1}&{4}", "acts={1}&{5}",
    ),
    "moods": ("mood={0}&{1}", "own={1}", "lead={2}", "lead&own={2}&{1}", "adverb={3}&{1}", "prev.lead={4}", "run={5}"),
    "bearers": ("subject={0}", "subject&had={0}&{1}", "subject&cue={0}&{2}&{3}", "shares={4}"),
    "joint": ("cue={0}", "prev.fronted={1}", "prev.tail={2}", "size={3}"),
    "marks": ("has={*}",),
    "ran": ("had={*}",),
    "both": ("both={*}",),
    "preposition": ("preposition={0}&{1}",),
    "digits": ("digits", "digits&subject={0}"),
    # a directive
    "directive": ("bias", "modality={0}", "force={1}", "role={2}", "clauses={3}"),
    "deeds": ("acts={0}", "idle={1}", "acts&vague={0}&{2}"),
    "balance": ("vague={0}", "concrete={1}", "balance={2}"),
}  # fmt: skip
"""`{0}`, `{1}` … stand for the values; `{*}` for each member of the last value, a set."""


def expand(sign: Sign) -> tuple[str, ...]:
    """The features of a sign.

    >>> expand(("has", "cue", frozenset({"penalty"})))
    ('has=penalty', 'has=penalty&cue')
    >>> expand("word=建立")
    ('word=建立',)
    """
    if isinstance(sign, str):
        return (sign,)
    name, *values = sign
    found: list[str] = []
    for template in TEMPLATES[str(name)]:
        if "{*}" not in template:
            found.append(template.format(*values))
            continue
        last = values[-1]
        assert isinstance(last, frozenset)
        found += [template.replace("{*}", str(member)).format(*values) for member in sorted(last)]
    return tuple(found)


def spelled(row: Iterable[Sign]) -> list[str]:
    """The features of a row of signs, each once."""
    return list(dict.fromkeys(feature for sign in row for feature in expand(sign)))
