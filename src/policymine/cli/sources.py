"""`sources list | check | test | new`: what would be crawled, whether it is written right, what one site yields, a new one."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.table import Table as Grid

from policymine.cleaning import clean_page
from policymine.cli import archive as archive_commands
from policymine.cli.surface import Surface, surface_of
from policymine.errors import SourceError, SourceFileError
from policymine.operations.night import read_archived, sources_of
from policymine.sources.archive import Archive
from policymine.sources.archive_index import find
from policymine.sources.crawl import Fetched, visit_source
from policymine.sources.drafting import draft_source, shown
from policymine.sources.links import read_links
from policymine.sources.refusals import decoded
from policymine.sources.source import Source
from policymine.sources.source_file import load_sources, parse_source, read_source
from policymine.sources.yields import paper_date

BAD_SOURCE = 3
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
app = typer.Typer(help="The sites that are crawled.", no_args_is_help=True, rich_markup_mode=None)


def add_commands(parent: typer.Typer) -> None:
    """Adds the groups `sources` and `archive`."""
    parent.add_typer(app, name="sources")
    archive_commands.add_commands(parent)


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
    keys = ("id", "title", "publisher", "base", "region", "level", "kind", "enabled", "verified", "pages_min", "pages_max")
    return {key: getattr(source, key) for key in keys}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


@app.command()
def check(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Source files; all known ones without it.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Check source files: keys, patterns, addresses, promises. Every file is checked, also behind a wrong one."""
    surface = surface_of(context)
    checked: list[Source] = []
    wrong = 0
    for path in files or ():
        try:
            checked.append(read_source(path))
        except SourceFileError as problem:
            wrong += 1
            if as_json:
                surface.data({"file": str(path), "ok": False, "place": problem.place, "problem": problem.cure})
            surface.err.print(str(problem), markup=False, highlight=False)
    for source in checked if files else load_sources(surface.settings.overlay).values():
        remarks = _remarks(source, surface)
        if as_json:
            surface.data({"id": source.id, "ok": True, "remarks": remarks})
        else:
            surface.out.print("; ".join([f"{source.id}: ok", *remarks]), markup=False)
    if wrong:
        raise typer.Exit(BAD_SOURCE)


def _remarks(source: Source, surface: Surface) -> list[str]:
    """What is no mistake and should be known."""
    remarks = []
    if not source.verified and not source.folder:
        remarks.append("not verified: run `policymine sources test` where the site can be reached")
    if source.enabled and not source.allow_private and not source.folder and not surface.settings.contact:
        remarks.append("enabled, but `contact` is not set: it will not be visited")
    if source.folder and not Path(source.folder).is_dir():
        remarks.append(f"there is no folder {source.folder}")
    return remarks


@app.command("test")
def try_source(
    context: typer.Context,
    source_id: Annotated[str, typer.Argument(help="Id of the source.", metavar="ID")],
    pages: Annotated[int, typer.Option(help="How many addresses to visit at most.", min=1)] = 12,
    as_json: AsJson = False,
) -> None:
    """Fetch a few pages of a site and show links, titles, dates, the first clean lines and what was cut; nothing is stored."""
    surface = surface_of(context)
    (source,) = sources_of(surface.settings, [source_id])
    with tempfile.TemporaryDirectory() as folder:
        fetched, unexplained = _visit(source.limited(pages), Path(folder), surface)
        archive = Archive(Path(folder))
        for answer in fetched:
            if answer.outcome != "waiting":
                _show(_described(answer, archive, source), surface, as_json=as_json)
        waiting = sum(answer.outcome == "waiting" for answer in fetched)
        summary = {"waiting": waiting, "unexplained": unexplained}
        if as_json:
            surface.data({"summary": summary})
        else:
            for url in unexplained[:20]:
                surface.out.print(f"unexplained {url}", markup=False)
            surface.say(
                f"{len(fetched) - waiting} addresses visited, {waiting} more found, {len(unexplained)} links unexplained"
            )
    if not any(answer.outcome == "fetched" for answer in fetched):
        raise SourceError(source_id, source.base, "gave no page; see the answers above")


def _visit(source: Source, folder: Path, surface: Surface) -> tuple[list[Fetched], list[str]]:
    """One small visit whose archive and journal go away again."""
    settings = surface.settings
    if not settings.contact and not source.allow_private and not source.folder:
        raise SourceError(source.id, "contact", "set `contact` (POLICYMINE_CONTACT=you@example.org) before visiting real sites")
    visited = visit_source(
        source, archive=folder, known={}, now=datetime.now(UTC), user_agent=source.agent(settings.user_agent, settings.contact),
        max_bytes=settings.max_bytes, journal=folder / "journal.jsonl",
    )  # fmt: skip
    return list(visited.fetched), list(visited.unexplained)


def _described(answer: Fetched, archive: Archive, source: Source) -> dict[str, Any]:
    """What a person wants to know of one answer."""
    found: dict[str, Any] = {"url": answer.url, "kind": answer.kind, "outcome": answer.outcome, "error": answer.error}
    found["code"] = answer.code
    if answer.outcome != "fetched":
        return found
    if answer.place is None:
        (entry, *_) = find(archive.folder, url=answer.url)
        body = archive.read(entry.place).body
        links = read_links(body, url=source.reach(answer.url), encoding=source.encoding or None)
        kinds = [(link, source.kind_of(source.canonical(link.url))) for link in links if link.url.startswith("http")]
        found["links"] = [
            {"kind": kind, "url": source.canonical(link.url), "title": link.title, "date": link.date}
            for link, kind in kinds
            if kind
        ]
        return found
    try:
        clean = clean_page(read_archived(archive, answer, source=source.id))
    except SourceError as problem:
        return {**found, "error": str(problem)}
    text = decoded(archive.read(answer.place).body, source.encoding or None)
    found["title"] = clean.page.metadata.get("title", "")
    found["date"] = paper_date(source, answer.url, text if answer.media_type == "text/html" else clean.page.text)
    found["documents"] = [document.text[:60] for document in clean.documents]
    found["cut"] = sorted({cut.kind for cut in clean.cuts if cut.kind != "layout"})
    found["missing"] = list(answer.missing)
    return found


def _show(found: dict[str, Any], surface: Surface, *, as_json: bool) -> None:
    if as_json:
        surface.data(found)
        return
    say = surface.out.print
    say(
        f"{found['outcome']:<10} {found['kind']:<10} {found['url']} {found['code']} {found['error'] or ''}".rstrip(),
        markup=False,
    )
    for link in found.get("links", ()):
        say(f"    {link['kind']:<10} {link['date'] or '-':<10} {link['title'] or '-'} {link['url']}", markup=False)
    if "documents" in found:
        say(
            f"    {found['date'] or 'no date'} {found['title'] or 'no title'}; cut: {', '.join(found['cut']) or 'nothing'}",
            markup=False,
        )
        for text in found["documents"]:
            say(f"    {text!r}", markup=False)


@app.command("new")
def new_source(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Address of one list page of the site.", metavar="URL")],
    into: Annotated[Path | None, typer.Option(help="Folder to write ID.toml into; printed without it.")] = None,
    identity: Annotated[str, typer.Option("--id", help="Id of the source; made from the host without it.")] = "",
) -> None:
    """Draft the file of a source from one of its list pages, for a person to finish."""
    surface = surface_of(context)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise typer.BadParameter("give an http(s) address", param_hint="URL")
    base = f"{parts.scheme}://{parts.netloc}"
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    page = url.removeprefix(base) or "/"
    source = replace(Source("draft", "", base, (page,), (), depth=0, allow_private=local, pace_seconds=0.5), most_pages=1)
    with tempfile.TemporaryDirectory() as folder:
        _visit(source, Path(folder), surface)
        archive = Archive(Path(folder))
        bodies = [archive.read(e.place).body for e in find(Path(folder), url=source.starts()[0]) if e.status == 200]
    if not bodies:
        raise SourceError("sources new", url, "gave no page; open it in a browser and check the address")
    draft = draft_source(bodies[0], url=url, identity=identity)
    made = parse_source(draft.content, name="draft")
    for line in shown(draft.papers):
        surface.say(line)
    surface.say(f"{len(draft.papers)} links look like papers")
    if into is None:
        surface.out.print(draft.content, markup=False, highlight=False)
        return
    path = into / f"{made.id}.toml"
    if path.exists():
        raise SourceFileError(str(path), "", "is there already; give another --id")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draft.content, encoding="utf-8")
    surface.say(f"written: {path}")
