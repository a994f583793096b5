"""Clauses that stand in front of an order and only set the scene: conditions, times, 按照…要求."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from policymine import rules
from policymine.extraction.directives.scanning import PACKAGE, Hit


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """The patterns of `[conditions]` and `[splitting]` in directives.toml by name."""
    lexicons = rules.load(PACKAGE, "directives").lexicons
    written: dict[str, str] = lexicons["conditions"] | lexicons["splitting"]
    return {name: re.compile(pattern) for name, pattern in written.items()}


@cache
def _condition() -> re.Pattern[str]:
    return patterns()["clause"]


@cache
def _adverbial() -> re.Pattern[str]:
    return patterns()["adverbial"]


def condition_kind(text: str, start: int, end: int) -> str:
    """Which kind of condition a clause is as a whole, "" when it is none.

    >>> [condition_kind(c, 0, len(c)) for c in ("对拒不整改的", "一旦发生险情", "逾期未报的", "各镇要落实")]
    ['towards', 'if', 'who', '']
    """
    match = _condition().match(text, start, end)
    return match.lastgroup or "" if match is not None else ""


def sets_scene(text: str, start: int, end: int, *, struck: Sequence[Hit], condition: str) -> bool:
    """Whether a clause without a deontic word of its own is a condition or an adverbial whose predicate is still to come.

    Args:
        text: the document.
        start: where the clause starts.
        end: where it ends.
        struck: what the rules found in it, if a penalty is among it.
        condition: its `condition_kind`.
    """
    if struck and any(hit.kind == "penalty" and text.find("的", hit.end, end) < 0 for hit in struck):
        return False
    return bool(condition) or _adverbial().match(text, start, end) is not None
