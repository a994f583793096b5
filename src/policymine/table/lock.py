"""One run at a time: an operating-system lock beside the SQLite file, free again when its holder dies."""

from __future__ import annotations

from typing import Self

from filelock import FileLock, Timeout

from policymine.errors import LockedError, StorageError
from policymine.table.dialect import path_of


class RunLock:
    """The lock that nightly, remine, ingest, migrate and prune hold while they run; readers need none.

    Raises:
        LockedError: on entering, when another run holds it.
        StorageError: on entering, when its file cannot be made.
    """

    def __init__(self, url: str) -> None:
        path = path_of(url)
        self.path = None if path is None else path.with_name(path.name + ".lock")
        self._lock = None if self.path is None else FileLock(self.path, timeout=0, thread_local=False)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Takes the lock or says who must end first; never waits."""
        if self._lock is None or self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as problem:
            cure = "another run is at work; wait until it has ended (the lock frees itself, also after a crash)"
            raise LockedError(str(self.path), "", cure) from problem
        except OSError as problem:
            raise StorageError(
                str(self.path), "", f"the lock cannot be made ({problem.strerror}); check the folder"
            ) from problem

    def release(self) -> None:
        """Gives the lock back."""
        if self._lock is not None:
            self._lock.release()
