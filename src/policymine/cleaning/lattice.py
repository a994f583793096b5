"""Reads text whose bytes slipped by one: a search over the bytes for the likeliest words.

In GB 2312 every character is two bytes. When one byte is lost, each character shown after it is made of the second byte of
one true character and the first byte of the next, until something of one byte (an ASCII mark, a line end) puts them in step
again. Pairs that mean nothing are shown as `?` or vanish.

What a true word would be shown as is therefore known (`shifted.py`). The search walks the shown characters once. At each it
stands in step (the shown character is the true one), waits with a first byte for its second, or is blind: the first byte of
the next character is gone. It pays for words by their frequency, and for losing and finding the step; what vanishes costs
nothing, for it follows from the word.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

from policymine.cleaning import shifted
from policymine.cleaning.shifted import AFTER, CAUGHT, LATER, MARK, MARKED, TORN, Found, Kind, Lookup, pair_of
from policymine.rules import load
from policymine.text.frequency import LONGEST, UNKNOWN, Words, words

SLIP = 9.0  # losing the step
CATCH = 5.0  # finding it again
AT_MARK = 1.0  # finding it again where a mark stands for the half that is left
UNMARKED = 4.0  # a pair that vanished without a mark where others left one
UNKNOWABLE = 6.0  # half a character that is given up
MARKED_HALF = 0.5  # the same behind the mark of a lost pair, which is its other half
HALF = "-"
UNREAD = "?"  # half a character that nothing around it tells
HONEST = 3.0  # how much likelier a guess inside a line must be than leaving half a character unread
SIGN = 9.0  # what a letter or a rare mark of punctuation costs where it stands
WIDE = 16.0  # what a full-width letter or figure costs out of step: lost pairs before Han characters look like them
FORMULA = 13.0  # what a formula of the genre costs as one word

VANISHED = 1.8  # how much cheaper a character is that has no shown one: words in their context are likelier than alone

OWN = 0.7  # how much the genre weighs beside the language as a whole

IN_STEP, WAITING, BLIND = 0, 1, 2

LOST = TORN[0], *(kind for kinds in zip(TORN[1:], LATER, strict=True) for kind in kinds)
"""The kinds of words that lose the step."""


class Shown(NamedTuple):
    """One shown character: its two bytes; no bytes for the mark of a pair that means nothing."""

    character: str
    pair: bytes


class Read(NamedTuple):
    """One true character that was read: from which shown ones (indices, end exclusive), and how sure.

    `certainty` is e when both bytes were seen, h one, g none; empty for a character in step, which is shown as it is; `HALF`
    (with no character) for half a character that is given up.
    """

    character: str
    start: int
    end: int
    certainty: str
    cost: float = 0.0


class Reading(NamedTuple):
    """A reading of a stretch and what it costs (negative natural logarithm of its likelihood)."""

    cost: float
    reads: tuple[Read, ...]


_Step = tuple[str, Kind, bool]
"""A word read from a node: how it lies to the slip, and whether the pair behind it was seen."""
_SHOWN = tuple(Kind(before=length) for length in range(LONGEST + 1))
_GIVEN_UP: _Step = "", Kind(), True
_Ways = Sequence[Sequence[tuple[float, Found]]]
"""For each place the words that can begin there, with what they cost beside their prices."""


@cache
def vocabulary() -> Words:
    """The words of the dictionary and the formulas of the genre that repairs.toml lists."""
    listed = load("policymine.cleaning", "repairs").lexicons["lattice"]
    formulas = {"".join(parts) for pattern in listed["formulas"] for parts in product(*pattern)}
    signs = [chr(code) for code in (*range(0x21, 0x7F), *range(0x3001, 0x3020), *range(0x2014, 0x2027), *range(0xFF01, 0xFF5F))]
    return (
        words()
        .mixed(genre()["words"], share=OWN)
        .grown(dict.fromkeys(signs, SIGN) | dict.fromkeys(formulas | set(listed["words"]), FORMULA))
    )


@cache
def genre() -> Mapping[str, Any]:
    """How often `words` stand in papers of the genre, and the `common` characters; made by tools/count_words.py."""
    found: dict[str, Any] = json.loads(files("policymine.cleaning").joinpath("genre.json").read_text(encoding="utf-8"))
    return found


@cache
def _shapes() -> shifted.Words:
    wide = [chr(code) for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()]
    return shifted.Words({**vocabulary().costs, **dict.fromkeys(wide, WIDE)})


def joins(left: str, right: str) -> bool:
    """Whether the end of `left` and the beginning of `right` make a word together.

    >>> joins("治理登", "记制度"), joins("政府工作报告", "以奋勇")
    (True, False)
    """
    costs = vocabulary().costs
    return any(
        left[-a:] + right[:b] in costs for a in range(1, min(len(left), 3) + 1) for b in range(1, min(len(right), 3) + 1)
    )


def is_mark(character: str) -> bool:
    """Whether a character stands for a pair that means nothing: a mark, or a sign of the zone for private use."""
    return character in "?\ufffd" or "\ue000" <= character <= "\uf8ff"


def read(shown: Sequence[Shown], *, ends: bool = True) -> Reading:
    """The cheapest reading of a stretch of shown characters; `ends` says that no number goes on behind it.

    >>> shown = [Shown(c, pair_of(c)) for c in "各级要落实踩?飨畲胧"]
    >>> "".join(r.character for r in read(shown).reads)
    '各级要落实安全各项措施'
    """
    return _Search(shown, ends=ends).reading()


class _Search:
    """One walk over a stretch. A node is a state between two shown characters: three times the place, and what waits there."""

    def __init__(self, shown: Sequence[Shown], *, ends: bool) -> None:
        self._text = "".join(one.character for one in shown)
        signs = [int.from_bytes(one.pair) or (MARK if is_mark(one.character) else 0) for one in shown]
        self._signs = [*signs, 0]
        self._marked = MARK in signs
        self._size, self._ends = len(shown), ends
        self._words = _shapes()
        lookup = Lookup(self._words, signs)
        self._after = {lead: self._ways(lookup, (kind,)) for lead, kind in AFTER.items()}
        self._caught = {lead: self._ways(lookup, kinds) for lead, kinds in CAUGHT.items()}
        self._lost = self._ways(lookup, LOST)
        nodes = 3 * len(shown) + 6
        self._cost = [math.inf] * nodes
        self._back = [-1] * nodes
        self._step: list[_Step | None] = [None] * nodes
        self._cost[IN_STEP] = 0.0

    def _ways(self, lookup: Lookup, kinds: Iterable[Kind]) -> _Ways:
        """The words of some kinds; where marks stand, a pair that vanished without one costs."""
        found: list[list[tuple[float, Found]]] = [[] for _ in range(self._size + 1)]
        texts, marked = self._words.texts, self._marked
        for kind in kinds:
            for place, one in lookup.of(kind):
                vanished = marked and not kind.caught and len(texts[one[0].words[one[3]]]) > one[2] + 1
                found[place].append((UNMARKED if vanished else 0.0, one))
            for place, one in lookup.of(MARKED[kind]) if marked and not kind.caught else ():
                found[place].append((0.0, one))
        return found

    def reading(self) -> Reading:
        for node in range(0, 3 * self._size + 3, 3):
            self._slipped(node + WAITING)
            self._slipped(node + BLIND)
            before = self._cost[node + BLIND]
            self._in_step(node)
            if self._cost[node + BLIND] != before:
                self._slipped(node + BLIND)
        end = 3 * self._size
        return Reading(self._cost[end], tuple(self._trace(end)))

    def _reach(self, to: int, cost: float, back: int, step: _Step | None) -> None:
        if cost < self._cost[to]:
            self._cost[to], self._back[to], self._step[to] = cost, back, step

    def _in_step(self, node: int) -> None:
        """The words that stand there as they are shown, and the ways to lose the step."""
        paid, at, costs, text = self._cost[node], node // 3, vocabulary().costs, self._text
        if paid == math.inf:
            return
        for end in range(at + 1, min(at + LONGEST, self._size) + 1):
            cost = costs.get(text[at:end], UNKNOWN if end == at + 1 else None)
            if cost is not None and paid + cost < self._cost[3 * end]:
                self._reach(3 * end, paid + cost, node, (text[at:end], _SHOWN[end - at], False))
        if self._signs[at] <= MARK:
            return
        paid += SLIP
        self._reach(node + BLIND, paid, node, None)
        for more, found in self._lost[at]:
            self._end(node, paid + more, found)
        if at == 0 or self._signs[at - 1] <= MARK:
            half = MARKED_HALF if at and self._signs[at - 1] == MARK else UNKNOWABLE
            self._reach(node + 3 + WAITING, paid + half, node, _GIVEN_UP)

    def _slipped(self, node: int) -> None:
        """The words that begin out of step."""
        paid, at, lead = self._cost[node], node // 3, node % 3 == WAITING
        if paid == math.inf:
            return
        for more, found in self._after[lead][at]:
            self._end(node, paid + more, found)
        for _, found in self._caught[lead][at]:
            self._take(node, paid + CATCH, 3 * (at + found[2]), found, found[3])

    def _end(self, node: int, paid: float, found: Found) -> None:
        """The ways on behind words of one shape: the next pair was seen, left a mark, vanished, or the step is found."""
        index, _, size, start, stop = found
        at, cost = node // 3 + size, self._cost
        to, sign, unmarked = 3 * at, self._signs[at], paid + UNMARKED * self._marked
        if sign > MARK and paid < cost[to + 3 + WAITING]:
            seen = index.last.find(sign >> 8, start, stop)
            if seen >= 0:
                self._take(node, paid, to + 3 + WAITING, found, seen, behind=True)
        vanished = unmarked < cost[to + BLIND] or (sign == MARK and paid < cost[to + 3 + BLIND])
        if vanished and (lost := index.gone.find(1, start, stop)) >= 0:
            if sign == MARK:
                self._take(node, paid, to + 3 + BLIND, found, lost)
            self._take(node, unmarked, to + BLIND, found, lost)
        if sign == MARK:
            self._take(node, paid + AT_MARK, to + 3, found, self._ending(node, found, at + 1))
        if paid + CATCH < cost[to]:
            self._take(node, paid + CATCH, to, found, self._ending(node, found, at))

    def _ending(self, node: int, found: Found, at: int) -> int:
        """The first of the words, but a full stop where a line ends with the first byte of a mark."""
        index, _, _, start, stop = found
        if node % 3 == WAITING and self._signs[node // 3 - 1] & 0xFF == 0xA1 and self._stops(at):
            texts, numbers = self._words.texts, index.words
            return next((n for n in range(start, min(stop, start + 20)) if texts[numbers[n]] == "。"), start)
        return start

    def _stops(self, at: int) -> bool:
        """Whether the stretch ends at a place, or a mark of punctuation stands there."""
        return self._ends if at == self._size else self._text[at] in "，。、；：！？,;:!?）)》”"

    def _take(self, node: int, paid: float, to: int, found: Found, number: int, *, behind: bool = False) -> None:
        if self._cost[to] <= paid:
            return
        index, kind, _, start, stop = found
        word = index.words[number]
        text = self._words.texts[word]
        if to == node or (len(text) == 1 and to % 3 == IN_STEP and node % 3 != WAITING):
            return  # of a character without any of its bytes nothing is known
        price = self._words.prices[word] - VANISHED * (len(text) - (to // 3 - node // 3))
        inside = to % 3 == IN_STEP and not self._stops(to // 3) and not kind.caught
        if inside and len(text) > 1:
            price += HONEST
        elif inside:
            # of all characters with this first byte, beside the likeliest one
            likelier = self._words.mass(index, start, stop)
            if likelier >= 2:
                text, price = UNREAD, price - math.log(likelier)
        if paid + price < self._cost[to]:
            self._reach(to, paid + price, node, (text, kind, behind))

    def _trace(self, end: int) -> Iterator[Read]:
        """The way back from a node, each word's cost shared among its characters."""
        found: list[list[Read]] = []
        node = end
        while (back := self._back[node]) >= 0:
            if (step := self._step[node]) is not None:
                reads = list(self._reads(back, step, node))
                paid = self._cost[node] - self._cost[back]
                found.append([one._replace(cost=paid / len(reads)) for one in reads])
            node = back
        for reads in reversed(found):
            yield from reads

    def _reads(self, node: int, step: _Step, to: int) -> Iterator[Read]:
        """The characters of a word with the shown ones that each was read from."""
        (word, kind, behind), at = step, node // 3
        if not word:
            yield Read("", at, at + 1, HALF)
            return
        seen_lead = kind.lead or kind.torn
        for number, character in enumerate(word):
            if number < kind.before or (kind.caught and number >= kind.caught):
                yield Read(character, at, at + 1, "")
                at += 1
                continue
            half = number + 1 == kind.caught
            torn = kind.torn and number == kind.before
            if half:
                seen, end = False, at + (self._signs[at] == MARK)
            elif number == len(word) - 1:
                seen, end = behind, to // 3
            else:
                first = pair_of(character)[0 if torn else 1]
                seen = bool(shifted.mapped()[first << 8 | pair_of(word[number + 1])[0]])
                end = at + (seen or (kind.marked and at < self._size and self._signs[at] == MARK))
            known = 0 if character == UNREAD else seen_lead + (seen and not torn)
            yield Read(character, at, end, "ghe"[known])
            at, seen_lead = end, seen


__all__ = ["HALF", "Read", "Reading", "Shown", "joins", "pair_of", "read", "vocabulary"]
