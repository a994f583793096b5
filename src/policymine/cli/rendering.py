"""The JSON of docs/reference/formats.md: one object per document (`extract`) and per page (`clean`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from policymine.extraction.sectors import classes_of
from policymine.model import (
    FINDING_KINDS,
    CleanPage,
    Directive,
    Document,
    Finding,
    FindingKind,
    Interval,
    Issue,
    Quantity,
    Reference,
    Row,
    Slogan,
    TimeExpression,
)  # fmt: skip
from policymine.pipeline import MinedPage
from policymine.table.rows import rows_of
from policymine.text import Span

DOCUMENT_SCHEMA = "policymine.document/1"
PAGE_SCHEMA = "policymine.page/1"


def document_objects(mined: MinedPage, *, source: str) -> list[dict[str, Any]]:
    """One object per document of a page, ready for `json.dumps`."""
    page = mined.clean.page
    objects = []
    for entry in mined.documents:
        document, card = entry.document, entry.document.card
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in rows_of(page, entry):
            rows.setdefault(row.kind, []).append(row_object(row))
        objects.append(
            {
                "schema": DOCUMENT_SCHEMA, "source": source, "page_id": page.id, "document_id": document.id,
                "ordinal": document.ordinal, "raw_start": document.origin.start, "raw_end": document.origin.end,
                "duplicate_of": document.duplicate_of, "truncated": document.truncated,
                "title": card.title, "kind": card.kind, "issued_on": card.issued_on, "region": card.region,
                "level": card.level, "issuer": card.issuer, "number": card.number, "speaker": card.speaker,
                "audience": card.audience, "sectors": list(card.sectors), "set_aside": document.set_aside,
                "text": document.text,
                **{str(kind): rows.get(kind, []) for kind in FINDING_KINDS},
                "issues": [_issue(issue) for issue in (*document.issues, *entry.findings.issues)],
            }
        )  # fmt: skip
    return objects


def row_object(row: Row) -> dict[str, Any]:
    """The object of one row: where it stands, what it quotes, its fields."""
    return {**_provenance(row), **_FIELDS[row.kind](row.finding)}


def page_object(clean: CleanPage, *, source: str, with_text: bool = False) -> dict[str, Any]:
    """The object of one cleaned page: cuts, repairs and documents that together account for every raw character."""
    text = clean.page.text
    return {
        "schema": PAGE_SCHEMA, "source": source, "encoding": clean.page.encoding, "script": clean.script,
        "raw_length": len(text), **({"raw_text": text} if with_text else {}),
        "noise": [
            {
                "raw_start": cut.raw_span.start, "raw_end": cut.raw_span.end, "kind": cut.kind, "rule": cut.rule,
                "text": cut.raw_span.of(text), **({"review": True} if cut.review else {}),
            }
            for cut in clean.cuts
        ],
        "repairs": [
            {
                "raw_start": repair.raw_span.start, "raw_end": repair.raw_span.end, "kind": repair.kind, "rule": repair.rule,
                "raw_text": repair.raw_span.of(text), "text": repair.text, "confidence": round(repair.confidence, 3),
                **({"certainty": repair.certainty} if repair.certainty else {}),
            }
            for repair in clean.repairs
        ],
        "documents": [_document(document) for document in clean.documents],
        "issues": [_issue(issue) for issue in (*clean.page.issues, *clean.issues)],
    }  # fmt: skip


def _document(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.id, "set_aside": document.set_aside, "raw_start": document.origin.start,
        "raw_end": document.origin.end, "title": document.card.title, "kind": document.card.kind,
        "duplicate_of": document.duplicate_of, "truncated": document.truncated, "text": document.text,
        "metadata": {key: _said(value, document.hint_evidence.get(key)) for key, value in sorted(document.hints.items())},
    }  # fmt: skip


def _said(value: str, where: Span | str | None) -> dict[str, Any]:
    """What a page says of a paper, and where: a stretch of its raw text, or an entry of its metadata."""
    if isinstance(where, Span):
        return {"value": value, "raw_start": where.start, "raw_end": where.end}
    return {"value": value, "from": where}


def _provenance(row: Row) -> dict[str, Any]:
    return {
        "id": row.id, "start": row.span.start, "end": row.span.end, "raw_start": row.raw_span.start,
        "raw_end": row.raw_span.end, "text": row.text, "raw_text": row.raw_text, "rule": row.rule,
    }  # fmt: skip


def _directive(item: Finding) -> dict[str, Any]:
    assert isinstance(item, Directive)
    return {
        "section": list(item.section), "modality": item.modality, "force": item.force, "operational": item.operational,
        "confidence": round(item.confidence, 3), "cue": item.cue,
        "bearers": [
            {
                "text": b.text, "role": b.role, "explicit": b.explicit,
                "start": b.span.start if b.span else None, "end": b.span.end if b.span else None,
                "name": b.name, "kind": b.kind, "level": b.level, "sector": b.sector,
            }
            for b in item.bearers
        ],
        "condition": item.condition, "penalty": item.penalty,
        "deadlines": [{"text": t.text, "value": t.value, "role": t.role, "rrule": t.rrule} for t in item.deadlines],
        "sectors": list(item.sectors),
        "sector_evidence": [
            {"sector": name, "start": span.start, "end": span.end, "industries": list(classes_of(name))}
            for name, span in zip(item.sectors, item.sector_evidence, strict=False)
        ],
    }  # fmt: skip


def _time(item: Finding) -> dict[str, Any]:
    assert isinstance(item, TimeExpression)
    return {
        "type": item.type, "value": item.value, "mod": item.mod, "role": item.role, "interval": _interval(item.interval),
        "anchor": item.anchor, "rrule": item.rrule,
    }  # fmt: skip


def _quantity(item: Finding) -> dict[str, Any]:
    assert isinstance(item, Quantity)
    return {
        "value": decimal_text(item.value), "value_to": decimal_text(item.value_to), "unit": item.unit, "mod": item.mod,
        "subject": item.subject, "base": item.base,
    }  # fmt: skip


def _slogan(item: Finding) -> dict[str, Any]:
    assert isinstance(item, Slogan)
    return {
        "kind": item.kind, "expansion": list(item.expansion) if item.expansion else None,
        "expansion_source": item.expansion_source, "slogan_id": item.slogan_id,
    }  # fmt: skip


def _reference(item: Finding) -> dict[str, Any]:
    assert isinstance(item, Reference)
    return {"title": item.title, "number": item.number}


_FIELDS: Mapping[FindingKind, Callable[[Finding], dict[str, Any]]] = {
    "directives": _directive, "times": _time, "quantities": _quantity, "slogans": _slogan, "references": _reference,
}  # fmt: skip


def decimal_text(value: Decimal | None) -> str | None:
    """A decimal without exponent and trailing zeros.

    >>> decimal_text(Decimal("3E+6")), decimal_text(Decimal("2.50"))
    ('3000000', '2.5')
    """
    return None if value is None else format(value.normalize(), "f")


def _interval(interval: Interval | None) -> dict[str, str | None] | None:
    if interval is None:
        return None
    return {
        "begin": interval.begin.isoformat() if interval.begin else None,
        "end": interval.end.isoformat() if interval.end else None,
    }


def _issue(issue: Issue) -> dict[str, Any]:
    return {
        "code": issue.code, "level": issue.level, "where": list(issue.where) if issue.where else None,
        "message": issue.message, "hint": issue.hint,
    }  # fmt: skip
