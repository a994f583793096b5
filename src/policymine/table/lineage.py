"""Lineage: the same directive across reprints and down the levels, who said it first and what changed on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from policymine.errors import UnknownIdError
from policymine.rules import load
from policymine.table import minhash
from policymine.table.changes import Change, Piece, Wording, changes, difference
from policymine.table.derived import lineage_rows, lineage_texts
from policymine.table.dialect import insert_rows, writing
from policymine.table.schema import Snapshot, directives, documents, facts, pages, visible
from policymine.table.store import Table

FACT = "lineage_run"
LEVELS = ("national", "province", "city", "county", "township", "unit")
PORTION = 500
FORMULAS = tuple(load("policymine.table", "lineage"))
DRIFTED = 0.6
"""Likeness to the origin below which a member only hangs on by links between others; it is not shown as a descendant."""
SHORT, SHORT_DRIFTED = 24, 0.8
"""Wordings of fewer letters are often formulas that any paper may have (依法给予处分); to descend they must be more alike."""
_COLUMNS = ("id", "page_id", "document_id", "start", "text", "force", "bearers", "deadlines")


@dataclass(frozen=True, slots=True)
class Member:
    """A directive of a lineage, and the paper it stands in."""

    row_id: str
    text: str
    document_id: str
    title: str | None
    issuer: str | None
    level: str | None
    region: str | None
    issued_on: str | None
    url: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Descendant:
    """A later or lower member: how alike it is to the origin, the difference of the sentences, and what changed."""

    member: Member
    likeness: float
    pieces: tuple[Piece, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """A cluster of near-equal directives: the earliest dated, of these the highest level, and what descends from it."""

    cluster: str
    origin: Member
    descendants: tuple[Descendant, ...]


def refresh(table: Table) -> int:
    """Brings the index up to the published run, at a cost in proportion to what came and went; returns how many rows came.

    It can be interrupted and run again: everything happens in one transaction, and equal tables get equal clusters.
    """
    with table.reading() as now:
        published = now.run_id
    with writing(table.engine) as connection:
        return bring_up(connection, published)


def bring_up(connection: sa.Connection, published: int) -> int:
    """The same inside a transaction of the caller, who knows which run is (or is about to be) published."""
    known = connection.scalars(sa.select(facts.c.value).where(facts.c.name == FACT)).one_or_none()
    since = int(known) if known is not None else 0
    if since == published:
        return 0
    d = directives.c
    changed = sa.and_(d.run_id <= since, d.withdrawn_run > since, d.withdrawn_run <= published)
    _take_out(connection, connection.scalars(sa.select(d.id).where(changed)).all())
    fresh = sa.select(d.id, d.text).where(d.run_id > since, visible(directives, published)).order_by(d.id)
    rows = connection.execute(fresh).all()
    _take_in(connection, {row.id: row.text for row in rows})
    connection.execute(sa.delete(facts).where(facts.c.name == FACT))
    connection.execute(sa.insert(facts).values(name=FACT, value=str(published)))
    return len(rows)


def lineage_of(table: Table, row_id: str) -> Lineage:
    """The lineage of a directive, by its row id; a wording that proves no descent (严禁瞒报, 请认真贯彻执行) stands alone.

    Raises:
        UnknownIdError: no directive that stands has this id.
    """
    refresh(table)
    with table.reading() as now:
        c, t = lineage_rows.c, lineage_texts.c
        joined = sa.select(t.cluster).join(lineage_rows, t.text_id == c.text_id).where(c.row_id == row_id)
        cluster = now.connection.scalars(joined).one_or_none()
        if cluster is None:
            cure = "no directive that stands has this id; `policymine search` gives the ids of what it finds"
            raise UnknownIdError(row_id, "directives", cure)
        found = _lineage(now, cluster)
        if proves(found.origin.text):
            return found
        alone = next(member for member in _members(now, cluster) if member.row_id == row_id)
        return Lineage(cluster, alone, ())


def clusters(table: Table, *, least: int = 2) -> tuple[str, ...]:
    """The clusters that stand in at least so many documents, by name; wordings that prove no descent are left out."""
    refresh(table)
    r, t, d = lineage_rows.c, lineage_texts.c, directives.c
    with table.reading() as now:
        joined = sa.select(t.cluster, sa.func.min(t.text)).join(lineage_rows, t.text_id == r.text_id)
        counted = sa.func.count(d.document_id.distinct())
        stands = joined.join(directives, d.id == r.row_id).where(visible(directives, now.run_id))
        chosen = stands.group_by(t.cluster).having(counted >= least).order_by(t.cluster)
        return tuple(name for name, text in now.connection.execute(chosen) if proves(text))


def proves(text: str) -> bool:
    """Whether two papers that have this wording have it from each other: it is long enough and no set formula.

    >>> proves("各乡镇要在三月底前完成沿河堤防隐患排查"), proves("现印发你们，请认真贯彻落实"), proves("严禁瞒报")
    (True, False, False)
    """
    return len(minhash.plain(text)) >= minhash.SHORTEST and not any(rule.find.fullmatch(text) for rule in FORMULAS)


def lineage_in(table: Table, cluster: str) -> Lineage:
    """The lineage of a cluster."""
    with table.reading() as now:
        return _lineage(now, cluster)


def _take_in(connection: sa.Connection, rows: Mapping[str, str]) -> None:
    """Rows and, of their wordings, those that are not there yet."""
    if not rows:
        return
    wordings = {minhash.text_id(text): text for _, text in sorted(rows.items(), reverse=True)}
    there: set[str] = set()
    identities = sorted(wordings)
    for at in range(0, len(identities), PORTION):
        some = lineage_texts.c.text_id.in_(identities[at : at + PORTION])
        there |= set(connection.scalars(sa.select(lineage_texts.c.text_id).where(some)))
    minhash.add(connection, {identity: text for identity, text in wordings.items() if identity not in there})
    entries = [{"row_id": row_id, "text_id": minhash.text_id(text)} for row_id, text in sorted(rows.items())]
    insert_rows(connection, lineage_rows, entries=entries)


def _take_out(connection: sa.Connection, row_ids: Iterable[str]) -> None:
    """Rows and, of their wordings, those that no other row has."""
    r, t = lineage_rows.c, lineage_texts.c
    ids, met = sorted(set(row_ids)), set()
    for at in range(0, len(ids), PORTION):
        some = r.row_id.in_(ids[at : at + PORTION])
        met |= set(connection.scalars(sa.select(r.text_id).where(some)))
        connection.execute(sa.delete(lineage_rows).where(some))
    gone: dict[str, str] = {}
    left = sorted(met)
    for at in range(0, len(left), PORTION):
        some = t.text_id.in_(left[at : at + PORTION])
        used = sa.exists().where(r.text_id == t.text_id)
        gone.update((row.text_id, row.text) for row in connection.execute(sa.select(t.text_id, t.text).where(some, ~used)))
    if gone:
        minhash.drop(connection, gone)


def _lineage(now: Snapshot, cluster: str) -> Lineage:
    members = sorted(_members(now, cluster), key=_seniority)
    origin = members[0]
    grams = minhash.bigrams(origin.text)
    descendants = tuple(
        Descendant(
            member, round(minhash.likeness(grams, minhash.bigrams(member.text)), 3), difference(origin.text, member.text),
            changes(origin.wording, member.wording),
        )
        for member in members[1:]
        if member.document_id != origin.document_id
        and minhash.likeness(grams, minhash.bigrams(member.text)) >= _least(origin.text, member.text)
    )  # fmt: skip
    return Lineage(cluster, origin, descendants)


def _least(one: str, other: str) -> float:
    """The likeness from which one wording descends from the other."""
    return SHORT_DRIFTED if min(len(minhash.plain(one)), len(minhash.plain(other))) < SHORT else DRIFTED


def _seniority(member: Member) -> tuple[str, int, str, str]:
    level = LEVELS.index(member.level) if member.level in LEVELS else len(LEVELS)
    return member.issued_on or "9999", level, member.url, member.row_id


def _members(now: Snapshot, cluster: str) -> list[Member]:
    d, o, p, r, t = directives, documents, pages, lineage_rows, lineage_texts
    its = [d.c[name] for name in _COLUMNS] + [o.c[name] for name in ("title", "issuer", "level", "region", "issued_on")]
    joined = (
        sa.select(*its, p.c.url)
        .select_from(t)
        .join(r, r.c.text_id == t.c.text_id)
        .join(d, d.c.id == r.c.row_id)
        .join(o, sa.and_(o.c.id == d.c.document_id, o.c.page_id == d.c.page_id))
        .join(p, p.c.page_id == d.c.page_id)
    )
    stands = [visible(part, now.run_id) for part in (d, o, p)]
    return [_member(row) for row in now.connection.execute(joined.where(t.c.cluster == cluster, *stands)).mappings()]


def _member(row: Mapping[Any, Any]) -> Member:
    named, implied = (
        tuple(dict.fromkeys(bearer["text"] for bearer in row["bearers"] if bool(bearer.get("explicit")) is explicit))
        for explicit in (True, False)
    )
    deadlines = tuple((time["text"], _latest(time)) for time in row["deadlines"])
    return Member(
        row["id"], row["text"], row["document_id"], row["title"], row["issuer"], row["level"], row["region"],
        row["issued_on"], row["url"], Wording(row["text"], named, row["force"], deadlines, implied),
    )  # fmt: skip


def _latest(time: Mapping[str, Any]) -> str | None:
    return str(time["interval_end"]) if time.get("interval_end") else None
