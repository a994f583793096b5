"""The crawler's memory: what is known of every address, kept between nights.

It is written when a run is published and never before: an address that was fetched by a run that died is fetched again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert

from policymine.table import schema
from policymine.table.dialect import reading, writing
from policymine.table.store import Table


class Known(NamedTuple):
    """What a conditional request needs, and the version of the body that came last."""

    etag: str | None
    last_modified: str | None
    body_sha256: str | None


class Visited(NamedTuple):
    """What a night learnt of an address: `state` is the crawl's outcome, times are ISO 8601 in UTC."""

    url: str
    state: str
    depth: int
    fetched_at: str | None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None


def known_addresses(table: Table, source: str) -> Mapping[str, Known]:
    """All addresses of a source that earlier nights met."""
    c = schema.frontier.c
    with reading(table.engine) as connection:
        found = connection.execute(sa.select(c.url, c.etag, c.last_modified, c.body_sha256).where(c.source == source))
        return {url: Known(*rest) for url, *rest in found}


def remember(table: Table, source: str, visited: Iterable[Visited]) -> None:
    """Notes what a night learnt; an answer without validators keeps the ones known, a failure counts as an attempt."""
    entries = [
        {"source": source, "discovered_at": visit.fetched_at, "attempts": 0 if visit.body_sha256 else 1, **visit._asdict()}
        for visit in {visit.url: visit for visit in visited}.values()
    ]
    if not entries:
        return
    c = schema.frontier.c
    note = upsert(schema.frontier)
    fresh = note.excluded
    change = note.on_conflict_do_update(
        index_elements=["source", "url"],
        set_={
            "state": fresh.state,
            "fetched_at": fresh.fetched_at,
            "etag": sa.func.coalesce(fresh.etag, c.etag),
            "last_modified": sa.func.coalesce(fresh.last_modified, c.last_modified),
            "body_sha256": sa.func.coalesce(fresh.body_sha256, c.body_sha256),
            "attempts": sa.case((fresh.attempts == 0, 0), else_=c.attempts + 1),
        },
    )
    with writing(table.engine) as connection:
        connection.execute(change, entries)
