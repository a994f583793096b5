"""Taking rows away: files of several formats with codebook, data package, manifest and citation, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from policymine.errors import StorageError
from policymine.research.citation import citation, datapackage
from policymine.research.codebook import as_csv, as_json, as_markdown, columns
from policymine.research.frames import require
from policymine.research.selection import Cells, Selection
from policymine.research.writers import WRITERS, ExcelCsv, Writer
from policymine.table.query import QueryError
from policymine.table.releases import manifest_of

Watch = Callable[[Iterable[list[Cells]], int], Iterable[list[Cells]]]
"""Sees every stretch pass, and is told how many rows will come."""
_ID, _PAGE, _BODY, _RUN, _SOURCE, _LICENCE = (
    [column.name for column in columns()].index(name)
    for name in ("id", "page_id", "body_sha256", "run_id", "source", "licence")
)


class Delivery(NamedTuple):
    """What was written: the folder, its files, and the manifest."""

    folder: Path
    files: tuple[str, ...]
    manifest: dict[str, Any]


def export(
    selection: Selection, folder: Path, *, formats: Sequence[str], now: datetime, excel: bool = False, overwrite: bool = False,
    watch: Watch = lambda stretches, _: stretches,
) -> Delivery:  # fmt: skip
    """Writes the rows of a selection into a folder of their own.

    Everything is written to a hidden folder beside it, which takes the name when it is whole.

    Args:
        selection: the rows.
        folder: the folder to make.
        formats: keys of `WRITERS`, each once.
        now: the moment, for the manifest.
        excel: CSV with the mark that a Chinese Excel wants.
        overwrite: whether a folder of that name may be replaced.
        watch: shows progress.

    Raises:
        QueryError: an unknown format, or the folder is there already.
        StorageError: the disk refused; nothing is left behind.
    """
    for name in formats:
        if name not in WRITERS:
            raise QueryError("format", name, f"is unknown; there are {', '.join(WRITERS)}")
    if folder.exists() and (not overwrite or not folder.is_dir()):
        raise QueryError(str(folder), "", "is there already; name another folder, or say --overwrite")
    with _named_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            manifest = _write(selection, fresh, formats=formats, now=now, excel=excel, watch=watch)
            _move(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return Delivery(folder, tuple(sorted(path.name for path in folder.iterdir())), manifest)


class _Tally:
    """What the manifest says of the rows that passed."""

    def __init__(self) -> None:
        self.rows, self.digest = 0, hashlib.sha256()
        self.pages: dict[str, str] = {}
        self.licences: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()

    def add(self, rows: Sequence[Cells]) -> None:
        self.rows += len(rows)
        self.digest.update("".join(f"{row[_ID]} {row[_RUN]}\n" for row in rows).encode())
        self.pages.update((row[_PAGE], row[_BODY]) for row in rows)
        self.licences.update(row[_LICENCE] for row in rows)
        self.sources.update(row[_SOURCE] for row in rows)

    def corpus(self) -> str:
        return hashlib.sha256("".join(f"{page} {body}\n" for page, body in sorted(self.pages.items())).encode()).hexdigest()


def _write(
    selection: Selection, folder: Path, *, formats: Sequence[str], now: datetime, excel: bool, watch: Watch
) -> dict[str, Any]:  # fmt: skip
    kinds: list[type[Writer]] = [ExcelCsv if name == "csv" and excel else WRITERS[name] for name in dict.fromkeys(formats)]
    writers: list[Writer] = []
    tally = _Tally()
    try:
        for kind in kinds:
            writers.append(kind(folder))
        for rows in watch(selection.stretches(), selection.count()):
            tally.add(rows)
            for writer in writers:
                writer.write(rows)
        paths = [(writer, path) for writer in writers for path in writer.close()]
    except BaseException:
        for writer in writers:
            with suppress(Exception):  # it is thrown away; what went wrong is raised already
                writer.close()
        raise
    made = [_described(path, writer) for writer, path in paths]
    manifest = _manifest(selection, tally, files=made, now=now)
    told = {
        "codebook.md": as_markdown(), "codebook.csv": as_csv(), "codebook.json": as_json(),
        "manifest.json": _json(manifest), "datapackage.json": _json(datapackage(manifest)), "CITATION.cff": citation(manifest),
    }  # fmt: skip
    for name, text in told.items():
        folder.joinpath(name).write_text(text, encoding="utf-8", newline="\n")
    return manifest


def _described(path: Path, writer: Writer) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return {
        "name": path.name,
        "format": writer.name,
        "bytes": path.stat().st_size,
        "sha256": digest.hexdigest(),
        **({"notes": writer.notes} if writer.notes else {}),
    }


def _manifest(selection: Selection, tally: _Tally, *, files: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    known = selection.release
    with selection.table.reading(run=selection.run) as moment:
        run, made_by = moment.run_id, manifest_of(moment)["fingerprints"]
    return {
        "schema": "policymine.export/1", "created": now.isoformat(timespec="seconds"), "policymine": version("policymine"),
        "release": None if known is None else known.number, "title": known.title if known else "policymine knowledge table",
        "run": run, "release_sha256": None if known is None else known.content_sha256,
        "query": selection.query, "filters": selection.filters.given(), "rows": tally.rows, "pages": len(tally.pages),
        "corpus_sha256": tally.corpus(), "rows_sha256": tally.digest.hexdigest(),
        "fingerprints": made_by,
        "sources": dict(sorted(tally.sources.items())), "licences": dict(sorted(tally.licences.items())), "files": files,
    }  # fmt: skip


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _move(fresh: Path, folder: Path) -> None:
    """Gives the whole folder its name; what stood there goes when the new one is in place."""
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _named_errors(folder: Path) -> Iterator[None]:
    """Turns what disk and libraries raise into one line with thing, place and cure."""
    try:
        yield
    except (OSError, sqlite3.Error) as problem:
        raise _refused(folder, problem) from problem
    except _library_errors() as problem:
        raise _refused(folder, problem) from problem


def _refused(folder: Path, problem: Exception) -> StorageError:
    told = getattr(problem, "strerror", None) or str(problem).splitlines()[0]
    cure = f"cannot be written ({told}); free some space or choose another folder; nothing was left half-written"
    return StorageError(str(folder), "", cure)


def _library_errors() -> tuple[type[Exception], ...]:
    errors: tuple[type[Exception], ...] = (require("pyarrow").ArrowException, require("xlsxwriter").exceptions.XlsxFileError)
    return errors
