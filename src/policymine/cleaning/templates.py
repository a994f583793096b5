"""Lines that a site prints over or under all its papers: its template, as far as no rule knows it.

What one page cannot tell, many pages of a site do: a line that stands at the head or the foot of papers that are no copies of
each other belongs to the site. Which lines do is counted beside the table and handed in; here is said what counts as a line at
the edge, which of them papers repeat by right (names of bodies, dates, closings, orders), and what is cut: the run of known
lines that reaches the edge of the page, nothing behind the first line that is not known.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from typing import NamedTuple

from policymine.cleaning.lines import Mark, view_of
from policymine.model import Issue
from policymine.rules import RuleSet, load
from policymine.text import Alignment, Span
from policymine.text.script import to_simplified

RULE = "noise.site-template"
ZONES: Mapping[str, tuple[int, str]] = {"head": (4, "page_meta"), "tail": (10, "site_footer")}
"""How many lines at either edge of a page may be its template, and the kind that they are cut as."""
LONGEST = 240
"""Characters of the longest line that may belong to a template; what is longer is running text."""
LEAST, SHARE = 5, 0.05
"""Pages, and share of the site's pages, that a line must stand on at least."""
LEAST_OF_SENTENCE, SHARE_OF_SENTENCE = 8, 0.5
"""The same for a sentence that doesn't speak of the site: papers close with sentences too."""
_SPACE = re.compile(r"\s+")
_FIGURES = re.compile("[0-9]+")
_CLAUSES = re.compile("[,。!?;]")

Known = Mapping[int, int]
"""The lines of one site's template: on how many pages each stands, by its key."""


class EdgeLine(NamedTuple):
    """A line near an edge of a page: its raw span, its number from that edge on, and what it is known by.

    `held` says why papers repeat such a line by right: `content`, `order`, `sentence` (only where most pages have it); empty
    for a line that may belong to a template.
    """

    span: Span
    zone: str
    place: int
    key: int
    held: str


class Edges(NamedTuple):
    """The lines at the edges of a page, from the edge inwards, and how many lines it has."""

    lines: tuple[EdgeLine, ...]
    size: int


@cache
def rules() -> RuleSet:
    """The rules of templates.toml: lines that papers repeat by right."""
    return load("policymine.cleaning", "templates")


def held(line: str) -> str:
    """Why papers repeat a line by right; empty when it may belong to a template.

    >>> held("云河市应急管理局"), held("各单位必须每日报送。"), held("云河发布 与您同行"), held("内容以正式文件为准。")
    ('content', 'order', '', 'sentence')
    """
    view = view_of(line).strip()
    return next((str(rule.gives["held"]) for rule in rules() if rule.find.search(view)), "")


def key_of(line: str, zone: str) -> int:
    """What a line is known by at one edge: white space, width and script left out of account, in labels figures too.

    >>> key_of("阅读 １２ 次", "tail") == key_of("閱讀3次", "tail"), key_of("首页", "head") == key_of("首页", "tail")
    (True, False)
    >>> key_of("开工学校12所，占三成。", "tail") == key_of("开工学校13所，占三成。", "tail")
    False
    """
    plain = _SPACE.sub("", view_of(to_simplified(line)))
    if not _CLAUSES.search(plain):
        plain = _FIGURES.sub("0", plain)
    return int.from_bytes(blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8, person=zone.encode()).digest()) >> 1


def edges_of(raw: str, stretches: Sequence[Span], *, without: Sequence[Span] = ()) -> Edges:
    """The lines at the edges of what a page holds beside the noise that rules know.

    Args:
        raw: the page's raw text.
        stretches: its documents, and what was cut from them as template; disjoint raw spans in order.
        without: what was cut inside documents by other rules, in order; a line that is nothing else doesn't count.
    """
    ends = [span.end for span in without]

    def is_cut(line: Span) -> bool:
        number = bisect_left(ends, line.end)
        return number < len(without) and without[number].contains(line)

    spans = [line for stretch in stretches for line in _lines(raw, stretch) if not is_cut(line)]
    found: list[EdgeLine] = []
    for zone, (most, _) in ZONES.items():
        ordered = spans[:most] if zone == "head" else spans[: -most - 1 : -1]
        for place, span in enumerate(ordered):
            line = span.of(raw) if span.length <= LONGEST else ""
            found.append(EdgeLine(span, zone, place, key_of(line, zone), held(line) if line else "content"))
    return Edges(tuple(found), len(spans))


def _lines(raw: str, stretch: Span) -> Iterator[Span]:
    at = stretch.start
    for row in stretch.of(raw).split("\n"):
        text = row.strip()
        if text:
            start = at + len(row) - len(row.lstrip())
            yield Span(start, start + len(text))
        at += len(row) + 1


def repeated(edges: Edges, known: Known) -> tuple[EdgeLine, ...]:
    """The lines to cut: at either edge the run of known lines that reaches it; none when that is all that the page has."""
    found = [line for zone in ZONES for line in _run([one for one in edges.lines if one.zone == zone], known)]
    numbers = {line.place if line.zone == "head" else edges.size - 1 - line.place for line in found}
    return tuple(found) if len(numbers) < edges.size else ()


def _run(lines: Sequence[EdgeLine], known: Known) -> Iterator[EdgeLine]:
    for line in lines:
        if line.key not in known or line.held in ("content", "order"):
            return
        yield line


def belongs(why: str, pages: int, *, of: int) -> bool:
    """Whether a line that stands on `pages` of a site's pages belongs to its template; `why` papers may repeat it by right.

    >>> belongs("", 5, of=12), belongs("", 5, of=400), belongs("sentence", 9, of=12), belongs("sentence", 9, of=40)
    (True, False, True, False)
    """
    least, share = (LEAST_OF_SENTENCE, SHARE_OF_SENTENCE) if why == "sentence" else (LEAST, SHARE)
    return pages >= least and pages >= share * of


def marks_of(edges: Edges, known: Known, *, alignment: Alignment) -> tuple[Mark, ...]:
    """The marks of the lines to cut, in the offsets of the repaired text; a line that a repair reaches across stays."""
    found: dict[Span, Mark] = {}
    for line in repeated(edges, known):
        span = alignment.to_clean(line.span)
        if span is not None and alignment.to_raw(span) == line.span:
            found.setdefault(span, Mark(span, ZONES[line.zone][1], RULE, _confidence(known[line.key])))
    return tuple(sorted(found.values()))


def _confidence(pages: int) -> float:
    """How sure a line is that stands on so many pages.

    >>> _confidence(5), _confidence(50)
    (0.8, 0.98)
    """
    return round(1 - 1 / max(pages, 1), 2)


def merged(marks: Sequence[Mark], more: Sequence[Mark]) -> tuple[Mark, ...]:
    """Both kinds of marks, disjoint and in order; a repeated line swallows what is marked inside it."""
    ends = [mark.span.end for mark in more]

    def swallowed(mark: Mark) -> bool:
        number = bisect_right(ends, mark.span.start)
        return number < len(more) and more[number].span.start < mark.span.end

    return tuple(sorted([*(mark for mark in marks if not swallowed(mark)), *more], key=lambda mark: mark.span))


def issues_of(edges: Edges, known: Known, *, raw: str) -> tuple[Issue, ...]:
    """What a person should know: what was cut and on how many pages it stands; an order that is repeated and was left."""
    found: dict[Span, Issue] = {}
    for line in repeated(edges, known):
        told = f"{line.span.of(raw)[:40]!r} stands at the {line.zone} of {known[line.key]} pages of this site"
        found.setdefault(line.span, Issue("site_template", "info", told, f"cut as template ({RULE})"))
    for line in edges.lines:
        if line.held == "order" and line.key in known and line.span not in found:
            told = f"{line.span.of(raw)[:40]!r} stands at the {line.zone} of {known[line.key]} pages of this site"
            hint = "it holds an order and was not cut; look whether it is the paper's"
            found[line.span] = Issue("repeated_order", "warning", told, hint)
    return tuple(found[span] for span in sorted(found))
