"""Finding directives: exact for Chinese terms of any length, filtered, newest paper first or ranked, page by page."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from policymine.model import Row, Span
from policymine.table import schema
from policymine.table.bigrams import marks
from policymine.table.dialect import Asked, index
from policymine.table.filters import NO_FILTERS, Filters
from policymine.table.narrowing import dated, narrowing
from policymine.table.postgresql import Walk
from policymine.table.query import LONGEST_QUERY, Node, QueryError, parse, terms
from policymine.table.ranking import RANK_CAP, ranked
from policymine.table.rows import row_from
from policymine.table.schema import Snapshot, directives, lifetimes, visible
from policymine.table.store import Table

COUNT_CAP = 2_000
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
    """The directives that a query and filters mean in one moment of the table, as SQL; see `finding`.

    `source` need not hold the columns of `directives`: `rows` does.
    """

    source: sa.FromClause
    condition: sa.ColumnElement[bool]
    key: sa.ColumnElement[int]
    wide: bool
    walk: Walk | None

    @property
    def rows(self) -> sa.FromClause:
        """The source together with the rows themselves."""
        return self.source if self.wide else self.source.join(directives, directives.c.serial == self.key)

    def newest(self, limit: int, *, before: int | None = None) -> sa.Select[int]:
        """The serials, those of the newest paper first."""
        chosen = sa.select(self.key).select_from(self.source)
        chosen = chosen if before is None else chosen.where(self.key < before)
        walks = self.walks(limit, ordered=True)
        by_index = self.walk is not None and not walks  # + 0 keeps the planner from walking after all
        order = (self.key + 0).desc() if by_index else self.key.desc()
        return chosen.where(self._condition(walks)).order_by(order).limit(limit)

    def some(self, limit: int) -> sa.Select[int]:
        """Serials of any of them."""
        return sa.select(self.key).select_from(self.source).where(self._condition(self.walks(limit))).limit(limit)

    def walks(self, limit: int, *, ordered: bool = False) -> bool:
        """Whether so many are found quicker without the index."""
        return self.walk is not None and self.walk.pays(limit, ordered=ordered)

    def _condition(self, walks: bool) -> sa.ColumnElement[bool]:
        return self.walk.condition if self.walk and walks else self.condition


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
        reached = _reach(now, found)
        if order == "ranked":
            start = position or 0
            best = ranked(now, reached.newest(RANK_CAP), wanted=terms(tree), fold=table.fold)
            chosen, more, last = best[start : start + limit], len(best) > start + limit, start + limit
        else:
            page = reached.newest(limit + 1, before=position)
            chosen, more = page[:limit], len(page) > limit
            last = chosen[-1] if chosen else 0
        hits = _hits(now, chosen, wanted=terms(tree), table=table)
    following = _cursor(last, mark) if more else None
    count = min(reached.met, COUNT_CAP)
    among = min(count, RANK_CAP) if order == "ranked" else None
    return Hits(hits, count, reached.met > COUNT_CAP, following, among)


def finding(table: Table, tree: Node | None, filters: Filters, *, now: Snapshot) -> Found:
    """Where to look for directives, and the condition that those meet which stand and are meant.

    What the index tells is asked of the index alone; see `narrowing`.
    """
    narrowed = narrowing(filters, now=now)
    asked = Asked(tree, narrowed.tokens, narrowed.units).matches(now.connection, table.fold)
    key = lifetimes.c.serial if asked is None else index.c.rowid
    source: sa.FromClause = lifetimes if asked is None else index.join(lifetimes, lifetimes.c.serial == key)
    if narrowed.rows:
        source = source.join(directives, directives.c.serial == key)
    meant = sa.and_(visible(lifetimes, now.run_id), *dated(filters, key), *narrowed.beside, *narrowed.rows)
    wide = bool(narrowed.rows)
    if asked is None:
        return Found(source, meant, key, wide, None)
    walk = asked.walk and asked.walk._replace(condition=sa.and_(meant, asked.walk.condition))
    return Found(source, sa.and_(meant, asked.condition), key, wide, walk)


class _Reached(NamedTuple):
    """How many hits were met, up to one beyond `COUNT_CAP`, and which, newest first; None where it was quicker to take any."""

    now: Snapshot
    found: Found
    met: int
    serials: Sequence[int] | None

    def newest(self, limit: int, *, before: int | None = None) -> list[int]:
        """The newest serials, those before one of them."""
        if self.serials is not None:
            start = 0 if before is None else bisect_right(self.serials, -before, key=int.__neg__)
            if start + limit <= len(self.serials) or self.met <= COUNT_CAP:
                return list(self.serials[start : start + limit])
        return _serials(self.now, self.found.newest(limit, before=before))


def _reach(now: Snapshot, found: Found) -> _Reached:
    """Counts the hits: newest first where that is as quick, else any of them, which are put in order when they are all."""
    limit = COUNT_CAP + 1
    if found.walk is None or found.walks(limit):
        newest = _serials(now, found.newest(limit))
        return _Reached(now, found, len(newest), newest)
    met = _serials(now, found.some(limit))
    if len(met) < limit:
        return _Reached(now, found, len(met), sorted(met, reverse=True))
    return _Reached(now, found._replace(walk=found.walk.at_least(len(met))), len(met), None)


def _serials(now: Snapshot, query: sa.Select[int]) -> list[int]:
    return [serial for (serial,) in now.connection.execute(query).all()]


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
