"""The modality, force, cue and penalty of a directive."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from policymine import rules
from policymine.extraction.directives_clauses import Clause
from policymine.extraction.directives_scanning import PACKAGE, Hit
from policymine.extraction.directives_splitting import Piece, is_fronted
from policymine.model import Modality


class Mood(NamedTuple):
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


@cache
def _penalty_frames() -> tuple[re.Pattern[str], re.Pattern[str]]:
    listed = rules.load(PACKAGE, "directives").lexicons["penalties"]
    return re.compile(listed["not"]), re.compile(listed["front"])


def mood_of(text: str, piece: Piece) -> Mood:
    """The mood of a directive; the first deontic word that carries its predicate decides.

    A bare imperative is an obligation of force 3.
    """
    body = [clause for clause in piece.clauses if not is_fronted(text, clause)] or list(piece.clauses)
    hits = [hit for clause in piece.clauses for hit in clause.hits if hit.deontic and _carries(hit, clause, body[0])]
    cue = hits[0] if hits else None
    modality, force = _gives()[cue.kind] if cue is not None else ("obligation", 3)
    if cue is not None and modality == "obligation":
        modality = _behind(text, cue, hits, body)
    penalty = _penalty(text, piece, body)
    if penalty is not None and modality == "obligation":
        return Mood("sanction", max(force, 4), cue, penalty)
    return Mood(modality, force, cue, None)


def _carries(hit: Hit, clause: Clause, first: Clause) -> bool:
    """Whether a deontic word counts as the cue: results (确保…) only where they are the predicate."""
    if hit.kind == "ensure":
        return (clause is first and clause.head == hit.end) or (clause is first and clause.lead == "cue" and clause.cue is hit)
    if hit.kind in ("invite", "support"):
        return clause is first or clause.lead == "cue"
    return hit.start >= clause.start


def _behind(text: str, cue: Hit, hits: list[Hit], body: list[Clause]) -> Modality:
    """A ban or an invitation right behind the word of duty decides: 一律不得, 要鼓励和支持."""
    for hit in hits[1:]:
        if hit.start - cue.end > 4:
            break
        between = text[cue.end : hit.start]
        given = _gives()[hit.kind][0]
        if given in ("prohibition", "recommendation") and "，" not in between and "," not in between:
            return given
    return "obligation"


def _penalty(text: str, piece: Piece, body: list[Clause]) -> str | None:
    """The consequence with which a directive threatens, as written; None when there is none."""
    excluded, front = _penalty_frames()
    struck = [(clause, hit) for clause in body for hit in clause.hits if hit.kind == "penalty"]
    struck = [(clause, hit) for clause, hit in struck if not excluded.match(text, hit.start, clause.end)]
    if not struck:
        return None
    clause, hit = struck[0]
    fronted = (
        len(body) < len(piece.clauses)
        or "的" in text[piece.clauses[0].start : hit.start]
        or text.startswith("对", clause.start)
    )
    leads = clause.head <= hit.start <= clause.head + 6 or (clause.cue is not None and hit.start - clause.cue.end <= 8)
    if not (leads or fronted) or (clause is not body[0] and not leads):
        return None
    last = struck[-1][0]
    start = clause.start
    if clause.cue is not None and clause.cue.end <= hit.start:
        start = clause.cue.end
    elif clause.subject is not None and clause.subject.end <= hit.start:
        start = clause.subject.end
    match = front.match(text, start, hit.start + 1)
    if match is not None:
        start = min(match.end(), hit.start)
    return text[start : last.end]
