"""A page to its documents: repair, label, split, cut, judge. Every raw character ends in one document or one named cut."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from policymine.cleaning.duplicates import DuplicateIndex, Match, Standing, copies_within, fingerprint
from policymine.cleaning.gate import set_aside_reason
from policymine.cleaning.labels import Labels, Part, label_page
from policymine.cleaning.lines import Mark, han_count, lines_of
from policymine.cleaning.noise import rules as noise_rules
from policymine.cleaning.oddities import find_oddities
from policymine.cleaning.repairs import KINDS, Repaired, repair
from policymine.cleaning.templates import Known, edges_of, issues_of, marks_of, merged
from policymine.cleaning.truncation import find_truncation
from policymine.cleaning.unknowns import find_unknowns, with_candidates
from policymine.model import CleanPage, Cut, Document, Issue, Page, Repair
from policymine.partition import check_partition
from policymine.text import Alignment, Edit, Span

ORDER = re.compile("必须|严禁|一律|要")
REVIEWED = 40
"""Han characters above which a removed block with an order in it is kept aside for a person to look at."""
ABOUT = frozenset({"heading", "nav_breadcrumb", "editor_intro"})
TextOf = Callable[[str], str | None]
NO_TEMPLATE: Known = MappingProxyType({})
UNREVIEWED = frozenset({"heading", "layout", "dup_title"})


class _Found(NamedTuple):
    """A document with the clean offsets (of the page) that it lies between, and the part it came from."""

    document: Document
    span: Span
    part: Part


def _no_text(_: str) -> str | None:
    return None


def clean_page(
    page: Page, *, duplicates: DuplicateIndex | None = None, text_of: TextOf = _no_text, template: Known = NO_TEMPLATE
) -> CleanPage:
    """Makes documents of a page.

    Args:
        page: as a reader of `sources` gave it.
        duplicates: what earlier pages held; copies of their texts are marked. The page's own texts are not added to it.
        text_of: gives the clean text of an earlier document by its id, None where it is not kept; a word hidden here that it
            shows becomes a candidate.
        template: the lines of the site's template, as far as they are learnt.

    Raises:
        AlignmentError: the Partition law does not hold; a bug, never bad input.

    >>> text = "首页 > 通报\\n\\n关于两起火灾的通报\\n\\n各镇要立即排查隐患,逐一建立台账。月底前报送。\\n\\n上一篇:防汛"
    >>> clean = clean_page(Page("p", "file", "p.txt", None, "0", text))
    >>> clean.documents[0].text, clean.documents[0].hints["title"]
    ('各镇要立即排查隐患,逐一建立台账。月底前报送。', '关于两起火灾的通报')
    >>> [cut.kind for cut in clean.cuts if cut.kind != "layout"]
    ['nav_breadcrumb', 'heading', 'related_links']
    """
    repaired = repair(Alignment.of(page.text))
    text = repaired.alignment.text
    labels = label_page(page, lines_of(page, repaired.alignment), length=len(text))
    marks, found, told = _without_template(page, repaired, labels, template)
    about = "\n".join(m.span.of(text) for m in marks if m.kind in ABOUT)
    judged = [
        _judged(one, ordinal=number, about=about, issues=_issues(one, repaired, marks)) for number, one in enumerate(found)
    ]
    documents = tuple(_revealed(list(_compared(judged, duplicates)), text_of))
    cuts = sorted(
        [*_block_cuts(repaired.alignment, marks, found), *_inline_cuts(documents, marks)],
        key=lambda cut: cut.raw_span,
    )
    reviewed = tuple(_reviewed(cut, page.text) for cut in cuts)
    issues = page.issues + repaired.issues + told
    clean = CleanPage(page, repaired.script, documents, reviewed, tuple(_repairs(documents)), issues)
    check_partition(clean)
    return clean


def _without_template(
    page: Page, repaired: Repaired, labels: Labels, template: Known
) -> tuple[Sequence[Mark], Sequence[_Found], tuple[Issue, ...]]:
    """The marks and documents of a page once its site's template is out of them, and what is to be said of that."""
    marks = labels.marks
    found = [one for part in labels.parts if (one := _document(page, repaired, marks, part)) is not None]
    if not template:
        return marks, found, ()
    deleted = [edit.span for one in found for edit in one.document.alignment.edits if not edit.text]
    edges = edges_of(page.text, [one.document.origin for one in found], without=deleted)
    if more := marks_of(edges, template, alignment=repaired.alignment):
        marks = merged(marks, more)
        found = [one for part in labels.parts if (one := _document(page, repaired, marks, part)) is not None]
    return marks, found, issues_of(edges, template, raw=page.text)


def _document(page: Page, repaired: Repaired, marks: Sequence[Mark], part: Part) -> _Found | None:
    """The document of one part: from its first to its last character that nothing marked, marks between them cut out."""
    span = _kept_span(repaired.alignment.text, marks, part.span)
    if span is None:
        return None
    inner = [mark for mark in _within(marks, span) if span.start < mark.span.start and mark.span.end < span.end]
    edits = [Edit(Span(m.span.start - span.start, m.span.end - span.start), "", m.rule, m.confidence) for m in inner]
    alignment = repaired.alignment.take(span).edit(edits)
    origin = alignment.origin
    identity = hashlib.sha256(f"{page.id}{page.body_sha256}{origin.start}-{origin.end}".encode()).hexdigest()[:16]
    where = {
        key: repaired.alignment.to_raw(place) if isinstance(place, Span) else place for key, place in part.evidence.items()
    }
    document = Document(identity, page.id, 0, origin, alignment, hints=part.hints, hint_evidence=where)
    return _Found(document, span, part)


def _kept_span(text: str, marks: Sequence[Mark], part: Span) -> Span | None:
    """From the first to the last character of a part that is neither white space nor marked."""
    inside = [mark.span for mark in _within(marks, part)]
    start, end = part
    for mark in inside:
        if text[start : mark.start].strip():
            break
        start = max(start, mark.end)
    for mark in reversed(inside):
        if mark.end <= start or text[mark.end : end].strip():
            break
        end = min(end, mark.start)
    return Span(start, end).trimmed(text) if end > start else None


def _within(marks: Sequence[Mark], span: Span) -> Sequence[Mark]:
    """The marks that touch a stretch; marks are disjoint and in order."""
    first = bisect_left(marks, span.start, key=lambda mark: mark.span.end)
    return marks[first : bisect_left(marks, span.end, key=lambda mark: mark.span.start)]


def _issues(one: _Found, repaired: Repaired, marks: Sequence[Mark]) -> tuple[Issue, ...]:
    """What repairs and truncation have to say of one document, in its own offsets."""
    moved = []
    for issue in repaired.issues:
        if issue.where is None or not one.span.contains(issue.where):
            continue
        moved.append(replace(issue, where=one.document.alignment.to_clean(repaired.alignment.to_raw(issue.where))))
    cut = any(mark.kind == "access_cut" and mark.rule in _truncating() for mark in _within(marks, one.part.span))
    text = one.document.text
    return (*moved, *find_oddities(text), *find_truncation(text, hints=one.document.hints, cut=cut), *find_unknowns(text))


@cache
def _truncating() -> frozenset[str]:
    """The rules whose cut says that the paper goes on elsewhere."""
    return frozenset(rule.id for rule in noise_rules() if rule.gives.get("truncates"))


def _judged(one: _Found, *, ordinal: int, about: str, issues: tuple[Issue, ...]) -> Document:
    """The document with its place among the papers of the page, its issues, and what speaks against it."""
    truncated = any(issue.code.startswith("truncated_") for issue in issues)
    reason = set_aside_reason(one.document.text, about=about)
    return replace(one.document, ordinal=ordinal, issues=issues, truncated=truncated, set_aside=reason)


def _compared(documents: Sequence[Document], index: DuplicateIndex | None) -> Iterator[Document]:
    """The documents with the fuller text that each copies, on this page or an earlier one."""
    if index is None and len(documents) < 2:
        yield from documents
        return
    prints = [fingerprint(document.id, document.text, page_id=document.page_id) for document in documents]
    within = copies_within(prints)
    for document, entry in zip(documents, prints, strict=True):
        standing = index.compare(entry) if index is not None else Standing(None, ())
        match = within.get(document.id) or standing.fuller
        issues = document.issues + tuple(_overtaking(other) for other in standing.overtaken)
        if match is None:
            yield replace(document, issues=issues)
        else:
            issues += (Issue("duplicate", "info", f"{match.share:.0%} of this text stands in {match.fuller}", "read that one"),)
            yield replace(document, duplicate_of=match.fuller, truncated=document.truncated or match.shortened, issues=issues)


def _revealed(documents: Sequence[Document], text_of: TextOf) -> Iterator[Document]:
    """The documents with candidates for what they hide: from the fuller text that each copies, and from its copies here."""
    texts = {document.id: document.text for document in documents}
    for document in documents:
        fuller = document.duplicate_of
        others = [fuller] if fuller else []
        others += [other.id for other in documents if other.duplicate_of == document.id]
        issues = document.issues
        for other in others:
            if shown := texts.get(other) or text_of(other):
                issues = with_candidates(issues, document.text, other=shown, source=other)
        yield document if issues == document.issues else replace(document, issues=issues)


def _overtaking(match: Match) -> Issue:
    return Issue("fuller_copy", "info", f"{match.copy} is a shorter copy of this text", f"prefer this one to {match.copy}")


def _block_cuts(alignment: Alignment, marks: Sequence[Mark], found: Sequence[_Found]) -> Iterator[Cut]:
    """Cuts for every raw character outside the documents: the marked stretches, `layout` for white space between them."""
    raw, outside = alignment.raw, [(alignment.to_raw(mark.span), mark) for mark in _outside(marks, found)]
    starts = [span.start for span, _ in outside]
    at = 0
    for origin in [*(one.document.origin for one in found), Span(len(raw), len(raw))]:
        if origin.start > at:
            first, last = bisect_right(starts, at - 1), bisect_left(starts, origin.start)
            yield from _fill(raw, Span(at, origin.start), outside[max(first - 1, 0) : last])
        at = origin.end


def _outside(marks: Sequence[Mark], found: Sequence[_Found]) -> Iterator[Mark]:
    """The marks that lie in no document; both are in order."""
    spans, number = [one.span for one in found], 0
    for mark in marks:
        start, end = mark.span
        while number < len(spans) and spans[number][1] <= start:
            number += 1
        if number == len(spans) or start <= spans[number][0] or end >= spans[number][1]:
            yield mark


def _fill(raw: str, gap: Span, marked: Iterable[tuple[Span, Mark]]) -> Iterator[Cut]:
    """Covers one gap between documents. What is no white space between two marks goes with the mark before it."""
    cuts: list[Cut] = []
    at, stop = gap
    for span, mark in marked:
        start, end = span
        if start < at or end > stop:
            start, end = max(start, at), min(end, stop)
            span = Span(start, end)
        if end <= start:
            continue
        if at < start:
            cuts.append(_between(raw, Span(at, start), cuts, mark))
        cuts.append(Cut(span, mark.kind, mark.rule, mark.confidence))
        at = end
    if at < stop:
        cuts.append(_between(raw, Span(at, stop), cuts, None))
    yield from _joined(cuts)


def _between(raw: str, span: Span, before: Sequence[Cut], after: Mark | None) -> Cut:
    """White space between marks as `layout`; invisible characters and the like with the nearest mark."""
    if raw[span.start : span.end].isspace():
        return Cut(span, "layout", "layout.space")
    if before and before[-1].kind != "layout":
        return Cut(span, before[-1].kind, before[-1].rule, before[-1].confidence)
    if after is not None:
        return Cut(span, after.kind, after.rule, after.confidence)
    return Cut(span, "separator_residue", "noise.unreadable", 0.5)


def _joined(cuts: Iterable[Cut]) -> Iterator[Cut]:
    """Neighbouring cuts of one rule as one."""
    last: Cut | None = None
    for cut in cuts:
        if last is not None and last.rule == cut.rule and last.raw_span.end == cut.raw_span.start:
            last = replace(
                last, raw_span=Span(last.raw_span.start, cut.raw_span.end), confidence=min(last.confidence, cut.confidence)
            )
        else:
            if last is not None:
                yield last
            last = cut
    if last is not None:
        yield last


def _inline_cuts(documents: Iterable[Document], marks: Iterable[Mark]) -> Iterator[Cut]:
    kinds = {**{mark.rule: mark.kind for mark in marks}, **KINDS}
    for document in documents:
        cuts = []
        for start, end, text, made in document.alignment.changed:
            if not text:
                cuts.append(Cut(Span(start, end), kinds[made[0]], made[0], made[1]))
        yield from _joined(cuts)


def _repairs(documents: Iterable[Document]) -> list[Repair]:
    """The repairs of some documents; there may be thousands, so that tuples are made without their constructors."""
    new: Callable[..., Any] = tuple.__new__
    return [
        new(Repair, (new(Span, (start, end)), KINDS.get(made[0], made[0]), made[0], text, made[1], made[2]))
        for document in documents
        for start, end, text, made in document.alignment.changed
        if text
    ]


def _reviewed(cut: Cut, raw: str) -> Cut:
    """The cut, flagged for review when it is long and holds an order."""
    if cut.kind in UNREVIEWED or cut.raw_span.length <= REVIEWED:
        return cut
    text = cut.raw_span.of(raw)
    return replace(cut, review=True) if ORDER.search(text) and han_count(text) > REVIEWED else cut
