"""Directives: who must, must not, may or should do what, under which condition, by when, on which pain.

The stations: clauses with what the rules found in them (clauses), their place in the paper (sections), a
linear model over readable features that tells orders from reports (features, classifier), boundaries (splitting),
mood (modality), condition (conditions), bearers (bearing), times. Each station goes through the whole document before the next
one starts: what it needs then stays in the processor's nearest cache, which is worth a twentieth of the time and more.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from policymine.extraction.directives import classifier
from policymine.extraction.directives.bearing import bearers_of
from policymine.extraction.directives.conditions import condition_of
from policymine.extraction.directives.deeds import has_amount
from policymine.extraction.directives.features import directive_features
from policymine.extraction.directives.judging import Given, Read, judge
from policymine.extraction.directives.modality import Mood, mood_of
from policymine.extraction.directives.repeating import is_official, is_repeated
from policymine.extraction.directives.splitting import Piece, split
from policymine.extraction.sectors import Named
from policymine.model import Bearer, Card, Directive, Issue, Slogan, TimeExpression
from policymine.text.outline import Outline
from policymine.text.sentences import sentences as sentences_of
from policymine.text.span import Span

BOUNDING: Final = ("deadline", "frequency", "period")
LONGEST_SENTENCE: Final = 1500
MARKS: Final = re.compile("[。；;！!？?]")
LEAST_LINES, LOOSE_SHARE = 10, 0.8
"""A text of so many lines, this share of its characters in lines without a sentence mark, is none of sentences."""
THRESHOLD: Final = 0.5
LEAST_SHARE: Final = 0.6
"""Share of directive sentences below which a text of no official kind (an advert, an essay, a story) orders nothing."""


def find_directives(
    text: str, *, card: Card, times: Sequence[TimeExpression] = (), slogans: Sequence[Slogan] = ()
) -> tuple[Directive, ...]:
    """The directives of a document in reading order.

    A text whose kind is `other` has directives only where at least three fifths of its sentences order something, or where it
    repeats what public offices order (repeating.py).

    Args:
        text: the clean text of one document.
        card: what the document says of itself; its kind is weighed.
        times: its time expressions; those inside a directive with role deadline, frequency or period become its deadlines.
        slogans: its slogans; members that are commands become directives.

    >>> found = find_directives("各镇要在月底前报送台账。严禁瞒报。", card=Card(kind="notice"))
    >>> [(d.text, d.modality, d.cue) for d in found]
    [('各镇要在月底前报送台账', 'obligation', '要'), ('严禁瞒报', 'prohibition', '严禁')]
    """
    return find_each([Given(text, card, times, slogans)])[0]


def find_each(papers: Sequence[Given]) -> list[tuple[Directive, ...]]:
    """The directives of each of some documents, as `find_directives` gives them; together they take less time than alone."""
    reads = judge(papers)
    found = [_ordered(paper, read) for paper, read in zip(papers, reads, strict=True)]
    who = [_bearers(*given) for given in zip(papers, reads, found, strict=True)]
    bounds = [_Bounds(paper.times).of(own) for paper, own in zip(papers, found, strict=True)]
    acts = _operational(papers, reads, found, bounds=bounds)
    reasons = _reasons(reads, found)
    return [_built(*given) for given in zip(papers, reads, found, who, bounds, acts, reasons, strict=True)]


def _ordered(paper: Given, read: Read) -> list[_Found]:
    """What a document orders; a text of no official kind has to order most of the time or to repeat orders."""
    found = _found(read)
    few = paper.card.kind == "other" and len({one.piece.sentence for one in found}) < LEAST_SHARE * len(read.sentences)
    if not few:
        return found
    return [one for one in found if _repeated(read, one)] if is_official(read.text) else []


def _repeated(read: Read, one: _Found) -> bool:
    best, role = one.best if one.mood.cue is not None else one.chance, read.stands[one.piece.sentence].role
    return is_repeated(read.text, one.span, chance=one.chance, best=best, role=role)


def _bearers(paper: Given, read: Read, found: Sequence[_Found]) -> list[tuple[Bearer, ...]]:
    """Who bears each directive of a document."""
    pieces, moods = [one.piece for one in found], [one.mood for one in found]
    return bearers_of(paper.text, pieces, moods, sentences=read.sentences, outline=read.outline, kind=paper.card.kind)


def _built(
    paper: Given, read: Read, found: Sequence[_Found], who: Sequence[tuple[Bearer, ...]],
    bounds: Sequence[tuple[TimeExpression, ...]], acts: Sequence[bool], reasons: Sequence[tuple[tuple[str, float], ...]],
) -> tuple[Directive, ...]:  # fmt: skip
    """The directives of a document, when all that is told of each is known."""
    text = paper.text
    conditions = [_condition(text, one, bearers) for one, bearers in zip(found, who, strict=True)]
    named, sections = Named(text).of, _Sections(text, read.outline)
    above = [sections[read.sentences[one.piece.sentence].item] for one in found]
    fields = [named(one.span, section) for one, section in zip(found, above, strict=True)]
    columns = zip(found, who, bounds, acts, conditions, above, fields, reasons, strict=True)
    return tuple([
        _directive(
            text, one, bearers=by, deadlines=due, act=act, condition=case, section=section, sectors=sectors, reasons=told
        )
        for one, by, due, act, case, section, sectors, told in columns
    ])  # fmt: skip


def find_issues(text: str) -> tuple[Issue, ...]:
    """Stretches that could not be read as sentences: text without punctuation, tables turned to text.

    >>> [issue.code for issue in find_issues("各镇要建台账" * 300)]
    ['directives.unstructured']
    """
    unbroken = tuple(
        Issue(
            "directives.unstructured", "warning", f"{span.length} characters without a sentence mark: directives run together",
            "look at the source file; a table or list may have lost its lines", span,
        )
        for span in sentences_of(text)
        if span.end - span.start > LONGEST_SENTENCE
    )  # fmt: skip
    return (*unbroken, *_without_sentences(text))


def _without_sentences(text: str) -> Iterator[Issue]:
    """A text most of which stands in lines without a sentence: only headings, a list of names, a table turned to text."""
    lines = [line for line in text.splitlines() if line and not line.isspace()]
    loose = [line for line in lines if MARKS.search(line) is None] if len(lines) >= LEAST_LINES else []
    if loose and sum(map(len, loose)) >= LOOSE_SHARE * sum(map(len, lines)):
        told = f"{len(loose)} of {len(lines)} lines hold no sentence: headings, a list or a table that was turned to text"
        yield Issue("directives.unstructured", "warning", told, "look at the source file for what it says in full", None)


@dataclass(slots=True, eq=False)
class _Found:
    """A directive as the models mark it off: its clauses, mood, chance, that of its likeliest clause and which it is."""

    piece: Piece
    mood: Mood
    chance: float
    best: float
    strongest: tuple[int, int]
    span: Span


def _found(read: Read) -> list[_Found]:
    """The directives of every sentence with their moods; one step after the other for all of them."""
    text, model = read.text, classifier.model("boundary")
    marks = [[True] * len(one.chances) if one.listed else classifier.smooth(one.chances) for one in read.judged]
    pieces = []
    for one, marked in zip(read.judged, marks, strict=True):
        if True in marked:
            sentence = read.sentences[one.number]
            pieces += [(one, piece) for piece in split(text, one.number, sentence, marked=marked, model=model)]
    moods = [mood_of(text, piece, banned=one.banned) for one, piece in pieces]
    found = []
    for (one, piece), mood in zip(pieces, moods, strict=True):
        own = one.chances[piece.first : piece.first + len(piece.clauses)]
        best, at = max(own), (one.place, piece.first + own.index(max(own)))
        chance, span = 1.0 if one.listed else sum(own) / len(own), Span(piece.clauses[0].start, piece.clauses[-1].end)
        found.append(_Found(piece, mood, chance, best, at, span))
    return found


def _reasons(reads: Sequence[Read], found: Sequence[Sequence[_Found]]) -> Iterator[list[tuple[tuple[str, float], ...]]]:
    """The features that spoke for each directive, looked up for all papers at once."""
    strongest = [one.strongest for own in found for one in own]
    told = map(classifier.model("directive").reasons, reads[0].signs.told(strongest) if strongest else ())
    for own in found:
        yield list(islice(told, len(own)))


def _operational(
    papers: Sequence[Given], reads: Sequence[Read], found: Sequence[Sequence[_Found]], *,
    bounds: Sequence[Sequence[tuple[TimeExpression, ...]]],
) -> list[list[bool]]:  # fmt: skip
    """Whether somebody could check each directive: what can be counted always, else as the model judges."""
    acts = [[has_amount(paper.text, one.piece) for one in own] for paper, own in zip(papers, found, strict=True)]
    doubtful = [(paper, number) for paper, own in enumerate(acts) for number, sure in enumerate(own) if not sure]
    rows, pieces = [], []
    for paper, number in doubtful:
        text, one = papers[paper].text, found[paper][number]
        place, times = reads[paper].stands[one.piece.sentence], len(bounds[paper][number])
        rows.append(directive_features(text, one.piece, one.mood, place=place, times=times, counted=False))
        pieces.append(text[one.span.start : one.span.end])
    judge = classifier.model("operational").judge_plain
    for (paper, number), (signs, plain), weight in zip(
        doubtful, rows, classifier.pairs("operational").weights(pieces), strict=True
    ):
        acts[paper][number] = judge(signs, plain, pairs=weight) >= THRESHOLD
    return acts


class _Bounds:
    """The times of a document that bound or schedule what is ordered."""

    def __init__(self, times: Sequence[TimeExpression]) -> None:
        self.times = [time for time in times if time.role in BOUNDING]
        self.starts = [time.span.start for time in self.times]

    def of(self, found: Sequence[_Found]) -> list[tuple[TimeExpression, ...]]:
        """Those that lie inside each directive."""
        return [self.inside(one.span) for one in found]

    def inside(self, span: Span) -> tuple[TimeExpression, ...]:
        """Those that lie inside a span."""
        first = bisect_left(self.starts, span.start)
        if first == len(self.starts) or self.starts[first] >= span.end:
            return ()
        last = bisect_left(self.starts, span.end, first)
        return tuple([time for time in self.times[first:last] if time.span.end <= span.end])


def _condition(text: str, one: _Found, bearers: Sequence[Bearer]) -> str | None:
    """The condition of a directive."""
    cue, sanction = one.mood.cue, one.mood.modality == "sanction"
    return condition_of(text, one.piece.clauses, cue.start if cue else None, sanction=sanction, bearers=bearers)


def _directive(
    text: str, one: _Found, *, bearers: tuple[Bearer, ...], deadlines: tuple[TimeExpression, ...], act: bool,
    condition: str | None, section: tuple[str, ...], sectors: Mapping[str, Span], reasons: tuple[tuple[str, float], ...],
) -> Directive:  # fmt: skip
    """One directive with everything that stands in it."""
    span, mood, cue = one.span, one.mood, one.mood.cue
    return Directive(
        span, text[span.start : span.end], f"directives.{cue.kind if cue else 'bare'}",
        modality=mood.modality, force=mood.force, operational=act, confidence=round(one.chance, 3),
        cue=text[cue.start : cue.end] if cue is not None else None, bearers=bearers, condition=condition,
        penalty=mood.penalty, deadlines=deadlines, section=section, reasons=reasons,
        sectors=tuple(sectors), sector_evidence=tuple(sectors.values()),
    )  # fmt: skip


class _Sections(dict[int, tuple[str, ...]]):
    """For each item the labels with headlines from the outermost one down to its own; none for what stands in no item."""

    def __init__(self, text: str, outline: Outline) -> None:
        super().__init__({-1: ()})
        self._text, self._items = text, outline.items

    def __missing__(self, number: int) -> tuple[str, ...]:
        item = self._items[number]
        own = self._text[item.label.start : item.headline.end if item.headline else item.label.end]
        path = self[number] = (*self[item.parent], own)
        return path
