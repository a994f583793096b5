"""The modality, force, cue and penalty of a directive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from policymine import rules
from policymine.extraction.directives.bodies import Subject, shapes
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.codes import bits
from policymine.extraction.directives.fronting import patterns
from policymine.extraction.directives.parting import limits
from policymine.extraction.directives.scanning import PACKAGE, Hit
from policymine.extraction.directives.splitting import Piece
from policymine.model import Modality

PENALTY: Final = bits("penalty")
LONGEST_MANNER: Final = 6
"""Characters of the manner in front of 支持: 因地制宜支持…"""
BARE: Final[tuple[Modality, int]] = ("obligation", 3)
"""What a bare imperative gives."""


@dataclass(slots=True, eq=False)
class Mood:
    """What a directive's words make of it; `cue` is the deciding deontic word, None for a bare imperative."""

    modality: Modality
    force: int
    cue: Hit | None
    penalty: str | None


@cache
def _gives() -> dict[str, tuple[Modality, int]]:
    return {
        rule.id.partition(".")[2]: (rule.gives["modality"], int(rule.gives["force"]))
        for rule in rules.load(PACKAGE, "deontics")
    }


class _Penalty(NamedTuple):
    """A consequence as written; `otherwise` where 否则 adds it to an obligation."""

    text: str
    otherwise: bool


@cache
def _penalty_frames() -> dict[str, re.Pattern[str]]:
    lexicons = rules.load(PACKAGE, "directives").lexicons
    return {
        name: re.compile(pattern)
        for name, pattern in (*lexicons["penalties"].items(), ("inside", lexicons["conditions"]["inside"]))
    }


def mood_of(text: str, piece: Piece, *, banned: bool = False) -> Mood:
    """The mood of a directive; the first deontic word that carries its predicate decides.

    A bare imperative is an obligation of force 3; an act in a list of forbidden ones (`banned`) is a prohibition.
    """
    body = _body(text, piece)
    first, hits = body[0], []
    for clause in piece.clauses:
        if clause.condition and clause.cue is None and len(piece.clauses) > 1 and text[clause.end - 1] == "的":
            continue  # what is owed, wanted or banned inside a condition: 不能按期办结的
        for hit in clause.hits:
            if hit.deontic and _carries(text, hit, clause, first):
                hits.append(hit)
    cue = hits[0] if hits else None
    modality, force = _gives()[cue.kind] if cue is not None else BARE
    if len(hits) > 1 and modality == "obligation":
        modality = _behind(text, hits)
    if cue is None and banned:
        return Mood("prohibition", 5, None, None)
    penalty = _penalty(text, piece, body) if piece.marks & PENALTY else None
    if penalty is None or modality not in ("obligation", "permission"):
        return Mood(modality, force, cue, None)
    if penalty.otherwise:
        return Mood(modality, force, cue, penalty.text)
    return Mood("sanction", max(force, 4), cue, penalty.text)


def _body(text: str, piece: Piece) -> list[Clause]:
    """The clauses of a directive that order: not its conditions, nor breaches told in front of one (未报告，或者瞒报的，…)."""
    clauses = piece.clauses
    body = [clause for clause in clauses if not clause.fronted] or list(clauses)
    if (
        len(body) == len(clauses)
        or clauses[0].fronted
        or patterns()["breach"].match(text, clauses[0].start, clauses[0].end) is None
    ):
        return body
    last = max(number for number, clause in enumerate(clauses) if clause.fronted)
    return list(clauses[last + 1 :]) or body


def _carries(text: str, hit: Hit, clause: Clause, first: Clause) -> bool:
    """Whether a deontic word counts as the cue: results (确保…) only as the predicate, ceilings (最多不得超过…) never."""
    if hit.kind == "ban" and clause is not first:
        return not limits(text, clause)
    if hit.kind == "ensure":
        return (clause is first and clause.head == hit.end) or (clause is first and clause.lead == "cue" and clause.cue is hit)
    if hit.kind == "negated" and text.startswith("杜绝", hit.start):
        return clause is first
    if hit.kind == "support":
        return clause.lead == "cue" or (clause is first and _led(hit, clause))
    if hit.kind == "invite":
        return clause is first or clause.lead == "cue"
    return hit.start >= clause.start


def _led(hit: Hit, clause: Clause) -> bool:
    """Whether 支持 is what its clause says, not part of what is set up or widened: 在推广支持农户创业的贷款基础上."""
    named = clause.subject is not None and hit.start - clause.subject.end <= 2
    return named or hit.start - clause.start <= LONGEST_MANNER


def _behind(text: str, hits: list[Hit]) -> Modality:
    """A ban or an invitation right behind the word of duty decides: 一律不得, 要鼓励和支持."""
    cue = hits[0]
    for hit in hits[1:]:
        if hit.start - cue.end > 4:
            break
        between = text[cue.end : hit.start]
        given = _gives()[hit.kind][0]
        if given in ("prohibition", "recommendation") and "，" not in between and "," not in between:
            return given
    return "obligation"


def _penalty(text: str, piece: Piece, body: list[Clause]) -> _Penalty | None:
    """The consequence with which a directive threatens; None when there is none."""
    listed = _penalty_frames()
    struck = [
        (clause, hit)
        for clause in body
        for hit in clause.hits
        if hit.kind == "penalty"
        and not _only_names(text, hit, clause)
        and text[max(0, hit.start - 2) : hit.start] not in ("免予", "免于", "不予", "从轻", "减轻")
        and not _passed_on(text, hit, piece)
    ]
    while len(struck) > 1 and listed["remedy"].match(text, struck[0][1].start):
        struck.pop(0)
    if not struck:
        return None
    clause, hit = struck[0]
    otherwise = text.startswith("否则", clause.start) or "否则" in text[max(0, clause.start - 2) : clause.start]
    always = clause.cue is not None and clause.cue.kind == "must-not-once"
    fronted = always or len(body) < len(piece.clauses) or "的" in text[piece.clauses[0].start : hit.start]
    leads = clause.head <= hit.start <= clause.head + 6 or (clause.cue is not None and 0 <= hit.start - clause.cue.end <= 8)
    if not (fronted or otherwise) and not (leads and listed["plain"].match(text, hit.start)):
        return None
    if clause is not body[0] and not (leads or otherwise):
        return None
    start = clause.start
    scenes = len(body) < len(piece.clauses)
    inside = None if scenes else listed["inside"].match(text, clause.start, hit.start + 1)
    if clause.cue is not None and clause.cue.end <= hit.start:
        start = clause.cue.end
    elif inside is not None:
        start = inside.end("condition")
    elif clause.subject is not None and clause.subject.kind != "thing" and clause.subject.end <= hit.start:
        start = _behind_subject(text, clause.subject, clause, hit=hit)
    if clause is not body[0] and (first := listed["first"].match(text, body[0].start, body[0].end)) is not None:
        start, clause = first.start("act"), body[0]
    for name in ("front",) if scenes else ("front", "object"):
        match = listed[name].match(text, start, clause.end)
        start = start if match is None else min(match.end(), hit.start)
    return _Penalty(text[start : _last(text, struck[-1][0], piece.clauses).end], otherwise)


def _behind_subject(text: str, subject: Subject, clause: Clause, *, hit: Hit) -> int:
    """Where a consequence starts in a clause with a subject: behind who imposes it, at who suffers it."""
    if text.startswith("由", subject.start - 1):
        return subject.end
    if shapes()["suffers"].match(text, subject.end, clause.end):
        return subject.start
    behind = text.rfind("对", clause.start, subject.end)
    return behind if clause.start <= behind < hit.start else subject.end


def _passed_on(text: str, hit: Hit, piece: Piece) -> bool:
    """Whether a word of detriment only names what is talked of (最严肃的问责) or what a clue is dealt with by."""
    named = text[hit.start - 1] == "的" and not text.startswith("罚款", hit.start)
    return named or text.find("线索", piece.clauses[0].start, hit.start) >= 0


def _only_names(text: str, hit: Hit, clause: Clause) -> bool:
    """Whether a word of detriment is part of a name, such as 责任追究制度."""
    match = _penalty_frames()["not"].match(text, hit.start, clause.end)
    return match is not None and match.end() > hit.end


def _last(text: str, struck: Clause, clauses: Sequence[Clause]) -> Clause:
    """The clause that a consequence ends with: what follows goes with it, but for calls to be firm and aims."""
    last = struck
    for clause in clauses[clauses.index(struck) + 1 :]:
        if clause.lead == "result" or _penalty_frames()["after"].match(text, clause.start, clause.end):
            break
        last = clause
    return last
