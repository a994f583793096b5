"""Days that have to be looked up or reckoned: festivals, lunar dates, solar terms, working days.

Lunar dates and terms come from borax (1900–2100), days off and make-up working days (调休) from chinese_calendar (2004–2026);
beyond its years Monday to Friday count as working days and the answer says that it is not certain. Easter, the Hebrew and the
Islamic year are reckoned here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import chinese_calendar
from borax.calendars.lunardate import InvalidLunarDateError, LCalendars, LunarDate, TermUtils

from policymine.rules import load

DAY: Final = timedelta(days=1)


class Days(NamedTuple):
    """A half-open stretch of days."""

    begin: date
    end: date


class WorkDay(NamedTuple):
    """A day reached by counting working days; `certain` is False where no official calendar covers the stretch."""

    day: date
    certain: bool


@cache
def festivals() -> Mapping[str, Mapping[str, Any]]:
    """Every festival name with its entry in festivals.toml."""
    entries = load("policymine.extraction.times", "festivals").lexicons["festival"]
    return {name: entry for entry in entries for name in entry["names"]}


@cache
def eras() -> Mapping[str, int]:
    """Reign names with their first year."""
    found: Mapping[str, int] = load("policymine.extraction.times", "festivals").lexicons["eras"]
    return found


@cache
def term_names() -> frozenset[str]:
    """The solar terms."""
    terms = load("policymine.extraction.times", "festivals").lexicons["terms"]
    return frozenset(terms["clear"]) | frozenset(terms["weather"])


@cache
def named_days(name: str, year: int) -> Days | None:
    """When a festival or solar term falls in a year, or None when it is neither or nobody knows.

    >>> named_days("国庆节", 2022).begin.isoformat(), named_days("春节", 2022).begin.isoformat()
    ('2022-10-01', '2022-02-01')
    """
    if name in term_names():
        return _term(name, year)
    entry = festivals().get(name)
    if entry is None or not 1 < year < 9999:
        return None
    begin = _begin(entry, year)
    if begin is None:
        return None
    begin -= DAY if entry.get("eve") else timedelta()
    return Days(begin, begin + int(entry.get("days", 1)) * DAY)


def _begin(entry: Mapping[str, Any], year: int) -> date | None:
    if "solar" in entry:
        return date(year, *_pair(entry["solar"]))
    if "lunar" in entry:
        month, day = entry["lunar"].split("-")
        return lunar_last(year, int(month)) if day == "last" else lunar_date(year, int(month), int(day))
    if "nth" in entry:
        month, nth, weekday = (int(x) for x in entry["nth"].split("-"))
        return nth_weekday(year, month, nth=nth, weekday=weekday)
    if "term" in entry:
        found = _term(entry["term"], year)
        return found and found.begin
    if "easter" in entry:
        return easter(year) + int(entry["easter"]) * DAY
    if "orthodox" in entry:
        return orthodox_easter(year) + int(entry["orthodox"]) * DAY
    if "hebrew" in entry:
        return _hebrew_in(year, *_pair(entry["hebrew"]))
    return _islamic_in(year, *_pair(entry["islamic"]))


def _pair(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _term(name: str, year: int) -> Days | None:
    if not 1900 < year < 2101:
        return None
    day: date = TermUtils.nth_term_day(year, term_name=name)
    return Days(day, day + DAY)


def lunar_date(year: int, month: int, day: int) -> date | None:
    """The day of a lunar date; None when the calendar has no such day or does not reach there.

    >>> lunar_date(2013, 8, 15).isoformat()
    '2013-09-19'
    """
    try:
        found: date = LunarDate(year, month, day, 0).to_solar_date()
    except (InvalidLunarDateError, ValueError):
        return None
    return found


def lunar_last(year: int, month: int) -> date | None:
    """The last day of a lunar month."""
    days = lunar_month(year, month)
    return days and days.end - DAY


def lunar_month(year: int, month: int) -> Days | None:
    """A lunar month as days."""
    begin = lunar_date(year, month, 1)
    return None if begin is None else Days(begin, begin + LCalendars.ndays(year, month, 0) * DAY)


def nth_weekday(year: int, month: int, *, nth: int, weekday: int) -> date | None:
    """The nth weekday (1 = Monday … 7 = Sunday) of a month; negative counts from its end.

    >>> nth_weekday(2022, 5, nth=2, weekday=7).isoformat()
    '2022-05-08'
    """
    days = [date(year, month, 1) + i * DAY for i in range(31)]
    hits = [d for d in days if d.month == month and d.isoweekday() == weekday]
    return hits[nth - 1 if nth > 0 else nth] if 0 < abs(nth) <= len(hits) else None


def is_workday(day: date) -> WorkDay:
    """Whether people work on a day: `day` is given back for a working day, the next one otherwise."""
    return add_workdays(day - DAY, 1)


def add_workdays(day: date, count: int) -> WorkDay:
    """The working day that stands `count` working days after (before, when negative) a day.

    >>> add_workdays(date(2022, 1, 28), 5)
    WorkDay(day=datetime.date(2022, 2, 9), certain=True)
    """
    step, left, certain = (DAY if count > 0 else -DAY), abs(count), True
    while left and date(2, 1, 1) < day < date(9998, 1, 1):
        day += step
        working = _works(day)
        if working is None:
            working, certain = day.isoweekday() < 6, False
        left -= working
    return WorkDay(day, certain)


@lru_cache(maxsize=4096)
def _works(day: date) -> bool | None:
    """Whether people work on a day; None where the public holidays around it are not known."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def knows_workdays(day: date) -> bool:
    """Whether the public holidays around a day are known, or only its place in the week.

    >>> knows_workdays(date(2022, 1, 28)), knows_workdays(date(2035, 1, 28))
    (True, False)
    """
    return _works(day) is not None


def easter(year: int) -> date:
    """Easter Sunday, Gregorian (the anonymous algorithm).

    >>> easter(2013).isoformat()
    '2013-03-31'
    """
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def orthodox_easter(year: int) -> date:
    """Easter Sunday of the eastern churches as a Gregorian day (Meeus)."""
    d = (19 * (year % 19) + 15) % 30
    e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    shift = year // 100 - year // 400 - 2
    return date(year, month, day + 1) + shift * DAY


def _hebrew_elapsed(year: int) -> int:
    months = (235 * year - 234) // 19
    parts = 12084 + 13753 * months
    day = 29 * months + parts // 25920
    return day + 1 if 3 * (day + 1) % 7 < 3 else day


def _hebrew_new_year(year: int) -> int:
    """Proleptic ordinal of 1 Tishri."""
    before, this, after = (_hebrew_elapsed(y) for y in (year - 1, year, year + 1))
    delay = 2 if after - this == 356 else 1 if this - before == 382 else 0
    return this + delay - 1373428 + 1


def _hebrew_day(year: int, month: int, day: int) -> date:
    leap = (7 * year + 1) % 19 < 7
    length = _hebrew_new_year(year + 1) - _hebrew_new_year(year)
    months = [(7, 30), (8, 30 if length % 10 == 5 else 29), (9, 29 if length % 10 == 3 else 30), (10, 29), (11, 30)]
    months += [(0, 30), (12, 29)] if leap else [(12, 29)]
    months += [(1, 30), (2, 29), (3, 30), (4, 29), (5, 30), (6, 29)]
    passed = 0
    for number, days in months:
        if number == month:
            break
        passed += days
    return date.fromordinal(_hebrew_new_year(year) + passed + day - 1)


def _hebrew_in(year: int, month: int, day: int) -> date | None:
    """The day of a Hebrew date that falls in a Gregorian year (Nisan = 1, Tishri = 7)."""
    found = [_hebrew_day(year + 3760 + i, month, day) for i in (0, 1)]
    return next((d for d in found if d.year == year), None)


def _islamic_in(year: int, month: int, day: int) -> date | None:
    """The first day of an Islamic date in a Gregorian year, tabular reckoning."""
    about = (year - 622) * 33 // 32
    for hijri in range(about - 1, about + 3):
        days = (11 * hijri + 3) // 30 + 354 * (hijri - 1) + (59 * (month - 1) + 1) // 2 + day
        found = date.fromordinal(227014 + days)
        if found.year == year:
            return found
    return None
