"""`export`, `codebook`, `release`, `chart`: taking the table away, citing it, looking at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from policymine.cli.filtering import Chosen, with_rows
from policymine.cli.surface import Surface, surface_of
from policymine.operations.night import open_table
from policymine.research.charts import CHARTS, draw_chart
from policymine.research.codebook import as_csv, as_markdown
from policymine.research.codebook import as_json as codebook_json
from policymine.research.export import export
from policymine.research.selection import STRETCH, Cells
from policymine.table.releases import Release, find_release, release, releases, verify_release

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
NOTHING_NEW = 6


def add_commands(app: typer.Typer) -> None:
    """Adds the commands of research."""
    app.command("export")(export_rows)
    app.command("codebook")(print_codebook)
    app.command("release")(make_release)
    app.command("chart")(make_chart)


@with_rows
def export_rows(
    context: typer.Context,
    chosen: Chosen,
    formats: Annotated[
        list[str], typer.Option("--format", "-f", help="parquet, csv, xlsx, jsonl, sqlite, stata; may be repeated.")
    ] = ["parquet"],  # noqa: B006 - Typer copies it
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to make.", metavar="FOLDER")] = Path("export"),
    excel: Annotated[bool, typer.Option("--excel", help="CSV with the byte order mark that a Chinese Excel wants.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take rows away: files with codebook, datapackage.json, manifest.json and CITATION.cff, filtered like `search`."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        made = export(
            chosen.of(table, surface), output, formats=formats, now=datetime.now(UTC), excel=excel, overwrite=overwrite,
            watch=lambda stretches, rows: watched(stretches, rows, surface),
        )  # fmt: skip
    if as_json:
        surface.data({"folder": str(made.folder), "files": list(made.files), "manifest": made.manifest})
    else:
        surface.out.print(f"{made.manifest['rows']} rows in {made.folder}: {', '.join(made.files)}", markup=False)
        for file in made.manifest["files"]:
            for what, count in file.get("notes", {}).items():
                surface.say(f"{file['name']}: {count} cells {what.replace('_', ' ')}; see manifest.json")


def watched(stretches: Iterable[list[Cells]], rows: int, surface: Surface) -> Iterator[list[Cells]]:
    """The stretches, with a progress bar on a terminal."""
    yield from surface.progress(stretches, total=-(-rows // STRETCH), label="exporting")


def print_codebook(
    context: typer.Context,
    layout: Annotated[Literal["md", "csv"], typer.Option("--format", "-f", help="Table for people, or CSV.")] = "md",
    as_json: AsJson = False,
) -> None:
    """Print the codebook: every column with 中文标签, type, values and what an empty cell means."""
    typer.echo(codebook_json() if as_json else as_markdown() if layout == "md" else as_csv(), nl=False)


def make_release(
    context: typer.Context,
    title: Annotated[str, typer.Option(help="What citations call it.")] = "policymine knowledge table",
    show_all: Annotated[bool, typer.Option("--list", help="List the releases instead.")] = False,
    verify: Annotated[int | None, typer.Option(help="Check this release against its hash instead.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Freeze what is published now under the next number, so that it can be cited and read years later."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        if show_all or verify is not None:
            known = [entry for entry in releases(table) if verify in (None, entry.number)]
            if verify is not None:
                verify_release(table, find_release(table, verify))
            for entry in known:
                _say(surface, entry, as_json=as_json)
            return
        made = release(table, title=title, now=datetime.now(UTC), versions={"policymine": version("policymine")})
    _say(surface, made, as_json=as_json)
    if not made.fresh:
        surface.say("nothing changed since that release")
        raise typer.Exit(NOTHING_NEW)


def _say(surface: Surface, entry: Release, *, as_json: bool) -> None:
    if as_json:
        surface.data(entry._asdict())
    else:
        rows = entry.manifest["rows"]["directives"]
        frozen = f"release {entry.number}  run {entry.run_id}  {entry.created}  {rows} directives"
        surface.out.print(f"{frozen}  sha256 {entry.content_sha256}  {entry.title}", markup=False)


@with_rows
def make_chart(
    context: typer.Context,
    chosen: Chosen,
    chart: Annotated[str, typer.Argument(metavar="CHART", help=f"What to draw: {', '.join(CHARTS)}.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="An .svg or .png file.", metavar="FILE")] = None,
    title: Annotated[str | None, typer.Option(help="Title above the chart.")] = None,
    font: Annotated[Path | None, typer.Option(help="Font file with Chinese characters, for a .png.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a chart with Chinese labels: directives per month, slogan life lines, sectors, deadlines, coverage."""
    surface = surface_of(context)
    path = output or Path(f"{chart}.svg")
    with open_table(surface.settings, create=False) as table:
        points = draw_chart(chart, chosen.of(table, surface), path, title=title, font=font)
    if as_json:
        surface.data({"chart": chart, "file": str(path), "points": points})
    else:
        surface.out.print(f"{points} points in {path}", markup=False)
