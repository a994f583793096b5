"""How common words and characters are in Chinese, by the counts of jieba's dictionary; read once, when first asked for.

Costs are negative natural logarithms of shares, so that the likeliest reading of a text is the cheapest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

LONGEST = 6
UNKNOWN = 17.0
FOREIGN = 11.0


class Words(NamedTuple):
    """Costs of words; `following` gives the characters with which a beginning of words goes on."""

    costs: Mapping[str, float]
    following: Mapping[str, str]

    def grown(self, costs: Mapping[str, float]) -> Words:
        """These words and some more, with their costs."""
        following = dict(self.following)
        for word in costs:
            for end in range(1, len(word)):
                ends = following.get(word[:end], "")
                following[word[:end]] = ends if word[end] in ends else ends + word[end]
        return Words({**costs, **self.costs}, following)

    def best(self, text: str) -> float:
        """The cost of the cheapest division of a text into words; what no word has costs `UNKNOWN` if Han, else `FOREIGN`."""
        costs = self.costs
        reached = [0.0]
        for end in range(1, len(text) + 1):
            single = reached[end - 1] + costs.get(text[end - 1], UNKNOWN if "\u3400" <= text[end - 1] <= "\u9fff" else FOREIGN)
            longer = [
                reached[start] + costs[word]
                for start in range(max(0, end - LONGEST), end - 1)
                if (word := text[start:end]) in costs
            ]
            reached.append(min([single, *longer]))
        return reached[-1]


def _dictionary() -> list[tuple[str, int]]:
    found = find_spec("jieba")
    if found is None or found.origin is None:  # jieba is a dependency; without it nothing is known
        return []
    content = Path(found.origin).with_name("dict.txt").read_text(encoding="utf-8")
    entries = [line.split(" ", 2) for line in content.splitlines()]
    return [(entry[0], int(entry[1])) for entry in entries if len(entry) > 1 and len(entry[0]) <= LONGEST]


@cache
def words() -> Words:
    """The words of the dictionary with up to six characters.

    >>> known = words()
    >>> known.costs["工作"] < known.costs["窘迫"], "策" in known.following["束手无"]
    (True, True)
    """
    counts = _dictionary()
    total = math.log(sum(count for _, count in counts) or 1)
    costs = {word: total - math.log(count) for word, count in counts if count > 0}
    costs |= {
        "，": 2.8,
        "。": 3.7,
        "、": 3.5,
        "：": 5.5,
        "；": 5.5,
        "“": 5.5,
        "”": 5.5,
        "《": 7.0,
        "》": 7.0,
        "（": 6.0,
        "）": 6.0,
    }
    following: dict[str, str] = {}
    for word in costs:
        for end in range(1, len(word)):
            ends = following.get(word[:end], "")
            if word[end] not in ends:
                following[word[:end]] = ends + word[end]
    return Words(costs, following)


@cache
def characters() -> Mapping[str, float]:
    """Costs of single characters, counted over all words they stand in.

    >>> characters()["的"] < characters()["镬"]
    True
    """
    counts: dict[str, int] = {}
    for word, count in _dictionary():
        for character in word:
            counts[character] = counts.get(character, 0) + count
    total = math.log(sum(counts.values()) or 1)
    return {character: total - math.log(count) for character, count in counts.items() if count}


__all__ = ["LONGEST", "UNKNOWN", "Words", "characters", "words"]
