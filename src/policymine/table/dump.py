"""The content of the table as text, to compare two tables: equal when they say the same, however they were filled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from policymine.table import derived, schema
from policymine.table.schema import VERSIONED, Snapshot

LEFT_OUT = frozenset({"serial", "run_id", "fetched_at", "place", "withdrawn_run", "first_seen", "last_seen"})
"""Run ids, fetch times, places in the archive, and what depends on the order of writing."""

ENTERED = (schema.decisions, schema.status_events)
LEARNT = (
    schema.slogan_entries, derived.slogan_readings, derived.cited_papers, derived.citations, derived.lineage_texts,
    derived.lineage_bands, derived.lineage_links, derived.lineage_rows,
)  # fmt: skip
"""What is computed across papers from the published rows, and published with them."""


def dump_canonical(now: Snapshot) -> Iterator[str]:
    """One line of JSON per record, in a fixed order: what stands, then what was withdrawn, of every table.

    Nights are numbered in the order in which they were published, so that a record first seen in another night shows, but the
    time of day does not.
    """
    nights = _nights(now)
    for part in VERSIONED:
        yield from _versioned(now, part, nights=nights)
    for part in (*ENTERED, *LEARNT):
        for row in now.connection.execute(sa.select(part).order_by(*part.primary_key)).mappings():
            yield _line(part.name, dict(row))
    f = schema.frontier.c
    met = sa.select(f.source, f.url, f.state, f.depth, f.body_sha256).order_by(f.source, f.url)
    for row in now.connection.execute(met).mappings():
        yield _line("frontier", dict(row))


def _nights(now: Snapshot) -> Mapping[int | str, int]:
    """The number of each published night, by the id of its run and by the moment it began (no two began at the same)."""
    c = schema.runs.c
    published = sa.select(c.id, c.started).where(c.status == "published", c.id <= now.run_id).order_by(c.id)
    nights: dict[int | str, int] = {}
    for number, row in enumerate(now.connection.execute(published)):
        nights[row.id] = nights[row.started] = number
    return nights


def _versioned(now: Snapshot, part: sa.Table, *, nights: Mapping[int | str, int]) -> Iterator[str]:
    c = part.c
    stands = sa.or_(c.withdrawn_run.is_(None), c.withdrawn_run > now.run_id)
    places = [c[name] for name in ("raw_start", "raw_end", "start", "end") if name in c]
    order = (c.page_id, sa.case((stands, 0), else_=1), *map(sa.nulls_first, places), c.signature, c.run_id, c.withdrawn_run)
    query = sa.select(part).where(c.run_id <= now.run_id).order_by(*order)
    for row in now.connection.execute(query, execution_options={"yield_per": 1000}).mappings():
        record: dict[str, object] = {name: value for name, value in row.items() if name not in LEFT_OUT}
        withdrawn = row["withdrawn_run"]
        gone = withdrawn is not None and withdrawn <= now.run_id
        last_seen = row["last_seen"] if gone or part is schema.pages else None
        record["withdrawn_night"] = nights[withdrawn] if gone else None
        record["first_night"] = nights[row["first_seen"]]
        record["last_night"] = None if last_seen is None else nights[last_seen]
        yield _line(part.name, record)


def _line(name: str, record: Mapping[str, object]) -> str:
    return json.dumps({"table": name, **record}, ensure_ascii=False, sort_keys=True)
