"""How common words are in Chinese, by the counts of jieba's dictionary; read once, when first asked for.

Costs are negative natural logarithms of shares, so that the likeliest reading of a text is the cheapest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LONGEST = 6
UNKNOWN = 17.0
FOREIGN = 11.0
_MARKS = {
    "，": 2.8, "。": 3.7, "、": 3.5, "：": 5.5, "；": 5.5, "“": 5.5, "”": 5.5, "《": 7.0, "》": 7.0, "（": 6.0, "）": 6.0,
}  # fmt: skip


class Words(NamedTuple):
    """Costs of words."""

    costs: Mapping[str, float]

    def grown(self, costs: Mapping[str, float]) -> Words:
        """These words and some more, with their costs."""
        return Words({**costs, **self.costs})

    def mixed(self, counts: Mapping[str, int], *, share: float) -> Words:
        """These words as they are used in texts of which some are counted: `share` of each likelihood comes from the counts."""
        total, general = sum(counts.values()), -math.log(1 - share)
        costs = {word: cost + general for word, cost in self.costs.items()}
        for word, count in counts.items():
            costs[word] = -math.log(share * count / total + math.exp(-costs.get(word, math.inf)))
        return Words(costs)

    def best(self, text: str) -> float:
        """The cost of the cheapest division of a text into words; what no word has costs `UNKNOWN` if Han, else `FOREIGN`."""
        get, reached = self.costs.get, [0.0]
        for end, character in enumerate(text, 1):
            least = reached[-1] + get(character, UNKNOWN if "\u3400" <= character <= "\u9fff" else FOREIGN)
            for start in range(max(0, end - LONGEST), end - 1):
                if (cost := get(text[start:end])) is not None and reached[start] + cost < least:
                    least = reached[start] + cost
            reached.append(least)
        return reached[-1]


@cache
def _dictionary() -> tuple[list[str], npt.NDArray[np.float64]]:
    """The words of jieba's dictionary with their counts."""
    found = find_spec("jieba")
    if found is None or found.origin is None:  # jieba is a dependency; without it nothing is known
        return [], np.zeros(0)
    fields = Path(found.origin).with_name("dict.txt").read_text(encoding="utf-8").split()
    return fields[::3], np.asarray(fields[1::3], np.int64).astype(np.float64)


@cache
def words() -> Words:
    """The words of the dictionary with up to six characters, and the marks of punctuation.

    >>> known = words()
    >>> known.costs["工作"] < known.costs["窘迫"]
    True
    """
    known, counts = _dictionary()
    shares = np.log(counts.sum() or 1) - np.log(np.maximum(counts, 0.5))
    costs = zip(known, shares.tolist(), strict=True)
    return Words({**{word: cost for word, cost in costs if len(word) <= LONGEST}, **_MARKS})


@cache
def characters() -> Mapping[str, float]:
    """Costs of single characters, counted over all words they stand in.

    >>> characters()["的"] < characters()["镬"]
    True
    """
    counts: dict[str, float] = {}
    for word, count in zip(*_dictionary(), strict=True):
        for character in word if len(word) <= LONGEST else ():
            counts[character] = counts.get(character, 0) + float(count)
    total = math.log(sum(counts.values()) or 1)
    return {character: total - math.log(count) for character, count in counts.items() if count}


__all__ = ["LONGEST", "UNKNOWN", "Words", "characters", "words"]
