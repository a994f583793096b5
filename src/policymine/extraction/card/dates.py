"""The date of a paper, as precise as it says: at its head or foot, by its session, number or title, or by the days it tells of.

Nothing is taken from today's date. A redacted year (20XX) gives no date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from policymine.extraction.card.papers import PACKAGE, Paper
from policymine.model import Span
from policymine.rules import Rule, load, match_span
from policymine.text.numerals import digit_string, integer

RULES = load(PACKAGE, "card_dates")
RANKED = tuple(sorted((r for r in RULES if r.gives["weight"]), key=lambda r: -r.gives["weight"]))
REDACTED = RULES["redacted"].find
TOLD, TOLD_YEAR = RULES["told"].find, RULES["told-year"].find
AHEAD, TELLING, SENTENCE = 600, 6000, 160
YEAR = re.compile(r"(?<![\d到至])(20\d\d)\s?年")
RESULTS = re.compile("度?[^，,。；;\n]{0,12}(?:评价|考核|评估|测评|评比)(?:结果|情况|排名)")
PLANNED = re.compile(
    r"(?<![\d到至])(20\d\d)\s?年度?(?:[^，,。；;\n《》]{0,8}(?:目标责任书|责任书|责任状)|工作要点|重点工作|工作安排|目标任务)"
)
HALF = 6
ROUND = str.maketrans("ＯO○", "〇〇〇")
"""Letters that are typed for a Chinese nought."""
PIECES = re.compile(
    r"(?:(?P<year>[^年月日]{2,5}?)\s?年)?\s?(?:(?P<month>[^年月日]{1,3}?)\s?月)?\s?(?:(?P<day>[^年月日]{1,3}?)\s?日)?"
)
EARLY, LATE = (1, 2, 3), (10, 11, 12)


class Dated(NamedTuple):
    """An ISO date of the precision that the evidence has, and where it stands; no span when it stands outside the text."""

    value: str
    span: Span | None


def find_dates(papers: Sequence[Paper], kinds: Sequence[str]) -> list[Dated | None]:
    """When papers were issued, or None.

    Args:
        papers: with their titles.
        kinds: the kind of each, which decides whether the day of an event is the paper's own.

    >>> from policymine.extraction.card.papers import papers_of
    >>> told = ["清溪县应急管理局\\n2021年9月8日", "1月17日下午,清溪县召开2022年第一次安委会会议。"]
    >>> [dated.value for dated in find_dates(papers_of([(text, {}) for text in told]), ["notice", "meeting_report"])]
    ['2021-09-08', '2022-01-17']
    """
    found: list[Dated | None] = [None] * len(papers)
    left = [number for number, paper in enumerate(papers) if not REDACTED.search(paper.places["head"][0])]
    open_ = left
    for rule in RANKED:
        on, meant = rule.gives["on"], rule.gives.get("kinds")
        for number in open_:
            if (meant is None or kinds[number] in meant) and papers[number].holds(rule, on):
                found[number] = _by(rule, papers[number], on)
        open_ = [number for number in open_ if found[number] is None]
    for number in open_:
        if kinds[number] == "speech":
            found[number] = _told(papers[number].text)
    return found


def _by(rule: Rule, paper: Paper, on: str) -> Dated | None:
    """What one rule says: the first match, the last or the latest date, as the rule wants."""
    (place, shift), text = paper.places[on], paper.text
    found = []
    for match in rule.find.finditer(place):
        start, end = match.span("tail") if "tail" in match.re.groupindex and match["tail"] else match_span(match)
        value = _iso(place[start:end], text)
        if value is not None:
            value = f"{int(value) + rule.gives['add']}" if "add" in rule.gives else value
            found.append(Dated(value, None if on == "title" else Span(start + shift, end + shift)))
    if not found:
        return None
    pick = rule.gives.get("pick", "first")
    return max(found, key=lambda d: d.value) if pick == "latest" else found[-1 if pick == "last" else 0]


def _iso(written: str, text: str) -> str | None:
    """An ISO date out of a date as written; a missing year is the first that the head of the text names."""
    bare = written.strip().translate(ROUND)
    if len(bare) == 4 and (year := digit_string(bare)):
        return year
    pieces = PIECES.fullmatch(bare)
    if pieces is None:
        return None
    year = digit_string(pieces["year"]) if pieces["year"] else None
    if pieces["year"] is None:
        year = None
    month, day = (integer(pieces[name]) if pieces[name] else None for name in ("month", "day"))
    year = year or _year_near(text, month)
    return _checked(year, month, day)


def _year_near(text: str, month: int | None) -> str | None:
    """The year of a day without one: the first that the opening names, or that of a plan named further on.

    Results of a year are read out in the first half of the next.
    """
    if near := YEAR.search(text[:SENTENCE]):
        results = RESULTS.match(text, near.end()) and (month or 12) <= HALF
        return f"{int(near[1]) + 1}" if results else near[1]
    planned = PLANNED.search(text[:AHEAD])
    return planned[1] if planned else None


def _checked(year: str | None, month: int | None, day: int | None) -> str | None:
    """The ISO text of parts that make a date; None for a day that the calendar does not have."""
    if year is None or len(year) != 4 or not "1900" < year < "2100":
        return None
    if month is None:
        return year
    if not 1 <= month <= 12:
        return None
    if day is None:
        return f"{year}-{month:02d}"
    try:
        return date(int(year), month, day).isoformat()
    except ValueError:
        return None


def _told(text: str) -> Dated | None:
    """The month in which a speech without a date was given: that of the newest day it tells of, when a year is named too.

    >>> _told("特别是1月7日,某地发生事故。根据2021年底的部署,各县要抓好落实。").value
    '2022-01'
    """
    place = text[:TELLING]
    years = [(int(match["span"]), bool(match["end"])) for match in TOLD_YEAR.finditer(place)]
    if not years:
        return None
    days = [(match, _month(match["span"])) for match in TOLD.finditer(place)]
    months = {month for _, month in days if month}
    if not months:
        return None
    month = _newest(months)
    newest = max(year for year, _ in years)
    ended = all(end for year, end in years if year == newest)
    year = newest + 1 if ended and month in EARLY else newest
    where = next(match for match, found in reversed(days) if found == month)
    return Dated(f"{year:04d}-{month:02d}", Span(*where.span("span")))


def _newest(months: Sequence[int] | set[int]) -> int:
    """The newest of the months told of; where a winter is told of, January follows December."""
    if any(m in EARLY for m in months) and any(m in LATE for m in months):
        return max(m for m in months if m in EARLY)
    return max(months)


def _month(written: str) -> int | None:
    month = integer(written[: written.index("月")])
    return month if month is not None and 1 <= month <= 12 else None
