"""Lengths of time in their sentence: bound, direction, the event they count from, and the stretch they cover."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from policymine.extraction.times.chains import Mention
from policymine.extraction.times.durations import Length, aligned, from_now, length, shifted
from policymine.extraction.times.moments import Moment
from policymine.extraction.times.reference import Reference, Stretch
from policymine.model import Interval

DAY: Final = timedelta(days=1)
ALIGNED: Final = {"上": -1, "前": -1, "之前的": -1, "之前": -1, "往前": -1, "向前": -1, "下": 1, "后": 1, "往后": 1, "向后": 1}
DUE: Final = re.compile(
    r"(?P<a>自[^,，。；;、\n]{1,24}?(?:之日|之时|当日|日)?(?:起|后)|[^,，。；;、：:\n的在于应须当]{1,10}(?:之日起|当日起|起|之?后|以后))(?:的|,|，)?$"
)
DUE_ENDS, DUE_LINKS = frozenset("起后"), frozenset("的,，")
YEAR_ZERO: Final = re.compile("[0零〇]+年.*月")
EVENT: Final = re.compile(r"(?P<a>(?:(?![应须在于当])[一-鿿]){2,12}(?:之日)?)(?:的|前)?$")


class Reading(NamedTuple):
    """What a mention means: TIMEX3 type, value and mod, its interval, its anchor and its recurrence."""

    type: str
    value: str | None
    mod: str | None = None
    interval: Interval | None = None
    anchor: str | None = None
    rrule: str | None = None


def read_length(copy: str, mention: Mention, ref: Reference) -> Reading | None:
    """What a length of time means: its value and bound, where it lies, and the event it counts from."""
    f = mention.fields
    if f.get("value") == "NULL":
        return Reading("DURATION", None, f.get("mod"))
    tail = str(f.get("tail", ""))
    if "high" in f:
        return _duration_range(f, tail)
    written = str(f["first"]) + str(f.get("more") or "")
    by = length(written)
    if by is None or YEAR_ZERO.match(written):
        return None
    direction = str(f.get("dir", ""))
    anchor = _anchor(copy, mention.start)
    if tail.endswith(("前", "后")) and not direction:
        return _offset(by, tail, ref=ref, anchor=anchor, copy=copy, start=mention.start)
    mod = _duration_mod(str(f.get("bound", "")), tail, by) or (
        "APPROX" if direction == "近" and not ref.now and not tail.endswith("来") else None
    )
    if direction[:2] in ("再过", "过") and ref.now:
        return Reading("DATE", from_now(by, ref, 1).value, None, _interval(from_now(by, ref, 1)))
    return Reading("DURATION", by.timex(), mod, _window(by, direction, tail, ref=ref, anchor=anchor), anchor)


def _duration_range(f: Moment, tail: str) -> Reading | None:
    low, high = length(f"{f['low']}{f.get('lu') or f['hu']}"), length(f"{f['high']}{f['hu']}")
    if low is None or high is None:
        return None
    mod = "EQUAL_OR_LESS" if tail.endswith("内") else None
    return Reading("DURATION", f"{low.timex()}/{high.timex()}", mod)


def _duration_mod(bound: str, tail: str, by: Length) -> str | None:
    if (
        tail.endswith("内")
        or tail == "以下"
        or bound in ("不超过", "不得超过", "不多于", "最长", "最长达", "最多", "最长不超过", "不足", "不满", "不到")
    ):
        return "EQUAL_OR_LESS"
    if tail == "以上" or bound in ("不少于", "至少", "不低于", "超过", "长达", "提前"):
        return "EQUAL_OR_MORE"
    if tail == "左右" or bound in ("约", "大约", "将近") or by.about:
        return "APPROX"
    return "EQUAL_OR_MORE" if by.more else None


def _anchor(copy: str, start: int) -> str | None:
    """The event a duration counts from, when the words just before it name one (抵市后, 自发布之日起)."""
    before = copy[max(0, start - 40) : start]
    if before[-1:] not in DUE_ENDS and (before[-1:] not in DUE_LINKS or before[-2:-1] not in DUE_ENDS):
        return None
    match = DUE.search(before)
    return match["a"] if match else None


def _offset(by: Length, tail: str, *, ref: Reference, anchor: str | None, copy: str, start: int) -> Reading:
    sign = -1 if tail.endswith("前") else 1
    counted = by.unit in "DB" or sign > 0
    if counted and not ref.now and (event := EVENT.search(copy[max(0, start - 24) : start])):
        return Reading("DURATION", by.timex(), "BEFORE" if sign < 0 else "AFTER", None, event["a"])
    if anchor:
        return Reading("DURATION", by.timex(), "AFTER" if sign > 0 else "BEFORE", None, anchor)
    if sign > 0 and not ref.now:
        return Reading("DURATION", by.timex(), "AFTER")
    found = from_now(by, ref, sign)
    kind = "TIME" if "T" in found.value else "DATE"
    return Reading(kind, found.value, None, _interval(found))


def _window(by: Length, direction: str, tail: str, *, ref: Reference, anchor: str | None) -> Interval | None:
    start = ref.now or (datetime(ref.year, ref.month, ref.day) if ref.year and ref.month and ref.day else None)
    if anchor or start is None or by.vague:
        return None
    if direction in ALIGNED and ref.now:
        return aligned(start, by, ALIGNED[direction])
    backwards = (direction[:1] in tuple("近最过前上") and direction != "过") or direction[:2] in ("之前", "往前", "向前")
    if backwards or tail.endswith("来"):
        return Interval(shifted(start, by, -1), start)
    due = shifted(start, by, 1)
    if due is not None and by.unit in "YMWDB":
        start = datetime(start.year, start.month, start.day)
        due = datetime(due.year, due.month, due.day) + (DAY if not direction else timedelta())
    if direction:
        return Interval(start, due)
    return Interval(None, due) if tail.endswith("内") else None


def _interval(stretch: Stretch) -> Interval | None:
    return Interval(stretch.begin, stretch.end) if stretch.begin or stretch.end else None
