"""Reading requirements out of the table for a profile, and keeping what was decided of them.

One decision per profile and requirement. Like everything that people rely on it is never staged: it is written in one
transaction, for what the published run shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from policymine.table import schema
from policymine.table.dialect import contains, insert_rows, writing
from policymine.table.schema import Snapshot, visible
from policymine.table.store import Table

BATCH = 5_000
"""Requirements that are read, and ids that are asked for, at a time."""
DIRECTIVE = (
    "id", "requirement_id", "document_id", "page_id", "text", "start", "modality", "bearers", "condition", "deadlines",
    "section", "signature",
)  # fmt: skip
DOCUMENT = (
    "id", "page_id", "title", "kind", "issued_on", "region", "level", "issuer", "number", "speaker", "audience", "sectors",
    "evidence", "signature",
)  # fmt: skip
REGISTER = (
    "id", "requirement_id", "text", "section", "modality", "force", "operational", "condition", "penalty", "lead", "support",
    "responsible", "deadline_text", "deadline_value", "rrule", "numbers", "slogans", "issued_on", "level", "region",
)  # fmt: skip
CONTEXT = 160
"""Characters before a requirement that are read with it."""
STANDING_WORDS = ("有效期", "废止")
PLAN_WORDS = ("方案", "行动", "整治", "攻坚")
"""In the title of a notice: a plan, whose text may say when its last stage ends."""


class State(NamedTuple):
    """How far a profile's decisions go: the run they follow, their hashes, the day, the papers known as repealed."""

    run: int
    profile_hash: str
    rules_hash: str
    as_of: str
    repeals: Mapping[str, str]


class Record(NamedTuple):
    """A decision as the table keeps it."""

    requirement_id: str
    decision: str
    facet: str
    reasons: Sequence[Any]
    row_id: str
    requirement_hash: str
    valid_until: str | None
    decided_by: str | None


def run_of(table: Table) -> int:
    """The run that readers see."""
    with table.reading() as now:
        return now.run_id


def state_of(table: Table, profile: str) -> State | None:
    """How far the decisions of a profile go; None when there are none yet."""
    with table.reading() as now:
        said = now.connection.scalars(
            sa.select(schema.facts.c.value).where(schema.facts.c.name == _fact(profile))
        ).one_or_none()
    return State(**json.loads(said)) if said else None


def documents(now: Snapshot, *, pages: Collection[str] | None = None) -> Iterator[Mapping[str, Any]]:
    """The cards of the documents that stand; all, or those of some pages."""
    d = schema.documents
    chosen = sa.select(*(d.c[name] for name in DOCUMENT)).where(visible(d, now.run_id))
    parts = [None] if pages is None else [list(pages)[at : at + BATCH] for at in range(0, len(pages), BATCH)]
    for part in parts:
        query = chosen if part is None else chosen.where(d.c.page_id.in_(part))
        for row in now.connection.execute(query, execution_options={"yield_per": BATCH}).mappings():
            yield dict(row)


def documents_withdrawn(now: Snapshot, *, since: int) -> bool:
    """Whether a later run took a document back."""
    d = schema.documents
    return now.connection.scalars(sa.select(d.c.serial).where(d.c.withdrawn_run > since).limit(1)).first() is not None


def standing_texts(now: Snapshot, *, since: int = 0) -> Iterator[tuple[str, str, str | None, str | None, str]]:
    """Documents of runs after `since` that may say how long they hold or what they end: id, page, title, number, text."""
    d = schema.documents.c
    plans = sa.and_(d.kind == "notice", sa.or_(*(contains(d.title, word) for word in PLAN_WORDS)))
    says = sa.or_(plans, *(contains(d.text, word) for word in STANDING_WORDS))
    query = sa.select(d.id, d.page_id, d.title, d.number, d.text)
    query = query.where(visible(schema.documents, now.run_id), d.run_id > since, says)
    for row in now.connection.execute(query):
        yield row.id, row.page_id, row.title, row.number, row.text


def requirements(now: Snapshot, *, ids: Collection[str] | None = None) -> Iterator[Mapping[str, Any]]:
    """The directives that stand, of each requirement the one of the oldest paper, with what stands before it; all, or some."""
    d, o = schema.directives, schema.documents
    before = sa.case((d.c.start > CONTEXT, d.c.start - CONTEXT), else_=0)
    context = sa.func.substr(o.c.text, before + 1, d.c.start - before).label("context")
    joined = d.join(o, sa.and_(o.c.id == d.c.document_id, o.c.page_id == d.c.page_id, visible(o, now.run_id)))
    chosen = sa.select(*(d.c[name] for name in DIRECTIVE), context).select_from(joined).where(visible(d, now.run_id))
    order = (d.c.requirement_id, d.c.serial)
    parts = [None] if ids is None else [list(ids)[at : at + BATCH] for at in range(0, len(ids), BATCH)]
    for part in parts:
        query = chosen if part is None else chosen.where(d.c.requirement_id.in_(part))
        last = None
        ordered = query.order_by(*order)
        for row in now.connection.execute(ordered, execution_options={"yield_per": BATCH}).mappings():
            if row["requirement_id"] != last:
                last = row["requirement_id"]
                yield dict(row)


def register(now: Snapshot, ids: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """What a register of requirements shows of some rows: units, times, numbers, consequence, paper and address."""
    d, o, p = schema.directives, schema.documents, schema.pages
    joined = d.join(o, sa.and_(o.c.id == d.c.document_id, o.c.page_id == d.c.page_id)).join(p, p.c.page_id == d.c.page_id)
    shown = (*(d.c[name] for name in REGISTER), o.c.title, o.c.issuer, o.c.number.label("paper_number"), p.c.url)
    listed = list(ids)
    for at in range(0, len(listed), BATCH):
        standing = (visible(d, now.run_id), visible(o, now.run_id), visible(p, now.run_id))
        query = sa.select(*shown).select_from(joined).where(d.c.id.in_(listed[at : at + BATCH]), *standing)
        for row in now.connection.execute(query).mappings():
            yield dict(row)


def by_row(now: Snapshot, identity: str) -> str | None:
    """The requirement of a row id or a requirement id that stands; None for neither."""
    d = schema.directives
    met = sa.or_(d.c.id == identity, d.c.requirement_id == identity)
    return now.connection.scalars(sa.select(d.c.requirement_id).where(met, visible(d, now.run_id)).limit(1)).one_or_none()


def changed_since(now: Snapshot, run: int) -> set[str]:
    """Requirements whose directive or paper a later run wrote or took back."""
    d, o = schema.directives, schema.documents
    found: set[str] = set()
    for late in (d.c.run_id > run, d.c.withdrawn_run > run):
        found |= set(now.connection.scalars(sa.select(d.c.requirement_id).where(late)))
    pages = sa.select(o.c.page_id).where(o.c.run_id > run)
    found |= set(now.connection.scalars(sa.select(d.c.requirement_id).where(d.c.page_id.in_(pages))))
    return found


def of_documents(now: Snapshot, ids: Collection[str]) -> set[str]:
    """The requirements of some documents."""
    d = schema.directives
    return set(now.connection.scalars(sa.select(d.c.requirement_id).where(d.c.document_id.in_(ids), visible(d, now.run_id))))


def due(now: Snapshot, profile: str, *, day: str) -> set[str]:
    """Requirements whose decision may be another one from this day on."""
    c = schema.decisions.c
    return set(now.connection.scalars(sa.select(c.requirement_id).where(c.profile == profile, c.valid_until <= day)))


def decisions_of(now: Snapshot, profile: str, *, answers: Collection[str] = ()) -> Iterator[Record]:
    """The decisions of a profile."""
    c = schema.decisions.c
    query = sa.select(*(c[name] for name in Record._fields)).where(c.profile == profile)
    for row in now.connection.execute(query.where(c.decision.in_(answers)) if answers else query):
        yield Record(*row)


def keep(
    table: Table, profile: str, *, state: State, records: Iterable[Record], replaced: Collection[str] | None, decided_at: str
) -> None:
    """Writes decisions and how far they go, all or nothing.

    Args:
        table: where.
        profile: its id.
        state: how far the decisions go after this.
        records: the new decisions.
        replaced: the requirements whose old decisions go; None for all of the profile.
        decided_at: the moment, ISO 8601 in UTC.
    """
    c, facts = schema.decisions.c, schema.facts
    with writing(table.engine) as connection:
        if replaced is None:
            connection.execute(sa.delete(schema.decisions).where(c.profile == profile))
        else:
            ids = list(replaced)
            for at in range(0, len(ids), BATCH):
                gone = sa.delete(schema.decisions).where(c.profile == profile, c.requirement_id.in_(ids[at : at + BATCH]))
                connection.execute(gone)
        shared = {
            "profile": profile, "profile_hash": state.profile_hash, "rules_hash": state.rules_hash, "decided_at": decided_at,
        }  # fmt: skip
        batch: list[dict[str, Any]] = []
        for record in records:
            batch.append(dict(zip(Record._fields, record, strict=True), **shared))
            if len(batch) == BATCH:
                insert_rows(connection, schema.decisions, entries=batch)
                batch = []
        if batch:
            insert_rows(connection, schema.decisions, entries=batch)
        connection.execute(sa.delete(facts).where(facts.c.name == _fact(profile)))
        said = json.dumps(state._asdict(), ensure_ascii=False, sort_keys=True)
        connection.execute(sa.insert(facts).values(name=_fact(profile), value=said))


def _fact(profile: str) -> str:
    return "decisions " + hashlib.sha256(profile.encode()).hexdigest()[:16]
