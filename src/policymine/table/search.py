"""Finding directives: exact for Chinese terms of any length, filtered, newest paper first or ranked, page by page."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from policymine.model import Row, Span
from policymine.table import schema
from policymine.table.bigrams import marks
from policymine.table.dialect import Asked, index
from policymine.table.filters import NO_FILTERS, Filters, bearer, conditions, tokens
from policymine.table.query import LONGEST_QUERY, Node, QueryError, parse, terms
from policymine.table.ranking import RANK_CAP, ranked
from policymine.table.rows import row_from
from policymine.table.schema import Snapshot, directives, visible
from policymine.table.store import Table

COUNT_CAP = 5_000
"""Hits are counted up to here; beyond it the count says "at least"."""
LARGEST_PAGE = 1_000
Order = Literal["newest", "ranked"]


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
    """One page of hits; `capped` says that there are more than `count`. `cursor` leads to the next page, None on the last.

    `ranked_among` is the number of newest hits that were put in order of rank; None when the order is newest first.
    """

    hits: tuple[Hit, ...]
    count: int
    capped: bool
    cursor: str | None
    ranked_among: int | None = None


class Found(NamedTuple):
    """The directives that a query and filters mean in one moment of the table, as SQL; see `finding`."""

    source: sa.FromClause
    condition: sa.ColumnElement[bool]
    key: sa.ColumnElement[int]


def search(
    table: Table, query: str = "", *, filters: Filters = NO_FILTERS, limit: int = 20, cursor: str | None = None,
    order: Order = "newest", run: int | None = None,
) -> Hits:  # fmt: skip
    """The directives that stand, are what the query says and pass the filters; those of the newest paper first.

    Args:
        table: where to look.
        query: terms of any length, "…", AND, OR, NOT, brackets; see `policymine.table.query`. Empty: all directives.
        filters: see `Filters`.
        limit: hits on a page.
        cursor: of the page before; belongs to one query with one set of filters.
        order: `ranked` puts the newest `RANK_CAP` hits in the order of how much they say of the terms.
        run: look at what this run showed instead of the present.

    Raises:
        QueryError: the query, a filter, the limit or the cursor cannot be used.
    """
    tree = parse(query)
    if not 1 <= limit <= LARGEST_PAGE:
        raise QueryError("limit", str(limit), f"ask for 1 to {LARGEST_PAGE} hits")
    mark = _mark(query, filters, order=order, run=run)
    position = None if cursor is None else _position(cursor, mark)
    with table.reading(run=run) as now:
        found = finding(table, tree, filters, now=now)
        capped = sa.select(sa.literal(1)).select_from(found.source).where(found.condition).limit(COUNT_CAP + 1).subquery()
        count: int = now.connection.scalars(sa.select(sa.func.count()).select_from(capped)).one()
        serials = sa.select(found.key).select_from(found.source).where(found.condition).order_by(found.key.desc())
        if order == "ranked":
            start = position or 0
            newest = list(now.connection.scalars(serials.limit(RANK_CAP)))
            best = ranked(now, newest, wanted=terms(tree), fold=table.fold)
            chosen, more = best[start : start + limit], len(best) > start + limit
            reached = start + limit
        else:
            page = serials if position is None else serials.where(found.key < position)
            taken = list(now.connection.scalars(page.limit(limit + 1)))
            chosen, more = taken[:limit], len(taken) > limit
            reached = chosen[-1] if chosen else 0
        hits = _hits(now, chosen, wanted=terms(tree), table=table)
    following = _cursor(reached, mark) if more else None
    among = min(count, RANK_CAP) if order == "ranked" else None
    return Hits(hits, min(count, COUNT_CAP), count > COUNT_CAP, following, among)


def finding(table: Table, tree: Node | None, filters: Filters, *, now: Snapshot) -> Found:
    """Where to look for directives, and the condition that those meet which stand and are meant.

    Every filter stands as a condition of its own; what the index knows of them only makes it quick.
    """
    facets = tuple(tokens(filters, now=now))
    asked = Asked(tree, facets, bearer(filters)).matches(now.connection, table.fold)
    key = directives.c.serial if asked is None else index.c.rowid
    source = directives if asked is None else index.join(directives, directives.c.serial == key)
    wanted = [] if asked is None else [asked]
    return Found(source, sa.and_(visible(directives, now.run_id), *conditions(filters, key, now=now), *wanted), key)


def _hits(now: Snapshot, serials: Sequence[int], *, wanted: Sequence[str], table: Table) -> tuple[Hit, ...]:
    """The rows as hits, with what their documents and pages say."""
    d, p = schema.documents, schema.pages
    found = now.connection.execute(sa.select(directives).where(directives.c.serial.in_(serials))).mappings()
    by_serial: dict[int, Mapping[str, Any]] = {row["serial"]: dict(row) for row in found}
    rows = [by_serial[serial] for serial in serials]
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


def _mark(query: str, filters: Filters, *, order: Order, run: int | None) -> str:
    """What a cursor belongs to."""
    asked = json.dumps([query, filters.given(), order, run], ensure_ascii=False)
    return hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()[:8]


def _cursor(position: int, mark: str) -> str:
    return base64.urlsafe_b64encode(f"{mark}{position:x}".encode()).decode().rstrip("=")


def _position(cursor: str, mark: str) -> int:
    try:
        told = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        of, position = told[:8], int(told[8:], 16)
    except (ValueError, binascii.Error) as problem:
        raise QueryError("cursor", cursor[:40], "is none; take it from the page before as it stands") from problem
    if of != mark:
        raise QueryError("cursor", cursor[:40], "belongs to another query or other filters; start from the first page")
    if not 0 <= position < 1 << 63:
        raise QueryError("cursor", cursor[:40], "is none; take it from the page before as it stands")
    return position


__all__ = ["COUNT_CAP", "LARGEST_PAGE", "LONGEST_QUERY", "Filters", "Found", "Hit", "Hits", "QueryError", "finding", "search"]
