"""Who must act: the subject of a clause, and the members of a list of names.

A name is read by its last characters (organisations.toml) and its place in the clause, never from a list of names.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from typing import NamedTuple

from policymine import rules
from policymine.extraction.directives_scanning import PACKAGE, alternation
from policymine.text.span import Span

PHRASE = re.compile("[对把将从向按]")
OBJECTS = ("群众", "学生", "职工", "员工", "老人", "妇女", "居民", "村民", "农民", "市民", "家长")
"""People whom verbs have as objects: 教育群众 names nobody."""
LONGEST = 60
"""Characters in which a subject is looked for."""


class Subject(NamedTuple):
    """The grammatical subject of a clause; `kind` is `organisation`, `person`, `pronoun` or `thing`."""

    start: int
    end: int
    kind: str


class _Words(NamedTuple):
    kinds: dict[str, str]
    longest: int
    bare: frozenset[str]
    determiners: tuple[str, ...]
    ending: re.Pattern[str]
    follow: re.Pattern[str]
    tail: re.Pattern[str]
    bad: re.Pattern[str]
    pronoun: re.Pattern[str]
    goes_on: re.Pattern[str]
    nominal: re.Pattern[str]
    stative: re.Pattern[str]
    by: re.Pattern[str]
    comma: re.Pattern[str]


@cache
def _words() -> _Words:
    bodies = rules.load(PACKAGE, "organisations").lexicons
    heads = rules.load(PACKAGE, "directives").lexicons["lexicons"]
    own = rules.load(PACKAGE, "bearers").lexicons
    kinds: dict[str, str] = {}
    for kind, listed in bodies["kinds"].items():
        kinds |= dict.fromkeys(listed, "person" if kind == "persons" else "organisation")
    endings = alternation([*kinds])
    kinds |= dict.fromkeys(bodies["not_bearers"]["ends"], "")
    nominal = bodies["nominal"]["verbs"]
    verbs = [verb for verb in heads["verbs"] if verb not in nominal]
    prepositions = [word for word in heads["prepositions"] if word not in ("凡", "凡是", "和", "与")]
    starts = [*verbs, *heads["adverbs"], *prepositions, *own["starts"]["no"]]
    follows = alternation([*heads["adverbs"], *heads["verbs"], *own["follows"]["words"]])
    tails = [*heads["adverbs"], "都", "也", "均", "还", "又", "更", "则", "就", "一定", "首先", "特别", "今后", "必须"]
    return _Words(
        kinds=kinds,
        longest=max(map(len, kinds)),
        bare=frozenset(bodies["determiners"]["bare"]),
        determiners=tuple(bodies["determiners"]["words"]),
        ending=re.compile(f"(?:{endings})[”）)]?"),
        follow=re.compile(f"(?!负责(?:人|同志)|主要|均由)(?:{follows}|[\\d０-９])"),
        tail=re.compile(f"(?:{alternation(tails)})+$"),
        bad=re.compile(f"(?!{own['starts']['yes']})(?:{alternation(starts)})"),
        pronoun=re.compile(f"(?:{alternation(heads['pronouns'])})(?![他它余])(?:都|也|还|每[个名位]人)?"),
        goes_on=re.compile(f"(?:和|及)?(?:{alternation(bodies['nominal']['inside'])}){{1,3}}(?:{endings})"),
        nominal=re.compile(alternation(nominal)),
        stative=re.compile(own["starts"]["stative"]),
        by=re.compile(own["patterns"]["by"]),
        comma=re.compile(r"[、，,]|(?<=[^、])(?:以及|及其|和|与|及)(?=[^、])"),
    )


def kind_of(name: str) -> str:
    """What a name is by its ending: `organisation`, `person`, or "" for a thing.

    >>> [kind_of(n) for n in ("县教育局", "网格员", "工作格局", "各镇", "一个镇")]
    ['organisation', 'person', '', 'organisation', '']
    """
    words = _words()
    name = name.rstrip("”）)’")
    for length in range(min(words.longest, len(name)), 0, -1):
        ending = name[-length:]
        kind = words.kinds.get(ending)
        if kind is not None:
            if ending in words.bare and ending in ("省", "市", "县", "区", "镇", "乡", "村", "社区", "街道"):
                return kind if len(name) == length or "的" in name or any(w in name for w in words.determiners) else ""
            return "" if ending in words.bare and len(name) < 2 else kind
    return ""


def subject_of(
    text: str, start: int, end: int, *, cue: int | None, lead: str, times: Container[int] = ()
) -> Subject | None:  # fmt: skip
    """The subject that the clause `start`–`end` names in front of its deontic word (offset `cue`) or its verb.

    Args:
        text: the document.
        start: where the clause or the place to look starts.
        end: where the clause ends.
        cue: where its deontic word starts, None for a bare imperative.
        lead: the class of its first word; a clause that starts with a verb has no subject.
        times: where time expressions start; a subject may stand right before one.

    >>> t = "县住建局、县发改局要建台账"
    >>> subject_of(t, 0, len(t), cue=9, lead="")
    Subject(start=0, end=9, kind='organisation')
    >>> subject_of("督促企业落实责任", 0, 8, cue=None, lead="verb") is None
    True
    >>> t = "费用由县教育局每月核定"
    >>> subject_of(t, 0, len(t), cue=None, lead="")
    Subject(start=3, end=7, kind='organisation')
    """
    limit = end if cue is None else cue
    by = _words().by.search(text, start, min(limit, start + LONGEST))
    if by is not None:
        return _scan(text, by.end(), limit, end=end, times=times, trusted=True)
    if cue is not None:
        return _before_cue(text, start, cue, end=end, times=times)
    if lead == "result":
        return None
    match = _words().pronoun.match(text, start, end)
    if match is not None:
        return Subject(start, match.end(), "pronoun")
    return _scan(text, start, end, end=end, times=times)


def _before_cue(text: str, start: int, cue: int, *, end: int, times: Container[int]) -> Subject | None:
    if cue <= start or cue - start > LONGEST * 2:
        return None
    words = _words()
    front = text[start:cue]
    cut = words.tail.search(front)
    name = front[: cut.start()] if cut else front
    if not name:
        return None
    match = words.pronoun.match(name)
    if match is not None:
        return Subject(start, start + match.end(), "pronoun")
    kind = kind_of(name)
    bad = _verb_first(text, start, start + len(name))
    early = _scan(text, start, cue, end=end, times=times) if PHRASE.search(name) else None
    if early is not None and PHRASE.match(text, early.end):
        return early
    if kind and not bad:
        return Subject(start, start + len(name), kind)
    found = _scan(text, start, cue, end=end, times=times)
    if found is not None or bad:
        return found
    return Subject(start, start + len(name), "thing")


def _verb_first(text: str, start: int, end: int) -> bool:
    """Whether what stands there starts with a verb or preposition and is no name (处于…的企业 is one)."""
    words = _words()
    named = words.stative.match(text, start, end) is not None and "的" in text[start:end]
    return not named and words.bad.match(text, start, end) is not None


def _starts_badly(text: str, start: int, end: int) -> bool:
    """Whether it is a verb with its object rather than a name: 教育群众 is, 受理机关 is not."""
    if _words().nominal.match(text, start, end) is None:
        return _verb_first(text, start, end)
    name = text[start:end]
    if name.startswith(("教育引导", "负责对")):
        return True
    return name.endswith(OBJECTS) or "各" in name or (len(name) == 4 and name.endswith(("企业", "学校")))


def _scan(
    text: str, start: int, limit: int, *, end: int, times: Container[int], trusted: bool = False
) -> Subject | None:  # fmt: skip
    """The first name from `start` that a predicate follows; `trusted` where 由 told that a name comes."""
    words = _words()
    if (
        not trusted
        and words.bad.match(text, start, limit) is not None
        and "的" not in text[start : min(limit, start + LONGEST)]
    ):
        return None
    for match in words.ending.finditer(text, start, min(limit, start + LONGEST)):
        at = match.end()
        if words.follow.match(text, at, end) is None and at not in times and not (trusted and at == end):
            continue
        if words.goes_on.match(text, at, end) is not None:
            continue
        if text[at - 1] == "所" and text[at : at + 1] in "有在属需":
            continue
        if text[start:at].count("“") > text[start:at].count("”"):
            continue
        kind = kind_of(text[start:at])
        if kind:
            return Subject(start, at, kind) if trusted or not _starts_badly(text, start, at) else None
    return None


def members(text: str, span: Span, *, loose: bool = False) -> tuple[Span, ...]:
    """The names that a list joins by 、 or 和, when each is complete; else the list as a whole.

    >>> t = "县住建局、县发改局和各镇"
    >>> [m.of(t) for m in members(t, Span(0, len(t)))]
    ['县住建局', '县发改局', '各镇']
    >>> members("各级工信、卫健等部门", Span(0, 10))
    (Span(start=0, end=10),)
    """
    parts, at = [], span.start
    for mark in _words().comma.finditer(text, span.start, span.end):
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
    return tuple(parts) if all(len(name) > 1 and kind_of(name) for name in names) and not _one(names) else (span,)


def _one(names: list[str]) -> bool:
    """Whether a list shares one determiner or genitive and so must stay whole (各部门、单位; 各镇、各村的干部; …等部门)."""
    if "的" in names[0] or "的" in names[-1] or "等" in names[-1]:
        return True
    own = ("各", "市", "县", "省", "有关")
    if names[0].startswith(("任何", "各级", "有关", "相关")) and not any(name.startswith(own) for name in names[1:]):
        return True
    return any(len(name) <= 2 and not name.startswith("各") for name in names[1:]) and names[0].startswith("各")


def name_from(text: str, start: int, end: int) -> Span | None:
    """The name that starts at `start` and ends before a comma or a predicate: whom 会同 and 组织 call in.

    >>> t = "会同县财政局、县审计局,对资金开展检查"
    >>> name_from(t, 2, len(t)).of(t)
    '县财政局、县审计局'
    """
    words = _words()
    for match in words.ending.finditer(text, start, min(end, start + LONGEST)):
        at = match.end()
        closes = at == end or text[at] in "，,。；;对" or words.follow.match(text, at, end) is not None
        if closes and words.goes_on.match(text, at, end) is None and kind_of(text[start:at]):
            return Span(start, at)
    return None


def name_at(text: str, start: int, end: int) -> Span | None:
    """The name between `start` and `end` without the words around it; None when it is none."""
    by = _words().by.search(text, start, end)
    start = by.end() if by is not None else start
    while start < end and text[start] in "，,、 对请":
        start += 1
    name = text[start:end]
    for tail in ("将", "要", "应当", "须", "共同", "积极", "负责", "密切", "等"):
        name = name.removesuffix(tail)
    return Span(start, start + len(name)) if len(name) > 1 and kind_of(name) else None
