"""How the hits of a query divide: by kind, level, region with parents, sector, modality and so on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from policymine.table.filters import NO_FILTERS, Filters, day_ended
from policymine.table.indexing import with_parents
from policymine.table.query import parse
from policymine.table.schema import directives
from policymine.table.search import finding
from policymine.table.store import Table

FACET_CAP = 3_000
"""So many of the newest hits are divided; beyond them the counts are those of a sample, and say so."""
FACETS = (
    "kind", "level", "region", "sector", "modality", "force", "operational", "bearer", "deadline", "frequency", "slogan",
    "year", "source",
)  # fmt: skip
MOST_VALUES = 50
_COLUMNS = (
    "kind", "level", "region", "sector_list", "modality", "force", "operational", "lead", "support", "responsible",
    "deadline_end", "frequency", "slogans", "issued_on", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facets:
    """For each facet its values with their counts, most frequent first.

    Counted are the `counted` newest hits; `capped` says that there are more. Every facet lists at most `MOST_VALUES` values.
    """

    values: Mapping[str, tuple[tuple[str, int], ...]]
    counted: int
    capped: bool


def facets(table: Table, query: str = "", *, filters: Filters = NO_FILTERS, run: int | None = None) -> Facets:
    """How the hits of a query with filters divide.

    Raises:
        QueryError: the query or a filter cannot be used.
    """
    tree = parse(query)
    with table.reading(run=run) as now:
        found = finding(table, tree, filters, now=now)
        newest = found.newest(FACET_CAP + 1).subquery("newest")
        chosen = sa.select(*(directives.c[name] for name in _COLUMNS)).join(newest, newest.c[0] == directives.c.serial)
        rows = [tuple(row) for row in now.connection.execute(chosen.order_by(directives.c.serial.desc()))]
    counted = Counter(rows[:FACET_CAP])
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for row, times in counted.items():
        for name, value in _values(dict(zip(_COLUMNS, row, strict=True))):
            counts[name][value] += times
    values = {name: tuple(sorted(c.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES]) for name, c in counts.items()}
    return Facets(values, min(len(rows), FACET_CAP), len(rows) > FACET_CAP)


def _values(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("kind", "level", "modality", "frequency", "source"):
        if row[name] is not None:
            yield name, row[name]
    yield "force", str(row["force"])
    yield "operational", "true" if row["operational"] else "false"
    for region in with_parents(row["region"]):
        yield "region", region
    units = {unit for role in ("lead", "support", "responsible") for unit in (row[role] or "").split("；")}
    for name, listed in (("sector", row["sector_list"]), ("slogan", row["slogans"]), ("bearer", "；".join(units))):
        for value in filter(None, dict.fromkeys((listed or "").split("；"))):
            yield name, value
    if row["issued_on"]:
        yield "year", row["issued_on"][:4]
    if row["deadline_end"]:
        yield "deadline", day_ended(row["deadline_end"])[:7]
