"""Which patterns a clause can match at all, told for all clauses of a document in one pass.

Nearly all tries of a pattern in a clause fail. What the patterns below cannot match without (`text.pattern_needs`) is looked up
for the whole document at once. `Clause.may` keeps the outcome, a bit for each pattern: where it is not set the pattern matches
nowhere in the clause, where it is set it has to be tried.

    >>> from policymine.extraction.directives.tries import bit, may
    >>> text = "逾期未报的，每月报2次"
    >>> [possible & bit("deeds.amount") != 0 for possible in may(text, [0, 6], [5, 11])]
    [False, True]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from policymine import rules
from policymine.extraction.directives.scanning import PACKAGE
from policymine.text.prefilter import Offsets, Prefilter

TRIED: Final = (
    "conditions.clause", "splitting.adverbial", "splitting.frame", "patterns.article", "patterns.by", "patterns.layer",
    "patterns.titled", "deeds.amount", "deeds.act", "deeds.thing", "deeds.attitude", "deeds.general", "operational.act",
)  # fmt: skip
"""The patterns by their sections and names in the rule files."""
OWN: Final = {"digit": r"\d", "roles": "牵头|配合|协助|会同", "colon": "[：:]"}
"""Patterns that no file of rules has."""
ANYTHING: Final = -1
"""What may be matched in a stretch of which nothing is known."""
_NUMBERS: Final = {name: number for number, name in enumerate((*TRIED, *OWN))}


def bit(name: str) -> int:
    """The bit in `Clause.may` of a pattern, named as above: the section of a rule file and the name in it."""
    return 1 << _NUMBERS[name]


def may(text: str, starts: Sequence[int] | Offsets, ends: Sequence[int] | Offsets) -> list[int]:
    """For each clause the patterns that it may match.

    Args:
        text: the document.
        starts: where its clauses start.
        ends: where they end.
    """
    return _prefilter().by_span(text, starts, ends)


@cache
def _prefilter() -> Prefilter:
    written = dict(patterns())
    return Prefilter([re.compile(written[name]) for name in _NUMBERS])


def patterns() -> Iterator[tuple[str, str]]:
    """The patterns of this room's rule files by the names that `bit` takes."""
    for stem in ("directives", "bearers"):
        for section, named in rules.load(PACKAGE, stem).lexicons.items():
            yield from ((f"{section}.{name}", pattern) for name, pattern in named.items() if isinstance(pattern, str))
    for rule in rules.load(PACKAGE, "deeds"):
        yield rule.id, rule.find.pattern
    yield from OWN.items()
