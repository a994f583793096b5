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
_MASK = (1 << 64) - 1
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

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that are looked for."""
        if self.caught:
            return CAUGHT[self.lead]
        kinds = (AFTER[True],) if self.lead else (AFTER[False], *TORN, *LATER)
        return tuple(MARKED[kind] for kind in kinds) if self.marked else kinds


TORN = tuple(Kind(before=before, torn=True) for before in range(4))
LATER = tuple(Kind(before=before) for before in range(1, 4))
AFTER = {lead: Kind(lead=lead) for lead in (True, False)}
CAUGHT = {lead: tuple(Kind(lead=lead, caught=caught) for caught in range(1 if lead else 2, 4)) for lead in (True, False)}
MARKED = {kind: kind._replace(marked=True) for kind in (*TORN, *LATER, *AFTER.values())}


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
        found = [self._shaped(kind, salt) for kind, salt in zip(way.kinds, _salts(way), strict=True)]
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


def _salts(way: Way) -> Keys:
    """What is added to the shapes of each kind, so that all kinds of a way can be looked up at once."""
    return _SALT * np.arange(1, len(way.kinds) + 1, dtype=np.uint64)


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


def key_of(signs: Sequence[int], *, lead: int | None) -> int:
    """The hash of a row of signs, as `_shape` makes it."""
    key = 0
    for sign in signs:
        key = (key * int(_P) + sign) & _MASK
    return key if lead is None else (key * int(_Q) + lead + 1) & _MASK


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
        self._words, self._signs = words, signs
        self._known: dict[Kind, list[tuple[Found, ...]]] = {}

    def of(self, kind: Kind) -> list[tuple[Found, ...]]:
        """The words of a kind for each place where they can begin; of a `marked` kind those with a mark inside."""
        if kind not in self._known:
            self._known |= self._all(Way(kind.lead, kind.caught > 0, kind.marked))
        return self._known[kind]

    def _all(self, way: Way) -> dict[Kind, list[tuple[Found, ...]]]:
        rows, index, kinds = _rows(self._signs, way), self._words.index(way), way.kinds
        known: list[list[tuple[Found, ...]]] = [[()] * (len(self._signs) + 1) for _ in kinds]
        salted = (rows.keys + _salts(way)[:, np.newaxis]).ravel()
        for number, start, stop in zip(*index.all_of(salted), strict=True):
            which, row = divmod(number, len(rows.keys))
            known[which][rows.places[row]] += ((index, kinds[which], rows.sizes[row], start, stop),)
        return dict(zip(kinds, known, strict=True))


class _Rows(NamedTuple):
    """All rows of shown pairs in a stretch that may be words: where each begins, how many pairs it takes, its hash."""

    places: list[int]
    sizes: list[int]
    keys: Keys


def _rows(signs: Sequence[int], way: Way) -> _Rows:
    """The rows of signs, grown from every place at once; a mark ends them unless they are `marked` or it is the lost half."""
    shown = np.array([*signs, *[0] * (LONGEST + 1)], np.uint64)
    size, mark = len(signs) + 1, shown == MARK
    marks = np.cumsum(np.append(0, mark)) if way.marked else None
    before = np.append(np.uint64(0), shown[: size - 1])
    goes_on = shown != 0 if way.marked or way.caught else shown > MARK
    open_ = before > MARK if way.lead else np.ones(size, np.bool_)
    key = np.zeros(size, np.uint64)
    places, sizes, keys = [], [], []
    for length in range(LONGEST + 1):
        ends = way.caught and length
        here = np.flatnonzero(open_ & ~mark[length - 1 : length - 1 + size] if ends else open_)
        if marks is not None:
            here = here[marks[here + length] > marks[here]]
        places.append(here)
        sizes += [length] * len(here)
        keys.append(key[here] * _Q + (before[here] & np.uint64(0xFF)) + np.uint64(1) if way.lead else key[here])
        if length < LONGEST:
            grown = key * _P + shown[length : length + size]
            key = np.where(mark[length : length + size], key, grown) if way.caught else grown
            open_ = open_ & goes_on[length : length + size]
    return _Rows(np.concatenate(places).tolist(), sizes, np.concatenate(keys))
