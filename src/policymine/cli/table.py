"""`ingest`, `search`, `show`, `explain`: filling the knowledge table and reading it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from policymine.cli.filtering import with_filters
from policymine.cli.rendering import row_object
from policymine.cli.surface import PARTIAL, Surface, files_of, surface_of
from policymine.errors import SourceError
from policymine.model import Card, Directive, Row
from policymine.operations.ingesting import ingest
from policymine.operations.night import open_table
from policymine.operations.staging import Reading
from policymine.table import Table
from policymine.table.facets import Facets, facets
from policymine.table.filters import Filters
from policymine.table.knowledge import count_rows, run_of_day
from policymine.table.query import QueryError
from policymine.table.ranking import RANK_CAP
from policymine.table.releases import find_release
from policymine.table.search import Hit, Order, search
from policymine.table.show import Explained, Shown, Version, explain, history, show

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
RowId = Annotated[str, typer.Argument(help="Id of a row, as `search` prints it.", metavar="ID")]
GATE_FAILED, NOTHING_NEW = 5, 6


def add_commands(app: typer.Typer) -> None:
    """Adds the commands of the table."""
    app.command("ingest")(ingest_inputs)
    app.command("search")(search_rows)
    app.command("show")(show_row)
    app.command("explain")(explain_row)


def ingest_inputs(
    context: typer.Context,
    inputs: Annotated[list[str], typer.Argument(help="Files, folders or addresses.", metavar="PATH|URL…")],
    as_json: AsJson = False,
) -> None:
    """Clean, mine and store files and pages."""
    surface = surface_of(context)
    urls = [entry for entry in inputs if entry.startswith(("http://", "https://"))]
    paths = files_of([Path(entry) for entry in inputs if entry not in urls], surface)
    if not paths and not urls:
        raise typer.Exit(PARTIAL)
    report, notes = ingest(
        paths,
        urls,
        settings=surface.settings,
        clock=lambda: datetime.now(UTC),
        timer=time.perf_counter,
        watch=lambda readings, total: _watched(readings, total, surface),
    )
    for note in notes:
        if note.refused or note.failed:
            surface.refuse(SourceError(note.refused or f"{note.url}: {note.failed}"))
    if as_json:
        surface.data(report.as_json())
    else:
        counts = ", ".join(f"{count} {kind}" for kind, count in report.findings.items())
        surface.out.print(f"{report.pages} pages, {report.documents} documents: {counts} ({report.status})", markup=False)
        surface.say(f"next: policymine search 隐患; report in {surface.settings.reports}")
    if report.status == "gate_failed":
        for gate in report.gates:
            if not gate.passed:
                surface.err.print(f"{gate.name}: {gate.detail}", markup=False)
        raise typer.Exit(GATE_FAILED)
    surface.finish()


def _watched(readings: Iterable[Reading], total: int, surface: Surface) -> Iterator[Reading]:
    yield from surface.progress(readings, total=total, label="ingesting")


@with_filters
def search_rows(
    context: typer.Context,
    filters: Filters,
    query: Annotated[str, typer.Argument(help="Terms of any length; AND, OR, NOT, (…); quotes hold one together.")] = "",
    limit: Annotated[int, typer.Option(help="Hits on a page.", min=1, max=1000)] = 20,
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
    ranked: Annotated[bool, typer.Option("--ranked", help=f"Best first among the newest {RANK_CAP} hits.")] = False,
    divided: Annotated[bool, typer.Option("--facets", help="How the hits divide, instead of the hits.")] = False,
    counted: Annotated[bool, typer.Option("--count", help="How many hits there are, exactly, instead of the hits.")] = False,
    of_release: Annotated[int | None, typer.Option("--release", help="What this release froze.", min=1)] = None,
    as_of: Annotated[str | None, typer.Option(help="What was shown on this day, or by this run.", metavar="DATE|RUN")] = None,
    as_json: AsJson = False,
) -> None:
    """Find directives by Chinese terms of any length and by their fields, newest paper first."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        run = run_of(table, of_release=of_release, as_of=as_of)
        if divided:
            _print_facets(surface, facets(table, query, filters=filters, run=run), as_json=as_json)
            return
        if counted:
            _print_count(surface, count_rows(table, query, filters=filters, run=run), as_json=as_json)
            return
        order: Order = "ranked" if ranked else "newest"
        hits = search(table, query, filters=filters, limit=limit, cursor=cursor, order=order, run=run)
    for hit in hits.hits:
        if as_json:
            surface.data(_hit(hit))
        else:
            surface.out.print(_line(hit))
    among = f", best first among the newest {hits.ranked_among}" if hits.ranked_among is not None else ""
    more = "at least " if hits.capped else ""
    surface.say(f"{more}{hits.count} hits{among}" + (f"; next page: --cursor {hits.cursor}" if hits.cursor else ""))


def run_of(table: Table, *, of_release: int | None, as_of: str | None) -> int | None:
    """The run whose state a command line means; None for the present."""
    if of_release is not None and as_of is not None:
        raise QueryError("as-of", as_of, "goes without --release; name the one or the other")
    if of_release is not None:
        return find_release(table, of_release).run_id
    return None if as_of is None else run_of_day(table, as_of)


def _print_count(surface: Surface, count: int, *, as_json: bool) -> None:
    if as_json:
        surface.data({"count": count})
    else:
        surface.out.print(f"{count} hits")


def _print_facets(surface: Surface, found: Facets, *, as_json: bool) -> None:
    if as_json:
        surface.data({"facets": {name: dict(values) for name, values in found.values.items()}, "counted": found.counted,
                      "capped": found.capped})  # fmt: skip
        return
    for name, values in found.values.items():
        if values:
            surface.out.print(f"{name:<12} " + " · ".join(f"{value} {count}" for value, count in values), markup=False)
    sample = " newest hits; there are more" if found.capped else " hits"
    surface.say(f"counted over {found.counted}{sample}")


def _hit(hit: Hit) -> dict[str, Any]:
    paper = {"title": hit.title, "issuer": hit.issuer, "issued_on": hit.issued_on, "kind": hit.kind, "url": hit.url}
    seen = {"first_seen": hit.first_seen, "last_seen": hit.last_seen}
    return {**row_object(hit.row), "marks": [list(mark) for mark in hit.marks], "paper": paper, **seen}


def _line(hit: Hit) -> Text:
    """One hit on the terminal: id, modality and date, the text with the terms marked, who and by when."""
    directive = hit.row.finding
    assert isinstance(directive, Directive)
    text = Text(f"{hit.row.id}  {directive.modality:<14} {hit.issued_on or '—':<10} ")
    at = len(text)
    text.append(hit.row.text)
    for mark in hit.marks:
        text.stylize("bold", at + mark.start, at + mark.end)
    bearers = "、".join(bearer.text for bearer in directive.bearers)
    due = "、".join(deadline.text for deadline in directive.deadlines)
    text.append(f"  [{bearers}]" if bearers else "", style="cyan")
    text.append(f"  〔{due}〕" if due else "", style="green")
    return text


def show_row(
    context: typer.Context,
    row_id: RowId,
    as_of: Annotated[str | None, typer.Option(help="As it was on this day, or by this run.", metavar="DATE|RUN")] = None,
    past: Annotated[bool, typer.Option("--history", help="What the row or requirement said on earlier nights.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a row in its context: the sentence, its neighbours, the headings above it, its paper."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        if past:
            _print_history(surface, history(table, row_id), as_json=as_json)
            return
        shown = show(table, row_id, run=run_of(table, of_release=None, as_of=as_of))
    if as_json:
        surface.data(_shown(shown))
        return
    card = shown.card
    lines = [
        f"{card.title or '(no title)'} · {card.kind} · {card.issued_on or 'no date'} · {card.issuer or 'no issuer'}",
        *(f"  {heading}" for heading in shown.section),
        f"  … {shown.before}" if shown.before else "",
        f"  > {shown.sentence}",
        f"  … {shown.after}" if shown.after else "",
        *_fields(shown.row),
        *(f"  holds {row.kind}: {row.text}" for row in shown.inside),
        f"  page {shown.page.url} (seen {shown.first_seen} – {shown.last_seen})",
    ]
    if shown.withdrawn:
        lines.append(f"  withdrawn {shown.withdrawn}")
    for line in filter(None, lines):
        surface.out.print(line, markup=False, highlight=False)


def _print_history(surface: Surface, versions: Iterable[Version], *, as_json: bool) -> None:
    for version in versions:
        if as_json:
            told = {"run": version.run_id, "since": version.since, "until": version.until}
            surface.data({**row_object(version.row), **told})
            continue
        surface.out.print(f"run {version.run_id}: {version.since} – {version.until or 'now'}", markup=False)
        surface.out.print(f"  {version.row.id} {version.row.text}", markup=False, highlight=False)
        for line in _fields(version.row):
            surface.out.print(line, markup=False, highlight=False)


def _fields(row: Row) -> Iterator[str]:
    """What the row says beside its text, a line each."""
    for name, value in row_object(row).items():
        if name in _PLACE or value in (None, [], ""):
            continue
        if name == "bearers":
            value = "、".join(map(_bearer, value))
        elif name == "deadlines":
            value = "、".join(f"{t['text']} = {t['value']}" for t in value)
        elif name == "sectors":
            value = "、".join(value)
        elif name == "sector_evidence":
            value = "、".join(f"{e['sector']} at {e['start']}–{e['end']}" + _classes(e["industries"]) for e in value)
        yield f"  {name}: {value}"


def _bearer(bearer: Mapping[str, Any]) -> str:
    """A bearer with its role, and its name in full where the paper shortens it."""
    full = f" = {bearer['name']}" if bearer["name"] not in (None, bearer["text"]) else ""
    return f"{bearer['text']}{full}({bearer['role']}{'' if bearer['explicit'] else ', taken over'})"


def _classes(codes: Sequence[str]) -> str:
    return f" (GB/T 4754 {' '.join(codes)})" if codes else ""


_PLACE = {"start", "end", "raw_start", "raw_end", "text", "raw_text", "section"}


def _shown(shown: Shown) -> dict[str, Any]:
    return {
        **row_object(shown.row), "sentence": shown.sentence, "place": list(shown.place), "before": shown.before,
        "after": shown.after, "inside": [row_object(row) for row in shown.inside], "paper": _card(shown.card),
        "page": shown.page._asdict(), "first_seen": shown.first_seen, "last_seen": shown.last_seen,
        "withdrawn": shown.withdrawn,
    }  # fmt: skip


def _card(card: Card) -> dict[str, Any]:
    return {**asdict(card), "evidence": {name: list(span) for name, span in card.evidence.items()}}


def explain_row(context: typer.Context, row_id: RowId, as_json: AsJson = False) -> None:
    """Lead a row back to its source: rule, features, clean text, raw text, the edits between them, the archived bytes."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        explained = explain(table, row_id)
    if as_json:
        surface.data(_explained(explained))
        return
    row, page = explained.row, explained.page
    lines = [
        f"rule   {row.rule}",
        *(f"  {weight:+.2f} {name}" for name, weight in explained.reasons),
        *(line for line in _fields(row) if line.startswith(("  sector", "  bearers"))),
        f"clean  {row.span.start}–{row.span.end} {row.text}",
        f"raw    {row.raw_span.start}–{row.raw_span.end} {row.raw_text!r}",
        f"around …{explained.raw_before!r} | {explained.raw_after!r}…",
        *(
            f"  {kind} [{edit.rule}] {edit.span.start}–{edit.span.end} → {edit.text!r}"
            for kind, edit in zip(explained.kinds, explained.edits, strict=True)
        ),
        f"page   {page.url} ({page.media_type}, {page.encoding}, read by {explained.reader})",
        f"bytes  sha256 {page.body_sha256}" + (f" at {page.place}" if page.place else ""),
        f"made by stations clean {explained.clean_fingerprint}, mine {explained.mine_fingerprint}",
    ]
    for line in lines:
        surface.out.print(line, markup=False, highlight=False)


def _explained(explained: Explained) -> dict[str, Any]:
    return {
        **row_object(explained.row), "page": explained.page._asdict(), "reader": explained.reader,
        "reasons": [list(reason) for reason in explained.reasons],
        "edits": [
            {"raw_start": e.span.start, "raw_end": e.span.end, "kind": kind, "rule": e.rule, "text": e.text}
            for kind, e in zip(explained.kinds, explained.edits, strict=True)
        ],
        "raw_before": explained.raw_before, "raw_after": explained.raw_after,
        "fingerprints": {"clean": explained.clean_fingerprint, "mine": explained.mine_fingerprint},
    }  # fmt: skip
