"""One pass over the text that finds every deontic word (deontics.toml) and every mark (directives.toml).

The same pass tells where the patterns can start that are looked for in a whole text besides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from policymine import rules
from policymine.extraction.directives.codes import bits
from policymine.extraction.prefixes import Found, Prefixes, Starting
from policymine.text.joining import joined
from policymine.text.remembering import Remembered

PACKAGE: Final = "policymine.extraction.directives"
QUOTED: Final = re.compile(r"“[^“”\n]{1,80}”|《[^《》\n]{1,120}》")
CONTENT: Final = bits("concrete", "vague")
"""Marks that also count inside quotation marks: they say what an order is about."""
WHOLE: Final = (("never", "sentence"), ("never", "list"), ("roles", "leadin"))
"""The patterns of directives.toml that are looked for in a whole text, by section and name."""


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
    for start in _starts(text)["hit"]:
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


def whole(text: str) -> Found:
    """Finds the patterns that are looked for in a whole text, by their names.

    >>> found = whole("会议强调，各镇要查。具备下列条件的：")
    >>> [match[0] for match in found.each("list")]
    ['下列条件']
    """
    return Found(text, _scanner().whole, _starts(text).__getitem__)


def look_through(texts: Sequence[str]) -> None:
    """Looks through texts that will be read, together."""
    _starts.each(texts)


@Remembered
def _starts(texts: Sequence[str]) -> list[dict[str, list[int]]]:
    """For each text where the patterns of all rules may start, by group."""
    return _scanner().prefixes.shares(joined(tuple(texts)))


class _Scanner(NamedTuple):
    """Where a match can start, what the groups of the rules mean, what can start with each character; the other patterns."""

    prefixes: Prefixes
    whole: dict[str, re.Pattern[str]]
    groups: dict[str, tuple[str, bool, int]]
    starting: Starting


@cache
def _scanner() -> _Scanner:
    """All rules of the two files."""
    groups: dict[str, tuple[str, bool, int]] = {}
    patterns: dict[str, str] = {}
    for stem in ("deontics", "directives"):
        for rule in rules.load(PACKAGE, stem):
            kind, name = rule.id.partition(".")[2], f"g{len(groups)}"
            groups[name] = (kind, stem == "deontics", bits(kind))
            patterns[name] = rule.find.pattern
    lexicons = rules.load(PACKAGE, "directives").lexicons
    others = {name: str(lexicons[section][name]) for section, name in WHOLE}
    prefixes = Prefixes({"hit": [*patterns.values()]} | {name: [pattern] for name, pattern in others.items()})
    compiled = {name: re.compile(pattern) for name, pattern in others.items()}
    return _Scanner(prefixes, compiled, groups, Starting(patterns))


def alternation(words: Sequence[str]) -> str:
    """A pattern of the words, longest first, grouped by their first character so that the engine tries few of them.

    >>> alternation(["要", "要求", "必须"])
    '必(?:须)|要(?:求|)'
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items())
