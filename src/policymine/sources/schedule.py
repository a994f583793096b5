"""When a source may be visited, and when an address is worth another visit: night hours, a thinning schedule.

Pure functions of times; clocks come from the callers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone
from typing import NamedTuple, Self

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""All of China keeps one time, without summer time since 1991."""
LONGEST_REST = timedelta(days=180)
LONGEST_LIST_REST = timedelta(days=7)
SLACK = 0.75
"""A rest counts as over a little early, so that runs which start some minutes earlier than the last one skip nothing."""


class Hours(NamedTuple):
    """A stretch of the day, in the time of China; `end` before `begin` goes over midnight."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The hours that a source file names; None when the text is none.

        >>> Hours.parse("20:00-06:30")
        Hours(begin=datetime.time(20, 0), end=datetime.time(6, 30))
        >>> Hours.parse("night") is None
        True
        """
        found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
        return cls(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))) if found else None

    def hold(self, moment: datetime) -> bool:
        """Whether a moment lies within them.

        >>> Hours.parse("20:00-06:30").hold(datetime(2024, 5, 1, 18, 30, tzinfo=UTC))  # 2:30 in China
        True
        """
        local = moment.astimezone(CHINA).time()
        if self.begin <= self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


def open_now(hours: str, moment: datetime) -> bool:
    """Whether a source with these hours (empty: always) may be visited at a moment."""
    parsed = Hours.parse(hours) if hours else None
    return parsed is None or parsed.hold(moment)


def due(met: str | None, fetched: str | None, now: datetime, *, listing: bool = False) -> bool:
    """Whether an address is worth another visit: as long a rest as it had stood unchanged when it was visited last.

    So a paper is asked for after one day, two, four, eight … and at last every half year; a list at least every week.

    Args:
        met: when the version at hand was met first, ISO 8601.
        fetched: when it was asked for last.
        now: the moment.
        listing: whether it is a list page.

    >>> day = "2024-05-{:02}T18:30:00+00:00".format
    >>> [n for n in range(2, 20) if due(day(1), day(4), datetime(2024, 5, n, 18, 20, tzinfo=UTC)) and n > 4][:2]
    [7, 8]
    """
    if not met or not fetched:
        return True
    first, last = datetime.fromisoformat(met), datetime.fromisoformat(fetched)
    rest = min(last - first, LONGEST_LIST_REST if listing else LONGEST_REST)
    return now - last >= rest * SLACK


def day_of(moment: datetime) -> datetime:
    """When the day of a moment began in China, in UTC: a source's daily budget counts from there.

    >>> day_of(datetime(2024, 5, 1, 18, 30, tzinfo=UTC)).isoformat()
    '2024-05-01T16:00:00+00:00'
    """
    local = moment.astimezone(CHINA)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
