"""The nightly flow: one flow run per source, one task per chunk of pages, then the gates and the report."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from policymine.errors import FetchError, SourceError
from policymine.operations.ending import account, finish, last_success
from policymine.operations.night import Chunk, Night, chunks_of, mine_chunk, open_table, sources_of, visit
from policymine.operations.report import Report, SourceReport, markdown
from policymine.operations.visits import account_visit, by_source, source_page, try_again, write_source_page
from policymine.settings import Settings, load_settings
from policymine.sources.source import Source
from policymine.table.lock import RunLock

from .clock import now

RETRY_SECONDS: list[float] = [30.0, 120.0]
SOURCES_AT_ONCE = 4
"""Each source is a process of its own, mostly waiting; sites never notice each other."""


async def _only_fetch_errors(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """A network that failed is worth another try; a site that blocks us or a wrong setting is not."""
    problem = await state.aresult(raise_on_failure=False)
    return isinstance(problem, FetchError)


@task(name="visit", retries=2, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=_only_fetch_errors, cache_policy=NO_CACHE)
def visit_source(config: str | None, run_id: int, source_id: str) -> str:
    """Crawls one source; returns the path of its work file."""
    settings = load_settings(Path(config) if config else None)
    (source,) = sources_of(settings, [source_id])
    return str(visit(Night(settings, run_id), source, clock=now))


@flow(name="visit-source", flow_run_name="visit-{source_id}", validate_parameters=False)
def source_night(config: str | None, run_id: int, source_id: str, retry_seconds: list[float]) -> str:
    """One source's part of a night, in a flow run of its own: the visit, and its page of lines as artifact `source-ID`."""
    settings = load_settings(Path(config) if config else None)
    (source,) = sources_of(settings, [source_id])
    visiting = visit_source.with_options(retries=len(retry_seconds), retry_delay_seconds=list(retry_seconds))
    state = visiting(config, run_id, source_id, return_state=True)
    problem = None if state.is_completed() else str(state.result(raise_on_failure=False))
    work = Path(state.result()) if problem is None else None
    page = source_page(source, work, error=problem)
    write_source_page(Night(settings, run_id), source, page)
    create_markdown_artifact(key=f"source-{source_id}", markdown=page, description=f"run {run_id}")
    return str(state.result())


@task(name="mine", cache_policy=NO_CACHE)
def mine_pages(config: str | None, run_id: int, source_id: str, work: str, start: int, stop: int) -> str:
    """Mines one chunk of a work file; returns the path of the notes on its pages."""
    night = Night(load_settings(Path(config) if config else None), run_id)
    return str(mine_chunk(night, Chunk(work, start, stop), source=source_id, clock=now, timer=time.perf_counter))


@flow(name="nightly", log_prints=False, validate_parameters=True)
def nightly(
    config: str | None = None,
    sources: list[str] | None = None,
    at_once: int = SOURCES_AT_ONCE,
    retry_seconds: list[float] | None = None,
) -> dict[str, Any]:
    """Crawls the enabled sources and publishes what they gave.

    Args:
        config: path of a settings file; without it environment and `policymine.toml` decide.
        sources: ids of the sources to visit; without it all that are enabled.
        at_once: how many sources are visited at the same time.
        retry_seconds: waits before a source whose network failed is tried again.

    Returns:
        The run report as plain data; it is also the artifact `nightly-report`.

    Raises:
        LockedError: another run is at work.
    """
    settings = load_settings(Path(config) if config else None)
    with RunLock(settings.database_url):
        chosen = sources_of(settings, sources or ())
        return _run(settings, config, chosen, at_once=at_once, retry_seconds=retry_seconds or RETRY_SECONDS)


def _run(
    settings: Settings, config: str | None, sources: tuple[Source, ...], *, at_once: int, retry_seconds: list[float]
) -> dict[str, Any]:
    with open_table(settings) as table:
        night = Night(settings, table.begin("nightly", clock=now).id)
        successes = {source.id: last_success(table, source.id) for source in sources}
    accounts: list[SourceReport] = []
    works: dict[str, Path] = {}
    notes: list[Path] = []
    states = _visit_all(config, night, sources, at_once=at_once, retry_seconds=retry_seconds)
    for source, state in zip(sources, states, strict=True):
        if not state.is_completed():
            problem: Any = state.result(raise_on_failure=False)
            get_run_logger().warning("source %s failed: %s", source.id, problem)
            if not isinstance(problem, SourceError):
                raise problem
            accounts.append(account(source, (), last_success=successes[source.id], error=str(problem)))
            continue
        works[source.id] = Path(state.result())
        for chunk in chunks_of(works[source.id], size=settings.chunk):
            notes.append(Path(mine_pages(config, night.run_id, source.id, *chunk)))
        accounts.append(account_visit(source, works[source.id], last_success=successes[source.id]))
    given = by_source(works)
    report = finish(night, kind="nightly", sources=accounts, works=works, notes=notes, clock=now)
    try_again(night, report, given)
    publish_artifact(report)
    return report.as_json()


def _visit_all(
    config: str | None, night: Night, sources: tuple[Source, ...], *, at_once: int, retry_seconds: list[float]
) -> list[State[Any]]:
    """One flow run per source, so many at a time; what became of each, in their order."""
    with ThreadPoolExecutor(max_workers=max(1, at_once)) as pool:
        runs: list[Future[Any]] = [
            pool.submit(copy_context().run, partial(source_night, config, night.run_id, s.id, retry_seconds, return_state=True))
            for s in sources
        ]
        return [run.result() for run in runs]


def publish_artifact(report: Report) -> None:
    """Puts the report where Prefect shows it."""
    create_markdown_artifact(key=f"{report.kind}-report", markdown=markdown(report), description=f"run {report.run_id}")
