"""Readable features of clauses and directives, made from what the rules found, weighed by the linear models.

A feature is a short text such as `cue=must`, `role=review` or `shape=verb&none`: `explain` can print it, a person can read it.
What all clauses of a sentence share is made once; signs.py spells the features out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import add
from typing import Final

from policymine.extraction.directives.clauses import Clause, Sentence
from policymine.extraction.directives.codes import (
    CUE,
    CUE_BITS,
    KIND,
    LABEL,
    LEAD,
    LEAD_BITS,
    LEAD_CUE_BITS,
    MODALITY,
    NAME,
    NO_LEAD,
    NO_SUBJECT,
    NUMBERS,
    ROLE,
    SUBJECT_BITS,
    TONE,
    VOCABULARIES,
    WHO_BITS,
    bits,
)  # fmt: skip
from policymine.extraction.directives.deeds import COUNTED, deed_sign, has_amount, member_sign
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.scanning import CONTENT
from policymine.extraction.directives.sections import Place
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.splitting import Piece
from policymine.extraction.directives.tries import bit

SHORT: Final = 8
LONG: Final = 40
LONGEST_TOPIC: Final = 22
"""A topic sentence that the next ones spell out has some twenty characters at most (docs/reference/guideline.md)."""
DIGIT: Final = re.compile(r"\d")
FIGURE: Final = bit("digit")
MANY: Final = 0.2
"""Share of digits above which a clause has many."""
FACTS: Final = bits("perfect", "past", "achieved", "problem", "state")
IS: Final = bits("is")
PENALTY: Final = bits("penalty")
VAGUE: Final = bits("vague")
TONES: Final = (
    ("problem", bits("problem")), ("fact", bits("perfect", "past", "achieved")), ("weight", bits("weight", "is")),
    ("frame", bits("meeting", "speaker", "formality", "ask")), ("plan", bits("plan", "charge", "lead", "penalty")),
)  # fmt: skip
COLON: Final = ("：", ":")
PAPER: Final = NUMBERS["paper"]
SENTENCE: Final = NUMBERS["sentence"]
HEAD: Final = NUMBERS["head"]
FRAME: Final = NUMBERS["frame"]
LEADIN: Final = NUMBERS["leadin"]
SAYS: Final = NUMBERS["says"]
LENGTH: Final = NUMBERS["length"]
ANNOUNCES: Final = NUMBERS["announces"]
CLAUSE: Final = NUMBERS["clause"]
EDGE: Final = NUMBERS["edge"]
HAS: Final = NUMBERS["has"]
BEFORE: Final = NUMBERS["before"]
AROUND: Final = NUMBERS["around"]
LED_BY: Final = NUMBERS["leads"]
MARKS: Final = NUMBERS["marks"]
DIRECTIVE: Final = NUMBERS["directive"]
BALANCE: Final = NUMBERS["balance"]
EXTENT: Final = NUMBERS["extent"]
VERB: Final = LEAD.number("verb")
VERB_TONE: Final = TONE.number("verb")
CLOSINGS: Final = VOCABULARIES["closing"].numbers
ENDS: Final = VOCABULARIES["end"].numbers
NOWHERE: Final = NO_LEAD | NO_SUBJECT << 9
"""The shape that stands for no clause at all."""
AMOUNT_AT: Final = 17
ROLE_AT: Final = 19
KIND_AT: Final = 23
"""Where the fields of the sign `clause` stand, see `FIELDS`."""
SEEN: Final = 5
LATER: Final = 10
FACT: Final = 1 << 19
ANY_SEEN: Final = 1 << 20
WHERE_AT: Final = 21
MAYBE_AT: Final = 23
"""Those of the sign `before`; the first two are shifts of a cue in a shape."""


Gist = tuple[int, int, int]
"""What the sentences around look at: a shape of first lead, cue and subject, the number of the tone, the marks."""
NOTHING: Final = (LEAD.number("none"), 0, 0)


class ClauseSigns:
    """The signs that tell whether a clause belongs to a directive, made for one sentence at a time.

    Args:
        text: the document.
        read: its sentences.
        places: where each stands.
        kind: the kind of paper.
    """

    __slots__ = ("_gists", "_kind", "_places", "_read", "_text")

    def __init__(self, text: str, read: Sequence[Sentence], places: Sequence[Place], *, kind: str) -> None:
        self._text, self._read, self._places, self._kind = text, read, places, KIND.number(kind)
        self._gists = [_gist(sentence) for sentence in read]
        self._gists.append(NOTHING)

    def of(self, number: int) -> tuple[list[Sign], list[list[Sign]]]:
        """The signs of a sentence: those all its clauses share, and those of each clause."""
        sentence, place, role = self._read[number], self._places[number], ROLE.number(self._places[number].role)
        shared = self._sentence(sentence, place, gist=self._gists[number], role=role)
        if place.introduced >= 0:
            by, end = self._gists[place.introduced], self._read[place.introduced].end
            cue, ends = CUE.values[(by[0] & CUE_BITS) >> 4], self._text[sentence.end - 1] == "的"
            lead, head = sentence.clauses[0].lead, self._text[end - 2 : end]
            shared.append(("listed", cue, lead, ends, by[2] & PENALTY != 0, head))
        self._headline(shared, number)
        return shared, _clauses(self._text, sentence.clauses, self._kind << KIND_AT | role << ROLE_AT)

    def _sentence(self, sentence: Sentence, place: Place, *, gist: Gist, role: int) -> list[Sign]:
        (shape, tone, marks), clauses = gist, sentence.clauses
        size, ordered, tone = len(clauses), (1 << 16 if shape & CUE_BITS else 0), tone << 12
        frame = place.heading | (4 if sentence.expansion else 0) | (8 if sentence.opens else 0)
        if sentence.label:
            frame |= 2 | LABEL.number(sentence.label) << 7
        row: list[Sign] = [
            (self._kind | role << 5 | ROLE.number(place.outer) << 9) << NAME | PAPER,
            (shape | tone | ordered | (size if size < 5 else 5) << 17 | role << 20) << NAME | SENTENCE,
            (clauses[0].shape & WHO_BITS | tone) << NAME | HEAD,
            (frame | ENDS.get(sentence.closing, 0) << 4) << NAME | FRAME,
        ]
        if marks:
            row.append(marks << NAME | SAYS)
        if sentence.closing in COLON:
            row.append((shape & ~LEAD_BITS) << NAME | LEADIN)
        return row

    def _headline(self, row: list[Sign], number: int) -> None:
        """Adds the signs that a sentence only announces what the next ones spell out."""
        sentence, place = self._read[number], self._places[number]
        start, end, many = sentence.start, sentence.end, len(sentence.clauses) > 1
        follower = self._read[number + 1] if number + 1 < len(self._read) else None
        size, named = end - start, 1 if place.headline else 2 if place.topic else 0
        longer = follower is not None and follower.item == sentence.item and follower.end - follower.start > 1.4 * size
        row.append((named | (size // 6 if size < 42 else 7) << 2 | longer << 5 | many << 6) << NAME | LENGTH)
        if not named:
            if many or size > LONGEST_TOPIC:
                return
            named = 3
        counted = DIGIT.search(self._text, start, end) is not None
        goes_on = follower is not None and _shares(self._text, sentence, follower)
        around = self._gists[number][0] & ~LEAD_BITS | (self._gists[number + 1][0] & LEAD_CUE_BITS) << 12 | named << 21
        told = counted << 23 | longer << 24 | goes_on << 25 | LABEL.number(sentence.label) << 26
        row.append((around | told) << NAME | ANNOUNCES)


def _shares(text: str, sentence: Sentence, follower: Sentence) -> bool:
    """Whether the next sentence takes up a word behind the verb of a short one: 保障供水。供水企业每日巡线。"""
    behind, ahead = text[sentence.clauses[0].head + 2 : sentence.end], text[follower.start : follower.end]
    return any(map(ahead.__contains__, map(add, behind, behind[1:])))


def _clauses(text: str, clauses: Sequence[Clause], context: int) -> list[list[Sign]]:
    """The signs of each clause; `context` is what a sentence gives to the sign `clause`."""
    last = len(clauses) - 1
    rows: list[list[Sign]] = []
    laters = _laters(clauses)
    before, seen, fact, where = NOWHERE, 0, 0, 1 if last else 0
    for index, clause in enumerate(clauses):
        start, end, marks, shape = clause.start, clause.end, clause.marks, clause.shape
        cue, later = shape & CUE_BITS, laters[index]
        size, amount = end - start, _amount(text, start, end) if clause.may & FIGURE else 0
        place = shape & LEAD_CUE_BITS | seen << SEEN | later << LATER | fact | where << WHERE_AT
        if seen:
            place |= ANY_SEEN
        elif not cue:
            place |= (21 + (later != 0) + (4 if marks & FACTS else 0) + (16 if marks & IS else 0)) << MAYBE_AT
        long = 1 if size < SHORT else 2 if size > LONG else 0
        row: list[Sign] = [
            clause.word,
            (context | shape | amount << AMOUNT_AT) << NAME | CLAUSE,
            (CLOSINGS.get(clause.closing, 0) | long << 3 | ord(text[end - 1]) << 5) << NAME | EDGE,
            place << NAME | BEFORE,
        ]
        if marks:
            row.append((marks << 1 | (cue != 0)) << NAME | HAS)
            fact = FACT if marks & FACTS else fact
        if last:
            ahead = clauses[index + 1].shape & LEAD_BITS if index < last else NO_LEAD
            row.append((before | (shape & LEAD_BITS) << 12 | ahead << 16) << NAME | AROUND)
            before = shape & (LEAD_BITS | SUBJECT_BITS)
        rows.append(row)
        seen = cue or seen
        where = 3 if index < last - 1 else 2
    return rows


def _laters(clauses: Sequence[Clause]) -> list[int]:
    """For each clause the cue of the next one behind it that has one, as in a shape."""
    found, kind = [0] * len(clauses), 0
    for index in range(len(clauses) - 1, 0, -1):
        kind = clauses[index].shape & CUE_BITS or kind
        found[index - 1] = kind
    return found


def _amount(text: str, start: int, end: int) -> int:
    """Whether a stretch has some digits or many, 0 for none."""
    if DIGIT.search(text, start, end) is None:
        return 0
    return 2 if sum(map(str.isdigit, text[start:end])) > MANY * (end - start) else 1


def _gist(sentence: Sentence) -> Gist:
    shape, marks = sentence.clauses[0].shape & WHO_BITS, 0
    for clause in sentence.clauses:
        marks |= clause.marks
        if not shape & CUE_BITS:
            shape |= clause.shape & CUE_BITS
        if not shape & SUBJECT_BITS:
            shape |= clause.shape & SUBJECT_BITS
    tone = _tone(marks)
    return shape, VERB_TONE if not tone and shape & LEAD_BITS == VERB else tone, marks


@lru_cache(maxsize=4096)
def _tone(marks: int) -> int:
    """What the marks of a sentence sound like."""
    return TONE.number(next((name for name, kinds in TONES if kinds & marks), "plain"))


def directive_features(
    text: str, piece: Piece, mood: Mood, *, place: Place, times: int = 0
) -> tuple[list[Sign], set[str]]:  # fmt: skip
    """What tells a checkable order from an exhortation: the signs of a directive, and its words; `pairs_of` come besides.

    Args:
        text: the document.
        piece: the clauses of the directive.
        mood: its mood.
        place: where its sentence stands.
        times: how many times bound it.
    """
    clauses = piece.clauses
    start, end = clauses[0].start, clauses[-1].end
    plain: set[str] = set()
    vague = concrete = kinds = leads = 0
    for clause in clauses:
        plain.add(clause.word)
        for hit in clause.hits:
            kinds |= hit.bit
            if hit.bit & CONTENT and (clause.subject is None or hit.start >= clause.subject.end):
                plain.add(f"{hit.kind}={text[hit.start : hit.end]}" if hit.end - hit.start < 6 else hit.kind)
                if hit.bit == VAGUE:
                    vague += 1
                else:
                    concrete += 1
        leads |= 1 << (clause.shape & LEAD_BITS)
    digits = piece.may & FIGURE != 0 and DIGIT.search(text, start, end) is not None
    if has_amount(text, piece):
        plain.add(COUNTED)
    return [
        (MODALITY.number(mood.modality) | mood.force << 3 | ROLE.number(place.role) << 6 | min(len(clauses), 5) << 10) << NAME
        | DIRECTIVE,
        leads << NAME | LED_BY,
        deed_sign(text, piece, vague=vague > 0),
        member_sign(text, clauses),
        kinds << NAME | MARKS,
        (min(vague, 3) | min(concrete, 3) << 3 | (max(-2, min(2, concrete - vague)) + 2) << 6) << NAME | BALANCE,
        (min((end - start) // 15, 6) | digits << 3 | (times > 0) << 4) << NAME | EXTENT,
    ], plain


def pairs_of(text: str, piece: Piece) -> set[str]:
    """Every two neighbouring characters of a directive, as a model is trained on them; `classifier.Pairs` weighs them."""
    inside = text[piece.clauses[0].start : piece.clauses[-1].end]
    return set(map(add, inside, inside[1:]))
