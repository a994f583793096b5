"""Texts as numbers, so that a whole page is looked through at once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

BLOCK = 1 << 18
"""Characters that are looked at together, so that a page of any size takes little memory."""

Points = npt.NDArray[np.uint32]


@lru_cache(maxsize=4)
def points_of(text: str) -> Points:
    """The code points of a text that is no longer than a block; they are shared, never to be written to.

    >>> points_of("要报").tolist()
    [35201, 25253]
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def kinds_of(text: str, table: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """What a table says of each character; of one outside the first plane what it says of U+FFFF.

    Args:
        text: of any length.
        table: a number for every character of the first plane.
    """
    if len(text) <= BLOCK:
        return table.take(np.minimum(points_of(text), 0xFFFF))
    blocks = (points_of.__wrapped__(text[at : at + BLOCK]) for at in range(0, len(text), BLOCK))
    return np.concatenate([table.take(np.minimum(block, 0xFFFF)) for block in blocks])


__all__ = ["BLOCK", "Points", "kinds_of", "points_of"]
