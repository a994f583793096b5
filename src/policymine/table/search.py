"""Finding directives: exact for Chinese terms of any length, filtered, newest paper first, page by page."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from policymine.errors import TableError
from policymine.model import Row, Span
from policymine.table import schema
from policymine.table.bigrams import marks, match_expression, terms
from policymine.table.dialect import contains, index, matches
from policymine.table.rows import row_from
from policymine.table.schema import Snapshot, directives, visible
from policymine.table.staging import SERIAL_BITS, day_number
from policymine.table.store import Table

COUNT_CAP = 10_000
"""Hits are counted up to here; beyond it the count says "at least"."""
LONGEST_QUERY = 500
"""Characters of a query; directives are shorter than that."""
LARGEST_PAGE = 1_000


class QueryError(TableError):
    """A query, filter or cursor that cannot be used; names what is wrong with it."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the hits must be beside containing the terms; None leaves a facet open.

    `region` is a beginning (`甘肃省` finds `甘肃省/天水市`), `force` the least grade, `bearer` a part of a unit's name in any
    role, `since` a date that the paper bears or follows (`2022`, `2022-03`, `2022-03-15`); undated papers are left out by it.
    """

    kind: str | None = None
    modality: str | None = None
    level: str | None = None
    region: str | None = None
    sector: str | None = None
    force: int | None = None
    operational: bool | None = None
    bearer: str | None = None
    since: str | None = None
    slogan: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A directive that was found, with its paper; `marks` are the stretches of `row.text` that the terms cover."""

    row: Row
    marks: tuple[Span, ...]
    title: str | None
    issuer: str | None
    issued_on: str | None
    kind: str
    url: str
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits; `capped` says that there are more than `count`. `cursor` leads to the next page, None on the last."""

    hits: tuple[Hit, ...]
    count: int
    capped: bool
    cursor: str | None


def search(
    table: Table, query: str = "", *, filters: Filters = Filters(), limit: int = 20, cursor: str | None = None
) -> Hits:  # fmt: skip
    """The directives that stand, contain every term of the query and pass the filters; those of the newest paper first.

    Args:
        table: where to look.
        query: terms separated by white space, all of which must occur; "…" holds one together. Empty: all directives.
        filters: see `Filters`.
        limit: hits on a page.
        cursor: of the page before; belongs to one query with one set of filters.

    Raises:
        QueryError: the query, a filter, the limit or the cursor cannot be used.
    """
    wanted = _terms(query)
    if not 1 <= limit <= LARGEST_PAGE:
        raise QueryError("limit", str(limit), f"ask for 1 to {LARGEST_PAGE} hits")
    expression = match_expression(wanted, table.fold)
    if wanted and not expression:
        raise QueryError("query", query[:20], "holds no character to look for")
    key = index.c.rowid if expression else directives.c.serial
    found = index.join(directives, directives.c.serial == key) if expression else directives
    conditions = [*_conditions(filters, key), *([matches(expression)] if expression else [])]
    mark = hashlib.sha256(json.dumps([query, asdict(filters)], ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:8]
    with table.reading() as now:
        standing = sa.and_(visible(directives, now.run_id), *conditions)
        capped = sa.select(sa.literal(1)).select_from(found).where(standing).limit(COUNT_CAP + 1).subquery()
        count: int = now.connection.scalars(sa.select(sa.func.count()).select_from(capped)).one()
        page = sa.select(directives).select_from(found).where(standing).order_by(key.desc()).limit(limit + 1)
        if cursor is not None:
            page = page.where(key < _position(cursor, mark))
        rows = [dict(row) for row in now.connection.execute(page).mappings()]
        hits = _hits(now, rows[:limit], wanted=wanted, table=table)
    following = _cursor(rows[limit - 1]["serial"], mark) if len(rows) > limit else None
    return Hits(hits, min(count, COUNT_CAP), count > COUNT_CAP, following)


def _terms(query: str) -> tuple[str, ...]:
    if len(query) > LONGEST_QUERY:
        raise QueryError("query", f"{len(query)} characters", f"shorten it to {LONGEST_QUERY} characters")
    wanted = terms(query)
    if query.strip() and not wanted:
        raise QueryError("query", query[:20], "holds no term; give at least one character")
    return wanted


def _conditions(filters: Filters, key: sa.ColumnElement[int]) -> list[sa.ColumnElement[bool]]:
    c = directives.c
    conditions: list[sa.ColumnElement[bool]] = []
    for name in ("kind", "modality", "level", "source", "operational"):
        if (value := getattr(filters, name)) is not None:
            conditions.append(c[name] == value)
    if filters.force is not None:
        conditions.append(c.force >= filters.force)
    if filters.region is not None:
        conditions.append(c.region.startswith(filters.region, autoescape=True))
    if filters.bearer is not None:
        units = (c.lead, c.support, c.responsible)
        conditions.append(sa.or_(*(contains(unit, filters.bearer) for unit in units)))
    for name, column in (("slogan", c.slogans), ("sector", c.sector_list)):
        if (value := getattr(filters, name)) is not None:
            conditions.append(contains(column, value))  # few pass, and only those are taken apart
            conditions.append(contains(sa.literal("；").concat(column).concat("；"), f"；{value}；"))
    if filters.since is not None:
        day = day_number(filters.since)
        if not day:
            raise QueryError("since", filters.since, "is no date; write 2022, 2022-03 or 2022-03-15")
        conditions.append(key >= day << SERIAL_BITS)
    return conditions


def _hits(now: Snapshot, rows: Sequence[Mapping[str, Any]], *, wanted: Sequence[str], table: Table) -> tuple[Hit, ...]:
    """The rows as hits, with what their documents and pages say."""
    d, p = schema.documents, schema.pages
    ids, pages = {row["document_id"] for row in rows}, {row["page_id"] for row in rows}
    papers = now.connection.execute(
        sa.select(d.c.page_id, d.c.id, d.c.title, d.c.issuer, p.c.url, p.c.last_seen)
        .join(p, p.c.page_id == d.c.page_id)
        .where(d.c.id.in_(ids), d.c.page_id.in_(pages), visible(d, now.run_id), visible(p, now.run_id))
    )
    known = {(paper.page_id, paper.id): paper for paper in papers}
    hits = []
    for row in rows:
        paper = known[row["page_id"], row["document_id"]]
        hits.append(
            Hit(
                row_from("directives", row), marks(row["text"], wanted, fold=table.fold), paper.title, paper.issuer,
                row["issued_on"], row["kind"], paper.url, row["first_seen"], row["last_seen"] or paper.last_seen,
            )
        )  # fmt: skip
    return tuple(hits)


def _cursor(serial: int, mark: str) -> str:
    return base64.urlsafe_b64encode(f"{mark}{serial:x}".encode()).decode().rstrip("=")


def _position(cursor: str, mark: str) -> int:
    try:
        told = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        of, serial = told[:8], int(told[8:], 16)
    except (ValueError, binascii.Error) as problem:
        raise QueryError("cursor", cursor[:40], "is none; take it from the page before as it stands") from problem
    if of != mark:
        raise QueryError("cursor", cursor[:40], "belongs to another query or other filters; start from the first page")
    return serial
