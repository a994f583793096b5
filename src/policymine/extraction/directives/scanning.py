"""One pass over the text that finds every deontic word (deontics.toml) and every mark (directives.toml)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from policymine import rules
from policymine.extraction.directives.codes import bits
from policymine.extraction.prefixes import ANY, Prefixes, branches, heads

PACKAGE = "policymine.extraction.directives"
QUOTED = re.compile(r"“[^“”\n]{1,80}”|《[^《》\n]{1,120}》")
CONTENT = bits("concrete", "vague")
"""Marks that also count inside quotation marks: they say what an order is about."""


@dataclass(slots=True, eq=False)
class Hit:
    """A deontic word or mark: where it stands, the rule's slug, whether it is deontic, and the bit of its kind."""

    start: int
    end: int
    kind: str
    deontic: bool
    bit: int


def hits_of(text: str) -> list[Hit]:
    """Every deontic word and mark of `text` in order; inside quotation marks and titles nothing orders.

    >>> [(h.kind, h.deontic) for h in hits_of("各镇必须查,去年已查")]
    [('must', True), ('past', False), ('past', False)]
    >>> hits_of("落实“管行业必须管安全”")
    []
    """
    scanner = _scanner()
    groups, starting = scanner.groups, scanner.starting
    quotes = [quote.span() for quote in QUOTED.finditer(text)]
    quotes.append((len(text) + 1, len(text) + 1))
    opened, closed = quotes[0]
    found = []
    index, done = 0, 0
    for start in scanner.prefixes.marks(text).positions("hit"):
        if start < done or (match := starting[text[start]].match(text, start)) is None:
            continue
        done = match.end()
        while closed <= start:
            index += 1
            opened, closed = quotes[index]
        kind, deontic, bit = groups[match.lastgroup or ""]
        if start < opened or bit & CONTENT:
            found.append(Hit(start, done, kind, deontic, bit))
    return found


NOWHERE = "(?!)"
"""A pattern that matches nothing: marks of characters beyond the basic plane are doubtful, they share theirs with digits."""


class _Starting(dict[str, re.Pattern[str]]):
    """The alternatives of all rules that can start with a character as one pattern, in the order of the files.

    Args:
        split: the group of each rule, with its alternatives and the characters that each can start with.
    """

    def __init__(self, split: Sequence[tuple[str, tuple[tuple[str, str], ...]]]) -> None:
        super().__init__()
        self._split = split

    def __missing__(self, character: str) -> re.Pattern[str]:
        shown = "0" if character.isdecimal() else character
        rules_here = [
            f"(?P<{name}>{'|'.join(branch for first, branch in listed if shown in first or ANY in first)})"
            for name, listed in self._split
            if any(shown in first or ANY in first for first, _ in listed)
        ]
        pattern = self[character] = re.compile("|".join(rules_here) if rules_here else NOWHERE)
        return pattern


class _Scanner(NamedTuple):
    """Where a match can start, what the groups of the rules mean, what can start with each character."""

    prefixes: Prefixes
    groups: dict[str, tuple[str, bool, int]]
    starting: _Starting


@cache
def _scanner() -> _Scanner:
    """All rules of the two files."""
    groups: dict[str, tuple[str, bool, int]] = {}
    split: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    for stem in ("deontics", "directives"):
        for rule in rules.load(PACKAGE, stem):
            name = f"g{len(groups)}"
            kind = rule.id.partition(".")[2]
            groups[name] = (kind, stem == "deontics", bits(kind))
            firsts = [("".join(head[0] for head in heads(branch)), branch) for branch in branches(rule.find.pattern)]
            split.append((name, tuple(firsts)))
    prefixes = Prefixes({"hit": [branch for _, listed in split for _, branch in listed]})
    return _Scanner(prefixes, groups, _Starting(split))


def alternation(words: Sequence[str]) -> str:
    """A pattern of the words, longest first, grouped by their first character so that the engine tries few of them.

    >>> alternation(["要", "要求", "必须"])
    '必(?:须)|要(?:求|)'
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items())
