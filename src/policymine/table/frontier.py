"""The crawler's memory: every address it met, what came of it, and what to ask with next time. Never staged.

An address is remembered only when the night that met it was published, so that whatever was lost is fetched again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from policymine.table.dialect import reading, upsert, writing
from policymine.table.schema import frontier
from policymine.table.store import Table

NIGHTS_TO_TRY = 7
"""After as many nights on which it failed an address is no longer visited of its own accord; a link brings it back."""
REACHED = ("fetched", "unchanged", "waiting")


class Visited(NamedTuple):
    """What came of an address tonight; `state` is the crawler's word for it. Of the rest, None
    means that nothing new was learnt."""

    url: str
    state: str
    depth: int = 0
    fetched_at: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None


class Address(NamedTuple):
    """What to ask an address with: its validators, and the hash of the bytes it gave last."""

    etag: str | None
    last_modified: str | None
    body_sha256: str | None


def known_addresses(table: Table, source: str) -> dict[str, Address]:
    """The addresses of a source that are worth a visit, in order."""
    c = frontier.c
    query = sa.select(c.url, c.etag, c.last_modified, c.body_sha256).where(c.source == source, c.attempts < NIGHTS_TO_TRY)
    with reading(table.engine) as connection:
        return {row.url: Address(*row[1:]) for row in connection.execute(query.order_by(c.url))}


def remember(table: Table, source: str, visited: Iterable[Visited]) -> None:
    """Notes what came of addresses; what an earlier night learnt stays where tonight learnt nothing."""
    with writing(table.engine) as connection:
        remember_along(connection, source, visited)


def remember_along(connection: sa.Connection, source: str, visited: Iterable[Visited]) -> None:
    """The same inside a transaction of the caller: a night is published and remembered at once."""
    entries = [
        {**entry._asdict(), "source": source, "discovered_at": entry.fetched_at, "attempts": int(entry.state not in REACHED)}
        for entry in visited
    ]
    if entries:
        connection.execute(_note(connection), entries)


def _note(connection: sa.Connection) -> sa.Insert:
    note = upsert(connection, frontier)
    new, old = note.excluded, frontier.c
    learnt = ("etag", "last_modified", "body_sha256", "fetched_at")
    change: dict[str, sa.ColumnElement[Any]] = {name: sa.func.coalesce(new[name], old[name]) for name in learnt}
    other = sa.and_(new.body_sha256.is_not(None), sa.func.coalesce(old.body_sha256, "") != new.body_sha256)
    change["discovered_at"] = sa.case((other, new.discovered_at), else_=old.discovered_at)  # since when these bytes stand
    change["state"] = new.state
    change["depth"] = sa.case((new.depth < old.depth, new.depth), else_=old.depth)
    change["attempts"] = sa.case((new.attempts == 0, 0), else_=old.attempts + 1)
    return note.on_conflict_do_update(index_elements=["source", "url"], set_=change)
