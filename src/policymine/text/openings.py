"""Where in a text one of many openings of one to three characters stands: a few table look-ups per character, all in C.

A scanner that has hundreds of words and rules spends most of its time asking at places where nothing starts; the first
characters tell so at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

PLANE: Final = 0x10000
"""Characters beyond the basic plane open nothing; they are looked up as character 0."""


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
        self._pairs: npt.NDArray[np.uint16] = np.zeros((len(firsts) + 1, len(seconds) + 1), dtype=np.uint16)
        self._holds: npt.NDArray[np.bool_] = np.zeros((len(known) + 2, len(thirds) + 1), dtype=np.bool_)
        self._holds[1] = True
        for opening in known:
            row = self._pairs[firsts[opening[0]]]
            if len(opening) == 1:
                row[:] = 1
            elif row[seconds[opening[1]]] != 1:
                row[seconds[opening[1]]] = 1 if len(opening) == 2 else pairs[opening[:2]]
                self._holds[pairs[opening[:2]], thirds[opening[2]] if len(opening) > 2 else 0] = True

    def find(self, text: str) -> list[int]:
        """The offsets at which an opening stands, ascending."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        codes = np.where(codes < PLANE, codes, 0)
        first, second, third = (letters[codes[i:]] for i, letters in enumerate(self._letters))
        pair = self._pairs[first, np.append(second, 0)[: len(first)]]
        found: list[int] = np.flatnonzero(self._holds[pair, np.append(third, (0, 0))[: len(first)]]).tolist()
        return found


def _places(characters: Iterable[str]) -> dict[str, int]:
    """Characters numbered from one."""
    return {character: place for place, character in enumerate(sorted(set(characters) - {""}), 1)}


def _table(places: dict[str, int]) -> npt.NDArray[np.uint16]:
    """A table from code point to place; 0 for a character that has none."""
    table: npt.NDArray[np.uint16] = np.zeros(PLANE, dtype=np.uint16)
    for character, place in places.items():
        table[ord(character)] = place
    return table
