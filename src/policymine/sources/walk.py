"""One walk through a source: workers that take addresses, ask politely, write down what came, and find more addresses.

The walk knows nothing of the library that fetches: it is handed a `Download`. One worker has one address in hand and writes it
down before it takes the next, so a kill costs at most one repeated fetch per worker.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urljoin

from policymine.sources.archive import Archived, Recorder, content_type
from policymine.sources.journal import Fetched, Found, Journal, Outcome, Progress, Validators
from policymine.sources.links import shape
from policymine.sources.robots import Robots
from policymine.sources.schedule import open_now
from policymine.sources.source import Source, without_query
from policymine.sources.yields import Yield, judge_answer, promised, targets

RETRIED = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
MOVED = frozenset({301, 302, 303, 307, 308})
MOST_HOPS = 8
LONGEST_WAIT = 300.0
"""A server that asks to stay away longer than this is left in peace for tonight."""
HOPELESS = 12
"""After as many addresses in a row that gave nothing the site is down: the night goes on elsewhere."""
COPIES = 25
"""After as many copies among addresses of one shape the rest of that shape is not asked for."""
MOST_UNEXPLAINED = 1000
VARIANTS = 120
"""As many list addresses that differ in their query only are visited."""


class Answer(NamedTuple):
    """What a server said; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Trouble(Exception):  # noqa: N818 - what was met, not a fault of ours
    """No answer that can be used: a code for counting, a sentence for people, and whether another try may help."""

    def __init__(self, code: str, message: str, *, again: bool = False) -> None:
        super().__init__(code, message, again)
        self.code, self.message, self.again = code, message, again


class Download(NamedTuple):
    """How to fetch: `get` asks an address (as it is reached tonight) with headers, `slow` sets the seconds between requests."""

    get: Callable[[str, Mapping[str, str]], Awaitable[Answer]]
    slow: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a walk is told: the source, what is known of it, who asks, and until when."""

    source: Source
    known: Mapping[str, Validators]
    agent: str
    budget: int
    deadline: float


class Walk:
    """A walk in progress; `run` does it."""

    def __init__(
        self, order: Order, download: Download, *, journal: Journal, progress: Progress, papers: Recorder, traffic: Recorder
    ) -> None:
        self.order, self.source, self.download = order, order.source, download
        self.journal, self.papers, self.traffic = journal, papers, traffic
        self.lists: deque[Found] = deque()
        self.others: deque[Found] = deque()
        self.seen: set[str] = {*progress.done, *progress.moved}
        self.given = {f.body_sha256: f.url for f in progress.done.values() if f.outcome == "fetched" and f.body_sha256}
        self.left, self.failures, self.busy = order.budget - len(self.seen), 0, 0
        self.stopped = ""
        self.unexplained: set[str] = set()
        self.robots: Robots | None = None
        self._copies: Counter[str] = Counter()
        self._variants: Counter[str] = Counter()
        self._not_before = 0.0
        self._more = asyncio.Event()
        for found in progress.waiting():
            self._add(found, known=True)

    async def run(self) -> None:
        """Visits what there is to visit, then says in the journal how it ended."""
        try:
            self.robots = await self._read_robots()
        except Trouble as trouble:
            self._fail(Found(self.source.base + "/robots.txt", "robots", 0), trouble)
            self.journal.end(f"robots: {trouble.code}", unexplained=())
            return
        self.download.slow(max(self.source.pace_seconds, self.robots.delay))
        self._begin()
        workers = 1 if self.robots.delay else self.source.concurrency
        await asyncio.gather(*(self._work() for _ in range(workers)))
        self.journal.end(self.stopped, unexplained=sorted(self.unexplained))

    def _begin(self) -> None:
        """The lists that a night begins with, sitemaps, then every address known from earlier nights that is due."""
        source = self.source
        for url in source.starts():
            self._add(Found(url, "paper" if source.kind_of(url) == "paper" else "list", 0))
        named = [
            url for entry in source.sitemaps for url in (self.robots.sitemaps if self.robots and entry == "robots" else [entry])
        ]
        for url in named:
            target = source.canonical(url if "://" in url else source.base + "/" + url.lstrip("/"))
            if source.holds(target):
                self._add(Found(target, "sitemap", 0))
        for url, validators in self.order.known.items():
            kind = source.kind_of(url) or ("paper" if source.learn and source.holds(url) and not source.ignores(url) else None)
            if kind and not validators.resting:
                self._add(Found(url, kind, 1))

    def _add(self, found: Found, *, known: bool = False) -> bool:
        if found.url in self.seen or (len(self.seen) >= self.source.most_pages and not known):
            return False
        self.seen.add(found.url)
        (self.lists if found.kind in ("list", "sitemap") else self.others).append(found)
        return True

    async def _work(self) -> None:
        while True:
            found = self._take()
            if found is None:
                if not self.busy:
                    self._more.set()
                    return
                self._more.clear()
                await self._more.wait()
                continue
            self.busy += 1
            try:
                await self._visit(found)
            finally:
                self.busy -= 1
                self._more.set()

    def _take(self) -> Found | None:
        """The next address, lists first; None when there is none or the time or budget is used up."""
        queue = self.lists or self.others
        if not queue or self._is_over():
            return None
        return queue.popleft()

    def _is_over(self) -> bool:
        if not self.stopped:
            if self.left <= 0:
                self.stopped = "budget"
            elif time.monotonic() > self.order.deadline:
                self.stopped = "time-limit"
            elif self.failures >= HOPELESS:
                self.stopped = "gave-up"
            elif not open_now(self.source.hours, datetime.now(UTC)):
                self.stopped = "hours"
        return bool(self.stopped)

    async def _visit(self, found: Found) -> None:
        if self.robots and not self.robots.allows(self.source.reach(found.url)):
            self._note(found, "forbidden", code="robots", error="robots.txt forbids it")
            return
        if trap := self._trap(found):
            self._note(found, "refused", code="trap", error=trap)
            return
        try:
            answer = await self._ask(found)
        except Trouble as trouble:
            self._fail(found, trouble)
            return
        if answer.status in MOVED:
            self._redirect(found, answer)
        else:
            self.failures = 0 if answer.status < 500 else self.failures + 1
            self._take_in(found, answer)

    def _trap(self, found: Found) -> str:
        """Why an address is one of endlessly many; empty when it is not."""
        if found.kind == "list" and "?" in found.url:
            family = without_query(found.url)
            self._variants[family] += 1
            if self._variants[family] > VARIANTS:
                return f"more than {VARIANTS} lists that differ in their query only, like a calendar"
        if self._copies and self._copies[shape(found.url)] >= COPIES and found.url not in self.order.known:
            return f"{COPIES} addresses of this shape gave the same bytes"
        return ""

    async def _ask(self, found: Found) -> Answer:
        """One address, with patience: Retry-After where the server names it, else a wait that doubles, with jitter."""
        headers = self._conditions(found)
        for attempt in range(self.source.retries + 1):
            while (pause := self._not_before - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            self.left -= 1
            wait = self.source.backoff_seconds * 2**attempt * random.uniform(0.5, 1.5)
            try:
                answer = await self.download.get(self.source.reach(found.url), headers)
            except Trouble as trouble:
                if not trouble.again or attempt == self.source.retries or self._is_over():
                    raise
                await asyncio.sleep(wait)
                continue
            if answer.status not in RETRIED:
                return answer
            asked = retry_after(answer.headers.get("retry-after", ""), now=datetime.now(UTC))
            if asked is not None and asked > LONGEST_WAIT:
                self.stopped = "retry-after"
                return answer
            if asked is not None:
                self._not_before = max(self._not_before, time.monotonic() + asked)
            if attempt == self.source.retries or self._is_over():
                return answer
            await asyncio.sleep(asked if asked is not None else wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _conditions(self, found: Found) -> dict[str, str]:
        """The headers of a conditional request. A list's validators hold only while the same links are taken from it."""
        known = self.order.known.get(found.url)
        if known is None:
            return {}
        mark = f"{self.source.links_mark()};" if found.kind in ("list", "sitemap") else ""
        headers = {}
        for name, value in (("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified)):
            if value and value.startswith(mark):
                headers[name] = value[len(mark) :]
        return headers

    async def _read_robots(self) -> Robots:
        """The site's robots.txt; a site that answers with 4xx has none, one that doesn't answer is not visited."""
        url = self.source.base + "/robots.txt"
        for _ in range(MOST_HOPS):
            answer = await self._ask(Found(url, "robots", 0))
            if answer.status not in MOVED:
                break
            url = self.source.canonical(_join(url, answer.headers.get("location", "")))
            if not self.source.holds(url):
                return Robots.parse(b"", agent=self.order.agent)
        if answer.status >= 500 or answer.status == 429:
            raise Trouble(f"http-{answer.status}", f"the server answered {answer.status} for robots.txt", again=True)
        self._keep(Found(url, "robots", 0), answer, recorder=self.traffic)
        body = answer.body if answer.status == 200 else b""
        return Robots.parse(body, agent=self.order.agent.partition(" ")[0])

    def _redirect(self, found: Found, answer: Answer) -> None:
        """Follows a redirect as one more address of the walk, if it stays inside the source."""
        where = _join(self.source.reach(found.url), answer.headers.get("location", ""))
        target = self.source.canonical(where) if where else ""
        self._keep(found, answer, recorder=self.traffic)
        if not target or not self.source.holds(target):
            scheme = target.partition(":")[0]
            code = "redirect-outside" if scheme in ("http", "https") else "redirect-scheme"
            self._note(
                found,
                "refused",
                code=code,
                status=answer.status,
                error=f"leads to {target[:200] or 'nowhere'}, outside the source",
            )
        elif target == found.url:
            code = "needs-cookies" if "set-cookie" in answer.headers else "redirect-loop"
            self._note(found, "failed", code=code, status=answer.status, error="leads back to itself")
        elif found.hops + 1 >= MOST_HOPS:
            self._note(found, "failed", code="redirect-loop", status=answer.status, error=f"more than {MOST_HOPS} redirects")
        elif (kind := self._kind_behind(found, target)) is None:
            self._note(
                found,
                "refused",
                code="redirect-elsewhere",
                status=answer.status,
                error=f"leads to {target[:200]}, which is no paper",
            )
        else:
            onward = replace_found(found, url=target, kind=kind)
            if self._add(onward):
                self.journal.found([onward])
            self.journal.moved(found.url, target)

    def _kind_behind(self, found: Found, target: str) -> str | None:
        kind = self.source.kind_of(target)
        if kind is None and found.kind in ("list", "sitemap"):
            return found.kind
        return kind if kind is not None or not self.source.learn else found.kind

    def _take_in(self, found: Found, answer: Answer) -> None:
        """Writes down an answer and what it leads to."""
        known = self.order.known.get(found.url)
        made = judge_answer(self.source, found, answer.status, answer.headers, answer.body, known=known, given=self.given)
        leads = targets(self.source, found, made, answer.body, seen=self.seen, known=self.order.known)
        if len(self.unexplained) < MOST_UNEXPLAINED:
            self.unexplained.update(leads.unexplained)
        self.journal.found([entry for entry in leads.found if self._add(entry)])
        if made.code == "copy":
            self._copies[shape(found.url)] += 1
        if made.outcome == "fetched" and found.kind in ("paper", "attachment"):
            self.given.setdefault(made.sha256, found.url)
        self._write(found, answer, made)

    def _write(self, found: Found, answer: Answer, made: Yield) -> None:
        now = datetime.now(UTC)
        evidence = made.outcome in ("fetched", "refused") and found.kind in ("paper", "attachment") and made.code != "copy"
        place = self._keep(found, answer, recorder=self.papers if evidence else self.traffic, made=made)
        media_type, charset = content_type(answer.headers.get("content-type", ""))
        mark = f"{self.source.links_mark()};" if found.kind in ("list", "sitemap") else ""
        etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
        fine = made.outcome in ("fetched", "unchanged")
        self.journal.done(
            Fetched(
                found.url, found.url, found.kind, made.outcome, status=404 if made.code == "soft-404" else answer.status,
                depth=found.depth,
                place=place if made.outcome == "fetched" and evidence else None, body_sha256=made.sha256 or None,
                etag=mark + etag if etag and fine else None, last_modified=mark + modified if modified and fine else None,
                media_type=media_type, charset=charset, fetched_at=now.isoformat(), parent=found.parent,
                error=made.error or None, code=made.code, received=len(answer.body),
                missing=promised(self.source, found, made, answer.body),
            )
        )  # fmt: skip

    def _keep(self, found: Found, answer: Answer, *, recorder: Recorder, made: Yield | None = None) -> str:
        """Archives an answer; a body that the archive has already is only referred to."""
        again = made is not None and (made.outcome == "unchanged" or made.code == "copy")
        body, digest = (b"", made.sha256) if again and made else (answer.body, None)
        via = found.parent if found.kind == "attachment" else None
        return recorder.write(Archived(found.url, answer.status, answer.headers, body, digest, via), at=datetime.now(UTC))

    def _fail(self, found: Found, trouble: Trouble) -> None:
        self.failures += trouble.again
        refused = trouble.code in ("private-address", "scheme", "too-large", "gzip-bomb")
        self._note(found, "refused" if refused else "failed", code=trouble.code, error=trouble.message)

    def _note(self, found: Found, outcome: Outcome, *, code: str, error: str, status: int = 0) -> None:
        """Writes down an address that gave nothing."""
        self.journal.done(
            Fetched(
                found.url, found.url, found.kind, outcome, status=status, depth=found.depth, parent=found.parent,
                fetched_at=datetime.now(UTC).isoformat(), error=error[:300], code=code,
            )
        )  # fmt: skip


def replace_found(found: Found, *, url: str, kind: str) -> Found:
    """The address behind a redirect."""
    return found._replace(url=url, kind=kind, hops=found.hops + 1, asked=found.asked or found.url)


def _join(base: str, target: str) -> str:
    try:
        return urljoin(base, target.strip()) if target.strip() else ""
    except ValueError:
        return ""


def retry_after(value: str, *, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for; None when it says nothing that can be read.

    >>> retry_after("120", now=datetime(2024, 5, 1, tzinfo=UTC)), retry_after("soon", now=datetime(2024, 5, 1, tzinfo=UTC))
    (120.0, None)
    >>> retry_after("Wed, 01 May 2024 00:00:30 GMT", now=datetime(2024, 5, 1, tzinfo=UTC))
    30.0
    """
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def order_for(source: Source, *, known: Mapping[str, Validators], agent: str, budget: int) -> Order:
    """The order for a walk that begins now."""
    return Order(source, known, agent, min(budget, source.budget), time.monotonic() + source.minutes * 60)
