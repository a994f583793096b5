"""What a run looks at before it touches anything: room on the disk, what policymine's folders may use, and the clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from policymine.errors import StorageError
from policymine.settings import Settings
from policymine.table.dialect import path_of
from policymine.table.store import Table


def folders(settings: Settings) -> Mapping[str, Path]:
    """The places that grow, by the setting that names them."""
    table = path_of(settings.database_url)
    named = {"archive": settings.archive, "work": settings.work, "reports": settings.reports, "backups": settings.backups}
    return {**({"database_url": table.parent} if table else {}), **named}


def used(settings: Settings) -> dict[str, int]:
    """Bytes on disk by place: the table with its log, and each folder."""
    table = path_of(settings.database_url)
    sizes = {}
    if table is not None:
        parts = (table.with_name(table.name + ending) for ending in ("", "-wal", "-shm"))
        sizes["table"] = sum(part.stat().st_size for part in parts if part.exists())
    for name in ("archive", "work", "reports", "backups"):
        sizes[name] = sum(_sizes(getattr(settings, name)))
    return sizes


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink():
                yield path.stat().st_size
        except FileNotFoundError:  # went away while we looked
            continue


def standing_place(path: Path) -> Path:
    """The nearest folder above a path that is there already.

    >>> standing_place(Path("/no/such/folder")).as_posix()
    '/'
    """
    whole = path.absolute()
    return next(parent for parent in (whole, *whole.parents) if parent.is_dir())


def check_disk(settings: Settings) -> None:
    """Makes sure that a run has room.

    Raises:
        StorageError: less is free than `min_free`, or the folders hold more than `disk_budget`.
    """
    for name, folder in folders(settings).items():
        free = shutil.disk_usage(standing_place(folder)).free
        if free < settings.min_free:
            cure = (
                f"{free / 1e6:.0f} MB free, {settings.min_free / 1e6:.0f} MB are needed (`min_free`); make room, then run again"
            )
            raise StorageError(str(folder), name, cure)
    if settings.disk_budget is not None and (total := sum(used(settings).values())) > settings.disk_budget:
        allowed = f"`disk_budget` allows {settings.disk_budget / 1e6:.0f} MB"
        cure = f"{total / 1e6:.0f} MB are used, {allowed}; make room (`policymine archive prune`) or raise it"
        raise StorageError("disk", ", ".join(f"{n} {size / 1e6:.0f} MB" for n, size in used(settings).items()), cure)


def check_clock(table: Table, *, settings: Settings, now: datetime) -> None:
    """Makes sure that the clock was not set back: evidence would be dated wrongly and nothing would be due.

    Raises:
        StorageError: the last run began later than now, by more than `clock_slack` hours.
    """
    behind = behind_last_run(table, now=now)
    if behind > timedelta(hours=settings.clock_slack):
        cure = f"the last run began {_span(behind)} later; set the clock, or raise `clock_slack` if the clock is right now"
        raise StorageError("clock", f"{now:%Y-%m-%d %H:%M} UTC", cure)


def behind_last_run(table: Table, *, now: datetime) -> timedelta:
    """By how much the clock is behind the beginning of the last run; negative when it is not."""
    (last, *_) = table.runs(limit=1) or (None,)
    return timedelta(days=-1) if last is None else datetime.fromisoformat(last.started) - now


def _span(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.1f} hours"
