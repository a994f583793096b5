"""Moments against the day of issue: TIMEX3 value and half-open interval, with X for what nobody knows.

A reference with a clock is somebody speaking now: what has no date means the next one to come. A reference without is a paper:
what has no year lies near the day of issue, on the side the sentence tells (`lean`: −1 past, 1 ahead, 0 unknown).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from policymine.extraction.times import calendar
from policymine.extraction.times.clock import timed
from policymine.extraction.times.moments import Moment
from policymine.extraction.times.reference import Reference, Stretch, month_after, of_days

DAY: Final = timedelta(days=1)
CLOCKED: Final = frozenset({"part", "hour", "minute", "second", "exact", "word"})
SEASONS: Final = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}


def resolve(fields: Moment, ref: Reference, lean: int = 0) -> Stretch | None:
    """What a moment stands for, or None when there is no such day or hour.

    >>> resolve({"month": 12, "day": 23}, Reference(2022, 1), -1).value
    '2021-12-23'
    >>> resolve({"month": 2, "day": 30}, Reference(2022, 1)) is None
    True
    """
    return _resolved(frozenset(fields.items()), ref, lean)


@lru_cache(maxsize=1 << 12)
def _resolved(items: frozenset[tuple[str, Any]], ref: Reference, lean: int) -> Stretch | None:
    fields = dict(items)
    try:
        dated = {key: value for key, value in items if key not in CLOCKED}
        day = _days(dated, ref, lean) if dated else None
        if dated and day is None:
            return None
        return timed(fields, day, ref) if "hour" in fields or "part" in fields else day
    except (ValueError, OverflowError):
        return None


def _days(f: Moment, ref: Reference, lean: int) -> Stretch | None:
    if "century" in f:
        return _century(f)
    if "festival" in f:
        return _festival(f, ref, lean)
    if "lmonth" in f or "lday" in f:
        return _lunar(f, ref)
    if "nth" in f or "stretch" in f:
        return _counted(f, ref, lean)
    if "rel_day" in f:
        return _relative_day(f, ref)
    if "rel_week" in f or "weekday" in f or "halfweek" in f:
        return _week(f, ref, lean)
    return _calendar(f, ref, lean)


def year_of(f: Moment, ref: Reference) -> int | str | None:
    """The year a moment names, itself or by its distance; XXXX where the issue is unknown, None where it names none."""
    if "year" in f:
        year: int | str = f["year"]
        if isinstance(year, int) and not 0 < year < 9999:
            raise ValueError(f"no year {year}")
        return year
    if "rel_year" in f:
        return ref.year + f["rel_year"] if ref.year else "XXXX"
    return None


def _calendar(f: Moment, ref: Reference, lean: int) -> Stretch | None:
    year = year_of(f, ref)
    month: int | str | None = f.get("month")
    if "rel_month" in f:
        if ref.year is None or ref.month is None:
            year, month = year or "XXXX", "XX"
        else:
            first = month_after(ref.year, ref.month, f["rel_month"])
            year, month = (first.year if year is None else year), first.month
    day: int | str | None = f.get("day")
    if day is not None and month is None and "season" not in f:
        return _bare_day(day, year, ref, lean)
    if isinstance(month, int) and not 1 <= month <= 12:
        return None
    if year is None:
        year = _near_year(f, ref, lean)
    if month is None:
        return _year_part(f, year, ref)
    if not (isinstance(year, int) and isinstance(month, int)):
        text = f"{year if isinstance(year, str) else f'{year:04d}'}-{_two(month)}"
        if isinstance(day, int) and isinstance(month, int):
            date(2000, month, day)
        return Stretch(f"{text}-{_two(day)}" if day is not None else text)
    return _month_part(f, year, month, day)


def _month_part(f: Moment, year: int, month: int, day: int | str | None) -> Stretch | None:
    first, after = date(year, month, 1), month_after(year, month)
    text = f"{year:04d}-{month:02d}"
    if isinstance(day, str):
        return Stretch(f"{text}-XX")
    if day is not None:
        found = date(year, month, day)
        return of_days(found.isoformat(), found, found + DAY)
    if third := f.get("third"):
        return of_days(text, first + (third - 1) * 10 * DAY, after if third == 3 else first + third * 10 * DAY)
    if halfmonth := f.get("halfmonth"):
        middle = first + 15 * DAY
        return of_days(text, first if halfmonth == 1 else middle, middle if halfmonth == 1 else after)
    if edge := f.get("edge"):
        begin = {"START": first, "MID": first + 10 * DAY, "END": after - 7 * DAY}[edge]
        end = {"START": first + 5 * DAY, "MID": first + 20 * DAY, "END": after}[edge]
        return of_days(text, begin, end)
    return of_days(text, first, after)


def _year_part(f: Moment, year: int | str | None, ref: Reference) -> Stretch | None:
    text = f"{year:04d}" if isinstance(year, int) else year or "XXXX"
    if "rel_quarter" in f:
        if ref.year is None or ref.month is None:
            return Stretch("XXXX-QX")
        index = ref.year * 4 + (ref.month - 1) // 3 + f["rel_quarter"]
        year, text, f = index // 4, f"{index // 4:04d}", {**f, "quarter": index % 4 + 1}
    if "rel_year" not in f and "year" not in f and "third" in f:
        return _calendar({**f, "rel_month": 0}, ref, 0)
    if "rel_year" not in f and "year" not in f and "halfmonth" in f:
        return _calendar({**f, "rel_month": 0}, ref, 0)
    for name, size, mark in (("half", 6, "H"), ("quarter", 3, "Q")):
        if name in f:
            return _block(f, text, year, size=size, mark=mark, index=f[name])
    if season := f.get("season"):
        if not isinstance(year, int):
            return Stretch(f"{text}-{season}")
        start = date(year, SEASONS[season], 1)
        return of_days(f"{text}-{season}", start, month_after(year, start.month, 3))
    if not isinstance(year, int):
        return Stretch(text)
    if edge := f.get("edge"):
        begin, months = {"START": (1, 2), "MID": (6, 2), "END": (11, 2)}[edge]
        return of_days(text, date(year, begin, 1), month_after(year, begin, months))
    return of_days(text, date(year, 1, 1), date(year + 1, 1, 1))


def _block(f: Moment, text: str, year: int | str | None, *, size: int, mark: str, index: int) -> Stretch | None:
    if not 1 <= index <= 12 // size:
        return None
    value = f"{text}-{mark}{index}"
    if not isinstance(year, int):
        return Stretch(value)
    month = (index - 1) * size + 1
    if edge := f.get("edge"):
        month, size = month + {"START": 0, "MID": size // 2, "END": size - 1}[edge], 1
    return of_days(value, date(year, month, 1), month_after(year, month, size))


def _near_year(f: Moment, ref: Reference, lean: int) -> int | str:
    """The year of a month or day without one."""
    if ref.year is None:
        return "XXXX"
    month, day = f.get("month"), f.get("day")
    if f.get("season") == "WI" and ref.month and ref.month <= 3 and not ref.now:
        return ref.year - 1
    if not isinstance(month, int):
        begins = {"half": 6 * f.get("half", 1) - 5, "quarter": 3 * f.get("quarter", 1) - 2}
        late = any(name in f and ref.month and begin > ref.month for name, begin in begins.items())
        return ref.year - 1 if lean < 0 and late and not ref.now else ref.year
    if ref.now or ref.about is None:
        return next((y for y in range(ref.year, ref.year + 8) if _is_day(y, month, day)), ref.year)
    about, middle = ref.about, min(day, 28) if isinstance(day, int) else 15
    days = {y: (date(y, month, middle) - about).days for y in (ref.year - 1, ref.year, ref.year + 1)}
    slack = 45 if isinstance(day, int) or ref.day is None else 20
    if lean < 0:
        return max(
            (y for y, distance in days.items() if distance <= (20 if ref.day and isinstance(day, int) else slack)),
            default=ref.year,
        )
    if lean > 0:
        return min((y for y, distance in days.items() if distance >= -slack), default=ref.year)
    distance = days[ref.year]
    return ref.year - 1 if distance > 270 else ref.year + 1 if distance < -300 else ref.year


def _is_day(year: int, month: int, day: Any) -> bool:
    try:
        date(year, month, day if isinstance(day, int) else 1)
    except ValueError:
        return False
    return True


def _bare_day(day: int | str, year: int | str | None, ref: Reference, lean: int) -> Stretch | None:
    if isinstance(day, int) and not 1 <= day <= 31:
        return None
    if ref.year is None or ref.month is None or isinstance(day, str):
        text = f"{ref.year:04d}" if ref.year else "XXXX"
        return Stretch(f"{text}-{f'{ref.month:02d}' if ref.month else 'XX'}-{_two(day)}")
    shift = 0
    if ref.day and not ref.now and lean:
        shift = 1 if lean > 0 and day < ref.day else -1 if lean < 0 and day > ref.day else 0
    for step in (shift, shift + 1, shift + 2):
        first = month_after(ref.year, ref.month, step)
        if _is_day(first.year, first.month, day):
            found = first.replace(day=day)
            return of_days(found.isoformat(), found, found + DAY)
    return None


def _two(number: int | str | None) -> str:
    return f"{number:02d}" if isinstance(number, int) else "XX"


def _relative_day(f: Moment, ref: Reference) -> Stretch | None:
    today, year = ref.today, year_of(f, ref)
    if today is None:
        text = "XXXX" if ref.year is None else f"{ref.year:04d}"
        return Stretch(f"{text}-{f'{ref.month:02d}' if ref.month else 'XX'}-XX")
    found = today + f["rel_day"] * DAY
    if isinstance(year, int):
        found = found.replace(year=year)
    end = found + f.get("lasting", 1) * DAY
    value = found.isoformat() if end - found == DAY else f"{found.isoformat()}/{(end - DAY).isoformat()}"
    return of_days(value, found, end)


def _week(f: Moment, ref: Reference, lean: int) -> Stretch | None:
    today = ref.today
    if today is None:
        return Stretch("XXXX-WXX" + (f"-{f['weekday']}" if "weekday" in f and "lasting" not in f else ""))
    monday = today - (today.isoweekday() - 1) * DAY + 7 * f.get("rel_week", 0) * DAY
    iso = monday.isocalendar()
    week = f"{iso.year:04d}-W{iso.week:02d}"
    if "halfweek" in f:
        middle = monday + 3 * DAY
        return of_days(week, *((monday, middle) if f["halfweek"] == 1 else (middle, monday + 7 * DAY)))
    if "weekday" not in f:
        return of_days(week, monday, monday + 7 * DAY)
    found = monday + (f["weekday"] - 1) * DAY
    if "lasting" in f:
        return of_days(f"{week}-WE", found, found + 2 * DAY)
    if "rel_week" not in f and (found < today if lean >= 0 else found > today):
        found += (7 if lean >= 0 else -7) * DAY
    return of_days(found.isoformat(), found, found + DAY)


def _century(f: Moment) -> Stretch | None:
    first = (f["century"] - 1) * 100
    if not 0 <= first < 9800:
        return None
    years, value = 100, f"{first // 100:02d}"
    if "decade" in f:
        first, years = first + f["decade"], 10
        value = f"{first // 10:03d}"
    if edge := f.get("edge"):
        first, years = first + {"START": 0, "MID": years * 3 // 10, "END": years * 7 // 10}[edge], years * 3 // 10
    return of_days(value, date(max(first, 1), 1, 1), date(first + years, 1, 1))


def _festival(f: Moment, ref: Reference, lean: int) -> Stretch | None:
    name, year = f["festival"], year_of(f, ref)
    if year is None:
        year = _festival_year(name, ref, lean)
    if not isinstance(year, int):
        day = calendar.festivals().get(name, {}).get("solar")
        return Stretch(("XXXX" if year is None else year) + (f"-{day}" if day else ""))
    days = calendar.named_days(name, year)
    if days is None:
        return Stretch(f"{year:04d}")
    if nth := f.get("nth"):
        days = calendar.Days(days.begin + (nth[0] - 1) * DAY, days.begin + nth[0] * DAY)
    value = days.begin.isoformat()
    return of_days(value if days.end - days.begin == DAY else f"{value}/{(days.end - DAY).isoformat()}", *days)


def _festival_year(name: str, ref: Reference, lean: int) -> int | None:
    about = ref.about
    if ref.year is None or about is None:
        return ref.year
    found = {y: days for y in (ref.year - 1, ref.year, ref.year + 1) if (days := calendar.named_days(name, y))}
    if ref.now:
        return next((y for y, days in found.items() if days.end > about), ref.year)
    if lean:
        ahead = [y for y, days in found.items() if (days.begin >= about) == (lean > 0)]
        return (ahead[0] if lean > 0 else ahead[-1]) if ahead else ref.year
    return min(found, key=lambda y: abs((found[y].begin - about).days), default=ref.year)


def _lunar(f: Moment, ref: Reference) -> Stretch | None:
    year, today = year_of(f, ref), ref.today
    if isinstance(year, str) or (year is None and today is None):
        return Stretch("XXXX")
    years = [year] if isinstance(year, int) else [ref.year + i for i in (-1, 0, 1)] if ref.year else []
    months = [f["lmonth"]] if "lmonth" in f else range(1, 13)
    found: list[tuple[date, date]] = []
    for y in years:
        for m in months:
            begin = calendar.lunar_date(y, m, f.get("lday", 1))
            stretch = calendar.lunar_month(y, m) if "lday" not in f else begin and calendar.Days(begin, begin + DAY)
            if stretch:
                found.append((stretch[0], stretch[1]))
    if not found:
        return None
    same = [x for x in found if today and x[0].year == today.year] if "lday" not in f or not ref.now else []
    pool = same or found
    begin, end = (
        next((x for x in pool if today is None or x[1] > today or "lday" not in f), pool[-1]) if year is None else found[0]
    )
    return of_days(begin.isoformat() if "lday" in f else f"{begin.isoformat()}/{(end - DAY).isoformat()}", begin, end)


def _counted(f: Moment, ref: Reference, lean: int) -> Stretch | None:
    """第一个星期一, 第37周, 最后3周 inside the moment they stand behind."""
    count, unit, extra = f["nth"] if "nth" in f else f["stretch"]
    rest = {key: value for key, value in f.items() if key not in ("nth", "stretch")}
    box = _days(rest, ref, lean) if rest else None
    if box is None or box.begin is None or box.end is None:
        return Stretch(box.value if box else "XXXX")
    begin, end = box.begin.date(), box.end.date()
    if "stretch" in f:
        return _edge_stretch(begin, end, count=count, unit=unit, side=extra)
    if unit == "wd":
        days = [begin + i * DAY for i in range((end - begin).days) if (begin + i * DAY).isoweekday() == extra]
        found = days[count - 1 if count > 0 else count] if 0 < abs(count) <= len(days) else None
        return found and of_days(found.isoformat(), found, found + DAY)
    if unit == "W":
        monday = begin + (-begin.weekday() % 7) * DAY + 7 * (count - 1) * DAY
        iso = monday.isocalendar()
        return of_days(f"{iso.year:04d}-W{iso.week:02d}", monday, monday + 7 * DAY) if count > 0 and monday < end else None
    if unit in ("M", "Q"):
        size = 1 if unit == "M" else 3
        first = month_after(begin.year, begin.month, (count - 1) * size)
        return of_days(f"{first.year:04d}-{first.month:02d}", first, month_after(first.year, first.month, size))
    found = begin + (count - 1) * DAY if count > 0 else end + count * DAY
    return of_days(found.isoformat(), found, found + DAY) if begin <= found < end else None


def _edge_stretch(begin: date, end: date, *, count: int, unit: str, side: str) -> Stretch | None:
    if unit in ("M", "Q", "Y"):
        months = count * {"M": 1, "Q": 3, "Y": 12}[unit]
        head, tail = month_after(begin.year, begin.month, months), month_after(end.year, end.month, -months)
    else:
        if unit == "W":
            begin, end = begin + (-begin.weekday() % 7) * DAY, end - end.weekday() * DAY
        step = (7 if unit == "W" else 1) * count * DAY
        head, tail = begin + step, end - step
    first, last = (begin, head) if side == "head" else (tail, end)
    return of_days(f"{first.isoformat()}/{(last - DAY).isoformat()}", first, last) if first < last else None
