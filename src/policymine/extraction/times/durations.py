"""Lengths of time and recurrences: TIMEX3 values, arithmetic with them, and RFC 5545 rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from policymine.extraction.times.calendar import add_workdays
from policymine.extraction.times.moments import WEEKDAYS
from policymine.extraction.times.reference import Reference, Stretch, month_after
from policymine.model import Interval
from policymine.text.numerals import parse_number

NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百千廿卅数几]+(?:点[零一二三四五六七八九]+)?"
PIECE = re.compile(
    rf"(?P<n>{NUMBER})?(?P<lead>[多余来几])?[ ]*(?P<ge>个)?(?P<half>半)?[ ]*个?[ ]*"
    r"(?P<u>年|季度|月|星期|礼拜|周|工作日|交易日|自然日|天|日|小时|钟头|刻钟|分钟|秒钟|钟|时|分|秒|载)(?P<tail>[多余])?(?P<and>半)?钟?"
)
LETTER = {"年": "Y", "载": "Y", "季度": "Q", "月": "M", "星期": "W", "礼拜": "W", "周": "W", "工作日": "B", "交易日": "B"}
LETTER |= {"自然日": "D", "天": "D", "日": "D", "小时": "h", "钟头": "h", "钟": "h", "时": "h", "刻钟": "k"}
LETTER |= {"分钟": "m", "分": "m", "秒钟": "s", "秒": "s"}
HALVES: dict[str, tuple[Decimal | int, str]] = {
    "Y": (6, "M"),
    "Q": (45, "D"),
    "M": (15, "D"),
    "W": (84, "h"),
    "D": (Decimal("0.5"), "D"),
    "h": (30, "m"),
    "m": (30, "s"),
    "k": (450, "s"),
}
UNIT_NAMES = {"年度": "年", "月份": "月", "季": "季度"}
ORDER = "YMWDBhms"
LETTERS = {"Y": "Y", "M": "M", "W": "W", "D": "D", "B": "D", "h": "H", "m": "M", "s": "S"}
"""What TIMEX3 writes for each unit, in the order of `ORDER`."""
FREQUENCIES = {"Y": "YEARLY", "M": "MONTHLY", "W": "WEEKLY", "D": "DAILY", "B": "DAILY", "h": "HOURLY", "m": "MINUTELY"}
BYDAY = dict(zip(range(1, 8), ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True))


class Length(NamedTuple):
    """A length of time as amounts by unit (Y M W D B h m s); `vague` where the number is 几 or 数, `more` for 多 and 余."""

    amounts: Mapping[str, Decimal]
    vague: bool = False
    more: bool = False
    about: bool = False

    @property
    def unit(self) -> str:
        """The finest unit."""
        return max(self.amounts, key=ORDER.index)

    def timex(self) -> str:
        """The TIMEX3 value: P14D, PT48H, P2Y3M; working days count as days, an unknown number is X.

        >>> length("一个半小时").timex()
        'PT1H30M'
        """
        days, hours = "", ""
        for unit in ORDER:
            if (amount := self.amounts.get(unit)) is None:
                continue
            written = ("X" if self.vague else f"{amount.normalize():f}") + LETTERS[unit]
            days, hours = (days + written, hours) if unit in "YMWDB" else (days, hours + written)
        return "P" + days + ("T" + hours if hours else "")


@lru_cache(maxsize=1 << 12)
def length(text: str) -> Length | None:
    """The length a phrase of numbers and units says, or None.

    >>> length("两年零三个月").timex(), length("半年").timex(), length("5个工作日").timex()
    ('P2Y3M', 'P6M', 'P5D')
    """
    amounts: dict[str, Decimal] = {}
    vague = more = about = False
    for piece in PIECE.finditer(text.replace("个多", "多个")):
        letter = LETTER[piece["u"]]
        digits = piece["n"] or ("1" if piece["ge"] or piece["lead"] else "")
        if digits and set(digits) <= set("数几"):
            vague, digits = True, "1"
        if digits and digits[-1] in "数几":
            digits, more = digits[:-1], True
        number = parse_number(digits.removeprefix("零")) if digits else Decimal(0)
        if number is None or (not digits and not piece["half"]):
            return None
        about = about or piece["lead"] == "来"
        more = more or bool((piece["lead"] or piece["tail"]) and piece["lead"] != "来")
        if letter in "Qk":
            number, letter = number * (3 if letter == "Q" else 15), "M" if letter == "Q" else "m"
        amounts[letter] = amounts.get(letter, Decimal(0)) + number
        if piece["half"] or piece["and"]:
            added, finer = HALVES.get(letter, (0, letter))
            amounts[finer] = amounts.get(finer, Decimal(0)) + added
    amounts = _whole({u: v for u, v in amounts.items() if v} or dict(list(amounts.items())[:1]))
    return Length(amounts, vague, more, about) if amounts else None


def _whole(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    """1.5 years as a year and six months."""
    finer = {"Y": ("M", 12)}
    for unit, (small, factor) in finer.items():
        number = amounts.get(unit)
        if number is not None and number % 1 == Decimal("0.5"):
            amounts = {**amounts, unit: number // 1, small: amounts.get(small, Decimal(0)) + Decimal(factor) / 2}
    return {u: v for u, v in amounts.items() if v} or amounts


def shifted(moment: datetime, by: Length, sign: int) -> datetime | None:
    """A moment moved by a length; None when the calendar ends before."""
    months = int(by.amounts.get("Y", 0) * 12 + by.amounts.get("M", 0)) * sign
    try:
        if months:
            first = month_after(moment.year, moment.month, months)
            last = (month_after(first.year, first.month) - timedelta(days=1)).day
            moment = moment.replace(year=first.year, month=first.month, day=min(moment.day, last))
        days = by.amounts.get("W", Decimal(0)) * 7 + by.amounts.get("D", Decimal(0))
        seconds = (
            by.amounts.get("h", Decimal(0)) * 3600 + by.amounts.get("m", Decimal(0)) * 60 + by.amounts.get("s", Decimal(0))
        )
        moment += sign * timedelta(days=float(days), seconds=float(seconds))
        if "B" in by.amounts:
            worked = add_workdays(moment.date(), sign * min(int(by.amounts["B"]), 2000)).day
            moment = moment.replace(year=worked.year, month=worked.month, day=worked.day)
    except (OverflowError, ValueError):
        return None
    return moment


def from_now(by: Length, ref: Reference, sign: int) -> Stretch:
    """三天前, 两个月后: the year, month, day or instant that lies so far from the day of issue."""
    unit = by.unit
    start = ref.now or (datetime(ref.year, ref.month or 1, ref.day or 1) if ref.year else None)
    known = by.vague or start is None or (unit not in "Y" and ref.month is None) or (unit not in "YM" and ref.day is None)
    moved = None if known or start is None else shifted(start, by, sign)
    if moved is None:
        return Stretch(
            "PAST_REF"
            if by.vague and sign < 0
            else "FUTURE_REF"
            if by.vague
            else {"Y": "XXXX", "M": "XXXX-XX"}.get(unit, "XXXX-XX-XX")
        )
    if unit == "Y":
        return Stretch(f"{moved.year:04d}", datetime(moved.year, 1, 1), datetime(min(moved.year + 1, 9999), 1, 1))
    if unit == "M":
        after = month_after(moved.year, moved.month)
        return Stretch(
            f"{moved.year:04d}-{moved.month:02d}", datetime(moved.year, moved.month, 1), datetime(after.year, after.month, 1)
        )
    if unit in "WDB":
        day = datetime(moved.year, moved.month, moved.day)
        return Stretch(day.date().isoformat(), day, day + timedelta(days=1))
    return Stretch(moved.strftime("%Y-%m-%dT%H:%M"), moved, moved)


def aligned(now: datetime, by: Length, sign: int) -> Interval | None:
    """前两个月, 下三周: so many whole calendar units before or after the current one."""
    unit = by.unit
    floor = {
        "Y": datetime(now.year, 1, 1),
        "M": datetime(now.year, now.month, 1),
        "W": datetime(now.year, now.month, now.day) - timedelta(days=now.weekday()),
        "D": datetime(now.year, now.month, now.day),
        "h": now.replace(minute=0, second=0),
        "m": now.replace(second=0),
    }.get(unit, now)
    if sign < 0:
        return Interval(shifted(floor, by, -1), floor)
    following = shifted(floor, Length({unit: Decimal(1)}), 1)
    return None if following is None else Interval(following, shifted(following, by, 1))


def recurrence(fields: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """TIMEX3 value and rrule of a recurrence: 每季度 → P3M, FREQ=MONTHLY;INTERVAL=3.

    >>> recurrence({"u": "季度"})
    ('P3M', 'FREQ=MONTHLY;INTERVAL=3')
    """
    if "value" in fields:
        value = None if fields["value"] == "NULL" else str(fields["value"])
        return value, _rule_of(value)
    return _every(str(fields.get("u") or fields.get("unit")), fields.get("c"), fields.get("wd", ""))


@lru_cache(maxsize=1 << 10)
def _every(unit: str, count: str | None, weekdays: str) -> tuple[str | None, str | None]:
    days = [WEEKDAYS[c] for c in weekdays if c in WEEKDAYS]
    if unit in ("晚", "夜", "晨", "早"):
        unit = "天"
    if unit == "旬":
        return "P10D", "FREQ=DAILY;INTERVAL=10"
    number = count or ("" if "半" in unit else "1")
    by = length(f"{number}{UNIT_NAMES.get(unit.lstrip('个'), unit)}")
    if by is None:
        return None, None
    value = by.timex()
    rule = _rule_of(value)
    if unit == "工作日" and rule:
        rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" if by.amounts.get("B") == 1 else rule
    if days and rule:
        listed = range(days[0], days[-1] + 1) if re.search("[至到]", weekdays) and days[0] < days[-1] else days
        rule += ";BYDAY=" + ",".join(BYDAY[d] for d in listed)
    return value, rule


def _rule_of(value: str | None) -> str | None:
    match = re.fullmatch(r"P(T?)(\d+)([YMWDHMS])", value or "")
    if not match:
        return None
    letter = match[3].lower() if match[1] else match[3]
    if letter == "s":
        return None
    return f"FREQ={FREQUENCIES[letter]}" + (f";INTERVAL={match[2]}" if match[2] != "1" else "")
