"""The index of copies between nights: fingerprints of all documents in a file of their own, so that only new ones are read.

The file is a cache beside the table. What stands in the table counts: whenever the index is opened it is brought up to the
table's documents, by their ids; texts are read of those alone that it doesn't know. It may be deleted at any time.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from policymine.cleaning.duplicates import DuplicateIndex, Fingerprint, bands_of, fingerprint
from policymine.model import Document
from policymine.operations.caches import open_cache
from policymine.table.dialect import named_errors
from policymine.table.store import Table

FILE = "copies.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS prints (document_id TEXT PRIMARY KEY, page_id TEXT, signs BLOB, lengths BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bands (band INTEGER, document_id TEXT, PRIMARY KEY (band, document_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bands_of_document ON bands (document_id);
"""


class StoredPrints:
    """A `Memory` of fingerprints in a file; `without` are documents that are not to be found."""

    def __init__(self, connection: sqlite3.Connection, *, without: Collection[str] = ()) -> None:
        self._connection, self._without = connection, set(without)
        self._expected: dict[str, tuple[Fingerprint, Sequence[int]]] = {}
        self._postings: dict[int, list[str]] = {}

    def expect(self, entry: Fingerprint) -> None:
        """Takes a fingerprint in that is not to be written yet: it is kept later, or forgotten."""
        bands = bands_of(entry)
        self._expected[entry.document_id] = entry, bands
        for band in bands:
            self._postings.setdefault(band, []).append(entry.document_id)

    def keep(self, document_id: str) -> bool:
        """Writes an expected fingerprint; False where none is expected."""
        expected = self._expected.get(document_id)
        if expected is not None:
            self.put(*expected)
        return expected is not None

    def forget_expected(self) -> None:
        """Drops what was expected and never came."""
        self._expected.clear()
        self._postings.clear()

    def put(self, entry: Fingerprint, bands: Sequence[int]) -> None:
        """Keeps a fingerprint; one of the same document gives way to it."""
        self._without.discard(entry.document_id)
        self._expected.pop(entry.document_id, None)
        with self._connection:
            self.forget([entry.document_id])
            row = entry.document_id, entry.page_id, array("Q", entry.clauses), array("Q", entry.clauses.values())
            self._connection.execute("INSERT INTO prints VALUES (?, ?, ?, ?)", (*row[:2], row[2].tobytes(), row[3].tobytes()))
            self._connection.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(b, entry.document_id) for b in bands])

    def near(self, bands: Sequence[int]) -> Iterable[Fingerprint]:
        """Those that share a band; of a document that is expected only what it will be."""
        ahead = {document_id for band in bands for document_id in self._postings.get(band, ())}
        yield from [self._expected[document_id][0] for document_id in ahead & self._expected.keys()]
        marks = ",".join("?" * len(bands))
        query = f"SELECT DISTINCT document_id FROM bands WHERE band IN ({marks})"
        found = [row[0] for row in self._connection.execute(query, list(bands))]
        for document_id in found:
            if document_id not in self._without and document_id not in self._expected:
                row = self._connection.execute("SELECT * FROM prints WHERE document_id = ?", (document_id,)).fetchone()
                signs, lengths = array("Q", row[2]), array("Q", row[3])
                yield Fingerprint(document_id, dict(zip(signs, lengths, strict=True)), row[1])

    def known(self) -> set[str]:
        """The documents that it holds."""
        return {row[0] for row in self._connection.execute("SELECT document_id FROM prints")}

    def forget(self, document_ids: Iterable[str]) -> None:
        """Drops documents."""
        each = [(document_id,) for document_id in document_ids]
        self._connection.executemany("DELETE FROM bands WHERE document_id = ?", each)
        self._connection.executemany("DELETE FROM prints WHERE document_id = ?", each)


class Copies:
    """The index, with the texts behind it: those of this stretch of a run, and those that stand in the table."""

    def __init__(self, prints: StoredPrints, table: Table, *, run_id: int) -> None:
        self.known = DuplicateIndex(memory=prints)
        self._prints = prints
        self._table, self._run_id = table, run_id
        self._texts: dict[str, str] = {}
        self._expected: dict[str, str] = {}

    def expect(self, document: Document) -> None:
        """Takes a document in that is not stored yet: copies may follow, until it is remembered or no longer expected."""
        self._prints.expect(fingerprint(document.id, document.text, page_id=document.page_id))
        self._expected[document.id] = document.text

    def forget_expected(self) -> None:
        """Drops the documents that were expected and never stored."""
        self._prints.forget_expected()
        self._expected.clear()

    def remember(self, document: Document) -> None:
        """Takes a document in, whose copies may follow."""
        if not self._prints.keep(document.id):
            self.known.add(fingerprint(document.id, document.text, page_id=document.page_id))
        self._texts[document.id] = document.text
        self._expected.pop(document.id, None)

    def text_of(self, document_id: str) -> str | None:
        """The clean text of a document; None for one that doesn't stand."""
        for texts in (self._expected, self._texts):
            if document_id in texts:
                return texts[document_id]
        return next((found.text for found in self._table.document_texts(run=self._run_id, only=[document_id])), None)


@contextmanager
def known_copies(table: Table, folder: Path, *, run_id: int, made_by: str, without: Collection[str] = ()) -> Iterator[Copies]:
    """What is known of the documents of other pages, to find copies of them.

    Args:
        table: whose documents count.
        folder: where the file stands.
        run_id: the run that is being staged; its documents count too.
        made_by: a stamp of the cleaning; fingerprints of another one are made anew.
        without: pages about to be mined anew, whose documents are not to be found.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    with (
        named_errors(f"sqlite:///{path}"),
        closing(open_cache(path, _TABLES, made_by=made_by, emptied=("prints", "bands"))) as connection,
    ):
        standing = table.document_pages(run=run_id)
        prints = StoredPrints(connection, without={d for d, page in standing.items() if page in without})
        known = prints.known()
        with connection:
            prints.forget(known - standing.keys())
        for entry in table.document_texts(run=run_id, only=sorted(standing.keys() - known)):
            if entry.page_id not in without:
                made = fingerprint(entry.id, entry.text, page_id=entry.page_id)
                prints.put(made, bands_of(made))
        yield Copies(prints, table, run_id=run_id)
