"""How the signs that the station collects are spelled out as readable features.

A sign is a name with the values observed, such as `("edge", "实", "，", "normal")`; its templates make the features of it.
Signs are few and come again and again, so a model weighs each only once (`LinearModel`), and the text of a feature is written
only for training and for `explain`. Where it counts a sign is packed into a number (codes.py): that takes a line in `FIELDS`
besides the one in `TEMPLATES`; a new sign may as well be a tuple. A plain text is a feature of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from policymine.extraction.directives.codes import unpacked

Sign = int | str | tuple[object, ...]
Templates = tuple[str, ...]

TEMPLATES: dict[str, tuple[Templates, ...]] = {
    # a sentence
    "paper": (("bias", "kind={0}", "role={1}", "outer={2}", "kind&role={0}&{1}"),),
    "sentence": (
        ("s.cue={1}", "s.tone={2}", "s.tone&cue={2}&{3}", "s.lead={4}", "role&s.lead={0}&{4}", "role&ordered={0}&{3}",
         "s.subject={5}", "s.clauses={6}"),
    ),
    "head": (("s.head={0}&{1}&{2}", "s.head&tone={0}&{1}&{2}&{3}"),),
    "frame": (("label={0}", "s.closing={1}"), ("heading{2}", "heading{2}&label={3}"), ("expansion{4}",), ("opens{5}",)),
    "leadin": (("leadin", "leadin&cue={0}", "leadin&subject={1}"),),
    "says": (("s.has={*}",),),
    "listed": (
        ("listed", "listed&by={0}", "listed&lead={1}", "listed&of={2}&{3}", "listed&as={4}", "listed&as&lead={4}&{1}"),
    ),
    "length": (("{0}&size={1}", "{0}&size&longer={1}&{2}&{3}"),),
    "announces": (
        ("{0}", "{0}&next={1}", "{0}&next.lead={2}", "{0}&subject={3}", "{0}&digits={4}", "{0}&style={5}", "{0}&cue={6}",
         "{0}&longer={7}", "{0}&shares={8}", "{0}&shares&longer={8}&{7}", "{0}&shares&cue={8}&{6}"),
    ),
    # a clause
    "clause": (
        ("cue={2}", "lead={1}", "shape={1}&{2}", "subject={3}", "role&lead={0}&{1}", "role&cue={0}&{2}",
         "subject&shape={3}&{1}&{2}", "fronted={4}"),
        ("kind&lead={5}&{1}",), ("adverb{6}", "adverb{6}&cue={2}"), ("digits={7}",),
    ),
    "edge": (("tail={0}", "closing={1}", "size={2}"),),
    "has": (("has={*}", "has={*}&{0}"),),
    "before": (
        ("before.cue={0}", "later.cue={1}", "before.fact={2}", "cue&before={3}&{5}", "lead&before={4}&{5}", "lead&fact={4}&{2}",
         "place={6}"),
        ("pre={4}&{7}&{8}&{9}",),
    ),
    "around": (("prev.lead={0}", "prev.subject={1}"), ("next.lead={3}", "lead&next={2}&{3}")),
    # a boundary
    "rule": (
        ("rule={0}", "fronted={1}", "opened={2}", "fronted&opened={1}&{2}", "alone={3}&{1}", "leads={1}&{4}", "acts={1}&{5}"),
    ),
    "moods": (("mood={0}&{1}", "own={1}", "lead={2}", "lead&own={2}&{1}", "adverb={3}&{1}", "prev.lead={4}", "run={5}"),),
    "bearers": (("subject={0}", "subject&had={0}&{1}", "subject&cue={0}&{2}&{3}", "shares={4}"),),
    "joint": (("cue={0}", "prev.fronted={1}", "prev.tail={2}", "size={3}"),),
    "echo": (("echo={2}", "echo&subject={2}&{0}", "echo&same={2}&{1}"),),
    "marks": (("has={*}",),),
    "ran": (("had={*}",),),
    "both": (("both={*}",),),
    "preposition": (("preposition={0}&{1}",),),
    "digits": (("digits", "digits&subject={0}"),),
    # a directive
    "directive": (("bias", "modality={0}", "force={1}", "role={2}", "clauses={3}"),),
    "leads": (("lead={*}",),),
    "deeds": (("acts={0}", "idle={1}", "acts&vague={0}&{2}"),),
    "members": (
        ("member={*}", "concrete.share={0}", "concrete.members={1}", "concrete.none={2}", "members&concrete={3}&{4}",
         "alone&general={5}&{6}"),
    ),
    "balance": (("vague={0}", "concrete={1}", "balance={2}"),),
    "extent": (("size={0}", "digits{1}", "times{2}"),),
}  # fmt: skip
"""`{0}`, `{1}` … stand for the values; a template with a value that is None makes no feature; `{*}` stands for each member of
the last value, a set. Of each inner group of templates the strongest feature is given as a reason."""


def expand(sign: Sign) -> tuple[str, ...]:
    """The features of a sign.

    >>> expand(("has", "cue", frozenset({"penalty"})))
    ('has=penalty', 'has=penalty&cue')
    >>> from policymine.extraction.directives.codes import packed
    >>> expand(packed("echo", "person", True, "act"))
    ('echo=act', 'echo&subject=act&person', 'echo&same=act&True')
    >>> expand("word=建立")
    ('word=建立',)
    """
    return tuple([feature for group in expand_groups(sign) for feature in group])


def expand_groups(sign: Sign) -> list[list[str]]:
    """The features of a sign, those of each group of its templates together; empty groups left out.

    >>> expand_groups(("around", None, None, "verb", "cue"))
    [['next.lead=cue', 'lead&next=verb&cue']]
    """
    if isinstance(sign, str):
        return [[sign]]
    name, values = unpacked(sign) if isinstance(sign, int) else (str(sign[0]), list(sign[1:]))
    groups = [[feature for one in group for feature in filled(one, values)] for group in TEMPLATES[name]]
    return [group for group in groups if group]


def filled(template: str, values: list[object]) -> list[str]:
    """The features that one template makes of the values."""
    if any(value is None and f"{{{number}}}" in template for number, value in enumerate(values)):
        return []
    if "{*}" not in template:
        return [template.format(*values)]
    last = values[-1]
    assert isinstance(last, frozenset)
    return [template.replace("{*}", str(member)).format(*values) for member in sorted(last)]


def spelled(row: Iterable[Sign]) -> list[str]:
    """The features of a row of signs, each once."""
    return list(dict.fromkeys(feature for sign in row for feature in expand(sign)))
