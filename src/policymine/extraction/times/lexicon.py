"""Words and rules of times.toml made ready for scanning: by the characters they start with, and a pattern of viable starts.

Most characters that can start a time do not; in a long text the pattern `viable` therefore asks for the second character too,
and behind a numeral for what makes one worth reading. Of the numeral rules those are tried that the character behind it allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

from policymine.errors import RuleError
from policymine.extraction.times.calendar import festivals, term_names
from policymine.rules import Rule, RuleSet, load, match_span
from policymine.text.openings import Openings
from policymine.text.pattern_runs import behind

STARTS: Final = {
    "digit": "0123456789",
    "han": "〇零○一二两三四五六七八九十廿卅百千半几数",
}
NUMERALS: Final = STARTS["digit"] + STARTS["han"]
RUN: Final = re.compile(f"[{NUMERALS}]+")
GUARDS: Final = {"kind", "words", "unless_before", "unless_after", "fuzzy"}
ENDS: Final = "$"
"""In `then` of a rule: the text may end behind its first character."""

CONDITIONS: Final = {"kind", "starts", "follows", "whole", "lead", "near", "then", "pairs", "third"}


@dataclass(frozen=True, slots=True)
class Word:
    """A closed-class word with its guards."""

    text: str
    kind: str
    rule: str
    fields: Mapping[str, Any]
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    alone: bool = False


class Tried(NamedTuple):
    """A rule ready to be tried: what it must follow, whether it wants the whole text, what stands near, its groups."""

    rule: Rule
    kind: str
    follows: frozenset[str]
    whole: bool
    lead: bool
    near: re.Pattern[str] | None
    gives: Mapping[str, Any]
    names: Mapping[str, str]


class Order(NamedTuple):
    """Rules in file order. Of those that start with a numeral, `told` has the ones that a character behind it lets match, and
    `others` the ones that any may follow."""

    rules: tuple[Tried, ...]
    told: Mapping[str, tuple[Tried, ...]] | None = None
    others: tuple[Tried, ...] = ()

    def possible(self, text: str, at: int) -> tuple[Tried, ...]:
        """The rules that can match here."""
        if self.told is None:
            return self.rules
        run = RUN.match(text, at)
        stop = run.end() if run else at
        return self.told.get(text[stop : stop + 1], self.others)


class Orders(NamedTuple):
    """The rules of one start: all of them, and those that hold in a long text right behind a part and elsewhere."""

    phrase: Order
    behind: Order
    apart: Order


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by their first two characters, rules by numeral or pair, and what tells the characters worth trying.

    `trigger` finds every character that can start something; in a long text `numerals` finds the numerals with what makes one
    worth reading, and `openings` the first characters of everything else.
    """

    trigger: re.Pattern[str]
    numerals: re.Pattern[str]
    openings: Openings
    words: Mapping[str, tuple[Word, ...]]
    rules: Mapping[str, Orders]


@cache
def lexicon() -> Lexicon:
    """The words and rules of times.toml with the festivals, made ready for scanning."""
    rules = load("policymine.extraction.times", "times")
    words: dict[str, list[Word]] = {}
    for word in (*_words(rules), *_festivals()):
        words.setdefault(word.text[:2], []).append(word)
    heads = {pair[0] for pair in words} | {c for rule in rules for c in starts(rule)}
    numeric = rules.lexicons["around"]["numeric"]
    opened = [word.text[:3] for found in words.values() for word in found]
    letters = "".join(sorted(heads - set(STARTS["digit"])))
    return Lexicon(
        re.compile(f"(?<![0-9])[0-9]|[{re.escape(letters)}]"),
        re.compile(f"[{NUMERALS}](?<=(?<![0-9])(?={numeric})[0-9]|(?={numeric})[^0-9])"),
        Openings([*opened, *(opening for rule in rules for opening in openings(rule))]),
        {pair: tuple(sorted(found, key=lambda w: -len(w.text))) for pair, found in words.items()},
        _orders(rules),
    )


def openings(rule: Rule) -> Iterator[str]:
    """The first two or three characters of what a rule can match, numerals apart."""
    then, third = (_spelled(rule.gives.get(key, ())) for key in ("then", "third"))
    heads = [c for x in rule.gives.get("starts", ()) if x not in STARTS for c in x if c not in NUMERALS]
    if heads and not then:
        raise RuleError("times.toml", rule.id, "a start that is no numeral needs `then`: the characters that can stand second")
    yield from (head if second == ENDS else head + second for head in heads for second in then)
    for pair in rule.gives.get("pairs", ()):
        yield from (pair + x for x in third if len(pair) == 2) if third and len(pair) == 2 else (pair,)


def _spelled(characters: Iterable[str]) -> str:
    return "".join(STARTS.get(x, x) for x in characters)


def _orders(rules: RuleSet) -> dict[str, Orders]:
    """The rules by numeral, and by pair for what starts with none."""
    tried = [_tried(rule) for rule in rules]
    by_pair: dict[str, list[Tried]] = {}
    for one in tried:
        for pair in dict.fromkeys(opening[:2] for opening in openings(one.rule)):
            by_pair.setdefault(pair, []).append(one)
    orders = {pair: _order(found, numeral=False) for pair, found in by_pair.items()}
    for name in ("digit", "han"):
        shared = _order([one for one in tried if set(starts(one.rule)) & set(STARTS[name])], numeral=True)
        orders |= dict.fromkeys(STARTS[name], shared)
    return orders


def _order(tried: Sequence[Tried], *, numeral: bool) -> Orders:
    long = tuple(one for one in tried if not one.whole)
    apart = tuple(one for one in long if not one.follows)
    return Orders(*(_sorted(tuple(x)) if numeral else Order(tuple(x)) for x in (tried, long, apart)))


def _sorted(tried: tuple[Tried, ...]) -> Order:
    """Rules by the character behind the numeral they start with."""
    sets = {one.rule.id: behind(one.rule.find, frozenset(NUMERALS)) for one in tried}
    told: dict[str, list[Tried]] = {}
    for character in sorted(frozenset[str]().union(*(found for found in sets.values() if found is not None))):
        told[character] = [one for one in tried if (found := sets[one.rule.id]) is None or character in found]
    return Order(tried, {c: tuple(found) for c, found in told.items()}, tuple(o for o in tried if sets[o.rule.id] is None))


def _tried(rule: Rule) -> Tried:
    gives = rule.gives
    near = gives.get("near")
    return Tried(
        rule,
        gives["kind"],
        frozenset(gives.get("follows", ())),
        bool(gives.get("whole")),
        bool(gives.get("lead")),
        re.compile(f"(?:{near})$") if near else None,
        {key: value for key, value in gives.items() if key not in CONDITIONS},
        {name: name.rstrip("_") for name in rule.find.groupindex if name != "span"},
    )


def starts(rule: Rule) -> str:
    """The characters a match of a rule can start with; RuleError when an example starts with another."""
    found = "".join(STARTS.get(x, x) for x in rule.gives.get("starts", ())) + "".join(x[0] for x in rule.gives.get("pairs", ()))
    for example in rule.yes:
        text = example.replace("〔", "").replace("〕", "")
        hits = [match_span(m)[0] for m in rule.spans(text)]
        if any(text[at] not in found for at in hits):
            raise RuleError("times.toml", rule.id, f"{example!r} starts with a character that `starts` lacks")
    return found


def _words(rules: RuleSet) -> Iterator[Word]:
    for entry in rules.lexicons["word"]:
        fields = {key: value for key, value in entry.items() if key not in GUARDS}
        before, after = entry.get("unless_before"), entry.get("unless_after")
        for text in entry["words"]:
            yield Word(
                text,
                entry["kind"],
                f"times.{entry['kind']}-word",
                {**fields, "word": text},
                re.compile(f"(?:{before})$") if before else None,
                re.compile(after) if after else None,
                text in entry.get("fuzzy", ()),
            )


def _festivals() -> Iterator[Word]:
    loose = re.compile(r"[”\"’]?(?:期间|节|假期|长假|前后?|后|黄金周|当[天日]|[,、](?=十一|五一)|小长假|$)")
    for name, entry in festivals().items():
        bare = bool(entry.get("bare", True))
        if name == "十一":
            loose = re.compile(loose.pattern.replace("|$)", ")"))
        guard = (
            re.compile("(?!" + loose.pattern + ")")
            if not bare
            else re.compile("祥|[一-鿿]?[丰]")
            if name.endswith("国庆")
            else None
        )
        before = re.compile("[0-9一二三四五六七八九十百千第、]$") if not bare else None
        if "unless_before" in entry:
            before, guard = re.compile(entry["unless_before"] + "$"), re.compile(entry["unless_after"])
        yield Word(name, "moment", "times.moment-word", {"festival": name, "word": name}, before, guard)
    for name in term_names():
        yield Word(
            name,
            "moment",
            "times.moment-word",
            {"festival": name, "word": name},
            re.compile("[有到中大降下遇]$"),
            re.compile("(?!节气|时节|之?前|之?后|$|[ ,。]|那天|当[天日])"),
        )
