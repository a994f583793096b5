"""How common words are in Chinese, by the counts of jieba's dictionary; read once, when first asked for.

Costs are negative natural logarithms of shares, so that the likeliest reading of a text is the cheapest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        return self._reached(text)[-1]

    def best_between(self, before: str, texts: Iterable[str], behind: str) -> Iterator[float]:
        """What each of some texts costs between the same neighbours, which are looked up once for all of them.

        >>> known = words()
        >>> list(known.best_between("要", "各抓", "级部门")) == [known.best("要各级部门"), known.best("要抓级部门")]
        True
        """
        get, led = self.costs.get, self._reached(before)
        inside = []
        for end in range(1, len(behind) + 1):
            words = [(start, self._cost(behind[start:end])) for start in range(max(0, end - LONGEST), end)]
            inside.append([(start, cost) for start, cost in words if cost is not None])
        for text in texts:
            whole, size = before + text + behind, len(before) + len(text)
            reached = self._reached(before + text, led)
            for end, known in enumerate(inside, size + 1):
                least = min([reached[size + start] + cost for start, cost in known])
                for start in range(max(0, end - LONGEST), size):
                    if (cost := get(whole[start:end])) is not None and reached[start] + cost < least:
                        least = reached[start] + cost
                reached.append(least)
            yield reached[-1]

    def _cost(self, word: str) -> float | None:
        """What a word costs; a single character always costs something."""
        unknown = UNKNOWN if "\u3400" <= word <= "\u9fff" else FOREIGN
        return self.costs.get(word, unknown if len(word) == 1 else None)

    def _reached(self, text: str, begun: Sequence[float] = (0.0,)) -> list[float]:
        """What it costs to get to each place of a text, the first of them known."""
        get, reached = self.costs.get, [*begun]
        for end in range(len(reached), len(text) + 1):
            character = text[end - 1]
            least = reached[-1] + get(character, UNKNOWN if "\u3400" <= character <= "\u9fff" else FOREIGN)
            for start in range(max(0, end - LONGEST), end - 1):
                if (cost := get(text[start:end])) is not None and reached[start] + cost < least:
                    least = reached[start] + cost
            reached.append(least)
        return reached


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
