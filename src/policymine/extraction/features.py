"""Readable features of clauses and directives, made from what the rules found, weighed by the linear models.

A feature is a short text such as `cue=must`, `role=review` or `shape=verb&none`: `explain` can print it, a person can read it.
What all clauses of a sentence share is made once; directives_signs.py spells the features out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from policymine.extraction.deeds import deed_sign, member_signs
from policymine.extraction.directives_clauses import Clause, Sentence
from policymine.extraction.directives_modality import Mood
from policymine.extraction.directives_sections import Place
from policymine.extraction.directives_signs import Sign
from policymine.extraction.directives_splitting import Piece

SHORT, LONG = 8, 40
LONGEST_TOPIC = 22
"""A topic sentence that the next ones spell out has some twenty characters at most (docs/reference/guideline.md)."""
DIGIT = re.compile(r"\d")
FACTS = {"perfect", "past", "achieved", "problem"}
TONES = (
    ("problem", {"problem"}), ("fact", {"perfect", "past", "achieved"}), ("weight", {"weight", "is"}),
    ("frame", {"meeting", "speaker", "formality", "ask"}), ("plan", {"plan", "charge", "lead", "penalty"}),
)  # fmt: skip


class Rows(NamedTuple):
    """The signs of a sentence: those all its clauses share, and those of each clause."""

    shared: list[Sign]
    own: list[list[Sign]]


class _Gist(NamedTuple):
    """What the sentences around look at: first deontic word, tone, lead, subject kind, marks."""

    cue: str
    tone: str
    lead: str
    subject: str
    marks: frozenset[str]


def clause_features(text: str, read: Sequence[Sentence], places: Sequence[Place], *, kind: str) -> list[Rows]:
    """The features that tell whether a clause belongs to a directive, sentence by sentence.

    Args:
        text: the document.
        read: its sentences.
        places: where each stands.
        kind: the kind of paper.
    """
    gists = [_gist(sentence) for sentence in read]
    none = _Gist("none", "none", "none", "none", frozenset())
    last = len(read) - 1
    found = []
    for number, (sentence, place) in enumerate(zip(read, places, strict=True)):
        gist = gists[number]
        after = gists[number + 1] if number < last else none
        follower = read[number + 1] if number < last else None
        shared = _sentence(sentence, place, gist=gist, kind=kind)
        if place.introduced >= 0:
            by = gists[place.introduced]
            head = text[read[place.introduced].end - 2 : read[place.introduced].end]
            ends = text[sentence.end - 1] == "的"
            shared.append(("listed", by.cue, gist.lead, ends, "penalty" in by.marks, head))
        shared += _headline(text, sentence, place, gist=gist, after=after, follower=follower)
        found.append(Rows(shared, _clauses(text, sentence, place, kind=kind)))
    return found


def _sentence(sentence: Sentence, place: Place, *, gist: _Gist, kind: str) -> list[Sign]:
    ordered = "cue" if gist.cue != "none" else "bare"
    first = sentence.clauses[0]
    closing = sentence.closing if sentence.closing and sentence.closing in "。！；？;" else "none"
    row: list[Sign] = [
        ("paper", kind, place.role, place.outer),
        ("sentence", place.role, gist.cue, gist.tone, ordered, gist.lead, gist.subject, min(len(sentence.clauses), 5)),
        ("head", gist.lead or "other", _cue(first), _subject(first), gist.tone),
        ("frame", sentence.label, closing),
        ("says", gist.marks),
    ]
    if place.heading:
        row.append(("heading", bool(sentence.label)))
    if sentence.expansion:
        row.append("expansion")
    if sentence.opens:
        row.append("opens")
    if sentence.closing in ("：", ":"):
        row.append(("leadin", gist.cue, gist.subject))
    return row


def _headline(
    text: str, sentence: Sentence, place: Place, *, gist: _Gist, after: _Gist, follower: Sentence | None
) -> list[Sign]:  # fmt: skip
    """Signs that a sentence only announces what the next ones spell out."""
    size = sentence.end - sentence.start
    named = "headline" if place.headline else "topic" if place.topic else "inner"
    longer = follower is not None and follower.item == sentence.item and follower.end - follower.start > 1.4 * size
    row: list[Sign] = [("length", named, min(size // 6, 7), longer, len(sentence.clauses) > 1)]
    if named == "inner" and size <= LONGEST_TOPIC and len(sentence.clauses) == 1:
        named = "short"
    if named != "inner":
        digits = DIGIT.search(text, sentence.start, sentence.end) is not None
        row.append(("announces", named, after.cue, after.lead, gist.subject, digits, sentence.label, gist.cue, longer))
    return row


def _clauses(text: str, sentence: Sentence, place: Place, *, kind: str) -> list[list[Sign]]:
    clauses = sentence.clauses
    last = len(clauses) - 1
    rows: list[list[Sign]] = []
    seen, fact = "none", "none"
    laters = _laters(clauses)
    for index, clause in enumerate(clauses):
        cue, lead, marks = _cue(clause), clause.lead or "other", clause.marks
        factual = not FACTS.isdisjoint(marks)
        where = "only" if last == 0 else "first" if index == 0 else "last" if index == last else "middle"
        row = _clause(text, clause, cue=cue, place=place, kind=kind)
        row.append(("before", seen, laters[index], fact, cue, lead, seen != "none", where))
        if seen == "none" and cue == "none":
            row.append(("pre", lead, laters[index] != "none", factual, "is" in marks))
        if index:
            row.append(("previous", clauses[index - 1].lead, _subject(clauses[index - 1])))
        if index < last:
            row.append(("next", lead, clauses[index + 1].lead))
        rows.append(row)
        seen = cue if clause.cue else seen
        fact = "fact" if factual else fact
    return rows


def _laters(clauses: Sequence[Clause]) -> list[str]:
    """For each clause the kind of the next deontic word behind it."""
    found, kind = [], "none"
    for clause in reversed(clauses):
        found.append(kind)
        kind = clause.cue.kind if clause.cue else kind
    return found[::-1]


def _clause(text: str, clause: Clause, *, cue: str, place: Place, kind: str) -> list[Sign]:
    lead = clause.lead or "other"
    size = clause.end - clause.start
    closing = clause.closing if clause.closing and clause.closing in "。，,；：:;" else "other"
    row: list[Sign] = [
        f"word={clause.word}",
        ("order", place.role, lead, cue, _subject(clause), clause.condition),
        ("kind", kind, lead),
        ("edge", text[clause.end - 1], closing, "short" if size < SHORT else "long" if size > LONG else "normal"),
    ]
    if clause.adverb:
        row.append(("adverb", cue))
    if clause.marks:
        row.append(("has", "cue" if clause.cue else "bare", clause.marks))
    if DIGIT.search(text, clause.start, clause.end):
        digits = sum(map(str.isdigit, text[clause.start : clause.end]))
        row.append("digits=many" if digits > 0.2 * size else "digits=some")
    return row


def _cue(clause: Clause) -> str:
    return clause.cue.kind if clause.cue is not None else "none"


def _subject(clause: Clause) -> str:
    return clause.subject.kind if clause.subject is not None else "none"


def _gist(sentence: Sentence) -> _Gist:
    marks = frozenset().union(*[clause.marks for clause in sentence.clauses])
    tone = next((name for name, kinds in TONES if not kinds.isdisjoint(marks)), "plain")
    lead = sentence.clauses[0].lead
    return _Gist(
        cue=next((c.cue.kind for c in sentence.clauses if c.cue), "none"),
        tone="verb" if tone == "plain" and lead == "verb" else tone,
        lead=lead,
        subject=next((c.subject.kind for c in sentence.clauses if c.subject), "none"),
        marks=marks,
    )


def directive_features(text: str, piece: Piece, mood: Mood, *, place: Place, times: int = 0) -> list[Sign]:
    """The signs of a directive that tell a checkable order from an exhortation."""
    start, end = piece.clauses[0].start, piece.clauses[-1].end
    counts: dict[str, int] = {}
    row: list[Sign] = [("directive", mood.modality, mood.force, place.role, min(len(piece.clauses), 5))]
    for clause in piece.clauses:
        row += [f"lead={clause.lead}", f"word={clause.word}"]
        for hit in clause.hits:
            counts[hit.kind] = counts.get(hit.kind, 0) + 1
            if hit.kind in ("concrete", "vague"):
                row.append(f"{hit.kind}={text[hit.start : hit.end]}" if hit.end - hit.start < 6 else hit.kind)
    vague, concrete = counts.get("vague", 0), counts.get("concrete", 0)
    row.append(deed_sign(text, piece, vague=vague > 0))
    row += member_signs(text, piece.clauses)
    row += [("marks", frozenset(counts)), ("balance", min(vague, 3), min(concrete, 3), max(-2, min(2, concrete - vague)))]
    if DIGIT.search(text, start, end):
        row.append("digits")
    if times:
        row.append("times")
    row.append(f"size={min((end - start) // 15, 6)}")
    row += [text[i : i + 2] for i in range(start, end - 1)]
    return list(dict.fromkeys(row))
