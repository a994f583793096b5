"""One run at a time: a lock of the system beside the SQLite file, an advisory one in PostgreSQL; free when its holder dies."""

from __future__ import annotations

from typing import Self

import sqlalchemy as sa
from filelock import FileLock, Timeout

from policymine.errors import LockedError, StorageError
from policymine.table.dialect import engine_of, named_errors, path_of, place_of

RUN = 0x706F6C6D
"""The advisory lock of a run."""
CURE = "another run is at work; wait until it has ended (the lock frees itself, also after a crash)"


class RunLock:
    """The lock that nightly, remine, ingest, migrate and prune hold while they run; readers need none.

    Raises:
        LockedError: on entering, when another run holds it.
        StorageError: on entering, when its file cannot be made.
    """

    def __init__(self, url: str) -> None:
        path = path_of(url)
        self.url = url
        self._session: sa.Connection | None = None
        self.path = None if path is None else path.with_name(path.name + ".lock")
        self._lock = None if self.path is None else FileLock(self.path, timeout=0, thread_local=False)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Takes the lock or says who must end first; never waits."""
        if sa.make_url(self.url).get_backend_name() == "postgresql":
            self._acquire_on_server()
        if self._lock is None or self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as problem:
            raise LockedError(str(self.path), "", CURE) from problem
        except OSError as problem:
            raise StorageError(
                str(self.path), "", f"the lock cannot be made ({problem.strerror}); check the folder"
            ) from problem

    def release(self) -> None:
        """Gives the lock back."""
        if self._session is not None:
            self._session.close()
            self._session.engine.dispose()
            self._session = None
        if self._lock is not None:
            self._lock.release()

    def _acquire_on_server(self) -> None:
        """Takes an advisory lock on a connection of its own, which lives as long as the lock."""
        with named_errors(self.url):
            session = engine_of(self.url).connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = session.exec_driver_sql(f"SELECT pg_try_advisory_lock({RUN})").scalar_one()
        if not taken:
            session.close()
            session.engine.dispose()
            raise LockedError(place_of(self.url), "", CURE)
        self._session = session
