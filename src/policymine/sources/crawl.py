"""One night of one source: a crawl in a process of its own, so that a crash, leak or hang costs that source alone.

The process (`spider.py`, Scrapy) writes what it fetched to the archive and one JSON line per step to a journal; both are
append-only, so whatever was fetched before a crash is there, and a crawl that is started again on the same journal goes on
where it was. What the frontier knows is handed in; the table is not touched here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from policymine.errors import BlockedError, FetchError, StorageError
from policymine.sources.folder import walk_folder
from policymine.sources.journal import Fetched, Found, Outcome, Progress, Validators, read_journal
from policymine.sources.source import Source

__all__ = ["Fetched", "Job", "Outcome", "Validators", "Visited", "crawl", "visit_source"]

STARTS = 3
"""How often a crawling process that died is started again in one night, as long as it got on."""
GRACE_SECONDS = 60.0
STORAGE = 8
"""What the crawling process leaves with when the disk failed it: trying again would help nobody."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that the crawling process needs to know."""

    source: Source
    archive: Path
    journal: Path
    known: Mapping[str, Validators]
    started: datetime
    user_agent: str
    max_bytes: int
    budget: int


class Visited(NamedTuple):
    """A visit: what became of every address, why it ended early (empty: it did not), and links that no rule explains."""

    fetched: tuple[Fetched, ...]
    stopped: str = ""
    unexplained: tuple[str, ...] = ()


def crawl(
    source: Source, *, archive: Path, known: Mapping[str, Validators], now: datetime, user_agent: str, max_bytes: int,
    seconds: float | None = None,
) -> tuple[Fetched, ...]:  # fmt: skip
    """Visits a source without keeping a journal; see `visit_source`. Waiting addresses are left out."""
    with tempfile.TemporaryDirectory() as folder:
        visited = visit_source(
            source, archive=archive, known=known, now=now, user_agent=user_agent, max_bytes=max_bytes, seconds=seconds,
            journal=Path(folder, "journal.jsonl"),
        )  # fmt: skip
    return tuple(fetched for fetched in visited.fetched if fetched.outcome != "waiting")


def visit_source(
    source: Source, *, archive: Path, known: Mapping[str, Validators], now: datetime, user_agent: str, max_bytes: int,
    journal: Path, seconds: float | None = None, budget: int | None = None,
) -> Visited:  # fmt: skip
    """Visits a source and returns what became of every address, in the order of answers.

    Args:
        source: the site or folder; only addresses on it are visited.
        archive: folder of the WARC files.
        known: validators by canonical address, from earlier nights.
        now: the time that the run carries, in UTC.
        user_agent: name and contact that the crawler gives.
        max_bytes: responses longer than this are refused.
        journal: file of what was done so far; a visit that was killed goes on from it.
        seconds: after this the process is ended; what it has fetched by then is returned, the rest is `waiting`.
        budget: how many requests the source's daily budget still allows.

    Raises:
        FetchError: nothing could be fetched: the network, the site or the process failed.
        BlockedError: robots.txt or a firewall forbids every start address.
        StorageError: what came could not be written down.
    """
    journal.parent.mkdir(parents=True, exist_ok=True)
    if source.folder:
        return Visited(walk_folder(source, archive=archive, known=known, now=now, max_bytes=max_bytes))
    left = source.budget if budget is None else budget
    if left <= 0:
        return Visited((), "budget")
    job = Job(source, archive.absolute(), journal.absolute(), known, now, user_agent, max_bytes, left)
    last_words = ""
    before = -1
    for _ in range(STARTS):
        progress = read_journal(journal)
        if progress.ended or len(progress.done) == before:
            break
        before = len(progress.done)
        last_words = _run(job, seconds=seconds or source.minutes * 60 + GRACE_SECONDS)
        if last_words == "time-limit":
            break
    try:
        return _account(source, read_journal(journal), last_words)
    except FetchError:
        journal.unlink(missing_ok=True)  # it says nothing worth going on from: another try begins anew
        raise


def _run(job: Job, *, seconds: float) -> str:
    """Runs the crawling process once; what it said last when it died, `time-limit` when it had to be ended."""
    order, log = job.journal.with_suffix(".job"), job.journal.with_suffix(".log")
    order.write_text(_dump(job), encoding="utf-8")
    with log.open("wb") as err:
        command = [sys.executable, "-m", "policymine.sources.spider", str(order)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=err, stderr=err)
        began = time.monotonic()
        try:
            code = process.wait(timeout=seconds)
        except BaseException as problem:
            process.kill()
            process.wait()
            if not isinstance(problem, subprocess.TimeoutExpired):
                raise
            return "time-limit"
        finally:
            assert process.stdin is not None
            process.stdin.close()
    if not code:
        return ""
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["no message"]
    if code == STORAGE:
        raise StorageError(job.source.id, "", last[0])
    return f"the crawl ended with code {code} after {time.monotonic() - began:.0f} s: {last[0]}"


def _account(source: Source, progress: Progress, last_words: str) -> Visited:
    """What a journal comes to; raises when that is nothing."""
    fetched = list(progress.done.values())
    stopped = progress.stopped if progress.ended else "time-limit" if last_words == "time-limit" else "crashed"
    if stopped.startswith("robots: "):
        raise FetchError(source.id, f"{source.base}/robots.txt", f"{_reason(fetched)}; without it nothing is fetched")
    got = any(f.outcome in ("fetched", "unchanged") for f in fetched)
    if not progress.ended and not got:
        raise FetchError(source.id, source.base, last_words or "the crawl ended without a word")
    starts = [f for f in fetched if f.asked in source.starts()]
    if starts and not got:
        if all(f.outcome == "forbidden" for f in starts):
            raise BlockedError(source.id, source.base, "robots.txt forbids its start addresses; disable the source")
        if all(f.code in ("challenge", "login", "needs-cookies", "http-401", "http-403") for f in starts):
            raise BlockedError(source.id, starts[0].url, f"{starts[0].error}; disable the source or ask the site for access")
        if all(f.outcome == "failed" and not f.status for f in starts):
            raise FetchError(source.id, starts[0].url, f"{starts[0].code}: {starts[0].error}; is the site up?")
    waiting = [_waiting(found, stopped or "unseen") for found in progress.waiting()]
    return Visited((*fetched, *waiting), stopped, progress.unexplained)


def _reason(fetched: list[Fetched]) -> str:
    return next((f"{f.code}: {f.error}" for f in reversed(fetched) if f.kind == "robots"), "it could not be read")


def _waiting(found: Found, code: str) -> Fetched:
    """An address that was found and not visited before the visit ended."""
    return Fetched(found.url, found.url, found.kind, "waiting", depth=found.depth, parent=found.parent, code=code)


def _dump(job: Job) -> str:
    return json.dumps(asdict(job), ensure_ascii=False, default=str)


def read_job(path: Path) -> Job:
    """The job that `visit_source` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    values = content.pop("source").items()
    source: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values}
    return Job(
        source=Source(**source),
        archive=Path(content["archive"]),
        journal=Path(content["journal"]),
        known={url: Validators(**value) for url, value in content["known"].items()},
        started=datetime.fromisoformat(content["started"]),
        user_agent=content["user_agent"],
        max_bytes=content["max_bytes"],
        budget=content["budget"],
    )
