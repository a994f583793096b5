"""What the rules of repairs.toml find in a text: one look at a page instead of one for every repair."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from policymine.rules import load
from policymine.text.prefilter import Scanner

OUT_OF_STEP = "out of step"
"""Stands for `pinyin-desync` and `lone-byte` together: of two that begin at one place the first."""
_ELSEWHERE = frozenset(
    {"repairs.question", "repairs.kept-space", "repairs.hard-wrap", "repairs.pinyin-desync", "repairs.lone-byte"}
)
"""Rules that are tried on something else than a whole text, or not alone."""


@cache
def _scanner() -> tuple[Scanner, tuple[str, ...]]:
    listed = load("policymine.cleaning", "repairs")
    rules = [rule for rule in listed if rule.id not in _ELSEWHERE]
    slipped = re.compile(f"{listed['pinyin-desync'].find.pattern}|{listed['lone-byte'].find.pattern}")
    return Scanner([*(rule.find for rule in rules), slipped]), (*(rule.id for rule in rules), OUT_OF_STEP)


@lru_cache(maxsize=2)
def matches(text: str) -> Mapping[str, Sequence[re.Match[str]]]:
    """The matches of every rule that has any, by its id.

    >>> {rule: [match.start() for match in found] for rule, found in matches("各镇?要排查，，整改").items()}
    {'repairs.question-watermark': [2], 'repairs.doubled-mark': [6]}
    """
    scanner, names = _scanner()
    return {names[number]: found for number, found in scanner.matches(text).items()}
