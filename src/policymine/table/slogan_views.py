"""What the table knows of slogans, for those who ask: overview, one slogan with its spread, the worklist of unknown ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from policymine.errors import UnknownIdError
from policymine.table.derived import slogan_readings
from policymine.table.minhash import plain
from policymine.table.schema import Snapshot, documents, slogan_entries, slogans, visible
from policymine.table.store import Table

UNDATED = "—"


@dataclass(frozen=True, slots=True)
class Spread:
    """Where and when a slogan stands: mentions by month, level and region, and in how many papers of how many issuers."""

    mentions: int
    documents: int
    issuers: int
    first: str | None
    months: tuple[tuple[str, int], ...]
    levels: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SloganView:
    """One slogan: its readings with their sources, its spellings and its spread; `origins` says how mentions were opened.

    A reading of papers carries in `rows` the ids of the mentions that spell it out.
    """

    slogan_id: str
    readings: tuple[Mapping[str, Any], ...]
    spellings: tuple[tuple[str, int], ...]
    origins: tuple[tuple[str, int], ...]
    spread: Spread


def overview(table: Table, *, unknown: bool = False) -> tuple[Mapping[str, Any], ...]:
    """Every numeric slogan with its spread, the widest first; with `unknown` the worklist: those that nothing opens."""
    with table.reading() as now:
        rows = _rows(now)
    by_name: dict[str, list[Any]] = {}
    for row in rows:
        by_name.setdefault(row.slogan_id, []).append(row)
    listed = []
    for name, its in by_name.items():
        opened = sum(row.origin != "unknown" for row in its)
        if unknown and opened:
            continue
        spread = _spread(its)
        members: list[str] = next((row.members for row in its if row.members), [])
        listed.append({
            "slogan": name, "members": members, "mentions": spread.mentions, "opened": opened, "documents": spread.documents,
            "issuers": spread.issuers, "first": spread.first,
        })  # fmt: skip
    return tuple(sorted(listed, key=lambda e: (-e["issuers"], -e["documents"], -e["mentions"], e["slogan"])))


def view(table: Table, name: str) -> SloganView:
    """One slogan, by the name it is filed under.

    Raises:
        UnknownIdError: no paper of the table mentions it.
    """
    with table.reading() as now:
        rows = _rows(now, name)
        e = slogan_entries.c
        entries = now.connection.execute(sa.select(slogan_entries).where(e.slogan_id == name).order_by(e.reading)).mappings()
        readings = tuple({**entry, "rows": _spelt_out(rows, entry["members"])} for entry in entries)
    if not rows:
        raise UnknownIdError(name, "slogans", "no paper of the table mentions it; `policymine slogans` lists those that do")
    return SloganView(
        name, readings, _counted(row.text for row in rows), _counted(row.origin for row in rows), _spread(rows)
    )  # fmt: skip


def _rows(now: Snapshot, name: str | None = None) -> list[Any]:
    s, r, d = slogans, slogan_readings, documents
    its = [
        s.c.id,
        s.c.text,
        s.c.document_id,
        r.c.slogan_id,
        r.c.members,
        r.c.origin,
        d.c.issued_on,
        d.c.level,
        d.c.region,
        d.c.issuer,
    ]
    joined = (
        sa.select(*its)
        .join(r, r.c.row_id == s.c.id)
        .join(d, sa.and_(d.c.id == s.c.document_id, d.c.page_id == s.c.page_id))
        .where(visible(s, now.run_id), visible(d, now.run_id))
        .order_by(s.c.id)
    )
    return list(now.connection.execute(joined if name is None else joined.where(r.c.slogan_id == name)))


def _spelt_out(rows: list[Any], members: Sequence[str]) -> list[str]:
    """The ids of the mentions beside which these members stand; spellings that differ in punctuation only are one."""
    wanted = [plain(member) for member in members]
    return [row.id for row in rows if row.origin == "here" and [plain(member) for member in row.members] == wanted]


def nowhere(name: str, readings: Sequence[Mapping[str, Any]]) -> SloganView:
    """A slogan that no paper mentions, with what is known of it beside the papers."""
    return SloganView(name, tuple(readings), (), (), Spread(0, 0, 0, None, (), (), ()))


def _spread(rows: list[Any]) -> Spread:
    dated = [row.issued_on for row in rows if row.issued_on]
    months = Counter((row.issued_on or UNDATED)[:7] for row in rows)
    return Spread(
        len(rows), len({row.document_id for row in rows}), len({row.issuer for row in rows if row.issuer}),
        min(dated, default=None), tuple(sorted(months.items())), _counted(row.level or UNDATED for row in rows),
        _counted(row.region or UNDATED for row in rows),
    )  # fmt: skip


def _counted(values: Any) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))
