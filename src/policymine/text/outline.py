"""The outline of Chinese papers: numbered items, their headlines and how they nest, also when paragraphs are glued on one line.

Papers number by convention (GB/T 9704-2012, 7.3.3: 一、 （一） 1. （1）); regulations by 章 and 条; speeches go on with 第一，
and 一是 and 一要. A label counts where a sentence could start and where its number fits the row it would join, so that 一、
inside a sentence and 第一时间 do not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal, NamedTuple

from policymine.text.span import Span

Style = Literal[
    "chapter", "part", "article", "chinese", "bracket", "ordinal", "arabic", "bracket_arabic", "circled", "is", "must", "hand"
]  # fmt: skip
RANK: Final[dict[str, int]] = {
    "part": 0, "chapter": 1, "article": 2, "chinese": 3, "bracket": 4, "ordinal": 5, "arabic": 6, "bracket_arabic": 7,
    "circled": 8, "is": 9, "must": 9, "hand": 9,
}  # fmt: skip
BELOW: Final = {
    style: frozenset([other for other, rank in RANK.items() if rank > RANK[style] and other != "article"]) for style in RANK
}
"""The styles whose rows a label of a style ends; articles are counted through all chapters."""
LABEL: Final = re.compile(
    r"""
    (?: (?P<part>第[一二三四五六七八九十]{1,3}部分)
      | (?P<chapter>第[一二三四五六七八九十百零〇\d]{1,5}[编章节])
        (?=[\s\u3000]|[^\s\u3000，。；：的第]{2,14}(?:[\s\u3000]|第[一二三四五六七八九十百零〇\d]{1,5}条))
      | (?P<article>第[一二三四五六七八九十百零〇\d]{1,6}条(?:之[一二三四五])?)
        (?=[\s\u3000：:]|(?!规定|所|第|款|[、，,和与及或至到的中之以]|[一二三四五六七八九十]项|情形)\S)
      | (?P<bracket>[（(][一二三四五六七八九十]{1,3}[）)])
      | (?P<bracket_arabic>[（(]\d{1,2}[）)])
      | (?P<ordinal>第[一二三四五六七八九十]{1,2})[，,、：:]
      | (?P<hand>另?一方面)[，,]
      | (?P<is>[一二三四五六七八九十]{1,3})(?:个?是)
      | (?P<must>[一二三四五六七八九十]{1,3})要
      | (?P<chinese>[一二三四五六七八九十]{1,3})[、．.]
      | (?P<arabic>\d{1,2})[、．.](?!\d)
      | (?P<circled>[①-⑳])
    )
    """,
    re.VERBOSE,
)
STARTS: Final = re.compile(
    r"[。；;！!？?：:\n，,”）)\u3000](?:(?<!\u3000)[\s\u3000]{0,80}|(?=\u3000)(?<![\s\u3000]\u3000)[\s\u3000]{1,79})"
    r"(?=[第（(一二三四五六七八九十另\d①-⑳])"
)
"""Where a label may stand: behind a mark, or behind the indent of a paragraph that lost its break."""
FIRST: Final = re.compile(r"[\s\u3000]{0,80}(?=[第（(一二三四五六七八九十另\d①-⑳])")
"""The same at the beginning of a text."""
REFERRED: Final = "(?<!附件)(?<!附表)(?<!上述)(?<!办法)(?<!条例)(?<!规定)(?<!细则)(?<![款项条表])"
GLUED: Final = re.compile(
    rf"[ \u3000]{{0,3}}(?:(?![要将请按依])[^\s\u3000，。；：！？、（()）]){{2,24}}{REFERRED} {{0,3}}"
    r"(?=[（(][一二三四五六七八九十]{1,3}[）)]|(?<!\d)\d{1,2}[、．.](?!\d)|第[一二三四五六七八九十百零〇\d]{1,5}条)"
)
"""A heading that lost the break behind it: 四、保障措施（一）明确责任; nothing that orders, and no reference (附件1、附件2)."""
HEADED: Final = ("chapter", "article", "chinese", "bracket")
SOFT: Final = ("is", "must", "hand", "ordinal")
"""Styles that also occur as plain words: they need a second one of their row."""
AFTER_COMMA: Final = ("is", "must", "hand")
DIGITS: Final = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}


class Item(NamedTuple):
    """A numbered item: its label, its headline and all of it.

    `label` covers the label alone, `headline` the first sentence behind it (closing mark excluded; None when nothing follows),
    `span` everything up to the next item of the same or a higher level. `level` counts from 0, `parent` is an index into the
    outline or -1.
    """

    style: str
    number: int
    level: int
    label: Span
    headline: Span | None
    span: Span
    parent: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The items of one text in reading order.

    >>> t = "一、思想要到位。要重视。二、措施要到位。(一)管源头。一是查隐患。二是建台账。(二)管末端。"
    >>> [(i.style, i.level, i.label.of(t)) for i in outline(t).items][:5]
    [('chinese', 0, '一、'), ('chinese', 0, '二、'), ('bracket', 1, '(一)'), ('is', 2, '一是'), ('is', 2, '二是')]
    """

    text: str
    items: tuple[Item, ...]

    def at(self, offset: int) -> Item | None:
        """The innermost item that `offset` lies in, or None before the first one."""
        index = bisect_right([item.span.start for item in self.items], offset) - 1
        while index >= 0 and not self.items[index].span.start <= offset < self.items[index].span.end:
            index = self.items[index].parent
        return self.items[index] if index >= 0 else None

    def path(self, offset: int) -> tuple[Item, ...]:
        """The items around `offset`, outermost first."""
        item = self.at(offset)
        found = []
        while item is not None:
            found.append(item)
            item = self.items[item.parent] if item.parent >= 0 else None
        return tuple(reversed(found))

    def headings(self, offset: int) -> tuple[str, ...]:
        """The labels with headlines around `offset`, outermost first, as a reader would cite the place.

        >>> t = "一、措施要到位。(一)管源头。要查隐患。"
        >>> outline(t).headings(17)
        ('一、措施要到位', '(一)管源头')
        """
        return tuple(
            self.text[item.label.start : item.headline.end if item.headline else item.label.end] for item in self.path(offset)
        )


def outline(text: str) -> Outline:
    """The numbered items of `text`; see `Outline`."""
    return Outline(text, tuple(_items(text, list(_kept(list(_labels(text)))))))


class _Label(NamedTuple):
    style: str
    number: int
    span: Span


def _labels(text: str) -> Iterator[_Label]:
    """Everything that looks like a label where a sentence could start."""
    first = FIRST.match(text)
    starts = STARTS.finditer(text, first.end() if first is not None else 0)
    done = 0
    for start in starts if first is None else chain([first], starts):
        match = LABEL.match(text, start.end()) if start.end() >= done else None
        if match is None or match.lastgroup is None:
            continue
        if start[0][:1] in "，," and start[0] and match.lastgroup not in AFTER_COMMA:
            continue
        if start[0][:1] in "”）)" and start[0] and match.lastgroup in SOFT:
            continue
        yield _Label(match.lastgroup, _number(match), Span(*match.span()))
        while match is not None and match.lastgroup in HEADED and (heading := GLUED.match(text, match.end())) is not None:
            match = LABEL.match(text, heading.end())
            if match is not None and match.lastgroup is not None:
                done = match.end()
                yield _Label(match.lastgroup, _number(match), Span(*match.span()))


def _number(match: re.Match[str]) -> int:
    """The number a label carries; 另一方面 is the second."""
    sign = match[match.lastgroup or 0]
    if match.lastgroup == "hand":
        return 2 if sign.startswith("另") else 1
    if match.lastgroup == "circled":
        return ord(sign) - ord("①") + 1
    digits = "".join([c for c in sign if c.isdigit()])
    return int(digits) if digits else chinese_number("".join([c for c in sign if c in "零〇一二三四五六七八九十百"]))


def chinese_number(sign: str) -> int:
    """A Chinese numeral below one thousand as labels use it.

    >>> [chinese_number(n) for n in ("三", "十", "十二", "二十", "一百零三")]
    [3, 10, 12, 20, 103]
    """
    total, digit = 0, 0
    for character in sign:
        if character == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif character == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = DIGITS[character]
    return total + digit


def _kept(labels: Sequence[_Label]) -> Iterator[_Label]:
    """The labels that fit a row: numbers start at one and rise; soft ones need company."""
    following: dict[tuple[str, int], list[int]] = {}
    for label in labels:
        following.setdefault((label.style, label.number), []).append(label.span.start)
    last: dict[str, int] = {}
    reached: dict[str, int] = {}
    for label in labels:
        style, number, span = label
        expected = last.get(style, 0)
        joins = number == 1 or expected < number <= expected + 3 or (not expected and number == reached.get(style, 0) + 1)
        if style in SOFT and number == 1:
            nexts = following.get((style, 2), [])
            index = bisect_right(nexts, span.start)
            joins = index < len(nexts) and nexts[index] - span.start < 3000
        elif style in SOFT:
            joins = expected == number - 1
        if joins:
            last[style] = number
            for other in BELOW[style].intersection(last):
                reached[other] = last.pop(other)
            yield label


def _items(text: str, labels: Sequence[_Label]) -> Iterator[Item]:
    """Items with their nesting: a label closes every open item of its own or a lower rank."""
    open_items: list[tuple[int, str]] = []
    parents, levels = [], []
    for index, label in enumerate(labels):
        while open_items and RANK[open_items[-1][1]] >= RANK[label.style]:
            open_items.pop()
        parents.append(open_items[-1][0] if open_items else -1)
        levels.append(len(open_items))
        open_items.append((index, label.style))
    ends = [len(text)] * len(labels)
    waiting: list[int] = []
    for index, label in enumerate(labels):
        while waiting and levels[waiting[-1]] >= levels[index]:
            ends[waiting.pop()] = label.span.start
        waiting.append(index)
    for index, (style, number, span) in enumerate(labels):
        limit = min(ends[index], labels[index + 1].span.start if index + 1 < len(labels) else len(text))
        headline = _headline(text, span.end, limit)
        yield Item(style, number, levels[index], span, headline, Span(span.start, ends[index]), parents[index])


HEADLINE_END: Final = re.compile(r"[。；;！!？?\n]")


def _headline(text: str, start: int, limit: int) -> Span | None:
    """The first sentence from `start`, at most up to `limit`."""
    mark = HEADLINE_END.search(text, start, limit)
    end = mark.start() if mark else limit
    return Span(start, end).trimmed(text) if end > start else None
