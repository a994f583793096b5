"""Edits recorded while a text is cleaned, so that every clean character knows the raw characters it came from.

An `Alignment` is a sequence of pieces that together cover one stretch of raw text without gap or overlap. A piece is *kept*
(its text is the raw text), *replaced* or *deleted* (its text is empty); replaced and deleted ones carry the rule that did it.
That sequence is the Partition law, `to_raw` over it the Origin law: offsets are recorded, never recovered by comparison.

A replacement of equal length maps character by character. A replacement that changes the length is atomic: a clean span that
touches it maps to the whole of its raw span.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import itemgetter, le, lt
from typing import NamedTuple, cast, overload

from policymine.errors import AlignmentError
from policymine.text.span import Span


class Edit(NamedTuple):
    """One change of a text: `span` (offsets of the text it is applied to) becomes `text`; an empty text deletes.

    `rule` is the id of the rule that did it, `confidence` how sure it is (0–1), `certainty` one letter per character of
    `text` when bytes were repaired: e both bytes seen, h one, g none (inferred, never a fact).
    """

    span: Span
    text: str
    rule: str
    confidence: float = 1.0
    certainty: str | None = None


Made = tuple[str, float, str | None]
"""What an edit says of itself: its rule, its confidence, its certainty."""


@dataclass(frozen=True, slots=True)
class Replacements(Sequence[Edit]):
    """Edits of one rule, in order and disjoint, by columns: thousands of them take a tenth of the time that single ones take.

    >>> Replacements([0, 2], [1, 4], ["扩", "会议"], "repairs.script", 0.99)[1]
    Edit(span=Span(start=2, end=4), text='会议', rule='repairs.script', confidence=0.99, certainty=None)
    """

    starts: Sequence[int]
    stops: Sequence[int]
    texts: Sequence[str]
    rule: str
    confidence: float

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, number: int) -> Edit: ...
    @overload
    def __getitem__(self, number: slice) -> list[Edit]: ...
    def __getitem__(self, number: int | slice) -> Edit | list[Edit]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        return Edit(Span(self.starts[number], self.stops[number]), self.texts[number], self.rule, self.confidence)


class _Columns(NamedTuple):
    """Edits in order, as one and by columns."""

    edits: Sequence[Edit]
    starts: Sequence[int]
    stops: Sequence[int]
    texts: Sequence[str]
    mades: Sequence[Made]

    @classmethod
    def of(cls, edits: Iterable[Edit]) -> _Columns:
        """The columns of edits in any order."""
        if isinstance(edits, Replacements):
            made = edits.rule, edits.confidence, None
            return cls(edits, edits.starts, edits.stops, edits.texts, [made] * len(edits))
        listed = sorted(edits, key=itemgetter(0))
        starts, stops = [edit[0][0] for edit in listed], [edit[0][1] for edit in listed]
        return cls(listed, starts, stops, [edit[1] for edit in listed], [edit[2:] for edit in listed])

    def refuse(self, length: int) -> None:
        """Refuses what cannot be edited in a text of some length."""
        starts, stops = self.starts, self.stops
        if starts[0] >= 0 and stops[-1] <= length and all(map(lt, starts, stops)) and all(map(le, stops, starts[1:])):
            return
        reached = 0
        for start, end, made in zip(starts, stops, self.mades, strict=True):
            if start < reached or end <= start or end > length:
                place = f"{start}–{end} of {length} characters"
                raise AlignmentError(made[0], place, "edits must be disjoint, not empty and inside the text")
            reached = end


class Piece(NamedTuple):
    """One stretch of raw text and what became of it; `made` says who changed it, None when it was kept as it stood."""

    raw_start: int
    raw_end: int
    text: str
    made: Made | None = None

    @property
    def edit(self) -> Edit | None:
        """The change as an edit of the raw text; None when there was none."""
        return self.made and Edit(Span(self.raw_start, self.raw_end), self.text, *self.made)

    @property
    def stretchable(self) -> bool:
        """Whether it maps character by character, so that it can be cut anywhere."""
        return len(self.text) == self.raw_end - self.raw_start

    def part(self, start: int, end: int) -> Piece:
        """The part from clean offset `start` to `end`, counted inside the piece; only of stretchable pieces."""
        if start == 0 and end == len(self.text):
            return self
        return Piece(self.raw_start + start, self.raw_start + end, self.text[start:end], self.made)


Row = tuple[int, int, str, Made | None]
"""A piece as a plain tuple: thousands are made and read in half the time."""
Changed = tuple[int, int, str, Made]
"""One that was replaced or deleted."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A clean text and the raw text it came from, piece by piece; `origin` is the stretch of `raw` that the pieces cover.

    >>> a = Alignment.of("擴(kuò)大會議").edit([Edit(Span(1, 6), "", "repairs.pinyin")])
    >>> a.text, a.to_raw(Span(0, 2))
    ('擴大會議', Span(start=0, end=7))
    >>> b = a.edit([Edit(Span(0, 1), "扩", "repairs.script"), Edit(Span(2, 4), "会议", "repairs.script")])
    >>> b.text, b.to_raw(Span(2, 4)), [e.rule for e in b.edits]
    ('扩大会议', Span(start=7, end=9), ['repairs.script', 'repairs.pinyin', 'repairs.script'])
    """

    raw: str
    origin: Span
    rows: tuple[Row, ...]
    text: str
    _clean_ends: tuple[int, ...] = field(repr=False, compare=False)

    @classmethod
    def of(cls, raw: str, origin: Span | None = None) -> Alignment:
        """The alignment of a stretch of `raw` (all of it by default) in which nothing has been changed yet."""
        start, end = origin or (0, len(raw))
        return cls._from(raw, [(start, end, raw[start:end], None)] if end > start else [])

    @classmethod
    def _from(cls, raw: str, rows: Sequence[Row]) -> Alignment:
        if not rows:
            return cls(raw, Span(0, 0), (), "", ())
        texts = [row[2] for row in rows]
        return cls(raw, Span(rows[0][0], rows[-1][1]), tuple(rows), "".join(texts), tuple(accumulate(map(len, texts))))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The rows by name."""
        return tuple(map(Piece._make, self.rows))

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Everything that was changed, in order; spans are raw offsets, no two overlap."""
        return tuple(Edit(Span(start, end), text, *made) for start, end, text, made in self.changed)

    @property
    def changed(self) -> list[Changed]:
        """The rows that were replaced or deleted, in order."""
        return cast("list[Changed]", [row for row in self.rows if row[3] is not None])

    def edit(self, edits: Iterable[Edit]) -> Alignment:
        """A new alignment with `edits` (offsets of `self.text`) applied and recorded.

        An edit that touches part of an atomic replacement takes the whole of it along.

        Raises:
            AlignmentError: an edit is empty, overlaps another, or lies outside the text.
        """
        columns = _Columns.of(edits)
        if not columns.starts:
            return self
        columns.refuse(len(self.text))
        return Alignment._from(self.raw, self._edited(columns))

    def _edited(self, columns: _Columns) -> list[Row]:
        """The rows after disjoint edits in order; what none of them touches is taken over as it is."""
        starts, stops, ends, rows = columns.starts, columns.stops, self._clean_ends, self.rows
        out: list[Row] = []
        untouched = number = 0
        while number < len(starts):
            first = last = bisect_right(ends, starts[number], untouched)
            begun, number = number, bisect_left(starts, ends[first], number)
            while stops[number - 1] > ends[last]:
                last = bisect_left(ends, stops[number - 1], last)
                number = bisect_left(starts, ends[last], number)
            out += rows[untouched:first]
            start, touched, group = ends[first] - len(rows[first][2]), rows[first : last + 1], slice(begun, number)
            if first == last and touched[0][3] is None:
                out += _inside(touched[0], start, columns, group)
            elif all(made is None or not text for _, _, text, made in touched) and (
                plain := _through(touched, start, columns, group)
            ):
                out += plain
            else:
                every = columns.edits[group]
                out += _apply(list(_split(list(map(Piece._make, touched)), every, at=start)), every)
            untouched = last + 1
        out += rows[untouched:]
        return out

    def to_raw(self, span: Span) -> Span:
        """The raw characters that `span` (clean offsets) came from: from the first one's start to the last one's end.

        Raises:
            AlignmentError: the span is empty or lies outside the clean text.
        """
        if not 0 <= span.start < span.end <= len(self.text):
            place = f"{span.start}–{span.end} of {len(self.text)} characters"
            raise AlignmentError("span", place, "ask for at least one character inside the clean text")
        rows, ends = self.rows, self._clean_ends
        if len(rows) == 1 and rows[0][3] is None:
            return span.shifted(self.origin[0]) if self.origin[0] else span
        first, last = bisect_right(ends, span.start), bisect_left(ends, span.end)
        start, stop, text, _ = rows[first]
        if len(text) == stop - start:
            start = stop - (ends[first] - span.start)
        begin, end, text, _ = rows[last]
        if len(text) == end - begin:
            end -= ends[last] - span.end
        return Span(start, end)

    def to_clean(self, raw_span: Span) -> Span | None:
        """The clean characters that came from `raw_span`; None when all of it was deleted or lies elsewhere."""
        found: list[tuple[int, int]] = []
        for index in range(bisect_right(self.rows, raw_span.start, key=itemgetter(1)), len(self.rows)):
            raw_start, raw_end, text, _ = self.rows[index]
            if raw_start >= raw_span.end:
                break
            start, end = self._clean_ends[index] - len(text), self._clean_ends[index]
            if text and len(text) == raw_end - raw_start:
                end = start + min(raw_span.end, raw_end) - raw_start
                start += max(raw_span.start - raw_start, 0)
            if text:
                found.append((start, end))
        return Span(found[0][0], found[-1][1]) if found else None

    def take(self, span: Span) -> Alignment:
        """The alignment of a stretch of the clean text (clean offsets), still counting raw offsets in the whole raw text.

        What was deleted just before the first or just after the last character of `span` is left out.
        """
        first, last = bisect_right(self._clean_ends, span.start), bisect_left(self._clean_ends, span.end)
        rows = list(self.rows[first : last + 1])
        for index in {first, last}:
            piece, end = Piece._make(self.rows[index]), self._clean_ends[index]
            start = end - len(piece.text)
            if piece.text and piece.stretchable:
                rows[index - first] = piece.part(max(span.start - start, 0), min(span.end, end) - start)
        return Alignment._from(self.raw, rows)


class _Placed(NamedTuple):
    """A piece and the clean offsets it holds before the edits at hand."""

    start: int
    end: int
    piece: Piece


def _inside(row: Row, start: int, columns: _Columns, group: slice) -> list[Row]:
    """One kept piece, which begins at clean offset `start`, cut up by edits that lie in it: the common case."""
    begin, end, text, _ = row
    shift, at = begin - start, start
    out: list[Row] = []
    for low, high, new, made in zip(*[column[group] for column in columns[1:]], strict=True):
        if low > at:
            out.append((at + shift, low + shift, text[at - start : low - start], None))
        out.append((low + shift, high + shift, new, made))
        at = high
    if at + shift < end:
        out.append((at + shift, end, text[at - start :], None))
    return out


def _through(rows: Sequence[Row], start: int, columns: _Columns, group: slice) -> list[Row]:
    """Kept pieces with deletions between them, which begin at clean offset `start`, cut up by edits that lie in them.

    Nothing comes back when an edit reaches over a border and its text cannot be parted there.
    """
    _, starts, stops, texts, mades = columns
    out: list[Row] = []
    number, at = group.start, start
    for row in rows:
        raw, _, text, _ = row
        end, reached, shift = at + len(text), at, raw - at
        while text and number < group.stop and starts[number] < end:
            low, high, new = starts[number], stops[number], texts[number]
            first, stop = max(low, at), min(high, end)
            if first > reached:
                out.append((reached + shift, first + shift, text[reached - at : first - at], None))
            if stop - first < high - low:
                if new and len(new) != high - low:
                    return []
                new = new[first - low : stop - low]
            out.append((first + shift, stop + shift, new, mades[number]))
            reached = stop
            if high > end:
                break
            number += 1
        if reached == at:
            out.append(row)
        elif reached < end:
            out.append((reached + shift, end + shift, text[reached - at :], None))
        at = end
    return out


def _split(pieces: Sequence[Piece], edits: Sequence[Edit], *, at: int) -> Iterator[_Placed]:
    """The pieces from clean offset `at` on, cut at every boundary of an edit that falls inside a stretchable one."""
    cuts = sorted({offset for edit in edits for offset in edit.span})
    next_cut = 0
    for piece in pieces:
        end = at + len(piece.text)
        start = at
        while next_cut < len(cuts) and cuts[next_cut] < end:
            cut = cuts[next_cut]
            next_cut += 1
            if cut > start and piece.stretchable:
                yield _Placed(start, cut, piece.part(start - at, cut - at))
                start = cut
        yield _Placed(start, end, piece.part(start - at, end - at) if start > at else piece)
        at = end


def _apply(placed: Sequence[_Placed], edits: Sequence[Edit]) -> Iterator[Piece]:
    """The pieces after the edits; pieces and edits that are entangled through an atomic replacement go together."""
    index = number = 0
    while index < len(placed):
        if number == len(edits) or edits[number].span.start >= placed[index].end:
            yield placed[index].piece
            index += 1
            continue
        first, group = index, [edits[number]]
        limit = max(placed[index].end, edits[number].span.end)
        number += 1
        while True:
            if index + 1 < len(placed) and placed[index + 1].start < limit:
                index += 1
                limit = max(limit, placed[index].end)
            elif number < len(edits) and edits[number].span.start < limit:
                group.append(edits[number])
                limit = max(limit, edits[number].span.end)
                number += 1
            else:
                break
        yield from _rewrite(placed[first : index + 1], group)
        index += 1


def _rewrite(placed: Sequence[_Placed], edits: Sequence[Edit]) -> Iterator[Piece]:
    """What the edits make of the pieces they touch; earlier deletions inside keep their own record where they can."""
    main = edits[0]
    whole = len(edits) == 1 and main.span == (placed[0].start, placed[-1].end)
    by_character = whole and len(main.text) == main.span.length and all(p.piece.stretchable or not p.piece.text for p in placed)
    if whole and len(placed) > 1 and (by_character or not main.text):
        for start, end, piece in placed:
            if piece.text:
                text = main.text[start - main.span.start : end - main.span.start]
                yield _piece(piece.raw_start, piece.raw_end, text, edits)
            else:
                yield piece
        return
    before, at = "".join(p.piece.text for p in placed), placed[0].start
    out = []
    for edit in edits:
        out += [before[at - placed[0].start : edit.span.start - placed[0].start], edit.text]
        at = edit.span.end
    text = "".join(out) + before[at - placed[0].start :]
    yield _piece(placed[0].piece.raw_start, placed[-1].piece.raw_end, text, edits)


def _piece(raw_start: int, raw_end: int, text: str, edits: Sequence[Edit]) -> Piece:
    confidence = min(edit.confidence for edit in edits)
    return Piece(raw_start, raw_end, text, (edits[0].rule, confidence, edits[0].certainty))
