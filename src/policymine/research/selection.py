"""What is taken away: the rows that a query and filters mean, of now, an earlier night or a release, in typed stretches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from policymine.research.codebook import Column, Licences, columns, licences
from policymine.table import Table
from policymine.table.filters import NO_FILTERS, Filters
from policymine.table.knowledge import COLUMNS, count_rows, knowledge_rows, run_of_day
from policymine.table.query import QueryError
from policymine.table.releases import Release, find_release, verify_release

Cells = tuple[Any, ...]
STRETCH = 20_000
_SECTION, _SOURCE, _KIND = (COLUMNS.index(name) for name in ("section", "source", "kind"))
_MOMENTS = tuple(at for at, column in enumerate(columns()) if column.type == "moment")


@dataclass(frozen=True)
class Selection:
    """Rows to take away; `run` is None for the present."""

    table: Table
    query: str = ""
    filters: Filters = NO_FILTERS
    run: int | None = None
    release: Release | None = None
    terms: Licences = field(default_factory=licences)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its rows."""
        return columns()

    def count(self) -> int:
        """How many rows there are."""
        return count_rows(self.table, self.query, filters=self.filters, run=self.run)

    def stretches(self, *, size: int = STRETCH) -> Iterator[list[Cells]]:
        """The rows, newest paper first; moments are naive local datetimes, headings one text."""
        for rows in knowledge_rows(self.table, self.query, filters=self.filters, run=self.run, size=size):
            yield [self._cells(row) for row in rows]

    def _cells(self, row: Sequence[Any]) -> Cells:
        cells = [*row, self.terms.titles.get(row[_SOURCE]), self.terms.of(row[_SOURCE], row[_KIND])]
        cells[_SECTION] = _headings(row[_SECTION])
        for at in _MOMENTS:
            if cells[at] is not None:
                cells[at] = datetime.fromisoformat(cells[at])
        return tuple(cells)


@lru_cache(maxsize=4096)
def _headings(section: str) -> str | None:
    return " › ".join(json.loads(section)) or None


def select(
    table: Table, query: str = "", *, filters: Filters = NO_FILTERS, release: int | None = None, as_of: str | None = None,
    terms: Licences | None = None,
) -> Selection:  # fmt: skip
    """What to take away.

    Args:
        table: where from.
        query: as for `search`.
        filters: as for `search`.
        release: the number of a release; what it froze is checked against its hash.
        as_of: a date or the number of a run whose state is meant.
        terms: licences and names of sources; the packaged ones by default.

    Raises:
        QueryError: both a release and a date are given, or one of them cannot be read.
        UnknownIdError: there is no such release or run.
        StorageError: the release is no longer whole.
    """
    if release is not None and as_of is not None:
        raise QueryError("as-of", as_of, "goes without --release; name the one or the other")
    known = None
    run = None if as_of is None else run_of_day(table, as_of)
    if release is not None:
        known = find_release(table, release)
        verify_release(table, known)
        run = known.run_id
    return Selection(table, query, filters, run, known, terms or licences())
