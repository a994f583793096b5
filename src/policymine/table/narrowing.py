"""How filters narrow a search: by tokens of the index, by what stands beside it and, for the odd value, by the rows.

The index tells most values exactly. What it cannot tell (a name longer than a token, a place that too many others begin with)
is left to conditions on the rows, which are wide and slow to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from policymine.organisations import spellings_of
from policymine.table import schema
from policymine.table.bigrams import LONGEST_TOKEN, facet, kept, tells
from policymine.table.dialect import contains
from policymine.table.filters import Filters, first_day, last_day
from policymine.table.indexing import with_parents
from policymine.table.schema import Snapshot, directives, lifetimes
from policymine.table.staging import SERIAL_BITS, day_number

MOST_TOKENS = 400
"""More alternatives than these are left to the table itself."""
Condition = sa.ColumnElement[bool]


class Narrowing(NamedTuple):
    """What filters ask: groups of tokens of which every hit has one each, spellings of a part of a unit's name as the index
    has it, conditions on `lifetimes`, and conditions on `directives`.
    """

    tokens: tuple[tuple[str, ...], ...]
    units: tuple[str, ...]
    beside: tuple[Condition, ...]
    rows: tuple[Condition, ...]


def narrowing(filters: Filters, *, now: Snapshot) -> Narrowing:
    """How filters narrow, but for the date of the paper; see `dated`."""
    regions = _regions(filters, now)
    part = filters.bearer
    told = part is not None and 0 < len(part) <= LONGEST_TOKEN and "；" not in part
    spellings = spellings_of(part) if part and told else ()
    rows = [*_rows(filters)]
    if regions is None:
        rows.append(sa.or_(*(_begins(directives.c.region, value) for value in filters.choices("region"))))
    if part is not None and not told:
        c = directives.c
        rows.append(sa.or_(*(contains(unit, part) for unit in (c.lead, c.support, c.responsible))))
    groups = (*_tokens(filters, now=now), *([regions] if regions else []))
    return Narrowing(groups, tuple(map(kept, spellings)), tuple(_beside(filters, now=now)), tuple(rows))


def _tokens(filters: Filters, *, now: Snapshot) -> Iterator[tuple[str, ...]]:
    for name in ("kind", "modality", "level", "source", "frequency", "sector", "slogan", "year"):
        if values := filters.choices(name):
            yield tuple(facet(name, value) for value in values)
    if filters.operational is not None:
        yield (facet("operational", filters.operational),)
    if filters.force is not None:
        yield (facet("force", filters.force),)
    if filters.due_from is not None or filters.due_to is not None:
        months = tuple(facet("due", month) for month in _months(filters.due_from, filters.due_to))
        yield months if 0 < len(months) <= MOST_TOKENS else (facet("due"),)
    if filters.changed_since is not None:
        first = first_run(now, filters.changed_since)
        if now.run_id - first < MOST_TOKENS:
            yield tuple(facet("run", run) for run in range(first, now.run_id + 1)) or (facet("run", -1),)


def _regions(filters: Filters, now: Snapshot) -> tuple[str, ...] | None:
    """Tokens of the widest known places that begin with one of the values; empty without such a filter, None for too many.

    The index knows whole places; a filter may be any beginning of one (`甘肃省/天水` for `甘肃省/天水市`).
    """
    values = filters.choices("region")
    if not values:
        return ()
    region = schema.documents.c.region
    known = sa.select(region).distinct().where(sa.or_(*(_begins(region, value) for value in values)))
    widest: set[str] = set()
    for place in now.connection.scalars(known):
        for value in values:
            if place.startswith(value):
                widest.add(next(part for part in with_parents(place) if part.startswith(value)))
    if len(widest) > MOST_TOKENS or not all(tells("region", place) for place in widest):
        return None
    return tuple(facet("region", place) for place in sorted(widest)) or (facet("region", "\0"),)


def _begins(text: sa.ColumnElement[str | None], value: str) -> Condition:
    return sa.func.substr(text, 1, len(value)) == value


def dated(filters: Filters, key: sa.ColumnElement[int]) -> Iterator[Condition]:
    """What filters ask of the date of the paper, which stands in the serial; `key` is the column that is walked along."""
    if filters.since is not None:
        yield key >= day_number(filters.since) << SERIAL_BITS
    if filters.until is not None:
        yield key < day_number(last_day(filters.until)) + 1 << SERIAL_BITS
        yield key >= 1 << SERIAL_BITS


def _beside(filters: Filters, *, now: Snapshot) -> Iterator[Condition]:
    due = lifetimes.c.deadline_end
    if filters.due_from is not None:
        yield due > f"{first_day(filters.due_from)}T00:00:00"
    if filters.due_to is not None:
        following = date.fromisoformat(last_day(filters.due_to)) + timedelta(days=1)  # midnight ends the day before
        yield due <= f"{following.isoformat()}T00:00:00"
    if filters.changed_since is not None:
        yield lifetimes.c.run_id >= first_run(now, filters.changed_since)


def _rows(filters: Filters) -> Iterator[Condition]:
    """The values that are too long for a token."""
    c = directives.c
    if any(not tells("source", value) for value in filters.choices("source")):
        yield c.source.in_(filters.choices("source"))
    for name, column in (("slogan", c.slogans), ("sector", c.sector_list)):
        values = filters.choices(name)
        if any(not tells(name, value) for value in values):
            inside = sa.literal("；").concat(column).concat("；")
            yield sa.or_(*(contains(inside, f"；{value}；") for value in values))


def first_run(now: Snapshot, day: str) -> int:
    """The first published run that began on that day or later; one beyond the present when there is none."""
    c = schema.runs.c
    query = sa.select(sa.func.min(c.id)).where(c.status == "published", c.started >= first_day(day), c.id <= now.run_id)
    found: int | None = now.connection.scalars(query).one()
    return now.run_id + 1 if found is None else found


def _months(start: str | None, end: str | None) -> list[str]:
    """The months in which a deadline of the window may end; one day more, because midnight belongs to the next month."""
    if start is None or end is None:
        return []
    year, month = map(int, first_day(start).split("-")[:2])
    last_year, last_month = map(int, last_day(end).split("-")[:2])
    count = (last_year - year) * 12 + last_month - month + 2
    return [f"{year + (month - 1 + at) // 12:04d}-{(month - 1 + at) % 12 + 1:02d}" for at in range(min(count, MOST_TOKENS + 1))]
