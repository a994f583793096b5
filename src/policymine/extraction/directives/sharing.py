"""How work is shared: X牵头，Y配合; X会同Y; X：负责…."""

from __future__ import annotations

import re
from dataclasses import replace

from policymine.extraction.directives.bodies import Subject, kind_of, shapes
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.fronting import patterns
from policymine.extraction.directives.listing import members, name_at, name_from
from policymine.extraction.directives.splitting import CHARGE, LEADING, Piece
from policymine.extraction.directives.tries import bit
from policymine.model import Bearer, BearerRole
from policymine.organisations import organisation_of
from policymine.text.span import Span

ROLES = bit("roles")
"""What a clause has in which one body's work is told from another's."""
COLON, COLONS = bit("colon"), ("：", ":")
FRONTED = ("对", "由", "在", "按", "向", "从", "以", "将", "把")
"""What stands in front of a name that does not act."""
OFFICES = ("部门", "机关", "局", "厅", "委", "委员会", "办", "办公室")
"""Whom 联合 calls in as it does 会同: 联合有关部门开展检查."""
LEADS = re.compile("(?<!明确)(?<!确定)(?<!指定)牵头(?!部门|单位|机构|人)")
"""Somebody leads; 牵头部门 is only a name."""
CALLING = re.compile("会同(?:或者?(?:委托|授权|邀请))?|联合(?!会)")
SHARE = re.compile("(?:部门|单位|处室|科室|机构|方)$")
"""What a name ends with that tells a share and no more: 牵头单位; 牵头医院 is a body that is called so."""
PARTNERS = ("与", "和", "会同", "协调", "联合", "组织", "召集", "牵头")
"""What stands behind a leader in front of those whom it leads."""
STEPS = ("后", "同意", "批准", "审核", "核实")
"""What ends a step that comes before the order itself: 经县水利局会同县财政局审核后，由…"""
DUTIES = ("统筹", "负责", "审议", "研究", "制定", "协调", "指导")
"""What a body is set up for."""
TAKING_PART = ("参加",)
"""What gives no support to another one, only a share."""
LEADING_OR_CHARGE = LEADING | CHARGE


def pair_of(text: str, piece: Piece) -> tuple[Bearer, ...]:
    """X牵头，Y配合, and who is named behind them."""
    start, end = piece.clauses[0].start, piece.clauses[-1].end
    if text.find("牵头", start, end) < 0 and text.find("配合", start, end) < 0:
        return ()
    main = shapes()["main"].search(text, start, end) if text.find("为主", start, end) >= 0 else None
    shared = main or shapes()["shared"].search(text, start, end)
    if shared is None or (main is None and _set_up(text, piece, shared.start())):
        return ()
    if shapes()["invited"].match(text, shared.start()) is not None:
        return ()  # 鼓励企业牵头、政府引导
    pair: list[Bearer] = []
    takes_part = text.endswith(TAKING_PART, shared.start(), shared.end())
    first: BearerRole = "lead" if main is not None or shared["word"].endswith("牵头") else "responsible"
    second: BearerRole = "responsible" if takes_part else "support"
    for group, role in (("lead", first), ("support", second)):
        span = name_at(text, *shared.span(group), loose=group == "support")
        if span is None:
            return ()
        pair += named_in(text, span, role, loose=group == "support")
    for clause in piece.clauses:
        subject = clause.subject
        if subject is not None and subject.start >= shared.end() and text.startswith(("负责", "具体"), subject.end):
            pair += named_in(text, subject, role_of(text, clause))
        elif subject is not None and subject.start == clause.start >= shared.end() and takes_part_at(text, subject, clause):
            pair += named_in(text, subject, "responsible")
    return tuple(pair)


def takes_part_at(text: str, subject: Subject, clause: Clause) -> bool:
    """Whether a third party only takes part: 县局牵头，各镇配合，有关单位参加."""
    return text.startswith(TAKING_PART, subject.end) and clause.end - subject.end <= len(TAKING_PART[0]) + 2


def _set_up(text: str, piece: Piece, at: int) -> bool:
    """Whether who stands there acts in a mechanism that is set up: 建立县局牵头，各镇参与的机制."""
    clause = next(c for c in piece.clauses if c.end > at)
    if clause.cue is not None or (clause.subject is not None and clause.subject.start <= at):
        return False
    return patterns()["opens"].search(text, clause.start, clause.end) is not None and any(
        patterns()["closes"].search(text, c.start, c.end) is not None for c in piece.clauses if c.start > at
    )


def headed(text: str, piece: Piece) -> Span | None:
    """X of “X，特别是Y要…”."""
    first, second = piece.clauses[:2]
    if second.subject is None or second.subject.start != second.start or first.subject is not None:
        return None
    if text.startswith(FRONTED, first.start):
        return None
    between = text[first.end + 1 : second.start]
    whole = (
        shapes()["body"].search(text, first.start, first.end) is not None if not between else between in ("特别是", "尤其是")
    )
    return Span(first.start, first.end) if whole and kind_of(text[first.start : first.end]) else None


def shares(text: str, piece: Piece, clause: Clause) -> bool:
    """Whether a later subject has a share of its own in what one directive orders: X负责牵头，Y做好配合."""
    subject = clause.subject
    if subject is not None and shapes()["body"].search(text, subject.start, subject.end) and clause.cue is None:
        return True
    if clause.marks & LEADING or any(c.marks & LEADING_OR_CHARGE for c in piece.clauses if c.start < clause.start):
        return True
    return clause.may & ROLES != 0 and any(text[hit.start : hit.end] in ("配合", "协助") for hit in clause.hits)


def goes_on(text: str, piece: Piece, clause: Clause) -> bool:
    """Whether a name is only part of what the clause before tells of: 对食堂，特别是小餐馆加强检查."""
    subject, number = clause.subject, piece.clauses.index(clause)
    aside = subject is not None and text.startswith(("特别是", "尤其是"), max(0, subject.start - 3))
    return aside and number > 0 and text.startswith(FRONTED, piece.clauses[number - 1].start)


def share_of(text: str, piece: Piece, *, label: Clause | None) -> tuple[Bearer, ...]:
    """X of “X：负责…”, an entry of a list of shares; `label` is the clause in front of a directive that starts behind it."""
    first = piece.clauses[0] if label is None or label.closing not in COLONS else label
    if first.closing not in COLONS and not first.may & COLON:
        return ()
    share = shapes()["listed"].match(text, first.start, piece.clauses[-1].end)
    if share is None or not kind_of(share["who"]):
        return ()
    duty = share.end()
    helps = text.startswith(("配合", "协助"), duty)
    role: BearerRole = "lead" if text.startswith("牵头", duty) else "support" if helps else "responsible"
    named = named_in(text, Span(*share.span("who")), role)
    return (*(named if first is not label else [replace(one, explicit=False) for one in named]), *called(text, piece))


def role_of(text: str, clause: Clause) -> BearerRole:
    """The role of a clause's subject; words in quotation marks and 密切配合 among equals give none."""
    subject = clause.subject
    if subject is None or not clause.may & ROLES:
        return "responsible"
    if (own := shapes()["own_role"].match(text, subject.start)) is not None:
        shared = SHARE.search(text, own.end(), subject.end) is not None
        if shared or text.startswith(PARTNERS, subject.end):
            return "lead" if own["lead"] else "support"
        return "responsible"
    told = shapes()["told"]
    for match in told.finditer(text, subject.end, clause.end):
        if match["lead"]:
            return "lead"
        if match["support"]:
            return "support"
        if match["with"]:
            return "responsible"
    return "responsible"


def joined(text: str, piece: Piece, clause: Clause) -> list[Bearer]:
    """Y of “X会同Y开展…”, an equal, and of “X牵头，组织Y等部门…”, who helps."""
    found: list[Bearer] = []
    leads = piece.marks & LEADING
    subject = clause.subject
    beside = shapes()["together"].match(text, subject.end, clause.end) if subject is not None else None
    if beside is not None and kind_of(beside["who"]):
        found += named_in(text, Span(*beside.span("who")), "responsible")
    for match in shapes()["joint"].finditer(text, clause.start, piece.clauses[-1].end if leads else clause.end):
        if match[0] != "组织":
            found += _equals(text, match, piece.clauses[-1].end)
        elif leads and LEADS.search(text, piece.clauses[0].start, piece.clauses[-1].end) is not None:
            name = name_from(text, match.end(), piece.clauses[-1].end)
            if name is not None and text[name.start : name.end].endswith("部门"):
                found += named_in(text, name, "support")
    return found


def called(text: str, piece: Piece) -> tuple[Bearer, ...]:
    """Y of “会同Y开展…” where nobody is named who calls it in."""
    if not piece.may & ROLES:
        return ()
    found: list[Bearer] = []
    for clause in piece.clauses:
        match = CALLING.search(text, clause.start, clause.end)
        equals = _equals(text, match, clause.end) if match is not None else []
        found += [*_caller(text, clause, match), *equals] if match is not None and equals else equals
    return tuple(found)


def _caller(text: str, clause: Clause, match: re.Match[str]) -> tuple[Bearer, ...]:
    """X of “经X会同Y核实后，由Z公布”: all three act."""
    if not match[0].startswith("会同") or not text.endswith(STEPS, clause.start, clause.end):
        return ()
    start = max(text.rfind("经", clause.start, match.start()) + 1, clause.start)
    name = name_at(text, start, match.start())
    return named_in(text, name, "responsible") if name is not None and name.end == match.start() else ()


def _equals(text: str, match: re.Match[str], end: int) -> list[Bearer]:
    """Whom 会同 calls in, or 联合 where they are offices, unless somebody else made with them what is spoken of."""
    name = name_from(text, match.end(), end)
    if name is None or shapes()["made"].match(text, name.end) is not None:
        return []
    if shapes()["was_made"].match(text, name.end, end) is not None:
        return []
    named = named_in(text, name, "responsible")
    return [*named] if match[0].startswith("会同") or any(one.text.endswith(OFFICES) for one in named) else []


def founded(text: str, piece: Piece) -> tuple[Bearer, ...]:
    """Y of “X设立Y，负责…” and “Y由X、Z组成，负责…”."""
    for number, clause in enumerate(piece.clauses[:-1]):
        behind = next((c for c in piece.clauses[number + 1 :] if text[c.start] != "由"), None)
        if behind is None or shapes()["acting"].match(text, behind.start) is None:
            continue
        body = shapes()["sets_up"].search(text, clause.start, clause.end)
        if body is None and text.find("由", clause.start, clause.end) >= 0:
            body = shapes()["made_up"].match(text, clause.start, clause.end)
        if body is not None and kind_of(body["body"]):
            return named_in(text, Span(*body.span("body")), "responsible")
    return ()


def founders(text: str, piece: Piece) -> tuple[Bearer, ...]:
    """X and Y of “建立由X牵头、Y参加的联席会议，负责…”: who is set up with a duty of its own acts through them."""
    first, behind = piece.clauses[0], [clause.start for clause in piece.clauses[1:]]
    found = shapes()["founders"].search(text, first.start, piece.clauses[-1].end)
    if found is None or not any(at > found.end() and text.startswith(DUTIES, at) for at in behind):
        return ()
    lead, rest = (name_at(text, *found.span(group)) for group in ("lead", "rest"))
    if lead is None or rest is None:
        return ()
    return (*named_in(text, lead, "lead"), *named_in(text, rest, "responsible"))


def named_in(text: str, span: Span | Subject, role: BearerRole, *, loose: bool = False) -> tuple[Bearer, ...]:
    """The members of a list of names as bearers of one role; fields of work count as names where `loose`."""
    if text.startswith(("（", "("), span.start) or text.find("\u3000\u3000", span.start, span.end) >= 0:
        return ()
    if shapes()["below"].fullmatch(text, span.start, span.end) is not None:
        return ()
    if text[span.start] == "“" and text.find("”", span.start, span.end) < 0:
        span = Span(span.start + 1, span.end)
    loose = loose and not kind_of(text[span.start : span.end])
    return tuple([bearer(text, part, role) for part in members(text, Span(span.start, span.end), loose=loose)])


def bearer(text: str, span: Span, role: BearerRole, *, explicit: bool = True) -> Bearer:
    """A bearer with what its name tells of it."""
    again = shapes()["called"].search(text, span.start, span.end) if text[span.end - 1] in "）)" else None
    span = Span(span.start, again.start()) if again is not None and again.start() > span.start else span
    name = span.of(text)
    return Bearer(name, role, explicit, span, *organisation_of(name))
