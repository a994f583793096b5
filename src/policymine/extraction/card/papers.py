"""Papers on their way to a card: the stretches that rules look at, and which rules can match in each at all.

What every match of a rule holds (`text.pattern_needs`) is looked up for all papers of a hand in one pass; most rules are not
tried in most papers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from policymine.model import Span
from policymine.rules import Rule, RuleSet, load
from policymine.text.joining import joined
from policymine.text.prefilter import Prefilter

PACKAGE: Final = "policymine.extraction.card"
RULES: Final = tuple(load(PACKAGE, stem) for stem in ("card", "card_dates", "card_places"))
FRONT, FOOT = 1500, 260
ENDS: Final[Mapping[str, int | None]] = {"opening": 160, "head": 400, "top": 600, "near": 800, "front": FRONT, "text": None}
"""The stretches at the beginning of a text, by what `on` of a rule says."""
ZONES: Final = (*ENDS, "foot")
TITLE: Final = "title"
DATED: Final = re.compile(r"[\d０-９二一][\d０-９〇○零ＯO一二三四五六七八九xX×]{3}\s?年")
"""A year, as the rules that give `dated` want one in their stretch."""
ANYTHING: Final = -1


@dataclass(slots=True, eq=False)
class Found:
    """What a rule says of a field, and where it stands; no span when that is outside the text."""

    value: str
    span: Span | None


@dataclass(slots=True, eq=False)
class Paper:
    """A text, what its page said of it, its title, its stretches with where each starts, and what was found so far.

    `may` has for each stretch a number with a bit for every rule that can match in it, `dated` whether a year stands in it.
    """

    text: str
    hints: Mapping[str, str]
    title: str
    places: dict[str, tuple[str, int]]
    may: dict[str, int]
    dated: dict[str, bool]
    found: dict[str, Found]

    def holds(self, rule: Rule, on: str) -> bool:
        """Whether a rule has to be tried in a stretch."""
        if not self.may[on] & BITS[rule.id]:
            return False
        place = self.places[on][0]
        if rule.gives.get("dated"):
            year = self.dated.get(on)
            if year is None:
                year = self.dated[on] = DATED.search(place) is not None
            if not year:
                return False
        return rule.needs is None or rule.needs.search(place) is not None


def papers_of(given: Sequence[tuple[str, Mapping[str, str]]]) -> list[Paper]:
    """Texts with their hints, made ready; titles are found later.

    >>> paper, = papers_of([("各乡镇：\\n有关事项通知如下", {})])
    >>> [paper.may["text"] & BITS[name] != 0 for name in ("card.audience", "card.text-notice", "card.text-circular")]
    [True, True, False]
    """
    texts = tuple(text for text, _ in given)
    one = joined(texts)
    ends = [one.ends if end is None else np.minimum(one.starts + end, one.ends) for end in ENDS.values()]
    foot = np.maximum(one.ends - FOOT, one.starts)
    starts = np.concatenate([*(one.starts for _ in ENDS), foot])
    told = _prefilter().by_span(one.text, starts, np.concatenate([*ends, one.ends]))
    bits = [told[number :: len(texts)] for number in range(len(texts))]
    return [
        Paper(text, hints, "", _places(text), dict(zip(ZONES, own, strict=True)) | {TITLE: ANYTHING}, {}, {})
        for (text, hints), own in zip(given, bits, strict=True)
    ]


def _places(text: str) -> dict[str, tuple[str, int]]:
    """The stretches of a text that rules look at, and where each starts."""
    foot = max(0, len(text) - FOOT)
    return {"foot": (text[foot:], foot), TITLE: ("", 0), **{on: (text[:end], 0) for on, end in ENDS.items()}}


def _numbers(sets: Sequence[RuleSet]) -> dict[str, int]:
    return {rule.id: 1 << number for number, rule in enumerate(rule for rules in sets for rule in rules)}


BITS: Final[Mapping[str, int]] = _numbers(RULES)
"""The bit of each rule in `Paper.may`."""


@cache
def _prefilter() -> Prefilter:
    """What every match of a rule holds: what it says in `needs`, else what its pattern tells."""
    return Prefilter([rule.find if rule.needs is None else rule.needs for rules in RULES for rule in rules])
