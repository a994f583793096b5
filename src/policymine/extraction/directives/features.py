"""Readable features of clauses and directives, made from what the rules found, weighed by the linear models.

A feature is a short text such as `cue=must`, `role=review` or `shape=verb&none`: `explain` can print it, a person can read it.
What all clauses of a sentence share is made once; signs.py spells the features out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import add
from typing import NamedTuple

from policymine.extraction.directives.clauses import Clause, Sentence
from policymine.extraction.directives.deeds import deed_sign, member_sign
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.scanning import CONTENT
from policymine.extraction.directives.sections import Place
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.splitting import Piece

SHORT, LONG = 8, 40
LONGEST_TOPIC = 22
"""A topic sentence that the next ones spell out has some twenty characters at most (docs/reference/guideline.md)."""
DIGIT = re.compile(r"\d")
MANY = 0.2
"""Share of digits above which a clause has many."""
NONE: frozenset[str] = frozenset()
UNSEEN = (None, None, None)
FACTS = {"perfect", "past", "achieved", "problem", "state"}
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
    first, label = sentence.clauses[0], sentence.label
    closing = sentence.closing if sentence.closing and sentence.closing in "。！；？;" else "none"
    heading = "" if place.heading else None
    row: list[Sign] = [
        ("paper", kind, place.role, place.outer),
        ("sentence", place.role, gist.cue, gist.tone, ordered, gist.lead, gist.subject, min(len(sentence.clauses), 5)),
        ("head", gist.lead or "other", _cue(first), _subject(first), gist.tone),
        ("frame", label, closing, heading, bool(label), "" if sentence.expansion else None, "" if sentence.opens else None),
    ]
    if gist.marks:
        row.append(("says", gist.marks))
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
        goes_on = follower is not None and _shares(text, sentence, follower)
        row.append(
            ("announces", named, after.cue, after.lead, gist.subject, digits, sentence.label, gist.cue, longer, goes_on)
        )  # fmt: skip
    return row


def _shares(text: str, sentence: Sentence, follower: Sentence) -> bool:
    """Whether the next sentence takes up a word behind the verb of a short one: 保障供水。供水企业每日巡线。"""
    first = sentence.clauses[0]
    ahead = text[follower.start : follower.end]
    return any(text[at : at + 2] in ahead for at in range(first.head + 2, sentence.end - 1))


def _clauses(text: str, sentence: Sentence, place: Place, *, kind: str) -> list[list[Sign]]:
    clauses, role = sentence.clauses, place.role
    last = len(clauses) - 1
    rows: list[list[Sign]] = []
    seen, fact = "none", "none"
    laters = _laters(clauses)
    before: tuple[str | None, str | None] = (None, None)
    for index, clause in enumerate(clauses):
        start, end, _, _, led, adverb, word, _, deontic, named, condition, _, marks = clause
        cue, lead = deontic.kind if deontic is not None else "none", led or "other"
        subject = named.kind if named is not None else "none"
        later, factual = laters[index], bool(marks) and not FACTS.isdisjoint(marks)
        where = "only" if last == 0 else "first" if index == 0 else "last" if index == last else "middle"
        bare = (later != "none", factual, "is" in marks) if seen == cue == "none" else UNSEEN
        row: list[Sign] = [
            "word=" + word,
            ("clause", role, lead, cue, subject, condition, kind, "" if adverb else None, _digits(text, start, end)),
            _edge(text, clause),
            ("before", seen, later, fact, cue, lead, seen != "none", where, *bare),
        ]
        if marks:
            row.append(("has", "bare" if cue == "none" else "cue", marks))
        if last:
            row.append(("around", *before, lead, clauses[index + 1].lead if index < last else None))
        rows.append(row)
        before = led, subject
        if deontic is not None:
            seen = cue
        if factual:
            fact = "fact"
    return rows


def _laters(clauses: Sequence[Clause]) -> list[str]:
    """For each clause the kind of the next deontic word behind it."""
    if len(clauses) == 1:
        return ["none"]
    found, kind = [], "none"
    for clause in reversed(clauses):
        found.append(kind)
        kind = clause.cue.kind if clause.cue else kind
    return found[::-1]


def _edge(text: str, clause: Clause) -> Sign:
    """How a clause ends and how long it is."""
    size = clause.end - clause.start
    closing = clause.closing if clause.closing and clause.closing in "。，,；：:;" else "other"
    return ("edge", text[clause.end - 1], closing, "short" if size < SHORT else "long" if size > LONG else "normal")


def _digits(text: str, start: int, end: int) -> str | None:
    """Whether a stretch has some or many digits; None for none."""
    if DIGIT.search(text, start, end) is None:
        return None
    return "many" if sum(map(str.isdigit, text[start:end])) > MANY * (end - start) else "some"


def _cue(clause: Clause) -> str:
    return clause.cue.kind if clause.cue is not None else "none"


def _subject(clause: Clause) -> str:
    return clause.subject.kind if clause.subject is not None else "none"


def _gist(sentence: Sentence) -> _Gist:
    cue = subject = None
    marks: frozenset[str] = NONE
    for clause in sentence.clauses:
        cue, subject = cue or clause.cue, subject or clause.subject
        marks = marks | clause.marks if marks else clause.marks
    lead = sentence.clauses[0].lead
    tone = _tone(marks)
    return _Gist(
        cue=cue.kind if cue else "none", tone="verb" if tone == "plain" and lead == "verb" else tone, lead=lead,
        subject=subject.kind if subject else "none", marks=marks,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _tone(marks: frozenset[str]) -> str:
    """What the marks of a sentence sound like."""
    return next((name for name, kinds in TONES if not kinds.isdisjoint(marks)), "plain")


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
    vague = concrete = 0
    kinds: set[str] = set()
    for clause in clauses:
        plain.add("word=" + clause.word)
        for start_, end_, kind, _ in clause.hits:
            kinds.add(kind)
            if kind in CONTENT:
                plain.add(f"{kind}={text[start_:end_]}" if end_ - start_ < 6 else kind)
                vague, concrete = vague + (kind == "vague"), concrete + (kind == "concrete")
    digits = "" if DIGIT.search(text, start, end) else None
    return [
        ("directive", mood.modality, mood.force, place.role, min(len(clauses), 5)),
        ("leads", frozenset([clause.lead for clause in clauses])),
        deed_sign(text, piece, vague=vague > 0, digits=digits is not None),
        member_sign(text, clauses),
        ("marks", frozenset(kinds)),
        ("balance", min(vague, 3), min(concrete, 3), max(-2, min(2, concrete - vague))),
        ("extent", min((end - start) // 15, 6), digits, "" if times else None),
    ], plain


def pairs_of(text: str, piece: Piece) -> set[str]:
    """Every two neighbouring characters of a directive, as a model is trained on them; `classifier.Pairs` weighs them."""
    inside = text[piece.clauses[0].start : piece.clauses[-1].end]
    return set(map(add, inside, inside[1:]))
