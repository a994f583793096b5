"""A mined page as the records of every table it fills, each with the signature that tells whether it changed."""

from __future__ import annotations

import hashlib
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from policymine.errors import AlignmentError
from policymine.model import FINDING_KINDS, CleanPage, Document, Issue, MinedDocument, Row, Span
from policymine.table.rows import Columns, columns_of, view_columns

UNSIGNED = frozenset({"page_id", "fetched_at", "place", "etag", "last_modified", "online_status", "frequency"})
"""Columns that may change without the content having changed, or that only repeat it."""


class Validators(NamedTuple):
    """What a server gave to ask with next time whether a page has changed."""

    etag: str | None = None
    last_modified: str | None = None


class Staged(NamedTuple):
    """A page ready to be written: its raw text, and for each table (by name) its records."""

    page_id: str
    text_sha256: str
    body: bytes
    records: Mapping[str, Sequence[Columns]]

    @property
    def size(self) -> int:
        """How many records it holds."""
        return sum(map(len, self.records.values()))


def utc(moment: datetime) -> str:
    """A moment as the table writes it; one without a zone is taken for UTC.

    >>> utc(datetime(2022, 3, 15, 8, 30))
    '2022-03-15T08:30:00+00:00'
    """
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.isoformat(timespec="seconds")


def stage(
    clean: CleanPage,
    rows: Mapping[str, Sequence[Row]],
    *,
    documents: Sequence[MinedDocument],
    fingerprints: Mapping[str, str],
    validators: Validators,
) -> Staged:
    """The records of a page.

    Args:
        clean: the cleaned page.
        rows: the rows of each document, by document id.
        documents: the mined documents.
        fingerprints: of the stations `clean` and `mine` that gave all this.
        validators: of the answer that brought the page.

    Raises:
        AlignmentError: the raw text cannot be written down (half a character).
    """
    body, text_sha256 = _body(clean)
    origins = [(mined.document.origin, mined.document.id) for mined in documents]
    records: dict[str, Sequence[Columns]] = {
        "pages": [_page(clean, text_sha256, fingerprints=fingerprints, validators=validators)],
        "documents": [_document(mined.document) for mined in documents],
        "edits": _edits(clean, origins),
        "issues": _issues(clean, documents),
    }
    for kind in FINDING_KINDS:
        records["references_" if kind == "references" else kind] = []
    for mined in documents:
        for table, found in _findings(clean, mined, rows=rows[mined.document.id]).items():
            records[table] = [*records[table], *found]
    for entries in records.values():
        for entry in entries:
            entry["page_id"] = clean.page.id
            entry["signature"] = signature(entry)
    return Staged(clean.page.id, text_sha256, zlib.compress(body, 6), records)


def _body(clean: CleanPage) -> tuple[bytes, str]:
    """The raw text as bytes, and their hash."""
    try:
        body = clean.page.text.encode()
    except UnicodeEncodeError as problem:
        cure = "half a character (a lone surrogate) stands there; decode it anew"
        raise AlignmentError(clean.page.url, f"raw {problem.start}", cure) from problem
    return body, hashlib.sha256(body).hexdigest()


def signature(columns: Columns) -> str:
    """A hash over a record's content: equal exactly when the content is."""
    content = repr([value for name, value in columns.items() if name not in UNSIGNED])
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _page(clean: CleanPage, text_sha256: str, *, fingerprints: Mapping[str, str], validators: Validators) -> Columns:
    page = clean.page
    return {
        "source": page.source, "url": page.url, "body_sha256": page.body_sha256,
        "fetched_at": utc(page.fetched_at) if page.fetched_at else None, "media_type": page.media_type,
        "encoding": page.encoding, "reader": page.reader, "script": clean.script, "raw_length": len(page.text),
        "text_sha256": text_sha256, "metadata": dict(sorted(page.metadata.items())), "place": page.place,
        "etag": validators.etag, "last_modified": validators.last_modified, "online_status": "online",
        "clean_fingerprint": fingerprints["clean"], "mine_fingerprint": fingerprints["mine"],
    }  # fmt: skip


def _document(document: Document) -> Columns:
    card = document.card
    return {
        "id": document.id, "ordinal": document.ordinal, "raw_start": document.origin.start, "raw_end": document.origin.end,
        "title": card.title, "kind": card.kind, "issued_on": card.issued_on, "region": card.region, "level": card.level,
        "issuer": card.issuer, "number": card.number, "speaker": card.speaker, "audience": card.audience,
        "sectors": list(card.sectors), "evidence": {name: list(span) for name, span in sorted(card.evidence.items())},
        "hints": dict(sorted(document.hints.items())), "text": document.text, "set_aside": document.set_aside,
        "duplicate_of": document.duplicate_of, "truncated": document.truncated,
    }  # fmt: skip


def _edits(clean: CleanPage, origins: Iterable[tuple[Span, str]]) -> list[Columns]:
    """Cuts and repairs, each with the document it lies in."""
    places = sorted(origins)
    edits: list[Columns] = [
        {
            "raw_start": cut.raw_span.start, "raw_end": cut.raw_span.end, "kind": cut.kind, "rule": cut.rule, "text": "",
            "confidence": round(cut.confidence, 6), "certainty": None, "review": cut.review,
        }
        for cut in clean.cuts
    ] + [
        {
            "raw_start": repair.raw_span.start, "raw_end": repair.raw_span.end, "kind": repair.kind, "rule": repair.rule,
            "text": repair.text, "confidence": round(repair.confidence, 6), "certainty": repair.certainty, "review": False,
        }
        for repair in clean.repairs
    ]  # fmt: skip
    edits.sort(key=lambda edit: (edit["raw_start"], edit["raw_end"], edit["rule"]))
    number = 0
    for edit in edits:
        while number < len(places) and places[number][0].end <= edit["raw_start"]:
            number += 1
        inside = number < len(places) and places[number][0].start <= edit["raw_start"]
        edit["document_id"] = places[number][1] if inside else None
    return edits


def _issues(clean: CleanPage, documents: Iterable[MinedDocument]) -> list[Columns]:
    found: list[tuple[str | None, Issue]] = [(None, issue) for issue in (*clean.page.issues, *clean.issues)]
    for mined in documents:
        found += [(mined.document.id, issue) for issue in (*mined.document.issues, *mined.findings.issues)]
    return [
        {
            "document_id": document_id, "code": issue.code, "level": issue.level, "start": issue.where and issue.where.start,
            "end": issue.where and issue.where.end, "message": issue.message, "hint": issue.hint,
        }
        for document_id, issue in dict.fromkeys(found)
    ]  # fmt: skip


def _findings(clean: CleanPage, mined: MinedDocument, *, rows: Sequence[Row]) -> dict[str, list[Columns]]:
    """The records of one document's findings by table."""
    card = mined.document.card
    paper: dict[str, Any] = {
        "source": clean.page.source, "kind": card.kind, "level": card.level, "region": card.region, "issued_on": card.issued_on,
    }  # fmt: skip
    sectors = "；".join(card.sectors) or None  # a directive belongs to its paper's sectors unless it names its own
    records: dict[str, list[Columns]] = {}
    for kind, group in groupby(rows, key=lambda row: row.kind):
        if kind == "directives":
            others = _Near([row for row in rows if row.kind != "directives"])
            views = ((columns_of(row), view_columns(row, others=others.around(row.span))) for row in group)
            found = [{**columns, **view, **paper, "sector_list": view["sector_list"] or sectors} for columns, view in views]
        else:
            found = [columns_of(row) for row in group]
        records.setdefault("references_" if kind == "references" else kind, []).extend(found)
    return records


class _Near:
    """The rows of a document in reading order, to ask which ones stand in a stretch without looking at all of them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = sorted(rows, key=lambda row: row.span)
        self.starts = [row.span.start for row in self.rows]

    def around(self, span: Span) -> Sequence[Row]:
        """The rows that start inside `span`."""
        return self.rows[bisect_left(self.starts, span.start) : bisect_left(self.starts, span.end)]
