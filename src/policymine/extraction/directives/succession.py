"""What a directive that names nobody takes over: the rules that let it, and those that do not."""

from __future__ import annotations

from operator import attrgetter

from policymine.extraction.directives.acting import ELSEWHERE
from policymine.extraction.directives.bodies import shapes
from policymine.extraction.directives.carrying import State
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.splitting import THING, Piece
from policymine.extraction.directives.taking import aside, breaks, fails, implicit, patterns
from policymine.model import Bearer

LOOSE_KINDS = ("speech", "meeting_report", "work_report", "news", "other")
"""Papers whose bare imperatives do not go on with the subject of the sentence before."""

_condition = attrgetter("condition")


def taken_by(
    text: str, piece: Piece, mood: Mood, state: State, *, same: tuple[Bearer, ...] | None
) -> tuple[Bearer, ...]:  # fmt: skip
    """What a directive that names nobody takes over."""
    sentence = state.sentences[piece.sentence]
    if same is not None and mood.modality != "recommendation":
        return implicit(same)
    if (note := state.noted.get(piece.sentence)) is not None:
        return state.notes[note].bearers
    carry = state.above(sentence)
    if text.endswith(ELSEWHERE, piece.clauses[0].start, piece.clauses[0].end) or aside(text, piece, sentence):
        return ()
    if mood.modality == "recommendation" or carry is None or not carry.bearers or state.spoken_of == piece.sentence:
        return ()
    if _spoken_of(text, piece, mood):
        state.spoken_of = piece.sentence
        return ()
    fronted = len(piece.clauses) > 1 and any(map(_condition, piece.clauses[:-1]))
    near = carry.sanction and carry.sentence >= piece.sentence - 1
    if not near and any(
        c.subject is not None and (c.condition == "who" or breaks(text, c)) and fails(text, piece, c) for c in piece.clauses
    ):
        return ()
    first = next((clause for clause in piece.clauses if not clause.fronted), piece.clauses[0])
    if mood.cue is None and not first.lead and shapes()["of_thing"].match(text, first.start, first.end) is not None:
        return ()
    if piece.subjects & THING and (not fronted or mood.modality == "prohibition"):
        return ()
    if mood.modality == "sanction" and not (near or sentence.expansion):
        return ()
    if mood.modality == "sanction" and same is None and text.startswith("违反", piece.clauses[0].start):
        return ()  # a provision of its own
    if mood.cue is None and not fronted and not carry.introduces and state.kind in LOOSE_KINDS and not _continues(sentence):
        before = state.sentences[piece.sentence - 1] if piece.sentence else None
        if before is None or not _continues(before) or not text.startswith("负责", piece.clauses[0].start):
            return ()
    if mood.cue is not None and text.startswith(("严禁", "禁止", "杜绝"), mood.cue.start) and not fronted:
        return ()
    if not fronted and not carry.introduces and _anew(piece, state) and not any(map(_generic, carry.bearers)):
        return ()
    return implicit(carry.bearers)


def _spoken_of(text: str, piece: Piece, mood: Mood) -> bool:
    """Whether a clause tells what becomes of a thing or somebody (persons punished, a right granted): who acts is left open."""
    if mood.modality == "sanction":
        return patterns()["persons"].search(text, piece.clauses[0].start, piece.clauses[-1].end) is not None
    if mood.cue is None:
        return False
    clause = next((c for c in piece.clauses if c.start <= mood.cue.start < c.end), piece.clauses[0])
    thing = clause.subject is None and patterns()["thing"].search(text, clause.start, mood.cue.start) is not None
    return thing or text.startswith(("享受", "享有", "有权"), mood.cue.end)


def _anew(piece: Piece, state: State) -> bool:
    """Whether a speech starts a new sentence here: after one body's share it speaks to all again."""
    before = state.sentences[piece.sentence - 1] if piece.sentence else None
    return state.kind in LOOSE_KINDS and before is not None and not _continues(before)


def _generic(bearer: Bearer) -> bool:
    return bearer.text.startswith(("各", "全", "所有", "广大", "每"))


def _continues(sentence: Sentence) -> bool:
    return sentence.expansion or sentence.closing in ("；", ";")
