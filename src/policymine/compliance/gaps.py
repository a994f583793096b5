"""Which facts a profile lacks, by how many requirements each would settle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from policymine.compliance.applicability import Decision
from policymine.compliance.why import sentence


class Gap(NamedTuple):
    """A missing fact: its key, the question, how many open requirements it alone would settle, how many hang on it at all."""

    key: str
    question: str
    settles: int
    touches: int
    example: str


NOT_OURS = frozenset(
    {"place.unsaid", "place.redacted", "body.target-unsaid", "body.redacted", "body.unread", "period.redacted"}
)
"""Unknowns that no fact of a profile settles: the paper does not say."""


def gaps(decisions: Iterable[Decision]) -> tuple[Gap, ...]:
    """The missing facts of a profile, those that settle most first."""
    alone: dict[tuple[str, str], set[str]] = defaultdict(set)
    touched: dict[tuple[str, str], set[str]] = defaultdict(set)
    for decision in decisions:
        if decision.answer not in ("待确认", "有条件适用") or decision.override is not None:
            continue
        unknown = [verdict for verdict in decision.verdicts if verdict.value is None]
        ours = [verdict for verdict in unknown if verdict.rule not in NOT_OURS]
        for verdict in ours:
            quote = verdict.quote.text if verdict.quote else ""
            asked = verdict.ours if verdict.facet == "条件" and verdict.ours else sentence(verdict)
            fact = (
                verdict.key or verdict.facet,
                asked if verdict.facet in ("条件", "行业") or not quote else sentence(verdict),
            )
            touched[fact].add(decision.requirement_id)
            if len(unknown) == 1:
                alone[fact].add(decision.requirement_id)
    found = [Gap(key, question, len(alone[key, question]), len(ids), min(ids)) for (key, question), ids in touched.items()]
    return tuple(sorted(found, key=lambda gap: (-gap.settles, -gap.touches, gap.key, gap.question)))
