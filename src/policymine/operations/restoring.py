"""The way back from a backup: checked first, then put in place of what is there, which is set aside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from policymine.errors import StorageError
from policymine.operations.backups import STAMP, Backup, same_file, sha256_of
from policymine.operations.night import open_table
from policymine.settings import Settings
from policymine.table import server_copy
from policymine.table.dialect import path_of
from policymine.table.releases import content_sha256
from policymine.table.schema import REVISION
from policymine.table.upgrade import check_known


def verify(backup: Backup) -> Iterator[tuple[str, str]]:
    """Yields (file, what is wrong) of everything in a backup that is not as it was when it was made."""
    for name, (size, sha) in sorted(backup.manifest.files.items()):
        path = backup.folder / name
        if not path.is_file():
            yield name, "is missing"
        elif path.stat().st_size != size or sha256_of(path) != sha:
            yield name, "is not what was backed up"


def restore(settings: Settings, backup: Backup, *, now: datetime) -> Path | None:
    """Puts a backup in place of what is there; the caller holds the run lock. Returns where the old table was put.

    The archive is only added to: newer evidence stays (`policymine backfill` mines it). What was staged is forgotten.

    Raises:
        StorageError: the backup is not whole or of a newer version; nothing was touched.
    """
    for name, what in verify(backup):
        raise StorageError(str(backup.folder / name), "", f"{what}; choose another backup (`policymine restore --list`)")
    check_known(backup.manifest.revision, place=str(backup.folder))
    aside = None
    path = path_of(settings.database_url)
    if (path is None) == (backup.folder / "table.db").exists():
        cure = f"is of {backup.manifest.database}; restore it into a database of the same kind (--database)"
        raise StorageError(str(backup.folder), "", cure)
    if path is None:
        server_copy.copy_in(settings.database_url, backup.folder / "table", revision=backup.manifest.revision)
    else:
        aside = _replace(path, backup.folder / "table.db", now=now)
    _restore_archive(backup.folder / "archive", settings.archive)
    for left in settings.work.glob("run-*"):
        shutil.rmtree(left, ignore_errors=True)
    if backup.manifest.revision != REVISION:
        return aside  # opening it would bring it forward: whoever wants that opens it
    with open_table(settings, create=False) as table, table.reading() as then:
        if (found := content_sha256(then)) != backup.manifest.content:
            cure = f"the table says something else than was backed up ({found[:12]} for {backup.manifest.content[:12]})"
            raise StorageError(str(backup.folder), "", f"{cure}; choose another backup")
    return aside


def _replace(path: Path, copy: Path, *, now: datetime) -> Path | None:
    """Puts a copy of a file where a table is; the table goes aside with its log, so that no old log meets the new file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".restoring")
    shutil.copyfile(copy, fresh)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    aside = path.with_name(f"{path.name}.before-{now.astimezone(UTC).strftime(STAMP)}")
    moved = False
    for ending in ("", "-wal", "-shm"):  # killed in between there is no table, or a log without one, and that is said (exit 8)
        there = path.with_name(path.name + ending)
        if there.exists():
            there.replace(aside.with_name(aside.name + ending))
            moved = True
    fresh.replace(path)
    return aside if moved else None


def _restore_archive(folder: Path, into: Path) -> None:
    """Adds to the archive what it lacks, and mends what is shorter than it was."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        target = into / path.relative_to(folder)
        if not path.is_file() or same_file(path, target):
            continue
        if (
            target.is_file()
            and target.stat().st_size > path.stat().st_size
            and _sha256_of_beginning(target, path.stat().st_size) == sha256_of(path)
        ):
            continue  # grew since
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(target.name + ".restoring")
        shutil.copy2(path, fresh)
        fresh.replace(target)


def _sha256_of_beginning(path: Path, length: int) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while length and (part := file.read(min(length, 1 << 20))):
            digest.update(part)
            length -= len(part)
    return digest.hexdigest()
