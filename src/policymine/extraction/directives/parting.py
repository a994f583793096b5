"""Boundaries inside a sentence that the guideline settles by itself; the model weighs the others.

A directive of its own: an invitation (鼓励 支持 允许) or a ban in a chain of duties, another body with its own act, what the
authority gives to those who follow an invitation, a penalty for those named behind 对. None: a ceiling (单个项目最高资助
10万元) and what somebody gets by a permission.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from policymine import rules
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.codes import CUE, CUE_BITS, MODALITY, bits
from policymine.extraction.directives.fronting import patterns
from policymine.extraction.directives.scanning import PACKAGE, alternation

OBLIGATION: Final = MODALITY.number("obligation")
PROHIBITION: Final = MODALITY.number("prohibition")
PERMISSION: Final = MODALITY.number("permission")
RECOMMENDATION: Final = MODALITY.number("recommendation")
MEANT: Final = {CUE.number(kind) << 4: meant for kind, meant in {
    "must": OBLIGATION, "must-not-once": OBLIGATION, "shall": OBLIGATION, "want": OBLIGATION, "need": OBLIGATION,
    "ban": PROHIBITION, "negated": PROHIBITION, "may": PERMISSION, "invite": RECOMMENDATION, "support": RECOMMENDATION,
}.items()}  # fmt: skip
"""The modality that a deontic word gives, by its bits in the shape of a clause; results (确保) and 请 give none."""
INVITING: Final = frozenset((RECOMMENDATION, PERMISSION))
INVITED: Final = frozenset(("鼓励", "提倡", "倡导", "支持", "允许"))
PENALTY: Final = bits("penalty")
LEADING: Final = bits("lead")
DUTY: Final = bits("charge", "lead", "plan")
COLONS: Final = ("：", ":")
OWING: Final = frozenset(("want", "shall", "must", "may"))
NEAR: Final = 2
"""Characters between a body and its word of duty."""
ORDERING: Final = ("verb", "result", "cue", "adverb")


def meant(clause: Clause) -> int:
    """The modality that the clause's own deontic word gives it, as a number; 0 when it has none."""
    return MEANT.get(clause.shape & CUE_BITS, 0)


def supports(clause: Clause) -> bool:
    """Whether a clause begins with 支持 that recommends to nobody."""
    return clause.word == "word=支持" and not clause.adverb and clause.cue is None


def settled(text: str, run: Sequence[Clause], clause: Clause) -> bool | None:
    """Whether a boundary stands before a clause as a matter of course; None where it has to be weighed.

    Args:
        text: the document.
        run: the clauses of the directive so far.
        clause: the next clause.
    """
    held, marks = {meant(earlier) for earlier in run} - {0}, 0
    for earlier in run:
        marks |= earlier.marks
    if limits(text, clause) or (PERMISSION in held and _matches(text, clause, "enjoys")):
        return False
    if marks & PENALTY:
        return None
    if clause.lead == "cue" and clause.cue is not None:
        return _turns(text, run, clause, held=held) or None
    if supports(clause) and not (_names(run) or any(map(supports, run))):
        return True
    if RECOMMENDATION in held and clause.cue is None and _matches(text, clause, "gives"):
        return True
    if clause.marks & PENALTY and _matches(text, clause, "strikes") and not _names(run):
        return True
    return True if _changes(text, run, clause, marks=marks) else None


def _matches(text: str, clause: Clause, name: str) -> bool:
    return patterns()[name].match(text, clause.start, clause.end) is not None


def limits(text: str, clause: Clause) -> bool:
    """Whether a clause only says how much at most, or at least, is given by what stands in front of it."""
    return _matches(text, clause, "limits")


def _names(run: Sequence[Clause]) -> bool:
    """Whether all that stands so far is a condition, a circumstance or who is meant."""
    return all(earlier.cue is None and (earlier.fronted or not _orders(earlier)) for earlier in run)


def _orders(clause: Clause) -> bool:
    """Whether a clause orders something by itself."""
    return clause.cue is not None or clause.lead in ORDERING or clause.marks & DUTY != 0


def _turns(text: str, run: Sequence[Clause], clause: Clause, *, held: set[int]) -> bool:
    """Whether an invitation or a ban stands behind orders of another modality."""
    cue = clause.cue
    if cue is None or meant(clause) in held or _names(run):
        return False
    return cue.kind == "ban" or text[cue.start : cue.end] in INVITED


def _changes(text: str, run: Sequence[Clause], clause: Clause, *, marks: int) -> bool:
    """Whether another body acts, each with a clause of its own: 公安局管好路面，城管局清理摊点; not 甲局牵头，乙局配合."""
    if (marks | clause.marks) & LEADING or clause.fronted or not _acts_first(clause):
        return False
    if _speaks_first(text, run, clause):
        return True
    if text.startswith("每", clause.start) or text.find("配合", clause.start, clause.end) >= 0 or run[-1].fronted:
        return False
    others = [earlier for earlier in run if _acts_first(earlier) and not earlier.condition and earlier.closing not in COLONS]
    if not others or clause.cue is not None or clause.marks & DUTY or any(one.cue or one.marks & DUTY for one in others):
        return bool(others)
    return hands_over(text, run[-1], clause) or (_acts(text, clause) and any(_acts(text, one) for one in others))


def _speaks_first(text: str, run: Sequence[Clause], clause: Clause) -> bool:
    """Whether a body with a word of duty comes behind orders to nobody: 简化手续，各市要确定一所医院."""
    cue, subject = clause.cue, clause.subject
    if cue is None or subject is None or cue.kind not in OWING or cue.start - subject.end > NEAR:
        return False
    if run[-1].fronted or text.startswith("为", run[0].start) or _names(run):
        return False
    return not any(earlier.subject is not None and earlier.subject.kind in ("organisation", "person") for earlier in run)


def hands_over(text: str, before: Clause, clause: Clause) -> bool:
    """Whether a clause ends with the body that the next one begins with: 报省水利厅，省水利厅审定后公布."""
    body = clause.subject
    if body is None or body.start != clause.start or body.kind != "organisation":
        return False
    return text[before.start : before.end].endswith(text[body.start : body.end])


@cache
def _verb() -> re.Pattern[str]:
    return re.compile(alternation(rules.load(PACKAGE, "directives").lexicons["lexicons"]["verbs"]))


def _acts(text: str, clause: Clause) -> bool:
    """Whether a verb stands right behind the body that a clause begins with."""
    return clause.subject is not None and _verb().match(text, clause.subject.end, clause.end) is not None


def _acts_first(clause: Clause) -> bool:
    """Whether a clause begins with a body."""
    subject = clause.subject
    return subject is not None and subject.kind == "organisation" and subject.start == clause.start
