"""The three laws, checked anew before anything is stored: Partition, Origin, Quote.

Whatever breaks one is a bug in a station above, never bad input; the page is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policymine.errors import AlignmentError
from policymine.model import CleanPage, Directive, Document, MinedDocument, Page, Row, Slogan, Span
from policymine.partition import check_partition
from policymine.table.rows import row_id


def check_rows(page: Page, mined: MinedDocument, *, rows: Sequence[Row]) -> None:
    """The Origin and the Quote law for every row of a document, and for what its findings quote inside themselves.

    Raises:
        AlignmentError: names the row and what its span really holds.
    """
    document = mined.document
    if document.alignment.raw is not page.text and document.alignment.raw != page.text:
        _refuse(page, f"document {document.ordinal}", "Origin: it was cleaned from another raw text")
    if document.page_id != page.id:
        _refuse(page, f"document {document.ordinal}", f"Origin: it belongs to page {document.page_id}")
    if document.set_aside is not None and rows:
        _refuse(page, f"document {document.ordinal}", "a document that is set aside yields no findings")
    for name, span in document.card.evidence.items():
        _inside(page, document, span=span, place=f"evidence of {name}")
    for row in rows:
        _check_row(row, page=page, document=document)


def check_documents(clean: CleanPage, documents: Sequence[MinedDocument]) -> None:
    """That the mined documents are those of the page, each under an id of its own.

    Raises:
        AlignmentError: one is missing, changed its text on the way, or shares its id.
    """
    if len(documents) != len(clean.documents) or len({mined.document.id for mined in documents}) != len(documents):
        _refuse(clean.page, f"{len(documents)} documents", "Partition: they are not those of the page, or share an id")
    for mined, document in zip(documents, clean.documents, strict=True):
        if mined.document.id != document.id or mined.document.alignment != document.alignment:
            _refuse(clean.page, f"document {document.ordinal}", "Partition: it was cleaned otherwise than the page")


def check_identities(page: Page, rows: Iterable[Row]) -> None:
    """That no two rows of a page have one identity.

    Raises:
        AlignmentError: two findings of one kind stand on the same characters.
    """
    seen: dict[str, Row] = {}
    for row in rows:
        other = seen.setdefault(row.id, row)
        if other is not row:
            _refuse(page, f"{row.kind} {row.span.start}–{row.span.end}", f"{row.rule} and {other.rule} found the same stretch")


def _check_row(row: Row, *, page: Page, document: Document) -> None:
    place = f"{row.kind} {row.span.start}–{row.span.end} by {row.rule}"
    _inside(page, document, span=row.span, place=place)
    _quote(page, document.text, span=row.span, text=row.text, place=place)
    _quote(page, page.text, span=row.raw_span, text=row.raw_text, place=f"{place}, raw")
    if row.finding.span != row.span or row.finding.text != row.text:
        _refuse(page, place, "Quote: the row and its finding differ")
    if document.alignment.to_raw(row.span) != row.raw_span or not document.origin.contains(row.raw_span):
        _refuse(page, place, f"Origin: it did not come from raw {row.raw_span.start}–{row.raw_span.end}")
    if row.id != row_id(page, row.kind, raw_span=row.raw_span, span=row.span):
        _refuse(page, place, "its id is not that of its place")
    if isinstance(row.finding, Directive):
        for bearer in row.finding.bearers:
            if bearer.span is not None:
                _quote(page, document.text, span=bearer.span, text=bearer.text, place=f"{place}, bearer")
        for time in row.finding.deadlines:
            _quote(page, document.text, span=time.span, text=time.text, place=f"{place}, deadline")
    if isinstance(row.finding, Slogan):
        for member in row.finding.members:
            _inside(page, document, span=member, place=f"{place}, member")


def _inside(page: Page, document: Document, *, span: Span, place: str) -> None:
    if not 0 <= span.start < span.end <= len(document.text):
        _refuse(page, place, f"Quote: {span.start}–{span.end} lies outside the {len(document.text)} characters")


def _quote(page: Page, source: str, *, span: Span, text: str, place: str) -> None:
    found = span.of(source)
    if found != text or not text:
        _refuse(page, place, f"Quote: says {text[:20]!r}, but {found[:20]!r} stands there")


def _refuse(page: Page, place: str, cure: str) -> None:
    raise AlignmentError(page.url, place, f"{cure}; this is a bug in the station that gave it, the page is not stored")


__all__ = ["check_documents", "check_identities", "check_partition", "check_rows"]
