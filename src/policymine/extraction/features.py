"""Readable features of clauses and directives, made from what the rules found, weighed by the linear models.

A feature is a short text such as `cue=must`, `role=review` or `shape=verb&none`: `explain` can print it, a person can read it.
What all clauses of a sentence share is made once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from policymine import rules
from policymine.extraction.directives_clauses import Clause, Sentence
from policymine.extraction.directives_modality import Mood
from policymine.extraction.directives_scanning import PACKAGE
from policymine.extraction.directives_sections import Place
from policymine.extraction.directives_splitting import Piece

SHORT, LONG = 8, 40
FACTS = {"perfect", "past", "achieved", "problem"}
TONES = (
    ("problem", {"problem"}), ("fact", {"perfect", "past", "achieved"}), ("weight", {"weight", "is"}),
    ("frame", {"meeting", "speaker", "formality", "ask"}), ("plan", {"plan", "charge", "lead", "penalty"}),
)  # fmt: skip


class Rows(NamedTuple):
    """The features of a sentence: those all its clauses share, and those of each clause."""

    shared: list[str]
    own: list[list[str]]


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
        shared = _sentence(text, sentence, place, gist=gist, kind=kind)
        if place.introduced >= 0:
            by = gists[place.introduced]
            ends = text[sentence.end - 1] == "的"
            shared += ["listed", f"listed&by={by.cue}", f"listed&lead={gist.lead}", f"listed&of={ends}&{'penalty' in by.marks}"]
        follower = read[number + 1] if number < last else None
        shared += _headline(text, sentence, place, gist=gist, after=after, follower=follower)
        found.append(Rows(shared, _clauses(text, sentence, place, kind=kind)))
    return found


def _sentence(text: str, sentence: Sentence, place: Place, *, gist: _Gist, kind: str) -> list[str]:
    cue, tone, lead, role = gist.cue, gist.tone, gist.lead, place.role
    ordered = "cue" if cue != "none" else "bare"
    first = sentence.clauses[0]
    opening = f"{lead or 'other'}&{first.cue.kind if first.cue else 'none'}&{first.subject.kind if first.subject else 'none'}"
    row = [
        "bias", f"kind={kind}", f"role={role}", f"outer={place.outer}", f"label={sentence.label}", f"kind&role={kind}&{role}",
        f"s.cue={cue}", f"s.tone={tone}", f"s.tone&cue={tone}&{ordered}", f"s.lead={lead}", f"role&s.lead={role}&{lead}",
        f"s.closing={sentence.closing if sentence.closing in '。；！？;' else 'none'}",
        f"s.subject={gist.subject}", f"s.clauses={min(len(sentence.clauses), 5)}",
        f"s.head={opening}", f"s.head&tone={opening}&{tone}", f"role&ordered={role}&{ordered}",
    ]  # fmt: skip
    if place.heading:
        row += ["heading", "heading&label" if sentence.label else "heading&bare"]
    if sentence.expansion:
        row.append("expansion")
    if sentence.opens:
        row.append("opens")
    if sentence.closing in "：:" and sentence.closing:
        row += ["leadin", f"leadin&cue={cue}", f"leadin&subject={gist.subject}"]
    row += [f"s.has={mark}" for mark in gist.marks]
    return row


def _headline(
    text: str, sentence: Sentence, place: Place, *, gist: _Gist, after: _Gist, follower: Sentence | None
) -> list[str]:  # fmt: skip
    """Signs that a sentence only announces what the next ones spell out."""
    size = sentence.end - sentence.start
    named = "headline" if place.headline else "topic" if place.topic else "inner"
    longer = follower is not None and follower.item == sentence.item and follower.end - follower.start > 1.4 * size
    row = [f"{named}&size={min(size // 6, 7)}", f"{named}&size&longer={min(size // 6, 7)}&{longer}&{len(sentence.clauses) > 1}"]
    if named == "inner":
        return row
    digits = any(character.isdigit() for character in text[sentence.start : sentence.end])
    return [
        *row, named, f"{named}&next={after.cue}", f"{named}&next.lead={after.lead}", f"{named}&subject={gist.subject}",
        f"{named}&digits={digits}", f"{named}&style={sentence.label}", f"{named}&cue={gist.cue}", f"{named}&longer={longer}",
    ]  # fmt: skip


def _clauses(text: str, sentence: Sentence, place: Place, *, kind: str) -> list[list[str]]:
    clauses = sentence.clauses
    last = len(clauses) - 1
    rows: list[list[str]] = []
    seen, fact = "none", "none"
    previous: Clause | None = None
    laters = _laters(clauses)
    for index, clause in enumerate(clauses):
        marks = {hit.kind for hit in clause.hits if not hit.deontic}
        cue = clause.cue.kind if clause.cue else "none"
        later = laters[index]
        row = _clause(text, clause, cue=cue, marks=marks, place=place, kind=kind)
        if seen == "none" and cue == "none":
            row.append(f"pre={clause.lead or 'other'}&{later != 'none'}&{not FACTS.isdisjoint(marks)}&{'is' in marks}")
        row += [
            f"before.cue={seen}", f"later.cue={later}", f"before.fact={fact}", f"cue&before={cue}&{seen != 'none'}",
            f"lead&before={clause.lead}&{seen != 'none'}", f"lead&fact={clause.lead}&{fact}",
            "place=" + ("only" if last == 0 else "first" if index == 0 else "last" if index == last else "middle"),
        ]  # fmt: skip
        if previous is not None:
            row += [f"prev.lead={previous.lead}", f"prev.subject={previous.subject.kind if previous.subject else 'none'}"]
        if index < last:
            row += [f"next.lead={clauses[index + 1].lead}", f"lead&next={clause.lead}&{clauses[index + 1].lead}"]
        rows.append(row)
        seen = cue if clause.cue else seen
        fact = fact if FACTS.isdisjoint(marks) else "fact"
        previous = clause
    return rows


def _laters(clauses: Sequence[Clause]) -> list[str]:
    """For each clause the kind of the next deontic word behind it."""
    found, kind = [], "none"
    for clause in reversed(clauses):
        found.append(kind)
        kind = clause.cue.kind if clause.cue else kind
    return found[::-1]


def _clause(text: str, clause: Clause, *, cue: str, marks: set[str], place: Place, kind: str) -> list[str]:
    subject = clause.subject.kind if clause.subject else "none"
    shape = f"{clause.lead or 'other'}&{cue}"
    size = clause.end - clause.start
    row = [
        f"cue={cue}", f"lead={clause.lead}", f"shape={shape}", f"word={clause.word}", f"subject={subject}",
        f"role&lead={place.role}&{clause.lead}", f"role&cue={place.role}&{cue}", f"kind&lead={kind}&{clause.lead}",
        f"subject&shape={subject}&{shape}", f"fronted={clause.condition}",
        f"tail={text[clause.end - 1]}", f"closing={clause.closing if clause.closing in '。，,；：:;' else 'other'}",
        "size=" + ("short" if size < SHORT else "long" if size > LONG else "normal"),
    ]  # fmt: skip
    if clause.adverb:
        row += ["adverb", f"adverb&cue={cue}"]
    ordered = "cue" if clause.cue else "bare"
    for mark in marks:
        row += [f"has={mark}", f"has={mark}&{ordered}"]
    digits = sum(map(str.isdigit, text[clause.start : clause.end]))
    if digits:
        row.append("digits=" + ("many" if digits > 0.2 * size else "some"))
    return row


def _gist(sentence: Sentence) -> _Gist:
    marks = frozenset(hit.kind for clause in sentence.clauses for hit in clause.hits if not hit.deontic)
    tone = next((name for name, kinds in TONES if not kinds.isdisjoint(marks)), "plain")
    lead = sentence.clauses[0].lead
    return _Gist(
        cue=next((c.cue.kind for c in sentence.clauses if c.cue), "none"),
        tone="verb" if tone == "plain" and lead == "verb" else tone,
        lead=lead,
        subject=next((c.subject.kind for c in sentence.clauses if c.subject), "none"),
        marks=marks,
    )


@cache
def _deeds() -> tuple[re.Pattern[str], re.Pattern[str]]:
    written = rules.load(PACKAGE, "directives").lexicons["operational"]
    return re.compile(written["act"]), re.compile(written["bare"])


def directive_features(text: str, piece: Piece, mood: Mood, *, place: Place, times: int = 0) -> list[str]:
    """The features of a directive that tell a checkable order from an exhortation."""
    start, end = piece.clauses[0].start, piece.clauses[-1].end
    counts: dict[str, int] = {}
    row = [
        "bias",
        f"modality={mood.modality}",
        f"force={mood.force}",
        f"role={place.role}",
        f"clauses={min(len(piece.clauses), 5)}",
    ]
    for clause in piece.clauses:
        row += [f"lead={clause.lead}", f"word={clause.word}"]
        for hit in clause.hits:
            counts[hit.kind] = counts.get(hit.kind, 0) + 1
            if hit.kind in ("concrete", "vague"):
                row.append(f"{hit.kind}={text[hit.start : hit.end]}" if hit.end - hit.start < 6 else hit.kind)
    act, bare = _deeds()
    body = [clause for clause in piece.clauses if clause.lead != "result"] or list(piece.clauses)
    acts = sum(act.search(text, clause.start, clause.end) is not None for clause in body)
    bares = sum(bare.match(text, clause.start, clause.end) is not None for clause in body)
    idle = sum(
        act.search(text, c.start, c.end) is None and not any(map(str.isdigit, text[c.start : c.end])) for c in body
    )  # fmt: skip
    row += [
        f"acts={min(acts, 3)}", f"bares={min(bares, 3)}", f"acts&bares={min(acts, 2)}&{bares == len(body)}",
        f"idle={idle == len(body)}", f"acts&vague={min(acts, 2)}&{counts.get('vague', 0) > 0}",
        f"bare&modality={bares == len(body)}&{mood.modality}",
    ]  # fmt: skip
    vague, concrete = counts.get("vague", 0), counts.get("concrete", 0)
    row += [f"has={kind}" for kind in counts]
    row += [f"vague={min(vague, 3)}", f"concrete={min(concrete, 3)}", f"balance={max(-2, min(2, concrete - vague))}"]
    if any(character.isdigit() for character in text[start:end]):
        row.append("digits")
    if times:
        row.append("times")
    row.append(f"size={min((end - start) // 15, 6)}")
    row += [f"bigram={text[i : i + 2]}" for i in range(start, end - 1)]
    return list(dict.fromkeys(row))
