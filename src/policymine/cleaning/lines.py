"""The lines of a page as the cleaning station sees them: where each stands in the repaired text, and in the file.

A line is a view for judging, never a copy that offsets are searched in: `view` has the half-width punctuation that the rules
are written in, character by character the same length as the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from policymine.model import Block, Page
from policymine.text import Alignment, Span
from policymine.text.points import BLOCK, Points, points_of

HALF_WIDTH = (
    ("，", ","), ("：", ":"), ("；", ";"), ("！", "!"), ("？", "?"), ("（", "("), ("）", ")"), ("＞", ">"), ("｜", "|"),
    ("［", "["), ("］", "]"), ("／", "/"), ("\u3000", " "), ("\xa0", " "),
    ("\t", " "), ("\r", " "), ("\u2002", " "), ("\u2003", " "),
)  # fmt: skip
WIDE_LETTERS = re.compile("[０-９Ａ-Ｚａ-ｚ．＿－]")
HAN = re.compile("[\u3400-\u9fff]+")
HAN_FIRST, HAN_MANY = np.uint32(0x3400), 0xA000 - 0x3400
LONG = 200
"""Characters from which they are counted as numbers."""
PROSE = re.compile("[。!?;]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `span` (clean offsets, white space at both ends left out), its half-width view, its block in the file."""

    index: int
    span: Span
    view: str
    block: Block | None = None
    text: str = ""

    @property
    def prose(self) -> bool:
        """Whether it reads like running text: sentences, not a title, a link or a label."""
        return _is_prose(self.view)


@lru_cache(maxsize=4096)
def _is_prose(view: str) -> bool:
    return len(view) >= 25 and ("," in view or "、" in view or len(view) >= 60) and PROSE.search(view) is not None


class Mark(NamedTuple):
    """A stretch of the repaired text that is no part of a document: its kind and the rule that said so."""

    span: Span
    kind: str
    rule: str
    confidence: float = 1.0


@dataclass(slots=True)
class Marks:
    """What has been marked on a page so far: whole lines, and stretches inside lines."""

    whole: dict[int, Mark] = field(default_factory=dict)
    partial: list[Mark] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)
    possible: Sequence[int] = ()
    """For the lines from index `first` on, the rules that each may match, as bits; see `noise.sift`."""
    due: Sequence[int] = ()
    """Of these the ones that fit how the line begins and how long it is."""
    first: int = 0

    def take(self, line: Line, kind: str, rule: str, *, confidence: float = 1.0) -> None:
        """Marks a whole line, unless it is marked already or kept for good."""
        if line.index in self.kept:
            return
        self.whole.setdefault(line.index, Mark(line.span, kind, rule, confidence))

    def kind(self, line: Line) -> str | None:
        """The kind a whole line was marked with."""
        mark = self.whole.get(line.index)
        return mark.kind if mark else None

    def free(self, line: Line) -> bool:
        """Whether nothing has marked the whole line."""
        return line.index not in self.whole

    def in_order(self) -> list[Mark]:
        """All marks, disjoint, in reading order; a marked line swallows what is marked inside it."""
        whole = sorted(self.whole.values(), key=lambda mark: mark.span)
        starts = [mark.span.start for mark in whole]
        kept: list[Mark] = []
        for mark in sorted(self.partial, key=lambda mark: mark.span):
            index = bisect_right(starts, mark.span.start) - 1
            inside = index >= 0 and whole[index].span.end > mark.span.start
            if not inside and not (kept and kept[-1].span.end > mark.span.start):
                kept.append(mark)
        return sorted([*whole, *kept], key=lambda mark: mark.span)


def view_of(text: str) -> str:
    """The text with half-width punctuation, letters and figures and plain spaces: as long as the text, for matching only.

    >>> view_of("来源：县政府\u3000阅读（１２）")
    '来源:县政府 阅读(12)'
    """
    if len(text) <= BLOCK and (points := points_of(text)).max(initial=0) < 0x10000:
        return _half_width().take(points).tobytes().decode("utf-32-le", "surrogatepass")
    for wide, narrow in HALF_WIDTH:
        text = text.replace(wide, narrow)
    return WIDE_LETTERS.sub(lambda match: chr(ord(match[0]) - 0xFEE0), text)


@cache
def _half_width() -> Points:
    """For every character of the first plane its half-width form."""
    table = np.arange(1 << 16, dtype=np.uint32)
    for wide, narrow in HALF_WIDTH:
        table[ord(wide)] = ord(narrow)
    for letter in WIDE_LETTERS.findall("".join(map(chr, range(0xFF00, 0xFFF0)))):
        table[ord(letter)] = ord(letter) - 0xFEE0
    return table


def lines_of(page: Page, alignment: Alignment) -> tuple[Line, ...]:
    """The lines of a repaired page that hold anything but white space."""
    return tuple(_lines(alignment, _Places(page.blocks, alignment), view_of(alignment.text)))


def _lines(alignment: Alignment, places: _Places, view: str) -> Iterator[Line]:
    at, index, text = 0, 0, alignment.text
    for row in view.split("\n"):
        if line := row.strip():
            start = at + row.index(line[0])
            end = start + len(line)
            yield Line(index, Span(start, end), line, places.at(start), text[start:end])
            index += 1
        at += len(row) + 1


class _Places:
    """Which block of the file holds a place of the repaired text; asked for places in order."""

    def __init__(self, blocks: Sequence[Block], alignment: Alignment) -> None:
        self._blocks, self._next, self._alignment = blocks, 0, alignment
        self._shift = alignment.origin.start if len(alignment.rows) == 1 and not alignment.changed else None

    def at(self, offset: int) -> Block | None:
        """The block; None where the file has none, or none before that place."""
        if not self._blocks:
            return None
        raw = offset + self._shift if self._shift is not None else self._alignment.to_raw(Span(offset, offset + 1)).start
        while self._next < len(self._blocks) and self._blocks[self._next].span.start <= raw:
            self._next += 1
        return self._blocks[self._next - 1] if self._next else None


def han_count(text: str) -> int:
    """How many Han characters a text holds."""
    if LONG <= len(text) <= BLOCK:
        return int(np.count_nonzero(points_of(text) - HAN_FIRST < HAN_MANY))
    return sum(map(len, HAN.findall(text)))


Hints = Mapping[str, str]
