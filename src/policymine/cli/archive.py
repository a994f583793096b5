"""`archive find | export | verify | prune`: the evidence, looked up, taken out, checked, kept small."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from policymine.cli.surface import Surface, surface_of
from policymine.errors import FetchError
from policymine.operations.night import open_table
from policymine.sources.archive import Archive
from policymine.sources.archive_care import export, mend, prunable, remove
from policymine.sources.archive_index import Entry, find
from policymine.table.lock import RunLock
from policymine.table.schema import pages

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Url = Annotated[str, typer.Option(help="Canonical address.")]
Sha = Annotated[str, typer.Option(help="sha256 of the body.")]
Since = Annotated[str, typer.Option(help="First day or moment, such as 2024, 20240501 or 20240501183000 (UTC).")]
Until = Annotated[str, typer.Option(help="Last day or moment, inclusive.")]
Of = Annotated[str, typer.Option(help="Id of a source.")]
app = typer.Typer(help="The archived responses.", no_args_is_help=True, rich_markup_mode=None)


def add_commands(parent: typer.Typer) -> None:
    """Adds the group `archive`."""
    parent.add_typer(app, name="archive")


@app.command("find")
def find_records(
    context: typer.Context,
    url: Url = "",
    sha256: Sha = "",
    since: Since = "",
    until: Until = "",
    source: Of = "",
    as_json: AsJson = False,
) -> None:
    """List archived responses by address, time or sha256, oldest first: a page's history."""
    surface = surface_of(context)
    found = find(_archive(surface).folder, url=url, sha256=sha256, since=since, until=until, source=source)
    for entry in sorted(found, key=lambda e: e.at):
        if as_json:
            surface.data(entry._asdict())
        else:
            surface.out.print(f"{entry.at} {entry.status} {entry.sha256[:12]} {entry.url} {entry.place}", markup=False)


@app.command("export")
def export_records(
    context: typer.Context,
    into: Annotated[Path, typer.Argument(help="File to make, ending in .warc.gz.")],
    url: Url = "",
    sha256: Sha = "",
    since: Since = "",
    until: Until = "",
    source: Of = "",
    as_json: AsJson = False,
) -> None:
    """Copy archived responses, byte for byte, into one WARC file with its index."""
    surface = surface_of(context)
    if not into.name.endswith(".warc.gz"):
        raise typer.BadParameter("its name must end in .warc.gz", param_hint="INTO")
    archive = _archive(surface)
    entries: list[Entry] = list(find(archive.folder, url=url, sha256=sha256, since=since, until=until, source=source))
    if not entries:
        raise FetchError(str(archive.folder), "", "holds no such record; look with `policymine archive find`")
    count = export(archive, into, entries=surface.progress(entries, total=len(entries), label="export"))
    if as_json:
        surface.data({"file": str(into), "records": count})
    else:
        surface.out.print(f"{into}: {count} records", markup=False)


@app.command()
def verify(
    context: typer.Context,
    mending: Annotated[bool, typer.Option("--mend", help="Make indexes anew and cut off records torn by a crash.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read every record and compare it with its digest and the index."""
    surface = surface_of(context)
    archive = _archive(surface)
    if mending:
        with RunLock(surface.settings.database_url):
            for name, done in mend(archive):
                _line(surface, name, done, key="done", as_json=as_json)
    faults = 0
    for place, what in archive.verify():
        faults += 1
        _line(surface, place, what, key="problem", as_json=as_json)
    surface.failures += faults
    surface.say(f"{len(archive.files())} files, {faults} problems")
    surface.finish()


@app.command()
def prune(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="Only files older than so many days.", min=1)] = 90,
    doing: Annotated[bool, typer.Option("--yes", help="Delete; without it only the list is shown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete old files that no version of any page in the table rests on: lists, errors, unchanged answers."""
    surface = surface_of(context)
    archive = _archive(surface)
    with RunLock(surface.settings.database_url):
        found = list(prunable(archive, before=datetime.now(UTC) - timedelta(days=days), needed=_needed(surface)))
        if doing:
            remove(archive, found)
    for entry in found:
        _line(surface, entry.name, str(entry.size), key="bytes", as_json=as_json)
    verb = "freed" if doing else "could be freed with --yes"
    surface.say(f"{len(found)} files, {sum(entry.size for entry in found):,} bytes {verb}")


def _archive(surface: Surface) -> Archive:
    folder = surface.settings.archive
    if not folder.is_dir():
        raise FetchError(str(folder), "", "there is no archive yet; `policymine nightly` or `ingest` makes it")
    return Archive(folder)


def _needed(surface: Surface) -> frozenset[str]:
    """The places that any version of any page refers to, published, staged or of history."""
    with open_table(surface.settings, create=False) as table, table.reading() as now:
        return frozenset(now.connection.scalars(sa.select(pages.c.place).where(pages.c.place.is_not(None)).distinct()))


def _line(surface: Surface, place: str, what: str, *, key: str, as_json: bool) -> None:
    if as_json:
        surface.data({"place": place, key: what})
    else:
        surface.out.print(f"{place}: {what}", markup=False)
