"""Where in a text each of many patterns can start, told by its first two characters: one pass of numpy for all of them.

A regular expression tried at every character is most of the cost of reading a paper by rules, and nearly all tries fail on the
first two characters. So those are worked out from the patterns once (`heads`), kept as a table of pairs of characters, and
looked up for a whole text at once. A mark says that the pattern *may* match there, no mark that it can't.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policymine.text.joining import APART, Joined, Places
from policymine.text.points import BLOCK, points_of

ANY: Final = "."
"""Stands for a character about which a pattern says nothing that the table keeps."""
DECIMALS: Final = "0123456789０１２３４５６７８９"
RARE: Final = [code for code in range(0x10000) if chr(code).isdecimal() and chr(code) not in DECIMALS] + [0x10000]
"""Digits of other scripts, and all characters beyond the basic plane: the table takes them for a 0."""
QUANTIFIER: Final = re.compile(r"(?:[?*+]|\{(?P<least>\d*)(?P<range>,\d*)?\})[?+]?")
OPENING: Final = re.compile(r"\(\?(?P<kind>P<\w+>|:|=|!|<=|<!)")
DENSE: Final = 8
"""A pattern that may start at every eighth character, or more of them, is looked for by `re` itself."""
Head = tuple[str, ...]
"""The sets of characters that a match starts with: none, one or two of them."""


class Prefixes:
    """The first characters of named groups of patterns.

    >>> prefixes = Prefixes({"duty": ["必须|务必", "要(?!求)"], "year": [r"\\d{4}年"]})
    >>> marks = prefixes.marks("各镇2024年必须要查")
    >>> marks.positions("duty"), marks.positions("year")
    ([7, 9], [2, 3, 4])
    """

    def __init__(self, patterns: Mapping[str, Sequence[str]]) -> None:
        self.bits = {name: 1 << number for number, name in enumerate(patterns)}
        found = {name: {head for pattern in group for head in heads(pattern)} for name, group in patterns.items()}
        characters = sorted({c for group in found.values() for head in group for members in head for c in members})
        classes = np.zeros(0x10001, dtype=np.uint16)
        classes[[ord(c) for c in characters]] = np.arange(1, len(characters) + 1, dtype=np.uint16)
        classes[ord(ANY)], classes[RARE] = 0, classes[ord("0")]
        if classes[ord(APART[0])]:
            raise ValueError("a pattern starts with what stands between texts that are looked through together")
        self.classes, self.width = classes, len(characters) + 1
        table = np.zeros((self.width, self.width), dtype=np.min_scalar_type((1 << len(patterns)) - 1))
        for name, group in found.items():
            for head in group:
                first, second = (self._rows(members) for members in (*head, ANY, ANY)[:2])
                table[np.ix_(first, second)] |= table.dtype.type(self.bits[name])
        self.table = table.ravel()

    def _rows(self, members: str) -> NDArray[np.int64]:
        """The rows of the table that stand for a set of characters."""
        if ANY in members:
            return np.arange(self.width)
        return np.unique(self.classes[[ord(c) for c in members]]).astype(np.int64)

    def marks(self, text: str) -> Marks:
        """Which patterns can start at which character of `text`."""
        codes = points_of(text) if len(text) <= BLOCK else points_of.__wrapped__(text)
        classes = np.zeros(len(codes) + 1, dtype=np.intp)
        classes[:-1] = self.classes.take(codes, mode="clip")
        pairs = classes[:-1] * self.width
        pairs += classes[1:]
        return Marks(self.table.take(pairs), self.bits)

    def shares(self, texts: Joined) -> list[dict[str, list[int]]]:
        """For each of some texts where the patterns of each group may start, all told in one pass.

        >>> Prefixes({"duty": ["必须"], "year": [r"\\d年"]}).shares(Joined(["必须报", "2024年"]))
        [{'duty': [0], 'year': []}, {'duty': [], 'year': [3]}]
        """
        marks = self.marks(texts.text)
        columns = [texts.shares(marks.places(name)) for name in self.bits]
        return [dict(zip(self.bits, own, strict=True)) for own in zip(*columns, strict=True)]


class Marks:
    """For every character of a text the patterns that may start there."""

    __slots__ = ("_bits", "_marks")

    def __init__(self, marks: NDArray[np.unsignedinteger], bits: Mapping[str, int]) -> None:
        self._marks, self._bits = marks, bits

    def listed(self) -> list[int]:
        """One number per character; `Prefixes.bits` says what its bits mean."""
        numbers: list[int] = self._marks.tolist()
        return numbers

    def numbers(self) -> NDArray[np.intp]:
        """The same as an array, with a number for the end of the text, where nothing starts."""
        return np.append(self._marks, 0)

    def present(self) -> frozenset[str]:
        """The groups of which a pattern may start anywhere."""
        marks = int(np.bitwise_or.reduce(self._marks)) if len(self._marks) else 0
        return frozenset([name for name, bit in self._bits.items() if marks & bit])

    def places(self, name: str) -> Places:
        """Where patterns of a group may start, in order."""
        return (self._marks & self._marks.dtype.type(self._bits[name])).nonzero()[0]

    def positions(self, name: str) -> list[int]:
        """The same as a list."""
        found: list[int] = self.places(name).tolist()
        return found


class Finder:
    """Finds patterns in the stretches of texts, trying each only where its first characters stand.

    >>> read = Finder({"act": re.compile("登记|备案(?!权)")}).read("各镇要逐户登记，及时备案")
    >>> read.search("act", 0, 7), read.search("act", 0, 5), read.search("act", 8, 12)
    (<re.Match object; span=(5, 7), match='登记'>, None, <re.Match object; span=(10, 12), match='备案'>)
    """

    def __init__(self, patterns: Mapping[str, re.Pattern[str]]) -> None:
        if spaced := [name for name, pattern in patterns.items() if pattern.flags & re.VERBOSE]:
            raise ValueError(f"{spaced}: patterns written with spaces and comments can't be read for their first characters")
        self.patterns = patterns
        self.prefixes = Prefixes({name: [pattern.pattern] for name, pattern in patterns.items()})

    def read(self, text: str) -> Found:
        """A text made ready to be searched."""
        marks = self.prefixes.marks(text)
        present = marks.present()
        return Found(text, self.patterns, lambda name: marks.positions(name) if name in present else [])


class Found:
    """Where the patterns of a `Finder` may start in one text; `starts` tells it for one when it is first asked for."""

    __slots__ = ("_patterns", "_places", "_read", "_text")

    def __init__(self, text: str, patterns: Mapping[str, re.Pattern[str]], starts: Callable[[str], list[int]]) -> None:
        self._text, self._patterns, self._read = text, patterns, starts
        self._places: dict[str, list[int]] = {}

    def starts(self, name: str) -> list[int]:
        """Where a pattern may start, in order."""
        found = self._places.get(name)
        if found is None:
            found = self._places[name] = self._read(name)
        return found

    def search(self, name: str, start: int, end: int) -> re.Match[str] | None:
        """The first match of a pattern in a stretch, as `Pattern.search` gives it."""
        positions = self.starts(name)
        index = bisect_left(positions, start)
        if index == len(positions) or (first := positions[index]) >= end:
            return None
        tried = positions[index : bisect_left(positions, end, index)]
        if len(tried) * DENSE > end - first:  # `re` goes through them faster
            return self._patterns[name].search(self._text, first, end)
        text, match = self._text, self._patterns[name].match
        for at in tried:
            if (found := match(text, at, end)) is not None:
                return found
        return None

    def all(self, name: str) -> Iterator[re.Match[str]]:
        """The matches of a pattern in the text, as `Pattern.finditer` gives them."""
        positions = self.starts(name)
        return self._patterns[name].finditer(self._text, positions[0]) if positions else iter(())

    def each(self, name: str) -> Iterator[re.Match[str]]:
        """The same, tried only where the pattern may start: quicker for a pattern that no plain character begins."""
        positions = self.starts(name)
        if len(positions) * DENSE > len(self._text):  # it may start nearly anywhere: `re` goes through them faster
            yield from self.all(name)
            return
        match, done = self._patterns[name].match, 0
        for at in positions:
            if at >= done and (found := match(self._text, at)) is not None:
                done = found.end()
                yield found


NOWHERE: Final = "(?!)"
"""A pattern that matches nothing: marks of characters beyond the basic plane are doubtful, they share theirs with digits."""


class Starting(dict[str, re.Pattern[str]]):
    """The alternatives of named patterns that can start with a character as one pattern, in the order of the patterns.

    >>> starting = Starting({"duty": "必须|要", "deed": "报[送告]|必要"})
    >>> starting["必"].pattern, starting["必"].match("必要的").lastgroup
    ('(?P<duty>必须)|(?P<deed>必要)', 'deed')
    >>> Starting({"net": "5G", "sum": r"\\d+元"})["5"].pattern
    '(?P<net>5G)|(?P<sum>\\\\d+元)'
    """

    def __init__(self, patterns: Mapping[str, str]) -> None:
        super().__init__()
        self._split: list[tuple[str, list[tuple[str, str]]]] = [
            (name, [("".join(head[0] if head else ANY for head in heads(branch)), branch) for branch in branches(pattern)])
            for name, pattern in patterns.items()
        ]

    def __missing__(self, character: str) -> re.Pattern[str]:
        shown = {character, ANY, "0" if character.isdecimal() else ANY}  # digits of other scripts stand in no head
        kept = [
            (name, "|".join([branch for first, branch in listed if not shown.isdisjoint(first)]))
            for name, listed in self._split
        ]
        found = "|".join([f"(?P<{name}>{pattern})" for name, pattern in kept if pattern])
        pattern = self[character] = re.compile(found or NOWHERE)
        return pattern


def heads(pattern: str) -> set[Head]:
    """What a match of `pattern` can start with: sets of characters for its first and its second one.

    One set alone says that a match may be a single character; `ANY` in a set, that any character may stand there.

    >>> sorted(heads(r"(?:决|绝)不能|要(?!求)|[一二]律"))
    [('一二', '律'), ('决', '不'), ('绝', '不'), ('要',)]
    >>> sorted(heads("各?县(?P<end>[^,]|局)"))
    [('县', '.'), ('县', '局'), ('各', '县')]
    """
    return {head for branch in branches(pattern) for head in _heads_of(branch)}


def _heads_of(branch: str) -> set[Head]:
    """The heads of one alternative: its elements one behind the other until each head has two characters."""
    found: set[Head] = {()}
    rest = branch
    while rest and any(len(head) < 2 for head in found):
        element, rest = token(rest)
        options = _options(element)
        if (times := QUANTIFIER.match(rest)) is not None:
            rest = rest[times.end() :]
            options = _repeated(options, times[0], least=int(times["least"] or 0))
        found = {(head + option)[:2] for head in found for option in options}
    return found


def _repeated(options: set[Head], quantifier: str, *, least: int) -> set[Head]:
    """The heads of an element that may be left out or stand more than once; `least` is the lower bound of `{m,n}`."""
    twice = {(one + other)[:2] for one in options for other in options}
    if least > 1:
        return twice
    left_out: set[Head] = {()} if quantifier[0] in "?*" or (quantifier[0] == "{" and not least) else set()
    return options | left_out | (twice if quantifier[0] != "?" else set())


def _options(element: str) -> set[Head]:
    """What one group, class, escape or character of a pattern can start with."""
    if element[0] == "(":
        opening = OPENING.match(element)
        if opening is None:
            return heads(element[1:-1])
        return heads(element[opening.end() : -1]) if opening["kind"][0] in "P:" else {()}
    if element in ("^", "$", r"\b", r"\A", r"\Z"):
        return {()}
    if element[0] == "[":
        return {(_members(element[1:-1]),)}
    return {(_escaped(element) if element[0] == "\\" else element,)}


def _escaped(element: str) -> str:
    if element == r"\d":
        return DECIMALS
    return ANY if element[1].isalpha() else element[1]


def _members(inside: str) -> str:
    """The characters of a class; `ANY` for one that is defined by what it leaves out."""
    if inside[0] == "^":
        return ANY
    found = ""
    rest = inside
    while rest:
        one, rest = token(rest) if rest[0] == "\\" else (rest[0], rest[1:])
        if rest[:1] == "-" and len(rest) > 1:
            found += "".join(map(chr, range(ord(one[-1]), ord(rest[1]) + 1)))
            rest = rest[2:]
        else:
            found += _escaped(one) if one[0] == "\\" else one
    return found


def branches(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern at its outermost level."""
    branch, rest = "", pattern
    while rest:
        if rest[0] == "|":
            yield branch
            branch, rest = "", rest[1:]
            continue
        element, rest = token(rest)
        branch += element
    yield branch


def token(pattern: str) -> tuple[str, str]:
    """The first group, class, escape or character of a pattern, and what follows it."""
    if pattern[0] == "\\":
        return pattern[:2], pattern[2:]
    if pattern[0] == "[":
        end = pattern.index("]", 2) + 1
        return pattern[:end], pattern[end:]
    if pattern[0] != "(":
        return pattern[0], pattern[1:]
    at = 1
    while pattern[at] != ")":
        element, _ = token(pattern[at:])
        at += len(element)
    return pattern[: at + 1], pattern[at + 1 :]
