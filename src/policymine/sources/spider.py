"""The crawling process: Scrapy visits one source politely and writes down what came. Started by `crawl.crawl`."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.python import to_unicode

from policymine.sources.archive import Archive, Archived, Recorder, content_type
from policymine.sources.crawl import Fetched, Job, Outcome, read_job

LINK_PATH = "//a/@href | //area/@href | //iframe/@src | //frame/@src"


class PublicAddressesOnly:
    """Refuses hosts that resolve to private or loopback addresses, unless the source allows them; redirects pass here too."""

    def __init__(self, allow_private: bool) -> None:
        self._allow = allow_private
        self._verdicts: dict[str, bool] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> PublicAddressesOnly:
        """Made by Scrapy."""
        return cls(crawler.settings.getbool("ALLOW_PRIVATE"))

    def process_request(self, request: Request) -> None:
        """Lets a request pass or raises `IgnoreRequest`."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise IgnoreRequest(f"scheme {parts.scheme} is not read")
        if not self._allow and not self._public(parts.hostname or ""):
            raise IgnoreRequest(f"{parts.hostname} is not a public address; set allow_private in the source if it may be read")

    def _public(self, host: str) -> bool:
        if host not in self._verdicts:
            try:
                found = {info[4][0] for info in socket.getaddrinfo(host, None)}
            except OSError:
                found = set()
            self._verdicts[host] = bool(found) and all(ipaddress.ip_address(address).is_global for address in found)
        return self._verdicts[host]


class PaperSpider(scrapy.Spider):
    """Lists first, papers and attachments that they link to, everything else left alone."""

    name = "policymine"

    def __init__(self, job: Job, recorder: Recorder, results: IO[str]) -> None:
        super().__init__()
        self.job, self.recorder, self.results = job, recorder, results
        self.allowed_domains = [str(urlsplit(job.source.reach(job.source.base + "/")).hostname)]
        self.seen: set[str] = set()
        self.given: set[str] = set()

    async def start(self) -> AsyncIterator[Request]:
        """The lists that a night begins with, then every paper known from earlier nights."""
        for url in self.job.source.starts():
            start = "paper" if self.job.source.kind_of(url) == "paper" else "list"
            yield self._request(url, kind=start, depth=0, parent=None)
        for url in self.job.known:
            kind = self.job.source.kind_of(url)
            if kind in ("paper", "attachment") and url not in self.seen:
                yield self._request(url, kind=kind, depth=1, parent=None)

    def _request(self, url: str, *, kind: str, depth: int, parent: str | None) -> Request:
        self.seen.add(url)
        headers = {}
        known = self.job.known.get(url)
        if known and kind != "list":
            headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return Request(
            self.job.source.reach(url),
            callback=self.parse,
            errback=self.failed,
            headers={name: value for name, value in headers.items() if value},
            meta={"asked": url, "kind": kind, "depth_here": depth, "parent": parent},
            priority={"list": 2, "paper": 1}.get(kind, 0),
            dont_filter=True,
        )

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Records a response and follows its links."""
        url = self.job.source.canonical(response.url)
        meta = response.request.meta if response.request else {}
        body = response.body
        digest = hashlib.sha256(body).hexdigest()
        known = self.job.known.get(url)
        outcome: Outcome = "fetched"
        if response.status == 304 or (response.status == 200 and known and known.body_sha256 == digest):
            outcome = "unchanged"
        elif response.status != 200:
            outcome = "failed"
        if url in self.given and outcome != "failed":
            return
        self.given.add(url)
        headers = {to_unicode(k): to_unicode(v[0], "latin-1") for k, v in response.headers.items() if v}
        now = datetime.now(UTC)
        place = None
        if outcome == "fetched" and meta["kind"] != "list":
            place = self.recorder.write(Archived(url, response.status, headers, body), at=now)
        media_type, charset = content_type(headers.get("Content-Type", ""))
        self._record(
            Fetched(
                url, meta["asked"], meta["kind"], outcome, status=response.status, depth=meta["depth_here"], place=place,
                body_sha256=digest if response.status == 200 else known.body_sha256 if known else None,
                etag=headers.get("Etag"), last_modified=headers.get("Last-Modified"), media_type=media_type, charset=charset,
                fetched_at=now.isoformat(), parent=meta["parent"],
                error=None if outcome != "failed" else f"the server answered {response.status}",
            )
        )  # fmt: skip
        if response.status == 200 and hasattr(response, "selector") and media_type in ("text/html", None):
            yield from self._follow(response, url, meta["depth_here"])

    def _follow(self, response: Response, url: str, depth: int) -> Iterator[Request]:
        source = self.job.source
        if depth >= source.depth:
            return
        for href in response.xpath(LINK_PATH).getall():
            try:
                target = source.canonical(response.urljoin(href.strip()))
            except ValueError:
                continue
            kind = source.kind_of(target)
            if kind is None or target in self.seen or len(self.seen) >= source.most_pages:
                continue
            yield self._request(target, kind=kind, depth=depth + 1, parent=url)

    def failed(self, failure: Any) -> None:
        """Records an address that gave no response."""
        meta = failure.request.meta
        forbidden = failure.check(IgnoreRequest) is not None
        outcome: Outcome = "forbidden" if forbidden and "robots" in str(failure.value) else "refused" if forbidden else "failed"
        error = str(failure.value) or failure.type.__name__
        self._record(
            Fetched(
                meta["asked"], meta["asked"], meta["kind"], outcome, depth=meta["depth_here"], parent=meta["parent"],
                fetched_at=datetime.now(UTC).isoformat(), error=error[:300],
            )
        )  # fmt: skip

    def _record(self, fetched: Fetched) -> None:
        self.results.write(json.dumps(asdict(fetched), ensure_ascii=False) + "\n")
        self.results.flush()


def settings_of(job: Job) -> dict[str, Any]:
    """Scrapy's settings for a job: polite, bounded, silent."""
    return {
        "ROBOTSTXT_OBEY": True,
        "USER_AGENT": job.user_agent,
        "DOWNLOAD_DELAY": job.source.pace_seconds,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if job.source.pace_seconds else 4,
        "DOWNLOAD_TIMEOUT": 60,
        "DOWNLOAD_MAXSIZE": job.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_TIMES": 2,
        "REDIRECT_MAX_TIMES": 8,
        "HTTPERROR_ALLOW_ALL": True,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "ALLOW_PRIVATE": job.source.allow_private,
        "DOWNLOADER_MIDDLEWARES": {PublicAddressesOnly: 50},
        "MEMUSAGE_LIMIT_MB": 2048,
    }


def main(path: str) -> None:
    """Runs the job in the file at `path`."""
    job = read_job(Path(path))
    with (
        Archive(job.archive).recorder(job.source.id, at=job.started) as recorder,
        job.results.open("a", encoding="utf-8") as out,
    ):
        process = AsyncCrawlerProcess(settings_of(job))
        process.crawl(PaperSpider, job=job, recorder=recorder, results=out)
        process.start()


if __name__ == "__main__":
    main(sys.argv[1])
