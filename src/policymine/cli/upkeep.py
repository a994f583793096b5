"""`backup`, `restore`, `upgrade`, `backfill`, `alarm`: what keeps the table alive between the nights."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from policymine.cli.surface import Surface, surface_of
from policymine.errors import PolicymineError, StorageError
from policymine.operations.alarm import alarms, send
from policymine.operations.backfilling import backfill
from policymine.operations.backups import Backup, back_up, backups, find_backup
from policymine.operations.restoring import restore, verify
from policymine.table.checkup import revision
from policymine.table.dialect import engine_of, path_of, place_of
from policymine.table.lock import RunLock
from policymine.table.schema import REVISION
from policymine.table.upgrade import migrate_to

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
ALARM, GATE_FAILED, NOTHING_NEW = 4, 5, 6


def add_commands(app: typer.Typer) -> None:
    """Adds the commands of upkeep."""
    app.command("backup")(make_backup)
    app.command("restore")(restore_backup)
    app.command("upgrade")(upgrade_table)
    app.command("backfill")(fill_nights)
    app.command("alarm")(look_out)


def make_backup(
    context: typer.Context,
    archive: Annotated[
        bool, typer.Option("--archive/--table-only", help="With the archived bytes, or the table alone.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Back up table, archive and settings; the copy is checked, then the oldest backups go."""
    surface = surface_of(context)
    with RunLock(surface.settings.database_url):
        made = back_up(surface.settings, now=_now(), archive=archive)
    _print(surface, made, as_json=as_json)


def restore_backup(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The backup's name, as --list prints it.")] = "latest",
    listed: Annotated[bool, typer.Option("--list", help="List the backups, newest first, and check each.")] = False,
    doing: Annotated[bool, typer.Option("--yes", help="Restore; without it only what would be done is said.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place of table and archive; the old table is set aside, newer evidence stays."""
    surface = surface_of(context)
    if listed:
        for known in backups(surface.settings):
            faults = [f"{file} {what}" for file, what in verify(known)]
            for fault in faults:
                surface.refuse(StorageError(known.name, "", fault))
            _print(surface, known, as_json=as_json, whole=not faults)
        surface.finish()
        return
    chosen = find_backup(surface.settings, name)
    if not doing:
        _print(surface, chosen, as_json=as_json)
        surface.say(f"{place_of(surface.settings.database_url)} would be set aside and this put in its place; add --yes")
        return
    with RunLock(surface.settings.database_url):
        aside = restore(surface.settings, chosen, now=_now())
    _print(surface, chosen, as_json=as_json)
    surface.say(f"restored; the table that was there is {aside or 'gone'}; next: policymine backfill")


def upgrade_table(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help="Revision to go to, forwards or back.", metavar="REVISION")] = REVISION,
    copied: Annotated[bool, typer.Option("--backup/--no-backup", help="Back the table up first.")] = True,
    as_json: AsJson = False,
) -> None:
    """Bring the table to this version's schema, or back to an older one, after a backup of the table."""
    surface = surface_of(context)
    url = surface.settings.database_url
    with RunLock(url):
        found = revision(url) if _is_there(url) else None
        if found is None:
            raise StorageError(
                place_of(url), "", "there is no table yet; fill it with `policymine ingest` or `policymine nightly`"
            )
        made = back_up(surface.settings, now=_now(), archive=False) if copied and found != to else None
        engine = engine_of(url)
        try:
            migrate_to(engine, to)
        finally:
            engine.dispose()
    if as_json:
        surface.data({"from": found, "to": to, "backup": str(made.folder) if made else None})
    else:
        surface.out.print(f"{place_of(url)}: {found} → {to}" if found != to else f"{place_of(url)}: is of {to}", markup=False)
    if made:
        surface.say(f"backup: {made.folder}")
    if to != REVISION:
        surface.say("install the older version before anything opens the table: this one brings it forward again")
        surface.say("the older version fills its search index when its next run begins (nightly, ingest)")


def _is_there(url: str) -> bool:
    path = path_of(url)
    return path is None or path.exists()


def fill_nights(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="First day or moment of fetching, such as 2024 or 20240501 (UTC).")] = "",
    until: Annotated[str, typer.Option(help="Last day or moment, inclusive.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make good for nights that the table lacks, from the archive: after a restore, after a failed gate."""
    surface = surface_of(context)
    report = backfill(surface.settings, clock=_now, since=since, until=until)
    if as_json:
        surface.data(report.as_json())
    else:
        surface.out.print(f"{report.pages} pages, {report.new} new, {report.changed} changed ({report.status})", markup=False)
    if report.status == "gate_failed":
        raise typer.Exit(GATE_FAILED)
    if report.status == "nothing_new":
        raise typer.Exit(NOTHING_NEW)


def look_out(
    context: typer.Context,
    quietly: Annotated[bool, typer.Option("--no-send", help="Say it here only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Speak up when a night did not start, did not end or was not published, or a source stays away."""
    surface = surface_of(context)
    found = alarms(surface.settings, now=_now())
    for alarm in found:
        if as_json:
            surface.data(alarm._asdict())
        else:
            surface.out.print(f"{alarm.code}: {alarm.text}", markup=False)
    addresses = () if quietly else surface.settings.notify
    if found and addresses:
        delivered = send(found, addresses)
        surface.say(f"sent to {delivered} of {len(addresses)} addresses")
        if delivered < len(addresses):
            surface.refuse(PolicymineError("notify", "", "not every alarm was delivered; see the log (-v)"))
    if found:
        raise typer.Exit(ALARM)


def _print(surface: Surface, backup: Backup, *, as_json: bool, whole: bool | None = None) -> None:
    manifest = backup.manifest
    size = sum(size for size, _ in manifest.files.values())
    if as_json:
        told: dict[str, Any] = {
            "name": backup.name, "folder": str(backup.folder), "created": manifest.created, "revision": manifest.revision,
            "version": manifest.version, "bytes": size, "files": len(manifest.files), "content": manifest.content,
            "counts": manifest.counts,
        }  # fmt: skip
        surface.data(told if whole is None else {**told, "whole": whole})
        return
    counts = ", ".join(f"{manifest.counts[name]} {name}" for name in ("pages", "documents", "directives") if manifest.counts)
    archived = any(name.startswith("archive/") for name in manifest.files)
    kind = "table and archive" if archived else "table only"
    surface.out.print(
        f"{backup.name}: {kind}, {len(manifest.files)} files, {size / 1e6:.1f} MB; {counts or manifest.revision}", markup=False
    )


def _now() -> datetime:
    return datetime.now(UTC)
