"""Mining stored pages anew from the archive, when rules, model or a station's version have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from policymine.operations.night import AGAIN, Chunk, Clock, Night, leave, mine_chunk
from policymine.pipeline import station_fingerprints
from policymine.sources.crawl import Fetched
from policymine.table.store import PageState


def plan(night: Night) -> Path:
    """Leaves the work file of all stale pages that the archive holds, in the order of their addresses."""
    path = night.folder / "stale.jsonl"
    if path.exists():
        return path
    with night.table() as table:
        stale = table.pages_stale(station_fingerprints(), run=night.run_id)
    return leave(path, (_as_fetched(state) for state in sorted(stale, key=lambda state: (state.source, state.url))))


def plan_again(night: Night, sources: Iterable[str], *, name: str) -> Path:
    """Leaves the work file of the pages whose cuts change by what the pages of this run teach of their sites."""
    path = night.folder / f"{name}{AGAIN}"
    if not path.exists():
        with night.table() as table, night.templates(table) as templates:
            templates.learn(sources, leave=lambda stale: leave(path, map(_as_fetched, stale)))
    return path


def _as_fetched(state: PageState) -> Fetched:
    """A stored page as if it had been fetched again; without a place in the archive it can't be mined anew."""
    return Fetched(
        state.url, state.url, "paper", "fetched", place=state.place, body_sha256=state.body_sha256, etag=state.etag,
        last_modified=state.last_modified, fetched_at=state.fetched_at, source=state.source,
    )  # fmt: skip


def remine_chunk(night: Night, chunk: Chunk, *, clock: Clock, timer: Callable[[], float]) -> Path:
    """Mines a chunk of stale pages; see `night.mine_chunk`."""
    return mine_chunk(night, chunk, source=None, clock=clock, timer=timer)
