"""The Partition law: every raw character of a page is kept in one document or cut by exactly one named span.

The cleaning station holds its pages against it before it gives them away, the table before it stores them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policymine.errors import AlignmentError
from policymine.model import CleanPage, Cut, Document
from policymine.text import Span

CURE = "this is a bug of the cleaning station, the page is not stored; report it"
MISPLACED = "Origin: a piece is misplaced"


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
    cuts = sorted(clean.cuts, key=lambda cut: cut.raw_span)
    _disjoint(name, "cut", (cut.raw_span for cut in cuts))
    _disjoint(name, "document", (document.origin for document in documents))
    _disjoint(name, "repair", sorted(repair.raw_span for repair in clean.repairs))
    deleted: list[Span] = []
    replaced: list[Span] = []
    for document in documents:
        _check_pieces(name, raw, document, deleted=deleted, replaced=replaced)
    inside, outside = _sides(name, cuts, documents)
    _same(name, "deleted without a cut, or cut without being deleted", deleted, inside)
    _same(name, "replaced without a repair, or the other way round", replaced, [repair.raw_span for repair in clean.repairs])
    _same(name, "in no document and no cut", list(_gaps(len(raw), documents)), outside)


def _check_pieces(name: str, raw: str, document: Document, *, deleted: list[Span], replaced: list[Span]) -> None:
    at = document.origin.start
    length = 0
    for piece in document.alignment.pieces:
        if piece.raw_start != at:
            raise AlignmentError(
                name, f"raw offset {at}", f"{MISPLACED}, those of document {document.ordinal} leave a gap; {CURE}"
            )
        at = piece.raw_end
        length += len(piece.text)
        if piece.edit is None and not raw.startswith(piece.text, piece.raw_start):
            raise AlignmentError(name, f"raw offset {piece.raw_start}", f"{MISPLACED}, it does not quote the raw text; {CURE}")
        if piece.edit is None and len(piece.text) != piece.raw_end - piece.raw_start:
            raise AlignmentError(
                name, f"raw offset {piece.raw_start}", f"{MISPLACED}, it has another length than its raw text; {CURE}"
            )
        if piece.edit is not None:
            (replaced if piece.text else deleted).append(Span(piece.raw_start, piece.raw_end))
    if at != document.origin.end or length != len(document.text):
        raise AlignmentError(name, f"raw offset {at}", f"Origin: pieces end at raw {at}, they end too early or late; {CURE}")


def _disjoint(name: str, what: str, spans: Iterable[Span]) -> None:
    reached = 0
    for start, end in spans:
        if start < reached or end <= start:
            raise AlignmentError(
                name, f"raw offset {start}", f"Partition: claimed twice, two {what}s share a character, or one is empty; {CURE}"
            )
        reached = end


def _sides(name: str, cuts: Iterable[Cut], documents: list[Document]) -> tuple[list[Span], list[Span]]:
    """The cuts inside documents and those outside; none may be both."""
    inside: list[Span] = []
    outside: list[Span] = []
    index = 0
    for cut in cuts:
        while index < len(documents) and documents[index].origin.end <= cut.raw_span.start:
            index += 1
        origin = documents[index].origin if index < len(documents) else None
        if origin is None or not origin.overlaps(cut.raw_span):
            outside.append(cut.raw_span)
        elif origin.contains(cut.raw_span):
            inside.append(cut.raw_span)
        else:
            raise AlignmentError(
                name, f"raw offset {cut.raw_span.start}", f"Partition: a cut crosses the edge of a document; {CURE}"
            )
    return inside, outside


def _gaps(length: int, documents: list[Document]) -> Iterator[Span]:
    at = 0
    for document in documents:
        if document.origin.start > at:
            yield Span(at, document.origin.start)
        at = document.origin.end
    if at < length:
        yield Span(at, length)


def _same(name: str, what: str, one: list[Span], other: list[Span]) -> None:
    """Whether two lists of disjoint spans cover the same characters."""
    if one == other:
        return
    for left, right in zip(_merged(one), _merged(other), strict=False):
        if left != right:
            place = min(
                left.start if left.start != right.start else left.end, right.start if left.start != right.start else right.end
            )
            raise AlignmentError(name, f"raw offset {place}", f"Partition: a character is {what}; {CURE}")
    if len(_merged(one)) != len(_merged(other)):
        longer = max(_merged(one), _merged(other), key=len)
        place = longer[min(len(_merged(one)), len(_merged(other)))].start
        raise AlignmentError(name, f"raw offset {place}", f"Partition: a character is {what}; {CURE}")


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and merged[-1].end == span.start:
            merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged
