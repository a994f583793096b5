"""The nightly flow: one flow run per source, one task per chunk of pages, then the gates and the report."""

from __future__ import annotations

import time
from collections.abc import Sequence
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
from policymine.operations.night import Chunk, Night, mine_chunk, sources_of, visit
from policymine.operations.order import Steps, run_night
from policymine.operations.report import Report, markdown
from policymine.operations.visits import source_page, write_source_page
from policymine.settings import load_settings
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
        report = run_night(
            settings,
            chosen,
            steps=lambda night: _steps(config, night, at_once=at_once, retry_seconds=retry_seconds or RETRY_SECONDS),
            clock=now,
        )
    publish_artifact(report)
    return report.as_json()


def _steps(config: str | None, night: Night, *, at_once: int, retry_seconds: list[float]) -> Steps:
    """The steps of a night as Prefect does them: a flow run per source, a task per chunk."""

    def visit_all(sources: Sequence[Source]) -> list[Path | SourceError]:
        with ThreadPoolExecutor(max_workers=max(1, at_once)) as pool:
            runs: list[Future[Any]] = [
                pool.submit(
                    copy_context().run, partial(source_night, config, night.run_id, s.id, retry_seconds, return_state=True)
                )
                for s in sources
            ]
            return [_visited(source, run.result()) for source, run in zip(sources, runs, strict=True)]

    def mine(source_id: str, chunk: Chunk) -> Path:
        return Path(mine_pages(config, night.run_id, source_id, *chunk))

    return Steps(visit_all, mine)


def _visited(source: Source, state: State[Any]) -> Path | SourceError:
    """The work file of a source, or why it gave none; anything else that went wrong ends the night."""
    if state.is_completed():
        return Path(state.result())
    problem: Any = state.result(raise_on_failure=False)
    get_run_logger().warning("source %s failed: %s", source.id, problem)
    if isinstance(problem, SourceError):
        return problem
    raise problem


def publish_artifact(report: Report) -> None:
    """Puts the report where Prefect shows it."""
    create_markdown_artifact(key=f"{report.kind}-report", markdown=markdown(report), description=f"run {report.run_id}")
