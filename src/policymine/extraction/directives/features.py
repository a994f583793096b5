"""Readable features of directives that tell a checkable order from an exhortation, weighed by a linear model.

A feature is a short text such as `modality=obligation`, `role=review` or `lead=verb`: `explain` can print it, a person can
read it. signs.py spells the features out; those of clauses are made by clause_signs.py.
"""

from __future__ import annotations

import re
from operator import add
from typing import Final

from policymine.extraction.directives.codes import LEAD_BITS, MODALITY, NAME, NUMBERS, ROLE, bits
from policymine.extraction.directives.deeds import COUNTED, deed_sign, has_amount, member_sign
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.scanning import CONTENT
from policymine.extraction.directives.sections import Place
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.splitting import Piece
from policymine.extraction.directives.tries import bit

DIGIT: Final = re.compile(r"\d")
FIGURE: Final = bit("digit")
VAGUE: Final = bits("vague")
LED_BY: Final = NUMBERS["leads"]
MARKS: Final = NUMBERS["marks"]
DIRECTIVE: Final = NUMBERS["directive"]
BALANCE: Final = NUMBERS["balance"]
EXTENT: Final = NUMBERS["extent"]


def directive_features(
    text: str, piece: Piece, mood: Mood, *, place: Place, times: int = 0, counted: bool | None = None
) -> tuple[list[Sign], set[str]]:  # fmt: skip
    """What tells a checkable order from an exhortation: the signs of a directive, and its words; `pairs_of` come besides.

    Args:
        text: the document.
        piece: the clauses of the directive.
        mood: its mood.
        place: where its sentence stands.
        times: how many times bound it.
        counted: whether a member of it is an amount, where that is known.
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
    if counted is None:
        counted = has_amount(text, piece)
    if counted:
        plain.add(COUNTED)
    return [
        (MODALITY.number(mood.modality) | mood.force << 3 | ROLE.number(place.role) << 6 | min(len(clauses), 5) << 10) << NAME
        | DIRECTIVE,
        leads << NAME | LED_BY,
        deed_sign(text, piece, vague=vague > 0),
        member_sign(text, clauses, counted=counted),
        kinds << NAME | MARKS,
        (min(vague, 3) | min(concrete, 3) << 3 | (max(-2, min(2, concrete - vague)) + 2) << 6) << NAME | BALANCE,
        (min((end - start) // 15, 6) | digits << 3 | (times > 0) << 4) << NAME | EXTENT,
    ], plain


def pairs_of(text: str, piece: Piece) -> set[str]:
    """Every two neighbouring characters of a directive, as a model is trained on them; `classifier.Pairs` weighs them."""
    inside = text[piece.clauses[0].start : piece.clauses[-1].end]
    return set(map(add, inside, inside[1:]))
