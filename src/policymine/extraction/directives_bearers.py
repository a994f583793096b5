"""The bearers of every directive of a document: named in it, taken over from earlier text, or given by a bracket.

A name is taken over only from a grammatical subject or a headline, inside the same item (or from the sentence that introduces
its items), never across a paragraph except in the articles of a regulation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from policymine import rules
from policymine.extraction.bearers import members, name_at, subject_of
from policymine.extraction.directives_clauses import Clause, Sentence
from policymine.extraction.directives_modality import Mood
from policymine.extraction.directives_scanning import PACKAGE
from policymine.extraction.directives_splitting import Piece
from policymine.model import Bearer, BearerRole
from policymine.text.outline import Outline
from policymine.text.span import Span


class _Carry(NamedTuple):
    """Names that later directives may take over, and where they were read."""

    bearers: tuple[Bearer, ...]
    sentence: int
    introduces: bool


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    written: dict[str, str] = rules.load(PACKAGE, "bearers").lexicons["patterns"]
    return {name: re.compile(pattern) for name, pattern in written.items()}


def bearers_of(
    text: str, pieces: Sequence[Piece], moods: Sequence[Mood], *, sentences: Sequence[Sentence], outline: Outline
) -> list[tuple[Bearer, ...]]:
    """The bearers of each of `pieces`, in order.

    Args:
        text: the document.
        pieces: its directives.
        moods: the mood of each.
        sentences: all sentences; headlines that are no directives name bearers too.
        outline: the numbered items.
    """
    brackets = _brackets(text, sentences, outline)
    carried: dict[int, _Carry] = {}
    found: list[tuple[Bearer, ...]] = []
    waiting = iter(enumerate(pieces))
    index, piece = next(waiting, (-1, None))
    for number, sentence in enumerate(sentences):
        if sentence.opens and not sentence.label and not _is_article(outline, sentence.item):
            carried.pop(sentence.item, None)
        if sentence.label:
            carried.pop(sentence.item, None)
            headed = _explicit_clause(text, sentence.clauses)
            if headed and (piece is None or piece.sentence != number):
                carried[sentence.item] = _Carry(headed, number, True)
        same: tuple[Bearer, ...] | None = None
        while piece is not None and piece.sentence == number:
            mood = moods[index]
            explicit = _explicit(text, piece, mood)
            if explicit:
                found.append(explicit)
                if mood.modality not in ("recommendation",):
                    same = explicit
                    carried[sentence.item] = _Carry(explicit, number, sentence.closing in "：:")
            else:
                taken, reset = _taken(
                    text, piece, mood, carried, outline=outline, sentence=sentence, same=same, brackets=brackets
                )
                if reset:
                    carried[sentence.item] = _Carry((), number, False)
                found.append(taken)
            index, piece = next(waiting, (-1, None))
    return found


def _is_article(outline: Outline, item: int) -> bool:
    while item >= 0:
        if outline.items[item].style == "article":
            return True
        item = outline.items[item].parent
    return False


def _taken(
    text: str, piece: Piece, mood: Mood, carried: dict[int, _Carry], *, outline: Outline, sentence: Sentence,
    same: tuple[Bearer, ...] | None, brackets: dict[int, tuple[Bearer, ...]],
) -> tuple[tuple[Bearer, ...], bool]:  # fmt: skip
    """What a directive that names nobody takes over, and whether it ends the taking over (我们要…)."""
    subjects = {clause.subject.kind for clause in piece.clauses if clause.subject}
    if "pronoun" in subjects:
        return (), True
    if same is not None:
        return tuple(bearer for bearer in _implicit(same)), False
    item = sentence.item
    if item in brackets:
        return brackets[item], False
    if mood.modality == "recommendation" or ("thing" in subjects and mood.cue is not None):
        return (), False
    carry = carried.get(item)
    if (carry is None and not sentence.opens) or carry is None:
        parent = outline.items[item].parent if item >= 0 else -2
        while parent >= -1:
            above = carried.get(parent)
            if above is not None:
                if parent >= 0 or above.introduces:
                    carry = above
                break
            parent = outline.items[parent].parent if parent >= 0 else -2
    if carry is None or not carry.bearers:
        return (), False
    if mood.modality == "sanction" and carry.sentence < piece.sentence - 1 and not sentence.expansion:
        return (), False
    return _implicit(carry.bearers), False


def _implicit(bearers: Sequence[Bearer]) -> tuple[Bearer, ...]:
    return tuple(Bearer(bearer.text, bearer.role, explicit=False, span=bearer.span) for bearer in bearers)


def _explicit_clause(text: str, clauses: Sequence[Clause]) -> tuple[Bearer, ...]:
    """The subject that a headline names."""
    for clause in clauses:
        if clause.subject is not None and clause.subject.kind in ("organisation", "person"):
            return _named(text, Span(clause.subject.start, clause.subject.end), "responsible")
    return ()


def _explicit(text: str, piece: Piece, mood: Mood) -> tuple[Bearer, ...]:
    """The bearers that a directive names itself."""
    start, end = piece.clauses[0].start, piece.clauses[-1].end
    shared = _patterns()["shared"].search(text, start, end)
    if shared is not None:
        pair: list[Bearer] = []
        roles: tuple[BearerRole, BearerRole] = ("lead", "support")
        for role in roles:
            span = name_at(text, *shared.span(role))
            if span is not None:
                pair += _named(text, span, role)
        if pair:
            return tuple(pair)
    if mood.modality in ("recommendation", "permission") and mood.cue is not None:
        invited = _patterns()["invited"].match(text, mood.cue.start, end)
        if invited is not None:
            subject = subject_of(text, invited.end(), end, cue=None, lead="")
            if subject is not None and subject.kind in ("organisation", "person"):
                return _named(text, Span(subject.start, subject.end), "responsible")
            if mood.modality == "recommendation":
                return ()
    named: list[Bearer] = []
    for clause in piece.clauses:
        if clause.subject is None or clause.subject.kind not in ("organisation", "person"):
            continue
        if named and not any(h.kind in ("lead", "charge") for h in clause.hits):
            continue
        named += _named(text, Span(clause.subject.start, clause.subject.end), _role(text, clause))
        named += _joined(text, clause)
    return tuple(named)


def _role(text: str, clause: Clause) -> BearerRole:
    for hit in clause.hits:
        if clause.subject is not None and hit.start < clause.subject.end:
            continue
        if hit.kind == "lead":
            return "lead"
        if hit.kind == "charge":
            word = text[hit.start : hit.end]
            if word in ("配合", "协助"):
                return "support"
            if word == "会同":
                return "lead"
    return "responsible"


def _joined(text: str, clause: Clause) -> Iterator[Bearer]:
    """Y of “X会同Y开展…”."""
    for hit in clause.hits:
        if hit.kind == "charge" and text[hit.start : hit.end] == "会同":
            subject = subject_of(text, hit.end, clause.end, cue=None, lead="")
            if subject is not None and subject.kind == "organisation":
                yield from _named(text, Span(subject.start, subject.end), "support")


def _named(text: str, span: Span, role: BearerRole) -> tuple[Bearer, ...]:
    return tuple(Bearer(part.of(text), role, span=part) for part in members(text, span))


def _brackets(text: str, sentences: Sequence[Sentence], outline: Outline) -> dict[int, tuple[Bearer, ...]]:
    """Bearers that a bracket at the end of an item gives: item → bearers."""
    given: dict[int, tuple[Bearer, ...]] = {}
    pattern = _patterns()
    starts = [sentence.start for sentence in sentences]
    for bracket in pattern["bracket"].finditer(text):
        named: list[Bearer] = []
        for part in pattern["part"].finditer(text, *bracket.span("inside")):
            role: BearerRole = "responsible"
            told = (part["told"] or "") + (part["verb"] or "")
            if "牵头" in told:
                role = "lead"
            elif "配合" in told or "协助" in told:
                role = "support"
            span = Span(*part.span("names")).trimmed(text, "、，,等 ") if part["names"] else None
            if span is not None:
                named += [Bearer(name.of(text), role, explicit=False, span=name) for name in members(text, span, loose=True)]
        at = bisect_right(starts, bracket.start()) - 1
        if named and at >= 0:
            given[sentences[at].item] = tuple(named)
    return given
