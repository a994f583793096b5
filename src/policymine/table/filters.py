"""What search, export and sampling filter directives by."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, TypedDict, get_args

from policymine.model import Level, Modality, PaperKind
from policymine.table.query import QueryError
from policymine.table.rows import FREQUENCIES

Choice = str | tuple[str, ...] | None
"""One value, or several of which one must hold."""
DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "kind": get_args(PaperKind), "modality": get_args(Modality), "level": get_args(Level), "frequency": FREQUENCIES,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the hits must be beside containing the terms; None leaves a facet open.

    Several values of a facet are alternatives. `region` is a beginning (`甘肃省` finds `甘肃省/天水市`), `force` the least
    grade, `bearer` a part of a unit's name in any role, in full or short (`应急管理局` finds 县应急局). `since` and `until` are
    dates that the paper bears (`2022`, `2022-03`, `2022-03-15`), `due_from` and `due_to` the first and the last day on which
    the first deadline may end; what has no such date is left out by them. `changed_since` is the day since which a row was new
    or read differently.
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


def day_ended(moment: str) -> str:
    """The day that ends a deadline: midnight belongs to the day before.

    >>> day_ended("2022-07-01T00:00:00"), day_ended("2022-07-01T08:30:00")
    ('2022-06-30', '2022-07-01')
    """
    day = moment[:10]
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat() if moment[10:] == "T00:00:00" else day


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


def _is_date(value: str) -> bool:
    found = DATE.fullmatch(value)
    if not found or not "0000" < found[1] < "9999":
        return False
    month, day = int(found[2] or 1), int(found[3] or 1)
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(int(found[1]), month)[1]
