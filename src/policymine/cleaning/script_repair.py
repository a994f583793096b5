"""Traditional script as recorded edits: one for every phrase that changes.

A phrase is a run of changing characters together with one or two Han characters between them (全國累計: one edit, not three).
It never holds a digit or a mark of punctuation.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from policymine.text import Edit
from policymine.text.alignment import Replacements
from policymine.text.points import kinds_of
from policymine.text.script import lines_to_simplified, traditional_stretches

RULE = "repairs.script"
APART = 3
"""How many characters on the next changing one may stand in a phrase."""


def find_traditional(text: str) -> Sequence[Edit]:
    """The edits that bring the traditional lines of a text into simplified script; simplified lines stay as they are.

    >>> [(e.span.of("縣委會議:要求"), e.text) for e in find_traditional("縣委會議:要求")]
    [('縣委會議', '县委会议')]
    """
    stretches = traditional_stretches(text)
    if not stretches:
        return []
    olds = [stretch.of(text) for stretch in stretches]
    old = "\n".join(olds)
    new = lines_to_simplified(olds)
    starts, ends = _phrases(old, new)
    texts = [new[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    begins = np.cumsum([0, *(len(one) + 1 for one in olds[:-1])])
    shift = (np.array([stretch.start for stretch in stretches]) - begins)[np.searchsorted(begins, starts, "right") - 1]
    return Replacements((starts + shift).tolist(), (ends + shift).tolist(), texts, RULE, 0.99)


def _phrases(old: str, new: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where phrases begin and end."""
    han = kinds_of(old, _han())
    changed = np.frombuffer(old.encode("utf-32-le", "surrogatepass"), np.uint32) != np.frombuffer(
        new.encode("utf-32-le", "surrogatepass"), np.uint32
    )
    places = np.flatnonzero(changed & (han == 1))
    if not len(places):
        return places, places
    others = np.cumsum(han == 0)[places]
    apart = np.flatnonzero((np.diff(places) > APART) | (np.diff(others) > 0))
    return places[np.append(0, apart + 1)], places[np.append(apart, len(places) - 1)] + 1


@cache
def _han() -> npt.NDArray[np.uint8]:
    """For every character of the first plane whether it is a Han character."""
    table = np.zeros(1 << 16, np.uint8)
    table[0x3400:0xA000] = table[0xF900:0xFB00] = 1
    return table
