"""`sources list | check | test`: what would be crawled, whether it is written right, what one site yields today."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid

from policymine.cleaning import clean_page
from policymine.cli.surface import Surface, surface_of
from policymine.errors import SourceError
from policymine.operations.night import read_archived, sources_of
from policymine.sources.archive import Archive
from policymine.sources.crawl import Fetched, crawl
from policymine.sources.source import Source
from policymine.sources.source_file import load_sources, parse_source

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
app = typer.Typer(help="The sites that are crawled.", no_args_is_help=True, rich_markup_mode=None)


def add_commands(parent: typer.Typer) -> None:
    """Adds the group `sources`."""
    parent.add_typer(app, name="sources")


@app.command("list")
def list_sources(context: typer.Context, as_json: AsJson = False) -> None:
    """List the known sites."""
    surface = surface_of(context)
    known = load_sources(surface.settings.overlay)
    if as_json:
        for source in known.values():
            surface.data(_object(source))
        return
    grid = Grid("id", "title", "address", "level", "enabled", "verified")
    for source in known.values():
        grid.add_row(source.id, source.title, source.base, source.level, _yes(source.enabled), _yes(source.verified))
    surface.out.print(grid)


def _object(source: Source) -> dict[str, object]:
    keys = ("id", "title", "publisher", "base", "region", "level", "enabled", "verified", "pages_min", "pages_max")
    return {key: getattr(source, key) for key in keys}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


@app.command()
def check(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Source files; all known ones without it.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Check source files: keys, patterns, addresses, promises."""
    surface = surface_of(context)
    checked = [_read(path) for path in files] if files else list(load_sources(surface.settings.overlay).values())
    for source in checked:
        remarks = [] if source.verified else ["not verified: run `policymine sources test` where the site can be reached"]
        if as_json:
            surface.data({"id": source.id, "ok": True, "remarks": remarks})
        else:
            surface.out.print("; ".join([f"{source.id}: ok", *remarks]), markup=False)


def _read(path: Path) -> Source:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise SourceError(str(path), "", f"cannot be read ({problem})") from problem
    return parse_source(content, name=str(path))


@app.command("test")
def try_source(
    context: typer.Context,
    source_id: Annotated[str, typer.Argument(help="Id of the source.", metavar="ID")],
    pages: Annotated[int, typer.Option(help="How many addresses to visit at most.", min=1)] = 12,
    as_json: AsJson = False,
) -> None:
    """Fetch a few pages of a site and show what they yield; nothing is stored."""
    surface = surface_of(context)
    (source,) = sources_of(surface.settings, [source_id])
    settings = surface.settings
    with tempfile.TemporaryDirectory() as folder:
        fetched = crawl(
            source.limited(pages), archive=Path(folder), known={}, now=datetime.now(UTC),
            user_agent=f"{settings.user_agent} (+{settings.contact or 'local copy'})", max_bytes=settings.max_bytes,
        )  # fmt: skip
        for answer in fetched:
            _answer(answer, Archive(Path(folder)), surface=surface, source=source_id, as_json=as_json)
    if not any(answer.outcome == "fetched" for answer in fetched):
        raise SourceError(source_id, source.base, "gave no page; see the answers above")


def _answer(answer: Fetched, archive: Archive, *, surface: Surface, source: str, as_json: bool) -> None:
    """One line for an address; for a page also its first clean words and what was cut."""
    found: dict[str, object] = {"url": answer.url, "kind": answer.kind, "outcome": answer.outcome, "error": answer.error}
    if answer.place is not None:
        try:
            clean = clean_page(read_archived(archive, answer, source=source))
        except SourceError as problem:
            found["error"] = str(problem)
        else:
            found["documents"] = [document.text[:60] for document in clean.documents]
            found["links"] = len(clean.page.links)
            found["cut"] = sorted({cut.kind for cut in clean.cuts if cut.kind != "layout"})
    if as_json:
        surface.data(found)
        return
    surface.out.print(f"{answer.outcome:<10} {answer.kind:<10} {answer.url} {found['error'] or ''}", markup=False)
    for text in found.get("documents", ()):  # type: ignore[attr-defined]
        surface.out.print(f"           {text!r}", markup=False)
