"""How the crawler's addresses have stood: what decides whether they are due, and what a day's budget has spent."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from policymine.table.dialect import reading
from policymine.table.schema import frontier
from policymine.table.store import Table


class Standing(NamedTuple):
    """Since when an address has given the bytes it gave last, when it was asked last, and what came of it."""

    met: str | None
    asked: str | None
    state: str


def standing_addresses(table: Table, source: str) -> dict[str, Standing]:
    """How the addresses of a source have stood, for deciding whether they are due."""
    c = frontier.c
    query = sa.select(c.url, c.discovered_at, c.fetched_at, c.state).where(c.source == source)
    with reading(table.engine) as connection:
        return {row.url: Standing(*row[1:]) for row in connection.execute(query.order_by(c.url))}


def asked_since(table: Table, source: str, *, since: str) -> int:
    """How many addresses of a source were asked for since a moment (ISO 8601, UTC): what its daily budget has spent."""
    c = frontier.c
    query = sa.select(sa.func.count()).where(c.source == source, c.fetched_at >= since)
    with reading(table.engine) as connection:
        return connection.scalars(query).one()
