"""Writing pages into a run beside the published one, and taking them out again.

What a page gives is compared with what stands: equal records stay as they are, changed and new ones are inserted for the run,
those that are gone are marked as withdrawn by it. All of one page happens in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from policymine.table import schema
from policymine.table.bigrams import Fold
from policymine.table.dialect import add_to_index, insert_rows, take_from_index, upsert
from policymine.table.indexing import COLUMNS, entry_of
from policymine.table.records import Staged
from policymine.table.rows import Columns
from policymine.table.schema import VERSIONED

SERIAL_BITS = 35
"""Serials of directives hold the date of their paper above these bits: newest first is the order of the index itself."""


class RunMark(NamedTuple):
    """What staging needs to know of a run."""

    id: int
    started: str


def day_number(issued_on: str | None) -> int:
    """A date as a number that sorts: year, month and day in digits, zeros for what is unknown.

    >>> day_number("2022-01-17"), day_number("2022-01"), day_number("2022"), day_number(None), day_number("XXXX-03-15")
    (20220117, 20220100, 20220000, 0, 0)
    """
    parts = (issued_on or "").split("T")[0].split("-")
    digits = [int(part) if part.isdecimal() else 0 for part in parts[:3]] + [0, 0]
    year, month, day = digits[:3]
    return year % 10_000 * 10_000 + month % 100 * 100 + day % 100 if year else 0


def write(connection: sa.Connection, pages: Iterable[Staged], *, run: RunMark, fold: Fold) -> None:
    """Stages pages in a run; a page that the run staged before is staged anew."""
    staged = {page.page_id: page for page in pages}
    if not staged:
        return
    touched = schema.touched
    before = sa.select(touched.c.page_id).where(touched.c.run_id == run.id, touched.c.page_id.in_(list(staged)))
    if again := list(connection.scalars(before)):
        take_out(connection, run.id, fold=fold, page_ids=again)
    bodies = [{"sha256": page.text_sha256, "body": page.body} for page in staged.values()]
    connection.execute(upsert(connection, schema.texts).on_conflict_do_nothing(), bodies)
    last_seen = _last_seen(connection, list(staged))
    for table in VERSIONED:
        fresh: list[Columns] = []
        gone: list[Columns] = []
        known = _known(connection, table, page_ids=list(staged))
        for page_id, page in staged.items():
            compared = _compare(table, page.records[table.name], known=known.get(page_id, ()), started=run.started)
            fresh += compared.fresh
            gone += [{"at": serial, "seen": last_seen.get(page_id)} for serial in compared.gone]
        _withdraw(connection, table, gone=gone, run_id=run.id)
        _insert(connection, table, fresh=fresh, run=run, fold=fold)
    touch(connection, list(staged), run_id=run.id, online_status="online")


def touch(connection: sa.Connection, page_ids: Collection[str], *, run_id: int, online_status: str) -> None:
    """Notes that a run met these pages."""
    if page_ids:
        note = upsert(connection, schema.touched)
        note = note.on_conflict_do_update(index_elements=["run_id", "page_id"], set_={"online_status": online_status})
        entries = [{"run_id": run_id, "page_id": page_id, "online_status": online_status} for page_id in page_ids]
        connection.execute(note, entries)


def take_out(connection: sa.Connection, run_id: int, *, fold: Fold, page_ids: Sequence[str] | None = None) -> None:
    """Takes what a run staged out again, for some pages or for all: as if it had never been there."""

    def of_run(column: sa.ColumnElement[int | None], table: sa.Table) -> sa.ColumnElement[bool]:
        chosen = column == run_id
        return chosen if page_ids is None else sa.and_(chosen, table.c.page_id.in_(page_ids))

    directives, pages, texts = schema.directives, schema.pages, schema.texts
    mine = of_run(directives.c.run_id, directives)
    indexed = connection.execute(sa.select(*(directives.c[name] for name in COLUMNS)).where(mine)).mappings()
    take_from_index(connection, [entry_of(record, fold) for record in indexed])
    bodies = list(connection.scalars(sa.select(pages.c.text_sha256).where(of_run(pages.c.run_id, pages))))
    for table in VERSIONED:
        connection.execute(sa.delete(table).where(of_run(table.c.run_id, table)))
        back = {"withdrawn_run": None} if table is pages else {"withdrawn_run": None, "last_seen": None}
        connection.execute(sa.update(table).where(of_run(table.c.withdrawn_run, table)).values(back))
    connection.execute(sa.delete(schema.touched).where(of_run(schema.touched.c.run_id, schema.touched)))
    for start in range(0, len(bodies), 500):
        orphans = texts.c.sha256.in_(bodies[start : start + 500]), texts.c.sha256.not_in(sa.select(pages.c.text_sha256))
        connection.execute(sa.delete(texts).where(*orphans))


class _Known(NamedTuple):
    """A record that is there already; `identity` is None in tables whose records have none."""

    serial: int
    signature: str
    standing: bool
    first_seen: str
    identity: str | None


class _Compared(NamedTuple):
    fresh: list[Columns]
    gone: list[int]


def _identity(table: sa.Table) -> sa.ColumnElement[Any]:
    if table is schema.pages:
        return table.c.page_id
    return table.c.id if "id" in table.c else sa.null()


def _known(connection: sa.Connection, table: sa.Table, *, page_ids: Sequence[str]) -> Mapping[str, Sequence[_Known]]:
    """Everything that the table holds of these pages, withdrawn records included, by page."""
    c = table.c
    columns = (c.page_id, c.serial, c.signature, c.withdrawn_run.is_(None), c.first_seen, _identity(table))
    known: dict[str, list[_Known]] = {}
    for page_id, *rest in connection.execute(sa.select(*columns).where(c.page_id.in_(page_ids)).order_by(c.serial)):
        known.setdefault(page_id, []).append(_Known(*rest))
    return known


def _compare(table: sa.Table, records: Sequence[Columns], *, known: Sequence[_Known], started: str) -> _Compared:
    """Which records of a page are new, and which of those that stand are gone."""
    standing: dict[str, list[int]] = {}
    first_seen: dict[str, str] = {}
    for entry in known:
        if entry.standing:
            standing.setdefault(entry.signature, []).append(entry.serial)
        if entry.identity is not None:
            first_seen[entry.identity] = min(entry.first_seen, first_seen.get(entry.identity, entry.first_seen))
    fresh = []
    for record in records:
        if kept := standing.get(record["signature"]):
            kept.pop()
            continue
        identity = record["page_id"] if table is schema.pages else record.get("id")
        seen = {"last_seen": started} if table is schema.pages else {"last_seen": None}
        fresh.append({**record, "first_seen": first_seen.get(identity or "", started), **seen})
    return _Compared(fresh, [serial for serials in standing.values() for serial in serials])


def _last_seen(connection: sa.Connection, page_ids: Sequence[str]) -> Mapping[str, str]:
    c = schema.pages.c
    standing = sa.select(c.page_id, c.last_seen).where(c.page_id.in_(page_ids), c.withdrawn_run.is_(None))
    return {row.page_id: row.last_seen for row in connection.execute(standing)}


def _withdraw(connection: sa.Connection, table: sa.Table, *, gone: Sequence[Columns], run_id: int) -> None:
    if gone:
        change = sa.update(table).where(table.c.serial == sa.bindparam("at"))
        connection.execute(change.values(withdrawn_run=run_id, last_seen=sa.bindparam("seen")), gone)


def _insert(connection: sa.Connection, table: sa.Table, *, fresh: Sequence[Columns], run: RunMark, fold: Fold) -> None:
    if not fresh:
        return
    entries = [{**record, "run_id": run.id} for record in fresh]
    if table is schema.directives:
        first = _reserve(connection, len(entries))
        for number, entry in enumerate(entries, first):
            entry["serial"] = day_number(entry["issued_on"]) << SERIAL_BITS | number
        add_to_index(connection, [entry_of(entry, fold) for entry in entries])
    insert_rows(connection, table, entries=entries)


def _reserve(connection: sa.Connection, count: int) -> int:
    """The first of `count` numbers that no directive had before."""
    counters = schema.counters
    chosen = counters.c.name == "directives"
    connection.execute(sa.update(counters).where(chosen).values(value=counters.c.value + count))
    reached: int = connection.scalars(sa.select(counters.c.value).where(chosen)).one()
    return reached - count + 1
