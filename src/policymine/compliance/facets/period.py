"""时段: whether a requirement still holds on the day that is asked about."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from policymine.compliance.addressees import REDACTED
from policymine.compliance.profile import PaperStanding, Profile
from policymine.compliance.requirement import Paper, Period, Requirement
from policymine.compliance.taxonomies import PACKAGE
from policymine.compliance.verdict import Quote, Verdict
from policymine.model import Span
from policymine.rules import load

DATED = re.compile(r"^(?P<year>\d{4})")


def in_force(requirement: Requirement, profile: Profile, *, as_of: date) -> tuple[Verdict | None, str | None]:
    """Whether the requirement holds, and the day on which that answer changes by itself (None: never)."""
    paper = _paper(requirement.paper, profile, as_of=as_of)
    if paper is not None:
        return paper, None
    term = requirement.paper.term
    if term is not None and _lasting(requirement):
        term = None
    if term is not None and term < as_of.isoformat():
        return Verdict("时段", False, "period.paper-term", Quote(requirement.paper.card.title or ""), None, term), None
    changes = [day for day in (requirement.paper.ends, term) if day and day >= as_of.isoformat()]
    for period in requirement.periods or _frames(requirement):
        end = period.end or _festival(period, requirement.paper)
        quote = Quote(period.text, *(period.span or (None, None)))
        if end is not None and end <= as_of.isoformat():
            return Verdict("时段", False, "period.over", quote, None, end), None
        if end is not None:
            changes.append(end)
        elif REDACTED.search(period.text):
            return Verdict("时段", None, "period.redacted", quote), None
    return None, min(changes, default=None)


def _frames(requirement: Requirement) -> tuple[Period, ...]:
    """The festival that the sentence of a requirement without a period of its own began with."""
    if "期间" not in requirement.context:
        return ()
    said = requirement.sentence
    match = _festivals().match(said)
    if match is None:
        return ()
    start = requirement.start - len(said)
    return (Period(match[0], None, Span(start, start + len(match[0]))),)


@cache
def _festivals() -> re.Pattern[str]:
    return re.compile(f"[“”]?(?:{'|'.join(load(PACKAGE, 'standing').lexicons['festivals'])})[“”]?[^，。；]{{0,4}}期间")


def _lasting(requirement: Requirement) -> bool:
    """Whether a requirement asks for something that outlives the year or campaign of its paper."""
    return _lasting_words().search(requirement.text) is not None


@cache
def _lasting_words() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, load(PACKAGE, "standing").lexicons["lasting"]["words"])))


def _paper(paper: Paper, profile: Profile, *, as_of: date) -> Verdict | None:
    """What is known of the standing of the paper as a whole."""
    card = paper.card
    for standing in profile.paper:
        if _is(standing, paper):
            if standing.status == "in_force":
                return None
            if standing.until is None or standing.until < as_of:
                key = f"paper.{standing.number or standing.title}"
                return Verdict("时段", False, f"period.paper-{standing.status}", Quote(card.title or ""), key, standing.reason)
    if paper.repealed_by:
        return Verdict("时段", False, "period.repealed-by", Quote(card.title or ""), None, paper.repealed_by)
    if paper.ends is not None and paper.ends < as_of.isoformat():
        return Verdict("时段", False, "period.paper-ended", Quote(card.title or ""), None, paper.ends)
    return None


def _is(standing: PaperStanding, paper: Paper) -> bool:
    card = paper.card
    if standing.number and card.number:
        return standing.number == card.number
    return bool(standing.title and card.title and standing.title.strip() == card.title.strip())


def _festival(period: Period, paper: Paper) -> str | None:
    """The day after a festival of fixed date that a dated paper (no regulation: those return every year) speaks of."""
    issued = DATED.match(paper.card.issued_on or "")
    if issued is None or paper.card.kind == "regulation":
        return None
    for name, day in load(PACKAGE, "standing").lexicons["festivals"].items():
        if name in period.text:
            end = f"{issued['year']}-{day}"
            return end if end >= (paper.card.issued_on or "") else f"{int(issued['year']) + 1}-{day}"
    return None
