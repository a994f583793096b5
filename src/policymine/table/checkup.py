"""What is wrong with a table's file, without changing it: for `doctor`, for backups, and before an upgrade."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from policymine.errors import StorageError
from policymine.table.dialect import engine_of, log_of, named_errors, path_of, place_of, reading
from policymine.table.schema import REVISION

LARGE_LOG = 64_000_000
"""Bytes of write-ahead log above which something keeps it from being folded into the file."""
PATIENCE_SECONDS = 1.0
DAMAGES = 3


class Complaint(NamedTuple):
    """One thing that is wrong: how badly, and what it is and how to mend it."""

    severe: bool
    text: str


def complaints(url: str, *, thorough: bool = False) -> Iterator[Complaint]:
    """Everything that is wrong with the file of a table; nothing is written.

    Args:
        url: its address; a table on a server is asked for its revision only.
        thorough: compares indexes with rows too, which takes several times as long.
    """
    path = path_of(url)
    if path is not None and not path.exists():
        if log_of(path).exists():
            cure = "restore a backup (`policymine restore`), then remove the log if it is still there"
            yield Complaint(True, f"{log_of(path)}: a write-ahead log without its database; {cure}")
        return
    try:
        found = revision(url)
    except StorageError as problem:
        yield Complaint(True, str(problem))
        return
    if found != REVISION:
        yield Complaint(
            False,
            f"{place_of(url)} is of revision {found}, this version uses {REVISION}; `policymine upgrade` backs it up first",
        )
    if path is not None:
        yield from _file_complaints(path, url, thorough=thorough)


def revision(url: str) -> str | None:
    """The revision of the schema that a table has; None when it is no table of policymine. Nothing is upgraded."""
    engine = engine_of(url)
    try:
        with reading(engine) as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
    finally:
        engine.dispose()


def _file_complaints(path: Path, url: str, *, thorough: bool) -> Iterator[Complaint]:
    for damage in damages(path, url, thorough=thorough):
        yield Complaint(True, f"{path}: is damaged ({damage}); restore a backup (`policymine restore`)")
    log = log_of(path)
    if log.exists() and (size := log.stat().st_size) > LARGE_LOG:
        cure = "end the programs that hold the table open, then `policymine doctor --mend`"
        yield Complaint(False, f"{log}: {size / 1e6:.0f} MB of write-ahead log were not folded into the file; {cure}")
    try:
        with named_errors(url), closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except StorageError as problem:
        cause = problem.__cause__
        if getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            cure = "a run at work is as it should be; otherwise end that program"
            yield Complaint(False, f"{path}: is locked, another program is writing; {cure}")
        else:
            yield Complaint(True, str(problem))


def damages(path: Path, url: str, *, thorough: bool = False) -> list[str]:
    """What SQLite's own check finds wrong with a file, the first few; empty when it is whole.

    Raises:
        StorageError: it cannot be read at all.
    """
    check = "integrity_check" if thorough else "quick_check"
    with named_errors(url), closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS)) as connection:
        try:
            found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}({DAMAGES})")]
        except sqlite3.DatabaseError as problem:
            if not getattr(problem, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
                raise
            found = [str(problem)]
    return [] if found == ["ok"] else [" ".join(damage.split()) for damage in found]
