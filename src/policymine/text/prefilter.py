"""Which of many patterns a text can match at all, and where, told in one pass over its characters.

Most patterns cannot match without certain neighbours (`pattern_needs`). A text is looked through once for those of all
patterns; only the patterns whose needs it meets are tried, and where their beginnings are known only there. What is left out
cannot match: the results are those of trying everything everywhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from policymine.text.pattern_needs import at_lines, begins, looks_back, needed
from policymine.text.points import BLOCK, points_of

_BITS = 63
_ALL = (1 << _BITS) - 1
_RARE = 400.0
"""How common beginnings may be together to be looked for; the others are left to `re`."""
_MOST_PLACES, _DENSE = 4_000, 6
"""So many beginnings, and more than one in so many characters, are left to `re` too."""
_WEIGHTS = 0.2, 0.1, 8.0
"""What a pair counts, a single character that is no Han character and no mark of a sentence, and any other one."""

Points = npt.NDArray[np.uint16]
Offsets = npt.NDArray[np.intp]


class Prefilter:
    """Patterns with what they need; `possible` gives the numbers of those that a text can match.

    >>> prefilter = Prefilter([re.compile("厂家直销|包邮"), re.compile("第[一二]条"), re.compile(".+")])
    >>> prefilter.possible("各镇要排查第二条"), prefilter.possible("全场包邮")
    ((1, 2), (0, 2))
    """

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        needs = [needed(pattern) for pattern in patterns]
        self._always = sum(1 << number for number, need in enumerate(needs) if not need)
        self._signs = _Signs(dict(enumerate(needs)))
        self._back = max(map(looks_back, patterns), default=0)

    def possible(self, text: str) -> tuple[int, ...]:
        """The numbers of the patterns that `text` may match, in order; the others cannot match it."""
        met = self._always | _all_bits(self._signs.blocks(text))
        return tuple(number for number in range(met.bit_length()) if met >> number & 1)

    def by_line(self, lines: Sequence[str]) -> list[int]:
        """For each line (none of them empty) the patterns that it may match: pattern n as bit n of a number.

        >>> Prefilter([re.compile("厂家|包邮"), re.compile("第[一二]条")]).by_line(["第二条", "厂家", "各镇"])
        [2, 1, 0]
        """
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        return self._between("\n".join(lines), np.array(starts[:-1], np.intp), np.array(starts[1:], np.intp))

    def by_span(self, text: str, starts: Sequence[int] | Offsets, ends: Sequence[int] | Offsets) -> list[int]:
        """For each stretch of a text the patterns that `search(text, start, end)` may find in it: pattern n as bit n.

        >>> Prefilter([re.compile("厂家|包邮"), re.compile("第[一二]条")]).by_span("第二条，厂家", [0, 4, 5], [3, 6, 6])
        [2, 1, 0]
        """
        return self._between(text, np.array(starts, np.intp) - self._back, np.array(ends, np.intp))

    def _between(self, text: str, starts: Offsets, ends: Offsets) -> list[int]:
        """For each stretch of a text the patterns that find in it what they ask for."""
        found = [self._always] * len(starts)
        for start, block in self._signs.blocks(text):
            firsts, lasts = block.places.searchsorted(starts - start), block.places.searchsorted(ends - start)
            met = (firsts < lasts).nonzero()[0]
            bounds = np.empty(2 * len(met), np.intp)
            bounds[::2], bounds[1::2] = firsts[met], lasts[met] - 1
            for shift, bits in block.bits if len(met) else ():
                inside = np.bitwise_or.reduceat(bits, bounds)[::2] | bits[bounds[1::2]]  # up to the last one, and that
                if len(text) <= BLOCK and len(block.bits) == 1:
                    every = np.full(len(starts), self._always, np.int64)
                    every[met] |= inside
                    return every.tolist()
                for number, one in zip(met.tolist(), inside.tolist(), strict=True):
                    found[number] |= one << shift
        return found


class Scanner:
    """Patterns that are all looked for in a text at once.

    >>> scanner = Scanner([re.compile("厂家直销|包邮"), re.compile("第[一二]条"), re.compile("[^，]排查")])
    >>> {number: [m[0] for m in found] for number, found in scanner.matches("各镇要排查，全场包邮，样样包邮").items()}
    {0: ['包邮', '包邮'], 2: ['要排查']}
    """

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._patterns = tuple(patterns)
        starts = {number: begins(pattern) for number, pattern in enumerate(patterns)}
        rare = {number: words for number, words in starts.items() if words and _commonness(words) <= _RARE}
        needs = {number: needed(patterns[number]) for number in rare}
        self._always = sum(1 << number for number, words in needs.items() if not words)
        self._signs = _Signs(rare | {number + len(patterns): words for number, words in needs.items()})
        self._at_lines = sum(1 << number for number in rare if at_lines(patterns[number]))
        self._others = [number for number in starts if number not in rare]
        self._prefilter = Prefilter([patterns[number] for number in self._others])

    def matches(self, text: str) -> dict[int, list[re.Match[str]]]:
        """The matches of each pattern that has any, as `finditer` gives them, by the pattern's number."""
        found: dict[int, list[re.Match[str]]] = {}
        blocks = list(self._signs.blocks(text))
        met = self._always | _all_bits(blocks) >> len(self._patterns)
        many = 0
        for start, block in blocks if met else ():
            for shift, every in block.bits:
                due = every & (met >> shift & _ALL)
                places = (due != 0).nonzero()[0]
                many += len(places)
                if many > max(_MOST_PLACES, len(text) // _DENSE):
                    return self._everywhere(text, met)
                self._try(text, zip((block.places[places] + start).tolist(), due[places].tolist(), strict=True), shift, found)
        for index in self._prefilter.possible(text) if self._others else ():
            number = self._others[index]
            if all_of_it := list(self._patterns[number].finditer(text)):
                found[number] = all_of_it
        return found

    def _everywhere(self, text: str, met: int) -> dict[int, list[re.Match[str]]]:
        """The same where beginnings stand everywhere, such as rows of spaces; `met`: whose needs the text meets."""
        for index in self._prefilter.possible(text) if self._others else ():
            met |= 1 << self._others[index]
        every = ((number, list(pattern.finditer(text))) for number, pattern in enumerate(self._patterns) if met >> number & 1)
        return {number: found for number, found in every if found}

    def _try(self, text: str, due: Iterable[tuple[int, int]], shift: int, found: dict[int, list[re.Match[str]]]) -> None:
        """Tries patterns (as bits, with a shift) at places of a text, in order, and adds what they find."""
        at_lines, patterns = self._at_lines >> shift & _ALL, self._patterns
        for place, bits in due:
            if bits & at_lines and place and text[place - 1] != "\n":
                bits &= ~at_lines
            while bits:
                low = bits & -bits
                bits ^= low
                number = low.bit_length() - 1 + shift
                before = found.get(number)
                if before is not None and before[-1].end() > place:
                    continue
                if (match := patterns[number].match(text, place)) is None:
                    continue
                if before is None:
                    found[number] = [match]
                else:
                    before.append(match)


class _Found(NamedTuple):
    """The places of a block at which something stands that a pattern asks for, and for each which patterns (with a shift)."""

    places: npt.NDArray[np.intp]
    bits: tuple[tuple[int, npt.NDArray[np.int64]], ...]


def _all_bits(blocks: Iterable[tuple[int, _Found]]) -> int:
    """Which patterns find at all what they ask for."""
    met = 0
    for _, found in blocks:
        for shift, bits in found.bits:
            met |= int(np.bitwise_or.reduce(bits, initial=0)) << shift
    return met


class _Signs:
    """What patterns ask for: single characters and pairs of neighbours, each with a bit for every pattern that does.

    Thousands of signs are asked for by few combinations of patterns: tables as small as may be say which combination a sign
    has, a second one the bits of that.
    """

    def __init__(self, asked: Mapping[int, frozenset[str]]) -> None:
        singles: dict[int, int] = defaultdict(int)
        doubles: dict[int, int] = defaultdict(int)
        for number, words in asked.items():
            for word in words:
                points, pairs = _read(word)
                table, place = (singles, points[0]) if len(word) == 1 else (doubles, pairs[0])
                table[int(place)] |= 1 << number
        self._shifts = range(0, max(asked, default=-1) + 1, _BITS)
        self._single, self._single_bits = self._tables(singles)
        self._double, self._double_bits = self._tables(doubles)

    def _tables(self, signs: Mapping[int, int]) -> tuple[Points, list[npt.NDArray[np.int64]]]:
        """For every sign the number of its combination, and for every shift the bits of each combination."""
        combinations = {bits: number for number, bits in enumerate(dict.fromkeys((0, *signs.values())))}
        table = np.zeros(1 << 16, np.uint16)
        for sign, bits in signs.items():
            table[sign] = combinations[bits]
        return table, [np.array([bits >> shift & _ALL for bits in combinations], np.int64) for shift in self._shifts]

    def blocks(self, text: str) -> Iterator[tuple[int, _Found]]:
        """What is found, block by block, with the offset of each."""
        for start in range(0, len(text), BLOCK):
            whole = len(text) <= BLOCK
            yield start, self._in(*_read(text) if whole else _read.__wrapped__(text[start : start + BLOCK + 1]))

    def _in(self, points: Points, pairs: Points) -> _Found:
        single, double = self._single.take(points), self._double.take(pairs)
        places = ((single | double) != 0).nonzero()[0]  # of truth values five times as fast
        single, double = single.take(places), double.take(places)
        tables = zip(self._shifts, self._single_bits, self._double_bits, strict=True)
        return _Found(places, tuple((shift, one.take(single) | two.take(double)) for shift, one, two in tables))


def _commonness(words: frozenset[str]) -> float:
    pair, rare, common = _WEIGHTS
    return sum(
        pair if len(word) > 1 else common if "\u3400" <= word <= "\u9fff" or word in "，。、,.:：" else rare for word in words
    )


@lru_cache(maxsize=2)
def _read(text: str) -> tuple[Points, Points]:
    """The code points of a text, folded into the first plane, and a number for every two neighbours."""
    points = points_of(text).astype(np.uint16)
    pairs = points * np.uint16(31_337)  # modulo 65536
    pairs[:-1] ^= points[1:]  # the last character stands before nothing, as before NUL
    return points, pairs


__all__ = ["Offsets", "Prefilter", "Scanner"]
