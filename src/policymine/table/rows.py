"""Findings as rows: their identity, their columns, and back again."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from policymine.model import (
    FINDING_KINDS,
    Bearer,
    Directive,
    Finding,
    FindingKind,
    Interval,
    MinedDocument,
    Page,
    Quantity,
    Reference,
    Row,
    Slogan,
    Span,
    TimeExpression,
)  # fmt: skip

Columns = dict[str, Any]
"""The values of one row by column name, as the schema has them."""
FREQUENCIES = ("hourly", "daily", "weekly", "monthly", "quarterly", "half-yearly", "yearly", "other")
"""How often something recurs; `other` is every other interval, such as each third day."""


def rows_of(page: Page, mined: MinedDocument) -> tuple[Row, ...]:
    """The rows of a mined document, kind by kind, each with its clean and its raw quotation.

    Raises:
        AlignmentError: a finding lies outside the clean text.
    """
    document = mined.document
    rows: list[Row] = []
    for kind in FINDING_KINDS:
        for finding in mined.findings.of(kind):
            raw_span = document.alignment.to_raw(finding.span)
            identity = row_id(page, kind, raw_span=raw_span, span=finding.span)
            requirement = requirement_id(finding.text, document.card.issuer) if kind == "directives" else None
            raw_text = raw_span.of(page.text)
            rows.append(
                Row(
                    identity,
                    document.id,
                    kind,
                    finding.span,
                    raw_span,
                    finding.text,
                    raw_text,
                    finding.rule,
                    finding,
                    requirement,
                )
            )
    return tuple(rows)


def row_id(page: Page, kind: FindingKind, *, raw_span: Span, span: Span) -> str:
    """The identity of a row: a hash of the page's version, the kind and where the finding stands."""
    place = f"{page.id}\n{page.body_sha256}\n{kind}\n{raw_span.start}-{raw_span.end}\n{span.start}-{span.end}"
    return hashlib.sha256(place.encode()).hexdigest()[:16]


def requirement_id(text: str, issuer: str | None) -> str:
    """The identity of a requirement: a hash of what is required and by whom, indifferent to punctuation, white space and width.

    >>> requirement_id("各镇要建台账，每周报送。", "县安委会") == requirement_id("各镇要建台账,每周报送", "县安委会")
    True
    >>> requirement_id("各镇要建台账", "县安委会") == requirement_id("各镇要建台账", "市安委会")
    False
    """
    return hashlib.sha256(f"{_plain(text)}\n{_issuer(issuer)}".encode()).hexdigest()[:16]


@lru_cache(maxsize=1 << 10)
def _issuer(name: str | None) -> str:
    """An issuer as identities know it; a page's is asked for with each of its directives."""
    return _plain(name or "")


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def columns_of(row: Row) -> Columns:
    """The columns of a row that come from the finding itself."""
    return {
        "id": row.id, "document_id": row.document_id, "start": row.span.start, "end": row.span.end,
        "raw_start": row.raw_span.start, "raw_end": row.raw_span.end, "text": row.text, "raw_text": row.raw_text,
        "rule": row.rule, **_WRITE[row.kind](row.finding),
        **({"requirement_id": row.requirement_id} if row.kind == "directives" else {}),
    }  # fmt: skip


def row_from(kind: FindingKind, columns: Mapping[str, Any]) -> Row:
    """The row that `columns_of` took apart."""
    span = Span(columns["start"], columns["end"])
    finding = _READ[kind](columns, (span, columns["text"], columns["rule"]))
    return Row(
        columns["id"], columns["document_id"], kind, span, Span(columns["raw_start"], columns["raw_end"]),
        columns["text"], columns["raw_text"], columns["rule"], finding, columns.get("requirement_id"),
    )  # fmt: skip


def view_columns(row: Row, *, others: Iterable[Row]) -> Columns:
    """What the view `knowledge` shows of a directive beside its own columns: units, first deadline, numbers and slogans.

    Args:
        row: a directive.
        others: the other rows of the same document.
    """
    directive = cast(Directive, row.finding)
    inside = [other for other in others if row.span.contains(other.span)]
    deadlines = sorted(directive.deadlines, key=lambda time: time.role != "deadline")
    first = deadlines[0] if deadlines else None
    interval = first.interval if first else None
    rrule = next((time.rrule for time in directive.deadlines if time.rrule), None)
    return {
        "reading": reading_of(directive), "lead": _names(directive, "lead"), "support": _names(directive, "support"),
        "responsible": _names(directive, "responsible"),
        "deadline_text": first and first.text, "deadline_value": first and first.value,
        "deadline_begin": interval and _moment(interval.begin), "deadline_end": interval and _moment(interval.end),
        "rrule": rrule, "frequency": frequency_of(rrule),
        "numbers": _listed(other.text for other in inside if other.kind == "quantities"),
        "slogans": _listed(_slogan_name(other) for other in inside if other.kind == "slogans"),
        "sector_list": _listed(directive.sectors),
    }  # fmt: skip


def frequency_of(rrule: str | None) -> str | None:
    """How often a recurrence (RFC 5545) comes, in one word of `FREQUENCIES`.

    >>> frequency_of("FREQ=MONTHLY;BYMONTHDAY=5"), frequency_of("FREQ=MONTHLY;INTERVAL=3"), frequency_of(None)
    ('monthly', 'quarterly', None)
    """
    if not rrule:
        return None
    parts = dict(part.partition("=")[::2] for part in rrule.removeprefix("RRULE:").split(";"))
    every, interval = parts.get("FREQ", "").lower(), parts.get("INTERVAL", "1")
    if every == "monthly" and interval in ("3", "6", "12"):
        return {"3": "quarterly", "6": "half-yearly", "12": "yearly"}[interval]
    return every if every in FREQUENCIES and interval == "1" else "other"


def reading_of(directive: Directive) -> str:
    """A hash of what was read in a directive, wherever it stands: who, how strictly, on what condition, by when.

    Equal readings of one requirement mean that nothing changed for those who must comply.
    """
    units = [(bearer.text, bearer.role) for bearer in directive.bearers]
    dates = [(time.value, time.mod, time.role, time.interval, time.rrule) for time in directive.deadlines]
    how = (directive.modality, directive.force, directive.operational, directive.condition, directive.penalty)
    return hashlib.blake2b(repr([how, units, dates, directive.sectors]).encode(), digest_size=8).hexdigest()


def _slogan_name(row: Row) -> str:
    return cast(Slogan, row.finding).slogan_id or row.text


def _names(directive: Directive, role: str) -> str | None:
    return _listed(bearer.text for bearer in directive.bearers if bearer.role == role)


def _listed(names: Iterable[str]) -> str | None:
    """Names as one text, each once, with ；between them; None when there are none."""
    return "；".join(dict.fromkeys(names)) or None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _spans(spans: Iterable[Span]) -> list[list[int]]:
    return [list(span) for span in spans]


def _time(finding: Finding) -> Columns:
    time = cast(TimeExpression, finding)
    begin, end = (time.interval.begin, time.interval.end) if time.interval else (None, None)
    return {
        "type": time.type, "value": time.value, "mod": time.mod, "role": time.role, "interval_begin": _moment(begin),
        "interval_end": _moment(end), "bounded": time.interval is not None, "anchor": time.anchor, "rrule": time.rrule,
    }  # fmt: skip


def _time_from(c: Mapping[str, Any], quoted: tuple[Span, str, str]) -> TimeExpression:
    interval = Interval(_when(c["interval_begin"]), _when(c["interval_end"])) if c["bounded"] else None
    return TimeExpression(
        *quoted, type=c["type"], value=c["value"], mod=c["mod"], role=c["role"], interval=interval, anchor=c["anchor"],
        rrule=c["rrule"],
    )  # fmt: skip


def _nested_time(time: TimeExpression) -> Columns:
    return {"start": time.span.start, "end": time.span.end, "text": time.text, "rule": time.rule, **_time(time)}


def _directive(finding: Finding) -> Columns:
    item = cast(Directive, finding)
    return {
        "section": list(item.section), "modality": item.modality, "force": item.force, "operational": item.operational,
        "confidence": round(item.confidence, 6), "cue": item.cue,
        "bearers": [
            {
                "text": bearer.text, "role": bearer.role, "explicit": bearer.explicit,
                "start": bearer.span and bearer.span.start, "end": bearer.span and bearer.span.end,
                "name": bearer.name, "kind": bearer.kind, "level": bearer.level, "sector": bearer.sector,
            }
            for bearer in item.bearers
        ],
        "condition": item.condition, "penalty": item.penalty,
        "deadlines": [_nested_time(time) for time in item.deadlines], "sectors": _sectors(item),
        "reasons": [[name, round(weight, 6)] for name, weight in item.reasons],
    }  # fmt: skip


def _directive_from(c: Mapping[str, Any], quoted: tuple[Span, str, str]) -> Directive:
    bearers = tuple(
        Bearer(
            b["text"],
            b["role"],
            b["explicit"],
            None if b["start"] is None else Span(b["start"], b["end"]),
            *(b.get(name) for name in ("name", "kind", "level", "sector")),
        )
        for b in c["bearers"]
    )
    deadlines = tuple(_time_from(t, (Span(t["start"], t["end"]), t["text"], t["rule"])) for t in c["deadlines"])
    return Directive(
        *quoted, modality=c["modality"], force=c["force"], operational=bool(c["operational"]), confidence=c["confidence"],
        cue=c["cue"], bearers=bearers, condition=c["condition"], penalty=c["penalty"], deadlines=deadlines,
        section=tuple(c["section"]), reasons=tuple((n, w) for n, w in c["reasons"]), **_sectors_from(c["sectors"]),
    )  # fmt: skip


def _sectors(item: Directive) -> list[Any]:
    """Each field of work with the place that names it; the name alone where none is known."""
    if len(item.sector_evidence) != len(item.sectors):
        return list(item.sectors)
    return [[name, *span] for name, span in zip(item.sectors, item.sector_evidence, strict=True)]


def _sectors_from(written: list[Any]) -> dict[str, Any]:
    named = [entry if isinstance(entry, list) else [entry] for entry in written]
    spans = tuple(Span(*entry[1:]) for entry in named if len(entry) > 1)
    return {"sectors": tuple(entry[0] for entry in named), "sector_evidence": spans}


def _quantity(finding: Finding) -> Columns:
    item = cast(Quantity, finding)
    return {
        "value": _number(item.value), "value_to": _number(item.value_to), "unit": item.unit, "mod": item.mod,
        "subject": item.subject, "base": item.base,
    }  # fmt: skip


def _quantity_from(c: Mapping[str, Any], quoted: tuple[Span, str, str]) -> Quantity:
    value, value_to = _decimal(c["value"]), _decimal(c["value_to"])
    return Quantity(*quoted, value=value, value_to=value_to, unit=c["unit"], mod=c["mod"], subject=c["subject"], base=c["base"])


def _slogan(finding: Finding) -> Columns:
    item = cast(Slogan, finding)
    return {
        "kind": item.kind, "expansion": None if item.expansion is None else list(item.expansion),
        "expansion_source": item.expansion_source, "slogan_id": item.slogan_id, "members": _spans(item.members),
    }  # fmt: skip


def _slogan_from(c: Mapping[str, Any], quoted: tuple[Span, str, str]) -> Slogan:
    expansion = None if c["expansion"] is None else tuple(c["expansion"])
    members = tuple(Span(*pair) for pair in c["members"])
    return Slogan(
        *quoted, kind=c["kind"], expansion=expansion, expansion_source=c["expansion_source"], slogan_id=c["slogan_id"],
        members=members,
    )  # fmt: skip


def _reference(finding: Finding) -> Columns:
    item = cast(Reference, finding)
    return {"title": item.title, "number": item.number}


def _reference_from(c: Mapping[str, Any], quoted: tuple[Span, str, str]) -> Reference:
    return Reference(*quoted, title=c["title"], number=c["number"])


_WRITE: Mapping[FindingKind, Callable[[Finding], Columns]] = {
    "directives": _directive, "times": _time, "quantities": _quantity, "slogans": _slogan, "references": _reference,
}  # fmt: skip
_READ: Mapping[FindingKind, Callable[[Mapping[str, Any], tuple[Span, str, str]], Finding]] = {
    "directives": _directive_from, "times": _time_from, "quantities": _quantity_from, "slogans": _slogan_from,
    "references": _reference_from,
}  # fmt: skip
