"""Where one directive ends and the next begins inside a sentence.

Boundaries of the guideline: another bearer, another modality, another fronted condition with its own cue or penalty,
鼓励/支持/允许 in a chain of duties. Coordinated acts of one bearer and modality stay together, and so do results (确保…) and
“X牵头，Y配合”.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter
from typing import Final

from policymine.extraction.directives.bodies import kind_of
from policymine.extraction.directives.classifier import LinearModel
from policymine.extraction.directives.clauses import Clause, Sentence
from policymine.extraction.directives.codes import (
    CUE_BITS,
    FRONTED,
    LEAD_BITS,
    MODALITY,
    NAME,
    NUMBERS,
    SUBJECT_BITS,
    SUBJECTS,
    bits,
)  # fmt: skip
from policymine.extraction.directives.fronting import patterns
from policymine.extraction.directives.mechanisms import silence
from policymine.extraction.directives.parting import INVITING, OBLIGATION, RECOMMENDATION, hands_over, meant, settled, supports
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.tries import bit
from policymine.extraction.directives.unfinished import goes_on, unfinished

DIGIT: Final = re.compile(r"\d")
FIGURE: Final = bit("digit")
FRAME: Final = bit("splitting.frame")
LONGEST_SCRAP: Final = 3
LONGEST_FRAME: Final = 30
SIGHT: Final = 8
"""Clauses before and behind a place that are looked at: a sentence of a thousand clauses takes no longer per clause."""


SHORT: Final = 14
"""Clauses up to so long can be one more act in a row of such."""
DIVIDING: Final = bits("charge", "lead", "penalty", "plan")
"""Marks that can open a directive without a deontic word."""
CHARGE: Final = bits("charge")
LEADING: Final = bits("lead")
PENALTY: Final = bits("penalty")
SUBJECT_AT: Final = 9
SOMEBODY: Final = 1 << SUBJECTS.index("organisation") | 1 << SUBJECTS.index("person")
PRONOUN: Final = 1 << SUBJECTS.index("pronoun")
THING: Final = 1 << SUBJECTS.index("thing")
GOING_ON: Final = ("verb", "result", "adverb")
RULE: Final = NUMBERS["rule"]
MOODS: Final = NUMBERS["moods"]
BEARERS: Final = NUMBERS["bearers"]
JOINT: Final = NUMBERS["joint"]
ECHO: Final = NUMBERS["echo"]
MARKS: Final = NUMBERS["marks"]
RAN: Final = NUMBERS["ran"]
BOTH: Final = NUMBERS["both"]
_fronted = attrgetter("fronted")


@dataclass(slots=True, eq=False)
class Piece:
    """The clauses of one directive; `sentence` is an index into the sentences, `first` one into its clauses.

    Of all clauses together: `marks` the kinds of their marks, `may` the patterns that one of them can match (`tries`),
    `subjects` the kinds of their subjects, see `SOMEBODY` and what follows it.
    """

    sentence: int
    first: int
    clauses: tuple[Clause, ...]
    marks: int
    may: int
    subjects: int


def split(text: str, number: int, sentence: Sentence, *, marked: Sequence[bool], model: LinearModel) -> list[Piece]:
    """The directives of a sentence whose clauses are `marked` as belonging to one or not.

    Args:
        text: the document.
        number: the sentence's place among all sentences.
        sentence: the sentence.
        marked: for each clause, whether it belongs to a directive.
        model: weighs the signs of a boundary, `boundary_features`.
    """
    if True not in marked or is_bearer_note(text, sentence):
        return []
    clauses = sentence.clauses
    inner = silence(text, clauses)
    kept = _with_scenes(text, clauses, marked)
    for index in inner:
        kept[index] = kept[inner.start - 1]
    bounds: list[tuple[int, int]] = []
    previous = False
    for index, belongs in enumerate(kept):
        if belongs and previous and not _opens(text, clauses, kept, first=bounds[-1][0], index=index, model=model):
            bounds[-1] = (bounds[-1][0], index + 1)
        elif belongs:
            bounds.append((index, index + 1))
        previous = belongs
    return [piece_of(number, first, clauses[first:end]) for first, end in bounds]


def piece_of(number: int, first: int, clauses: tuple[Clause, ...]) -> Piece:
    """A directive made of some clauses.

    Args:
        number: the place of its sentence among all sentences.
        first: the place of its first clause in the sentence.
        clauses: its clauses.
    """
    marks = may = subjects = 0
    for clause in clauses:
        marks |= clause.marks
        may |= clause.may
        subjects |= 1 << ((clause.shape & SUBJECT_BITS) >> SUBJECT_AT)
    return Piece(number, first, clauses, marks, may, subjects)


def _with_scenes(text: str, clauses: Sequence[Clause], marked: Sequence[bool]) -> list[bool]:
    """The marks without frames (会议强调), and with the condition or adverbial right in front of a marked clause."""
    kept = [belongs and not is_frame(text, clause) for clause, belongs in zip(clauses, marked, strict=True)]
    for index in range(len(kept) - 2, -1, -1):
        clause = clauses[index]
        if not kept[index] and kept[index + 1] and _leads_to(text, clause, clauses[index + 1]):
            kept[index] = not is_frame(text, clause)
    return kept


def _leads_to(text: str, clause: Clause, following: Clause) -> bool:
    """Whether a clause belongs to what follows it: a condition, an adverbial, something begun, a breach before the next."""
    return clause.fronted or unfinished(text, clause, following) or goes_on(text, (clause,), following)


def _opens(
    text: str, clauses: Sequence[Clause], kept: Sequence[bool], *, first: int, index: int, model: LinearModel
) -> bool:  # fmt: skip
    """Whether a directive starts at a clause: a boundary stands there, or behind it where it only sets the scene.

    Args:
        text: the document.
        clauses: those of the sentence.
        kept: which of them belong to directives.
        first: the first clause of the directive so far.
        index: the clause.
        model: weighs the signs of a boundary.
    """
    clause = clauses[index]
    run = clauses[max(first, index - SIGHT) : index]
    if _goes_on(clause) and not _invites(run):
        return False
    behind = index + 1
    rest = list(compress(clauses[behind : behind + SIGHT], kept[behind : behind + SIGHT]))
    if clause.fronted and not clause.condition and rest and _goes_on(rest[0]):
        return False
    parts = _parts(text, run, clause, rest=rest, model=model) or (
        clause.fronted and bool(rest) and _parts(text, [*run, clause], rest[0], rest=rest[1:], model=model)
    )
    return parts and not unfinished(text, run[-1], clause) and not goes_on(text, run, clause)


def _invites(run: Sequence[Clause]) -> bool:
    """Whether a clause of a directive invites or permits: what goes on behind it may be a duty again."""
    return not INVITING.isdisjoint(map(meant, run))


def is_bearer_note(text: str, sentence: Sentence) -> bool:
    """Whether a sentence is a bracket that only names who is responsible."""
    opened = text[sentence.start] in "（(" or (sentence.start > 0 and text[sentence.start - 1] in "（(")
    return opened and patterns()["note"].search(text, sentence.start, sentence.end) is not None


def _parts(
    text: str, run: Sequence[Clause], clause: Clause, *, rest: Sequence[Clause], model: LinearModel
) -> bool:  # fmt: skip
    """Whether a boundary stands before `clause`; never behind clauses that only set the scene."""
    if _only_scenes(run) or (len(run) == 1 and clause.condition and _breaks(text, run[0])):
        return False
    if _goes_on(clause) and not _invites(run):
        return False
    if len(run) == 1 and _only_named(text, run[0]) and not hands_over(text, run[0], clause):
        return False
    known = settled(text, run, clause)
    return model.leans(boundary_features(text, run, clause, rest=rest)) if known is None else known


def _only_named(text: str, clause: Clause) -> bool:
    """Whether a clause is the name of somebody and nothing else: 涉及的有关人员，对有关机构的查询，应当予以配合."""
    bare = clause.cue is None and not clause.lead and not clause.condition and text[clause.end] in "，,"
    return bare and not clause.marks & CHARGE and kind_of(text[clause.start : clause.end]) != ""


def _breaks(text: str, clause: Clause) -> bool:
    """Whether a clause says which rule is broken: the condition goes on behind it."""
    return clause.cue is None and patterns()["violation"].fullmatch(text, clause.start, clause.end) is not None


def _only_scenes(run: Sequence[Clause]) -> bool:
    """Whether all clauses so far only set the scene."""
    return run[0].fronted and all(map(_fronted, run))


def _goes_on(clause: Clause) -> bool:
    """Whether a clause has nothing that could open a directive: one more act of those who were told already."""
    return (
        clause.cue is None and clause.subject is None and clause.lead in GOING_ON
        and not clause.fronted and not clause.marks & DIVIDING and not supports(clause)
    )  # fmt: skip


def is_frame(text: str, clause: Clause) -> bool:
    """Whether a clause only reports or announces (会议强调, 具体来讲): no part of the directive behind it."""
    if clause.cue is not None or clause.lead == "verb":
        return False
    size = clause.end - clause.start
    if size <= LONGEST_SCRAP and patterns()["scrap"].fullmatch(text, clause.start, clause.end) is not None:
        return True
    framed = clause.may & FRAME != 0 and size <= LONGEST_FRAME
    return framed and patterns()["frame"].fullmatch(text, clause.start, clause.end) is not None


def boundary_features(text: str, run: Sequence[Clause], clause: Clause, *, rest: Sequence[Clause]) -> list[Sign]:
    """Signs that `clause` opens a directive of its own behind the clauses `run` of one.

    Args:
        text: the document.
        run: the clauses of the directive so far.
        clause: the next clause.
        rest: the clauses behind it that belong to directives.
    """
    before, cue, size, shape = run[-1], clause.cue, clause.end - clause.start, clause.shape
    held = ran = had = 0
    for earlier in run:
        ran |= earlier.marks
        had = had or earlier.shape & SUBJECT_BITS
        held = held or meant(earlier)
    opened, shares, own = before.fronted and _only_scenes(run), _shares_work(clause, ran), meant(clause)
    following = next((c for c in rest if not c.fronted), None) if rest else None
    leads_to = following is not None and _own(text, following, held=held, shares=_shares_work(following, ran))
    alone, acts = _own(text, clause, held=held, shares=shares), bool(rest) and _acts(rest[0])
    if opened:
        rule = False
    elif clause.condition and rest:
        rule = acts or (len(rest) > 1 and rest[0].fronted and _acts(rest[1]))
    else:
        rule = leads_to if clause.fronted else alone
    fronted = FRONTED.number(clause.condition or "scene") if clause.fronted or clause.condition else 0
    named = (shape & SUBJECT_BITS) >> 9
    moods = held | own << 3 | clause.adverb << 6 | (shape & LEAD_BITS) << 7
    row: list[Sign] = [
        clause.word,
        "first=" + text[clause.start],
        (rule | opened << 1 | alone << 2 | leads_to << 3 | acts << 4 | fronted << 5) << NAME | RULE,
        (moods | (before.shape & LEAD_BITS) << 11 | min(len(run), 4) << 15) << NAME | MOODS,
        (named | had >> 6 | (cue is not None) << 6 | held << 7 | shares << 10) << NAME | BEARERS,
        ((shape & CUE_BITS) >> 4 | before.fronted << 5 | min(size // 6, 5) << 6 | ord(text[before.end - 1]) << 9) << NAME
        | JOINT,
        (named | (held == own) << 3 | _echoes(text, before, clause) << 4) << NAME | ECHO,
        clause.marks << NAME | MARKS,
        ran << NAME | RAN,
        (clause.marks & ran) << NAME | BOTH,
    ]
    if clause.lead == "preposition":
        row.append(("preposition", text[clause.start], MODALITY.value(own)))
    if clause.may & FIGURE and DIGIT.search(text, clause.start, clause.end) is not None:
        row.append(("digits", SUBJECTS[named]))
    return row


def _echoes(text: str, before: Clause, clause: Clause) -> int:
    """Whether a short clause repeats the deontic word of the one before it, as a number: 会议要开短,文件要发少."""
    if before.cue is None or clause.cue is None or clause.end - clause.start > SHORT:
        return 0
    if text[before.cue.start : before.cue.end] != text[clause.cue.start : clause.cue.end]:
        return 0
    return 2 if text.find("的", clause.start, clause.cue.start) >= 0 else 1


def _own(text: str, clause: Clause, *, held: int, shares: bool) -> bool:
    """Whether a clause with a predicate has its own bearer, modality or condition.

    Args:
        text: the document.
        clause: the clause.
        held: the modality of the directive so far.
        shares: whether the clause takes over a role in it, `_shares_work`.
    """
    given, subject = meant(clause), clause.subject
    if subject is not None and subject.kind in ("organisation", "person"):
        return not shares
    if not given:
        return False
    if given != (held or OBLIGATION):
        if given == RECOMMENDATION:
            return clause.lead == "cue"
        return not text.startswith("杜绝", clause.cue.start if clause.cue else clause.start)
    if subject is not None and subject.kind == "thing":
        return True
    return text.startswith("对", clause.start) and clause.cue is not None and clause.cue.start - clause.start > 3


def _shares_work(clause: Clause, ran: int) -> bool:
    """X牵头，Y配合: two roles of one directive; `ran` are the marks of the clauses before."""
    return clause.marks & CHARGE != 0 and (clause.marks | ran) & LEADING != 0


def _acts(clause: Clause) -> bool:
    """Whether a clause says what follows from a condition: a cue, a penalty, a verb or a subject of its own."""
    return bool(clause.cue or clause.subject or clause.lead in ("verb", "cue") or clause.marks & PENALTY)
