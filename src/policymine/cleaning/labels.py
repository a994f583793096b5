"""The labels of a page: which of its lines are noise, which are headings, and where its papers begin and end."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from policymine.cleaning.block_model import mark_by_model
from policymine.cleaning.blocks import find_main, mark_furniture
from policymine.cleaning.glued import mark_glued
from policymine.cleaning.introductions import among_fields, mine_introduction, speaker_of
from policymine.cleaning.lines import Line, Mark, Marks, han_count
from policymine.cleaning.metadata_table import mark_metadata_table
from policymine.cleaning.noise import (
    OUTLINE,
    SALUTATION,
    Hint,
    Zones,
    mark_lines,
    mark_previews,
    mark_repeated,
    mark_runs,
    rules,
    title_like,
    zones_of,
)
from policymine.cleaning.splitting import (
    Heading,
    bare,
    find_headings,
    looks_like_title,
    mark_headings,
    mark_titles,
    site_title,
)
from policymine.model import Page
from policymine.text import Span

LEADING_INTRODUCTION = 420
"""Characters of an excerpt that a mirror may put between a heading and its own introduction."""
PROLOGUE = 700
"""Characters before the heading of paper 1 that are an introduction, not a paper, when they greet nobody."""
LEAST_PAPER = 24
"""Han characters below which a stretch beside other papers is left-over furniture."""
BEHIND = frozenset({"related_links", "site_footer", "share_footer", "spam_link_farm", "ad_label", "membership", "credit_line"})


class Part(NamedTuple):
    """One paper's stretch of the repaired text, with the lines in it, its heading and what was said of it.

    `evidence` says of each hint where it was read: a span of the repaired text, or the name of an entry of the page's metadata.
    """

    span: Span
    lines: tuple[Line, ...]
    heading: Heading | None
    hints: Mapping[str, str]
    evidence: Mapping[str, Span | str]


class Labels(NamedTuple):
    """What the labelling made of a page."""

    marks: tuple[Mark, ...]
    parts: tuple[Part, ...]
    truncating: frozenset[str]


def label_page(page: Page, lines: Sequence[Line], *, length: int, by_model: bool = True) -> Labels:
    """Labels the lines of a repaired page.

    Args:
        page: the page they come from.
        lines: its lines.
        length: length of the repaired text.
        by_model: whether lines that no rule knows are judged by the block model; its training looks at rules only.
    """
    marks = Marks()
    hints = mark_metadata_table(lines, marks)
    hints += mark_lines(lines, marks, zones=None)
    mark_previews(lines, marks)
    known = list(_known_titles(page, hints))
    web = page.media_type == "text/html"
    seen: set[str] = set()
    if web:
        _mark_web_page(lines, marks, hints, known=known, seen=seen)
    headings = find_headings(lines, marks)
    mark_headings(headings, lines, marks)
    hints += [hint for line in lines if marks.kind(line) == "editor_intro" for hint in mine_introduction(line)]
    known += [hint.value for hint in hints if hint.key == "title"]
    parts = []
    starts = [line.span.start for line in lines]
    for span, heading in _stretches(headings, length):
        inside = tuple(lines[bisect_left(starts, span.start) : bisect_left(starts, span.end)])
        hints += _label_part(
            inside,
            marks,
            heading=heading,
            known=known,
            seen=seen,
            follows=headings[0].number if headings else None,
        )
        parts.append((span, inside, heading))
    hints += [hint for line in lines if marks.kind(line) == "page_meta" for hint in among_fields(line)]
    if by_model:
        for _, inside, _ in parts:
            mark_by_model(inside, marks)
    _mark_leftovers([inside for _, inside, _ in parts], marks)
    ordered = tuple(marks.in_order())
    truncating = frozenset(mark.rule for mark in ordered if mark.kind == "access_cut")
    told = _Told(hints, page, lines)
    return Labels(
        ordered,
        tuple(Part(span, inside, h, *told.about(span, h, alone=len(parts) == 1)) for span, inside, h in parts),
        truncating,
    )


def _mark_web_page(lines: Sequence[Line], marks: Marks, hints: list[Hint], *, known: Sequence[str], seen: set[str]) -> None:
    """Marks what stands outside the element with the running text; titles there become headings."""
    main = find_main(lines)
    inside = main.lines if main else frozenset()
    wanted = {bare(title) for title in known if len(bare(title)) >= 4}
    outside = [line for line in lines if line.index not in inside]
    for line in outside:
        if not marks.free(line) or (line.block is not None and line.block.link_density > 0.5):
            continue
        name = bare(line.view)
        if name in wanted or (line.block is not None and line.block.tag == "h1" and looks_like_title(line)):
            marks.take(line, "dup_title" if name in seen else "heading", "splitting.title-line")
            seen.add(name)
            hints.append(Hint(line.span.start, "title", line.text))
    hints += mark_lines(outside, marks, zones=Zones(None, None))
    if main is None:
        for line in lines:
            marks.take(
                line,
                "related_links" if line.block and line.block.link_density > 0.5 else "site_footer",
                "noise.no-running-text",
            )
    else:
        if main.thread:
            marks.kept |= {line.index for line in lines if line.index in inside and marks.free(line)}
        mark_furniture(lines, main, marks)


def _known_titles(page: Page, hints: Sequence[Hint]) -> Iterator[str]:
    for key in ("title", "h1", "meta:articletitle", "meta:og:title", "meta:title", "ld:headline"):
        if value := page.metadata.get(key):
            yield site_title(value)
            yield value
    for hint in hints:
        if hint.key == "title":
            yield hint.value


def _stretches(headings: Sequence[Heading], length: int) -> Iterator[tuple[Span, Heading | None]]:
    """The stretch of each paper: what stands before the first heading, then from each heading to the next."""
    starts: list[tuple[int, Heading | None]] = [(0, None), *((heading.span.start, heading) for heading in headings)]
    ends = [start for start, _ in starts[1:]] + [length]
    for (start, heading), end in zip(starts, ends, strict=True):
        if end > start:
            yield Span(start, end), heading


def _label_part(
    lines: Sequence[Line],
    marks: Marks,
    *,
    heading: Heading | None,
    known: Sequence[str],
    seen: set[str],
    follows: int | None,
) -> list[Hint]:
    """Labels the lines of one paper by their place in it."""
    zones, hints = _mark_edges(lines, marks)
    mark_runs(lines, marks, zones, crumbs=True)
    hints += mark_titles(lines, marks, zones, known=known, seen=seen)
    mark_runs(lines, marks, zones, crumbs=False)
    hints += mark_glued(lines, marks, zones)
    mark_repeated(lines, marks)
    _mark_excerpts(lines, marks)
    _mark_behind(lines, marks)
    if heading is None and follows == 1:
        _mark_prologue(lines, marks)
    return hints


def _mark_edges(lines: Sequence[Line], marks: Marks) -> tuple[Zones, list[Hint]]:
    """Marks lines before and behind the running text; when that moves its edges, looks again."""
    hints: list[Hint] = []
    before: Zones | None = None
    zones = zones_of(lines, marks)
    while zones != before and zones.first is not None and zones.last is not None:
        edge = [line for line in lines if line.index <= zones.first or line.index >= zones.last]
        hints += mark_lines(edge, marks, zones=zones)
        before, zones = zones, zones_of(lines, marks)
    if zones.first is None:
        hints += mark_lines(lines, marks, zones=zones)
    return zones, hints


def _mark_excerpts(lines: Sequence[Line], marks: Marks) -> None:
    """Marks the excerpt that a mirror puts before its introduction: free lines over it that greet nobody and number nothing."""
    for position, line in enumerate(lines):
        mark = marks.whole.get(line.index)
        if mark is None or mark.kind != "editor_intro" or mark.rule == "noise.editor-outro":
            continue
        over = [other for other in lines[:position] if marks.free(other)]
        size = sum(len(other.view) for other in over)
        plain = not any(OUTLINE.match(other.view) or SALUTATION.match(other.view) for other in over)
        if 0 < len(over) <= 3 and size <= LEADING_INTRODUCTION and plain:
            for other in over:
                marks.take(other, "editor_intro", "noise.excerpt", confidence=0.7)
        return


def _mark_behind(lines: Sequence[Line], marks: Marks) -> None:
    """Marks short lines that stand behind the first link, share or footer line below the running text."""
    zones = zones_of(lines, marks)
    begun: Mark | None = None
    for line in lines:
        if zones.last is not None and line.index <= zones.last:
            if line.index == zones.last:
                glued = (mark for mark in marks.partial if mark.span.end == line.span.end and mark.kind in BEHIND)
                begun = next(glued, None)
            continue
        mark = marks.whole.get(line.index)
        if mark is not None:
            begun = mark if mark.kind in BEHIND else begun
        elif begun is not None and title_like(line):
            marks.take(line, begun.kind, begun.rule, confidence=0.7)


def _mark_prologue(lines: Sequence[Line], marks: Marks) -> None:
    """Marks what stands before the heading of paper 1 when it is short and greets nobody."""
    free = [line for line in lines if marks.free(line)]
    greets = any(SALUTATION.match(line.view) or OUTLINE.match(line.view) for line in free)
    if not greets and sum(len(line.view) for line in free) <= PROLOGUE:
        for line in free:
            marks.take(line, "editor_intro", "noise.prologue", confidence=0.7)


def _mark_leftovers(parts: Sequence[Sequence[Line]], marks: Marks) -> None:
    """Marks stretches too small to be a paper, where the page has a real one."""
    if len(parts) == 1:
        return
    sizes = [_size(lines, marks) for lines in parts]
    if max(sizes, default=0) < 4 * LEAST_PAPER:
        return
    for lines, size in zip(parts, sizes, strict=True):
        if 0 < size < LEAST_PAPER:
            for line in lines:
                marks.take(line, "page_meta", "noise.left-over", confidence=0.6)


def _size(lines: Sequence[Line], marks: Marks) -> int:
    """How many Han characters of a stretch are free, as far as it matters."""
    size = 0
    for line in lines:
        if marks.free(line):
            size += han_count(line.view)
            if size >= 4 * LEAST_PAPER:
                break
    return size


class _Told:
    """What was said of papers, by place."""

    def __init__(self, hints: Sequence[Hint], page: Page, lines: Sequence[Line]) -> None:
        self._hints, self._page, self._lines = sorted(hints, key=lambda hint: hint.at), page, lines
        self._starts = [line.span.start for line in lines]

    def about(self, span: Span, heading: Heading | None, *, alone: bool) -> tuple[dict[str, str], dict[str, Span | str]]:
        """What was said of the paper at `span`, inside it and for a page with one paper anywhere, and where it was said."""
        found: dict[str, str] = {}
        where: dict[str, Span | str] = {}
        for hint in self._hints:
            near = span.start <= hint.at < span.end
            nearest = hint.key in ("title", "speaker")  # what stands nearest to the text is the paper's own
            told = near or alone or hint.key in ("published_on", "source")
            if told and hint.value and (nearest or hint.key not in found):
                found[hint.key], where[hint.key] = _dated(hint), self._place(hint)
        for name, key in rules().lexicons["page_metadata"].items():
            if (value := self._page.metadata.get(name)) and key not in found:
                found[key], where[key] = _dated(Hint(0, key, value)), name
        if title := self._page.metadata.get("title"):
            found.setdefault("site_title", site_title(title))
            where.setdefault("site_title", "title")
        if "title" not in found and heading is not None and heading.title and len(heading.title) >= 4:
            found["title"], where["title"] = heading.title, heading.span
        if "speaker" not in found and (speaker := speaker_of(found.get("title", ""))):
            found["speaker"], where["speaker"] = speaker, where.get("title", "title")
        return found, where

    def _place(self, hint: Hint) -> Span:
        """Where a hint stands in the repaired text: its words, or the line that they were made of."""
        line = self._lines[max(0, bisect_right(self._starts, hint.at) - 1)]
        at = line.text.find(hint.value, max(0, hint.at - line.span.start))
        start = line.span.start + at
        return Span(start, start + len(hint.value)) if at >= 0 else line.span


def _dated(hint: Hint) -> str:
    """A date in ISO form where it is one; other values as they stand."""
    if hint.key not in ("issued_on", "published_on"):
        return hint.value
    match = re.match(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})", hint.value)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else hint.value
