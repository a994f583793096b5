"""What the members of a directive ask for: somebody could check the act, or it is a call to try harder.

One member with a concrete act makes a whole string of coordinated members checkable, so the members are judged one by one and
the row says how many of them are concrete. The words stand in deeds.toml and in the lexicon `operational` of directives.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from policymine import rules
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.codes import MEMBER, NAME, NUMBERS
from policymine.extraction.directives.scanning import PACKAGE
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.splitting import Piece
from policymine.extraction.directives.tries import ANYTHING, bit
from policymine.text.pattern_needs import guided

FIGURE: Final = re.compile(r"\d")
AMOUNT: Final = bit("deeds.amount")
ACT: Final = bit("deeds.act")
THING: Final = bit("deeds.thing")
ATTITUDE: Final = bit("deeds.attitude")
GENERAL: Final = bit("deeds.general")
LISTED: Final = bit("operational.act")
DIGIT: Final = bit("digit")
DEEDS: Final = NUMBERS["deeds"]
MEMBERS: Final = NUMBERS["members"]
CONCRETE: Final = {"amount", "act on a thing", "act"}
COUNTED: Final = "counted"
"""The feature of a directive with a member that can be counted: one such member makes the whole checkable."""


class _Deeds(NamedTuple):
    """The patterns of deeds.toml, and the acts of the lexicon `operational`."""

    amount: re.Pattern[str]
    act: re.Pattern[str]
    thing: re.Pattern[str]
    attitude: re.Pattern[str]
    general: re.Pattern[str]
    listed: re.Pattern[str]


@cache
def _deeds() -> _Deeds:
    written = rules.load(PACKAGE, "deeds")
    amount, act, thing, attitude = (guided(written[name].find) for name in ("amount", "act", "thing", "attitude"))
    listed = re.compile(rules.load(PACKAGE, "directives").lexicons["operational"]["act"])
    return _Deeds(amount, act, thing, attitude, written["general"].find, listed)


def member(text: str, start: int, end: int, *, may: int = ANYTHING) -> str:
    """What one member asks for; `may` are the patterns that can match in it at all, see `tries`.

    >>> for clause in ("各镇要建立隐患台账", "逐户走访", "完善应急预案", "切实提高思想认识", "管好工地", "每月不少于2次"):
    ...     print(clause, member(clause, 0, len(clause)))
    各镇要建立隐患台账 act on a thing
    逐户走访 act
    完善应急预案 thing
    切实提高思想认识 bare
    管好工地 bare
    每月不少于2次 amount
    """
    amount, act, thing, attitude, general, _ = _deeds()
    if may & AMOUNT and amount.search(text, start, end) is not None:
        return "amount"
    opening = general.match(text, start, end) if may & GENERAL else None
    acts = may & ACT != 0 and act.search(text, opening.end() if opening is not None else start, end) is not None
    on_thing = may & THING != 0 and thing.search(text, start, end) is not None
    if acts and on_thing:
        return "act on a thing"
    if may & ATTITUDE and attitude.search(text, start, end) is not None:
        return "bare"
    if acts or on_thing:
        return "act" if acts else "thing"
    return "bare" if opening is not None else "other"


def has_amount(text: str, piece: Piece) -> bool:
    """Whether a member of a directive is an amount, all or nothing, or a named paper."""
    if not piece.may & AMOUNT:
        return False
    search = _deeds().amount.search
    return any(search(text, clause.start, clause.end) is not None for clause in piece.clauses if clause.may & AMOUNT)


def member_sign(text: str, clauses: Sequence[Clause], *, counted: bool = True) -> Sign:
    """Which kinds of members a directive has and how many are concrete; `counted` tells whether one may be an amount."""
    first, size, tried = clauses[0], len(clauses), ANYTHING if counted else ~AMOUNT
    concrete = kinds = 0
    for clause in clauses:
        kind = member(text, clause.start, clause.end, may=clause.may & tried)
        kinds |= 1 << MEMBER.numbers[kind]
        if kind in CONCRETE:
            concrete += 1
    general = first.may & GENERAL != 0 and _deeds().general.match(text, first.start, first.end) is not None
    counts = (
        round(4 * concrete / size) | min(concrete, 3) << 3 | (concrete == 0) << 6 | min(size, 4) << 7 | min(concrete, 2) << 10
    )
    return (counts | (size == 1) << 13 | general << 14 | kinds << 15) << NAME | MEMBERS


def deed_sign(text: str, piece: Piece, *, vague: bool) -> Sign:
    """How many clauses name an act of the lexicon, and whether the directive names neither an act nor a number.

    Args:
        text: the document.
        piece: the clauses of the directive.
        vague: whether it has a word that is too general to check.
    """
    body = [clause for clause in piece.clauses if clause.lead != "result"] or piece.clauses
    search, acting, digits = _deeds().listed.search, 0, False
    for clause in body:
        if clause.may & LISTED and search(text, clause.start, clause.end) is not None:
            acting += 1
        if clause.may & DIGIT and not digits:
            digits = FIGURE.search(text, clause.start, clause.end) is not None
    idle = not acting and not digits
    return (min(acting, 3) | idle << 3 | vague << 4) << NAME | DEEDS
