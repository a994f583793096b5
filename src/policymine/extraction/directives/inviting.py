"""Whom a directive addresses behind its word: 鼓励企业牵头, 允许农民工申领, 严禁学生下水."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policymine.extraction.directives.bodies import Names, kind_of, shapes
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.sharing import called, named_in
from policymine.extraction.directives.splitting import Piece
from policymine.extraction.directives.taking import NAMED
from policymine.model import Bearer
from policymine.text.span import Span

GUIDING = ("引导", "教育引导")
"""What somebody does with whom: who is guided need not act where it is told who guides."""
CALLS = re.compile("(?:组织|会同|协调|督促)(?![和与、])")
"""What calls others up, who need not answer for it themselves."""
LEADER = re.compile("(?:牵头|(?:优先|可以?|也可|共同)?作为[^，。；]{0,10}牵头)")
"""What makes leader of whom an invitation addresses."""


def invitation(text: str, mood: Mood, end: int) -> re.Match[str] | None:
    """鼓励, 支持, 允许 … at the deontic word of a directive or right behind it; 严禁, 不准 … at it."""
    if mood.cue is None or (mood.modality == "obligation" and mood.cue.kind != "please"):
        return None
    if mood.modality == "prohibition":
        return shapes()["forbidden"].match(text, mood.cue.start, end)
    invited = shapes()["invited"]
    return invited.match(text, mood.cue.start, end) or invited.match(text, mood.cue.end, end)


def told_by(text: str, clause: Clause, invited: re.Match[str]) -> bool:
    """Whether 由 names who makes a proposal: 由县财政局建议有关单位给予处分."""
    subject = clause.subject
    if subject is None or subject.kind not in NAMED or subject.end != invited.start():
        return False
    return invited[0].startswith("建议") and text.startswith("由", subject.start - 1)


def called_up(text: str, piece: Piece, clauses: Sequence[Clause]) -> bool:
    """Whether a name goes on a list of those whom somebody calls up: 组织各局、各中心，以及各镇进行研判."""
    start = piece.clauses[0].start
    if not piece.first or (not text.startswith("以及", start) and not text.endswith("以及", 0, start)):
        return False
    before = clauses[piece.first - 1]
    called = CALLS.search(text, before.start, before.end)
    return called is not None and kind_of(text[called.end() : before.end]) != ""


def invited_by(names: Names, start: int, end: int) -> tuple[Bearer, ...]:
    """Whom 鼓励, 支持, 允许 address: the name right behind, up to its verb."""
    subject = names.subject(start, end, cue=None, lead="") or names.addressed(start, end)
    if subject is not None and subject.kind in NAMED and subject.start == start:
        return named_in(names.text, subject, "lead" if LEADER.match(names.text, subject.end) else "responsible")
    return ()


def asked_by(text: str, piece: Piece, mood: Mood, *, names: Names) -> tuple[Bearer, ...] | None:
    """Whom a word of duty invites, supports or asks; none where it does so without a name, None where it does not."""
    if mood.cue is None:
        return None
    end = piece.clauses[-1].end
    invited = invitation(text, mood, end)
    before = piece.clauses[0].subject if mood.modality == "prohibition" else None
    if invited is not None and not (before is not None and before.kind in NAMED):
        clause = next((c for c in piece.clauses if c.start <= invited.start() < c.end), piece.clauses[0])
        if told_by(text, clause, invited) and clause.subject is not None:
            return named_in(text, clause.subject, "responsible")
        if asked_for := invited_by(names, invited.end(), clause.end):
            return (*asked_for, *called(text, piece))
        if mood.cue.kind != "please" and mood.modality != "prohibition":
            return ()
    asked = shapes()["asked"].search(text, mood.cue.start, end) if mood.modality == "obligation" else None
    if asked is not None and kind_of(asked["who"]):
        return named_in(text, Span(*asked.span("who")), "responsible")
    return None
