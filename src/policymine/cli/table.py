"""`ingest`, `search`, `show`, `explain`: filling the knowledge table and reading it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from policymine.cli.rendering import row_object
from policymine.cli.surface import PARTIAL, Surface, files_of, surface_of
from policymine.errors import SourceError
from policymine.model import Card, Directive, Row
from policymine.operations.ingesting import Reading, ingest
from policymine.operations.night import open_table
from policymine.table.search import Filters, Hit, search
from policymine.table.show import Explained, Shown, explain, show

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


def search_rows(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Terms of any length, all of which must occur; quotes hold one together.")] = "",
    kind: Annotated[str | None, typer.Option(help="Kind of paper: speech, circular, notice, …")] = None,
    modality: Annotated[str | None, typer.Option(help="obligation, prohibition, permission, recommendation, sanction.")] = None,
    level: Annotated[str | None, typer.Option(help="national, province, city, county, township, unit.")] = None,
    region: Annotated[str | None, typer.Option(help="Beginning of the place, such as 甘肃省.")] = None,
    sector: Annotated[str | None, typer.Option(help="Sector, such as 消防.")] = None,
    force: Annotated[int | None, typer.Option(help="Least force, 1 to 5.", min=1, max=5)] = None,
    operational: Annotated[bool | None, typer.Option("--operational/--exhortation", help="Only the one or the other.")] = None,
    bearer: Annotated[str | None, typer.Option(help="Part of the name of a unit that must act.")] = None,
    since: Annotated[str | None, typer.Option(help="Papers from this date on: 2022, 2022-03, 2022-03-15.")] = None,
    slogan: Annotated[str | None, typer.Option(help="Slogan inside the directive, such as 四个一律.")] = None,
    source: Annotated[str | None, typer.Option(help="Id of the source.")] = None,
    limit: Annotated[int, typer.Option(help="Hits on a page.", min=1, max=1000)] = 20,
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find directives by Chinese terms of any length and by their fields, newest paper first."""
    surface = surface_of(context)
    filters = Filters(
        kind=kind, modality=modality, level=level, region=region, sector=sector, force=force, operational=operational,
        bearer=bearer, since=since, slogan=slogan, source=source,
    )  # fmt: skip
    with open_table(surface.settings, create=False) as table:
        hits = search(table, query, filters=filters, limit=limit, cursor=cursor)
    for hit in hits.hits:
        if as_json:
            surface.data(_hit(hit))
        else:
            surface.out.print(_line(hit))
    more = "at least " if hits.capped else ""
    surface.say(f"{more}{hits.count} hits" + (f"; next page: --cursor {hits.cursor}" if hits.cursor else ""))


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


def show_row(context: typer.Context, row_id: RowId, as_json: AsJson = False) -> None:
    """Show a row in its context: the sentence, its neighbours, the headings above it, its paper."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        shown = show(table, row_id)
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


def _fields(row: Row) -> Iterator[str]:
    """What the row says beside its text, a line each."""
    for name, value in row_object(row).items():
        if name in _PLACE or value in (None, [], ""):
            continue
        if name == "bearers":
            value = "、".join(f"{b['text']}({b['role']}{'' if b['explicit'] else ', taken over'})" for b in value)
        elif name == "deadlines":
            value = "、".join(f"{t['text']} = {t['value']}" for t in value)
        yield f"  {name}: {value}"


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
