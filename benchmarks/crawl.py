"""Measures the crawler on a loopback site: speed beside bare Scrapy, bytes of a second night, kills, memory.

python benchmarks/crawl.py speed|second|kills|memory [--papers N] [--seed S]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policymine.sources.archive import Archive
from policymine.sources.crawl import Visited, visit_source
from policymine.sources.journal import Validators
from policymine.sources.source import Source

PER_LIST = 50
WORKERS = 8
TEXT = "各镇人民政府、县直各部门要压实责任,立即排查整治,每月5日前上报进度,逾期不报的予以通报。"


def body_of(number: int) -> bytes:
    """A paper of about eight thousand bytes."""
    title = f"关于第{number}号事项办理情况的通报"
    lines = "".join(f"<p>{n}、第{number}号第{n}项。{TEXT}</p>" for n in range(40))
    page = f"<html><head><meta charset=utf-8><title>{title}</title></head><body><h1>{title}</h1>{lines}</body></html>"
    return page.encode()


def list_of(page: int, papers: int) -> bytes:
    """A list page of fifty items and the link to the next one; every tenth link leads where robots.txt forbids."""
    numbers = range(page * PER_LIST, min(papers, (page + 1) * PER_LIST))
    items = "".join(
        f'<li><a href="/p/t{n}.html">关于第{n}号事项办理情况的通报</a><span>2024-05-01</span></li>' for n in numbers
    )
    barred = "".join(f'<li><a href="/neibu/t{n}.html">内部事项第{n}号通报</a></li>' for n in numbers if n % 10 == 0)
    after = f'<a href="/list_{page + 1}.html">下一页</a>' if (page + 1) * PER_LIST < papers else ""
    return f"<html><head><meta charset=utf-8></head><body><ul>{items}{barred}</ul>{after}</body></html>".encode()


class Site:
    """A site of lists and papers on asyncio streams, with ETags; counts requests by path and the bytes it sent."""

    def __init__(self, papers: int) -> None:
        self.papers, self.asked, self.sent = papers, Counter[str](), 0

    def respond(self, path: str, condition: str) -> bytes:
        """The answer of a path; 304 when the condition holds its ETag."""
        if path == "/robots.txt":
            return self._answer(b"User-agent: *\nDisallow: /neibu/\n", '"r"', condition)
        name = path.rpartition("/")[2].partition(".")[0]
        if path.startswith("/list_"):
            return self._answer(list_of(int(name[5:]), self.papers), f'"{name}"', condition)
        if path.startswith(("/p/t", "/neibu/t")):
            return self._answer(body_of(int(name[1:])), f'"{name}"', condition)
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    def _answer(self, body: bytes, etag: str, condition: str) -> bytes:
        if condition == etag:
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: {etag}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection until it closes."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ")[1]
                self.asked[path] += 1
                found = [line[15:].strip() for line in head.split("\r\n") if line.lower().startswith("if-none-match:")]
                answer = self.respond(path, found[0] if found else "")
                self.sent += len(answer)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


SERVER = """
import asyncio, json, sys
sys.path.insert(0, {folder!r})
from crawl import Site
async def main():
    site = Site(int(sys.argv[1]))
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps([site.sent, site.asked]), flush=True)
        site.sent = 0; site.asked.clear()
asyncio.run(main())
"""


@contextmanager
def site(papers: int) -> Iterator[tuple[str, Any]]:
    """The site in a process of its own: its address, and a function that gives and forgets (bytes sent, requests by path)."""
    code = SERVER.format(folder=str(Path(__file__).parent))
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(papers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdin is not None
    assert process.stdout is not None
    port = int(process.stdout.readline())

    def figures() -> tuple[int, Counter[str]]:
        process.stdin.write("\n")
        sent, asked = json.loads(process.stdout.readline())
        return sent, Counter(asked)

    try:
        yield f"http://127.0.0.1:{port}", figures
    finally:
        process.kill()
        process.wait()


def source(base: str, **more: Any) -> Source:
    """The loopback site as a source without pace."""
    settings: dict[str, Any] = {
        "follow": (r"/list_\d+\.html$",), "pace_seconds": 0, "concurrency": WORKERS, "most_pages": 1_000_000,
        "budget": 1_000_000, "allow_private": True, "pages_min": 0, **more,
    }  # fmt: skip
    return Source("bench", "量测站", "http://bench.invalid", ("/list_0.html",), (r"/t\d+\.html$",), **settings).at(base)


def visit(
    base: str, folder: Path, *, known: dict[str, Validators] | None = None, name: str = "journal", **more: Any
) -> Visited:
    """One night on the site."""
    return visit_source(
        source(base, **more), archive=folder / "archive", known=known or {}, now=datetime.now(UTC),
        user_agent="policymine (+bench)", max_bytes=10_000_000, journal=folder / f"{name}.jsonl", seconds=3000,
    )  # fmt: skip


BARE = """
import sys, time, scrapy, hashlib
from scrapy.crawler import AsyncCrawlerProcess
class Bare(scrapy.Spider):
    name = "bare"
    count = 0
    async def start(self):
        yield scrapy.Request(sys.argv[1] + "/list_0.html")
    def parse(self, response):
        if "/t" in response.url:
            Bare.count += 1
            hashlib.sha256(response.body).hexdigest()
            response.xpath("//title/text()").get()
            return
        for href in response.xpath("//a/@href").getall():
            yield response.follow(href, callback=self.parse)
process = AsyncCrawlerProcess({
    "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0,
    "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False,
})
process.crawl(Bare)
process.start()
print(Bare.count)
"""
assert WORKERS == 8, "bare Scrapy has as many"


def bare(base: str) -> tuple[int, float]:
    """Bare Scrapy on the same site: papers and seconds, its start included as ours is."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "bare.py")
        script.write_text(BARE, encoding="utf-8")
        began = time.monotonic()
        done = subprocess.run([sys.executable, str(script), base], capture_output=True, text=True, check=True)
        return int(done.stdout.strip()), time.monotonic() - began


def speed(papers: int, seed: int) -> None:
    """Pages per second beside bare Scrapy, three times in turn."""
    with site(papers) as (base, figures):
        shares = []
        for turn in range(3):
            count, seconds = bare(base)
            with tempfile.TemporaryDirectory() as folder:
                figures()
                began = time.monotonic()
                visited = visit(base, Path(folder))
                ours = time.monotonic() - began
                asked = figures()[1]
            got = {f.url for f in visited.fetched if f.kind == "paper" and f.outcome == "fetched"}
            complete = got == {f"http://bench.invalid/p/t{n}.html" for n in range(papers)}
            barred = sum(n for path, n in asked.items() if path.startswith("/neibu"))
            shares.append((papers / ours) / (count / seconds))
            twice = sum(n > 1 for n in asked.values())
            print(f"turn {turn}: bare {count / seconds:.0f}/s, ours {papers / ours:.0f}/s, share {shares[-1]:.2f}")
            print(f"  all and only the papers {complete}, forbidden ones asked {barred}, asked twice {twice}")
        print(f"median share {sorted(shares)[1]:.2f}")


def second(papers: int, seed: int) -> None:
    """Bytes of a second night beside those of the first."""
    with site(papers) as (base, figures), tempfile.TemporaryDirectory() as folder:
        visited = visit(base, Path(folder))
        first = figures()[0]
        known = {f.url: Validators(f.etag, f.last_modified, f.body_sha256) for f in visited.fetched if f.outcome == "fetched"}
        again = visit(base, Path(folder), known=known, name="second")
        sent, asked = figures()
        outcomes = Counter(f.outcome for f in again.fetched if f.kind == "paper")
        print(
            f"first {first:,} bytes, second {sent:,} ({sent / first:.1%}) in {asked.total()} requests; papers {dict(outcomes)}"
        )


CRAWL = """
import sys
sys.path.insert(0, {folder!r})
from pathlib import Path
from crawl import visit
visit(sys.argv[1], Path(sys.argv[2]))
"""


def kills(papers: int, seed: int, moments: int = 10) -> None:
    """kill −9 at random moments, the parent or the whole group, then resume: missing, doubled, repeated."""
    chance = random.Random(seed)
    asked: Counter[str] = Counter()
    with site(papers) as (base, figures), tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", CRAWL.format(folder=str(Path(__file__).parent)), base, folder]
        for number in range(moments):
            moment = asked.total() + chance.randint(5, papers // (moments + 2))
            process = subprocess.Popen(command, start_new_session=True)
            while asked.total() < moment and process.poll() is None:
                time.sleep(chance.uniform(0.001, 0.03))
                asked.update(figures()[1])
            kill = chance.choice([os.kill, os.killpg])
            kill(process.pid, signal.SIGKILL)
            process.wait()
            time.sleep(0.2)
            asked.update(figures()[1])
            print(f"  kill {number + 1} by {kill.__name__} after {asked.total()} requests")
        visited = visit(base, Path(folder))
        asked.update(figures()[1])
        urls = [f.url for f in visited.fetched if f.kind == "paper" and f.outcome == "fetched"]
        repeated = sum(n - 1 for path, n in asked.items() if path != "/robots.txt")
        broken = [line for line in Archive(Path(folder, "archive")).verify() if "no index knows" not in line[1]]
        doubled = len(urls) - len(set(urls))
        print(f"killed {moments} times: {papers - len(set(urls))} missing, {doubled} doubled, archive faults {len(broken)}")
        print(f"  fetched again {repeated}, one per worker and kill would be {moments * WORKERS}")


def memory(papers: int, seed: int) -> None:
    """The largest resident size of the crawling process after few and after many pages."""
    for count in (papers // 10, papers):
        with site(count) as (base, _), tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            child = os.fork()
            if not child:
                visit(base, Path(folder))
                peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
                print(f"{count} pages: peak {peak} MB in {time.monotonic() - began:.0f} s", flush=True)
                os._exit(0)
            os.waitpid(child, 0)


def main() -> None:
    """Runs one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["speed", "second", "kills", "memory"])
    parser.add_argument("--papers", type=int)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    papers = given.papers or (20_000 if given.what == "memory" else 2000)
    {"speed": speed, "second": second, "kills": kills, "memory": memory}[given.what](papers, given.seed)


if __name__ == "__main__":
    main()
