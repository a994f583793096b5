"""The rows of the view `knowledge` as a stream: of the present, of an earlier night or of a release, filtered like search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from policymine.errors import UnknownIdError
from policymine.table import schema
from policymine.table.filters import NO_FILTERS, Filters
from policymine.table.query import QueryError, parse
from policymine.table.schema import Snapshot, visible
from policymine.table.search import Found, finding
from policymine.table.store import Table

OF_DIRECTIVE = (
    "id", "requirement_id", "text", "modality", "force", "operational", "confidence", "cue", "lead", "support", "responsible",
    "condition", "penalty", "deadline_text", "deadline_value", "deadline_begin", "deadline_end", "recurrence", "frequency",
    "numbers", "slogans", "sectors", "section",
)  # fmt: skip
OF_PAPER = (
    "title",
    "kind",
    "issued_on",
    "region",
    "level",
    "issuer",
    "paper_number",
    "speaker",
    "audience",
    "duplicate_of",
    "truncated",
)
OF_PLACE = ("raw_text", "start", "end", "raw_start", "raw_end", "rule", "document_id", "page_id")
OF_PAGE = ("source", "url", "body_sha256", "online_status")
COLUMNS = (*OF_DIRECTIVE, *OF_PAPER, *OF_PLACE, *OF_PAGE, "first_seen", "last_seen", "run_id")
"""The columns of the view, in its order."""
KNOWN_NOW_ONLY = frozenset({"online_status", "last_seen"})
"""What is kept up to date in place, so that an earlier state cannot tell it."""
RENAMED = {"recurrence": "rrule", "sectors": "sector_list", "paper_number": "number"}


def knowledge_rows(
    table: Table, query: str = "", *, filters: Filters = NO_FILTERS, run: int | None = None, size: int = 20_000
) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows in stretches of `size`, newest paper first, each a tuple in the order of `COLUMNS`; `section` as JSON.

    Args:
        table: where to look.
        query: as for `search`.
        filters: as for `search`.
        run: the state that this run showed; the present by default. Columns of `KNOWN_NOW_ONLY` are None then.
        size: rows in a stretch, which is what memory holds.

    Raises:
        QueryError: the query or a filter cannot be used.
    """
    tree = parse(query)
    with table.reading(run=run) as now:
        chosen = _select(finding(table, tree, filters, now=now), now, present=run is None)
        result = now.connection.execute(chosen, execution_options={"yield_per": size})
        yield from result.partitions(size)


def count_rows(table: Table, query: str = "", *, filters: Filters = NO_FILTERS, run: int | None = None) -> int:
    """How many rows `knowledge_rows` will give."""
    tree = parse(query)
    with table.reading(run=run) as now:
        found = finding(table, tree, filters, now=now)
        count: int = now.connection.scalars(sa.select(sa.func.count()).select_from(found.source).where(found.condition)).one()
    return count


def _select(found: Found, now: Snapshot, *, present: bool) -> sa.Select[Any]:
    d, o, p = schema.directives, schema.documents, schema.pages
    source = found.rows.join(o, sa.and_(o.c.id == d.c.document_id, o.c.page_id == d.c.page_id, visible(o, now.run_id)))
    source = source.join(p, sa.and_(p.c.page_id == d.c.page_id, visible(p, now.run_id)))
    columns: list[sa.ColumnElement[Any]] = []
    for name in COLUMNS:
        part = o if name in OF_PAPER else p if name in OF_PAGE else d
        column: sa.ColumnElement[Any] = part.c[RENAMED.get(name, name)]
        if name == "section":  # a paper's directives share theirs: reading it once is left to those who want it
            column = sa.cast(column, sa.Text)
        if name == "last_seen":
            column = sa.func.coalesce(d.c.last_seen, p.c.last_seen)
        columns.append(sa.null().label(name) if name in KNOWN_NOW_ONLY and not present else column.label(name))
    return sa.select(*columns).select_from(source).where(found.condition).order_by(found.key.desc())


def run_of_day(table: Table, when: str) -> int:
    """The published run whose state was shown at the end of a day, or the run of this number.

    Raises:
        QueryError: neither a date nor a number.
        UnknownIdError: nothing was published by then, or there is no such published run.
    """
    c = schema.runs.c
    published = sa.select(sa.func.max(c.id)).where(c.status == "published")
    if when.isdecimal() and len(when) != 4:
        published = published.where(c.id == int(when))
    else:
        try:
            Filters(until=when)
        except QueryError as problem:
            raise QueryError("as-of", when[:20], "is neither a date like 2022-03-15 nor the number of a run") from problem
        published = published.where(sa.func.substr(c.started, 1, len(when)) <= when)
    with table.reading() as now:
        found: int | None = now.connection.scalars(published).one()
    if found is None:
        raise UnknownIdError(
            when, "as-of", "nothing had been published by then; `policymine release --list` and `doctor` name runs"
        )
    return found
