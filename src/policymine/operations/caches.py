"""Files beside the table that may be deleted at any time: what is in them can be made again from the table."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def open_cache(path: Path, tables: str, *, made_by: str, emptied: Sequence[str]) -> sqlite3.Connection:
    """Opens a cache; it is empty when it is new, of another stamp, or broken.

    Args:
        path: of the file.
        tables: statements that make its tables; a table `stamp (made_by)` is added.
        made_by: a stamp of what decides its content.
        emptied: the tables that another stamp empties.

    Raises:
        sqlite3.OperationalError: it is locked, or there is no room.
        OSError: the file can't be made anew.
    """
    for _ in range(2):
        connection = sqlite3.connect(path, timeout=60, isolation_level="IMMEDIATE")
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(f"CREATE TABLE IF NOT EXISTS stamp (made_by TEXT);{tables}")
            with connection:
                if [made_by] != [row[0] for row in connection.execute("SELECT made_by FROM stamp")]:
                    for name in ("stamp", *emptied):
                        connection.execute(f"DELETE FROM {name}")
                    connection.execute("INSERT INTO stamp VALUES (?)", (made_by,))
        except sqlite3.DatabaseError as problem:
            connection.close()
            if isinstance(problem, sqlite3.OperationalError):  # locked or out of disk, not broken
                raise
            with suppress(FileNotFoundError):
                path.unlink()
            continue
        return connection
    raise OSError(f"{path}: cannot be made anew; look at the folder's rights and the disk")
