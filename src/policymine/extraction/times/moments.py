"""What a part says, as numbers: year, month, day, week, clock — explicit, relative to the day of issue, or redacted (X).

A moment is a mapping of the fields below; `merged` joins a coarser one with a finer one that stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from policymine.extraction.times.calendar import eras
from policymine.extraction.times.scan import Part
from policymine.text.numerals import digit_string, integer, parse_number

Moment = Mapping[str, Any]

WEEKDAYS: Final = {**{c: i + 1 for i, c in enumerate("一二三四五六日")}, "天": 7, "7": 7}
UNITS: Final = {"年": "Y", "季度": "Q", "月": "M", "周": "W", "星期": "W", "礼拜": "W", "天": "D", "日": "D", "工作日": "BD"}
PHASES: Final = {"初": "START", "前": "START", "中": "MID", "末": "END", "后": "END"}
COPIED: Final = (
    "rel_year", "rel_quarter", "rel_month", "rel_week", "rel_day", "lasting", "part", "season", "halfmonth", "halfweek",
    "edge", "next", "festival", "word", "year", "month",
)  # fmt: skip

# grain of each field: (as seen from the left, as seen from the right)
RANKS: dict[str, tuple[int, int]] = {
    "century": (5, 5), "decade": (5, 8), "year": (10, 10), "rel_year": (10, 10), "half": (20, 20), "quarter": (20, 20),
    "rel_quarter": (20, 20), "season": (20, 20), "month": (30, 30), "rel_month": (30, 30), "lmonth": (30, 30),
    "festival": (15, 50), "third": (35, 35), "halfmonth": (35, 35), "rel_week": (20, 40), "halfweek": (40, 40),
    "weekday": (50, 50), "day": (50, 50), "lday": (50, 50), "rel_day": (15, 50), "part": (60, 60), "hour": (70, 70),
}  # fmt: skip
NTH_RANKS: Final = {"Y": 10, "Q": 20, "M": 30, "W": 40, "D": 50, "BD": 50, "wd": 50}


def moment(part: Part) -> Moment | None:
    """The fields of a part, or None when its numbers are none (三十五月 is one, X月 too)."""
    return _read(frozenset(part.fields.items()))


@lru_cache(maxsize=1 << 12)
def _read(fields: frozenset[tuple[str, Any]]) -> Moment | None:
    raw = dict(fields)
    found: dict[str, Any] = {key: raw[key] for key in COPIED if key in raw}
    if isinstance(raw.get("half"), int):
        found["half"] = raw["half"]
    if isinstance(raw.get("third"), int):
        found["third"] = raw["third"]
    for name, keys in (("year", ("y", "era", "fy")), ("week", ("wd", "wr")), ("century", ("c", "cr", "de")), ("clock", ("h",))):
        if any(key in raw for key in keys):
            found.update({"year": _year, "week": _week, "century": _century, "clock": _clock}[name](raw))
    for key, name in (("m", "month"), ("d", "day")):
        if key in raw:
            found[name] = "XX" if set(raw[key]) <= set("xX×") else 1 if raw[key] == "元" else integer(raw[key])
    if "lm" in raw or "ld" in raw:
        found.update(_lunar(raw))
    if "q" in raw or "q1" in raw:
        found["quarter"] = integer(raw["q"]) if "q" in raw else 1
    if "nth" in raw:
        found.update(_nth(raw))
    return None if any(value is None for value in found.values()) else found


def upper(part: Part, lower: Moment) -> Moment:
    """The end of a span part (…2 groups): its own numbers over those of the beginning."""
    groups = {key[:-1]: value for key, value in part.fields.items() if key.endswith("2") and key != "year2"}
    if "y" in groups and len(groups["y"]) == 2:
        groups["y"] = str(lower["year"])[:2] + groups["y"]
    end = moment(part._replace(fields=groups)) or {}
    dropped = {"minute", "second"} if "hour" in end else set()
    kept = {key: value for key, value in lower.items() if key not in dropped and key != "word"}
    return {**kept, **end}


def _year(raw: Moment) -> dict[str, Any]:
    if "fy" in raw:
        return _foreign(raw)
    if "era" in raw:
        count = 1 if raw["ey"] == "元" else integer(raw["ey"])
        return {"year": None if count is None else eras()[raw["era"]] + count - 1}
    text = raw["y"]
    digits = digit_string(text.replace("O", "0").replace("o", "0").replace("Ｏ", "0"))
    if digits is None and (spelled := integer(text)) and spelled > 1000:
        return {"year": spelled}
    if digits is None:
        return {"year": (text.upper().replace("×", "X").replace("＊", "X").replace("*", "X") if text[:2] == "20" else "XXXX")}
    return {"year": int(digits) if len(digits) > 2 else century_of(int(digits))}


def century_of(short: int) -> int:
    """The year a two-digit year means."""
    return short + (2000 if short < 50 else 1900)


def _foreign(raw: Moment) -> dict[str, Any]:
    first, second, year = int(raw["fa"]), int(raw["fb"]), int(raw["fy"])
    if "-" in raw.get("fs", "") and len(raw["fy"]) == 2 and first <= 50:
        return {"year": century_of(first), "month": second, "day": year}
    month, day = (first, second) if second > 12 else (second, first)
    return {"year": year if year > 99 else century_of(year), "month": month, "day": day}


def _week(raw: Moment) -> dict[str, Any]:
    shift = raw.get("wr")
    found: dict[str, Any] = {}
    if shift is not None:
        found["rel_week"] = shift.count("下") - shift.count("上")
    if raw.get("wd") == "末":
        found |= {"weekday": 6, "lasting": 2}
    elif "wd" in raw:
        found["weekday"] = WEEKDAYS.get(raw["wd"]) or integer(raw["wd"])
    return found


def _century(raw: Moment) -> dict[str, Any]:
    found: dict[str, Any] = {"century": integer(raw["c"]) if "c" in raw else {"本": 21}.get(raw.get("cr", ""), 20)}
    if "de" in raw:
        found["decade"] = integer(raw["de"])
    if "phase" in raw:
        found["edge"] = PHASES[raw["phase"][0]]
    return found


def _clock(raw: Moment) -> dict[str, Any]:
    hour = 0 if raw["h"] == "零" else integer(raw["h"])
    minute: int | None = 0
    if "mi" in raw:
        minute = integer(raw["mi"].lstrip("零") or "0")
    elif "mid" in raw or raw.get("word") == "半":
        minute = 30
    elif "ke" in raw:
        minute = 15 * (integer(raw["ke"]) or 0)
    elif "past" in raw or "word" in raw or "zi" in raw:
        five = integer(raw.get("word") or raw.get("zi") or "0") or 0
        minute = integer(raw["past"]) if "past" in raw else 5 * five
    found: dict[str, Any] = {"hour": hour, "minute": minute}
    if "s" in raw:
        found["second"] = integer(raw["s"].lstrip("零") or "0")
    if (mark := raw.get("ampm", "").strip()[:1]) and hour is not None:
        found |= {"hour": hour % 12 + (12 if mark == "p" else 0), "exact": True}
    if raw["h"][:1] == "0" and len(raw["h"]) == 2:
        found["exact"] = True
    return found


def _lunar(raw: Moment) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "lm" in raw:
        name = raw["lm"].lstrip("闰").rstrip("月")
        found["lmonth"] = {"正": 1, "冬": 11, "腊": 12}.get(name) or integer(name)
        found["leap"] = raw["lm"].startswith("闰")
    if "ld" in raw:
        found["lday"] = integer(raw["ld"].removeprefix("大年").removeprefix("初"))
    return found


def _nth(raw: Moment) -> dict[str, Any]:
    count, unit = parse_number(raw["nth"]), raw["nu"].lstrip("个")
    if count is None or count != int(count):
        return {"nth": None}
    weekday = None
    if match := re.fullmatch(r"(?:星期|礼拜|周)([一二三四五六日天])", unit):
        unit, weekday = "wd", WEEKDAYS[match[1]]
    kind = "wd" if weekday else UNITS[unit]
    number = int(count)
    if "tail" in raw and (raw["tail"].startswith("倒数") or weekday or number == 1):
        return {"nth": (-number, kind, weekday)}
    if "tail" in raw or "head" in raw:
        return {"stretch": (number, kind, "tail" if "tail" in raw or raw["head"] == "后" else "head")}
    return {"nth": (number, kind, weekday)}


def ranks(fields: Moment) -> tuple[int, int]:
    """The coarsest grain of a moment as seen from its left, and its finest as seen from its right."""
    tops, bottoms = [], []
    for key, value in fields.items():
        if key in RANKS:
            tops.append(RANKS[key][0])
            bottoms.append(RANKS[key][1])
        elif key in ("nth", "stretch"):
            tops.append(NTH_RANKS[value[1]])
            bottoms.append(NTH_RANKS[value[1]])
    return (min(tops, default=99), max(bottoms, default=0))


def merged(left: Moment, right: Moment) -> Moment | None:
    """Both as one moment when the right one is finer, else None.

    >>> dict(merged({"rel_year": -1}, {"month": 5}))
    {'rel_year': -1, 'month': 5}
    >>> merged({"month": 5}, {"rel_year": -1}) is None
    True
    """
    trimmed = dict(right)
    if "edge" in right:
        for name, absolute in (
            ("rel_year", ("year", "rel_year")),
            ("rel_month", ("month", "rel_month")),
            ("rel_quarter", ("quarter",)),
        ):
            if right.get(name) == 0 and any(key in left for key in absolute) and "edge" not in left:
                del trimmed[name]
    elif ranks(right)[0] <= ranks(left)[1] and not ("festival" in left and set(right) == {"nth"}):
        return None
    if len(trimmed) == len(right) and "edge" in right and ranks(right)[0] <= ranks(left)[1]:
        return None
    shared = (set(left) & set(trimmed)) - {"word"}
    return None if shared else {**left, **trimmed}
