"""Measured and counted amounts: value, upper value, unit, bound, what is counted and per what.

rules (quantities.toml) at every numeral → reading → what stands before it (bounds, base) → what must not be an amount
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from policymine.extraction.quantity_context import base_before, lead_before, pattern, refused, subject_of
from policymine.extraction.quantity_values import Amount, read
from policymine.extraction.time_scan import STARTS, scanned
from policymine.model import Issue, Quantity, QuantityMod, Span
from policymine.rules import Rule, load, match_span

NUMERALS = STARTS["han"] + "万亿兆壹贰叁肆伍陆柒捌玖拾佰仟卌俩"
ALONE = 40
"""Characters of a text that is a mere phrase, where `short` rules hold."""
RUN = re.compile(f"[{NUMERALS}0-9.,eE^ 点负半-]*")
"""What a numeral can consist of; what stands behind it is what `then` of a rule looks at."""


NEAR = 40
"""Characters behind a numeral within which its unit ends and `near` of a rule must stand."""


ENDLESS = 400
"""Characters of a run of numerals from which `near` is not looked for: that would take quadratic time."""


class Tried(NamedTuple):
    """A rule, and what spares trying it: characters of which one follows the numeral, a pattern that stands near."""

    rule: Rule
    then: str
    near: re.Pattern[str] | None


class Lexicon(NamedTuple):
    """The rules by the character a match can start with (in a long text without the `short` ones); all these characters."""

    trigger: re.Pattern[str]
    rules: Mapping[str, tuple[Tried, ...]]
    long: Mapping[str, tuple[Tried, ...]]


def find_quantities(text: str, *, taken: Sequence[Span] = ()) -> tuple[Quantity, ...]:
    """The amounts of a clean text, in reading order, not overlapping.

    Args:
        text: the clean text of one document.
        taken: spans whose numerals mean something else (times, slogans, document numbers).

    >>> [(q.text, str(q.value), q.unit, q.mod) for q in find_quantities("新增超260万例，3—11岁人群接种率95%以上")]
    [('超260万例', '2600000', '例', 'MORE'), ('3—11岁', '3', '岁', None), ('95%以上', '95', '%', 'EQUAL_OR_MORE')]
    """
    copy = scanned(text)
    return tuple(_found(text, copy, taken))


def find_issues(text: str) -> tuple[Issue, ...]:
    """Amounts whose number nobody can mean: longer than any budget.

    >>> find_issues("投入5万元")
    ()
    """
    return tuple(
        Issue(
            "quantities.endless",
            "warning",
            f"a number of {m.end() - m.start()} digits",
            "compare with the raw page",
            Span(*m.span()),
        )
        for m in re.finditer(r"[0-9０-９]{33,}", text)
    )


@cache
def lexicon() -> Lexicon:
    """The rules of quantities.toml made ready for scanning."""
    by_start: dict[str, list[Tried]] = {}
    for rule in load("policymine.extraction", "quantities"):
        near = rule.gives.get("near")
        tried = Tried(rule, rule.gives.get("then", ""), re.compile(near) if near else None)
        starts = "".join({"digit": STARTS["digit"], "han": NUMERALS}.get(x, x) for x in rule.gives["starts"])
        for character in dict.fromkeys(starts):
            by_start.setdefault(character, []).append(tried)
    heads = "".join(sorted(set(by_start) - set("0123456789")))
    return Lexicon(
        re.compile(f"(?<![0-9])[0-9]|[{re.escape(heads)}]"),
        {c: tuple(found) for c, found in by_start.items()},
        {c: tuple(one for one in found if not one.rule.gives.get("short")) for c, found in by_start.items()},
    )


def _found(text: str, copy: str, taken: Sequence[Span]) -> Iterator[Quantity]:
    blocked = _blocked(copy, taken)
    whole = (len(copy) - len(copy.lstrip()), len(copy.rstrip()))
    rules = lexicon().rules if whole[1] - whole[0] <= ALONE else lexicon().long
    done, block, stop = 0, 0, 0
    for trigger in lexicon().trigger.finditer(copy):
        at = trigger.start()
        if at < done:
            continue
        while block < len(blocked) and blocked[block][1] <= at:
            block += 1
        if block < len(blocked) and blocked[block][0] <= at:
            done = blocked[block][1]
            continue
        limit = blocked[block][0] if block < len(blocked) else len(copy)
        if at >= stop:
            run = RUN.match(copy, at)
            stop = run.end() if run else at
        behind = copy[stop : stop + 1]
        for rule, then, near in rules[copy[at]]:
            if then and behind not in then:
                continue
            if near is not None and stop - at < ENDLESS and near.search(copy, at, stop + NEAR) is None:
                continue
            match = rule.find.match(copy, at, limit) if limit - at < 200 else rule.find.match(copy, at)
            if match is None or match_span(match)[1] > limit:
                continue
            quantity = _quantity(text, copy, match, rule, start=max(done, 0), whole=whole)
            if quantity is not None:
                yield quantity
                done = quantity.span.end
                break


def _blocked(copy: str, taken: Sequence[Span]) -> list[tuple[int, int]]:
    spans = sorted(
        {
            *((s.start, s.end) for s in taken),
            *(m.span() for m in pattern("context", "taken").finditer(copy)),
            *(m.span() for m in pattern("context", "label").finditer(copy)),
        }
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _quantity(text: str, copy: str, match: re.Match[str], rule: Rule, *, start: int, whole: tuple[int, int]) -> Quantity | None:
    groups = {key.rstrip("_"): value for key, value in match.groupdict().items() if value is not None}
    gives: Mapping[str, Any] = rule.gives
    first, end = match_span(match)
    amount = read(groups, gives)
    if amount is None:
        return None
    lead = lead_before(copy, first, start)
    if refused(copy, (first, end), groups, gives, lead=lead, whole=whole):
        return None
    mod = (
        lead.mod
        if lead and amount.mod in (None, "MORE", "APPROX") and gives.get("mod") != "ORDINAL" and lead.mod
        else amount.mod
    )
    span = Span(lead.start if lead and lead.touching else first, end)
    return _built(text, copy, span, rule, amount, mod)


def _built(text: str, copy: str, span: Span, rule: Rule, amount: Amount, mod: str | None) -> Quantity:
    return Quantity(
        span,
        span.of(text),
        rule.id,
        amount.value,
        amount.value_to,
        amount.unit,
        cast("QuantityMod | None", mod),
        subject_of(copy, span, amount.unit),
        base_before(copy, span.start),
    )
