"""A disk that fails on purpose: a night in a forked process in which some write finds no room, no right or no end.

Files are failed by an audit of `open` and by wrapping what writes; the database by SQLAlchemy's events, with the error that
SQLite would raise; everything at once by the limits of the kernel (RLIMIT_FSIZE) and by giving up one's rights (setuid).
"""

from __future__ import annotations

import errno
import io
import os
import resource
import signal
import sqlite3
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from policymine.errors import PolicymineError, StorageError
from policymine.table import dialect

from .killing import FORK, PATIENCE
from .world import Sites, World, night

NOBODY = 65534
WRITING = frozenset({"INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER"})


class Disk(NamedTuple):
    """How the disk fails: at the write of this number, at so many pages of the table, at files of so many bytes …"""

    full_at: int = 0
    most_pages: int = 0
    largest: int = -1
    nobody: bool = False
    read_only_table: bool = False
    busy_seconds: float = 0
    day: float = 1
    slack: float = 24


class Ended(NamedTuple):
    """How a night ended: the exit code that the command would leave with, its line, and how many writes there were."""

    code: int
    line: str
    writes: int = 0


def night_in_a_fork(world: World, site: Sites, disk: Disk) -> Ended:
    """A night on such a disk."""
    hear, tell = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_night, args=(world, site, disk, tell))
    process.start()
    assert hear.poll(PATIENCE), "the night hangs"
    ended: Ended = hear.recv()
    process.join(PATIENCE)
    return ended


def _night(world: World, site: Sites, disk: Disk, tell: Connection) -> None:
    writes = Writes(disk.full_at)
    _fail(disk, writes)
    os.environ["POLICYMINE_CLOCK_SLACK"] = str(disk.slack)
    try:
        night(world, site, state=1, day=disk.day)
        ended = Ended(0, "", writes.count)
    except PolicymineError as problem:
        ended = Ended(problem.exit_code, str(problem), writes.count)
    except OSError as problem:  # as the command line does
        storage = StorageError.of(problem)
        ended = Ended(storage.exit_code, str(storage)) if storage else Ended(1, repr(problem))
    except BaseException as problem:  # noqa: BLE001 - whatever it is, the test wants to hear of it
        ended = Ended(1, repr(problem))
    writes.full_at = 0
    tell.send(ended)


class Writes:
    """Counts writes and fails the one that is meant, and all after it: a full disk stays full."""

    def __init__(self, full_at: int) -> None:
        self.full_at, self.count = full_at, 0

    def met(self) -> bool:
        """Whether this write finds no room."""
        self.count += 1
        return 0 < self.full_at <= self.count


def _fail(disk: Disk, writes: Writes) -> None:
    if disk.busy_seconds:
        dialect.BUSY_SECONDS = disk.busy_seconds  # type: ignore[assignment]
    if disk.most_pages or disk.read_only_table:
        pragma = f"max_page_count = {disk.most_pages}" if disk.most_pages else "query_only = ON"
        sa.event.listen(sa.Engine, "engine_connect", lambda c: c.connection.driver_connection.execute(f"PRAGMA {pragma}"))
    if disk.largest >= 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (disk.largest, resource.RLIM_INFINITY))
    if disk.nobody and os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    _wrap_files(writes)
    _wrap_database(writes)


def _wrap_files(writes: Writes) -> None:
    """Every write into a file opened through Python, and every new name, counts."""
    real_open, replace, mkdir = io.open, Path.replace, Path.mkdir

    def no_room(path: object) -> OSError:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    def opened(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
        made = real_open(file, mode, *given, **named)
        if not set(mode) & set("wax+") or not str(file).startswith("/"):
            return made
        return _Watched(made, lambda: no_room(file), writes)

    def replaced(self: Path, target: Any) -> Path:
        if writes.met():
            raise no_room(target)
        return replace(self, target)

    def made_folder(self: Path, *given: Any, **named: Any) -> None:
        if not self.is_dir() and writes.met():
            raise no_room(self)
        mkdir(self, *given, **named)

    io.open = opened  # type: ignore[assignment]
    Path.replace = replaced  # type: ignore[method-assign,assignment]
    Path.mkdir = made_folder  # type: ignore[method-assign]


class _Watched:
    """A file whose writes may fail; all else is the file's."""

    def __init__(self, file: Any, problem: Callable[[], OSError], writes: Writes) -> None:
        self._file, self._problem, self._writes = file, problem, writes

    def write(self, content: Any) -> Any:
        if self._writes.met():
            raise self._problem()
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Any:
        self._file.__enter__()
        return self

    def __exit__(self, *given: Any) -> Any:
        return self._file.__exit__(*given)

    def __iter__(self) -> Any:
        return iter(self._file)


def _wrap_database(writes: Writes) -> None:
    """Every statement that writes, and every commit of a writing transaction, counts."""

    def full() -> sqlite3.OperationalError:
        problem = sqlite3.OperationalError("database or disk is full")
        problem.sqlite_errorname = "SQLITE_FULL"  # type: ignore[misc]
        return problem

    def statement(_c: Any, _cursor: Any, text: str, *_: object) -> None:
        if text.lstrip().split(None, 1)[0].upper() in WRITING and writes.met():
            raise full()

    def commit(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("policymine_writes") and writes.met():
            raise full()

    sa.event.listen(sa.Engine, "before_cursor_execute", statement)
    sa.event.listen(sa.Engine, "commit", commit)


def fill_up(folder: Path, *, leave: int) -> Path:
    """Fills the disk of a folder until so many bytes are free; returns the file that takes the room."""
    path = folder / "ballast"
    room = os.statvfs(folder)
    size = room.f_bavail * room.f_frsize - leave
    with path.open("wb") as file:
        file.write(b"\0" * max(0, size))
    return path
