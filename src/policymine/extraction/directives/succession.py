"""What a directive that names nobody takes over: the rules that let it, and those that do not."""

from __future__ import annotations

from operator import attrgetter
from typing import Final, NamedTuple

from policymine.extraction.directives.acting import ELSEWHERE
from policymine.extraction.directives.bodies import shapes
from policymine.extraction.directives.carrying import Carry, State
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.splitting import THING, Piece
from policymine.extraction.directives.taking import NAMED, aside, breaks, fails, implicit, patterns
from policymine.model import Bearer

LOOSE_KINDS = ("speech", "meeting_report", "work_report", "circular", "news", "other")
"""Papers whose bare imperatives do not go on with the subject of the sentence before."""
FAR: Final = 5
"""Sentences behind which nobody goes on acting unless what he heads is a list."""
LONGEST_LABEL: Final = 14
SOMEBODY_ENDS: Final = frozenset("员人者象位构门业织关司会府局厅校院行村户")
"""What names end with: cheap to ask first."""
LEAST_TAIL: Final = 4
"""Characters by which a shorter name of the same body is known: 县疾病防治机构, 配合防治机构."""
BANS = ("严禁", "禁止", "杜绝")

_condition = attrgetter("condition")


class _Case(NamedTuple):
    """A directive that names nobody, and what could be taken over; `near` if that is who has just punished somebody."""

    text: str
    piece: Piece
    mood: Mood
    state: State
    sentence: Sentence
    carry: Carry
    fronted: bool
    near: bool


def taken_by(
    text: str, piece: Piece, mood: Mood, state: State, *, same: tuple[Bearer, ...] | None
) -> tuple[Bearer, ...]:  # fmt: skip
    """What a directive that names nobody takes over."""
    sentence = state.sentences[piece.sentence]
    if same is not None and mood.modality != "recommendation":
        return implicit(same)
    if (note := state.noted.get(piece.sentence)) is not None:
        return state.notes[note].bearers
    if state.invited[0] == piece.sentence and mood.modality != "recommendation":
        return _as_invited(piece, mood, state)
    carry = state.above(sentence)
    if mood.modality == "recommendation" or carry is None or not carry.bearers or state.spoken_of == piece.sentence:
        return ()
    fronted = len(piece.clauses) > 1 and any(map(_condition, piece.clauses[:-1]))
    near = carry.sanction and carry.sentence >= piece.sentence - 1
    case = _Case(text, piece, mood, state, sentence, carry, fronted, near)
    return () if any(hinders(case) for hinders in HINDRANCES) else implicit(carry.bearers)


def _as_invited(piece: Piece, mood: Mood, state: State) -> tuple[Bearer, ...]:
    """Whom a sentence invites may do what it goes on with (鼓励农户办民宿，可以入股); else what follows is nobody's."""
    goes_on = mood.modality == "permission" and not any(map(_condition, piece.clauses))
    return implicit(state.invited[1]) if goes_on else ()


def _far(case: _Case) -> bool:
    """Who was named too long ago to go on acting."""
    return not case.carry.introduces and case.piece.sentence - case.carry.sentence > FAR


def _agent(case: _Case) -> bool:
    """Whom 由 names does one thing; he is no subject that a new sentence goes on with."""
    span, before = case.carry.bearers[0].span, _before(case)
    if span is None or case.near or case.carry.introduces or (before is not None and _continues(before)):
        return False
    return case.text.startswith("由", span.start - 1)


def _labelling(case: _Case) -> bool:
    """A label in front of somebody else's share: 黄色预警响应：县级政府负责…, 要加强协同，县财政局要…."""
    piece, clauses = case.piece, case.sentence.clauses
    number = piece.first + len(piece.clauses)
    if len(piece.clauses) > 1 or number >= len(clauses) or piece.clauses[0].end - piece.clauses[0].start > LONGEST_LABEL:
        return False
    behind = clauses[number].subject
    return behind is not None and behind.kind in NAMED and behind.start == clauses[number].start


def _object(case: _Case) -> bool:
    """Who is guided, told or helped does not act himself: 引导企业用好…, 报送县财政局."""
    first, last = case.piece.clauses[0], case.piece.clauses[-1]
    names = {bearer.text for bearer in case.carry.bearers}
    if all(case.text.find(name[-LEAST_TAIL:], first.start, last.end) < 0 for name in names):
        return False
    tails = (*names, *[name[-size:] for name in names for size in range(LEAST_TAIL, len(name))])
    return any(
        case.text.startswith(tails, dealt.end()) for dealt in patterns()["dealing"].finditer(case.text, first.start, last.end)
    )


def _own(case: _Case) -> bool:
    """Somebody of its own stands in front, by himself: 执行消毒的人员，应当接受培训."""
    piece = case.piece
    first = next((clause for clause in piece.clauses if clause.condition != "when"), piece.clauses[0])
    if first.cue is not None:
        return False
    if case.text.find("违反", first.start, first.end) >= 0 and patterns()["breaching"].fullmatch(
        case.text, first.start, first.end
    ):
        return True
    if len(piece.clauses) < 2 or first is piece.clauses[-1]:
        charge = case.text.find("负责", first.start, first.end)
        return charge > first.start and patterns()["charged"].match(case.text, first.start, first.end) is not None
    if case.text[first.end - 1] not in SOMEBODY_ENDS:
        return False
    if first.lead in ("verb", "adverb", "result", "cue") and case.text.find("的", first.start, first.end) < 0:
        return False
    return patterns()["somebody"].fullmatch(case.text, first.start, first.end) is not None


def _liable(case: _Case) -> bool:
    """What the law itself provides: 依法追究刑事责任."""
    start, end = case.piece.clauses[0].start, case.piece.clauses[-1].end
    spoken = case.text.find("责任", start, end) >= 0 or case.text.find("犯罪", start, end) >= 0
    return spoken and patterns()["liable"].search(case.text, start, end) is not None


def _granted(case: _Case) -> bool:
    """A reward or a favour behind somebody's share: who grants it is left open."""
    if case.carry.introduces or case.state.kind == "regulation" or _continues(case.sentence) or case.near:
        return False
    if case.mood.modality == "permission" and case.state.kind in LOOSE_KINDS:
        return True
    start, end = case.piece.clauses[0].start, case.piece.clauses[-1].end
    return case.text.find("给予", start, end) >= 0 and patterns()["rewards"].search(case.text, start, end) is not None


def _elsewhere(case: _Case) -> bool:
    """What somebody has ruled elsewhere, or is told of somebody behind it."""
    first = case.piece.clauses[0]
    return case.text.endswith(ELSEWHERE, first.start, first.end) or aside(case.text, case.piece, case.sentence)


def _spoken_of(case: _Case) -> bool:
    """A clause that tells what becomes of a thing or somebody (persons punished, a right granted): who acts is left open."""
    text, piece, mood = case.text, case.piece, case.mood
    if mood.modality == "sanction":
        spoken = patterns()["persons"].search(text, piece.clauses[0].start, piece.clauses[-1].end) is not None
    elif mood.cue is None:
        spoken = False
    else:
        clause = next((c for c in piece.clauses if c.start <= mood.cue.start < c.end), piece.clauses[0])
        thing = clause.subject is None and patterns()["thing"].search(text, clause.start, mood.cue.start) is not None
        spoken = thing or text.startswith(("享受", "享有", "有权"), mood.cue.end)
    if spoken:
        case.state.spoken_of = piece.sentence
    return spoken


def _failing(case: _Case) -> bool:
    """Who stands in the case is who is set right behind it."""
    text, piece = case.text, case.piece
    return not case.near and any(
        c.subject is not None and (c.condition == "who" or breaks(text, c)) and fails(text, piece, c) for c in piece.clauses
    )


def _of_thing(case: _Case) -> bool:
    """A thing is spoken of: 奖励资金实行专户管理."""
    piece = case.piece
    first = next((clause for clause in piece.clauses if not clause.fronted), piece.clauses[0])
    if case.mood.cue is None and not first.lead and shapes()["of_thing"].match(case.text, first.start, first.end) is not None:
        return True
    if case.text.startswith("负责", first.start):
        return False  # 负责收缴应当上缴的收益
    return piece.subjects & THING != 0 and (not case.fronted or case.mood.modality == "prohibition")


def _threat(case: _Case) -> bool:
    """A threat behind somebody's share, or one of a provision of its own: who imposes it is told elsewhere, if at all."""
    if case.text.startswith("违反", case.piece.clauses[0].start):
        return not (case.carry.introduces and case.mood.modality == "prohibition")
    return case.mood.modality == "sanction" and not (case.near or case.sentence.expansion or case.carry.introduces)


def _bare(case: _Case) -> bool:
    """A bare imperative in a paper that speaks to all."""
    if case.mood.cue is not None or case.fronted or case.carry.introduces:
        return False
    if (case.state.kind not in LOOSE_KINDS and case.state.kind != "notice") or _continues(case.sentence):
        return False
    if case.state.kind == "notice" and (any(map(_generic, case.carry.bearers)) or _together(case)):
        return False
    before = _before(case)
    goes_on = before is not None and _continues(before)
    return not (goes_on and case.text.startswith("负责", case.piece.clauses[0].start))


def _together(case: _Case) -> bool:
    """It tells how somebody works together with others: 加强配合，协同推进."""
    return patterns()["together"].match(case.text, case.piece.clauses[0].start) is not None


def _banned(case: _Case) -> bool:
    """A ban for everybody: 严禁酒后上岗."""
    cue = case.mood.cue
    return cue is not None and case.text.startswith(BANS, cue.start) and not case.fronted


def _anew(case: _Case) -> bool:
    """A speech starts a new sentence here: after one body's share it speaks to all again."""
    if case.fronted or case.carry.introduces or case.state.kind not in LOOSE_KINDS:
        return False
    before = _before(case)
    return before is not None and not _continues(before) and not any(map(_generic, case.carry.bearers))


def _before(case: _Case) -> Sentence | None:
    return case.state.sentences[case.piece.sentence - 1] if case.piece.sentence else None


def _generic(bearer: Bearer) -> bool:
    return bearer.text.startswith(("各", "全", "所有", "广大", "每")) and patterns()["people"].search(bearer.text) is None


def _continues(sentence: Sentence) -> bool:
    return sentence.expansion or sentence.closing in ("；", ";")


HINDRANCES: Final = (
    _far, _agent, _labelling, _own, _object, _liable, _elsewhere, _spoken_of, _failing, _of_thing, _threat, _bare, _banned,
    _anew, _granted,
)  # fmt: skip
"""What keeps a directive from taking over the names of an earlier sentence."""
