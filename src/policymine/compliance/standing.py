"""What papers say of how long they hold and which papers they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from policymine.compliance.taxonomies import PACKAGE
from policymine.model import Card
from policymine.rules import load
from policymine.text.numerals import parse_number


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
