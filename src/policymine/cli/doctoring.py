"""What `doctor` says of the storage: the table's file, room, clock, nights, backups; and what it mends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from policymine.operations.backups import backups
from policymine.operations.limits import behind_last_run, folders, standing_place, used
from policymine.operations.night import open_table
from policymine.pipeline import station_fingerprints
from policymine.settings import Settings
from policymine.sources.archive import Archive
from policymine.sources.archive_care import mend
from policymine.table.checkup import complaints, revision
from policymine.table.dialect import checkpoint, engine_of, path_of, place_of
from policymine.table.lock import RunLock
from policymine.table.schema import REVISION

LEAST_FREE_BYTES = 1_000_000_000
OLDEST_BACKUP = timedelta(days=8)


class Finding(NamedTuple):
    """One thing that was looked at; `state` is ok, warning or error, `text` says what it is and how to mend it."""

    what: str
    state: Literal["ok", "warning", "error"]
    text: str


def look_at_database(settings: Settings, *, thorough: bool = False) -> Iterator[Finding]:
    """The table: its file first, without changing it; then what it holds."""
    url = settings.database_url
    severe = False
    for complaint in complaints(url, thorough=thorough):
        severe |= complaint.severe
        yield Finding("database", "error" if complaint.severe else "warning", complaint.text)
    path = path_of(url)
    there = path is None or path.exists()
    if severe or (there and revision(url) not in (None, REVISION)):
        return  # opening it would change it
    with open_table(settings, create=False) as table:
        counts = ", ".join(f"{count} {name}" for name, count in table.counts().items())
        runs = table.runs(limit=1)
        last = f"; last run {runs[0].id} {runs[0].kind} {runs[0].status} at {runs[0].started}" if runs else "; no run yet"
        yield Finding("database", "ok", f"{place_of(url)}: {counts}{last}")
        if stale := len(table.pages_stale(station_fingerprints())):
            yield Finding("database", "warning", f"{stale} pages were made by other rules; run `policymine remine`")
        behind = behind_last_run(table, now=_now())
        nights = table.runs(kind="nightly", limit=1)
    if behind > timedelta(hours=settings.clock_slack):
        cure = "set the clock, runs refuse to begin until then"
        yield Finding("clock", "error", f"{_now():%Y-%m-%d %H:%M} UTC is before the last run ({runs[0].started}); {cure}")
    if nights and _now() - datetime.fromisoformat(nights[0].started) > timedelta(hours=settings.night_hours):
        yield Finding(
            "nights", "warning", f"none has begun since {nights[0].started}; check the timer, then `policymine nightly`"
        )


def look_at_disk(settings: Settings) -> Iterator[Finding]:
    """Room and rights where policymine writes, and what its folders use."""
    for name, folder in folders(settings).items():
        there = standing_place(folder)
        if folder.exists() and not folder.is_dir():
            yield Finding("disk", "error", f"{folder} is a file; move it or change the setting `{name}`")
            continue
        room = shutil.disk_usage(there)
        if not os.access(there, os.W_OK) or os.statvfs(there).f_flag & os.ST_RDONLY:
            yield Finding("disk", "error", f"{there} cannot be written; change its owner or the setting `{name}`")
        elif room.free < settings.min_free:
            yield Finding("disk", "error", f"{room.free / 1e6:.0f} MB free at {there}, runs need `min_free`; make room")
        elif room.free < LEAST_FREE_BYTES:
            yield Finding("disk", "warning", f"{room.free / 1e6:.0f} MB free at {there}; make room before the next night")
        else:
            yield Finding("disk", "ok", f"{name}: {room.free / 1e9:.0f} GB free")
    sizes = used(settings)
    total, budget = sum(sizes.values()), settings.disk_budget
    listed = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sizes.items())
    if budget is not None and total > budget:
        cure = "`policymine archive prune`, fewer `backups_keep`, or a larger `disk_budget`"
        yield Finding("budget", "error", f"{listed}: more than {budget / 1e6:.0f} MB, runs refuse to begin; {cure}")
    else:
        yield Finding("budget", "ok", listed)


def look_at_backups(settings: Settings) -> Iterator[Finding]:
    """Whether there is a backup, and how old it is."""
    known = backups(settings)
    if not known:
        yield Finding("backups", "warning", f"there is none in {settings.backups}; run `policymine backup`")
        return
    age = _now() - datetime.fromisoformat(known[0].manifest.created)
    state: Literal["ok", "warning"] = "warning" if age > OLDEST_BACKUP else "ok"
    cure = "; run `policymine backup`" if age > OLDEST_BACKUP else ""
    yield Finding("backups", state, f"{len(known)}, the latest is {known[0].name}, {age.days} days old{cure}")


def mend_all(settings: Settings) -> Iterator[Finding]:
    """Folds the log into the table, mends the archive's ends, takes away what dead runs left; holds the run lock.

    Raises:
        LockedError: a run is at work.
        StorageError: the table cannot be written.
    """
    with RunLock(settings.database_url):
        if (path := path_of(settings.database_url)) is None or path.exists():
            engine = engine_of(settings.database_url)
            checkpoint(engine)
            engine.dispose()
            yield Finding("mended", "ok", f"{place_of(settings.database_url)}: the log is folded in")
        for name, done in mend(Archive(settings.archive)):
            yield Finding("mended", "ok", f"{name}: {done}")
        for left in _left_behind(settings):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
            yield Finding("mended", "ok", f"{left}: removed")


def _left_behind(settings: Settings) -> list[Path]:
    """Backups that were never finished, and folders of runs that have ended."""
    with open_table(settings, create=False) as table:
        staged = {f"run-{run.id}" for run in table.runs(limit=20) if run.status == "staged"}
    runs = [folder for folder in settings.work.glob("run-*") if folder.name not in staged]
    return [*settings.backups.glob("*.new"), *runs]


def _now() -> datetime:
    return datetime.now(UTC)
