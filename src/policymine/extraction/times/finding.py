"""Time expressions of a text in TIMEX3 terms: what they say, when that is, and what the sentence asks with them.

scan (time_scan, times.toml) → parts → mentions (time_chains) → values (timex, durations) → roles (time_roles)
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from policymine.extraction.times.calendar import knows_workdays
from policymine.extraction.times.chains import Mention, mentions
from policymine.extraction.times.durations import recurrence
from policymine.extraction.times.lengths import Reading, read_length
from policymine.extraction.times.moments import Moment, ranks
from policymine.extraction.times.reference import Reference, Stretch
from policymine.extraction.times.roles import Surroundings, adverbial, lean, orders, role, surroundings
from policymine.extraction.times.scan import PHRASE, scan, scanned
from policymine.extraction.times.timex import resolve
from policymine.model import Interval, Issue, Span, TimeExpression

DAY: Final = timedelta(days=1)
PLAN_START: Final = 1966 - 15
BRACKETS: Final = re.compile(r"《[^《》\n]{0,120}》")
NUMBERED: Final = re.compile(r"[〔\[(（【][\dXx]{4}[〕\])）】] ?第? ?\d+ ?号")
MOTTOS: Final = re.compile(r"“[^“”\n]{2,18}”")
DONE: Final = re.compile("已|曾|原定")
UNITS_LEFT: Final = {10: 364 * DAY, 20: 88 * DAY, 30: 27 * DAY}
"""What starts with a year, quarter or month goes on at least so long: it is not past while that runs."""
LAST: Final = ("上一年度", "上年度", "上一季度", "上季度", "上个季度", "上月", "上个月", "上一年")
WHOLE: Final = ("全年", "全年度")
NAMED: Final = ("times.now-word", "times.by-cycle", "times.set-word")


def find_times(text: str, *, issued_on: str | None = None) -> tuple[TimeExpression, ...]:
    """The time expressions of a clean text, in reading order, not overlapping.

    Args:
        text: the clean text of one document.
        issued_on: `2022`, `2022-01`, `2022-01-17`, `2022-01-17T08:30:00` or None; what it leaves open stays X. With a clock it
            is the moment of speaking, and what is said without a date means the next one to come.

    >>> [(t.text, t.value, t.mod, t.role) for t in find_times("各镇务必于月底前报送，每周调度一次。", issued_on="2022-03-02")]
    [('月底前', '2022-03-31', 'ON_OR_BEFORE', 'deadline'), ('每周', 'P1W', None, 'frequency')]
    """
    return read_times(text, issued_on=issued_on).found


def find_issues(text: str, *, issued_on: str | None = None) -> tuple[Issue, ...]:
    """Dates and hours that cannot be (2月30日, 25时): an issue each, since they give no time expression.

    >>> [(i.code, i.where.of("2月30日前报")) for i in find_issues("2月30日前报")]
    [('times.impossible', '2月30日前')]
    """
    return read_times(text, issued_on=issued_on).issues


class Times(NamedTuple):
    """What one reading of a text gives: the time expressions, and an issue for each that cannot be."""

    found: tuple[TimeExpression, ...]
    issues: tuple[Issue, ...]


def read_times(text: str, *, issued_on: str | None = None) -> Times:
    """`find_times` and `find_issues` in one pass."""
    reference = Reference.parse(issued_on)
    found, issues = [], []
    for mention, around, reading in _readings(scanned(text), reference):
        if reading is None:
            issues.append(_impossible(text, Span(mention.start, mention.end)))
        elif reading:
            found.append(_expression(text, mention, around, reading, reference=reference))
            if reading.interval and "工作日" in found[-1].text and (issue := _uncertain(found[-1], reading.interval)):
                issues.append(issue)
    return Times(tuple(found), tuple(issues))


def _impossible(text: str, where: Span) -> Issue:
    message = f"there is no such date or hour: {where.of(text)}"
    return Issue("times.impossible", "warning", message, "compare with the raw page", where)


def _uncertain(found: TimeExpression, interval: Interval) -> Issue | None:
    """What is said of working days counted in a year whose public holidays the calendar does not know."""
    if all(side is None or knows_workdays(side.date()) for side in (interval.begin, interval.end)):
        return None
    message = f"counted from Monday to Friday, public holidays unknown: {found.text}"
    return Issue("times.uncertain-workdays", "info", message, "check the holidays of that year", found.span)


def _readings(copy: str, reference: Reference) -> Iterator[tuple[Mention, Surroundings, Reading | None]]:
    quoted, numbered, mottos = ([m.span() for m in pattern.finditer(copy)] for pattern in (BRACKETS, NUMBERED, MOTTOS))
    for mention in mentions(copy, scan(copy)):
        if _within(quoted, mention) and (mention.kind != "moment" or "year" not in mention.moment):
            continue
        if numbered and any(a < mention.start < b for a, b in numbered):
            continue
        around = surroundings(copy, mention.start, mention.end)
        if mention.kind == "now" and not adverbial(around):
            continue
        if (
            mention.kind == "moment"
            and set(mention.moment) <= {"part", "word"}
            and len(copy) > PHRASE
            and mention.until is None
        ):
            continue
        named = mention.rule in NAMED or (
            mention.kind == "moment" and (set(mention.moment) <= {"part", "word"} or set(mention.moment) <= {"season", "word"})
        )
        if named and _within(mottos, mention):
            continue
        yield mention, around, _reading(copy, mention, around, reference)


def _within(spans: Sequence[tuple[int, int]], mention: Mention) -> bool:
    """Whether one of the spans, which are in order and apart, holds all of a mention."""
    at = bisect_right(spans, (mention.start, sys.maxsize)) - 1
    return at >= 0 and mention.end <= spans[at][1]


def _expression(text: str, mention: Mention, around: Surroundings, reading: Reading, *, reference: Reference) -> TimeExpression:
    span = Span(mention.start, mention.end)
    ended = reading.interval.end if reading.interval else None
    begun = reading.interval.begin if reading.interval else None
    if ended and begun and ended - begun == DAY:
        ended = begun
    if reading.mod == "ON_OR_AFTER":
        ended = begun and begun + UNITS_LEFT.get(ranks(mention.moment)[1], timedelta()) * (mention.bound in ("起", "开始"))
    past = ended.date() <= reference.about if ended and reference.about else None
    found: Any = role(mention, around, type_=reading.type, value=reading.value, mod=reading.mod, past=past)
    kind: Any = reading.type
    mod: Any = reading.mod
    return TimeExpression(
        span, span.of(text), mention.rule, kind, reading.value, mod, found, reading.interval, reading.anchor, reading.rrule
    )


def _reading(copy: str, mention: Mention, around: Surroundings, ref: Reference) -> Reading | None:
    if mention.kind == "now":
        return Reading("DATE", "PRESENT_REF", None, _now(ref))
    if mention.kind == "ref":
        return _reference(mention, around, ref)
    if mention.kind == "named":
        return _named(mention, ref)
    if mention.kind == "plan":
        return _plan(mention)
    if mention.kind == "set":
        return _set(mention)
    if mention.kind == "duration":
        return read_length(copy, mention, ref)
    return _moment(mention, around, ref)


def _now(ref: Reference) -> Interval | None:
    return Interval(ref.now, ref.now) if ref.now else None


def _reference(mention: Mention, around: Surroundings, ref: Reference) -> Reading:
    value = str(mention.fields["value"])
    if value == "LEAN":
        value = "FUTURE_REF" if lean(around) > 0 or "有意向" in around.behind else "PAST_REF"
    return Reading("DATE", value, None, _now(ref) if value == "PRESENT_REF" else None)


def _named(mention: Mention, ref: Reference) -> Reading:
    seasons = mention.fields.get("seasons")
    if not seasons:
        shifted_mod = {"ON_OR_BEFORE": "BEFORE", "EQUAL_OR_LESS": None}.get(mention.mod or "", mention.mod)
        return Reading("DATE", None, mention.fields.get("mod") or shifted_mod)
    if ref.year is None:
        return Reading("DATE", f"XXXX-{seasons[0]}/XXXX-{seasons[2]}")
    year = ref.year - (1 if ref.month and ref.month <= 3 and seasons[1] == 0 and seasons[0] == "WI" else 0)
    first = resolve({"year": year + seasons[1], "season": seasons[0]}, ref)
    last = resolve({"year": year + seasons[3], "season": seasons[2]}, ref)
    if first is None or last is None:
        return Reading("DATE", None)
    return Reading("DATE", f"{first.value}/{last.value}", None, Interval(first.begin, last.end))


def _plan(mention: Mention) -> Reading | None:
    number = {c: i + 1 for i, c in enumerate("一二三四五六七八九")}
    text = mention.fields["plan"]
    count = (10 if text[0] == "十" else 0) + number.get(text[-1], 0)
    first = 1953 + 5 * (count - 1) if count < 3 else PLAN_START + 5 * count
    if mark := mention.fields.get("planend"):
        year = first if "初" in mark else first + 4
        return Reading(
            "DATE", f"{year:04d}", "START" if "初" in mark else "END", Interval(datetime(year, 1, 1), datetime(year + 1, 1, 1))
        )
    return Reading(
        "DATE",
        f"{first}/{first + 4}",
        "ON_OR_AFTER" if mention.fields.get("since") else mention.mod,
        Interval(datetime(first, 1, 1), datetime(first + 5, 1, 1)),
    )


def _set(mention: Mention) -> Reading | None:
    value, rule = recurrence(mention.fields)
    point = mention.moment
    if any(
        isinstance(number := point.get(unit), int) and not 1 <= number <= most for unit, most in (("month", 12), ("day", 31))
    ):
        return None
    if rule and point:
        month, day = point.get("month"), point.get("day")
        if isinstance(month, int):
            rule += f";BYMONTH={month}"
        if isinstance(day, int):
            rule += f";BYMONTHDAY={day}"
        elif point.get("edge") == "END" and ("MONTHLY" in rule or isinstance(month, int)):
            rule += ";BYMONTHDAY=-1"
        if "hour" in point:
            rule += f";BYHOUR={point['hour']}"
    return Reading("SET", value, mention.mod, None, None, rule)


def _moment(mention: Mention, around: Surroundings, ref: Reference) -> Reading | None:
    side = lean(around) if _open(mention) else 0
    if mention.mod in ("ON_OR_BEFORE", "BEFORE") and mention.bound != "upto":
        side = -1 if DONE.search(around.clause) else 1
    elif mention.mod == "ON_OR_AFTER" and side == 0:
        side = 1 if mention.bound in ("起", "开始", "since") else -1
    if mention.rule == "times.day-quoted":
        side = -1
    if mention.until is not None:
        return _range(mention, ref, side)
    fields = _told(mention.moment, around, ref, side)
    if fields.get("word") in LAST and "每" in around.before:
        return Reading("DATE", "PAST_REF", mention.mod)
    found = resolve(fields, ref, side)
    if found is None:
        return None
    kind = "TIME" if "part" in fields or "hour" in fields else "DATE"
    edge, mod = fields.get("edge"), mention.mod
    if (edge == "END" or "third" in fields) and mod in ("ON_OR_BEFORE", "BEFORE"):
        return _last_day(found)
    if "third" in fields and mod is None:
        edge = {1: "START", 2: "MID", 3: "END"}[fields["third"]]
    if mod == "ON_OR_BEFORE" and mention.bound in ("之前", "以前", "前", "前夕") and _eventful(fields, mention.bound):
        mod = "BEFORE"
    undated = "festival" in fields and _spring(fields) and not {"year", "rel_year"} & set(fields) and not ref.now
    value = None if undated else found.value
    if (
        fields.get("word") in ("当日", "当天")
        and mod is None
        and not ref.now
        and set(fields) <= {"rel_day", "word"}
        and orders(around)
    ):
        value = "PRESENT_REF"
    return Reading(kind, value, mod or edge, _opened(found, mod))


def _open(mention: Mention) -> bool:
    """Whether the sentence has a say in when a moment is: not where its year, or its distance, is written."""
    fields = mention.moment
    if mention.until is not None or fields.get("word") in WHOLE:
        return True
    return not ("year" in fields or "rel_year" in fields or "rel_day" in fields or "rel_month" in fields)


def _told(fields: Moment, around: Surroundings, ref: Reference, side: int) -> Moment:
    """What 全年, 上年 and 新的一年 mean in the first months of a year, when last year is what is told of."""
    if ref.now or not ref.month or ref.month > 3:
        return fields
    word = fields.get("word")
    if word in WHOLE and side < 0 and set(fields) <= {"rel_year", "word"}:
        return {**fields, "rel_year": -1}
    if word == "上年" and around.clause_before.endswith(("比", "较")):
        return {**fields, "rel_year": -2}
    return {**fields, "rel_year": 0} if word == "新的一年" else fields


def _eventful(fields: Moment, word: str) -> bool:
    return "festival" in fields or "season" in fields or (word != "前" and set(fields) <= {"year", "rel_year", "word"})


def _spring(fields: Moment) -> bool:
    return fields["festival"] in ("春节", "新春", "农历新年", "农历年", "除夕", "大年三十", "小年", "正月十五")


def _last_written(text: str) -> str:
    """The last day of a year or month whose year is unknown."""
    if len(text) == 4:
        return f"{text}-12-31"
    month = text[5:]
    return f"{text}-{monthrange(2001, int(month))[1]}" if month.isdigit() else text


def _last_day(found: Stretch) -> Reading:
    if found.end is None:
        text = found.value
        return Reading("DATE", _last_written(text), "ON_OR_BEFORE")
    last = found.end - DAY
    return Reading("DATE", last.date().isoformat(), "ON_OR_BEFORE", Interval(None, found.end))


def _opened(found: Stretch, mod: str | None) -> Interval | None:
    if found.begin is None and found.end is None:
        return None
    if mod == "BEFORE":
        return Interval(None, found.begin)
    if mod in ("ON_OR_BEFORE", "EQUAL_OR_LESS"):
        return Interval(None, found.end)
    if mod == "AFTER":
        return Interval(found.end, None)
    if mod == "ON_OR_AFTER":
        return Interval(found.begin, None)
    return Interval(found.begin, found.end)


def _range(mention: Mention, ref: Reference, side: int) -> Reading | None:
    until: dict[str, Any] = dict(mention.until or {})
    first = resolve(mention.moment, ref, side)
    after = until.pop("after", None)
    if after and first is not None and first.begin is None and first.value.startswith("T"):
        until.pop("rel_day", None)
    if first is None:
        return None
    if (
        first.begin is not None
        and first.begin.year
        and (after or not {"year", "rel_year", "rel_day", "rel_week", "weekday", "rel_month"} & set(until))
    ):
        until = _placed(until, first.begin, after)
    last = resolve(until, ref, side)
    if last is None:
        return None
    end = last.end
    if first.begin and end and end <= first.begin and "weekday" in until:
        last = Stretch((end + 6 * DAY).date().isoformat(), None, end + 7 * DAY)
        end = last.end
    if first.begin and end and end <= first.begin and "hour" in until:
        half = (
            timedelta(hours=12)
            if "part" not in until and end + timedelta(hours=12) > first.begin and until["hour"] < 13
            else DAY
        )
        end += half
        last = Stretch(end.strftime("%Y-%m-%dT%H:%M"), end, end)
    elif first.begin and end and end < first.begin and "year" not in (mention.until or {}):
        moved = resolve({**until, "year": first.begin.year + 1}, ref, side)
        last, end = (moved, moved.end) if moved else (last, end)
    if until.get("edge") == "END" and end is not None:
        last = Stretch((end - DAY).date().isoformat(), last.begin, end)
    kind = "TIME" if "hour" in until or "part" in until else "DATE"
    interval = Interval(first.begin, end) if first.begin and end else None
    return Reading(kind, f"{first.value}/{last.value}", mention.mod if mention.bound != "during" else None, interval)


def _placed(until: Moment, begin: datetime, after: str | None) -> dict[str, Any]:
    """The end of a range in the year (and on the day) where the range began."""
    placed = {k: v for k, v in until.items() if k not in ("rel_year", "rel_day") or not after}
    if after == "day":
        day = begin + DAY
        return {**placed, "year": day.year, "month": day.month, "day": day.day}
    if after == "year":
        return {**placed, "year": begin.year + 1}
    if set(placed) <= {"hour", "minute", "second", "part", "exact"}:
        return {**placed, "year": begin.year, "month": begin.month, "day": begin.day}
    return {**placed, "year": begin.year}
