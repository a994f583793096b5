"""Which patterns a clause can match at all, told for all clauses of a document in one pass.

Nearly all tries of a pattern in a clause fail. What the patterns below cannot match without (`text.pattern_needs`), and the
characters that those tried at a clause's beginning can start with (`extraction.prefixes`), are looked up for the whole document
at once. `Clause.may` keeps the outcome, a bit for each pattern: where it is not set the pattern matches nowhere in the clause,
where it is set it has to be tried.

    >>> from policymine.extraction.directives.tries import bit, may
    >>> text = "逾期未报的，每月报2次"
    >>> [possible & bit("deeds.amount") != 0 for possible in may(text, [0, 6], [5, 11])]
    [False, True]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from policymine import rules
from policymine.extraction.directives.scanning import PACKAGE
from policymine.extraction.prefixes import Prefixes
from policymine.text.prefilter import Prefilter

STARTING: Final = ("conditions.clause", "splitting.adverbial")
"""Patterns that are tried at the very beginning of a clause only, by `match` or `fullmatch`."""
INSIDE: Final = (
    "patterns.article", "patterns.by", "deeds.amount", "deeds.act", "deeds.thing", "deeds.attitude", "deeds.general",
    "operational.act", "splitting.frame", "patterns.layer", "patterns.titled",
)  # fmt: skip
"""Patterns that are tried anywhere in a clause, or at a place inside it."""
OWN: Final = {"digit": r"\d", "roles": "牵头|配合|协助|会同", "colon": "[：:]"}
"""Patterns that no file of rules has."""
ANYTHING: Final = -1
"""What may be matched in a stretch of which nothing is known."""
_NUMBERS: Final = {name: number for number, name in enumerate((*STARTING, *INSIDE, *OWN))}
_STARTING: Final = (1 << len(STARTING)) - 1


def bit(name: str) -> int:
    """The bit in `Clause.may` of a pattern, named as above: the section of a rule file and the name in it."""
    return 1 << _NUMBERS[name]


def may(text: str, starts: Sequence[int], ends: Sequence[int]) -> list[int]:
    """For each clause the patterns that it may match.

    Args:
        text: the document.
        starts: where its clauses start.
        ends: where they end.
    """
    if not starts:
        return []
    tried = _tried()
    inside, first = tried.inside.by_span(text, starts, ends), tried.first.at(text, starts)
    return [within & (~_STARTING | begun) for within, begun in zip(inside, first, strict=True)]


class _Tried(NamedTuple):
    """What all patterns ask for, and what those of `STARTING` start with; their numbers are those of the bits."""

    inside: Prefilter
    first: Prefixes


@cache
def _tried() -> _Tried:
    written = dict(patterns())
    return _Tried(
        Prefilter([re.compile(written[name]) for name in _NUMBERS]), Prefixes({name: [written[name]] for name in STARTING})
    )


def patterns() -> Iterator[tuple[str, str]]:
    """The patterns of this room's rule files by the names that `bit` takes."""
    for stem in ("directives", "bearers"):
        for section, named in rules.load(PACKAGE, stem).lexicons.items():
            yield from ((f"{section}.{name}", pattern) for name, pattern in named.items() if isinstance(pattern, str))
    for rule in rules.load(PACKAGE, "deeds"):
        yield rule.id, rule.find.pattern
    yield from OWN.items()
