"""Mining anew what other rules, another model or another version of a station made."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from policymine.operations.ending import finish
from policymine.operations.night import Chunk, Night, chunks_of, read_work
from policymine.operations.order import begin
from policymine.operations.remining import plan, plan_again, remine_chunk
from policymine.settings import load_settings
from policymine.table.lock import RunLock

from .clock import now
from .nightly import publish_artifact


@task(name="remine", cache_policy=NO_CACHE)
def remine_pages(config: str | None, run_id: int, work: str, start: int, stop: int) -> str:
    """Reads one chunk of stale pages from the archive and mines it; returns the path of the notes on its pages."""
    night = Night(load_settings(Path(config) if config else None), run_id)
    return str(remine_chunk(night, Chunk(work, start, stop), clock=now, timer=time.perf_counter))


@flow(name="remine", log_prints=False, validate_parameters=True)
def remine(config: str | None = None) -> dict[str, Any]:
    """Cleans and mines anew every page whose stations have changed since; needs no network.

    Args:
        config: path of a settings file; without it environment and `policymine.toml` decide.

    Returns:
        The run report as plain data; it is also the artifact `remine-report`.
    """
    settings = load_settings(Path(config) if config else None)
    with RunLock(settings.database_url):
        night = begin(settings, "remine", clock=now, create=False)
        work = plan(night)
        notes = [Path(remine_pages(config, night.run_id, *chunk)) for chunk in chunks_of(work, size=settings.chunk)]
        again = plan_again(night, {fetched.source for fetched in read_work(work)}, name="stale")
        notes += [Path(remine_pages(config, night.run_id, *chunk)) for chunk in chunks_of(again, size=settings.chunk)]
        report = finish(night, kind="remine", sources=(), works={}, notes=notes, clock=now)
        publish_artifact(report)
        return report.as_json()
