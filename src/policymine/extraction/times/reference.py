"""The day of issue as far as it is known, and stretches of time with their TIMEX3 value."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple


class Reference(NamedTuple):
    """The day of issue as far as it is known; `now` is the moment of speaking where a clock was given."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    now: datetime | None = None

    @classmethod
    def parse(cls, issued_on: str | None) -> Reference:
        """`2022`, `2022-01`, `2022-01-17`, `2022-01-17T08:30:00` or None; what is none of these counts as None.

        >>> Reference.parse("2022-01")
        Reference(year=2022, month=1, day=None, now=None)
        """
        try:
            if not issued_on:
                return cls()
            if "T" in issued_on or " " in issued_on:
                now = datetime.fromisoformat(issued_on).replace(tzinfo=None)
                return cls(now.year, now.month, now.day, now)
            numbers = [int(x) for x in issued_on.split("-")]
            date(*[*numbers, 1, 1][:3])
            return cls(*numbers[:3])  # type: ignore[arg-type]
        except (ValueError, TypeError):
            return cls()

    @property
    def today(self) -> date | None:
        """The whole day, where it is known."""
        return date(self.year, self.month, self.day) if self.year and self.month and self.day else None

    @property
    def about(self) -> date | None:
        """The day, or the middle of the month, where at least the month is known."""
        return date(self.year, self.month, self.day or 15) if self.year and self.month else None


class Stretch(NamedTuple):
    """A TIMEX3 value with its half-open interval; a side that is None is unknown. Equal sides are an instant."""

    value: str
    begin: datetime | None = None
    end: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether both sides are known."""
        return self.begin is not None and self.end is not None


def of_days(value: str, begin: date, end: date) -> Stretch:
    """A stretch of whole days."""
    return Stretch(value, datetime(begin.year, begin.month, begin.day), datetime(end.year, end.month, end.day))


def month_after(year: int, month: int, count: int = 1) -> date:
    """The first day of the month that lies `count` months after."""
    index = year * 12 + month - 1 + count
    return date(max(1, min(9999, index // 12)), index % 12 + 1, 1)
