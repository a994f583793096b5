"""Backups of table, archive and settings, and the way back: whole or not at all, checked when made and before they are used.

A backup is a folder named by its moment: `manifest.json`, `table.db` (or `table/` with what a server held), `archive/` and
`settings/`. Files of the archive that did not change since the backup before are hard links to its copies.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path

from policymine.errors import StorageError, UnknownIdError
from policymine.operations.limits import standing_place
from policymine.operations.night import open_table
from policymine.settings import Settings
from policymine.table import server_copy
from policymine.table.checkup import damages, revision
from policymine.table.dialect import named_errors, path_of, place_of
from policymine.table.releases import content_sha256
from policymine.table.schema import REVISION
from policymine.table.upgrade import check_known

STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: `files` maps each path to its size and sha256, `content` is the hash of what the table says.

    `content` and `counts` are empty for a table of an older revision.
    """

    created: str
    version: str
    revision: str
    database: str
    content: str
    counts: Mapping[str, int]
    files: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup and the folder it lies in; `new_bytes` were really written for it, the rest is shared with the one before."""

    folder: Path
    manifest: Manifest
    new_bytes: int = 0

    @property
    def name(self) -> str:
        """The moment it was made; what `restore` takes."""
        return self.folder.name


def back_up(settings: Settings, *, now: datetime, archive: bool = True, keep: bool = False) -> Backup:
    """Makes a backup; the caller holds the run lock. Older ones than `backups_keep` go, but only after this one was checked.

    Args:
        settings: say where everything is.
        now: the moment.
        archive: whether the archive goes along; without it nothing older is removed either.
        keep: whether older ones stay however many there are.

    Raises:
        StorageError: there is no table, it is damaged, or there is no room for its copy; older backups stay.
    """
    last = next(iter(backups(settings)), None)
    fresh = _fresh_folder(settings.backups, now)
    _check_room(settings, archive=archive)
    try:
        fresh.mkdir(parents=True)
        _copy_table(settings, fresh)
        _copy_settings(settings, fresh / "settings")
        new_bytes = sum(path.stat().st_size for path in fresh.rglob("*") if path.is_file())
        new_bytes += _copy_archive(settings.archive, fresh / "archive", before=last) if archive else 0
        manifest = _manifest(settings, fresh, now=now)
        (fresh / MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
        _sync(fresh)
        made = fresh.rename(fresh.with_suffix(""))
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if archive and not keep:
        for old in backups(settings)[settings.backups_keep :]:
            shutil.rmtree(old.folder)
    return Backup(made, manifest, new_bytes)


def backups(settings: Settings) -> list[Backup]:
    """The whole backups, newest first."""
    folders = sorted((p for p in settings.backups.glob("*") if NAME.fullmatch(p.name)), reverse=True)
    return [Backup(folder, read_manifest(folder)) for folder in folders if (folder / MANIFEST).exists()]


def find_backup(settings: Settings, name: str) -> Backup:
    """The backup of this name, or the `latest`.

    Raises:
        UnknownIdError: there is none.
    """
    for known in backups(settings):
        if name in ("latest", known.name):
            return known
    raise UnknownIdError(name, str(settings.backups), "there is no such backup; `policymine restore --list` names them")


def read_manifest(folder: Path) -> Manifest:
    """What a backup says it holds.

    Raises:
        StorageError: its manifest cannot be read.
    """
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Manifest(**{**content, "files": {name: (size, sha) for name, (size, sha) in content["files"].items()}})
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise StorageError(str(folder / MANIFEST), "", f"cannot be read ({problem}); choose another backup") from problem


def _fresh_folder(folder: Path, now: datetime) -> Path:
    """Where a backup is put together; its name without `.new` is free."""
    name = now.astimezone(UTC).strftime(STAMP)
    for number in range(1000):
        path = folder / (f"{name}-{number}" if number else name)
        if not path.exists():
            fresh = path.with_name(path.name + ".new")
            shutil.rmtree(fresh, ignore_errors=True)
            return fresh
    raise StorageError(str(folder), name, "there are a thousand backups of this second; is a program calling in a loop?")


def _check_room(settings: Settings, *, archive: bool) -> None:
    """Makes sure that a copy fits."""
    table = path_of(settings.database_url)
    size = table.stat().st_size if table is not None and table.exists() else 0
    if archive and not backups(settings):
        size += sum(p.stat().st_size for p in settings.archive.rglob("*") if p.is_file())
    free = shutil.disk_usage(standing_place(settings.backups)).free
    if free < size:
        cure = f"{free / 1e6:.0f} MB free, a backup needs {size / 1e6:.0f} MB; make room or choose another place (`backups`)"
        raise StorageError(str(settings.backups), "", cure)


def _copy_table(settings: Settings, fresh: Path) -> None:
    url = settings.database_url
    path = path_of(url)
    if path is None:
        (fresh / "table").mkdir()
        server_copy.copy_out(url, fresh / "table")
        return
    if not path.exists() or (found := revision(url)) is None:
        raise StorageError(str(path), "", "there is no table yet; fill it with `policymine ingest` or `policymine nightly`")
    check_known(found, place=str(path))
    with (
        named_errors(url), closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(fresh / "table.db")) as target
    ):  # fmt: skip
        source.backup(target)  # one moment of the table, what other programs write meanwhile included or not, never half
        target.execute("PRAGMA journal_mode = DELETE")
    if damage := damages(fresh / "table.db", url, thorough=True):
        raise StorageError(str(path), "", f"is damaged ({damage[0]}); no backup was made, restore the last one")


def _copy_settings(settings: Settings, into: Path) -> None:
    """Settings file and overlay; secrets stand in neither."""
    into.mkdir()
    if Path("policymine.toml").is_file():
        shutil.copy2("policymine.toml", into)
    if settings.overlay is not None and settings.overlay.is_dir():
        shutil.copytree(settings.overlay, into / "overlay")


def _copy_archive(folder: Path, into: Path, *, before: Backup | None) -> int:
    """Copies the archive; what the backup before has already is linked. Returns the bytes that were copied."""
    into.mkdir()
    copied = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if not path.is_file():
            continue
        target = into / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        known = before.folder / "archive" / path.relative_to(folder) if before else None
        if known is not None and same_file(known, path):
            os.link(known, target)
        else:
            shutil.copy2(path, target)
            copied += path.stat().st_size
    return copied


def same_file(one: Path, other: Path) -> bool:
    """Archived files are only ever appended to: equal in size and time they are equal."""
    if not one.is_file() or not other.is_file():
        return False
    a, b = one.stat(), other.stat()
    return (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns)


def _manifest(settings: Settings, folder: Path, *, now: datetime) -> Manifest:
    found, content, counts = revision(settings.database_url) or "", "", {}
    if found == REVISION:  # an older table is copied as it is: opening it would bring it forward
        with open_table(settings, create=False) as table, table.reading() as then:
            content = content_sha256(then)
            counts = table.counts()
    files = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return Manifest(
        now.astimezone(UTC).isoformat(timespec="seconds"), version("policymine"), found,
        place_of(settings.database_url), content, counts,
        {name: (path.stat().st_size, sha256_of(path)) for name, path in files.items()},
    )  # fmt: skip


def sha256_of(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Waits until the disk has what was written: a power cut after this costs nothing."""
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_nlink == 1:
            with path.open("rb") as file:
                os.fsync(file.fileno())
