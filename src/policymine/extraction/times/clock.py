"""Hours and parts of the day on top of a resolved day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from policymine.extraction.times.moments import Moment
from policymine.extraction.times.reference import Reference, Stretch

DAY: Final = timedelta(days=1)
# TIMEX3 mark, first and last hour of each part of the day
PARTS: Final = {
    "DM": ("TMO", 0, 6),
    "MO": ("TMO", 8, 12),
    "MI": ("TMI", 12, 13),
    "AF": ("TAF", 12, 18),
    "EV": ("TEV", 17, 19),
    "NI": ("TNI", 18, 24),
    "DT": ("TDT", 6, 19),
}

EARLY: Final = ("早上", "早晨")


def timed(f: Moment, day: Stretch | None, ref: Reference) -> Stretch | None:
    """The moment's hour or part of the day within its day; None when there is no such hour."""
    base = day.begin if day else (datetime(ref.year or 1, ref.month or 1, ref.day or 1) if ref.now else None)
    part = f.get("part")
    date_text = day.value if day else (base.date().isoformat() if base else "")
    if "hour" not in f:
        mark, first, last = PARTS[str(part)]
        if f.get("word") in EARLY:
            first = 4
        if base is None:
            return Stretch(f"{date_text}{mark}")
        return Stretch(f"{date_text}{mark}", base + timedelta(hours=first), base + timedelta(hours=last))
    hour, minute, second = f["hour"], f.get("minute", 0), f.get("second", 0)
    if not (0 <= hour <= 24 and 0 <= minute < 60 and 0 <= second < 60) or (hour == 24 and minute):
        return None
    hour = clock_hour(f)
    if base is None:
        return Stretch(f"{date_text}T{hour % 24:02d}:{minute:02d}")
    at = base + timedelta(hours=hour, minutes=minute, seconds=second)
    today = ref.now is not None and base.date() == ref.now.date()
    if today and ref.now and part is None and not f.get("exact") and 0 < hour < 12 and at < ref.now <= at + timedelta(hours=12):
        at += timedelta(hours=12)
    if day is None and ref.now and at < ref.now and part in ("AF", "EV") and not f.get("exact"):
        at += DAY
    text = at.strftime("%H:%M:%S" if second else "%H:%M")
    if f["hour"] == 24:
        return Stretch(f"{date_text}T24:00", at, at)
    return Stretch(f"{at.date().isoformat()}T{text}", at, at)


def clock_hour(f: Moment) -> int:
    """The hour of a moment on the 24 hour clock, 24 and more for the small hours of the night that begins that day."""
    hour, part = int(f["hour"]), f.get("part")
    if part == "NI":
        return hour + (24 if hour <= 4 else 12 if hour <= 12 else 0)
    if part in ("AF", "EV"):
        return hour + 12 if hour < 12 else hour
    if part == "MI":
        return hour + 12 if hour < 9 else hour
    return 24 if part == "DM" and hour == 12 else hour
