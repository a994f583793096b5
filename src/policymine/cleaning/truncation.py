"""Papers that end too early: access cuts, a stated length that isn't there, four points announced and two given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from policymine.model import Issue
from policymine.rules import Rule, RuleSet, load
from policymine.text import Span
from policymine.text.outline import Item, chinese_number, outline

SHORT = 0.6
"""Share of the stated length below which a text counts as cut."""


@cache
def rules() -> RuleSet:
    """The rules of truncation.toml."""
    return load("policymine.cleaning", "truncation")


def find_truncation(text: str, *, hints: Mapping[str, str], cut: bool) -> tuple[Issue, ...]:
    """What shows that a clean text is not whole; empty when nothing does.

    Args:
        text: the clean text of one document.
        hints: what the page said; `stated_length` counts.
        cut: whether an access cut stands in or right behind it.

    >>> find_truncation("主要做好以下三个方面:\\n一是排查。\\n二是整改。\\n二、组织保障", hints={}, cut=False)[0].code
    'truncated_enumeration'
    """
    found: list[Issue] = []
    if cut:
        found.append(Issue("truncated_access", "warning", "the site shows a part of this text only", "look for a fuller copy"))
    stated = int(hints.get("stated_length", "0") or 0)
    if stated and (length := len(re.sub(r"\s", "", text))) < SHORT * stated:
        message = f"the page states {stated} characters, {length} are there"
        found.append(Issue("truncated_length", "warning", message, "look for a fuller copy"))
    found += _unkept_promises(text)
    if ending := rules()["truncation.open-end"].find.search(text[-60:]):
        where = Span(len(text) - len(ending[0]), len(text))
        found.append(Issue("truncated_end", "warning", "the text ends inside a sentence", "look for a fuller copy", where))
    return tuple(found)


def _unkept_promises(text: str) -> Iterator[Issue]:
    """Announced counts whose enumeration stops before it is through."""
    promises = list(_promises(text))
    if not promises:
        return
    items = outline(text).items
    for span, count, reach in promises:
        given = _given(text, items, span, reach=reach)
        if given is not None and given < count:
            message = f"{count} points are announced, {given} follow"
            yield Issue("truncated_enumeration", "warning", message, "look for a fuller copy", span)


def _promises(text: str) -> Iterator[tuple[Span, int, int]]:
    counted, before = _counted()
    ends = [(max(found.start() - before, 0), found.end()) for found in counted.finditer(text)]
    for rule in _announcing() if ends else ():
        for start, end in ends:
            match = next((match for match in rule.find.finditer(text, start, end + 1) if match.end() == end), None)
            sign = match["count"] if match is not None else ""
            count = int(sign) if sign.isdigit() else chinese_number(sign.replace("两", "二"))
            if match is not None and 2 <= count <= 12:
                yield Span(*match.span()), count, int(rule.gives.get("reach", 0))


@cache
def _announcing() -> tuple[Rule, ...]:
    return tuple(rule for rule in rules() if rule.gives.get("announces"))


@cache
def _counted() -> tuple[re.Pattern[str], int]:
    table = rules().lexicons["announcement"]
    return re.compile(table["counted"]), int(table["before"])


def _given(text: str, items: Sequence[Item], promise: Span, *, reach: int) -> int | None:
    """How many items of the row right behind an announcement follow; None when no row starts there."""
    following = [number for number, item in enumerate(items) if item.label.start >= promise.end]
    if not following:
        return None
    first = items[following[0]]
    between = text[promise.end : first.label.start].strip(" \u3000\n\r:：。,，")
    if first.number != 1 or len(between) > reach:
        return None
    reached = 1
    for number in following[1:]:
        item = items[number]
        if item.level < first.level or (item.level == first.level and item.style != first.style):
            break
        if item.level == first.level and item.style == first.style:
            if item.number <= reached:
                break
            reached = item.number
    return reached
