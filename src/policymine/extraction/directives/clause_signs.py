"""The signs that tell whether a clause belongs to a directive, for all clauses of some papers at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from policymine.extraction.directives.classifier import LinearModel, chances
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.codes import (
    CUE_BITS,
    KIND,
    LEAD_BITS,
    LEAD_CUE_BITS,
    NAME,
    NO_LEAD,
    NO_SUBJECT,
    NUMBERS,
    ROLE,
    SUBJECT_BITS,
    VOCABULARIES,
    WHO_BITS,
    Shifted,
    bits,
)  # fmt: skip
from policymine.extraction.directives.sentence_signs import Gists, Paper, sentence_signs
from policymine.extraction.directives.sign_tables import SignTable
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.tries import bit
from policymine.extraction.directives.weight_tables import Numbers, Weights, column
from policymine.text.joining import joined
from policymine.text.points import points_of

SHORT: Final = 8
LONG: Final = 40
DIGIT: Final = re.compile(r"\d")
FIGURE: Final = bit("digit")
MANY: Final = 0.2
"""Share of digits above which a clause has many."""
HOPELESS: Final = -1e-9
"""Log odds below which a chance is less than even, however rounded."""
FACTS: Final = bits("perfect", "past", "achieved", "problem", "state")
IS: Final = bits("is")
CLAUSE: Final = NUMBERS["clause"]
EDGE: Final = NUMBERS["edge"]
HAS: Final = NUMBERS["has"]
BEFORE: Final = NUMBERS["before"]
AROUND: Final = NUMBERS["around"]
CLOSINGS: Final = np.zeros(1 << 16, np.int64)
for _mark, _number in VOCABULARIES["closing"].numbers.items():
    CLOSINGS[ord(str(_mark)[:1])] = _number
NOWHERE: Final = NO_LEAD | NO_SUBJECT << 9
"""The shape that stands for no clause at all."""
ROLES: Final = Shifted(ROLE, 19)
AMOUNT_AT: Final = 17
KIND_AT: Final = 23
"""Where the fields of the sign `clause` stand, see `FIELDS`."""
SEEN: Final = 5
LATER: Final = 10
FACT: Final = 19
ANY_SEEN: Final = 1 << 20
WHERE_AT: Final = 21
MAYBE_AT: Final = 23
"""Those of the sign `before`; the first two are shifts of a cue in a shape."""


class _Columns(NamedTuple):
    """What is read off the clauses of some papers; `first` and `last` are those of the sentence that a clause stands in."""

    at: Numbers
    shape: Numbers
    marks: Numbers
    cue: Numbers
    edge: Numbers
    amount: Numbers
    first: Numbers
    last: Numbers


class Verdicts(NamedTuple):
    """The chance of every clause, whether a clause of a sentence may be likelier than not, where the clauses of each stand."""

    every: list[float]
    hopeful: list[bool]
    firsts: list[int]
    sizes: list[int]

    def of(self, number: int) -> list[float]:
        """The chances of the clauses of a sentence."""
        return self.every[self.firsts[number] : self.firsts[number] + self.sizes[number]]


class ClauseSigns:
    """The signs of every clause of some papers; their sentences are numbered through.

    >>> ClauseSigns([]).odds(LinearModel({}, bias=0.0))
    []
    """

    __slots__ = ("_firsts", "_own", "_shared", "_sizes")

    def __init__(self, papers: Sequence[Paper]) -> None:
        sizes = column([len(sentence.clauses) for paper in papers for sentence in paper.sentences])
        lasts = sizes.cumsum()
        firsts, self._sizes = (lasts - sizes), sizes.tolist()
        self._firsts: list[int] = firsts.tolist()
        words, read = _columns(papers, firsts.repeat(sizes), (lasts - 1).repeat(sizes))
        sentences = [len(paper.sentences) for paper in papers]
        goes_on = np.ones(len(sizes), np.bool_)
        goes_on[[last - 1 for last in accumulate(sentences) if last]] = False
        first = read.shape[firsts] & WHO_BITS
        subject = _next(read.shape & SUBJECT_BITS, firsts, lasts - 1)
        shape = first | _next(read.cue, firsts, lasts - 1) | subject
        marks = np.bitwise_or.reduceat(read.marks, firsts) if len(sizes) else read.marks
        kinds = _kinds(papers)
        self._shared = sentence_signs(papers, Gists(shape, first, marks, sizes, kinds, goes_on))
        roles = column([ROLES[place.role] for paper in papers for place in paper.places])
        self._own = _own(words, read, context=(roles | kinds << KIND_AT).repeat(sizes))

    def of(self, number: int) -> tuple[list[Sign], list[list[Sign]]]:
        """The signs of a sentence: those all its clauses share, and those of each clause."""
        first = self._firsts[number]
        return self._shared.row(number), self._own.rows(range(first, first + self._sizes[number]))

    def told(self, places: Sequence[tuple[int, int]]) -> list[list[Sign]]:
        """All signs of each of some clauses, by the numbers of their sentences and their places in them."""
        firsts = self._firsts
        shared = self._shared.rows([number for number, _ in places])
        own = self._own.rows([firsts[number] + index for number, index in places])
        return [one + other for one, other in zip(shared, own, strict=True)]

    def odds(self, model: LinearModel) -> list[list[float]]:
        """For each sentence the log odds of its clauses."""
        every = self._odds(model).tolist()
        return [every[first : first + size] for first, size in zip(self._firsts, self._sizes, strict=True)]

    def verdicts(self, model: LinearModel, *, least: Mapping[int, Sequence[float]]) -> Verdicts:
        """How likely the clauses of sentences belong to a directive; of some the log odds are `least` at the least."""
        odds = self._odds(model)
        for number, floor in least.items():
            own = odds[self._firsts[number] : self._firsts[number] + self._sizes[number]]
            np.maximum(own, floor, out=own)
        best = np.maximum.reduceat(odds, self._firsts) if self._firsts else odds
        return Verdicts(chances(odds).tolist(), (best > HOPELESS).tolist(), self._firsts, self._sizes)

    def _odds(self, model: LinearModel) -> Weights:
        odds: Weights = (model.bias + self._shared.weights(model)).repeat(self._sizes) + self._own.weights(model)
        return odds


def _kinds(papers: Sequence[Paper]) -> Numbers:
    """For each sentence the number of the kind of its paper; articles that a paper hands down are a regulation."""
    rules = KIND.number("regulation")
    found = []
    for paper in papers:
        kind = KIND.number(paper.kind)
        found += [rules if place.article else kind for place in paper.places]
    return column(found)


def _columns(papers: Sequence[Paper], first: Numbers, last: Numbers) -> tuple[list[Sign], _Columns]:
    """The words that clauses begin with, and the columns of clauses."""
    every = joined(tuple([paper.text for paper in papers]))
    clauses = [[clause for sentence in paper.sentences for clause in sentence.clauses] for paper in papers]
    amounts = [
        _amount(paper.text, clause) if clause.may & FIGURE else 0
        for paper, own in zip(papers, clauses, strict=True)
        for clause in own
    ]
    read = [clause for own in clauses for clause in own]
    ends = column([clause.end for clause in read])
    size = ends - column([clause.start for clause in read])
    shape, marks = column([clause.shape for clause in read]), column([clause.marks for clause in read])
    letters = np.append(points_of.__wrapped__(every.text), 0).astype(np.int64)
    ends += every.starts.repeat([len(own) for own in clauses])
    edge = CLOSINGS.take(letters.take(ends), mode="clip") | np.where(size < SHORT, 1, (size > LONG) << 1) << 3
    edge |= letters.take(ends - 1) << 5
    columns = _Columns(np.arange(len(read)), shape, marks, shape & CUE_BITS, edge, column(amounts), first, last)
    return [clause.word for clause in read], columns


def _amount(text: str, clause: Clause) -> int:
    """Whether a clause has some digits or many, 0 for none."""
    if DIGIT.search(text, clause.start, clause.end) is None:
        return 0
    return 2 if sum(map(str.isdigit, text[clause.start : clause.end])) > MANY * (clause.end - clause.start) else 1


def _next(values: Numbers, froms: Numbers, lasts: Numbers) -> Numbers:
    """The first of `values` that is not 0 from one place on up to another, 0 where there is none.

    >>> _next(np.array([0, 7, 0, 0, 5]), np.array([0, 2, 5]), np.array([1, 3, 4])).tolist()
    [7, 0, 0]
    """
    size, places = len(values), values.nonzero()[0]
    at = np.full(size + 1, size)
    at[places] = places
    nearest = np.minimum.accumulate(at[::-1])[::-1][froms]
    return np.where(nearest <= lasts, np.append(values, 0)[nearest], 0)


def _own(words: list[Sign], read: _Columns, *, context: Numbers) -> SignTable:
    """The signs of each clause; `context` is what its sentence gives to the sign `clause`."""
    table = SignTable(len(words))
    table.add(words)
    table.add((context | read.shape | read.amount << AMOUNT_AT) << NAME | CLAUSE)
    table.add(read.edge << NAME | EDGE)
    table.add(_before(read))
    marked = read.marks.nonzero()[0]
    table.add((read.marks[marked] << 1 | (read.cue[marked] != 0)) << NAME | HAS, marked)
    several = (read.first != read.last).nonzero()[0]
    table.add(_around(read, several), several)
    return table


def _before(read: _Columns) -> Numbers:
    """The signs of what stands in front of clauses in their sentences, and of deontic words behind them."""
    at, cue, inside, facts = read.at, read.cue, read.at > read.first, read.marks & FACTS != 0
    latest = np.maximum.accumulate(np.where(cue != 0, at, -1))[at - 1]
    told = np.maximum.accumulate(np.where(facts, at, -1))[at - 1]
    seen = np.where(inside & (latest >= read.first), cue[latest], 0)
    later = _next(cue, at + 1, read.last)
    where = np.where(inside, np.where(at < read.last, 3, 2), at < read.last) << WHERE_AT
    maybe = (21 + (later != 0) + (facts << 2) + ((read.marks & IS != 0) << 4)) << MAYBE_AT
    place = read.shape & LEAD_CUE_BITS | seen << SEEN | later << LATER | where
    place |= (inside & (told >= read.first)).astype(np.int64) << FACT
    place |= np.where(seen != 0, ANY_SEEN, np.where(cue == 0, maybe, 0))
    return place << NAME | BEFORE


def _around(read: _Columns, several: Numbers) -> Numbers:
    """The signs of the clauses on either side, for those that stand in sentences of several."""
    shape, first = read.shape, several == read.first[several]
    front = np.where(first, NOWHERE, shape[several - 1] & (LEAD_BITS | SUBJECT_BITS))
    ahead = np.where(several == read.last[several], NO_LEAD, np.append(shape, 0)[several + 1] & LEAD_BITS)
    signs: Numbers = (front | (shape[several] & LEAD_BITS) << 12 | ahead << 16) << NAME | AROUND
    return signs
