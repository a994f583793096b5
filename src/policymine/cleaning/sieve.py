"""Which rules of repairs.toml a text may match: one look at a page instead of one for every repair."""

from __future__ import annotations

from functools import cache, lru_cache

from policymine.rules import load
from policymine.text.prefilter import Prefilter


@cache
def _prefilter() -> tuple[Prefilter, tuple[str, ...]]:
    listed = load("policymine.cleaning", "repairs")
    return Prefilter([rule.find for rule in listed]), tuple(rule.id for rule in listed)


@lru_cache(maxsize=2)
def possible(text: str) -> frozenset[str]:
    """The ids of the rules that may match a text; the others cannot.

    >>> sorted(rule for rule in possible("各镇?要排查") if "question" in rule)
    ['repairs.question-watermark']
    """
    prefilter, names = _prefilter()
    return frozenset(names[number] for number in prefilter.possible(text))
