"""What the members of a directive ask for: somebody could check the act, or it is a call to try harder.

One member with a concrete act makes a whole string of coordinated members checkable, so the members are judged one by one and
the row says how many of them are concrete. The words stand in deeds.toml and in the lexicon `operational` of directives.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from policymine import rules
from policymine.extraction.directives_clauses import Clause
from policymine.extraction.directives_scanning import PACKAGE
from policymine.extraction.directives_signs import Sign
from policymine.extraction.directives_splitting import Piece

DIGIT = re.compile(r"\d")
CONCRETE = {"amount", "act on a thing", "act"}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return rules.load(PACKAGE, "deeds")[name].find


@cache
def _act() -> re.Pattern[str]:
    return re.compile(rules.load(PACKAGE, "directives").lexicons["operational"]["act"])


def member(text: str, start: int, end: int) -> str:
    """What one member asks for.

    >>> for clause in ("各镇要建立隐患台账", "逐户走访", "完善应急预案", "切实提高思想认识", "管好工地", "每月不少于2次"):
    ...     print(clause, member(clause, 0, len(clause)))
    各镇要建立隐患台账 act on a thing
    逐户走访 act
    完善应急预案 thing
    切实提高思想认识 bare
    管好工地 bare
    每月不少于2次 amount
    """
    if _pattern("amount").search(text, start, end):
        return "amount"
    general = _pattern("general").match(text, start, end)
    acts = _pattern("act").search(text, general.end() if general else start, end) is not None
    thing = _pattern("thing").search(text, start, end) is not None
    if acts and thing:
        return "act on a thing"
    attitude = _pattern("attitude").search(text, start, end) is not None
    if (acts or thing) and not attitude:
        return "act" if acts else "thing"
    return "bare" if attitude or general else "other"


def member_signs(text: str, clauses: Sequence[Clause]) -> list[Sign]:
    """Which kinds of members a directive has and how many of them are concrete."""
    kinds = [member(text, clause.start, clause.end) for clause in clauses]
    concrete = sum(kind in CONCRETE for kind in kinds)
    general = _pattern("general").match(text, clauses[0].start, clauses[0].end) is not None
    signs: list[Sign] = [f"member={kind}" for kind in sorted(set(kinds))]
    signs += [f"concrete.share={round(4 * concrete / len(kinds))}", f"concrete.members={min(concrete, 3)}"]
    signs += [f"concrete.none={concrete == 0}", f"members&concrete={min(len(kinds), 4)}&{min(concrete, 2)}"]
    signs.append(f"alone&general={len(kinds) == 1}&{general}")
    return signs


def deed_sign(text: str, piece: Piece, *, vague: bool) -> Sign:
    """How many clauses name an act of the lexicon, and whether the directive names neither an act nor a number."""
    body = [clause for clause in piece.clauses if clause.lead != "result"] or list(piece.clauses)
    acting = sum(_act().search(text, clause.start, clause.end) is not None for clause in body)
    idle = not acting and all(DIGIT.search(text, clause.start, clause.end) is None for clause in body)
    return ("deeds", min(acting, 3), idle, vague)
