"""Clauses that cannot stand alone: what they begin is only said behind the comma.

The name of a thing (申请补贴的企业，应当…), a circumstance (用人单位招用人员，不得…), a time or a way behind the word of duty
(应当自收到之日起十日内，…), a condition that goes on (…进行侮辱，构成犯罪的，…). No directive ends behind such a clause;
one that starts right behind it starts with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policymine.extraction.directives.bodies import shapes
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.codes import bits
from policymine.extraction.directives.fronting import patterns

SOMEBODY: Final = ("organisation", "person")
ACTING: Final = ("verb", "adverb", "result", "cue")
"""What a clause leads with that orders by itself."""
DUTY: Final = bits("charge", "lead", "penalty")
ENOUGH: Final = bits("charge", "lead", "penalty", "perfect", "past", "achieved", "is")
"""Marks of a clause that says something by itself."""
GOES_ON: Final = "，,"
FAR: Final = 10
"""Characters behind a topic in which 由 tells who sees to it: 其安全生产由…"""
BANNED: Final = ("ban", "negated")
OWED: Final = ("shall", "must", "must-not-once")
TOLD: Final = (*OWED, "ban", "may")


def unfinished(text: str, clause: Clause, following: Clause) -> bool:
    """Whether what a clause begins is only said in the one that follows.

    Args:
        text: the document.
        clause: the clause.
        following: the clause behind it.
    """
    if clause.closing not in GOES_ON or not clause.closing:
        return False
    found, start, end = patterns(), clause.start, clause.end
    if clause.cue is not None:
        named = clause.cue.kind in ("invite", "support") and text[end + 1 : following.start] in ("特别是", "尤其是")
        return named or found["depends"].match(text, clause.cue.end, end) is not None
    if following.condition == "who" and clause.subject is not None and text.startswith("违反", clause.subject.end):
        return True
    if found["breaches"].match(text, following.start) is not None and found["breach"].match(text, start, end) is not None:
        return True
    if clause.marks & ENOUGH and not text.startswith("属于", start):
        told = following.cue is not None and following.cue.kind in TOLD and following.subject is not None
        return told and found["built"].fullmatch(text, start, end) is not None
    if clause.subject is not None and found["depends"].match(text, clause.subject.end, end) is not None:
        return True
    if found["until"].fullmatch(text, start, end) is not None:
        return True
    return topic(text, clause) or _names(text, clause, following) or _circumstance(text, clause, following)


def topic(text: str, clause: Clause) -> bool:
    """Whether a clause only names a thing that somebody behind it sees to: 县政府投资的绿地，由县园林局养护."""
    if clause.subject is None or clause.cue is not None or clause.closing not in GOES_ON:
        return False
    behind = text.find("由", clause.end + 1, clause.end + FAR)
    if behind < 0 or (behind > clause.end + 1 and not text.startswith("其", clause.end + 1)):
        return False
    return shapes()["topic"].fullmatch(text, clause.subject.end, clause.end) is not None


def _names(text: str, clause: Clause, following: Clause) -> bool:
    """Whether a clause only names somebody or something of which the next one says what is to be done."""
    told = following.cue is not None and following.cue.kind not in ("ensure", "support", "invite", "please")
    subject = following.subject
    listed = subject is not None and subject.start == following.start and subject.kind == "organisation"
    if listed and not clause.lead and patterns()["members"].fullmatch(text, clause.start, clause.end) is not None:
        return True
    if not told and not text.startswith("由", following.start) and not following.fronted:
        return False
    if told and following.lead == "cue" and patterns()["referred"].fullmatch(text, clause.start, clause.end) is not None:
        return True
    if clause.lead in ("verb", "adverb", "result") and not text.startswith(("已", "曾"), clause.start):
        return patterns()["had"].match(text, clause.start, clause.end) is not None
    return patterns()["named_thing"].fullmatch(text, clause.start, clause.end) is not None


def _circumstance(text: str, clause: Clause, following: Clause) -> bool:
    """Whether a clause is what somebody does when the ban or duty behind it binds him: 用人单位招用人员，不得…"""
    cue, subject = following.cue, clause.subject
    if clause.condition or (subject is not None and subject.kind not in SOMEBODY):
        return False
    at = subject.end if subject is not None else clause.start
    if cue is None:
        found = patterns()
        ways = {"who": ("doing", "happens"), "towards": ("doing", "builds")}.get(following.condition, ())
        return subject is not None and any(found[name].match(text, at, clause.end) is not None for name in ways)
    if cue.start == following.start and (cue.kind == "ban" or cue.kind in OWED):
        return patterns()["doing"].match(text, at, clause.end) is not None
    if cue.kind not in TOLD:
        return False
    befallen = subject is None and not clause.lead and patterns()["befalls"].match(text, at, clause.end) is not None
    return befallen or patterns()["happens"].match(text, at, clause.end) is not None


def goes_on(text: str, run: Sequence[Clause], clause: Clause) -> bool:
    """Whether a condition (…的) or an alternative goes on with what the clauses `run` began, and none of them orders.

    Args:
        text: the document.
        run: the clauses of the directive so far.
        clause: the clause behind them.
    """
    if text.startswith(("或者", "或"), clause.start) and not clause.marks & DUTY:
        return clause.cue is None or clause.cue.kind not in BANNED
    if clause.condition not in ("who", "towards") or clause.cue is not None:
        return False
    if any(earlier.cue is not None or earlier.marks & DUTY or text[earlier.end - 1] == "的" for earlier in run):
        return False
    if clause.condition == "towards":
        return patterns()["merit"].fullmatch(text, clause.start, clause.end) is not None
    first = run[0]
    named = first.subject is not None and first.subject.kind in SOMEBODY and first.subject.start == first.start
    if first.lead in ACTING and not named:
        return False
    return patterns()["worse"].fullmatch(text, clause.start, clause.end) is not None
