"""Which facts a profile lacks, by how many requirements each would settle."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from policymine.compliance.applicability import Decision
from policymine.compliance.verdict import Verdict
from policymine.compliance.why import questions, sentence


class Gap(NamedTuple):
    """A missing fact: its key, the question, how many open requirements it alone would settle, how many hang on it at all."""

    key: str
    question: str
    settles: int
    touches: int
    example: str


NOT_OURS = frozenset({
    "place.unsaid", "place.redacted", "place.namesakes", "place.not-comparable", "tier.direct-unit", "tier.through-superior",
    "body.target-unsaid", "body.redacted", "body.bare-name", "body.unread", "body.offer-open", "body.promise-open",
    "body.government-paper", "body.member", "period.redacted",
})  # fmt: skip
"""Unknowns that no fact of a profile settles: the paper does not say. A person may decide them with an override."""
ONE = frozenset({"organisation.name", "organisation.kind", "organisation.level", "region", "role", "activity.sectors"})
"""Keys that are one fact where the profile leaves them out, whatever paper asks for it."""
SILENT = re.compile("silent$|^body[.](?:kind|named)-open$")
QUOTED = re.compile("“(.+)”")


def gaps(decisions: Iterable[Decision]) -> tuple[Gap, ...]:
    """The missing facts of a profile, those that settle most first."""
    alone: dict[tuple[str, str], set[str]] = defaultdict(set)
    touched: dict[tuple[str, str], set[str]] = defaultdict(set)
    told: dict[tuple[str, str], str] = {}
    for decision in decisions:
        if decision.answer not in ("待确认", "有条件适用") or decision.override is not None:
            continue
        facts = {_fact(verdict): verdict for verdict in decision.verdicts if verdict.value is None}
        for fact, verdict in facts.items():
            if fact is not None:
                touched[fact].add(decision.requirement_id)
                told.setdefault(fact, _question(fact[0], verdict))
                if len(facts) == 1:
                    alone[fact].add(decision.requirement_id)
    found = [Gap(fact[0], told[fact], len(alone[fact]), len(ids), min(ids)) for fact, ids in touched.items()]
    return tuple(sorted(found, key=lambda gap: (-gap.settles, -gap.touches, gap.key, gap.question)))


def _fact(verdict: Verdict) -> tuple[str, str] | None:
    """What is to be known for an open facet: a key of the profile and what of it; None where no fact would do."""
    key, quote = verdict.key or verdict.facet, verdict.quote.text if verdict.quote else ""
    if verdict.rule in NOT_OURS:
        return None
    if key == "facts" and verdict.ours and (named := QUOTED.search(verdict.ours)) is not None:
        return f"facts.{named[1]}", ""
    if key in ONE and (SILENT.search(verdict.rule) or verdict.ours is None):
        return key, ""
    if key.startswith("organisation."):
        return None
    return key, verdict.ours or "" if verdict.facet == "行业" else quote


def _question(key: str, verdict: Verdict) -> str:
    """How a missing fact is asked for."""
    if key in ONE and (SILENT.search(verdict.rule) or verdict.ours is None):
        return questions()[key]
    return verdict.ours if verdict.facet == "条件" and verdict.ours else sentence(verdict)
