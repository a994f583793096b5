"""Making good for nights that are missing in the table though their pages are in the archive: no network is needed.

After an old backup was restored, or after nights whose gate failed, the archive holds what the sites gave on those nights. What
was never fetched can't be made good from here: the next `nightly` asks the sites for everything that is new since.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from policymine.operations.ending import finish
from policymine.operations.night import Chunk, Clock, Night, chunks_of, leave, mine_chunk, read_work
from policymine.operations.order import begin
from policymine.operations.remining import plan_again
from policymine.operations.report import Report
from policymine.settings import Settings
from policymine.sources.archive_index import Entry, find
from policymine.sources.crawl import Fetched
from policymine.sources.reading import page_id
from policymine.sources.source_file import load_sources
from policymine.table.lock import RunLock

TRAFFIC = "-traffic.warc.gz"


def backfill(settings: Settings, *, clock: Clock, since: str = "", until: str = "") -> Report:
    """Mines the newest archived version of each page that the table lacks or holds in an older version, and publishes them.

    Args:
        settings: of the run.
        clock: the time of day.
        since: first day or moment of fetching, such as 2024, 20240501 or 20240501183000 (UTC).
        until: the last one, inclusive.

    Raises:
        LockedError: another run is at work.
        StorageError: there is no table.
    """
    with RunLock(settings.database_url):
        night = begin(settings, "backfill", clock=clock, create=False)
        work = plan(night, find(settings.archive, since=since, until=until))

        def mined(work: Path) -> list[Path]:
            chunks = chunks_of(work, size=settings.chunk)
            return [mine_chunk(night, Chunk(*chunk), source=None, clock=clock, timer=time.perf_counter) for chunk in chunks]

        notes = mined(work)
        notes += mined(plan_again(night, {fetched.source for fetched in read_work(work)}, name="backfill"))
        return finish(night, kind="backfill", sources=(), works={}, notes=notes, clock=clock)


def plan(night: Night, entries: Iterable[Entry]) -> Path:
    """Leaves the work file of all archived papers that are newer than what the table holds of them."""
    path = night.folder / "backfill.jsonl"
    if path.exists():
        return path
    known = load_sources(night.settings.overlay)
    newest: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        source = entry.place.partition("/")[0]
        if source not in known or entry.kind != "response" or entry.status != 200 or _is_traffic(entry):
            continue
        key = (source, entry.url)
        newest[key] = max(newest.get(key, entry), entry, key=lambda e: (e.at, e.place))
    with night.table() as table:
        held = {(state.page_id): (state.body_sha256, _stamp(state.fetched_at)) for state in table.page_states(run=night.run_id)}
    wanted = []
    for (source, url), entry in sorted(newest.items()):
        sha256, at = held.get(page_id(source, url), ("", ""))
        if entry.sha256 != sha256 and entry.at >= at:
            wanted.append(_as_fetched(source, entry))
    return leave(path, wanted)


def _is_traffic(entry: Entry) -> bool:
    return entry.place.rpartition("@")[0].endswith(TRAFFIC)


def _stamp(moment: str | None) -> str:
    """An ISO moment as the archive writes it; empty for none.

    >>> _stamp("2024-05-01T18:30:00+00:00")
    '20240501183000'
    """
    return "".join(c for c in (moment or "")[:19] if c.isdigit())


def _as_fetched(source: str, entry: Entry) -> Fetched:
    at = f"{entry.at[:4]}-{entry.at[4:6]}-{entry.at[6:8]}T{entry.at[8:10]}:{entry.at[10:12]}:{entry.at[12:14]}+00:00"
    return Fetched(
        entry.url, entry.url, "paper", "fetched", status=200, place=entry.place, body_sha256=entry.sha256, fetched_at=at,
        source=source,
    )  # fmt: skip
