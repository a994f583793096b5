"""Who must act: the subject of a clause, and the members of a list of names.

A name is read by its last characters (organisations.toml) and its place in the clause, never from a list of names.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from policymine import rules
from policymine.extraction.directives.naming import AND_SO_ON, BAD, FOLLOW, GOES_ON, NOMINAL, OBJECTS, PRONOUN, lexicon
from policymine.extraction.directives.scanning import PACKAGE
from policymine.extraction.directives.tries import ANYTHING, bit
from policymine.text.joining import joined
from policymine.text.points import kinds_of
from policymine.text.remembering import Remembered
from policymine.text.span import Span

ARTICLE, BY = bit("patterns.article"), bit("patterns.by")
PHRASE = re.compile("[对把将从向按]")
BRACKET = re.compile("(?<=.)[（(](?:[^（）()]{1,6}|[^（）()]{1,20}(?:，下同|简称[^（）()]{1,12}))[）)]$")
"""A second name of the same rank: 乡镇（街道）."""
ENTERED = re.compile("(?:进入|进出|出入(?!境)|离开|返回|需要|涉及)[^的]*$")
"""Where somebody goes is nobody: 进入车间."""
CHARGED = re.compile("(?:主要|具体|统筹)?负责(?!人|同志|单位|部门)|联合(?!会|国|体)")
"""What a duty starts with, not a name: 负责督导各市, 联合县气象局."""
LISTED = re.compile("[、和与及]")
OTHER = re.compile("[“‘按搞发进把对将]|(?<!所)在")
"""What no name of somebody addressed has inside."""
TORN = frozenset("有在属需谓未作程业期署会法组宣统编研学技派托")
"""What `torn` of bearers.toml begins with: cheap to ask first."""
PLACES = tuple("省市县区镇乡")
SINGLE = (*PLACES, "地方", "省级", "市级", "县级", "乡级", "镇级")
"""Places that are names only in front of a word of duty: 地方储备粮 is a thing."""
OWING = ("将", "要", "应", "须", "负责", "牵头", "承担", "必须", "不得")
"""Words of duty in front of which a place is somebody: 市级负责指导各县."""
SPOTS = frozenset("县市镇乡旗区")
DETERMINED = ("各", "有关", "相关")
"""What a name starts with that is one whatever verb follows it: 各有关部门同向发力."""
ACTING = ("部门", "单位", "机关", "机构", "各地")
UNFINISHED = frozenset("的、和与及或（(级等，,内间之上下")
"""What a name goes on with, or what makes it another one."""
SHORT = 12
"""Characters in which a name is looked for that no known verb follows."""
BEHIND_CUE = 5
"""Characters from a deontic word on in which 由 names who acts: 可以由县财政局承担."""
LONGEST = 60
"""Characters in which a subject is looked for."""


class Subject(NamedTuple):
    """The grammatical subject of a clause; `kind` is `organisation`, `person`, `pronoun` or `thing`."""

    start: int
    end: int
    kind: str


@cache
def shapes() -> dict[str, re.Pattern[str]]:
    """How names and the division of work are written: the patterns of bearers.toml."""
    written: dict[str, str] = rules.load(PACKAGE, "bearers").lexicons["patterns"]
    return {name: re.compile(pattern) for name, pattern in written.items()}


def kind_of(name: str) -> str:
    """What a name is by its ending: `organisation`, `person`, or "" for a thing.

    >>> [kind_of(n) for n in ("县教育局", "网格员", "工作格局", "各镇", "一个镇")]
    ['organisation', 'person', '', 'organisation', '']
    """
    words = lexicon()
    if name.endswith(("）", ")", "”", "’")):
        name = BRACKET.sub("", name).rstrip("”）)’")
    for length in words.lengths.get(name[-1:], ()):  # longest first
        ending = name[-length:]
        kind = words.kinds.get(ending)
        if kind is not None:
            if ending in words.bare and ending in ("省", "市", "县", "区", "镇", "乡", "村", "社区", "街道"):
                return kind if name == ending or "的" in name or any(w in name for w in words.determiners) else ""
            return "" if (ending in words.bare and len(name) < 2) or ENTERED.search(name) else kind
    return ""


def subject_of(
    text: str, start: int, end: int, *, cue: int | None, lead: str, times: Collection[int] = ()
) -> Subject | None:  # fmt: skip
    """The subject that the clause `start`–`end` names in front of its deontic word; see `Names.subject`.

    >>> t = "县住建局、县发改局要建台账"
    >>> subject_of(t, 0, len(t), cue=9, lead="")
    Subject(start=0, end=9, kind='organisation')
    >>> subject_of("督促企业落实责任", 0, 8, cue=None, lead="verb") is None
    True
    >>> t = "费用由县教育局每月核定"
    >>> subject_of(t, 0, len(t), cue=None, lead="")
    Subject(start=3, end=7, kind='organisation')
    """
    return Names(text, times=times).subject(start, end, cue=cue, lead=lead)


class _Marked(NamedTuple):
    """Where names may stand in a text.

    `at` has the patterns that may match at every character and at the end of the text, as bits; `endings` where the word may
    stand that a name ends with; `bounds` where a name may end and a predicate start, `closed` for every place whether a name
    may end there at all.
    """

    at: list[int]
    endings: list[int]
    bounds: list[int]
    closed: bytes


def look_through(texts: Sequence[str]) -> None:
    """Looks through texts whose names will be read, together."""
    _marked.each(texts)


@Remembered
def _marked(texts: Sequence[str]) -> list[_Marked]:
    words, every = lexicon(), joined(tuple(texts))
    marks = words.prefixes.marks(every.text)
    numbers = marks.numbers()
    numbers[every.ends] = 0
    closed = np.zeros(len(numbers), np.bool_)
    closed[1:] = kinds_of(every.text, words.lasts)
    closed[every.starts] = False
    bounds = every.shares((closed & ((numbers & (FOLLOW | AND_SO_ON)) != 0)).nonzero()[0])
    endings, at, told = every.shares(marks.places("ending")), numbers.tolist(), closed.tobytes()
    places = zip(every.starts.tolist(), every.ends.tolist(), endings, bounds, strict=True)
    return [_Marked(at[start : end + 1], own, ending, told[start : end + 1]) for start, end, own, ending in places]


class Names:
    """The names of a text: where one may end, what may follow it, what can't start one, looked up once for all its clauses.

    Args:
        text: the document.
        times: where its time expressions start; a subject may stand right before one.
    """

    __slots__ = ("_at", "_bounds", "_endings", "_times", "_words", "text")

    def __init__(self, text: str, *, times: Collection[int] = ()) -> None:
        self.text, self._times, self._words = text, times, lexicon()
        self._at, self._endings, self._bounds, closed = _marked(text)
        if before := [time for time in times if closed[time]]:
            self._bounds = sorted({*self._bounds, *before})

    def subject(self, start: int, end: int, *, cue: int | None, lead: str, may: int = ANYTHING) -> Subject | None:
        """The subject that the clause `start`–`end` names in front of its deontic word (offset `cue`) or its verb.

        Args:
            start: where the clause or the place to look starts.
            end: where the clause ends.
            cue: where its deontic word starts, None for a bare imperative.
            lead: the class of its first word; a clause that starts with a verb has no subject.
            may: the patterns that can match in it at all, see `tries`.
        """
        if may & ARTICLE and (article := shapes()["article"].match(self.text, start, end)) is not None:
            start = article.end()  # the label of an article inside a line: 第二章 职责 第六条 县财政局…
        if start >= end or self.text[start] == "、":
            return None
        if self.text[start] == "除" and self.text[end - 1] == "外":
            return None  # an exception: who acts in it is not who must
        limit = end if cue is None else cue
        if may & BY:
            told, found = self._named_by(start, min(limit, start + LONGEST), limit=limit, end=end)
            if told:
                return found
            if cue is not None and (by := shapes()["by"].search(self.text, cue, min(end, cue + BEHIND_CUE))) is not None:
                return self._scan(by.end(), end, end=end, trusted=True) or self._told(by.end(), end)
        if self.text[start] == "由":
            return None
        if cue is not None:
            return self._before_cue(start, cue, end=end) or (self._charged(cue, end) if may & BY else None)
        if lead == "result" and self._match(NOMINAL, start, end) is None:
            return None
        if self._at[start] & PRONOUN and (match := self._match(PRONOUN, start, end)) is not None:
            return Subject(start, match.end(), "pronoun")
        return self._scan(start, end, end=end)

    def _named_by(self, start: int, near: int, *, limit: int, end: int) -> tuple[bool, Subject | None]:
        """Whether 由 tells who acts, and whom it names; whose affair a thing is (由业主负责的事务) tells nothing."""
        for by in shapes()["by"].finditer(self.text, start, near):
            ahead = self._in_charge(start, by.start(), end=end)
            affair = None if ahead is not None else shapes()["belongs"].match(self.text, by.end(), end)
            if affair is not None and kind_of(affair["who"]):
                continue
            found = ahead or self._scan(by.end(), limit, end=end, trusted=True) or self._told(by.end(), limit)
            if found is not None or affair is None:
                return True, found
        return False, None

    def _in_charge(self, start: int, by: int, *, end: int) -> Subject | None:
        """Who in front of 由 has charge of what it tells: 秘书处负责组织由县局认定的专家."""
        if self.text.find("负责", start, by) <= start:
            return None
        found = self._scan(start, by, end=end)
        return found if found is not None and self.text.startswith("负责", found.end) else None

    def _charged(self, cue: int, end: int) -> Subject | None:
        """Whom 由 names far behind a deontic word: 须经查验并在其监督下由镇水务站负责处理."""
        by = shapes()["by"].search(self.text, cue, end) if self.text.find("由", cue, end) >= 0 else None
        found = self._scan(by.end(), end, end=end, trusted=True) if by is not None else None
        return found if found is not None and self.text.startswith("负责", found.end) else None

    def _match(self, pattern: int, at: int, end: int) -> re.Match[str] | None:
        """A match of one of the patterns at a place, tried only where its first characters stand."""
        return self._words.patterns[pattern].match(self.text, at, end) if self._at[at] & pattern else None

    def _before_cue(self, start: int, cue: int, *, end: int) -> Subject | None:
        if cue <= start or cue - start > LONGEST * 2:
            return None
        front = self.text[start:cue]
        cut = self._words.tail.search(front)
        name = front[: cut.start()] if cut else front
        if not name:
            return None
        match = self._match(PRONOUN, start, start + len(name))
        if match is not None:
            return Subject(start, match.end(), "pronoun")
        kind = kind_of(name)
        bad = self._verb_first(start, start + len(name))
        early = self._scan(start, cue, end=end) if PHRASE.search(name) or "会同" in name else None
        if early is not None and (PHRASE.match(self.text, early.end) or self.text.startswith("会同", early.end)):
            return early
        if kind and not bad:
            return Subject(start, start + len(name), kind)
        found = self._scan(start, cue, end=end)
        if found is not None or bad:
            return found or self._glued(start, start + len(name))
        place = shapes()["spot"].fullmatch(name) is not None
        return Subject(start, start + len(name), "organisation" if place else "thing")

    def _glued(self, start: int, end: int) -> Subject | None:
        """Who stands in front of a deontic word behind a heading that lost its break: 强化就业服务各地要."""
        glued = shapes()["glued"].search(self.text, start, end) if self.text.find("各", start, end) >= 0 else None
        found = Span(*glued.span("who")) if glued is not None else None
        return Subject(*found, kind_of(found.of(self.text))) if found is not None and kind_of(found.of(self.text)) else None

    def _verb_first(self, start: int, end: int) -> bool:
        """Whether what stands there starts with a verb or preposition and is no name (处于…的企业 is one)."""
        if self._match(BAD, start, end) is None or shapes()["chief"].match(self.text, start) is not None:
            return False
        return self._words.stative.match(self.text, start, end) is None or self.text.find("的", start, end) < 0

    def _starts_badly(self, start: int, end: int) -> bool:
        """Whether it is a verb with its object rather than a name: 教育群众 is, 受理机关 is not."""
        name = self.text[start:end]
        if "的" not in name and CHARGED.match(name):
            return True
        if shapes()["joining"].fullmatch(name) is not None:
            return False
        if self._match(NOMINAL, start, end) is None:
            return self._verb_first(start, end)
        if name.startswith(("教育引导", "负责对")) or shapes()["sharing"].match(name):
            return True
        return name.endswith(OBJECTS) or "各" in name or (len(name) == 4 and name.endswith(("企业", "学校")))

    def _scan(self, start: int, limit: int, *, end: int, trusted: bool = False) -> Subject | None:
        """The first name from `start` that a predicate follows; `trusted` where 由 told that a name comes."""
        text, near = self.text, min(limit, start + LONGEST)
        first = bisect_right(self._bounds, start)
        if not trusted and (first == len(self._bounds) or self._bounds[first] > near):
            return self._determined(start, near)
        bad = not trusted and self._match(BAD, start, limit) is not None and text.find("的", start, near) < 0
        if bad and shapes()["chief"].match(text, start) is None:
            return None
        for at in self._ends(start, near):
            behind = self._match(FOLLOW, at + text.startswith("等", at), end)
            if behind is None and at not in self._times and not (trusted and at == end):
                continue
            if self._onward(at, end) or (behind is not None and text.startswith("的", behind.end())):
                continue
            if self._match(GOES_ON, at, end) is not None:
                continue
            if text[start:at] in SINGLE and not trusted and not text.startswith(OWING, at):
                continue
            if self._torn(at):
                continue
            name = text[start:at]
            if "“" in name and name.count("“") > name.count("”"):
                continue
            if not trusted and shapes()["stray"].search(name):
                continue
            if kind := kind_of(name) or self._spot(start, at):
                return Subject(start, at, kind) if trusted or not self._starts_badly(start, at) else None
        return None if trusted else self._determined(start, near)

    def _spot(self, start: int, at: int) -> str:
        """The kind of a place that owes something: 受援县负责, 设岗县要."""
        owes = self.text[at - 1] in SPOTS and self.text.startswith(OWING, at)
        return "organisation" if owes and shapes()["spot"].fullmatch(self.text, start, at) is not None else ""

    def _determined(self, start: int, end: int) -> Subject | None:
        """The first name behind 各, 有关 or 相关 that nothing goes on with, whatever verb follows it."""
        if not self.text.startswith(DETERMINED, start):
            return None
        for at in self._ends(start, end):
            if at == end or self.text[at] in UNFINISHED or not self.text.endswith(ACTING, start, at):
                continue
            if self.text.find("的", at, min(end, at + SHORT)) >= 0:
                return None
            if self._torn(at) or self._onward(at, end) or shapes()["again"].match(self.text, at) is not None:
                continue
            if self._match(GOES_ON, at, end) is None:
                return Subject(start, at, "organisation") if shapes()["stray"].search(self.text[start:at]) is None else None
        return None

    def _onward(self, at: int, end: int, *, named: bool = False) -> bool:
        """Whether a name goes on behind a place or government that it starts with: 县（市、区）处置非法集资牵头部门.

        Behind 由 (`named`) any verb may follow what it goes on with.
        """
        text = self.text
        if shapes()["related"].match(text, at) is not None:
            return True
        if text[at - 1] not in "县市区）)府级院" or (further := shapes()["onward"].match(text, at, end)) is None:
            return False
        return named or further.end() == end or self._match(FOLLOW, further.end(), end) is not None

    def _torn(self, at: int) -> bool:
        """Whether a word goes on here, so that no name ends: 所 of 所有 is no office, 工 of 工作 nobody."""
        return self.text[at : at + 1] in TORN and shapes()["torn"].match(self.text, at) is not None

    def _told(self, start: int, end: int) -> Subject | None:
        """The short name right behind 由, whatever verb follows it."""
        for at in self._ends(start, min(end, start + 2 * SHORT)):
            if at > start + SHORT and not self.text.endswith(ACTING, start, at):
                return None
            if OTHER.search(self.text, start + 1, at) is not None:
                return None
            if self._match(GOES_ON, at, end) is not None:
                continue
            while longer := next((more for more in (2, 1) if at + more <= end and kind_of(self.text[start : at + more])), 0):
                at += longer
            if shapes()["again"].match(self.text, at) is not None or self._onward(at, end, named=True) or self._torn(at):
                continue
            if self.text.startswith(("负责的", "承担的", "管理的"), at):
                return None  # 其他由业主负责的事务
            if kind := kind_of(self.text[start:at]):
                return Subject(start, at, kind)
        return None

    def addressed(self, start: int, end: int) -> Subject | None:
        """The short name right behind 鼓励 or 严禁, whatever verb follows it.

        >>> t = "鼓励在外乡贤捐资助力"
        >>> Names(t).addressed(2, len(t))
        Subject(start=2, end=6, kind='person')
        """
        if start >= end or self.text[start] == "“" or self._starts_badly(start, end):
            return None
        for at in self._ends(start, min(end, start + SHORT)):
            name = self.text[start:at]
            if (
                at == end
                or self.text[at] in "的、和与及，,（(有在属需"
                or self._torn(at)
                or self._match(GOES_ON, at, end) is not None
            ):
                continue
            if OTHER.search(name, 1) is not None or not all(map(kind_of, LISTED.split(name))):
                return None
            if kind := kind_of(name):
                longer = next((more for more in (2, 1) if at + more < end and kind_of(self.text[start : at + more])), 0)
                return Subject(start, at + longer, kind)
        return None

    def _ends(self, start: int, end: int) -> Iterator[int]:
        """Where the words end that a name may end with, those that overlap an earlier one left out."""
        text, endings, ending = self.text, self._endings, self._words.ending
        done = start
        for at in endings[bisect_left(endings, start) : bisect_left(endings, end)]:
            if at >= done and (match := ending.match(text, at, end)) is not None:
                done = match.end()
                yield done
