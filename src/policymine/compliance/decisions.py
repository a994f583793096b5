"""Deciding the whole table for a profile: all of it once, afterwards only what changed."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from policymine.compliance.applicability import Decision, Judge
from policymine.compliance.profile import Profile
from policymine.compliance.requirement import Paper, Period, Requirement, hash_of
from policymine.compliance.standing import ends_of, repeals_of, term_of
from policymine.compliance.verdict import Quote, Verdict
from policymine.model import Bearer, Card, Span
from policymine.table import decisions as kept
from policymine.table.decisions import Record, State
from policymine.table.records import utc
from policymine.table.schema import Snapshot
from policymine.table.store import Table


class Refreshed(NamedTuple):
    """What a refresh did: how many requirements were decided anew, how many there are, whether all were.

    `unmet` are the ids of overrides that no requirement has.
    """

    decided: int
    total: int
    whole: bool
    unmet: tuple[str, ...] = ()


@cache
def rules_fingerprint() -> str:
    """A hash over everything in this package that decides."""
    digest = hashlib.sha256()

    def walk(folder: Traversable) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_dir() and entry.name != "__pycache__":
                walk(entry)
            elif entry.name.endswith((".py", ".toml", ".json")):
                digest.update(entry.name.encode() + entry.read_bytes())

    walk(files("policymine.compliance"))
    return digest.hexdigest()[:16]


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keeps the collector of cycles from walking over all records again and again: a quarter of the time, and none has one."""
    active = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if active:
            gc.enable()


@_collector_resting()
def refresh(table: Table, profile: Profile, *, as_of: date, now: datetime) -> Refreshed:
    """Brings a profile's decisions up to date with what readers see.

    Everything is decided anew where the profile or the rules changed or the day went back; otherwise only requirements that
    a later run wrote or took back, whose paper changed or was repealed, or whose answer ends with the day.
    """
    state = kept.state_of(table, profile.id)
    with table.reading() as snapshot:
        repeals = _repeals(snapshot, state)
        made = State(snapshot.run_id, profile.fingerprint, rules_fingerprint(), as_of.isoformat(), repeals)
        ids = _stale(snapshot, profile, state=state, made=made)
        unmet = tuple(entry.requirement_id for entry in profile.override if not _standing(snapshot, entry.requirement_id))
        records = []
        if ids is None or ids:
            rows: Iterable[Mapping[str, Any]] = kept.requirements(snapshot, ids=ids)
            rows = rows if ids is None else list(rows)
            pages = None if ids is None else {row["page_id"] for row in rows}
            papers = _papers(snapshot, repeals, pages=pages)
            judge = Judge(profile, as_of=as_of)
            for row in rows:
                requirement = requirement_from(row, papers)
                records.append(_record(judge.decide(requirement), requirement, profile))
    kept.keep(table, profile.id, state=made, records=records, replaced=ids, decided_at=utc(now))
    return Refreshed(len(records), len(records) if ids is None else -1, ids is None, unmet)


def _standing(snapshot: Snapshot, requirement: str) -> bool:
    """Whether there is a requirement with this id; the id of a row is none."""
    return kept.by_row(snapshot, requirement) == requirement


def requirement_of(table: Table, identity: str) -> str | None:
    """The requirement of a row or requirement id; None where there is none."""
    with table.reading() as snapshot:
        return kept.by_row(snapshot, identity)


def _stale(snapshot: Snapshot, profile: Profile, *, state: State | None, made: State) -> set[str] | None:
    """The requirements to decide anew; None for all."""
    if state is None or (state.profile_hash, state.rules_hash) != (made.profile_hash, made.rules_hash):
        return None
    if state.as_of > made.as_of or state.run > made.run:
        return None
    ids = kept.changed_since(snapshot, state.run) if state.run != made.run else set()
    if state.as_of != made.as_of:
        ids |= kept.due(snapshot, profile.id, day=made.as_of)
    if state.repeals != made.repeals:
        gone = {key for key in {*state.repeals, *made.repeals} if state.repeals.get(key) != made.repeals.get(key)}
        named = [d["id"] for d in kept.documents(snapshot) if d["title"] in gone or d["number"] in gone]
        ids |= kept.of_documents(snapshot, named)
    return ids


def decided(
    table: Table, profile: Profile, *, as_of: date, identity: str | None = None
) -> Iterator[tuple[Requirement, Decision]]:
    """Requirements with their decisions in full, computed from what stands; all, or the one of a row or requirement id."""
    with table.reading() as snapshot:
        wanted = None
        if identity is not None:
            found = kept.by_row(snapshot, identity)
            if found is None:
                return
            wanted = {found}
        papers = _papers(snapshot, _repeals(snapshot, None))
        judge = Judge(profile, as_of=as_of)
        for row in kept.requirements(snapshot, ids=wanted):
            requirement = requirement_from(row, papers)
            yield requirement, judge.decide(requirement)


def _repeals(snapshot: Snapshot, state: State | None) -> dict[str, str]:
    """Titles and numbers of repealed papers with the paper that ended them; what was known before is not read again."""
    since = 0 if state is None or state.run > snapshot.run_id or state.rules_hash != rules_fingerprint() else state.run
    if since and kept.documents_withdrawn(snapshot, since=since):
        since = 0
    found: dict[str, str] = dict(state.repeals) if state is not None and since else {}
    for _, _, title, number, text in kept.standing_texts(snapshot, since=since):
        for key in repeals_of(text):
            if key not in (title, number):
                found.setdefault(key, title or number or "")
    return found


def _papers(
    snapshot: Snapshot, repeals: Mapping[str, str], *, pages: Collection[str] | None = None
) -> dict[tuple[str, str], Paper]:  # fmt: skip
    """The papers that stand, by page and document, with what is known of their standing; all, or those of some pages."""
    ends = {}
    for document, page, _, _, text in kept.standing_texts(snapshot):
        ends[page, document] = text
    papers = {}
    for row in kept.documents(snapshot, pages=pages):
        card = Card(
            title=row["title"], kind=row["kind"], issued_on=row["issued_on"], region=row["region"], level=row["level"],
            issuer=row["issuer"], number=row["number"], speaker=row["speaker"], audience=row["audience"],
            sectors=tuple(row["sectors"]), evidence={name: Span(*pair) for name, pair in row["evidence"].items()},
        )  # fmt: skip
        says = ends.get((row["page_id"], row["id"]))
        identity = f"{row['page_id']}/{row['id']}/{row['signature']}"
        paper = Paper(identity, card, ends_of(says, card) if says else None, term=term_of(says or "", card))
        ended = repeals.get(card.number or "") or repeals.get(card.title or "")
        papers[row["page_id"], row["id"]] = replace(paper, repealed_by=ended) if ended else paper
    return papers


def requirement_from(row: Mapping[str, Any], papers: Mapping[tuple[str, str], Paper]) -> Requirement:
    """The requirement of a row of the table."""
    bearers = tuple(
        Bearer(b["text"], b["role"], b["explicit"], None if b["start"] is None else Span(b["start"], b["end"]))
        for b in row["bearers"]
    )
    periods = tuple(
        Period(t["text"], (t["interval_end"] or "")[:10] or None, Span(t["start"], t["end"]))
        for t in row["deadlines"]
        if t["role"] == "period"
    )
    paper = papers[row["page_id"], row["document_id"]]
    return Requirement(
        row["requirement_id"], row["id"], row["text"], row["start"], row["modality"], bearers, row["condition"], periods,
        tuple(row["section"]), paper, hash_of({"row": row["signature"], "paper": paper.id, "ends": paper.repealed_by}),
        row["context"].rpartition("\n")[2],
    )  # fmt: skip


def _record(decision: Decision, requirement: Requirement, profile: Profile) -> Record:
    told = [
        [v.facet, v.value, v.rule, list(v.quote) if v.quote else None, v.key, v.ours] for v in decision.verdicts
    ]  # fmt: skip
    who = decision.override.who if decision.override else None
    return Record(
        decision.requirement_id, decision.answer, decision.facet, told, decision.row_id, requirement.hash, decision.until, who
    )  # fmt: skip


def decision_from(record: Record, profile: Profile) -> Decision:
    """The decision that a record keeps."""
    verdicts = tuple(
        Verdict(facet, value, rule, Quote(*quote) if quote else None, key, ours)
        for facet, value, rule, quote, key, ours in record.reasons
    )
    told_by = next((entry for entry in profile.override if entry.requirement_id == record.requirement_id), None)
    answer: Any = record.decision
    facet: Any = record.facet
    return Decision(record.requirement_id, record.row_id, answer, facet, verdicts, record.valid_until, told_by)


def stored(table: Table, profile: Profile) -> dict[str, Decision]:
    """The decisions that are kept of a profile, by requirement."""
    with table.reading() as snapshot:
        return {r.requirement_id: decision_from(r, profile) for r in kept.decisions_of(snapshot, profile.id)}
