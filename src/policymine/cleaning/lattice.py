"""Reads text whose bytes slipped by one: a search over the bytes for the likeliest words.

In GB 2312 every character is two bytes. When one byte is lost, each character shown after it is made of the second byte of
one true character and the first byte of the next, until something of one byte (an ASCII mark, a line end) puts them in step
again. Pairs that mean nothing are shown as `?` or vanish; what is known of them is just that: their first byte, the second of
a true character, lies in a zone that GB 2312 leaves empty.

The search walks the shown characters once. At each it stands in step (the shown character is the true one) or out of step (a
first byte waits for its second); it pays for words by their frequency, for every slip, and for every pair that vanished.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import NamedTuple

from policymine.rules import load
from policymine.text.frequency import UNKNOWN, Words, words

SLIP = 9.0  # losing the step
CATCH = 5.0  # finding it again
VANISHED = 4.0  # a pair that left no mark
MORE_VANISHED = 2.5  # another pair beside it, or beside a mark
HOLE = 1.5  # a pair of a row of signs that has a hole there
MOST_VANISHED = 4
COMMON = 120  # how many characters are tried where no byte is known
INFINITE = float("inf")
UNKNOWABLE = 6.0  # half a character that is given up
MARKED_HALF = 0.5  # the same behind the mark of a lost pair, which is its other half
HALF = "-"
SIGN = 9.0  # what a letter or a rare mark of punctuation costs where it stands
FORMULA = 13.0  # what a formula of the genre costs as one word
BEAM = 25.0  # how much dearer than the cheapest a reading may be and still be followed

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
    """A state between two shown characters: the place, what waits there, and how many pairs have vanished here."""

    at: int
    kind: int
    vanished: int


class _Step(NamedTuple):
    to: _Node
    characters: frozenset[str]
    cost: float
    certainty: str


class _Ways(NamedTuple):
    """The steps that lead on from each node, worked out once."""

    shown: list[Shown]
    gaps: frozenset[int]
    known: dict[_Node, tuple[_Step, ...]]

    def of(self, node: _Node) -> tuple[_Step, ...]:
        if node not in self.known:
            self.known[node] = tuple(step for step in _steps(node, self) if step.characters)
        return self.known[node]


class _Chain(NamedTuple):
    """The characters of one word, the last one first."""

    read: Read
    before: _Chain | None


class _Best(NamedTuple):
    cost: float
    back: _Node | None
    chain: _Chain | None


@cache
def vocabulary() -> Words:
    """The words of the dictionary and the formulas of the genre that repairs.toml lists."""
    listed = load("policymine.cleaning", "repairs").lexicons["lattice"]
    formulas = {"".join(parts) for pattern in listed["formulas"] for parts in product(*pattern)}
    signs = [chr(code) for code in (*range(0x21, 0x7F), *range(0x3001, 0x3020), *range(0x2014, 0x2027), *range(0xFF01, 0xFF5F))]
    known = dict.fromkeys(signs, SIGN) | dict.fromkeys(formulas | set(listed["words"]), FORMULA)
    return words().grown(known)


def joins(left: str, right: str) -> bool:
    """Whether the end of `left` and the beginning of `right` make a word together.

    >>> joins("治理登", "记制度"), joins("政府工作报告", "以奋勇")
    (True, False)
    """
    costs = vocabulary().costs
    return any(
        left[-a:] + right[:b] in costs for a in range(1, min(len(left), 3) + 1) for b in range(1, min(len(right), 3) + 1)
    )


def read(shown: list[Shown], *, gaps: frozenset[int] = frozenset()) -> Reading:
    """The cheapest reading of a stretch of shown characters; `gaps` are the places where pairs may have vanished.

    >>> shown = [Shown(c, pair_of(c)) for c in "各级要落实踩?飨畲胧"]
    >>> "".join(r.character for r in read(shown).reads)
    '各级要落实安全各项措施'
    """
    best: dict[_Node, _Best] = {_Node(0, IN_STEP, 0): _Best(0.0, None, None)}
    ways = _Ways(shown, gaps, {})
    for at in range(len(shown) + 1):
        order = [_Node(at, kind, gone) for kind in (WAITING, BLIND) for gone in range(MOST_VANISHED + 1 if at in gaps else 1)]
        order.append(_Node(at, IN_STEP, 0))
        least = min((best[node].cost for node in order if node in best), default=0.0)
        for node in order:
            if node in best and (best[node].cost <= least + BEAM or node.kind == IN_STEP):  # others may lead nowhere
                _extend(best, node, ways)
                _drop_half(best, node, shown)
    end = _Node(len(shown), IN_STEP, 0)
    return Reading(best[end].cost, tuple(_trace(best, end)))


def _trace(best: Mapping[_Node, _Best], node: _Node) -> Iterator[Read]:
    """The way back from a node, each word's cost shared among its characters."""
    words_read: list[list[Read]] = []
    at: _Node | None = node
    while at is not None:
        here = best[at]
        word, chain = [], here.chain
        while chain is not None:
            word.append(chain.read)
            chain = chain.before
        share = (here.cost - best[here.back].cost) / len(word) if here.back else 0.0
        words_read.append([one._replace(cost=share) for one in reversed(word)])
        at = here.back
    for reads in reversed(words_read):
        yield from reads


def _extend(best: dict[_Node, _Best], node: _Node, ways: _Ways) -> None:
    """Tries every word that can start at a node."""
    costs, following = vocabulary()
    begun: list[tuple[_Node, str, float, _Chain | None]] = [(node, "", best[node].cost, None)]
    while begun:
        longer: list[tuple[_Node, str, float, _Chain | None]] = []
        for place, word, paid, chain in begun:
            further = following.get(word, "")
            for step in ways.of(place):
                if word and place.kind == IN_STEP and step.certainty:
                    continue  # words end where the step is lost
                spent, to = paid + step.cost, step.to
                reached = best[to].cost if to in best else INFINITE
                for character in filter(step.characters.__contains__, further) if word else step.characters:
                    grown = word + character
                    cost = spent + costs.get(grown, INFINITE if word else UNKNOWN)
                    goes_on = grown in following
                    if cost < reached or goes_on:
                        link = _Chain(Read(character, place.at, to.at, step.certainty), chain)
                        if cost < reached:
                            reached, best[to] = cost, _Best(cost, node, link)
                        if goes_on:
                            longer.append((to, grown, spent, link))
        begun = longer


def _drop_half(best: dict[_Node, _Best], node: _Node, shown: list[Shown]) -> None:
    """Behind a mark or at the start, the first byte may belong to a character of which nothing can be known."""
    at = node.at
    if node.kind == IN_STEP and at < len(shown) and shown[at].pair and (at == 0 or not shown[at - 1].pair):
        to, gone = _Node(at + 1, WAITING, 0), _Chain(Read("", at, at + 1, HALF), None)
        cost = SLIP + (MARKED_HALF if at and shown[at - 1].character in "?\ufffd" else UNKNOWABLE)
        if to not in best or best[node].cost + cost < best[to].cost:
            best[to] = _Best(best[node].cost + cost, node, gone)


def _steps(node: _Node, ways: _Ways) -> Iterator[_Step]:
    """The ways to the next true character: where it leads, which characters it may be, what it costs beside its word."""
    at, shown = node.at, ways.shown
    more = at < len(shown)
    pair = shown[at].pair if more else b""
    if node.kind == IN_STEP:
        if more:
            yield _Step(_Node(at + 1, IN_STEP, 0), frozenset(shown[at].character), 0.0, "")
            if pair:  # its first byte is the second one of a character that lost its first, or the first one of ...
                yield _Step(_Node(at + 1, WAITING, 0), _of_trail(pair[0]), SLIP, "h")
                yield _Step(_Node(at + 1, WAITING, 0), _of_lead(pair[0]), SLIP, "h")
        return
    lead = shown[at - 1].pair[1] if node.kind == WAITING else None
    if more and pair:
        if lead is not None:
            yield _Step(_Node(at + 1, WAITING, 0), _character(lead, pair[0]), 0.0, "e")
        else:
            yield _Step(_Node(at + 1, WAITING, 0), _of_trail(pair[0]), 0.0, "h")
    empty, sure = (_of_lead_empty(lead), "h") if lead is not None else (_empty(), "g")
    if more and not pair:
        yield _Step(_Node(at + 1, BLIND, 0), empty, 0.0, sure)
        holes = _of_lead_holes(lead) if lead is not None else frozenset("")
        yield _Step(_Node(at + 1, BLIND, 0), holes, HOLE, sure)
        if lead is not None:  # some decoders give one mark for one byte and are in step again
            ends = at + 1 == len(shown)  # what follows is no pair, so the byte may have been any
            yield _Step(_Node(at + 1, IN_STEP, 0), _last(lead, ends=ends) if ends else empty, 0.0, sure)
    if at in ways.gaps and node.vanished < MOST_VANISHED:
        yield _Step(_Node(at, BLIND, node.vanished + 1), empty, MORE_VANISHED if node.kind == BLIND else VANISHED, sure)
    if lead is not None:
        yield _Step(_Node(at, IN_STEP, 0), _last(lead, ends=not more), CATCH, "h")


def _last(lead: int, *, ends: bool) -> frozenset[str]:
    """What a character may be of which only the first byte is left; one that begins like a mark and ends a line is a stop."""
    return frozenset("。") if ends and lead == 0xA1 else _of_lead(lead)


def pair_of(character: str) -> bytes:
    """The two bytes of a character in GB 2312, or in the user zone of GB 18030; empty when it has none there.

    >>> pair_of("安").hex(), pair_of("a")
    ('b0b2', b'')
    """
    try:
        code = character.encode("gb18030")
    except UnicodeEncodeError:
        return b""
    return code if len(code) == 2 and code[0] > 0xA0 and code[1] > 0xA0 else b""


@cache
def _character(lead: int, trail: int) -> frozenset[str]:
    try:
        return frozenset(bytes([lead, trail]).decode("gb2312"))
    except UnicodeDecodeError:
        return frozenset()


def _likeliest(characters: Iterator[frozenset[str]], most: int) -> frozenset[str]:
    costs = vocabulary().costs
    return frozenset(sorted((c for some in characters for c in some if c in costs), key=lambda c: costs[c])[:most])


@cache
def _of_trail(trail: int) -> frozenset[str]:
    return _likeliest((_character(lead, trail) for lead in range(0xA1, 0xF8)), 94)


@cache
def _of_lead(lead: int) -> frozenset[str]:
    return _likeliest((_character(lead, trail) for trail in range(0xA1, 0xFF)), 94)


def _empty_trails() -> Iterator[int]:
    """Second bytes that, as a first byte, start no character of GB 2312."""
    yield from range(0xAA, 0xB0)
    yield from range(0xF8, 0xFF)


@cache
def _of_lead_empty(lead: int) -> frozenset[str]:
    return _likeliest((_character(lead, trail) for trail in _empty_trails()), 94)


@cache
def _of_lead_holes(lead: int) -> frozenset[str]:
    """Characters whose second byte begins one of the rows of signs with many holes."""
    return _likeliest((_character(lead, trail) for trail in (0xA6, 0xA7, 0xA8)), 94)


@cache
def _empty() -> frozenset[str]:
    return _likeliest((_character(lead, trail) for lead in range(0xA1, 0xF8) for trail in _empty_trails()), COMMON)
