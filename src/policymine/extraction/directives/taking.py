"""Names that a directive takes over: from an introduction, a headline, a clause in front of it that orders nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from policymine import rules
from policymine.extraction.directives.bodies import kind_of, shapes
from policymine.extraction.directives.clauses import Clause, Sentence
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.scanning import PACKAGE
from policymine.extraction.directives.sharing import named_in, role_of
from policymine.extraction.directives.splitting import Piece
from policymine.extraction.directives.tries import bit
from policymine.model import Bearer, BearerRole
from policymine.text.span import Span

NAMED = ("organisation", "person")
TITLED = bit("patterns.titled")
RIGHTING = ("责令", "给予", "处以", "通报", "取消", "撤销", "记入", "视为", "不予", "没收", "吊销")
"""What is done to those who fail, in the clause behind the case."""
COLON = ("：", ":")


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """How it is told that a name is taken over, and that none is: notes.toml."""
    written: dict[str, str] = rules.load(PACKAGE, "notes").lexicons["taking"]
    return {name: re.compile(pattern) for name, pattern in written.items()}


def _set_up(text: str, span: Span) -> tuple[Bearer, ...]:
    """The body that is set up in some stretch, the last one of several."""
    found = [match.span("body") for match in patterns()["founds"].finditer(text, *span)]
    return named_in(text, Span(*found[-1]), "responsible") if found else ()


def duties_of(text: str, sentence: Sentence, before: Sentence) -> tuple[Bearer, ...]:
    """Whose duties follow behind the sentence that sets it up: 成立防汛专班。主要职责是：…"""
    first = sentence.clauses[0]
    if first.closing not in COLON or patterns()["duty"].fullmatch(text, first.start, first.end) is None:
        return ()
    return implicit(_set_up(text, Span(before.start, before.end)))


def behind_heading(text: str, piece: Piece, cue: int) -> tuple[Bearer, ...]:
    """Who must act behind a headline that lost its mark: 强化就业服务各地要每月走访."""
    clause = next((c for c in piece.clauses if c.start <= cue < c.end), piece.clauses[0])
    found = patterns()["behind"].search(text, clause.start, cue)
    return named_in(text, Span(*found.span()), "responsible") if found is not None and kind_of(found[0]) else ()


def charged_with(text: str, sentence: Sentence, *, silent: bool) -> tuple[Bearer, ...]:
    """Whose duties a sentence introduces that orders nothing itself: 县住建局履行下列职责：, 成立专班，其主要职责是："""
    if text.find("职", sentence.start, sentence.end) < 0 and text.find("任务", sentence.start, sentence.end) < 0:
        return implicit(_heading_list(text, sentence)) if silent else ()
    last = sentence.clauses[-1]
    if silent and len(sentence.clauses) > 1 and patterns()["duty"].fullmatch(text, last.start, last.end) is not None:
        before = sentence.clauses[-2]
        if before.subject is not None and before.subject.kind in NAMED and before.subject.start == before.start:
            stands = shapes()["stated"].match(text, before.subject.end, before.end) is not None
            return implicit(named_in(text, before.subject, "responsible")) if stands else ()
    duties = shapes()["duties"].search(text, sentence.clauses[max(0, len(sentence.clauses) - 2)].start, sentence.end)
    group = "who" if duties is None or duties["who"] is not None else "body"
    if duties is None or not kind_of(duties[group]) or not (silent or group == "body"):
        return ()
    return implicit(named_in(text, Span(*duties.span(group)), "responsible"))


def _heading_list(text: str, sentence: Sentence) -> tuple[Bearer, ...]:
    """Who does each of what follows: 受理机关分别作出下列答复：."""
    last = sentence.clauses[-1]
    if last.subject is None or last.subject.kind not in NAMED or patterns()["each"].search(text, last.start, last.end) is None:
        return ()
    return named_in(text, last.subject, role_of(text, last))


def named_before(text: str, piece: Piece, mood: Mood, *, sentence: Sentence) -> tuple[Bearer, ...]:
    """Who stands in front of a directive in a clause that orders nothing: 县财政局是主管部门，负责拨付."""
    if not piece.first or mood.modality != "obligation":
        return ()
    before = sentence.clauses[piece.first - 1]
    if patterns()["charge"].match(text, piece.clauses[0].start) and (body := _set_up(text, Span(before.start, before.end))):
        return implicit(body)
    if before.subject is not None:
        stands = before.subject.kind in NAMED and shapes()["stated"].match(text, before.subject.end, before.end) is not None
        return implicit(named_in(text, before.subject, "responsible")) if stands else ()
    if piece.first < 2 or not text.startswith(("是", "为"), before.start):
        return ()
    named = sentence.clauses[piece.first - 2]
    whole = Span(named.start, named.end)
    return implicit(named_in(text, whole, "responsible")) if kind_of(whole.of(text)) else ()


def breaks(text: str, clause: Clause) -> bool:
    """Whether a clause tells what its subject did wrong: 县局未按规定审批."""
    return clause.subject is not None and patterns()["breaks"].match(text, clause.subject.end, clause.end) is not None


def fails(text: str, piece: Piece, clause: Clause) -> bool:
    """Whether who stands in a case is who is set right behind it: 企业未备案的，责令改正."""
    behind = piece.clauses[piece.clauses.index(clause) + 1 :]
    if text[clause.end - 1] == "的" and behind and text.startswith(RIGHTING, behind[0].start):
        return True
    punished = patterns()["punished"]
    return any(punished.match(text, c.start, c.end) for c in behind if text[c.start] == "对")


def aside(text: str, piece: Piece, sentence: Sentence) -> bool:
    """Whether it tells only what somebody behind it must see to: 对…的检查，被检查单位应当配合."""
    number = piece.first + len(piece.clauses)
    if len(piece.clauses) > 1 or number >= len(sentence.clauses) or text[piece.clauses[0].start] != "对":
        return False
    behind = sentence.clauses[number]
    whole = patterns()["topic"].fullmatch(text, piece.clauses[0].start, piece.clauses[0].end) is not None
    return whole and behind.subject is not None and behind.subject.kind in NAMED and behind.subject.start == behind.start


def in_role(text: str, piece: Piece, taken: tuple[Bearer, ...], *, listed: bool = False) -> tuple[Bearer, ...]:
    """Bearers that are taken over, in the role that the directive's first word gives them: 配合县局开展检查.

    In a list of somebody's own duties (`listed`) 协助 is one of them.
    """
    first = next((clause for clause in piece.clauses if not clause.fronted), piece.clauses[0])
    role: BearerRole = "responsible"
    if text.startswith("牵头", first.head):
        role = "lead"
    elif text.startswith("配合" if listed else ("配合", "协助"), first.head):
        role = "support"
    if role == "responsible":
        return taken
    return tuple(replace(bearer, role=role) if bearer.role == "responsible" else bearer for bearer in taken)


def implicit(bearers: Sequence[Bearer]) -> tuple[Bearer, ...]:
    """The same bearers as names that were taken over."""
    return tuple([Bearer(b.text, b.role, False, b.span, b.name, b.kind, b.level, b.sector) for b in bearers])


def whole_name(text: str, sentence: Sentence) -> tuple[Bearer, ...]:
    """The body that a headline names and nothing else: 第六条 核发机构。负责…."""
    if len(sentence.clauses) != 1:
        return ()
    duties = shapes()["duties"].fullmatch(text, sentence.start, sentence.end) if text[sentence.end - 1] in "责能务" else None
    if duties is not None and duties["who"] is not None and kind_of(duties["who"]):
        return named_in(text, Span(*duties.span("who")), "responsible")
    titled = sentence.clauses[0].may & TITLED and shapes()["titled"].fullmatch(text, sentence.start, sentence.end) is not None
    if not titled:
        return ()
    return named_in(text, Span(sentence.start, sentence.end), "responsible")


def subject_names(text: str, clauses: Sequence[Clause]) -> tuple[Bearer, ...]:
    """The names of the first subject that is somebody."""
    named = next((c for c in clauses if c.subject is not None and c.subject.kind in NAMED), None)
    if named is not None and named.subject is not None:
        return named_in(text, named.subject, role_of(text, named))
    first = clauses[0]
    cued = len(clauses) > 1 and clauses[1].cue is not None and clauses[1].cue.start == clauses[1].start
    alone = cued and first.may & TITLED and shapes()["titled"].fullmatch(text, first.start, first.end) is not None
    return named_in(text, Span(first.start, first.end), "responsible") if alone else ()
