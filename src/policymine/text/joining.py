"""Texts one behind the other, so that one pass of numpy looks through all of them.

A pass of a few table look-ups costs as many steps for a page as for thirty. Between two texts stand as many NULs as a pass may
look ahead: what it sees behind the last character of each is what it sees at the end of a text, and the tables say of NUL that
it is nothing. What is found between texts belongs to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt

AHEAD: Final = 2
"""Characters behind its own that a look-up may ask for."""
APART: Final = "\0" * AHEAD

Places = npt.NDArray[np.intp]


class Joined:
    """Some texts as one; `starts` and `ends` say where each stands in it.

    >>> one = Joined(["各镇", "", "要报"])
    >>> one.starts.tolist(), one.ends.tolist(), one.shares(np.array([0, 1, 2, 6, 7, 8]))
    ([0, 4, 6], [2, 4, 8], [[0, 1], [], [0, 1]])
    """

    __slots__ = ("ends", "starts", "text")

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = APART.join(texts)
        sizes = np.fromiter(map(len, texts), np.intp, len(texts))
        self.ends: Places = np.fromiter(accumulate(sizes.tolist(), lambda end, size: end + size + AHEAD), np.intp, len(texts))
        self.starts: Places = self.ends - sizes

    def shares(self, places: Places) -> list[list[int]]:
        """Places in all of it, ascending, handed out to the texts that they lie in and counted from the start of each."""
        firsts, lasts = places.searchsorted(self.starts).tolist(), places.searchsorted(self.ends).tolist()
        if len(self.starts) > 1:
            places = places - self.starts.take(self.starts.searchsorted(places, "right") - 1)
        listed: list[int] = places.tolist()
        return [listed[first:last] for first, last in zip(firsts, lasts, strict=True)]


@lru_cache(maxsize=2)
def joined(texts: tuple[str, ...]) -> Joined:
    """Texts as one; the last ones are remembered, so that several passes share what is known of their characters."""
    return Joined(texts)


__all__ = ["APART", "Joined", "Places", "joined"]
