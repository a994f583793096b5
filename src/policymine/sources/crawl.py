"""One night of one source: a crawl in a process of its own, so that a crash, leak or hang costs that source alone.

The process (`spider.py`, Scrapy) writes what it fetched to the archive and one JSON line per address to a results file; both
are append-only, so whatever was fetched before a crash is there. What the frontier knows is handed in; the table is not touched
here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from policymine.errors import BlockedError, FetchError
from policymine.sources.source import Source

Outcome = Literal["fetched", "unchanged", "failed", "forbidden", "refused"]
HARD_LIMIT_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last night knows of an address: for conditional requests, and to see that nothing changed."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one address tonight; `place` leads into the archive, `error` says what went wrong."""

    url: str
    asked: str
    kind: str
    outcome: Outcome
    status: int = 0
    depth: int = 0
    place: str | None = None
    body_sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    media_type: str | None = None
    charset: str | None = None
    fetched_at: str | None = None
    parent: str | None = None
    error: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """All that the crawling process needs to know."""

    source: Source
    archive: Path
    results: Path
    known: Mapping[str, Validators]
    started: datetime
    user_agent: str
    max_bytes: int


def crawl(
    source: Source,
    *,
    archive: Path,
    known: Mapping[str, Validators],
    now: datetime,
    user_agent: str,
    max_bytes: int,
    seconds: float = HARD_LIMIT_SECONDS,
) -> tuple[Fetched, ...]:
    """Visits a source and returns what became of every address, in the order of answers.

    Args:
        source: the site; only addresses below its base are visited.
        archive: folder of the WARC files.
        known: validators by canonical address, from earlier nights.
        now: the time that the run carries, in UTC.
        user_agent: name and contact that the crawler gives.
        max_bytes: responses longer than this are refused.
        seconds: after this the process is ended; what it has fetched by then is returned.

    Raises:
        FetchError: the process died before it had fetched anything.
        BlockedError: robots.txt forbids every start address.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results.jsonl")
        job = Path(folder, "job.json")
        job.write_text(_dump(Job(source, archive.absolute(), results, known, now, user_agent, max_bytes)), encoding="utf-8")
        log = Path(folder, "log")
        with log.open("wb") as err:
            process = subprocess.Popen([sys.executable, "-m", "policymine.sources.spider", str(job)], stderr=err)
            try:
                code = process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            except BaseException:
                process.kill()
                raise
        fetched = _results(results)
        if code and not fetched:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["no message"]
            raise FetchError(source.id, source.base, f"the crawl ended with code {code}: {last[0]}")
    starts = [f for f in fetched if f.asked in source.starts()]
    if starts and all(f.outcome == "forbidden" for f in starts):
        raise BlockedError(source.id, source.base, "robots.txt forbids its start addresses; disable the source")
    return fetched


def _results(path: Path) -> tuple[Fetched, ...]:
    """The complete lines of a results file; a line torn by a crash is left out."""
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return tuple(Fetched(**json.loads(line)) for line in lines)


def _dump(job: Job) -> str:
    content = asdict(job)
    return json.dumps(content, ensure_ascii=False, default=str)


def read_job(path: Path) -> Job:
    """The job that `crawl` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    values = content.pop("source").items()
    source: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values}
    return Job(
        source=Source(**source),
        archive=Path(content["archive"]),
        results=Path(content["results"]),
        known={url: Validators(**value) for url, value in content["known"].items()},
        started=datetime.fromisoformat(content["started"]),
        user_agent=content["user_agent"],
        max_bytes=content["max_bytes"],
    )
