"""The bearers of every directive of a document: named in it, taken over from earlier text, or given by a bracket.

A name is taken over only from a grammatical subject or a headline, inside the same item (or from the sentence that introduces
its items), never across a paragraph except in the articles of a regulation.
"""

from __future__ import annotations

from collections.abc import Sequence

from policymine.extraction.directives.acting import subjects_of
from policymine.extraction.directives.addressing import LAYER, layer_of, set_apart
from policymine.extraction.directives.bodies import shapes
from policymine.extraction.directives.carrying import Carry, State
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.inviting import GUIDING, asked_by, called_up
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.reaching import left_over
from policymine.extraction.directives.sharing import (
    ROLES,
    called,
    founded,
    founders,
    pair_of,
    share_of,
)
from policymine.extraction.directives.splitting import PRONOUN, Piece, piece_of
from policymine.extraction.directives.succession import taken_by
from policymine.extraction.directives.taking import (
    behind_heading,
    charged_with,
    implicit,
    in_role,
    named_before,
)
from policymine.model import Bearer, PaperKind
from policymine.text.outline import Outline

COLON = ("：", ":")
GRANTED = ("permission", "recommendation")
"""Moods that name who may or should act; who has to see to it stands in the note of the item, which is about these first."""
SIGHT = 100
"""Clauses of a directive that are asked for bearers, so that time grows with the text and no faster; real ones have 20."""


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
    state = State(text, sentences, outline, kind=kind)
    indices_of: dict[int, list[int]] = {}
    read = list(map(_within_sight, pieces))
    for index, piece in enumerate(read):
        indices_of.setdefault(piece.sentence, []).append(index)
    found: list[tuple[Bearer, ...]] = [()] * len(pieces)
    for number, sentence in enumerate(sentences):
        indices = indices_of.get(number, ())
        state.enter(number, headline_only=not indices)
        same: tuple[Bearer, ...] | None = None
        for index in indices:
            found[index], same = _named(text, read[index], moods[index], state=state, same=same)
        if sentence.closing in COLON:
            state.introduce(number, charged_with(text, sentence, silent=not indices), silent=not indices)
    for note in state.notes:
        about = [index for number in range(note.first, note.last + 1) for index in indices_of.get(number, ())]
        granted = [index for index in about if moods[index].modality in GRANTED]
        for index, left in left_over(note, found, about, granted=granted):
            found[index] += left
    return list(map(_once, found))


def _within_sight(piece: Piece) -> Piece:
    """A directive without the clauses that are too far from its start to be asked."""
    return piece if len(piece.clauses) <= SIGHT else piece_of(piece.sentence, piece.first, piece.clauses[:SIGHT])


def _once(bearers: tuple[Bearer, ...]) -> tuple[Bearer, ...]:
    """Bearers each of which is there once, rather where it is named than taken over: 外国组织及外国组织、个人设立的机构."""
    if len(bearers) < 2:
        return bearers
    known: dict[str, Bearer] = {}
    for bearer in bearers:
        if bearer.text not in known or (bearer.explicit and not known[bearer.text].explicit):
            known[bearer.text] = bearer
    return tuple(known.values()) if len(known) < len(bearers) else bearers


def _named(
    text: str, piece: Piece, mood: Mood, *, state: State, same: tuple[Bearer, ...] | None
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
            state.carried[item] = Carry(acting, number, introduces, _imposes(text, piece, mood))
        elif mood.modality == "recommendation":
            state.invited = number, own
        return own, same
    if before := named_before(text, piece, mood, sentence=sentence):
        state.carried[item] = Carry(before, number, introduces)
        return in_role(text, piece, before) + called(text, piece), before
    if piece.subjects & PRONOUN:
        state.carried[item] = Carry((), number, False)
        return called(text, piece), same
    taken = taken_by(text, piece, mood, state, same=same)
    if piece.may & ROLES:
        above = state.above(sentence)
        if same is not None or number not in state.noted:
            taken = in_role(text, piece, taken, listed=above is not None and above.introduces)
        taken += called(text, piece)
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


def _explicit(text: str, piece: Piece, mood: Mood, *, state: State) -> tuple[Bearer, ...]:
    """The bearers that a directive names itself."""
    end = piece.clauses[-1].end
    if shapes()["founded"].match(text, piece.clauses[0].start) is not None:
        return founders(text, piece)
    if called_up(text, piece, state.sentences[piece.sentence].clauses):
        return ()
    if piece.may & ROLES and (pair := pair_of(text, piece)):
        return pair
    label = state.sentences[piece.sentence].clauses[0] if piece.first == 1 else None
    if listed := share_of(text, piece, label=label):
        return listed
    if (invited := asked_by(text, piece, mood, names=state.names)) is not None:
        return invited
    if (
        mood.cue is None
        and text.startswith("违反", piece.clauses[0].start)
        and text.find("由", piece.clauses[0].start, end) < 0
    ):
        return ()  # who breaks a rule
    named = subjects_of(text, piece, mood, names=state.names)
    named += [body for body in founded(text, piece) if all(body.span != one.span for one in named)]
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
