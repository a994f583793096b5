"""What the members of a directive ask for: somebody could check the act, or it is a call to try harder.

One member with a concrete act makes a whole string of coordinated members checkable, so the members are judged one by one and
the row says how many of them are concrete. The words stand in deeds.toml and in the lexicon `operational` of directives.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from policymine import rules
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.scanning import PACKAGE
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.splitting import Piece

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
    if (acts or thing) and _pattern("attitude").search(text, start, end) is None:
        return "act" if acts else "thing"
    if general or acts or thing or _pattern("attitude").search(text, start, end) is not None:
        return "bare"
    return "other"


def member_sign(text: str, clauses: Sequence[Clause]) -> Sign:
    """Which kinds of members a directive has and how many of them are concrete."""
    kinds = [member(text, clause.start, clause.end) for clause in clauses]
    concrete = sum([kind in CONCRETE for kind in kinds])
    general = _pattern("general").match(text, clauses[0].start, clauses[0].end) is not None
    share = round(4 * concrete / len(kinds))
    return (
        "members", share, min(concrete, 3), concrete == 0, min(len(kinds), 4), min(concrete, 2), len(kinds) == 1, general,
        frozenset(kinds),
    )  # fmt: skip


def deed_sign(text: str, piece: Piece, *, vague: bool, digits: bool) -> Sign:
    """How many clauses name an act of the lexicon, and whether the directive names neither an act nor a number.

    Args:
        text: the document.
        piece: the clauses of the directive.
        vague: whether it has a word that is too general to check.
        digits: whether a digit stands in it.
    """
    body = [clause for clause in piece.clauses if clause.lead != "result"] or piece.clauses
    acting = sum([_act().search(text, clause.start, clause.end) is not None for clause in body])
    idle = not acting and (not digits or all(DIGIT.search(text, clause.start, clause.end) is None for clause in body))
    return ("deeds", min(acting, 3), idle, vague)
