"""Which sentences of some papers may order something, as the linear model judges their clauses.

Papers are judged together: what a clause tells is a row of numbers, and a column of them costs as many steps for one paper as
for thirty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from policymine.extraction.directives import classifier
from policymine.extraction.directives.charging import floors
from policymine.extraction.directives.clause_signs import ClauseSigns, Verdicts
from policymine.extraction.directives.clauses import Sentence, Source, read_each
from policymine.extraction.directives.never import barred
from policymine.extraction.directives.owing import handed_down, is_owed_act
from policymine.extraction.directives.sections import Place, is_banned_act, places
from policymine.extraction.directives.sentence_signs import Paper
from policymine.model import Card, Slogan, TimeExpression
from policymine.text.outline import Outline, outline


class Given(NamedTuple):
    """A document with what is known of it when directives are looked for; see `finding.find_directives`."""

    text: str
    card: Card
    times: Sequence[TimeExpression] = ()
    slogans: Sequence[Slogan] = ()


@dataclass(slots=True, eq=False)
class Judged:
    """A sentence that may order something: the chance of each clause, whether it is listed or `banned` in a list.

    `place` is its number among the sentences of all papers that were judged together.
    """

    number: int
    chances: list[float]
    listed: bool
    banned: bool
    place: int


class Read(NamedTuple):
    """A document as it is read: its outline, its sentences, where each stands, which hold no order, which may hold one."""

    text: str
    outline: Outline
    sentences: list[Sentence]
    stands: list[Place]
    barred: frozenset[int]
    judged: list[Judged]
    signs: ClauseSigns
    """What the clauses of all papers that were judged together tell."""


def judge(papers: Sequence[Given]) -> list[Read]:
    """Reads and judges some documents.

    >>> read, = judge([Given("各镇要报送台账。去年已报送。", Card(kind="notice"))])
    >>> len(read.sentences), [one.number for one in read.judged]
    (2, [0])
    """
    sources = [Source(paper.text, outline(paper.text), [time.span for time in paper.times], paper.slogans) for paper in papers]
    sentences = read_each(sources)
    stands = [
        places(one.text, own, one.outline, kind=paper.card.kind)
        for one, own, paper in zip(sources, sentences, papers, strict=True)
    ]
    columns = zip(sources, sentences, stands, papers, strict=True)
    signs = ClauseSigns([Paper(one.text, own, theirs, paper.card.kind) for one, own, theirs, paper in columns])
    known, least, first = [], dict[int, list[float]](), 0
    for one, own, theirs, paper in zip(sources, sentences, stands, papers, strict=True):
        known.append(Read(one.text, one.outline, own, theirs, barred(one.text, own, theirs), [], signs))
        owed = handed_down(one.text, own) | floors(one.text, own, theirs, kind=paper.card.kind)
        least |= {first + number: odds for number, odds in owed.items()}
        first += len(own)
    verdicts, first = signs.verdicts(classifier.model("directive"), least=least), 0
    for read in known:
        read.judged.extend(_judged(read, verdicts, first))
        first += len(read.sentences)
    return known


def _judged(read: Read, verdicts: Verdicts, first: int) -> Iterator[Judged]:
    """The sentences of a document that may hold an order; `first` is the number of its first one among all."""
    text, sentences, never = read.text, read.sentences, read.barred
    hopeful, chances = verdicts.hopeful, verdicts.of
    for number, (sentence, place) in enumerate(zip(sentences, read.stands, strict=True)):
        banned = place.introduced >= 0 and is_banned_act(text, sentence, place, sentences)
        owed = place.introduced >= 0 and number not in never and is_owed_act(text, sentence, place, sentences)
        listed = sentence.expansion or banned or owed
        if listed or (hopeful[first + number] and number not in never):
            yield Judged(number, chances(first + number), listed, banned, first + number)
