"""What papers say of how long they hold and which papers they end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from policymine.compliance.taxonomies import PACKAGE
from policymine.model import Card
from policymine.rules import load
from policymine.text.numerals import parse_number

DATED = re.compile(r"\d{4}-\d{2}")


def ends_of(text: str, card: Card) -> str | None:
    """The last day on which a paper says it is in force; None where it does not say, or its own date is not known.

    >>> ends_of("本办法自发布之日起施行,有效期5年。", Card(issued_on="2018-03-01"))
    '2023-02-28'
    """
    rules = load(PACKAGE, "standing")
    if (match := rules["until"].find.search(text)) is not None:
        return _day(int(match["year"]), int(match["month"]), int(match["day"]))
    match = rules["years"].find.search(text)
    issued = card.issued_on or ""
    if match is None or len(issued) != 10 or not issued.replace("-", "").isdigit():
        return None
    years = parse_number(match["years"])
    if years is None:
        return None
    begin = date.fromisoformat(issued)
    end = _day(begin.year + int(years), begin.month, begin.day) or f"{begin.year + int(years)}-02-28"
    return date.fromordinal(date.fromisoformat(end).toordinal() - 1).isoformat()


def term_of(text: str, card: Card) -> str | None:
    """The last day of the year or campaign that a paper is for; None for papers that are for no time of their own.

    Notices, plans and work reports only: what a regulation, circular or speech asks for is not bound to the year it names.

    >>> term_of("", Card(kind="notice", title="关于做好2023年防汛工作的通知"))
    '2023-12-31'
    >>> plan = Card(kind="notice", title="燃气安全整治行动方案", issued_on="2022-05-13")
    >>> term_of("（三）巩固提升（8月21日至8月31日）。", plan)
    '2022-08-31'
    """
    if card.kind not in ("notice", "work_report"):
        return None
    rules, title, issued = load(PACKAGE, "standing"), card.title or "", card.issued_on or ""
    if card.kind == "notice" and any(word in title for word in rules.lexicons["campaigns"]["titles"]):
        stages = [day for match in rules["last-stage"].spans(text) if (day := _stage(match, issued)) is not None]
        if stages:
            return max(stages)
    if (years := rules["title-years"].find.search(title)) is not None:
        return f"{years['last']}-12-31"
    named = [f"{int(m['year']) + 1}-05-31" if m["winter"] else f"{m['year']}-12-31" for m in rules["title-year"].spans(title)]
    if named:
        return max(named)
    opens = card.kind == "work_report" and "01" <= issued[5:7] <= "03"
    return f"{issued[:4]}-12-31" if opens and issued[:4].isdigit() else None


def _stage(match: re.Match[str], issued: str) -> str | None:
    """The last day of a stage that a match dates; the year follows from the bracket, else from the paper's date."""
    said = match["year"] or next(iter(re.findall(r"\d{4}(?=年)", match["from"])), None)
    month = int(match["month"])
    if said is None:
        if not DATED.match(issued):
            return None
        said = str(int(issued[:4]) + (month < int(issued[5:7])))
    if match["day"]:
        return _day(int(said), month, int(match["day"]))
    after = _day(int(said) + month // 12, month % 12 + 1, 1)
    return None if after is None else date.fromordinal(date.fromisoformat(after).toordinal() - 1).isoformat()


def repeals_of(text: str) -> Iterator[str]:
    """Titles and numbers of the papers that a paper ends.

    >>> list(repeals_of("《清溪县燃气管理暂行办法》（清政发〔2015〕3号）同时废止。"))
    ['清溪县燃气管理暂行办法', '清政发〔2015〕3号']
    """
    for match in load(PACKAGE, "standing")["repeals"].find.finditer(text):
        yield match["title"]
        if match["number"]:
            yield match["number"]


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
