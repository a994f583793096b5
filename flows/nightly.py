"""The nightly flow: one task per source, one per chunk of pages, then the gates and the report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from policymine.errors import FetchError, SourceError
from policymine.operations.ending import account, finish, last_success
from policymine.operations.night import Chunk, Night, chunks_of, mine_chunk, open_table, read_work, sources_of, visit
from policymine.operations.report import Report, SourceReport, markdown
from policymine.settings import Settings, load_settings
from policymine.sources.source import Source
from policymine.table.lock import RunLock

from .clock import now

RETRY_SECONDS: list[float] = [30, 120]


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


@task(name="mine", cache_policy=NO_CACHE)
def mine_pages(config: str | None, run_id: int, source_id: str, work: str, start: int, stop: int) -> str:
    """Mines one chunk of a work file; returns the path of the notes on its pages."""
    night = Night(load_settings(Path(config) if config else None), run_id)
    return str(mine_chunk(night, Chunk(work, start, stop), source=source_id, clock=now, timer=time.perf_counter))


@flow(name="nightly", log_prints=False, validate_parameters=True)
def nightly(config: str | None = None, sources: list[str] | None = None) -> dict[str, Any]:
    """Crawls the enabled sources and publishes what they gave.

    Args:
        config: path of a settings file; without it environment and `policymine.toml` decide.
        sources: ids of the sources to visit; without it all that are enabled.

    Returns:
        The run report as plain data; it is also the artifact `nightly-report`.

    Raises:
        LockedError: another run is at work.
    """
    settings = load_settings(Path(config) if config else None)
    with RunLock(settings.database_url):
        return _run(settings, config, sources_of(settings, sources or ()))


def _run(settings: Settings, config: str | None, sources: tuple[Source, ...]) -> dict[str, Any]:
    with open_table(settings) as table:
        night = Night(settings, table.begin("nightly", clock=now).id)
        successes = {source.id: last_success(table, source.id) for source in sources}
    accounts: list[SourceReport] = []
    works: dict[str, Path] = {}
    notes: list[Path] = []
    for source in sources:
        state = visit_source(config, night.run_id, source.id, return_state=True)
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
        accounts.append(account(source, read_work(works[source.id]), last_success=successes[source.id]))
    report = finish(night, kind="nightly", sources=accounts, works=works, notes=notes, clock=now)
    publish_artifact(report)
    return report.as_json()


def publish_artifact(report: Report) -> None:
    """Puts the report where Prefect shows it."""
    create_markdown_artifact(key=f"{report.kind}-report", markdown=markdown(report), description=f"run {report.run_id}")
