"""The crawling process: Scrapy fetches, one walk visits one source. Started by `crawl.crawl`, ends with its parent."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import resource
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Request, Response
from scrapy.utils.python import to_unicode

from policymine.errors import StorageError
from policymine.sources.archive import Archive
from policymine.sources.crawl import STORAGE, Job, read_job
from policymine.sources.guard import PublicResolver, is_address, is_public
from policymine.sources.journal import Journal, read_journal
from policymine.sources.walk import Answer, Download, Trouble, Walk, order_for

ROBOTS_BYTES = 32_000_000
"""A robots.txt of any sane size comes through, though only its beginning is read."""
TROUBLES: tuple[tuple[type[BaseException], str, bool], ...] = (
    (DownloadTimeoutError, "timeout", True),
    (DownloadConnectionRefusedError, "connect", True),
    (CannotResolveHostError, "dns", True),
    (ResponseDataLossError, "broken-off", True),
    (DownloadCancelledError, "too-large", False),
    (UnsupportedURLSchemeError, "scheme", False),
    (IgnoreRequest, "gzip-bomb", False),
    (DownloadFailedError, "network", True),
    (OSError, "network", True),
)
"""What Scrapy raises, our word for it, and whether another try may help."""


class PaperSpider(scrapy.Spider):
    """Runs a walk on Scrapy's downloader: pace, timeouts, sizes, compression and TLS are its business."""

    name = "policymine"

    def __init__(self, job: Job, walk: Callable[[Download], Walk], problems: list[OSError]) -> None:
        super().__init__()
        self.job, self._walk, self._pace = job, walk, job.source.pace_seconds
        self.problems = problems

    async def start(self) -> AsyncIterator[Request]:
        """The whole walk; yields nothing to Scrapy's scheduler."""
        try:
            await self._walk(Download(self._get, self._slow)).run()
        except OSError as problem:  # what the network raises is a Trouble: this is the disk
            self.problems.append(problem)
        requests: tuple[Request, ...] = ()
        for request in requests:
            yield request

    def _slow(self, seconds: float) -> None:
        """Sets the seconds between two requests, for all that follow."""
        self._pace = seconds

    async def _get(self, url: str, headers: Mapping[str, str]) -> Answer:
        host = urlsplit(url).hostname or ""
        if not self.job.source.allow_private and is_address(host) and not is_public(host):
            raise Trouble("private-address", f"{host} is no public address; set allow_private in the source if it may be read")
        most = max(self.job.max_bytes, ROBOTS_BYTES) if urlsplit(url).path == "/robots.txt" else self.job.max_bytes
        request = Request(url, headers=dict(headers), dont_filter=True, meta={"download_maxsize": most})
        engine = self.crawler.engine
        assert engine is not None
        for slot in engine.downloader.slots.values():
            slot.delay = self._pace
        try:
            response = await engine.download_async(request)
        except Exception as problem:
            raise trouble_of(problem, host) from problem
        return _answer(response)


def trouble_of(problem: Exception, host: str) -> Trouble:
    """Our word for what a download raised."""
    text = " ".join(f"{problem!s} {problem.__cause__ or ''}".split())[:200]
    if host in PublicResolver.refused:
        address = PublicResolver.refused[host]
        return Trouble("private-address", f"{host} leads to {address}, no public address; set allow_private if it may be read")
    if "certificate" in text.lower() or "SSL" in text or "tls" in text.lower():
        return Trouble("tls", f"the certificate does not hold: {text}")
    for kind, code, again in TROUBLES:
        if isinstance(problem, kind):
            return Trouble(code, text or code, again=again)
    return Trouble("unexpected", f"{type(problem).__name__}: {text}")


def _answer(response: Response) -> Answer:
    headers = {to_unicode(k).lower(): to_unicode(v[0], "latin-1") for k, v in response.headers.items() if v}
    return Answer(response.status, headers, response.body)


def settings_of(job: Job) -> dict[str, Any]:
    """Scrapy's settings for a job: polite, bounded, silent. Robots, retries and redirects are the walk's."""
    source = job.source
    return {
        "ROBOTSTXT_OBEY": False, "RETRY_ENABLED": False, "REDIRECT_ENABLED": False, "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False, "HTTPPROXY_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "HTTPCACHE_ENABLED": False,
        "USER_AGENT": job.user_agent,
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "zh-CN,zh;q=0.9"},
        "DOWNLOAD_DELAY": source.pace_seconds, "RANDOMIZE_DOWNLOAD_DELAY": True,
        "CONCURRENT_REQUESTS": source.concurrency, "CONCURRENT_REQUESTS_PER_DOMAIN": source.concurrency,
        "DOWNLOAD_TIMEOUT": source.timeout_seconds, "DOWNLOAD_MAXSIZE": job.max_bytes, "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True, "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_HANDLERS": {"file": None, "ftp": None, "s3": None, "data": None},
        "DNS_RESOLVER": PublicResolver, "ALLOW_PRIVATE": source.allow_private,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "LOG_LEVEL": "ERROR", "EXTENSIONS": {"scrapy.extensions.logstats.LogStats": None,
                                               "scrapy.extensions.memusage.MemoryUsage": None},
    }  # fmt: skip


def die_with_parent() -> None:
    """Ends this process when its parent is gone, whatever killed it: the parent holds the other end of stdin."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


def bound_memory(megabytes: int) -> None:
    """A hard bound: beyond it this process gets a MemoryError and ends, no other one suffers."""
    size = megabytes * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def main(path: str) -> int:
    """Runs the job in the file at `path`."""
    die_with_parent()
    job = read_job(Path(path))
    bound_memory(job.source.memory_mb)
    archive = Archive(job.archive)
    with job.journal.open("a", encoding="utf-8", newline="\n") as out:
        fcntl.flock(out, fcntl.LOCK_EX)  # waits for an older process of the same run that is still dying
        progress = read_journal(job.journal)
        with (
            archive.recorder(job.source.id, at=job.started) as papers,
            archive.recorder(job.source.id, at=job.started, part="traffic") as traffic,
        ):
            journal = Journal(out)
            journal.begin(job.started.isoformat())
            order = order_for(job.source, known=job.known, agent=job.user_agent, budget=job.budget)

            def walk(download: Download) -> Walk:
                return Walk(order, download, journal=journal, progress=progress, papers=papers, traffic=traffic)

            process = AsyncCrawlerProcess(settings_of(job))
            problems: list[OSError] = []
            process.crawl(PaperSpider, job=job, walk=walk, problems=problems)
            process.start()
            if problems:
                raise problems[0]
    return 0 if journal.ended else 1


def run(path: str) -> int:
    """Does the job; a disk that fails is said in the last line, by its exit code too."""
    try:
        return main(path)
    except OSError as problem:
        storage = StorageError.of(problem, problem.filename or "archive or work folder")
        if storage is None:
            raise
        print(storage, file=sys.stderr)
        return STORAGE


if __name__ == "__main__":
    with contextlib.suppress(asyncio.CancelledError):
        sys.exit(run(sys.argv[1]))
