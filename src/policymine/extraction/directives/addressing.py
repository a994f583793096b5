"""Names that stand elsewhere than a subject: with a comma behind them, or as a level (在县级层面)."""

from __future__ import annotations

import re

from policymine.extraction.directives.bodies import Names, kind_of, shapes
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.sharing import named_in
from policymine.extraction.directives.splitting import Piece
from policymine.extraction.directives.taking import NAMED
from policymine.extraction.directives.tries import bit
from policymine.model import Bearer, BearerRole
from policymine.text.span import Span

COMMAS = ("，", ",")
LAYER = bit("patterns.layer")
ALSO = ("也", "还", "都", "均")
CARRYING = ("负责", "牵头", "承担", "主管", "分管", "主持", "组织实施")
"""What somebody does for the body whose duty it is."""
AGAIN = re.compile("或者?(?=由)")
BEHIND = ("负责", "具体负责", "依照", "按照", "根据", "分别", "在各自", "在其")
"""What else may stand behind a subject and its comma: 各科室，按照职责做好配合."""


def set_apart(text: str, piece: Piece, mood: Mood, *, names: Names) -> tuple[Bearer, ...]:
    """A subject with a comma behind it: “饲养动物的单位，应当…”."""
    behind = [clause for clause in piece.clauses if clause.condition != "when"]
    if len(behind) < 2:
        return ()
    first = behind[0]
    second = next((c.start for c in behind[1:] if not c.fronted and not _towards(text, c)), behind[1].start)
    cued = mood.cue is not None and (mood.cue.start == second or text[second : mood.cue.start] in ALSO)
    if not cued and not text.startswith(BEHIND, second):
        return ()
    role: BearerRole = "responsible"
    if cued and mood.cue is not None and shapes()["helping"].match(text, mood.cue.end, piece.clauses[-1].end) is not None:
        role = "support"
    if shapes()["ended"].fullmatch(text, first.start, first.end) is not None and kind_of(text[first.start : first.end]):
        return named_in(text, Span(first.start, first.end), role)
    subject = names.subject(first.start, first.end, cue=first.end, lead="") if not first.condition else None
    whole = subject is not None and subject.kind in NAMED and (subject.start, subject.end) == (first.start, first.end)
    return named_in(text, subject, role) if whole and subject is not None else ()


def _towards(text: str, clause: Clause) -> bool:
    """Whether a clause only names whom or what the next one is about: 对监督检查人员的询问，应当…"""
    return clause.cue is None and text.startswith("对", clause.start) and clause.closing in COMMAS


def layer_of(text: str, clause: Clause) -> tuple[Bearer, ...]:
    """X of “在X层面”."""
    layer = shapes()["layer"].match(text, clause.start, clause.end) if clause.may & LAYER else None
    if layer is not None and kind_of(layer["who"]):
        return named_in(text, Span(*layer.span("who")), "responsible")
    return ()


def fronted_by(names: Names, clause: Clause) -> tuple[Bearer, ...]:
    """Whose duty it is that 由 names somebody else for: 各镇政府应当由副镇长负责."""
    subject, cue, text = clause.subject, clause.cue, names.text
    if subject is None or cue is None or cue.kind == "may" or cue.end != subject.start - 1 or text[cue.end] != "由":
        return ()
    if cue.start <= clause.start:
        return ()
    ahead = names.subject(clause.start, cue.start, cue=cue.start, lead="")
    stands = ahead is not None and ahead.kind in NAMED and ahead.end == cue.start and text.startswith(CARRYING, subject.end)
    return named_in(text, ahead, "responsible") if ahead is not None and stands else ()


def by_too(names: Names, clause: Clause) -> tuple[Bearer, ...]:
    """Whom a second 由 of the clause names: 由业主负责养护或者由其委托的企业养护."""
    subject, text = clause.subject, names.text
    if subject is None or subject.start == 0 or text[subject.start - 1] != "由":
        return ()
    again = AGAIN.search(text, subject.end, clause.end)
    other = names.subject(again.end(), clause.end, cue=None, lead="") if again is not None else None
    return named_in(text, other, "responsible") if other is not None and other.kind in NAMED else ()
