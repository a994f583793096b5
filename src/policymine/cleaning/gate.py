"""The genre gate: what looks like a paper by its words but is none is set aside with the reason, and yields no findings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from policymine.cleaning.lines import han_count
from policymine.cleaning.sieve import SHORT, in_clean
from policymine.rules import RuleSet, load
from policymine.text.prefilter import Scanner

LATIN = re.compile("[A-Za-z]")
LETTERS = re.compile(r"[^\W\d_]")
SAMPLE = SHORT // 2
SHORTEST_JUDGED = 60
"""Characters below which a text gives too little to judge its genre by."""


@cache
def rules() -> RuleSet:
    """The rules of gate.toml."""
    return load("policymine.cleaning", "gate")


def set_aside_reason(text: str, *, about: str = "") -> str | None:
    """Why a clean text is no paper; None for a paper.

    Args:
        text: the clean text.
        about: titles and breadcrumbs over it.

    The reasons: `empty`, `english`, `fiction`, `how_to`, `advert`, `school_speech`, `spun_text`,
    `ai_summary`, `terms`, `private_life`.

    >>> set_aside_reason("All districts shall carry out the special rectification campaign before the end of the month.")
    'english'
    >>> set_aside_reason("各镇要在月底前完成排查。") is None
    True
    """
    text = _sample(text)
    han = han_count(text)
    if han < max(2, 0.3 * len(text)):
        letters = len(LETTERS.findall(text))
        if letters < 2:
            return "empty"
        if han < 0.3 * letters and len(LATIN.findall(text)) > 0.5 * letters:
            return "english"
    if len(text) < SHORTEST_JUDGED:
        return None
    thousands = max(len(text), 400) / 1000
    weights = _weights(text, about=about)
    over = {}
    for reason, (per_thousand, least) in rules().lexicons["limits"].items():
        if weights[reason] >= least and weights[reason] / thousands >= per_thousand:
            over[reason] = weights[reason] / per_thousand
    if over and _orders(text) / thousands > rules().lexicons["orders"]["per_thousand"]:
        return "spun_text" if "spun_text" in over else None
    return max(over, key=lambda reason: over[reason]) if over else None


def _weights(text: str, *, about: str) -> Mapping[str, float]:
    """What speaks for each reason."""
    weights: dict[str, float] = defaultdict(float)
    inside, over = _inside(text), _over(about) if about else {}
    for rule in rules() if inside or over else ():
        found = len(inside.get(rule.id, ())) + (2 * over.get(rule.id, 0) if rule.gives.get("about", True) else 0)
        if found:
            weights[str(rule.gives["reason"])] += float(rule.gives["weight"]) * found
    return weights


def _inside(text: str) -> Mapping[str, Sequence[re.Match[str]]]:
    """What the rules find, by their ids; a short text has been looked through for it already."""
    if len(text) <= SHORT:
        return in_clean(text)
    listed = tuple(rules())
    return {listed[number].id: found for number, found in _scanner().matches(text).items()}


@lru_cache(maxsize=1)
def _over(about: str) -> Mapping[str, int]:
    """How often each rule finds what it seeks in the titles over the papers of a page."""
    listed = tuple(rules())
    return {listed[number].id: len(found) for number, found in _scanner().matches(about).items()}


@cache
def _scanner() -> Scanner:
    return Scanner([rule.find for rule in rules()])


def _sample(text: str) -> str:
    """Beginning, middle and end of a long text: a genre shows everywhere."""
    if len(text) <= SHORT:
        return text
    middle = len(text) // 2
    return "\n".join((text[:SAMPLE], text[middle : middle + SAMPLE // 2], text[-SAMPLE // 2 :]))


def _orders(text: str) -> int:
    return sum(text.count(word) for word in rules().lexicons["orders"]["words"])
