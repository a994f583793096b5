"""Where in a text one of many openings of one to three characters stands: a few table look-ups per character, all in C.

A scanner that has hundreds of words and rules spends most of its time asking at places where nothing starts; the first
characters tell so at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from policymine.text.joining import joined
from policymine.text.points import BLOCK, points_of

NOTHING: Final = np.zeros(2, dtype=np.uint32)
"""What stands behind the last character."""
PLANE: Final = 0x10000
"""Characters beyond the basic plane open nothing; they are looked up as its last one, which is none."""


class Openings:
    """A set of openings; behind the last character of one anything may stand.

    >>> Openings(["今年", "月底", "每", "工作日"]).find("今后每月月底报工作,每个工作日报")
    [2, 4, 10, 12]
    """

    def __init__(self, openings: Iterable[str]) -> None:
        known = sorted(set(openings), key=len)
        firsts, seconds, thirds = (_places(opening[i : i + 1] for opening in known) for i in range(3))
        self._letters = [_table(places) for places in (firsts, seconds, thirds)]
        pairs = {opening[:2]: number for number, opening in enumerate(known, 2)}
        table: npt.NDArray[np.uint16] = np.zeros((len(firsts) + 1, len(seconds) + 1), dtype=np.uint16)
        holds: npt.NDArray[np.bool_] = np.zeros((len(known) + 2, len(thirds) + 1), dtype=np.bool_)
        holds[1] = True
        for opening in known:
            row = table[firsts[opening[0]]]
            if len(opening) == 1:
                row[:] = 1
            elif row[seconds[opening[1]]] != 1:
                row[seconds[opening[1]]] = 1 if len(opening) == 2 else pairs[opening[:2]]
                holds[pairs[opening[:2]], thirds[opening[2]] if len(opening) > 2 else 0] = True
        self._pairs, self._holds = table.ravel(), holds.ravel()
        self._widths = table.shape[1], holds.shape[1]

    def find(self, text: str) -> list[int]:
        """The offsets at which an opening stands, ascending."""
        found: list[int] = []
        for start in range(0, len(text), BLOCK):
            block = text if len(text) <= BLOCK else text[start : start + BLOCK + 2]
            found += [start + place for place in self._in(block) if place < BLOCK]
        return found

    def _in(self, text: str) -> list[int]:
        """The offsets in a block: the second character is looked up only where the first one opens, and so on."""
        points = points_of(text)
        firsts, seconds, thirds = self._letters
        first = firsts.take(points, mode="clip")
        places = (first != 0).nonzero()[0]
        behind = np.concatenate((points, NOTHING))
        row, second = first.take(places), seconds.take(behind.take(places + 1), mode="clip")
        pair = self._pairs.take(row.astype(np.intp) * self._widths[0] + second)
        opening = (pair != 0).nonzero()[0]
        places, pair = places.take(opening), pair.take(opening)
        third = thirds.take(behind.take(places + 2), mode="clip")
        holds = self._holds.take(pair.astype(np.intp) * self._widths[1] + third)
        found: list[int] = places.take(holds.nonzero()[0]).tolist()
        return found


def found_in(openings: Openings, texts: Sequence[str]) -> list[list[int]]:
    """The offsets in each of some texts at which an opening stands, looked for in all of them at once.

    >>> found_in(Openings(["今年", "月底", "每"]), ["今后每月", "", "月底报今", "年"])
    [[2], [], [0], []]
    """
    if len(texts) == 1:
        return [openings.find(texts[0])]
    one = joined(tuple(texts))
    return one.shares(np.array(openings.find(one.text), np.intp))


def _places(characters: Iterable[str]) -> dict[str, int]:
    """Characters numbered from one."""
    return {character: place for place, character in enumerate(sorted(set(characters) - {""}), 1)}


def _table(places: dict[str, int]) -> npt.NDArray[np.uint16]:
    """A table from code point to place; 0 for a character that has none."""
    table: npt.NDArray[np.uint16] = np.zeros(PLANE, dtype=np.uint16)
    for character, place in places.items():
        table[ord(character)] = place
    return table
