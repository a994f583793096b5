"""What search, export and sampling filter directives by, as conditions of SQL and as tokens of the index."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, TypedDict, get_args

import sqlalchemy as sa

from policymine.model import Level, Modality, PaperKind
from policymine.table import schema
from policymine.table.bigrams import LONGEST_TOKEN, facet, moved
from policymine.table.dialect import contains
from policymine.table.query import QueryError
from policymine.table.rows import FREQUENCIES
from policymine.table.schema import Snapshot, directives
from policymine.table.staging import SERIAL_BITS, day_number

Choice = str | tuple[str, ...] | None
"""One value, or several of which one must hold."""
DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
MOST_TOKENS = 400
"""More alternatives than these are left to the table itself."""
VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "kind": get_args(PaperKind), "modality": get_args(Modality), "level": get_args(Level), "frequency": FREQUENCIES,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the hits must be beside containing the terms; None leaves a facet open.

    Several values of a facet are alternatives. `region` is a beginning (`甘肃省` finds `甘肃省/天水市`), `force` the least
    grade, `bearer` a part of a unit's name in any role. `since` and `until` are dates that the paper bears (`2022`, `2022-03`,
    `2022-03-15`), `due_from` and `due_to` the first and the last day on which the first deadline may end; what has no such date
    is left out by them. `changed_since` is the day since which a row was new or read differently.
    """

    kind: Choice = None
    modality: Choice = None
    level: Choice = None
    region: Choice = None
    sector: Choice = None
    force: int | None = None
    operational: bool | None = None
    bearer: str | None = None
    since: str | None = None
    slogan: Choice = None
    source: Choice = None
    frequency: Choice = None
    year: Choice = None
    until: str | None = None
    due_from: str | None = None
    due_to: str | None = None
    changed_since: str | None = None

    def __post_init__(self) -> None:
        for name, allowed in VOCABULARIES.items():
            for value in self.choices(name):
                if value not in allowed:
                    raise QueryError(name, value, f"is unknown; there are {', '.join(allowed)}")
        for name in ("since", "until", "due_from", "due_to", "changed_since"):
            value = getattr(self, name)
            if value is not None and not _is_date(value):
                raise QueryError(name, value[:20], "is no date; write 2022, 2022-03 or 2022-03-15")
        for year in self.choices("year"):
            if not re.fullmatch(r"\d{4}", year):
                raise QueryError("year", year[:20], "is no year; write 2022")
        if self.force is not None and not 1 <= self.force <= 5:
            raise QueryError("force", str(self.force), "is no grade; write 1 to 5")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Filters:
        """Filters from names and values; lists become alternatives.

        Raises:
            QueryError: a name or a value is unknown.

        >>> Filters.of({"sector": ["消防", "防汛"]}).sector
        ('消防', '防汛')
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise QueryError(name, "", f"is no filter; there are {', '.join(known)}")
        given: dict[str, Any] = {n: tuple(v) or None if isinstance(v, (list, tuple)) else v for n, v in values.items()}
        return cls(**given)

    def choices(self, name: str) -> tuple[str, ...]:
        """The alternatives of a facet."""
        value: Choice = getattr(self, name)
        return () if value is None else (value,) if isinstance(value, str) else value

    def given(self) -> dict[str, Any]:
        """The filters that are set, for manifests and cursors."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}


NO_FILTERS = Filters()


class FilterValues(TypedDict, total=False):
    """The filters as keyword arguments; see `Filters`."""

    kind: str | tuple[str, ...] | None
    modality: str | tuple[str, ...] | None
    level: str | tuple[str, ...] | None
    region: str | tuple[str, ...] | None
    sector: str | tuple[str, ...] | None
    force: int | None
    operational: bool | None
    bearer: str | None
    since: str | None
    slogan: str | tuple[str, ...] | None
    source: str | tuple[str, ...] | None
    frequency: str | tuple[str, ...] | None
    year: str | tuple[str, ...] | None
    until: str | None
    due_from: str | None
    due_to: str | None
    changed_since: str | None


def conditions(filters: Filters, key: sa.ColumnElement[int], *, now: Snapshot) -> Iterator[sa.ColumnElement[bool]]:
    """The conditions of SQL; `key` is the column that holds the serial."""
    c = directives.c
    for name in ("kind", "modality", "level", "source", "frequency"):
        if values := filters.choices(name):
            yield c[name].in_(values)
    if filters.operational is not None:
        yield c.operational == filters.operational
    if filters.force is not None:
        yield c.force >= filters.force
    for name, column in (("region", c.region), ("year", c.issued_on)):
        if values := filters.choices(name):
            yield sa.or_(*(sa.func.substr(column, 1, len(value)) == value for value in values))
    if filters.bearer is not None:
        yield sa.or_(*(contains(unit, filters.bearer) for unit in (c.lead, c.support, c.responsible)))
    for name, column in (("slogan", c.slogans), ("sector", c.sector_list)):
        if values := filters.choices(name):
            inside = sa.literal("；").concat(column).concat("；")
            yield sa.or_(*(sa.and_(contains(column, v), contains(inside, f"；{v}；")) for v in values))
    yield from _dates(filters, key)
    if filters.changed_since is not None:
        yield c.run_id >= first_run(now, filters.changed_since)


def _dates(filters: Filters, key: sa.ColumnElement[int]) -> Iterator[sa.ColumnElement[bool]]:
    due = directives.c.deadline_end
    if filters.since is not None:
        yield key >= day_number(filters.since) << SERIAL_BITS
    if filters.until is not None:
        yield key < day_number(last_day(filters.until)) + 1 << SERIAL_BITS
        yield key >= 1 << SERIAL_BITS
    if filters.due_from is not None:
        yield due > f"{first_day(filters.due_from)}T00:00:00"
    if filters.due_to is not None:
        following = date.fromisoformat(last_day(filters.due_to)) + timedelta(days=1)  # midnight ends the day before
        yield due <= f"{following.isoformat()}T00:00:00"


def tokens(filters: Filters, *, now: Snapshot) -> Iterator[tuple[str, ...]]:
    """Alternatives of index tokens, of which every hit has one; not each filter gives some."""
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


def bearer(filters: Filters) -> str | None:
    """The part of a unit's name as the index has it; None when too long for it."""
    part = filters.bearer
    return moved(part, str) if part and len(part) <= LONGEST_TOKEN else None


def first_run(now: Snapshot, day: str) -> int:
    """The first published run that began on that day or later; one beyond the present when there is none."""
    c = schema.runs.c
    query = sa.select(sa.func.min(c.id)).where(c.status == "published", c.started >= first_day(day), c.id <= now.run_id)
    found: int | None = now.connection.scalars(query).one()
    return now.run_id + 1 if found is None else found


def first_day(day: str) -> str:
    """The first day of a year, a month or a day.

    >>> first_day("2022"), first_day("2022-03")
    ('2022-01-01', '2022-03-01')
    """
    return day + "-01-01"[-3 * (3 - len(day.split("-"))) :] if len(day) < 10 else day


def last_day(day: str) -> str:
    """The last day of a year, a month or a day.

    >>> last_day("2022"), last_day("2022-02")
    ('2022-12-31', '2022-02-28')
    """
    year, *rest = map(int, day.split("-"))
    month = rest[0] if rest else 12
    return day if len(rest) == 2 else f"{year:04d}-{month:02d}-{calendar.monthrange(year, month)[1]:02d}"


def _months(start: str | None, end: str | None) -> list[str]:
    """The months in which a deadline of the window may end; one day more, because midnight belongs to the next month."""
    if start is None or end is None:
        return []
    year, month = map(int, first_day(start).split("-")[:2])
    last_year, last_month = map(int, last_day(end).split("-")[:2])
    count = (last_year - year) * 12 + last_month - month + 2
    return [f"{year + (month - 1 + at) // 12:04d}-{(month - 1 + at) % 12 + 1:02d}" for at in range(min(count, MOST_TOKENS + 1))]


def _is_date(value: str) -> bool:
    found = DATE.fullmatch(value)
    if not found or not "0000" < found[1] < "9999":
        return False
    month, day = int(found[2] or 1), int(found[3] or 1)
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(int(found[1]), month)[1]
