"""Mining stored pages anew from the archive, when rules, model or a station's version have changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from policymine.operations.night import Chunk, Clock, Night, leave, mine_chunk
from policymine.pipeline import station_fingerprints
from policymine.sources.crawl import Fetched


def plan(night: Night) -> Path:
    """Leaves the work file of all stale pages that the archive holds, in the order of their addresses."""
    path = night.folder / "stale.jsonl"
    if path.exists():
        return path
    with night.table() as table:
        stale = table.pages_stale(station_fingerprints(), run=night.run_id)
    return leave(path, (_as_fetched(state) for state in sorted(stale, key=lambda state: (state.source, state.url))))


def _as_fetched(state: object) -> Fetched:
    raise NotImplementedError(state)


def remine_chunk(night: Night, chunk: Chunk, *, clock: Clock, timer: Callable[[], float]) -> Path:
    """Mines a chunk of stale pages; see `night.mine_chunk`."""
    return mine_chunk(night, chunk, source=None, clock=clock, timer=timer)
