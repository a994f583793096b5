"""What words look like when their bytes have slipped, and which words a stretch of shown characters can therefore be.

A word is two bytes a character. Out of step its inner borders are what is shown: the second byte of each character with the
first byte of the next. A pair that GB 2312 has no character for vanishes or leaves a mark. So each word has a shape: a row of
shown pairs. Shapes are hashed; a stretch is looked up in all places and lengths at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LONGEST = 6
MARK = 1
"""Stands in a shape for a pair that left a mark."""
_P, _Q = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_SALT = np.uint64(0xD6E8FEB86659FD93)
_THREE, _SEVEN = np.uint64(3), np.uint64(7)
_RARE = 15.0
"""What words cost at most that are tried across the border of a stretch."""

Keys = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]


class Kind(NamedTuple):
    """How a word lies to a slip.

    `before` of its characters stand in step. Then one has lost its first byte, or its second one (`torn`); with `lead` nothing
    is lost and the first byte is known. From character `caught` on it is in step again, that one having lost its second byte.
    """

    before: int = 0
    torn: bool = False
    lead: bool = False
    caught: int = 0
    marked: bool = False


class Way(NamedTuple):
    """What kinds have in common that are looked up together."""

    lead: bool
    caught: bool
    marked: bool


TORN = tuple(Kind(before=before, torn=True) for before in range(4))
LATER = tuple(Kind(before=before) for before in range(1, 4))
AFTER = {lead: Kind(lead=lead) for lead in (True, False)}
CAUGHT = {lead: tuple(Kind(lead=lead, caught=caught) for caught in range(1 if lead else 2, 4)) for lead in (True, False)}
MARKED = {kind: kind._replace(marked=True) for kind in (*TORN, *LATER, *AFTER.values())}


@cache
def kinds_of(way: Way) -> tuple[Kind, ...]:
    """The kinds that are looked for in one way."""
    if way.caught:
        return CAUGHT[way.lead]
    kinds = (AFTER[True],) if way.lead else (AFTER[False], *TORN, *LATER)
    return tuple(MARKED[kind] for kind in kinds) if way.marked else kinds


class Index:
    """The words of one way by their shapes: all words of a shape stand side by side, the most frequent first.

    `words` are their numbers; as bytes, to be searched: `last` the last byte of each (that which the next pair begins with),
    `gone` 1 where that pair vanishes or may vanish.
    """

    def __init__(self, keys: Keys, words: npt.NDArray[np.int64], last: Bytes) -> None:
        """Takes the shapes in order with their words."""
        first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        self._keys, self._starts = keys[first], np.append(first, len(keys))
        self.words, self.last, self.gone = words.data, last.tobytes(), gone()[last].tobytes()
        self._shift = np.uint64(64 - max(int(len(self._keys) * 8).bit_length(), 4))
        sieve = np.zeros(1 << (64 - int(self._shift)), np.bool_)
        sieve[self._keys * _Q >> self._shift] = True
        self._sieve = np.packbits(sieve, bitorder="little")

    def all_of(self, keys: Keys) -> tuple[list[int], list[int], list[int]]:
        """The shapes that have words: their numbers among those asked for, where their words begin and where they end."""
        places = keys * _Q >> self._shift
        bits = self._sieve[places >> _THREE] >> (places & _SEVEN).astype(np.uint8)
        likely = np.flatnonzero(bits & 1)
        asked = keys[likely]
        low = np.minimum(np.searchsorted(self._keys, asked), len(self._keys) - 1)
        known = np.flatnonzero(self._keys[low] == asked)
        low = low[known]
        return likely[known].tolist(), self._starts[low].tolist(), self._starts[low + 1].tolist()


@cache
def _codes() -> npt.NDArray[np.uint16]:
    """The two bytes in GB 2312 of every character of the first plane; 0 where there is none."""
    table = np.zeros(1 << 16, np.uint16)
    for lead in range(0xA1, 0xF8):
        for trail in range(0xA1, 0xFF):
            try:
                table[ord(bytes([lead, trail]).decode("gb2312"))] = lead << 8 | trail
            except UnicodeDecodeError:
                continue
    return table


@cache
def mapped() -> npt.NDArray[np.bool_]:
    """For every pair of bytes whether GB 2312 has a character for it."""
    table = np.zeros(1 << 16, np.bool_)
    table[_codes()] = True
    table[0] = False
    return table


@cache
def gone() -> npt.NDArray[np.bool_]:
    """For every second byte whether the pair that it begins out of step vanishes or may vanish: rows with holes or nothing."""
    table = np.ones(256, np.bool_)
    table[0xB0:0xF8] = False
    table[[0xA1, 0xA3]] = False
    return table


class Words:
    """The words that are looked for, the cheapest first, with their bytes."""

    def __init__(self, costs: Mapping[str, float]) -> None:
        table = _codes()
        by_length: dict[int, list[str]] = {}
        for word in costs:
            if len(word) <= LONGEST:
                by_length.setdefault(len(word), []).append(word)
        texts: list[str] = []
        self._parts: list[tuple[int, npt.NDArray[np.uint16]]] = []
        self.costs: dict[int, float] = {}
        priced: list[npt.NDArray[np.float64]] = []
        for length, listed in sorted(by_length.items()):
            points = np.frombuffer("".join(listed).encode("utf-32-le"), np.uint32).reshape(-1, length)
            codes = table[np.minimum(points, 0xFFFF)]
            known = (codes != 0).all(axis=1) & (points < 0x10000).all(axis=1)
            price = np.fromiter((costs[word] for word in listed), np.float64, len(listed))[known]
            order = np.argsort(price, kind="stable")
            kept = np.flatnonzero(known)[order]
            self._parts.append((length, codes[kept]))
            texts += [listed[number] for number in kept.tolist()]
            priced.append(price[order])
        self.texts = tuple(texts)
        self._prices = np.concatenate(priced)
        self.prices = self._prices.data

    @lru_cache(maxsize=64)  # noqa: B019 - there is one object of this class
    def index(self, way: Way) -> Index:
        """The words by their shapes, sorted."""
        found = [self._shaped(kind, salt) for kind, salt in zip(kinds_of(way), _salts(way), strict=True)]
        key, word, ending = (np.concatenate(column) for column in zip(*found, strict=True))
        cheap = np.argsort(self._prices[word], kind="stable")
        order = cheap[np.argsort(key[cheap], kind="stable")]
        return Index(key[order], word[order], ending[order])

    def _shaped(self, kind: Kind, salt: np.uint64) -> tuple[Keys, npt.NDArray[np.int64], Bytes]:
        """The shapes of the words of one kind, their numbers and their last bytes."""
        keys, words, last, start = [], [], [], 0
        for length, codes in self._parts:
            numbers = np.arange(start, start + len(codes))
            start += len(codes)
            if length < kind.before + 1 or (kind.caught and length <= kind.caught):
                continue
            if kind.before or kind.caught:
                few = self._prices[numbers] < _RARE
                codes, numbers = codes[few], numbers[few]
            keys.append(_shape(codes, kind) + salt)
            words.append(numbers)
            torn_last = kind.torn and length == kind.before + 1
            last.append((codes[:, -1] >> 8 if torn_last else codes[:, -1] & 0xFF).astype(np.uint8))
        return np.concatenate(keys), np.concatenate(words), np.concatenate(last)

    @lru_cache(maxsize=1024)  # noqa: B019 - there is one object of this class
    def mass(self, index: Index, start: int, stop: int) -> float:
        """How likely the single characters of a shape (its words in the index) are together, the likeliest counting 1."""
        prices = [self.prices[word] for word in index.words[start:stop] if len(self.texts[word]) == 1]
        return sum(math.exp(prices[0] - price) for price in prices)


@cache
def _salts(way: Way) -> Keys:
    """What is added to the shapes of each kind, so that all kinds of a way can be looked up at once."""
    return _SALT * np.arange(1, len(kinds_of(way)) + 1, dtype=np.uint64)


def _shape(codes: npt.NDArray[np.uint16], kind: Kind) -> Keys:
    """The hash of what words are shown as."""
    length = codes.shape[1]
    leads, trails = codes >> 8, codes & 0xFF
    keys = np.zeros(len(codes), np.uint64)
    for number in range(kind.before):
        keys = keys * _P + codes[:, number]
    slipped = kind.caught - 1 if kind.caught else length - 1
    for number in range(kind.before, slipped):
        first = leads if kind.torn and number == kind.before else trails
        pair = first[:, number] << 8 | leads[:, number + 1]
        whole = mapped()[pair]
        sign = np.where(whole, pair, MARK).astype(np.uint64)
        keys = keys * _P + sign if kind.marked else np.where(whole, keys * _P + sign, keys)
    if kind.caught:
        for number in range(kind.caught, length):
            keys = keys * _P + codes[:, number]
    return keys * _Q + leads[:, 0] + np.uint64(1) if kind.lead else keys


def pair_of(character: str) -> bytes:
    """The two bytes of a character in GB 2312; empty when it has none there.

    >>> pair_of("安").hex(), pair_of("a")
    ('b0b2', b'')
    """
    code = int(_codes()[ord(character)]) if len(character) == 1 and ord(character) < 0x10000 else 0
    return bytes((code >> 8, code & 0xFF)) if code else b""


Found = tuple[Index, Kind, int, int, int]
"""Words of one shape at a place: their index and kind, how many pairs they take, where they begin and end in the index."""


class Lookup:
    """All words of a stretch, looked up together."""

    def __init__(self, words: Words, signs: Sequence[int]) -> None:
        """Takes the shown pairs as numbers, MARK for marks, 0 for what has no bytes."""
        self._words, self._rows = words, _Rows(signs)
        self._known: dict[Kind, list[tuple[int, Found]]] = {}

    def of(self, kind: Kind) -> Sequence[tuple[int, Found]]:
        """The words of a kind with the places where they can begin; of a `marked` kind those with a mark inside."""
        if kind not in self._known:
            self._known |= self._all(Way(kind.lead, kind.caught > 0, kind.marked))
        return self._known[kind]

    def _all(self, way: Way) -> dict[Kind, list[tuple[int, Found]]]:
        index, kinds = self._words.index(way), kinds_of(way)
        sizes, places, keys = self._rows.of(way)
        sized, placed = sizes.tolist(), places.tolist()
        found: list[list[tuple[int, Found]]] = [[] for _ in kinds]
        salted = (keys + _salts(way)[:, np.newaxis]).ravel()
        for number, start, stop in zip(*index.all_of(salted), strict=True):
            which, row = divmod(number, len(keys))
            found[which].append((placed[row], (index, kinds[which], sized[row], start, stop)))
        return dict(zip(kinds, found, strict=True))


class _Rows:
    """All rows of shown pairs in a stretch, by their length and the place where each begins: hashes, marks and gaps in them."""

    def __init__(self, signs: Sequence[int]) -> None:
        """Takes the shown pairs as numbers, MARK for marks, 0 for what has no bytes."""
        shown, size = np.array([*signs, *[0] * (LONGEST + 1)], np.uint64), len(signs) + 1
        lengths = np.arange(LONGEST + 1)[:, np.newaxis]
        ends = np.arange(size) + lengths
        marks, gaps = (np.append(0, np.cumsum(shown == sign)) for sign in (MARK, 0))
        self._before = np.append(np.uint64(0), shown[: size - 1])
        self._marks, self._whole = marks[ends] - marks[:size], gaps[ends] == gaps[:size]
        self._ended = (lengths == 0) | (shown[ends - 1] != MARK)
        self._keys, self._passing = np.zeros((2, LONGEST + 1, size), np.uint64)
        for length in range(LONGEST):
            last = shown[length : length + size]
            self._keys[length + 1] = self._keys[length] * _P + last
            grown = self._passing[length] * _P + last
            self._passing[length + 1] = np.where(last == MARK, self._passing[length], grown)

    def of(self, way: Way) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Keys]:
        """The rows that may be words of a way: how many pairs each takes, where it begins, its hash.

        A mark ends a row unless they are `marked`, where one must be in it, or it is the lost half.
        """
        rows = self._whole & (self._ended if way.caught else (self._marks > 0) == way.marked)
        if way.lead:
            rows &= self._before > MARK
        sizes, places = rows.nonzero()
        keys = (self._passing if way.caught else self._keys)[sizes, places]
        if way.lead:
            keys = keys * _Q + (self._before[places] & np.uint64(0xFF)) + np.uint64(1)
        return sizes, places, keys
