"""Measured and counted amounts: value, upper value, unit, bound, what is counted and per what.

rules (quantities.toml) at every numeral → reading → what stands before it (bounds, base) → what must not be an amount
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, cast

from policymine.extraction.quantities.context import (
    CONTEXT,
    LEADS,
    PHRASE,
    base_before,
    is_piece,
    lead_before,
    lexicons,
    refused,
    subject_of,
)
from policymine.extraction.quantities.values import Amount, read
from policymine.extraction.times.lexicon import STARTS
from policymine.extraction.times.scan import scanned
from policymine.model import Issue, Quantity, QuantityMod, Span
from policymine.rules import Rule, load
from policymine.text.numerals import LONGEST
from policymine.text.openings import Openings, found_in
from policymine.text.pattern_runs import behind
from policymine.text.remembering import Remembered

NUMERALS, DIGITS = STARTS["han"] + "万亿兆壹贰叁肆伍陆柒捌玖拾佰仟卌俩", STARTS["digit"]
NUMBERS: Final = frozenset(NUMERALS + DIGITS)
REFUSED: Final = re.compile(r"\(\?<?![^()]*(?:\([^()]*\)[^()]*)*\)")
"""A negative look-around, one level of brackets deep."""
ALONE: Final = 40
"""Characters of a text that is a mere phrase, where `short` rules hold."""
RUNNING: Final = NUMERALS + DIGITS + ".,eE^ 点负半-"
RUN: Final = re.compile(f"[{re.escape(RUNNING)}]*")
"""What a numeral can consist of; what stands behind it is what `then` of a rule looks at."""


NEAR: Final = 40
"""Characters behind a numeral within which its unit ends and `near` of a rule must stand."""


ENDLESS: Final = 400
"""Characters of a run of numerals from which `near` is not looked for: that would take quadratic time."""


DIGITED: Final = "[0-9０-９]"
LEAST_DIGITS: Final = 33
"""Digits of a number that nobody can mean."""


REMEMBERED: Final = 1 << 10
"""Amounts of each rule whose reading is kept."""


class Said(NamedTuple):
    """The groups of a match that took part, and the amount that they say (None: none)."""

    groups: Mapping[str, str]
    amount: Amount | None


class Tried(NamedTuple):
    """A rule, and what spares trying it: characters of which one follows the numeral, what stands near (its number).

    `behind` are the characters that its pattern lets stand there (None: any), `names` the bare names of its groups, in order.
    `known` keeps what groups of a match were found to say: the same few hundred amounts are most of what is met.
    """

    rule: Rule
    find: Callable[..., re.Match[str] | None]
    then: str
    near: int | None
    bare: bool
    behind: frozenset[str] | None
    names: tuple[str, ...]
    known: dict[tuple[str | None, ...], Said]

    def said(self, match: re.Match[str]) -> Said:
        """What the groups of a match say."""
        values = match.groups()
        found = self.known.get(values)
        if found is None:
            groups = {name: value for name, value in zip(self.names, values, strict=True) if value is not None}
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            found = self.known[values] = Said(groups, read(groups, self.rule.gives))
        return found

    def holds(self, character: str) -> bool:
        """Whether the character may stand behind the numeral; "" is the end of the text."""
        return (not self.then or character in self.then) and (self.behind is None or character in self.behind)


class Start(NamedTuple):
    """The rules that one character starts: by what stands behind the numeral, and those that any other character may follow."""

    told: Mapping[str, tuple[Tried, ...]]
    others: tuple[Tried, ...]

    @classmethod
    def of(cls, rules: Sequence[Tried]) -> Start:
        """The rules sorted; "" stands for the end of a text, where nothing stands behind a numeral."""
        characters = {c for one in rules for c in (*one.then, *(one.behind or ()))}
        told = {c: tuple(one for one in rules if one.holds(c)) for c in sorted(characters | {""})}
        return cls(told, tuple(one for one in rules if not one.then and one.behind is None))


class Next:
    """Where a pattern of one length stands next, looked for again only when that has been passed.

    >>> near = Next(re.compile("以上"), "5万元以上，处以上限")
    >>> near.within(0, 5), near.within(0, 4), near.within(4, 9)
    (True, False, True)
    """

    __slots__ = ("_end", "_find", "_start", "_text")

    def __init__(self, find: re.Pattern[str], text: str) -> None:
        self._find, self._text, self._start, self._end = find, text, -1, -1

    def within(self, start: int, end: int) -> bool:
        """Whether it stands in a stretch; no start may lie before an earlier one."""
        if self._start < start:
            found = self._find.search(self._text, start)
            self._start, self._end = found.span() if found else (sys.maxsize, sys.maxsize)
        return self._end <= end


class Lexicon(NamedTuple):
    """The rules by the character a match starts with (in a long text without the `short` ones), and what tells viable starts.

    `trigger` finds every character that can start something, `openings` in a long text those with what can stand behind them;
    `units` are the characters that can stand behind a numeral.
    """

    trigger: re.Pattern[str]
    openings: Openings
    units: frozenset[str]
    near: tuple[re.Pattern[str], ...]
    rules: Mapping[str, Start]
    long: Mapping[str, Start]


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
        for m in _runs(text, DIGITED, LEAST_DIGITS)
    )


def _runs(text: str, of: str, least: int) -> Iterator[re.Match[str]]:
    """The runs of at least so many characters of a class; every `least`-th character tells whether there is any.

    >>> [run[0] for run in _runs("满5分，投入00000元", "[0-9]", 4)]
    ['00000']
    """
    one, run = _run_of(of, least)
    met = (least * (found.start() + 1) - 1 for found in one.finditer(text[least - 1 :: least]))
    return run.finditer(text) if any(run.search(text, max(0, at - least), at + least) for at in met) else iter(())


@cache
def _run_of(of: str, least: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """One character of a class, and a run of at least so many."""
    return re.compile(of), re.compile(f"{of}{{{least},}}")


@cache
def lexicon() -> Lexicon:
    """The rules of quantities.toml made ready for scanning."""
    rules = load("policymine.extraction.quantities", "quantities")
    by_start: dict[str, list[Tried]] = {}
    nears = [*dict.fromkeys(rule.gives["near"] for rule in rules if "near" in rule.gives)]
    for rule in rules:
        near = nears.index(rule.gives["near"]) if "near" in rule.gives else None
        lets = behind(rule.find, frozenset(RUNNING))
        tried = Tried(
            rule, rule.find.match, rule.gives.get("then", ""), near, bool(rule.gives.get("bare")), lets, _names(rule.find), {}
        )
        for character in dict.fromkeys(
            _spelled(rule.gives.get("starts", ())) + "".join(x[0] for x in rule.gives.get("pairs", ()))
        ):
            by_start.setdefault(character, []).append(tried)
    heads = "".join(sorted(set(by_start) - set(DIGITS)))
    return Lexicon(
        re.compile(f"(?<![0-9])[0-9]|[{re.escape(heads)}]"),
        Openings([*NUMERALS, *DIGITS, *(opening for rule in rules for opening in _openings(rule))]),
        frozenset("".join(REFUSED.sub("", rule.find.pattern) for rule in rules)),
        tuple(map(re.compile, nears)),
        {c: Start.of(found) for c, found in by_start.items()},
        {c: Start.of([one for one in found if not one.rule.gives.get("short")]) for c, found in by_start.items()},
    )


def _names(find: re.Pattern[str]) -> tuple[str, ...]:
    """The names of all groups of a pattern; one that has a name twice tells them apart by a stroke at the end."""
    names = {number: name.rstrip("_") for name, number in find.groupindex.items()}
    return tuple(names.get(number, "") for number in range(1, find.groups + 1))


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


def look_through(texts: Sequence[str]) -> None:
    """Looks through texts whose amounts will be asked for, together."""
    _opened.each([scanned(text) for text in texts])


@Remembered
def _opened(copies: Sequence[str]) -> list[list[int]]:
    """Where in each of some copies an amount can start."""
    return found_in(lexicon().openings, copies)


def _starts(copy: str, *, long: bool) -> Iterator[tuple[int, int]]:
    """Where an amount can start and where the run of numerals there ends; in a long text with something countable behind it."""
    units, stop = lexicon().units, 0
    places = _opened(copy) if long else (trigger.start() for trigger in lexicon().trigger.finditer(copy))
    for at in places:
        first = copy[at]
        if long and first in DIGITS and at and copy[at - 1] in DIGITS:
            continue
        if at >= stop:
            run = RUN.match(copy, at) if first in RUNNING else None
            stop = run.end() if run else at
        if not long or first not in NUMBERS or copy[stop : stop + 1] in units or _countless(copy, at, stop):
            yield at, stop


def _countless(copy: str, at: int, stop: int) -> bool:
    """Whether a number without unit may be an amount: written out large, or bounded by what stands before it."""
    end = copy[max(at, stop - LONGEST) : stop + 4]
    return "万" in end or "亿" in end or bool(LEADS["ends"].search(copy, max(0, at - 3), at))


def _found(text: str, copy: str, taken: Sequence[Span]) -> Iterator[Quantity]:
    blocked = _blocked(copy, taken)
    whole = (len(copy) - len(copy.lstrip()), len(copy.rstrip()))
    long = len(copy) > PHRASE and whole[1] - whole[0] > PHRASE
    rules = lexicon().rules if whole[1] - whole[0] <= ALONE else lexicon().long
    near = [Next(find, copy) for find in lexicon().near]
    done, block = 0, 0
    for at, stop in _starts(copy, long=long):
        if at < done:
            continue
        while block < len(blocked) and blocked[block][1] <= at:
            block += 1
        if block < len(blocked) and blocked[block][0] <= at:
            done = blocked[block][1]
            continue
        limit = blocked[block][0] if block < len(blocked) else len(copy)
        start = rules[copy[at]]
        for tried in start.told.get(copy[stop : stop + 1], start.others):
            if tried.near is not None and stop - at < ENDLESS and not near[tried.near].within(at, stop + NEAR):
                continue
            if tried.bare and long and not _countless(copy, at, stop):
                continue
            match = tried.find(copy, at, limit) if limit - at < 200 else tried.find(copy, at)
            if match is None or match.end() > limit:
                continue
            quantity = _quantity(text, copy, match.span(), tried.said(match), rule=tried.rule, floor=done, whole=whole)
            if quantity is not None:
                yield quantity
                done = quantity.span.end
                break


def _blocked(copy: str, taken: Sequence[Span]) -> list[tuple[int, int]]:
    spans = sorted(
        {
            *((s.start, s.end) for s in taken),
            *(m.span() for needs, find in _never() if needs in copy for m in find.finditer(copy)),
            *(m.span() for of, least in _endless() for m in _runs(copy, of, least)),
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


@cache
def _endless() -> tuple[tuple[str, int], ...]:
    """Runs that are no number any more: of which characters, from how many on."""
    return tuple((entry["of"], entry["least"]) for entry in lexicons()["context"]["endless"])


def _labels(copy: str) -> Iterator[tuple[int, int]]:
    """The outline labels at the heads of lines."""
    label, at = CONTEXT["label"], 0
    while at >= 0:
        if match := label.match(copy, at):
            yield match.span()
        at = copy.find("\n", at) + 1 or -1


def _quantity(
    text: str, copy: str, span: tuple[int, int], said: Said, *, rule: Rule, floor: int, whole: tuple[int, int]
) -> Quantity | None:
    """The amount that the groups of a match say; what bounds it stands behind `floor`. None where it is none."""
    first, end = span
    gives: Mapping[str, Any] = rule.gives
    groups, amount = said
    if amount is None:
        return None
    lead = lead_before(copy, first, floor)
    if refused(copy, span, groups, gives, lead=lead, whole=whole):
        return None
    bounded = lead and lead.mod and amount.mod in (None, "MORE", "APPROX") and gives.get("mod") != "ORDINAL"
    mod = lead.mod if lead and bounded else amount.mod
    return _built(text, copy, Span(lead.start if lead and lead.touching else first, end), rule, amount, mod)


def _built(text: str, copy: str, span: Span, rule: Rule, amount: Amount, mod: str | None) -> Quantity:
    unit = "块" if amount.unit == "元" and is_piece(copy, span) else amount.unit
    return Quantity(
        span,
        span.of(text),
        rule.id,
        amount.value,
        amount.value_to,
        unit,
        cast("QuantityMod | None", mod),
        subject_of(copy, span, unit),
        base_before(copy, span.start),
    )
