"""One row in its context, and the way back from its value to the bytes it came from."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from policymine.errors import UnknownIdError
from policymine.model import Card, Directive, Edit, FindingKind, PaperKind, Row, Span
from policymine.table import schema
from policymine.table.rows import row_from
from policymine.table.schema import FINDINGS, Snapshot, visible
from policymine.table.store import Table
from policymine.text.sentences import sentences


class PageFacts(NamedTuple):
    """Where a row's page came from; `place` leads to its bytes in the archive."""

    page_id: str
    source: str
    url: str
    body_sha256: str
    fetched_at: str | None
    encoding: str
    media_type: str
    place: str | None
    online_status: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A row in its context.

    `before` and `after` are the neighbouring sentences, `sentence` the stretch of the document from the first to the last
    sentence that the row touches, `place` the row inside it. `inside` are the other rows that stand within the row. `withdrawn`
    is the moment of the run that took the row back, None while it stands.
    """

    row: Row
    card: Card
    page: PageFacts
    sentence: str
    place: Span
    before: str | None
    after: str | None
    section: tuple[str, ...]
    inside: tuple[Row, ...]
    first_seen: str
    last_seen: str
    withdrawn: str | None


@dataclass(frozen=True, slots=True)
class Explained:
    """How a row came to be: the rule, the clean and the raw text, and what was changed between them.

    `edits` are the cuts and repairs inside the row's raw span (raw offsets of the page); `reasons` the features that decided.
    """

    row: Row
    page: PageFacts
    reader: str
    edits: tuple[Edit, ...]
    kinds: tuple[str, ...]
    reasons: tuple[tuple[str, float], ...]
    clean_fingerprint: str
    mine_fingerprint: str
    raw_before: str
    raw_after: str


CONTEXT = 40
"""Raw characters that `explain` gives on either side."""


class _Found(NamedTuple):
    row: Row
    columns: Mapping[str, Any]
    page: Mapping[str, Any]
    run_id: int
    withdrawn: str | None


class Version(NamedTuple):
    """What a row said from one run to another; `until` is None while it says so still."""

    row: Row
    run_id: int
    since: str
    until: str | None


def history(table: Table, row_id: str) -> tuple[Version, ...]:
    """What a row, or every directive of a requirement, said on earlier nights, oldest first.

    Args:
        table: where to look.
        row_id: the id of a row, or a requirement's.

    Raises:
        UnknownIdError: nothing that was ever published has this id.
    """
    runs, gone = schema.runs.alias("runs"), schema.runs.alias("gone")
    found: list[Version] = []
    with table.reading() as now:
        for kind, part in FINDINGS.items():
            c = part.c
            named = sa.or_(c.id == row_id, c.requirement_id == row_id) if "requirement_id" in c else c.id == row_id
            later = sa.and_(gone.c.id == c.withdrawn_run, gone.c.id <= now.run_id)
            joined = part.join(runs, runs.c.id == c.run_id).outerjoin(gone, later)
            query = sa.select(part, runs.c.started.label("since"), gone.c.started.label("until")).select_from(joined)
            for columns in now.connection.execute(query.where(named, c.run_id <= now.run_id)).mappings():
                row = row_from(cast(FindingKind, kind), dict(columns))
                found.append(Version(row, columns["run_id"], columns["since"], columns["until"]))
    if not found:
        raise UnknownIdError(row_id, "", "no row has this id; `policymine search` gives the ids of what it finds")
    return tuple(sorted(found, key=lambda version: (version.run_id, version.row.id)))


def show(table: Table, row_id: str, *, run: int | None = None) -> Shown:
    """A row with the sentences around it, its paper and the headings above it; a withdrawn one as it last stood.

    Args:
        table: where to look.
        row_id: the id of a row.
        run: as this run showed it; the published one by default.

    Raises:
        UnknownIdError: no row that was ever published has this id.
    """
    with table.reading(run=run) as now:
        found = _find(now, row_id)
        document = _document(now, found)
        inside = _inside(now, found)
    text, span = document["text"], found.row.span
    spans = sentences(text)
    touched = [number for number, sentence in enumerate(spans) if sentence.overlaps(span)]
    first, last = (touched[0], touched[-1]) if touched else (0, -1)
    whole = Span(min(spans[first].start, span.start), max(spans[last].end, span.end)) if touched else span
    return Shown(
        row=found.row, card=_card(document), page=_page_facts(found.page), sentence=whole.of(text),
        place=span.shifted(-whole.start), before=spans[first - 1].of(text) if touched and first > 0 else None,
        after=spans[last + 1].of(text) if touched and last + 1 < len(spans) else None, section=_section(found, inside),
        inside=inside, first_seen=found.columns["first_seen"],
        last_seen=found.columns["last_seen"] if found.withdrawn else found.page["last_seen"], withdrawn=found.withdrawn,
    )  # fmt: skip


def explain(table: Table, row_id: str) -> Explained:
    """The way from a row back to its source: rule, clean text, raw text and the changes between them, page, bytes.

    Raises:
        UnknownIdError: no row that was ever published has this id.
    """
    with table.reading() as now:
        found = _find(now, row_id)
        e, raw_span = schema.edits.c, found.row.raw_span
        within = sa.and_(e.page_id == found.columns["page_id"], e.raw_start < raw_span.end, e.raw_end > raw_span.start)
        changed = sa.select(schema.edits).where(visible(schema.edits, found.run_id), within).order_by(e.raw_start, e.raw_end)
        edits = now.connection.execute(changed).all()
        kept = sa.select(schema.texts.c.body).where(schema.texts.c.sha256 == found.page["text_sha256"])
        raw = zlib.decompress(now.connection.scalars(kept).one()).decode()
    finding = found.row.finding
    return Explained(
        row=found.row, page=_page_facts(found.page), reader=found.page["reader"],
        edits=tuple(Edit(Span(e.raw_start, e.raw_end), e.text, e.rule, e.confidence, e.certainty) for e in edits),
        kinds=tuple(edit.kind for edit in edits), reasons=finding.reasons if isinstance(finding, Directive) else (),
        clean_fingerprint=found.page["clean_fingerprint"], mine_fingerprint=found.page["mine_fingerprint"],
        raw_before=raw[max(raw_span.start - CONTEXT, 0) : raw_span.start], raw_after=raw[raw_span.end : raw_span.end + CONTEXT],
    )  # fmt: skip


def _find(now: Snapshot, row_id: str) -> _Found:
    """The row of this id that stands, else its latest published state."""
    for kind, part in FINDINGS.items():
        c = part.c
        published = sa.select(part).where(c.id == row_id, c.run_id <= now.run_id)
        stands = sa.case((visible(part, now.run_id), 0), else_=1)
        columns = now.connection.execute(published.order_by(stands, c.withdrawn_run.desc(), c.serial.desc())).mappings().first()
        if columns is None:
            continue
        gone = columns["withdrawn_run"]
        shown = now.run_id if gone is None or gone > now.run_id else gone - 1
        moment = sa.select(schema.runs.c.started).where(schema.runs.c.id == gone)
        withdrawn = now.connection.scalars(moment).one() if shown != now.run_id else None
        row = row_from(cast(FindingKind, kind), dict(columns))
        page = now.connection.execute(
            sa.select(schema.pages).where(schema.pages.c.page_id == columns["page_id"], visible(schema.pages, shown))
        )
        return _Found(row, dict(columns), dict(page.mappings().one()), shown, withdrawn)
    raise UnknownIdError(row_id, "", "no row has this id; `policymine search` gives the ids of what it finds")


def _document(now: Snapshot, found: _Found) -> Mapping[str, Any]:
    """The row's document as it was when the row stood."""
    d = schema.documents
    its = (d.c.page_id == found.columns["page_id"], d.c.id == found.row.document_id, visible(d, found.run_id))
    return dict(now.connection.execute(sa.select(d).where(*its)).mappings().one())


def _inside(now: Snapshot, found: _Found) -> tuple[Row, ...]:
    rows: list[Row] = []
    for kind, part in FINDINGS.items():
        c = part.c
        within = (c.document_id == found.row.document_id, c.start >= found.row.span.start, c.end <= found.row.span.end)
        here = sa.select(part).where(visible(part, found.run_id), c.page_id == found.columns["page_id"], *within)
        rows += [row_from(cast(FindingKind, kind), dict(columns)) for columns in now.connection.execute(here).mappings()]
    return tuple(sorted((row for row in rows if row.id != found.row.id), key=lambda row: (row.span, row.kind)))


def _section(found: _Found, inside: tuple[Row, ...]) -> tuple[str, ...]:
    """The headings above a row: a directive's own, else those of a directive inside it."""
    for row in (found.row, *inside):
        if isinstance(row.finding, Directive):
            return row.finding.section
    return ()


def _page_facts(page: Mapping[str, Any]) -> PageFacts:
    return PageFacts(**{name: page[name] for name in PageFacts._fields})


def _card(document: Mapping[str, Any]) -> Card:
    return Card(
        title=document["title"], kind=cast(PaperKind, document["kind"]), issued_on=document["issued_on"],
        region=document["region"], level=document["level"], issuer=document["issuer"], number=document["number"],
        speaker=document["speaker"], audience=document["audience"], sectors=tuple(document["sectors"]),
        evidence={name: Span(*pair) for name, pair in document["evidence"].items()},
    )  # fmt: skip
