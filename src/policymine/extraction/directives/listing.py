"""Names in lists, and names behind the words of shared work (会同, 由, 牵头)."""

from __future__ import annotations

import re

from policymine.extraction.directives.bodies import LONGEST, PLACES, SHORT, kind_of, shapes
from policymine.extraction.directives.naming import BAD, FIELDS, lexicon
from policymine.text.span import Span

PAUSE = re.compile("[，,。；;：:]")
PART = re.compile("有关|相关|各|直属")
"""What makes a place the beginning of a longer name: 省有关部门."""
HIGHER, LOWER = (
    re.compile("各?(?:省|设区的?市|市(?:[（(]地[）)])?)"),
    re.compile("(?:[县区市](?!直)|[^，。；、]{2,4}新区).{2,}"),
)
"""Levels that share the body named behind the last of them: 各市、县政府办公室."""
DETERMINING = ("任何", "各级", "有关", "相关", "其他", "其它")
LEVELS = ("各", "市", "县", "省", "有关")
"""What a name starts with that shares nothing of the one before it."""
MIXED = ("单位", "部门", "机构", "地区", "科室", "处室")
"""What shares the determiner of the name before it: 各部门、单位."""
SHORTS = re.compile("[^，。；、和的对将把]{2,4}(?:[、和][^，。；、和的对将把]{2,4})*")
"""Fields of work that stand for their bodies."""
OTHERS = re.compile("等(?:有关|相关)?(?:部门|单位)$")
"""What closes a list of names that are complete: 县发改局、县水利局等部门."""
LIST = re.compile("[^，,。；;]{2,50}?等(?:有关|相关)?(?:部门|单位)")
"""A list that shares its last word, whatever stands in it."""


def members(text: str, span: Span, *, loose: bool = False) -> tuple[Span, ...]:
    """The names that a list joins by 、 or 和, when each is complete; else the list as a whole.

    >>> t = "县住建局、县发改局和各镇"
    >>> [m.of(t) for m in members(t, Span(0, len(t)))]
    ['县住建局', '县发改局', '各镇']
    >>> members("各级工信、卫健等部门", Span(0, 10))
    (Span(start=0, end=10),)
    >>> t = "县发改局、县水利局等部门"
    >>> [m.of(t) for m in members(t, Span(0, len(t)))]
    ['县发改局', '县水利局']
    """
    parts, at = [], span.start
    for mark in shapes()["comma"].finditer(text, span.start, span.end):
        inside = text[span.start : mark.start()]
        if inside.count("（") + inside.count("(") > inside.count("）") + inside.count(")"):
            continue
        if mark[0] not in "、，," and not kind_of(inside):
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
    names = [part.of(text) for part in parts]
    if (others := OTHERS.search(names[-1])) is not None and all(name.startswith(LEVELS) for name in names):
        parts[-1] = Span(parts[-1].start, parts[-1].start + others.start())
        names[-1] = names[-1][: others.start()]
    if (last := _levels(names)) > 0:
        parts[: last + 1] = [Span(parts[0].start, parts[last].end)]
        names[: last + 1] = [parts[0].of(text)]
    return tuple(parts) if all(len(name) > 1 and kind_of(name) for name in names) and not _one(names) else (span,)


def _levels(names: list[str]) -> int:
    """The last name whose body the levels in front of it share (各市、县教育局 of 各市、县教育局和学校), 0 for none."""
    if HIGHER.fullmatch(names[0]) is None:
        return 0
    return max((number for number, name in enumerate(names) if number and LOWER.match(name) is not None), default=0)


def _one(names: list[str]) -> bool:
    """Whether a list shares one determiner or genitive and so must stay whole (各部门、单位; 各镇、各村的干部; …等部门)."""
    if (
        "的" in names[0]
        or "的" in names[-1]
        or "等" in names[-1]
        or "或者" in names[-1]
        or "及其" in names[-1]
        or (names[-1] == "个人" and names[0] != "单位")
    ):
        return True
    if names[0].startswith(DETERMINING) and not any(name.startswith(LEVELS) for name in names[1:]):
        return True
    if names[-1].endswith(("部门", "机关", "单位", "机构")) and any(name in FIELDS for name in names[:-1]):
        return True
    own = [len(name) > 1 and name not in MIXED and name not in FIELDS for name in names[1:]]
    return names[0].startswith("各") and not all(own)


def name_from(text: str, start: int, end: int) -> Span | None:
    """The name that starts at `start` and ends before a comma or a predicate: whom 会同 and 组织 call in.

    >>> t = "会同县财政局、县审计局,对资金开展检查"
    >>> name_from(t, 2, len(t)).of(t)
    '县财政局、县审计局'
    """
    words = lexicon()
    if text.startswith("或", start):
        return None
    if (listed := LIST.match(text, start, end)) is not None:
        return Span(*listed.span())
    last = 0
    stop = PAUSE.search(text, start, min(end, start + LONGEST))
    for match in words.ending.finditer(text, start, stop.start() if stop is not None else min(end, start + LONGEST)):
        at = match.end()
        if PART.match(text, at) or shapes()["unit"].match(text, at, end):
            continue
        closes = at == end or text[at] in "，,。；;对" or words.follow.match(text, at, end) is not None
        closes = closes or (match[0].endswith(("部门", "单位")) and text[at] not in "、和与及的（(")
        if closes and words.goes_on.match(text, at, end) is None and kind_of(text[start:at]):
            return Span(start, at)
        if shapes()["again"].match(text, at) is None and words.goes_on.match(text, at, end) is None and kind_of(text[start:at]):
            last = last or at
    return Span(start, last) if last and last - start <= SHORT else None


def name_at(text: str, start: int, end: int, *, loose: bool = False) -> Span | None:
    """The name between `start` and `end` without the words around it; None when it is none.

    Fields of work count too where `loose`: 公安、住建、消防配合.
    """
    by = shapes()["by"].search(text, start, end)
    start = by.end() if by is not None else start
    while start < end and text[start] in "，,、 对请":
        start += 1
    name = text[start:end]
    if lexicon().patterns[BAD].match(name) and "的" not in name:
        return None
    for tail in ("将", "要", "应当", "须", "共同", "积极", "负责", "密切", "等"):
        name = name.removesuffix(tail)
    if loose and SHORTS.fullmatch(name):
        return Span(start, start + len(name))
    return Span(start, start + len(name)) if (len(name) > 1 or name in PLACES) and kind_of(name) else None
