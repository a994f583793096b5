"""Which fields of public work a text speaks of, by its words, each with the place where it says so.

A directive has the fields that its own words name, else those of the nearest heading above it that names any; what names none
belongs to the fields of its paper.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from policymine.extraction.prefixes import Prefixes, Starting
from policymine.model import Span
from policymine.rules import RuleSet, load
from policymine.text.joining import joined
from policymine.text.remembering import Remembered

new: Final = tuple.__new__
SHARE, LEAST, MOST = 0.2, 2, 4
"""A paper is of a field when this share of all mentions is of it, at least so many; of so many fields at most."""
TITLE = 5
"""A word in the title counts so many times."""


class Mention(NamedTuple):
    """A word of a field, where it stands."""

    span: Span
    sector: str


class _Reader(NamedTuple):
    """Where a word may start, the patterns of those that start with a character, the field of each group."""

    prefixes: Prefixes
    starting: Starting
    sectors: dict[str, str]


@cache
def _rules() -> RuleSet:
    return load("policymine.extraction.sectors", "sectors")


@cache
def _reported() -> re.Pattern[str]:
    return re.compile(_rules().lexicons["reported"]["to"])


@cache
def _reader() -> _Reader:
    """All rules, tried only where the first characters of one stand."""
    groups = {f"s{number}": rule for number, rule in enumerate(_rules())}
    patterns = {name: rule.find.pattern for name, rule in groups.items()}
    prefixes = Prefixes({"sector": [*patterns.values()]})
    return _Reader(prefixes, Starting(patterns), {name: rule.gives["sector"] for name, rule in groups.items()})


def mentions_of(text: str) -> tuple[Mention, ...]:
    """The words of all fields in a text, in order, none inside another.

    >>> [(m.sector, m.span) for m in mentions_of("各学校要检查消防通道")]
    [('教育', Span(start=1, end=3)), ('消防', Span(start=6, end=8))]
    """
    return _mentioned(text)


def look_through(texts: Sequence[str]) -> None:
    """Looks through texts that will be asked about, together."""
    _mentioned.each(texts)


@Remembered
def _mentioned(texts: Sequence[str]) -> list[tuple[Mention, ...]]:
    shares = _reader().prefixes.shares(joined(tuple(texts)))
    return [tuple(_mentions(text, own["sector"])) for text, own in zip(texts, shares, strict=True)]


def _mentions(text: str, starts: Sequence[int]) -> Iterator[Mention]:
    """The words that start at some of the places where one may."""
    reader, done = _reader(), 0
    for at in starts:
        if at >= done and (match := reader.starting[text[at]].match(text, at)) is not None:
            done = match.end()
            yield new(Mention, (new(Span, (at, done)), reader.sectors[match.lastgroup or ""]))  # half the time of calling them


def sectors_of(text: str, *, title: str = "") -> tuple[str, ...]:
    """The fields of a paper, strongest first.

    >>> sectors_of("各镇要检查消防通道，清理火灾隐患。", title="关于加强消防工作的通知")
    ('消防',)
    """
    votes = Counter([mention.sector for mention in mentions_of(text)])
    for mention in mentions_of(title):
        votes[mention.sector] += TITLE
    total = votes.total()
    return tuple(sector for sector, count in votes.most_common(MOST) if count >= max(LEAST, SHARE * total))


class Named:
    """The mentions of a text, to ask which fields a directive is of."""

    def __init__(self, text: str) -> None:
        self.text, self.mentions = text, mentions_of(text)
        self.starts = [mention.span.start for mention in self.mentions]
        self._headings: dict[tuple[int, str], dict[str, Span]] = {}

    def of(self, span: Span, section: Sequence[str]) -> dict[str, Span]:
        """The fields that a directive names, else those of the nearest heading above it that names any, with their places.

        >>> text = "一、燃气安全。各镇要逐户登记。"
        >>> [(field, place.of(text)) for field, place in Named(text).of(Span(7, 14), ["一、燃气安全"]).items()]
        [('燃气', '燃气')]
        """
        found, before = self._within(span.start, span.end), span.start
        for heading in () if found or not self.mentions else reversed(section):
            before = self.text.rfind(heading, 0, before)
            if before < 0:
                break
            if found := self._heading(before, heading):
                break
        return found

    def _heading(self, at: int, heading: str) -> dict[str, Span]:
        """The fields that a heading names, read once for all that stands below it."""
        found = self._headings.get((at, heading))
        if found is None:
            found = self._headings[at, heading] = self._within(at, at + len(heading))
        return found

    def _within(self, start: int, end: int) -> dict[str, Span]:
        """The fields named in a stretch, each where it is named first."""
        found: dict[str, Span] = {}
        near = self.mentions[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
        told = [match.span() for match in _reported().finditer(self.text, start, end)] if near else []
        for mention in near:
            span, sector = mention
            if span.end <= end and not (told and any(low < span.start < high for low, high in told)):
                found.setdefault(sector, span)
        return found


@cache
def classes_of(sector: str) -> tuple[str, ...]:
    """The classes of GB/T 4754-2017 that a field concerns first.

    >>> classes_of("燃气"), classes_of("信访")
    (('D45',), ())
    """
    return tuple(name for rule in _rules() if rule.gives["sector"] == sector for name in rule.gives.get("classes", ()))
