"""Directives: who must, must not, may or should do what, under which condition, by when, on which pain.

The stations: clauses with what the rules found in them (directives_clauses), their place in the paper (directives_sections), a
linear model over readable features that tells orders from reports (features, classifier), boundaries (directives_splitting),
mood (directives_modality), condition (conditions), bearers (bearers), times.
"""

from __future__ import annotations

from collections.abc import Sequence

from policymine.extraction import classifier
from policymine.extraction.conditions import condition_of
from policymine.extraction.directives_bearers import bearers_of
from policymine.extraction.directives_clauses import read
from policymine.extraction.directives_modality import Mood, mood_of
from policymine.extraction.directives_sections import places
from policymine.extraction.directives_splitting import Piece, split
from policymine.extraction.features import clause_features, directive_features
from policymine.model import Bearer, Card, Directive, Slogan, TimeExpression
from policymine.text.outline import Outline, outline
from policymine.text.span import Span

BOUNDING = ("deadline", "frequency", "period")
THRESHOLD = 0.5


def find_directives(
    text: str, *, card: Card, times: Sequence[TimeExpression] = (), slogans: Sequence[Slogan] = ()
) -> tuple[Directive, ...]:
    """The directives of a document in reading order.

    Args:
        text: the clean text of one document.
        card: what the document says of itself; its kind is weighed.
        times: its time expressions; those inside a directive with role deadline, frequency or period become its deadlines.
        slogans: its slogans; members that are commands become directives.

    >>> found = find_directives("各镇要在月底前报送台账。严禁瞒报。", card=Card(kind="notice"))
    >>> [(d.text, d.modality, d.cue) for d in found]
    [('各镇要在月底前报送台账', 'obligation', '要'), ('严禁瞒报', 'prohibition', '严禁')]
    """
    items = outline(text)
    sentences = read(text, items, times=[time.span for time in times])
    stands = places(text, sentences, items)
    rows = clause_features(text, sentences, stands, kind=card.kind)
    orders, boundaries = classifier.model("directive"), classifier.model("boundary")
    pieces: list[Piece] = []
    chances: list[float] = []
    for number, sentence in enumerate(sentences):
        own = orders.judge_with(rows[number].shared, rows[number].own)
        found = split(text, number, sentence, marked=classifier.smooth(own), model=boundaries)
        chance = {clause.start: p for clause, p in zip(sentence.clauses, own, strict=True)}
        pieces += found
        chances += [sum(chance[c.start] for c in piece.clauses) / len(piece.clauses) for piece in found]
    moods = [mood_of(text, piece) for piece in pieces]
    who = bearers_of(text, pieces, moods, sentences=sentences, outline=items, kind=card.kind)
    weighed = [
        directive_features(text, piece, mood, place=stands[piece.sentence]) for piece, mood in zip(pieces, moods, strict=True)
    ]
    operational = classifier.model("operational").judge(weighed) if pieces else []
    return tuple(
        _directive(
            text, piece, mood, times=times, outline=items, bearers=bearers, operational=op >= THRESHOLD, confidence=chance
        )
        for piece, mood, bearers, op, chance in zip(pieces, moods, who, operational, chances, strict=True)
    )


def _directive(
    text: str, piece: Piece, mood: Mood, *, times: Sequence[TimeExpression], outline: Outline, bearers: tuple[Bearer, ...],
    operational: bool, confidence: float,
) -> Directive:  # fmt: skip
    """One directive with everything that stands in it."""
    span = Span(piece.clauses[0].start, piece.clauses[-1].end)
    inside = tuple(time for time in times if span.contains(time.span) and time.role in BOUNDING)
    cue = text[mood.cue.start : mood.cue.end] if mood.cue is not None else None
    return Directive(
        span, span.of(text), f"directives.{mood.cue.kind if mood.cue else 'bare'}",
        modality=mood.modality, force=mood.force, operational=operational, confidence=round(confidence, 3), cue=cue,
        bearers=bearers, condition=condition_of(text, piece.clauses, mood.cue.start if mood.cue else None),
        penalty=mood.penalty, deadlines=inside, section=outline.headings(span.start),
    )  # fmt: skip
