"""Measured and counted amounts: value, upper value, unit, bound, what is counted and per what.

rules (quantities.toml) at every numeral → reading → what stands before it (bounds, base) → what must not be an amount
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, cast

from policymine.extraction.quantities.context import PHRASE, base_before, lead_before, lexicons, pattern, refused, subject_of
from policymine.extraction.quantities.values import Amount, read
from policymine.extraction.times.lexicon import STARTS
from policymine.extraction.times.scan import scanned
from policymine.model import Issue, Quantity, QuantityMod, Span
from policymine.rules import Rule, load, match_span
from policymine.text.numerals import LONGEST
from policymine.text.openings import Openings

NUMERALS, DIGITS = STARTS["han"] + "万亿兆壹贰叁肆伍陆柒捌玖拾佰仟卌俩", STARTS["digit"]
NUMBERS: Final = frozenset(NUMERALS + DIGITS)
REFUSED: Final = re.compile(r"\(\?<?![^()]*(?:\([^()]*\)[^()]*)*\)")
"""A negative look-around, one level of brackets deep."""
ALONE: Final = 40
"""Characters of a text that is a mere phrase, where `short` rules hold."""
RUN: Final = re.compile(f"[{NUMERALS}0-9.,eE^ 点负半-]*")
"""What a numeral can consist of; what stands behind it is what `then` of a rule looks at."""


NEAR: Final = 40
"""Characters behind a numeral within which its unit ends and `near` of a rule must stand."""


ENDLESS: Final = 400
"""Characters of a run of numerals from which `near` is not looked for: that would take quadratic time."""


class Tried(NamedTuple):
    """A rule, and what spares trying it: characters of which one follows the numeral, a pattern that stands near."""

    rule: Rule
    then: str
    near: re.Pattern[str] | None
    bare: bool


class Lexicon(NamedTuple):
    """The rules by the character a match starts with (in a long text without the `short` ones), and what tells viable starts.

    `trigger` finds every character that can start something, `openings` in a long text those with what can stand behind them;
    `units` are the characters that can stand behind a numeral.
    """

    trigger: re.Pattern[str]
    openings: Openings
    units: frozenset[str]
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
    rules = load("policymine.extraction.quantities", "quantities")
    by_start: dict[str, list[Tried]] = {}
    for rule in rules:
        near = rule.gives.get("near")
        tried = Tried(rule, rule.gives.get("then", ""), re.compile(near) if near else None, bool(rule.gives.get("bare")))
        for character in dict.fromkeys(
            _spelled(rule.gives.get("starts", ())) + "".join(x[0] for x in rule.gives.get("pairs", ()))
        ):
            by_start.setdefault(character, []).append(tried)
    heads = "".join(sorted(set(by_start) - set(DIGITS)))
    return Lexicon(
        re.compile(f"(?<![0-9])[0-9]|[{re.escape(heads)}]"),
        Openings([*NUMERALS, *DIGITS, *(opening for rule in rules for opening in _openings(rule))]),
        frozenset("".join(REFUSED.sub("", rule.find.pattern) for rule in rules)),
        {c: tuple(found) for c, found in by_start.items()},
        {c: tuple(one for one in found if not one.rule.gives.get("short")) for c, found in by_start.items()},
    )


def _spelled(characters: Sequence[str]) -> str:
    """Characters as `starts` of a rule names them; Chinese numerals include the great and the financial ones."""
    return "".join({"digit": DIGITS, "han": NUMERALS}.get(x, x) for x in characters)


def _openings(rule: Rule) -> Iterator[str]:
    """The first two or three characters of what a rule can match, numerals apart."""
    second, third = (_spelled(rule.gives.get(key, ())) for key in ("second", "third"))
    heads = [c for x in rule.gives.get("starts", ()) if x not in ("digit", "han") for c in x]
    yield from (head + behind for head in heads for behind in second)
    for pair in rule.gives.get("pairs", ()):
        yield from (pair + x for x in third) if third and len(pair) == 2 else (pair,)


def _starts(copy: str, *, long: bool) -> Iterator[int]:
    """The offsets at which an amount can start: in a long text without numerals that nothing countable follows."""
    if not long:
        yield from (trigger.start() for trigger in lexicon().trigger.finditer(copy))
        return
    units, stop = lexicon().units, 0
    for at in lexicon().openings.find(copy):
        first = copy[at]
        if first not in NUMBERS:
            yield at
        elif first not in DIGITS or copy[at - 1 : at] not in DIGITS or not at:
            if at >= stop:
                run = RUN.match(copy, at)
                stop = run.end() if run else at
            if copy[stop : stop + 1] in units or _countless(copy, at, stop):
                yield at


def _countless(copy: str, at: int, stop: int) -> bool:
    """Whether a number without unit may be an amount: written out large, or bounded by what stands before it."""
    end = copy[max(at, stop - LONGEST) : stop + 4]
    return "万" in end or "亿" in end or bool(pattern("leads", "ends").search(copy, max(0, at - 3), at))


def _found(text: str, copy: str, taken: Sequence[Span]) -> Iterator[Quantity]:
    blocked = _blocked(copy, taken)
    whole = (len(copy) - len(copy.lstrip()), len(copy.rstrip()))
    long = len(copy) > PHRASE and whole[1] - whole[0] > PHRASE
    rules = lexicon().rules if whole[1] - whole[0] <= ALONE else lexicon().long
    done, block, stop = 0, 0, 0
    for at in _starts(copy, long=long):
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
        for rule, then, near, bare in rules[copy[at]]:
            if (then and behind not in then) or (bare and long and not _countless(copy, at, stop)):
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
            *(m.span() for needs, find in _never() if needs in copy for m in find.finditer(copy)),
            *_labels(copy),
        }
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@cache
def _never() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What holds no amount: what must stand in the text for it, and its pattern."""
    return tuple((entry["needs"], re.compile(entry["find"])) for entry in lexicons()["context"]["taken"])


def _labels(copy: str) -> Iterator[tuple[int, int]]:
    """The outline labels at the heads of lines."""
    label, at = pattern("context", "label"), 0
    while at >= 0:
        if match := label.match(copy, at):
            yield match.span()
        at = copy.find("\n", at) + 1 or -1


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
