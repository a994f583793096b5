"""The Partition law: every raw character of a page is kept in one document or cut by exactly one named span.

The cleaning station holds its pages against it before it gives them away, the table before it stores them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from policymine.errors import AlignmentError
from policymine.model import CleanPage, Document
from policymine.text import Span

CURE = "this is a bug of the cleaning station, the page is not stored; report it"
MISPLACED = "Origin: a piece is misplaced"
Bounds = tuple[int, int]
"""Where a stretch of raw text begins and ends: a span, or as good as one where thousands are compared."""


def check_partition(clean: CleanPage) -> None:
    """Holds a cleaned page against the Partition and Origin laws.

    Documents are disjoint; their pieces cover their stretch of the raw text and quote it where nothing was changed; every raw
    character outside them lies in exactly one block cut; every deleted character inside them in exactly one inline cut; every
    replaced one in exactly one repair.

    Raises:
        AlignmentError: one of these does not hold; names the page, the raw offset and what is wrong.
    """
    raw, name = clean.page.text, clean.page.url
    documents = sorted(clean.documents, key=lambda document: document.origin)
    cuts = sorted([cut.raw_span for cut in clean.cuts])
    repaired = sorted([repair.raw_span for repair in clean.repairs])
    _disjoint(name, "cut", cuts)
    _disjoint(name, "document", [document.origin for document in documents])
    _disjoint(name, "repair", repaired)
    deleted: list[Bounds] = []
    replaced: list[Bounds] = []
    for document in documents:
        _check_pieces(name, raw, document, deleted=deleted, replaced=replaced)
    inside, outside = _sides(name, cuts, documents)
    _same(name, "deleted without a cut, or cut without being deleted", deleted, inside)
    _same(name, "replaced without a repair, or the other way round", replaced, repaired)
    _same(name, "in no document and no cut", list(_gaps(len(raw), documents)), outside)


def _check_pieces(name: str, raw: str, document: Document, *, deleted: list[Bounds], replaced: list[Bounds]) -> None:
    """Whether pieces follow each other and quote the raw text; adds what they delete and replace."""
    at, rows = document.origin.start, document.alignment.rows
    for start, end, text, made in rows:
        if start != at:
            gap = f"those of document {document.ordinal} leave a gap"
            raise AlignmentError(name, f"raw offset {at}", f"{MISPLACED}, {gap}; {CURE}")
        at = end
        if made is None:
            if raw[start:end] != text:
                longer = len(text) != end - start and raw.startswith(text, start)
                wrong = "it has another length than its raw text" if longer else "it does not quote the raw text"
                raise AlignmentError(name, f"raw offset {start}", f"{MISPLACED}, {wrong}; {CURE}")
        elif text:
            replaced.append((start, end))
        else:
            deleted.append((start, end))
    if at != document.origin.end or "".join([row[2] for row in rows]) != document.text:
        raise AlignmentError(name, f"raw offset {at}", f"Origin: pieces end at raw {at}, they end too early or late; {CURE}")


def _disjoint(name: str, what: str, spans: Sequence[Bounds]) -> None:
    reached = 0
    for start, end in spans:
        if start < reached or end <= start:
            raise AlignmentError(
                name, f"raw offset {start}", f"Partition: claimed twice, two {what}s share a character, or one is empty; {CURE}"
            )
        reached = end


def _sides(name: str, cuts: Iterable[Span], documents: list[Document]) -> tuple[list[Bounds], list[Bounds]]:
    """The cuts inside documents and those outside; none may be both."""
    inside: list[Bounds] = []
    outside: list[Bounds] = []
    origins = [*[document.origin for document in documents], (sys.maxsize, sys.maxsize)]
    index = 0
    for cut in cuts:
        start, end = cut
        while origins[index][1] <= start:
            index += 1
        low, high = origins[index]
        if end <= low:
            outside.append(cut)
        elif low <= start and end <= high:
            inside.append(cut)
        else:
            raise AlignmentError(name, f"raw offset {start}", f"Partition: a cut crosses the edge of a document; {CURE}")
    return inside, outside


def _gaps(length: int, documents: list[Document]) -> Iterator[Bounds]:
    at = 0
    for document in documents:
        if document.origin.start > at:
            yield at, document.origin.start
        at = document.origin.end
    if at < length:
        yield at, length


def _same(name: str, what: str, one: list[Bounds], other: Sequence[Bounds]) -> None:
    """Whether two lists of disjoint spans cover the same characters."""
    if one == other:
        return
    left, right = _merged(one), _merged(other)
    if left == right:
        return
    for (start, end), (low, high) in zip(left, right, strict=False):
        if (start, end) != (low, high):
            place = min(start, low) if start != low else min(end, high)
            raise AlignmentError(name, f"raw offset {place}", f"Partition: a character is {what}; {CURE}")
    place = max(left, right, key=len)[min(len(left), len(right))][0]
    raise AlignmentError(name, f"raw offset {place}", f"Partition: a character is {what}; {CURE}")


def _merged(spans: Iterable[Bounds]) -> list[Bounds]:
    merged: list[Bounds] = []
    for start, end in sorted(spans):
        if merged and merged[-1][1] == start:
            merged[-1] = merged[-1][0], end
        else:
            merged.append((start, end))
    return merged
