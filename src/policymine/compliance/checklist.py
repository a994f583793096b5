"""The register of requirements for a profile: what applies, why, who, by when; and what stands against each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from policymine.compliance.applicability import Decision
from policymine.compliance.conflicts import Conflict, conflicts
from policymine.compliance.decisions import decided, stored
from policymine.compliance.profile import Profile
from policymine.compliance.requirement import Requirement
from policymine.compliance.verdict import ANSWERS, Answer
from policymine.compliance.why import headline
from policymine.table import decisions as kept
from policymine.table.store import Table

APPLYING: tuple[Answer, ...] = ("适用", "有条件适用", "待确认")
TYPES = {"obligation": "义务", "prohibition": "禁止", "permission": "允许", "recommendation": "倡导", "sanction": "追责"}


class Entry(NamedTuple):
    """One line of the register: the row of the table and its decision."""

    row: Mapping[str, Any]
    decision: Decision
    reason: str


def entries(table: Table, profile: Profile, *, answers: Collection[Answer] = APPLYING) -> Iterator[Entry]:
    """The register as it was last decided, what applies first, newest paper first."""
    found = {
        decision.row_id: decision for decision in stored(table, profile).values() if decision.answer in answers
    }  # fmt: skip
    with table.reading() as snapshot:
        rows = list(kept.register(snapshot, found))
    rows.sort(key=lambda row: row["id"])
    rows.sort(key=lambda row: row["issued_on"] or "", reverse=True)
    rows.sort(key=lambda row: ANSWERS.index(found[row["id"]].answer))
    for row in rows:
        decision = found[row["id"]]
        yield Entry(row, decision, headline(decision))


def side_by_side(table: Table, profile: Profile, *, as_of: date) -> tuple[Conflict, ...]:
    """The conflicts among the requirements that apply or may."""
    found: list[Requirement] = []
    for requirement, decision in decided(table, profile, as_of=as_of):
        if decision.answer != "不适用":
            found.append(requirement)
    return conflicts(found)
