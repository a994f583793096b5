"""Source files, schedules, the reading of lists, the walk of a source over several nights, kills and crashes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policymine.errors import BlockedError, FetchError, SourceFileError
from policymine.sources.archive import Archive
from policymine.sources.crawl import Visited, visit_source
from policymine.sources.guard import PublicResolver
from policymine.sources.journal import Fetched, Found, Journal, Validators, read_journal
from policymine.sources.links import learn_papers, read_links, shape
from policymine.sources.schedule import due
from policymine.sources.source import Source
from policymine.sources.source_file import load_sources, parse_source, read_source
from policymine.sources.walk import retry_after

ROOT = Path(__file__).parent.parent
NOW = datetime(2024, 5, 1, 18, 30, tzinfo=UTC)
GOOD = """
id = "yunhe"
title = "云河"
base = "https://www.yunhe.example"
start = ["/tz/"]
papers = ['/t\\d+_\\d+\\.html$']
"""

# --- source files ---------------------------------------------------------------------------------------------------------

WRONG = {
    "colour = 'red'": "colour: unknown key; a source has",
    "pace_second = 2": "pace_second: unknown key; did you mean pace_seconds?",
    "pace_seconds = 'slow'": "pace_seconds: is 'slow'; give a number from 0 to 3600",
    "pace_seconds = true": "pace_seconds: is True; give a number",
    "concurrency = 1.5": "concurrency: is 1.5; give a whole number from 1 to 16",
    "concurrency = 99": "concurrency: is 99; give a whole number from 1 to 16",
    "follow = '/x'": "follow: is '/x'; give a list of texts",
    "follow = ['[']": "follow: '[' is no regular expression",
    "enabled = 'yes'": "enabled: is 'yes'; give true or false",
    "region = '62052'": "region: is '62052'; give a six-digit code",
    "level = 'village'": "level: is 'village'; use one of national",
    "kind = 'poem'": "kind: is 'poem'; use one of speech",
    "hours = '22-6'": "hours: is '22-6'; give HH:MM-HH:MM",
    "encoding = 'klingon'": "encoding: is 'klingon', which cannot write Chinese",
    "encoding = 'ascii'": "encoding: is 'ascii', which cannot write Chinese",
    "pagination = 'index.html'": "pagination: is 'index.html'; it needs {n} once",
    "date = 'PubDate'": "date: 'PubDate' has no group",
    "hosts = ['http://b.example/']": "hosts: has 'http://b.example/'; give host names",
    "pages_min = 3": "pages_min: stands at the top; put it under [expect]",
    "[expect]\npages_min = 9\npages_max = 3": "expect: pages_min is larger than pages_max",
    "[expect]\nfields = ['colour']": "expect.fields: has 'colour'; a paper can promise title, date, text",
    "[expect]\npages = 3": "expect: unknown keys ['pages']",
    "folder = '/srv/in'": "base: makes no sense for a folder source; leave it out",
    "id = 'x'": "is no TOML",
}  # fmt: skip


@pytest.mark.parametrize("line", WRONG)
def test_every_mistake_has_its_message(line: str) -> None:
    with pytest.raises(SourceFileError) as caught:
        parse_source(GOOD + line, name="yunhe.toml")
    assert str(caught.value).startswith("yunhe.toml: " + WRONG[line].split(";")[0])
    assert WRONG[line] in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("key", ["id", "title", "base", "start", "papers"])
def test_a_missing_key_is_named(key: str) -> None:
    content = "\n".join(line for line in GOOD.splitlines() if not line.startswith(key))
    with pytest.raises(SourceFileError, match=f"{key}: is missing"):
        parse_source(content, name="yunhe.toml")


def test_a_file_is_named_after_its_id_and_utf8(tmp_path: Path) -> None:
    wrong = tmp_path / "other.toml"
    wrong.write_text(GOOD, encoding="utf-8")
    with pytest.raises(SourceFileError, match="named after its id"):
        read_source(wrong)
    wrong.write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(SourceFileError, match="UTF-8"):
        read_source(wrong)


def test_only_the_sample_is_enabled_and_a_dozen_more_are_drafted() -> None:
    known = load_sources()
    assert [source.id for source in known.values() if source.enabled] == ["sample"]
    real = [source for source in known.values() if source.id != "sample"]
    assert len(real) >= 12
    for source in real:
        assert not source.verified, "nobody has run it yet"
        assert source.pace_seconds >= 2
        assert source.hours
        assert not source.allow_private


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "corpora" / "sites").iterdir()))
def test_a_source_takes_from_its_example_page_what_is_marked(name: str) -> None:
    source = load_sources()[name]
    body = (ROOT / "corpora" / "sites" / name / "list.html").read_bytes()
    start = source.starts()[0]
    marked = {}
    for element in lxml.html.document_fromstring(body).iter("a"):
        url = source.canonical(urljoin(start, element.get("href") or ""))
        marked[url] = element.get("data-kind")
    links = read_links(body, url=start, encoding=source.encoding or None)
    assert sum(bool(link.date) for link in links) >= 3
    for link in links:
        url = source.canonical(link.url)
        wanted = marked[url]
        assert ("ignored" if source.ignores(url) else source.kind_of(url)) == wanted, url
    assert Counter(marked.values())["paper"] == 3


# --- reading lists --------------------------------------------------------------------------------------------------------


def test_links_of_a_list_with_script_and_pager() -> None:
    page = """<html><head><meta charset="gbk"></head><body><ul>
    <li><a href="javascript:void(0)" onclick="window.open('./202405/t20240501_7.html')">关于开展燃气隐患整治…</a>[05-01]</li>
    <li><a title="关于开展燃气隐患整治情况的通报(全文)" href="./202405/t20240502_8.html">关于开展燃气隐患…</a>2024年5月2日</li>
    </ul><script>createPageHTML(12, 0, "index", "html");</script></body></html>""".encode("gbk")
    one, two, after = read_links(page, url="http://a.example/tz/")
    assert one[:3] == ("http://a.example/tz/202405/t20240501_7.html", "关于开展燃气隐患整治…", "--05-01")
    assert two[:3] == ("http://a.example/tz/202405/t20240502_8.html", "关于开展燃气隐患整治情况的通报(全文)", "2024-05-02")
    assert after.url == "http://a.example/tz/index_1.html"
    assert after.next
    last = page.replace(b"createPageHTML(12, 0", b"createPageHTML(12, 11")
    assert not any(link.next for link in read_links(last, url="http://a.example/tz/"))


def test_papers_are_learnt_from_their_shape() -> None:
    rows = "".join(
        f'<li><a href="/art/2024/5/{n}/art_7_{n}.html">关于第{n}号隐患的通报</a> 2024-05-0{n}</li>' for n in range(1, 5)
    )
    nav = "".join(f'<a href="/col/col{n}/index.html">栏目{n}</a>' for n in range(9))
    links = read_links(f"<body>{nav}<ul>{rows}</ul></body>".encode(), url="http://a.example/")
    assert learn_papers(links) == {shape("http://a.example/art/2024/5/1/art_7_1.html")}


@given(st.binary(max_size=400))
def test_reading_links_of_anything_never_fails(body: bytes) -> None:
    read_links(b"<html><a href='http://[x'>" + body, url="http://a.example/")


# --- times ----------------------------------------------------------------------------------------------------------------


def test_visits_thin_out() -> None:
    met, asked, visits = NOW, NOW, []
    for day in range(1, 400):
        now = NOW + timedelta(days=day)
        if due(met.isoformat(), asked.isoformat(), now):
            asked = now
            visits.append(day)
    assert visits[:2] == [1, 2]
    assert 8 <= len(visits) <= 14
    assert all(later - earlier <= 180 for earlier, later in pairwise(visits))


@given(st.text(max_size=40))
def test_retry_after_reads_anything(value: str) -> None:
    seconds = retry_after(value, now=NOW)
    assert seconds is None or seconds >= 0


# --- journal --------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2000))
@example(at=358)
@example(at=818)
def test_a_journal_cut_anywhere_reads_as_far_as_it_is_whole(tmp_path_factory: pytest.TempPathFactory, at: int) -> None:
    path = tmp_path_factory.mktemp("journal") / "j.jsonl"
    with path.open("w", encoding="utf-8") as file:
        journal = Journal(file)
        journal.begin("now")
        journal.found([Found(f"http://a.example/{n}", "paper", 1) for n in range(5)])
        for n in range(5):
            journal.done(Fetched(f"http://a.example/{n}", f"http://a.example/{n}", "paper", "fetched", status=200))
        journal.end("", unexplained=())
    whole = path.read_bytes()
    path.write_bytes(whole[:at])
    progress = read_journal(path)
    lines = [line for line in whole[:at].split(b"\n") if line.startswith(b'{"done"')]
    assert len(progress.done) == sum(line.endswith(b"}}") for line in lines)
    with path.open("a", encoding="utf-8") as file:  # a new process goes on behind the torn line
        Journal(file).begin("later")
    assert read_journal(path).done.keys() == progress.done.keys()
    assert not read_journal(path).ended


# --- a small living site --------------------------------------------------------------------------------------------------


class Living:
    """A site that changes between nights: bodies by path, conditional answers, requests counted."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.sent = 0
        self.delay = 0.0
        self.times: list[float] = []

    def listing(self, numbers: range, *, also: str = "") -> bytes:
        rows = "".join(f'<li><a href="/t{n}.html">关于第{n}号隐患的通报</a> 2024-05-01</li>' for n in numbers)
        return f"<html><body><ul>{rows}</ul>{also}</body></html>".encode()

    def paper(self, n: int, text: str = "各镇要立即整改,严禁拖延。") -> None:
        self.pages[f"/t{n}.html"] = f"<html><title>第{n}号通报</title><body>2024-05-01 {n}{text * 60}</body></html>".encode()


@pytest.fixture
def living() -> Iterator[tuple[Living, str]]:
    site = Living()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked[self.path] += 1
            site.times.append(time.monotonic())
            time.sleep(site.delay)
            body = site.pages.get(self.path)
            if body is None:
                self.send_error(404)
                return
            tag = f'"{hash(body)}"'
            if self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            site.sent += len(body)
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield site, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def living_source(address: str, **more: Any) -> Source:
    settings: dict[str, Any] = {
        "follow": (r"/l\d+\.html$",),
        "pace_seconds": 0,
        "concurrency": 4,
        "allow_private": True,
        **more,
    }
    source = Source("living", "活站", "http://living.invalid", ("/l1.html",), (r"/t\d+\.html$",), **settings)
    return source.at(address)


def visit(
    source: Source, folder: Path, *, known: Mapping[str, Validators] | None = None, name: str = "j", **more: Any
) -> Visited:
    return visit_source(
        source, archive=folder / "archive", known=known or {}, now=NOW, user_agent="policymine (+test)", max_bytes=1_000_000,
        journal=folder / f"{name}.jsonl", **more,
    )  # fmt: skip


def learnt(visited: Visited) -> dict[str, Validators]:
    return {
        f.url: Validators(f.etag, f.last_modified, f.body_sha256)
        for f in visited.fetched
        if f.outcome in ("fetched", "unchanged")
    }


def outcomes(visited: Visited, kind: str = "paper") -> Counter[str]:
    return Counter(f.outcome for f in visited.fetched if f.kind == kind)


def test_nights_cost_what_is_new(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    for n in range(30):
        site.paper(n)
    site.pages["/l1.html"] = site.listing(range(30))
    first = visit(living_source(address), tmp_path)
    assert outcomes(first) == {"fetched": 30}
    spent, site.sent = site.sent, 0
    second = visit(living_source(address), tmp_path, known=learnt(first), name="k")
    assert outcomes(second) == {"unchanged": 30}
    assert site.sent <= spent * 0.05
    site.paper(30)
    site.paper(3, "已经整改完毕。")
    site.pages["/l1.html"] = site.listing(range(31))
    del site.pages["/t4.html"]
    resting = {
        url: Validators(v.etag, v.last_modified, v.body_sha256, resting="/t1" in url) for url, v in learnt(second).items()
    }
    site.asked.clear()
    third = visit(living_source(address), tmp_path, known=resting, name="m")
    by_url = {f.url.rpartition("/")[2]: f for f in third.fetched}
    assert by_url["t30.html"].outcome == by_url["t3.html"].outcome == "fetched"
    assert (by_url["t4.html"].outcome, by_url["t4.html"].status) == ("failed", 404)
    assert not any(path.startswith("/t1") for path in site.asked), "who rests is not asked"


def test_other_rules_read_an_unchanged_list_again(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    site.paper(1)
    site.pages["/u7.html"] = site.pages["/t1.html"].replace("第1号".encode(), "第7号".encode())
    site.pages["/l1.html"] = site.listing(range(1, 2), also='<a href="/u7.html">关于第七号的通报</a>')
    first = visit(living_source(address), tmp_path)
    assert first.unexplained == ("http://living.invalid/u7.html",), "a link that no rule explains is a signal"
    wider = living_source(address, attachments=(r"/u\d+\.html$",))
    second = visit(wider, tmp_path, known=learnt(first), name="k")
    assert outcomes(second, "attachment") == {"fetched": 1}


def test_pages_of_a_list_are_followed_while_they_show_something_new(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    for n in range(60):
        site.paper(n)
    for page in range(1, 7):
        site.pages[f"/l{page}.html"] = site.listing(range((page - 1) * 10, page * 10))
    paged = living_source(address, follow=(), pagination="l{n}.html", pagination_first=2, pagination_last=6)
    first = visit(paged, tmp_path)
    assert outcomes(first) == {"fetched": 60}
    site.paper(60)
    site.pages["/l1.html"] = site.listing(range(60, 61)) + site.listing(range(9))
    site.pages["/l2.html"] += b"<!-- other bytes, nothing new -->"
    known = {url: Validators(v.etag, v.last_modified, v.body_sha256, resting=True) for url, v in learnt(first).items()}
    site.asked.clear()
    second = visit(paged, tmp_path, known=known, name="k")
    assert outcomes(second) == {"fetched": 1}
    assert site.asked == {"/robots.txt": 1, "/l1.html": 1, "/t60.html": 1, "/l2.html": 1}


def test_budget_leaves_the_rest_waiting(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    for n in range(20):
        site.paper(n)
    site.pages["/l1.html"] = site.listing(range(20))
    visited = visit(living_source(address), tmp_path, budget=12)
    assert visited.stopped == "budget"
    assert site.asked.total() <= 12
    assert outcomes(visited)["waiting"] + outcomes(visited)["fetched"] == 20
    assert visit(living_source(address), tmp_path, budget=0, name="k") == Visited((), "budget")


def test_robots_count_and_slow_down(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    for n in range(4):
        site.paper(n)
    site.pages["/l1.html"] = site.listing(range(4))
    site.pages["/robots.txt"] = b"User-agent: policymine\nCrawl-delay: 0.4\nDisallow: /t2\n\nUser-agent: *\nAllow: /"
    visited = visit(living_source(address), tmp_path)
    assert outcomes(visited) == {"fetched": 3, "forbidden": 1}
    gaps = [b - a for a, b in pairwise(site.times[1:])]
    assert min(gaps) >= 0.15, "crawl-delay with jitter of a half"
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /"
    with pytest.raises(BlockedError, match=r"robots\.txt forbids"):
        visit(living_source(address), tmp_path, name="k")


def test_outside_its_hours_nothing_is_asked(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    site.pages["/l1.html"] = site.listing(range(3))
    local = datetime.now(UTC) + timedelta(hours=8)
    hours = f"{(local + timedelta(hours=2)):%H}:00-{(local + timedelta(hours=3)):%H}:00"
    visited = visit(living_source(address, hours=hours), tmp_path)
    assert visited.stopped == "hours"
    assert set(site.asked) == {"/robots.txt"}


def test_sitemaps_lead_to_papers(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    for n in range(3):
        site.paper(n)
    locs = "".join(f"<url><loc>http://living.invalid/t{n}.html</loc></url>" for n in range(3))
    site.pages["/map.xml"] = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locs}</urlset>'.encode()
    site.pages["/robots.txt"] = b"Sitemap: http://living.invalid/map.xml"
    site.pages["/l1.html"] = b"<html><body>nothing</body></html>"
    visited = visit(living_source(address, sitemaps=("robots",)), tmp_path)
    assert outcomes(visited) == {"fetched": 3}


def test_what_a_paper_promises_is_looked_for(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    site.paper(1)
    site.pages["/t2.html"] = ("<html><body>" + "各镇要落实责任。" * 40 + "</body></html>").encode()
    site.pages["/l1.html"] = site.listing(range(1, 3))
    visited = visit(living_source(address, fields=("title", "date", "text")), tmp_path)
    missing = {f.url.rpartition("/")[2]: f.missing for f in visited.fetched if f.kind == "paper"}
    assert missing == {"t1.html": (), "t2.html": ("title", "date")}


# --- killed, crashed, hung ------------------------------------------------------------------------------------------------

NIGHT = """
import sys
sys.path.insert(0, {tests!r})
from itertools import pairwise
from pathlib import Path
from test_sources import living_source, visit
visit(living_source({address!r}), Path({folder!r}))
"""


@pytest.mark.parametrize("whole_group", [False, True])
def test_a_killed_visit_goes_on_where_it_was(living: tuple[Living, str], tmp_path: Path, whole_group: bool) -> None:
    site, address = living
    for n in range(60):
        site.paper(n)
    site.pages["/l1.html"] = site.listing(range(60))
    site.delay = 0.05
    code = NIGHT.format(tests=str(Path(__file__).parent), address=address, folder=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    until = time.monotonic() + 60
    while site.asked.total() < 20 and time.monotonic() < until:
        time.sleep(0.01)
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
    process.wait()
    assert site.asked.total() < 60, "the kill came too late to show anything"
    visited = visit(living_source(address), tmp_path)
    urls = [f.url for f in visited.fetched if f.kind == "paper"]
    assert len(urls) == len(set(urls)) == 60
    assert outcomes(visited) == {"fetched": 60}
    repeated = sum(n - 1 for path, n in site.asked.items() if path != "/robots.txt")
    assert repeated <= 4, "one per worker"
    archive = Archive(tmp_path / "archive")
    for fetched in visited.fetched:
        if fetched.kind == "paper" and fetched.place:
            assert archive.read(fetched.place).body == site.pages["/" + fetched.url.rpartition("/")[2]]


def test_a_process_that_eats_memory_costs_its_source_alone(living: tuple[Living, str], tmp_path: Path) -> None:
    _, address = living
    with pytest.raises(FetchError, match="ended with code"):
        visit(living_source(address, memory_mb=1), tmp_path)


# --- folders --------------------------------------------------------------------------------------------------------------


def test_a_folder_is_a_source_that_nobody_leaves(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "secret.txt"
    (inbox / "五月").mkdir(parents=True)
    outside.write_text("机密", encoding="utf-8")
    (inbox / "五月" / "通 报.txt").write_text("各镇要立即整改。", encoding="utf-8")
    (inbox / "link.txt").symlink_to(outside)
    (inbox / "all").symlink_to(tmp_path)
    (inbox / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"))
    (inbox / "big.txt").write_bytes(b"x" * 2_000_000)
    (inbox / ".hidden.txt").write_text("x", encoding="utf-8")
    source = parse_source(f'id = "inbox"\ntitle = "收件"\nfolder = "{inbox}"', name="inbox.toml")
    first = visit(source, tmp_path)
    found = {f.url: (f.outcome, f.code) for f in first.fetched}
    assert found == {
        "folder:inbox/%E4%BA%94%E6%9C%88/%E9%80%9A%20%E6%8A%A5.txt": ("fetched", ""),
        "folder:inbox/link.txt": ("refused", "outside"),
        "folder:inbox/old.doc": ("refused", "format-doc"),
        "folder:inbox/big.txt": ("refused", "too-large"),
    }
    known = {f.url: Validators(body_sha256=f.body_sha256) for f in first.fetched if f.outcome == "fetched"}
    again = visit(source, tmp_path, known=known)
    assert outcomes(again)["unchanged"] == 1
    (inbox / "五月" / "通 报.txt").unlink()
    gone = visit(source, tmp_path, known=known)
    assert [(f.status, f.code) for f in gone.fetched if f.status] == [(410, "gone")]
    with pytest.raises(FetchError, match="no such folder"):
        visit(source.at(str(tmp_path / "nowhere")), tmp_path)


# --- names that lead elsewhere --------------------------------------------------------------------------------------------


def test_a_name_is_judged_where_the_connection_is_made() -> None:
    """A resolver that answers with a public and a private address hands on the public one only, whatever was said before."""
    answers = [["8.8.8.8"], ["10.0.0.7"], ["8.8.8.8", "127.0.0.1"]]

    class Inner:
        def resolveHostName(self, receiver: Any, name: str, *_: Any) -> Any:  # noqa: N802
            receiver.resolutionBegan(SimpleNamespace(name=name))
            for host in answers.pop(0):
                receiver.addressResolved(SimpleNamespace(host=host))
            receiver.resolutionComplete()
            return receiver

    class Receiver:
        def __init__(self) -> None:
            self.got: list[str] = []

        def resolutionBegan(self, _: Any) -> None:  # noqa: N802
            pass

        def addressResolved(self, address: Any) -> None:  # noqa: N802
            self.got.append(address.host)

        def resolutionComplete(self) -> None:  # noqa: N802
            pass

    resolver = PublicResolver(SimpleNamespace(nameResolver=Inner()), 0)
    seen = []
    for _ in range(3):
        receiver = Receiver()
        resolver.resolveHostName(receiver, "rebind.example")
        seen.append(receiver.got)
    assert seen == [["8.8.8.8"], [], ["8.8.8.8"]]
    assert PublicResolver.refused.pop("rebind.example") == "127.0.0.1"


# --- commands -------------------------------------------------------------------------------------------------------------


def command(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", "from policymine.cli.main import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_check_names_every_wrong_file_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "yunhe.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.toml").write_text(GOOD.replace("yunhe", "bad") + "depth = 'deep'", encoding="utf-8")
    code, out, err = command("sources", "check", str(tmp_path / "bad.toml"), str(tmp_path / "yunhe.toml"))
    assert code == 3
    assert out.startswith("yunhe: ok; not verified")
    assert "bad.toml: depth: is 'deep'; give a whole number from 0 to 50" in err
    assert err.count("\n") == 1


def test_a_drafted_source_is_right_and_gives_its_papers(living: tuple[Living, str], tmp_path: Path) -> None:
    site, address = living
    for n in range(1, 6):
        site.paper(n)
    site.pages["/l1.html"] = site.listing(range(1, 6), also='<a href="/l2.html">下一页</a><a href="/about.html">关于</a>')
    overlay = tmp_path / "overlay"
    code, _, err = command("sources", "new", f"{address}/l1.html", "--id", "drafted", "--into", str(overlay / "sites"))
    assert code == 0, err
    assert "5 links look like papers" in err
    path = overlay / "sites" / "drafted.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("enabled", "allow_private = true\nenabled"), encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("pace_seconds = 5", "pace_seconds = 0"), encoding="utf-8")
    config = tmp_path / "policymine.toml"
    config.write_text(f'overlay = "{overlay}"\n', encoding="utf-8")
    code, out, err = command("--config", str(config), "sources", "test", "drafted", "--json")
    assert code == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    papers = [line for line in lines if line.get("kind") == "paper"]
    assert len(papers) == 5
    assert all(line["title"] and line["date"] == "2024-05-01" and line["documents"] for line in papers)
    assert sum(link["kind"] == "paper" for link in lines[0]["links"]) == 5
    assert lines[-1]["summary"]["unexplained"] == [f"{address}/about.html"]


def test_a_real_site_is_not_asked_without_a_contact(tmp_path: Path) -> None:
    config = tmp_path / "policymine.toml"
    config.write_text("", encoding="utf-8")
    code, _, err = command("--config", str(config), "sources", "test", "beijing")
    assert code == 4
    assert "beijing: contact: set `contact`" in err
