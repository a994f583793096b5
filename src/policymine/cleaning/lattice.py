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
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

from policymine.cleaning import shifted
from policymine.cleaning.shifted import MARK, Found, Kind, Lookup, pair_of
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


class _Node(NamedTuple):
    """A state between two shown characters: the place, and what waits there."""

    at: int
    kind: int


class _Step(NamedTuple):
    """A word read from a node: how it lies to the slip, how many pairs it takes, whether the pair behind it was seen."""

    word: str
    kind: Kind
    size: int
    behind: bool


class _Best(NamedTuple):
    cost: float
    back: _Node | None
    step: _Step | None


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
    """One walk over a stretch."""

    def __init__(self, shown: Sequence[Shown], *, ends: bool) -> None:
        self._text = "".join(one.character for one in shown)
        self._signs = [int.from_bytes(one.pair) or (MARK if is_mark(one.character) else 0) for one in shown]
        self._marked = MARK in self._signs
        self._size, self._ends = len(shown), ends
        self._lookup = Lookup(_shapes(), self._signs)
        self._best: dict[_Node, _Best] = {_Node(0, IN_STEP): _Best(0.0, None, None)}

    def reading(self) -> Reading:
        for at in range(self._size + 1):
            self._slipped(_Node(at, WAITING))
            self._slipped(_Node(at, BLIND))
            before = self._best.get(_Node(at, BLIND))
            self._in_step(_Node(at, IN_STEP))
            if self._best.get(_Node(at, BLIND)) != before:
                self._slipped(_Node(at, BLIND))
        end = _Node(self._size, IN_STEP)
        return Reading(self._best[end].cost, tuple(self._trace(end)))

    def _reach(self, to: _Node, cost: float, back: _Node, step: _Step | None) -> None:
        if to not in self._best or cost < self._best[to].cost:
            self._best[to] = _Best(cost, back, step)

    def _in_step(self, node: _Node) -> None:
        """The words that stand there as they are shown, and the ways to lose the step."""
        if node not in self._best:
            return
        paid, at, costs = self._best[node].cost, node.at, vocabulary().costs
        for end in range(at + 1, min(at + LONGEST, self._size) + 1):
            cost = costs.get(self._text[at:end], UNKNOWN if end == at + 1 else None)
            if cost is not None:
                step = _Step(self._text[at:end], Kind(before=end - at), end - at, False)
                self._reach(_Node(end, IN_STEP), paid + cost, node, step)
        if at == self._size or self._signs[at] <= MARK:
            return
        self._reach(_Node(at, BLIND), paid + SLIP, node, None)
        for before in range(4):
            self._words(node, paid + SLIP, Kind(before=before, torn=True))
            if before:
                self._words(node, paid + SLIP, Kind(before=before))
        if at == 0 or self._signs[at - 1] <= MARK:
            half = MARKED_HALF if at and self._signs[at - 1] == MARK else UNKNOWABLE
            self._reach(_Node(at + 1, WAITING), paid + SLIP + half, node, _Step("", Kind(), 0, True))

    def _slipped(self, node: _Node) -> None:
        """The words that begin out of step."""
        if node not in self._best:
            return
        paid, lead = self._best[node].cost, node.kind == WAITING
        self._words(node, paid, Kind(lead=lead))
        for caught in range(1, 4):
            if lead or caught > 1:
                kind = Kind(lead=lead, caught=caught)
                for size, found in self._lookup.at(node.at, kind):
                    self._take(node, paid + CATCH, _Node(node.at + size, IN_STEP), found, 0, _Step("", kind, size, False))

    def _words(self, node: _Node, paid: float, kind: Kind) -> None:
        """All words of one kind from a node on."""
        for size, found in self._lookup.at(node.at, kind):
            vanished = self._marked and len(_shapes().texts[int(found.words[0])]) > size + 1
            self._end(node, paid + UNMARKED * vanished, kind, size, found)
        if self._marked:
            kind = kind._replace(marked=True)
            for size, found in self._lookup.at(node.at, kind):
                if MARK in self._signs[node.at : node.at + size]:
                    self._end(node, paid, kind, size, found)

    def _end(self, node: _Node, paid: float, kind: Kind, size: int, found: Found) -> None:
        """The ways on behind words of one shape: the next pair was seen, left a mark, vanished, or the step is found."""
        at = node.at + size
        sign = self._signs[at] if at < self._size else 0
        step = _Step("", kind, size, behind=False)
        if sign > MARK:
            seen = found.last.find(sign >> 8)
            if seen >= 0:
                self._take(node, paid, _Node(at + 1, WAITING), found, seen, _Step("", kind, size, behind=True))
        lost = found.gone.find(1)
        if lost >= 0:
            if sign == MARK:
                self._take(node, paid, _Node(at + 1, BLIND), found, lost, step)
            self._take(node, paid + UNMARKED * self._marked, _Node(at, BLIND), found, lost, step)
        if sign == MARK:
            self._take(node, paid + AT_MARK, _Node(at + 1, IN_STEP), found, self._ending(node, found, at + 1), step)
        self._take(node, paid + CATCH, _Node(at, IN_STEP), found, self._ending(node, found, at), step)

    def _ending(self, node: _Node, found: Found, at: int) -> int:
        """The first of the words, but a full stop where a line ends with the first byte of a mark."""
        if self._stops(at) and node.kind == WAITING and self._signs[node.at - 1] & 0xFF == 0xA1:
            stops = [number for number, word in enumerate(found.words[:20].tolist()) if _shapes().texts[word] == "。"]
            return stops[0] if stops else 0
        return 0

    def _stops(self, at: int) -> bool:
        """Whether the stretch ends at a place, or a mark of punctuation stands there."""
        return self._ends if at == self._size else self._text[at] in "，。、；：！？,;:!?）)》”"

    def _take(self, node: _Node, paid: float, to: _Node, found: Found, number: int, step: _Step) -> None:
        best = self._best.get(to)
        if best is not None and best.cost <= paid:
            return
        word = int(found.words[number])
        text = _shapes().texts[word]
        if to == node or (len(text) == 1 and to.kind == IN_STEP and node.kind != WAITING):
            return  # of a character without any of its bytes nothing is known
        price = float(_shapes().prices[word]) - VANISHED * (len(text) - (to.at - node.at))
        inside = to.kind == IN_STEP and not self._stops(to.at) and not step.kind.caught
        if inside and len(text) > 1:
            price += HONEST
        elif inside:
            likelier = _shapes().mass(found.words.tobytes())  # of all characters with this first byte, beside the likeliest one
            if likelier >= 2:
                text, price = UNREAD, price - math.log(likelier)
        if best is None or paid + price < best.cost:
            self._best[to] = _Best(paid + price, node, _Step(text, step.kind, step.size, step.behind))

    def _trace(self, node: _Node) -> Iterator[Read]:
        """The way back from a node, each word's cost shared among its characters."""
        found: list[list[Read]] = []
        at: _Node | None = node
        while at is not None:
            here = self._best[at]
            if here.back is not None and here.step is not None:
                reads = list(self._reads(here.back, here.step, at))
                paid = here.cost - self._best[here.back].cost
                found.append([one._replace(cost=paid / len(reads)) for one in reads])
            at = here.back
        for reads in reversed(found):
            yield from reads

    def _reads(self, node: _Node, step: _Step, to: _Node) -> Iterator[Read]:
        """The characters of a word with the shown ones that each was read from."""
        word, kind, at = step.word, step.kind, node.at
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
                seen, end = step.behind, to.at
            else:
                first = pair_of(character)[0 if torn else 1]
                seen = bool(shifted.mapped()[first << 8 | pair_of(word[number + 1])[0]])
                end = at + (seen or (kind.marked and at < self._size and self._signs[at] == MARK))
            known = 0 if character == UNREAD else seen_lead + (seen and not torn)
            yield Read(character, at, end, "ghe"[known])
            at, seen_lead = end, seen


__all__ = ["HALF", "Read", "Reading", "Shown", "joins", "pair_of", "read", "vocabulary"]
