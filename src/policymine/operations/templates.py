"""The templates of sites: which lines stand at the edges of many papers of one site, learnt from the table between nights.

The file is a cache beside the table, as the index of copies is: it holds for each page the keys of the lines at its edges, and
how many pages of the site have each. It follows the table's pages by their versions, reading only those that it doesn't know,
and may be deleted at any time. What a site's template is depends on the set of its pages alone, never on their order: a night
mines with what was learnt before, learns from what came, and cleans those pages again whose cuts that changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from policymine.cleaning.templates import LEAST, RULE, EdgeLine, Edges, belongs, edges_of, repeated
from policymine.operations.caches import open_cache
from policymine.table.dialect import named_errors
from policymine.table.store import PageState, Table
from policymine.table.stretches import Stretches, stretches_of, was_published
from policymine.text import Span

FILE = "templates.sqlite"
NO_SITE = frozenset({"file"})
"""Sources whose pages come from anywhere: nothing is learnt across them."""
_TABLES = """
CREATE TABLE IF NOT EXISTS pages (page_id TEXT PRIMARY KEY, source TEXT, version TEXT, size INTEGER, copied INTEGER, cut TEXT,
    settled INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pages_of_source ON pages (source, copied);
CREATE TABLE IF NOT EXISTS lines (page_id TEXT, zone TEXT, place INTEGER, key INTEGER, held TEXT,
    PRIMARY KEY (page_id, zone, place)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pages_of_line ON lines (key, page_id);
CREATE TABLE IF NOT EXISTS counts (source TEXT, key INTEGER, pages INTEGER, held TEXT, PRIMARY KEY (source, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS frequent ON counts (source, pages);
CREATE TABLE IF NOT EXISTS learnt (source TEXT, key INTEGER, pages INTEGER, PRIMARY KEY (source, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sites (source TEXT PRIMARY KEY, run_id INTEGER) WITHOUT ROWID;
"""
NOWHERE = Span(0, 1)
_EMPTIED = ("pages", "lines", "counts", "learnt", "sites")


Leave = Callable[[Sequence[PageState]], object]
"""Notes down, whole or not at all, which pages are to be cleaned again."""


class Templates:
    """What is learnt of the sites of a table, as a run will show it."""

    def __init__(self, connection: sqlite3.Connection, table: Table, *, run_id: int, url: str) -> None:
        self._connection, self._table, self._run_id, self._url = connection, table, run_id, url
        self._known: dict[str, Mapping[int, int]] = {}

    def of(self, source: str) -> Mapping[int, int]:
        """The lines of a site's template with the pages that have each, as the last night left them, or else as counted."""
        if source not in self._known:
            with named_errors(self._url), self._connection:
                learnt = source not in NO_SITE and self._is_current(source)
                if source not in NO_SITE and not learnt:
                    self._follow(source)
                self._known[source] = self._learnt(source) if learnt else self._counted(source)
        return self._known[source]

    def learn(self, sources: Iterable[str], *, leave: Leave) -> None:
        """Brings the templates of sites up to their pages, and leaves the pages to be cleaned again."""
        with named_errors(self._url), self._connection:  # what is left and what is learnt stand together, or neither does
            stale = [state for source in sorted(set(sources) - NO_SITE) for state in self._learn(source)]
            leave(sorted((state for state in stale if state.place), key=lambda state: (state.source, state.url)))

    def _learn(self, source: str) -> list[PageState]:
        self._is_current(source)
        states = self._follow(source)
        before, now = self._learnt(source), self._counted(source)
        touched = {row[0] for row in self._rows("SELECT page_id FROM pages WHERE source = ? AND NOT settled", source)}
        for key in before.keys() ^ now.keys():
            asked = "SELECT page_id FROM lines JOIN pages USING (page_id) WHERE key = ? AND source = ?"
            touched.update(row[0] for row in self._rows(asked, key, source))
        stale = [states[page_id] for page_id in touched if self._settle(page_id, now)]
        self._connection.execute("DELETE FROM learnt WHERE source = ?", (source,))
        self._connection.executemany("INSERT INTO learnt VALUES (?, ?, ?)", [(source, *row) for row in now.items()])
        self._connection.execute("INSERT OR REPLACE INTO sites VALUES (?, ?)", (source, self._run_id))
        self._known[source] = now
        return stale

    def _rows(self, query: str, *values: object) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def _is_current(self, source: str) -> bool:
        """Whether the file knows a site, from a run that stands; what a discarded run taught is forgotten."""
        last = self._rows("SELECT run_id FROM sites WHERE source = ?", source)
        if last and last[0][0] != self._run_id and not was_published(self._table, last[0][0]):
            self._forget(source, [row[0] for row in self._rows("SELECT page_id FROM pages WHERE source = ?", source)])
            for name in ("learnt", "sites"):
                self._connection.execute(f"DELETE FROM {name} WHERE source = ?", (source,))
            return False
        return bool(last)

    def _follow(self, source: str) -> dict[str, PageState]:
        """Reads the pages of a site that the file lacks or knows in another version, and forgets those that are gone."""
        states = {state.page_id: state for state in self._table.page_states(source=source, run=self._run_id)}
        versions = {page_id: state.body_sha256 + state.clean_fingerprint for page_id, state in states.items()}
        known = dict(self._rows("SELECT page_id, version FROM pages WHERE source = ?", source))
        self._forget(source, [page_id for page_id, version in known.items() if versions.get(page_id) != version])
        fresh = sorted(page_id for page_id, version in versions.items() if known.get(page_id) != version)
        for page in stretches_of(self._table, fresh, rule=RULE, run=self._run_id):
            self._take(source, page, version=versions[page.page_id])
        return states

    def _forget(self, source: str, page_ids: Iterable[str]) -> None:
        for page_id in page_ids:
            self._count(source, page_id, by=-1)
            self._connection.execute("DELETE FROM lines WHERE page_id = ?", (page_id,))
            self._connection.execute("DELETE FROM pages WHERE page_id = ?", (page_id,))

    def _take(self, source: str, page: Stretches, *, version: str) -> None:
        """Notes the lines at the edges of a page, and which of them were cut."""
        edges = edges_of(page.raw, sorted([*page.documents, *page.cuts]), without=page.others)
        cut = _places((line for line in edges.lines if any(c.contains(line.span) for c in page.cuts)), size=edges.size)
        row = page.page_id, source, version, edges.size, page.copied, cut
        self._connection.execute("INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, 0)", row)
        lines = [(page.page_id, line.zone, line.place, line.key, line.held) for line in edges.lines]
        self._connection.executemany("INSERT INTO lines VALUES (?, ?, ?, ?, ?)", lines)
        self._count(source, page.page_id, by=1)

    def _count(self, source: str, page_id: str, *, by: int) -> None:
        """Counts a page's lines in or out; a page whose papers are all copies counts for nothing."""
        keys = """
            INSERT INTO counts SELECT source, key, ?, MIN(held) FROM lines JOIN pages USING (page_id)
            WHERE page_id = ? AND NOT copied GROUP BY key
            ON CONFLICT (source, key) DO UPDATE SET pages = counts.pages + excluded.pages
        """
        self._connection.execute(keys, (by, page_id))
        if by < 0:
            self._connection.execute("DELETE FROM counts WHERE source = ? AND pages <= 0", (source,))

    def _learnt(self, source: str) -> dict[int, int]:
        return dict(self._rows("SELECT key, pages FROM learnt WHERE source = ?", source))

    def _counted(self, source: str) -> dict[int, int]:
        """The lines that belong to a site's template by what is counted now."""
        size = self._rows("SELECT COUNT(*) FROM pages WHERE source = ? AND NOT copied", source)[0][0]
        frequent = self._rows("SELECT key, pages, held FROM counts WHERE source = ? AND pages >= ?", source, LEAST)
        return {key: pages for key, pages, why in frequent if belongs(why, pages, of=size)}

    def _settle(self, page_id: str, known: Mapping[int, int]) -> bool:
        """Whether a page was cut otherwise than what is known asks for; it is taken to be cleaned again then."""
        ((size, cut),) = self._rows("SELECT size, cut FROM pages WHERE page_id = ?", page_id)
        rows = self._rows("SELECT zone, place, key, held FROM lines WHERE page_id = ? ORDER BY zone, place", page_id)
        edges = Edges(tuple(EdgeLine(NOWHERE, *row) for row in rows), size)
        wanted = _places(repeated(edges, known), size=size)
        self._connection.execute("UPDATE pages SET settled = 1, cut = ? WHERE page_id = ?", (wanted, page_id))
        return bool(wanted != cut)


def _places(lines: Iterable[EdgeLine], *, size: int) -> str:
    """The numbers of lines of a page of so many lines, as text."""
    numbers = {line.place if line.zone == "head" else size - 1 - line.place for line in lines}
    return " ".join(map(str, sorted(numbers)))


@contextmanager
def known_templates(table: Table, folder: Path, *, run_id: int, made_by: str) -> Iterator[Templates]:
    """What is learnt of the sites of a table.

    Args:
        table: whose pages count.
        folder: where the file stands.
        run_id: the run that is being staged; its pages count too.
        made_by: a stamp of the cleaning; what another one taught is learnt anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    url = f"sqlite:///{path}"
    with named_errors(url), closing(open_cache(path, _TABLES, made_by=made_by, emptied=_EMPTIED)) as connection:
        yield Templates(connection, table, run_id=run_id, url=url)
