"""Which sentences of some papers may order something, as the linear model judges their clauses.

Papers are judged together: what a clause tells is a row of numbers, and a column of them costs as many steps for one paper as
for thirty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from policymine.extraction.directives import classifier
from policymine.extraction.directives.clause_signs import ClauseSigns
from policymine.extraction.directives.clauses import Sentence, read
from policymine.extraction.directives.never import barred
from policymine.extraction.directives.sections import Place, is_banned_act, places
from policymine.extraction.directives.sentence_signs import Paper
from policymine.extraction.directives.signs import Sign
from policymine.model import Card, Slogan, TimeExpression
from policymine.text.outline import Outline, outline

HOPELESS: Final = -1e-9
"""Log odds below which a chance is less than even, however rounded."""


class Given(NamedTuple):
    """A document with what is known of it when directives are looked for; see `finding.find_directives`."""

    text: str
    card: Card
    times: Sequence[TimeExpression] = ()
    slogans: Sequence[Slogan] = ()


@dataclass(slots=True, eq=False)
class Judged:
    """A sentence that may order something: the chance of each clause, whether it is listed or `banned` in a list."""

    number: int
    chances: list[float]
    listed: bool
    banned: bool
    signs: ClauseSigns
    place: int

    def told(self, index: int) -> list[Sign]:
        """The signs that one of its clauses was judged by."""
        return self.signs.told(self.place, index)


class Read(NamedTuple):
    """A document as it is read: its outline, its sentences, where each stands, those that may order something."""

    outline: Outline
    sentences: list[Sentence]
    stands: list[Place]
    judged: list[Judged]


def judge(papers: Sequence[Given]) -> list[Read]:
    """Reads and judges some documents.

    >>> read, = judge([Given("各镇要报送台账。去年已报送。", Card(kind="notice"))])
    >>> len(read.sentences), [one.number for one in read.judged]
    (2, [0])
    """
    outlines = [outline(paper.text) for paper in papers]
    sentences = [
        read(paper.text, items, times=[time.span for time in paper.times], slogans=paper.slogans)
        for paper, items in zip(papers, outlines, strict=True)
    ]
    stands = [places(paper.text, own, items) for paper, own, items in zip(papers, sentences, outlines, strict=True)]
    known = [Paper(paper.text, own, at, paper.card.kind) for paper, own, at in zip(papers, sentences, stands, strict=True)]
    signs = ClauseSigns(known)
    odds = signs.odds(classifier.model("directive"))
    found, first = [], 0
    for paper, items in zip(known, outlines, strict=True):
        judged = _judged(paper, odds, first, signs=signs)
        found.append(Read(items, list(paper.sentences), list(paper.places), judged))
        first += len(paper.sentences)
    return found


def _judged(paper: Paper, odds: Sequence[list[float]], first: int, *, signs: ClauseSigns) -> list[Judged]:
    """The sentences of a paper that are not barred and may hold an order; `first` is the number of its first one among all."""
    text, sentences, stands, _ = paper
    never, found = barred(text, sentences, stands), []
    for number, (sentence, place) in enumerate(zip(sentences, stands, strict=True)):
        banned = place.introduced >= 0 and is_banned_act(text, sentence, place, sentences)
        listed, own = sentence.expansion or banned, odds[first + number]
        if listed or (number not in never and max(own) > HOPELESS):
            found.append(Judged(number, list(map(classifier.chance, own)), listed, banned, signs, first + number))
    return found
