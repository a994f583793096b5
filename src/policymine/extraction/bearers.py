"""Who must act: subjects of clauses, lists of names, roles in a division of work.

A name is read by its last characters (organisations.toml) and its place in the clause, never from a list of names.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from policymine import rules
from policymine.text.span import Span

PACKAGE = "policymine.extraction"
LONGEST_SUBJECT = 60


class Subject(NamedTuple):
    """The grammatical subject of a clause; `kind` is `organisation`, `person`, `pronoun` or `thing`."""

    start: int
    end: int
    kind: str


@cache
def endings() -> dict[str, str]:
    """Endings of names and the kind of body or person they tell."""
    kinds = rules.load(PACKAGE, "organisations").lexicons["kinds"]
    return {ending: kind for kind, listed in kinds.items() for ending in listed}


@cache
def _ends() -> tuple[str, ...]:
    return tuple(endings())


@cache
def _not_ends() -> tuple[str, ...]:
    return tuple(rules.load(PACKAGE, "organisations").lexicons["not_bearers"]["ends"])


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """An ending with a predicate behind it; adverbs at the end of a subject; words no subject starts with; pronouns."""
    words = rules.load(PACKAGE, "directives").lexicons["lexicons"]

    def some(listed: list[str]) -> str:
        return "|".join(sorted(map(re.escape, set(listed)), key=len, reverse=True))

    end = some([*endings()])
    follow = some(
        [
            *[w for w in words["adverbs"] if w != "主要"],
            *words["verbs"],
            "对",
            "把",
            "将",
            "在",
            "于",
            "按",
            "从",
            "每",
            "以",
            "与",
            "不",
            "为",
            "就",
            "有",
        ]
    )
    tail = some(
        [*words["adverbs"], "都", "也", "均", "还", "又", "更", "则", "就", "一定", "首先", "特别", "仍", "今后", "必须"]
    )
    start = some(
        [*words["verbs"], *[w for w in words["prepositions"] if w not in ("凡", "凡是", "和", "与", "由", "经", "除")]]
    )
    return (
        re.compile(f"(?:{end})[”）)]?(?={follow})"),
        re.compile(f"(?:{tail})+$"),
        re.compile(f"(?:{start})(?!建)"),
        re.compile(f"(?:{some(words['pronouns'])})(?:都|也|还|每[个名位]人)?"),
    )


def subject_of(text: str, start: int, end: int, *, cue: int | None, lead: str) -> Subject | None:
    """The subject that the clause `start`–`end` names in front of its deontic word (offset `cue`) or its verb.

    >>> t = "县住建局、县发改局要建台账"
    >>> subject_of(t, 0, len(t), cue=9, lead="")
    Subject(start=0, end=9, kind='organisation')
    >>> subject_of("督促企业落实责任", 0, 8, cue=None, lead="verb") is None
    True
    """
    if text.startswith("由", start):
        start += 1
    if cue is not None:
        return _before_cue(text, start, cue)
    if lead in ("verb", "result"):
        return None
    return _before_verb(text, start, min(end, start + LONGEST_SUBJECT))


def _kind(name: str) -> str | None:
    """The kind of body or person that a name ends with, None for a thing."""
    name = name.rstrip("”）)’")
    if name.endswith(_not_ends()) or not name.endswith(_ends()):
        return None
    longest = max((e for e in endings() if name.endswith(e)), key=len)
    return "person" if endings()[longest] == "persons" else "organisation"


def _starts_badly(text: str, start: int, end: int) -> bool:
    """Whether what stands there is a verb or prepositional phrase, not a name."""
    match = _patterns()[2].match(text, start, end)
    return match is not None and "的" not in text[match.end() : end]


def _before_cue(text: str, start: int, cue: int) -> Subject | None:
    if cue <= start or cue - start > LONGEST_SUBJECT * 2:
        return None
    verb, tail, _, pronoun = _patterns()
    front = text[start:cue]
    cut = tail.search(front)
    name = front[: cut.start()] if cut else front
    if not name:
        return None
    match = pronoun.match(name)
    if match is not None:
        return Subject(start, start + match.end(), "pronoun")
    kind = _kind(name)
    if kind is not None and not _starts_badly(text, start, start + len(name)):
        return Subject(start, start + len(name), kind)
    for match in verb.finditer(text, start, cue):
        kind = _kind(text[start : match.end()])
        if kind is not None:
            return None if _starts_badly(text, start, match.end()) else Subject(start, match.end(), kind)
    if _starts_badly(text, start, start + len(name)):
        return None
    return Subject(start, start + len(name), "thing")


def _before_verb(text: str, start: int, end: int) -> Subject | None:
    verb, _, _, pronoun = _patterns()
    match = pronoun.match(text, start, end)
    if match is not None:
        return Subject(start, match.end(), "pronoun")
    for match in verb.finditer(text, start, end):
        kind = _kind(text[start : match.end()])
        if kind is not None:
            return None if _starts_badly(text, start, match.end()) else Subject(start, match.end(), kind)
    return None


@cache
def _commas() -> re.Pattern[str]:
    return re.compile(r"[、]|(?<=[^、])(?:以及|及其|和|与|及)(?=[^、])")


def members(text: str, span: Span, *, loose: bool = False) -> tuple[Span, ...]:
    """The names that a list joins by 、 or 和, when each is complete; else the list as a whole.

    >>> t = "县住建局、县发改局和各镇"
    >>> [m.of(t) for m in members(t, Span(0, len(t)))]
    ['县住建局', '县发改局', '各镇']
    >>> members("各级工信、卫健等部门", Span(0, 10))
    (Span(start=0, end=10),)
    """
    parts, at = [], span.start
    for mark in _commas().finditer(text, span.start, span.end):
        inside = text[span.start : mark.start()]
        if inside.count("（") + inside.count("(") > inside.count("）") + inside.count(")"):
            continue
        if mark[0] != "、" and not inside.endswith(_ends()):
            continue
        if mark.start() > at:
            parts.append(Span(at, mark.start()))
        at = mark.end()
    if at < span.end:
        parts.append(Span(at, span.end))
    if len(parts) < 2:
        return (span,)
    if loose:
        return tuple(parts)
    names = [part.of(text).rstrip("”）)") for part in parts]
    complete = all(name.endswith(_ends()) and not name.endswith(_not_ends()) and len(name) > 1 for name in names)
    genitive = any("的" in name for name in names[:1] + names[-1:])
    return tuple(parts) if complete and not genitive and "等" not in names[-1][:2] else (span,)


def name_at(text: str, start: int, end: int) -> Span | None:
    """The name that ends at `end`: what stands behind the last comma, time or preposition before it; None for no name."""
    while start < end and text[start] in "由，,、 对请":
        start += 1
    kept = Span(start, end)
    name = kept.of(text).rstrip("负责要将应当须共同积极")
    if len(name) < 2 or _kind(name) is None:
        return None
    return Span(start, start + len(name))
