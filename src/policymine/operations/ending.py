"""How a run ends: the gates are judged, the run is published or discarded as a whole, the report is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from policymine.operations.learning import learn_along
from policymine.operations.night import AGAIN, Night, read_notes, read_work
from policymine.operations.report import Report, SourceReport, html_page, judge, markdown, next_steps, summarise
from policymine.operations.staging import PageNote
from policymine.pipeline import station_fingerprints
from policymine.sources.crawl import Fetched
from policymine.sources.source import Source
from policymine.table.frontier import Visited, remember_along
from policymine.table.publish import Run
from policymine.table.store import Table

Clock = Callable[[], datetime]


def account(source: Source, fetched: Sequence[Fetched], *, last_success: str | None, error: str | None = None) -> SourceReport:
    """One source's figures; less than it promises is a failure, never an empty success."""
    papers = [f for f in fetched if f.kind != "list"]
    reached = sum(f.outcome in ("fetched", "unchanged") for f in papers)
    if error is None and not source.pages_min <= reached <= source.pages_max:
        error = f"取得 {reached} 页,应在 {source.pages_min}–{source.pages_max} 页之间"
    return SourceReport(
        source.id, source.title, planned=len(papers), fetched=sum(f.outcome == "fetched" for f in papers),
        unchanged=sum(f.outcome == "unchanged" for f in papers), failed=sum(f.outcome in ("failed", "refused") for f in papers),
        forbidden=sum(f.outcome == "forbidden" for f in fetched), last_success=last_success, error=error,
    )  # fmt: skip


def last_success(table: Table, source_id: str) -> str | None:
    """When a source last gave what it promises, as the reports of earlier runs say."""
    for record in table.runs(kind="nightly", limit=60):
        for source in (record.report or {}).get("sources", ()):
            if source["id"] == source_id and not source["error"]:
                return record.started
    return None


def finish(
    night: Night, *, kind: str, sources: Sequence[SourceReport], works: Mapping[str, Path], notes: Iterable[Path],
    clock: Clock,
) -> Report:  # fmt: skip
    """Judges and ends a run: publishes it when every gate holds, discards it otherwise, and writes the report.

    Args:
        night: the run.
        kind: `nightly`, `remine` or `ingest`.
        sources: the account of each source.
        works: the work file of each source that was visited.
        notes: the files that the mining tasks left.
        clock: the time of day.
    """
    noted = _noted(notes)
    with night.table() as table, table.attach(night.run_id, clock=clock) as run:
        visited = {source: read_work(path) for source, path in works.items()}
        _note_met(run, table, visited)
        report = end(run, table, kind=kind, notes=noted, sources=sources, night=night, clock=clock, visited=visited)
    write_report(report, night.settings.reports)
    night.clear()
    return report


def _noted(notes: Iterable[Path]) -> list[PageNote]:
    """The notes on all pages; of a page that was mined twice only the second one, which is what stands."""
    first, again = ([path for path in sorted(notes) if (AGAIN in path.name) is second] for second in (False, True))
    latest = [note for path in again for note in read_notes(path)]
    twice = {note.url for note in latest}
    return [note for path in first for note in read_notes(path) if note.url not in twice] + latest


def end(
    run: Run, table: Table, *, kind: str, notes: Sequence[PageNote], sources: Sequence[SourceReport], night: Night,
    clock: Clock, visited: Mapping[str, Sequence[Fetched]] = MappingProxyType({}),
) -> Report:  # fmt: skip
    """Publishes or discards a run and says so; see `finish`. `visited` is remembered with what is published, or not at all."""
    earlier = [r.report for r in table.runs(kind=kind, limit=60) if r.status == "published" and r.report]
    gates = judge(notes, settings=night.settings, earlier=earlier)
    changes = run.changes()
    passed = all(gate.passed for gate in gates)
    mined = any(not note.failed and not note.refused for note in notes)
    draft = Report(
        night.run_id, kind, "gate_failed" if not passed else "published" if mined or any(changes) else "nothing_new",
        started=run.started, seconds=round((clock() - datetime.fromisoformat(run.started)).total_seconds(), 1),
        sources=tuple(sources), gates=gates, new=len(changes.new), changed=len(changes.changed),
        withdrawn=len(changes.withdrawn), fingerprints=dict(station_fingerprints()),
        totals=table.counts(run=run.id if passed else None), **summarise(notes, earlier=earlier),
    )  # fmt: skip
    database = table.engine.url.render_as_string(hide_password=True)
    report = replace(draft, next_steps=next_steps(draft, database=database))
    if passed:
        failed = {note.url for note in notes if note.failed}
        run.publish(report.as_json(), along=partial(_along, visited=visited, failed=failed))
    else:
        run.discard(report.as_json())
    return report


def _note_met(run: Run, table: Table, visited: Mapping[str, Sequence[Fetched]]) -> None:
    """Notes pages that stand unchanged, and those whose address is gone."""
    for source, fetched in visited.items():
        pages = {state.url: state.page_id for state in table.page_states(source=source)}
        met = [pages[f.url] for f in fetched if f.outcome == "unchanged" and f.url in pages]
        gone = [pages[f.url] for f in fetched if f.status in (404, 410) and f.url in pages]
        run.seen(met)
        run.seen(gone, online_status="gone")


def _along(
    connection: sa.Connection, run_id: int, *, visited: Mapping[str, Sequence[Fetched]], failed: Collection[str]
) -> None:
    """What is published with the rows: what the crawler met, and what is learnt across papers.

    A page whose mining failed counts as not fetched, so that the next night asks for it although its list may stand unchanged.
    """
    for source, fetched in visited.items():
        entries = (Visited(f.url, "failed", f.depth) if f.url in failed else _visited(f) for f in fetched)
        remember_along(connection, source, entries)
    learn_along(connection, run_id)


def _visited(fetched: Fetched) -> Visited:
    return Visited(
        fetched.url, fetched.outcome, fetched.depth, fetched.fetched_at, etag=fetched.etag,
        last_modified=fetched.last_modified, body_sha256=fetched.body_sha256,
    )  # fmt: skip


def write_report(report: Report, folder: Path) -> dict[str, Path]:
    """Writes the report as JSON, Markdown and HTML, each whole or not at all, and returns the files by kind."""
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "json": json.dumps(report.as_json(), ensure_ascii=False, indent=1),
        "md": markdown(report),
        "html": html_page(report),
    }
    paths = {}
    for kind, text in content.items():
        paths[kind] = folder / f"run-{report.run_id}.{kind}"
        fresh = paths[kind].with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(paths[kind])
    return paths
