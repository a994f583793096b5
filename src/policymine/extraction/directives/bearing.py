"""The bearers of every directive of a document: named in it, taken over from earlier text, or given by a bracket.

A name is taken over only from a grammatical subject or a headline, inside the same item (or from the sentence that introduces
its items), never across a paragraph except in the articles of a regulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from policymine.extraction.directives.acting import ELSEWHERE, subjects_of
from policymine.extraction.directives.addressing import LAYER, layer_of, set_apart
from policymine.extraction.directives.bodies import Names, shapes
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.inviting import GUIDING, asked_by, called_up
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.reaching import by_sentence, notes, taken_over
from policymine.extraction.directives.sharing import (
    ROLES,
    called,
    founded,
    pair_of,
    share_of,
)
from policymine.extraction.directives.splitting import PRONOUN, THING, Piece
from policymine.extraction.directives.taking import (
    aside,
    behind_heading,
    breaks,
    charged_with,
    duties_of,
    fails,
    implicit,
    in_role,
    named_before,
    patterns,
    subject_names,
    whole_name,
)
from policymine.model import Bearer, PaperKind
from policymine.text.outline import Outline
from policymine.text.sentences import INDENT

COLON = ("：", ":")
LOOSE_KINDS = ("speech", "meeting_report", "work_report", "news", "other")
"""Papers whose bare imperatives do not go on with the subject of the sentence before."""


GRANTED = ("permission", "recommendation")
"""Moods that name who may or should act; who has to see to it stands in the note of the item, which is about these first."""


_condition = attrgetter("condition")


class _Carry(NamedTuple):
    """Names that later directives may take over, and the sentence they were read in; `introduces` a list of items."""

    bearers: tuple[Bearer, ...]
    sentence: int
    introduces: bool
    sanction: bool = False


class _State:
    """What has been read so far: names by item, brackets, lists that a sentence introduces."""

    def __init__(self, text: str, sentences: Sequence[Sentence], outline: Outline, *, kind: PaperKind) -> None:
        self.text, self.sentences, self.outline, self.kind = text, sentences, outline, kind
        self.notes = notes(text, sentences, outline)
        self.noted = by_sentence(self.notes)
        self.carried: dict[int, _Carry] = {}
        self.rows: dict[tuple[int, str], _Carry] = {}
        self.spoken_of = -1

    @cached_property
    def names(self) -> Names:
        """The names of the text, read where somebody is invited."""
        return Names(self.text)

    def enter(self, number: int, *, headline_only: bool) -> None:
        """Forgets what a new paragraph or item ends, and reads the subject of a headline."""
        sentence = self.sentences[number]
        if duties := duties_of(self.text, sentence, self.sentences[number - 1]) if number else ():
            self.carried[sentence.item] = _Carry(duties, number, True)
            return
        if not (sentence.opens or sentence.label or self.text.startswith(INDENT, max(0, sentence.start - len(INDENT)))):
            return
        item = sentence.item
        titled = whole_name(self.text, sentence) if headline_only else ()
        if not sentence.label:
            if not self._in_article(item):
                self.carried.pop(item, None)
            if titled:
                self.carried[item] = _Carry(titled, number, True)
            return
        self.carried.pop(item, None)
        row = (self.outline.items[item].parent, self.outline.items[item].style)
        if self.outline.items[item].number == 1:
            before = self.carried.get(self.sentences[number - 1].item) if number else None
            if before is not None and before.sentence == number - 1 and before.introduces:
                self.rows[row] = before
            else:
                self.rows.pop(row, None)
        if headline_only and (headed := titled or subject_names(self.text, sentence.clauses)):
            self.carried[item] = _Carry(headed, number, True)

    def above(self, sentence: Sentence) -> _Carry | None:
        """What the item of a sentence has carried so far, else what introduces it."""
        item = sentence.item
        carry = self.carried.get(item)
        while carry is None and item >= 0:
            parent, style = self.outline.items[item].parent, self.outline.items[item].style
            carry = self.rows.get((parent, style)) or (self.carried.get(parent) if parent >= 0 else None)
            item = parent
        return carry

    def _in_article(self, item: int) -> bool:
        while item >= 0:
            if self.outline.items[item].style == "article":
                return True
            item = self.outline.items[item].parent
        return False


def bearers_of(
    text: str, pieces: Sequence[Piece], moods: Sequence[Mood], *, sentences: Sequence[Sentence], outline: Outline,
    kind: PaperKind,
) -> list[tuple[Bearer, ...]]:  # fmt: skip
    """The bearers of each of `pieces`, in order.

    Args:
        text: the document.
        pieces: its directives.
        moods: the mood of each.
        sentences: all sentences; headlines that are no directives name bearers too.
        outline: the numbered items.
        kind: the kind of paper.
    """
    state = _State(text, sentences, outline, kind=kind)
    indices_of: dict[int, list[int]] = {}
    for index, piece in enumerate(pieces):
        indices_of.setdefault(piece.sentence, []).append(index)
    found: list[tuple[Bearer, ...]] = [()] * len(pieces)
    for number, sentence in enumerate(sentences):
        indices = indices_of.get(number, ())
        state.enter(number, headline_only=not indices)
        same: tuple[Bearer, ...] | None = None
        for index in indices:
            found[index], same = _named(text, pieces[index], moods[index], state=state, same=same)
        if sentence.closing in COLON and (charged := charged_with(text, sentence, silent=not indices)):
            state.carried[sentence.item] = _Carry(charged, number, True)
    for note in state.notes:
        about = [index for number in range(note.first, note.last + 1) for index in indices_of.get(number, ())]
        granted = [index for index in about if moods[index].modality in GRANTED]
        granted = granted or (about if note.closes else [])
        if granted and not taken_over(note, found, about):
            found[granted[-1]] += note.bearers
    return found


def _named(
    text: str, piece: Piece, mood: Mood, *, state: _State, same: tuple[Bearer, ...] | None
) -> tuple[tuple[Bearer, ...], tuple[Bearer, ...] | None]:
    """The bearers of a directive, and the names that later ones of its sentence take over."""
    number, sentence = piece.sentence, state.sentences[piece.sentence]
    item, introduces = sentence.item, sentence.closing in COLON
    if same is not None and mood.modality == "recommendation" and text.startswith(GUIDING, piece.clauses[0].start):
        return implicit(same), same
    if own := _explicit(text, piece, mood, state=state):
        if mood.modality != "recommendation" and not _pivot(mood, own):
            same = own
            joining = {bearer.span for bearer in called(text, piece)} if piece.may & ROLES else ()
            acting = tuple([bearer for bearer in own if bearer.span not in joining]) or own
            state.carried[item] = _Carry(acting, number, introduces, _imposes(text, piece, mood))
        return own, same
    if before := named_before(text, piece, mood, sentence=sentence):
        state.carried[item] = _Carry(before, number, introduces)
        return in_role(text, piece, before) + called(text, piece), before
    if piece.subjects & PRONOUN:
        state.carried[item] = _Carry((), number, False)
        return called(text, piece), same
    taken = _taken(text, piece, mood, state, same=same)
    if piece.may & ROLES:
        taken = in_role(text, piece, taken) + called(text, piece)
    carry = state.carried.get(item)
    if taken and mood.modality == "sanction" and carry is not None and carry.sanction:
        state.carried[item] = carry._replace(sentence=number)
    return taken, same


def _pivot(mood: Mood, named: Sequence[Bearer]) -> bool:
    """Whether a ban names its bearer behind its word (严禁干部走读): nobody who goes on acting."""
    first = named[0].span
    return mood.modality == "prohibition" and mood.cue is not None and first is not None and first.start >= mood.cue.end


def _imposes(text: str, piece: Piece, mood: Mood) -> bool:
    """Whether who acts here is who punishes, and so who imposes what the next clauses threaten with."""
    return mood.modality == "sanction" or text.find("责令", piece.clauses[0].start, piece.clauses[-1].end) >= 0


def _taken(
    text: str, piece: Piece, mood: Mood, state: _State, *, same: tuple[Bearer, ...] | None
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


def _anew(piece: Piece, state: _State) -> bool:
    """Whether a speech starts a new sentence here: after one body's share it speaks to all again."""
    before = state.sentences[piece.sentence - 1] if piece.sentence else None
    return state.kind in LOOSE_KINDS and before is not None and not _continues(before)


def _generic(bearer: Bearer) -> bool:
    return bearer.text.startswith(("各", "全", "所有", "广大", "每"))


def _continues(sentence: Sentence) -> bool:
    return sentence.expansion or sentence.closing in ("；", ";")


def _explicit(text: str, piece: Piece, mood: Mood, *, state: _State) -> tuple[Bearer, ...]:
    """The bearers that a directive names itself."""
    end = piece.clauses[-1].end
    if shapes()["founded"].match(text, piece.clauses[0].start) is not None:
        return ()
    if called_up(text, piece, state.sentences[piece.sentence].clauses):
        return ()
    if piece.may & ROLES and (pair := pair_of(text, piece)):
        return pair
    if listed := share_of(text, piece):
        return listed
    if (invited := asked_by(text, piece, mood, names=state.names)) is not None:
        return invited
    if (
        mood.cue is None
        and text.startswith("违反", piece.clauses[0].start)
        and text.find("由", piece.clauses[0].start, end) < 0
    ):
        return ()  # who breaks a rule
    named = [*subjects_of(text, piece, mood, names=state.names), *founded(text, piece)]
    if not named and mood.cue is not None and state.sentences[piece.sentence].label:
        named = [*behind_heading(text, piece, mood.cue.start)]
    if named and not piece.may & ROLES:
        return tuple(named)
    if named:
        known = {bearer.span for bearer in named}
        return (*named, *[bearer for bearer in called(text, piece) if bearer.span not in known])
    alone = set_apart(text, piece, mood, names=state.names) if len(piece.clauses) > 1 else ()
    if alone := alone or layer_of(text, piece.clauses[0]):
        return (*alone, *called(text, piece))
    ahead = state.sentences[piece.sentence].clauses[piece.first - 1] if piece.first else None
    return implicit(layer_of(text, ahead)) if ahead is not None and ahead.may & LAYER else ()
