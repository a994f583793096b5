"""Every fault of the hostile web ends as a line with its code, and none stops the others."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policymine.errors import BlockedError, FetchError
from policymine.sources.archive import Archive
from policymine.sources.crawl import Visited, visit_source
from policymine.sources.source import Source

from .server import Hosts, Web, hostile_web

NOW = datetime(2024, 5, 1, 18, 30, tzinfo=UTC)
LIMIT = 2_000_000
FAULTS = {
    "/burst/t1.html": ("fetched", ""),
    "/busy/t1.html": ("failed", "http-503"),
    "/drip/t1.html": ("failed", "timeout"),
    "/loop/t-0.html": ("failed", "redirect-loop"),
    "/self/t1.html": ("failed", "redirect-loop"),
    "/scheme/t1.html": ("refused", "redirect-scheme"),
    "/passwd/t1.html": ("refused", "redirect-scheme"),
    "/private/t1.html": ("refused", "redirect-outside"),
    "/elsewhere/t1.html": ("refused", "redirect-outside"),
    "/announced/t1.html": ("refused", "too-large"),
    "/sent/t1.html": ("refused", "too-large"),
    "/bomb/t1.html": ("refused", "gzip-bomb"),
    "/soft/t1.html": ("refused", "soft-404"),
    "/lying/type/t1.html": ("fetched", ""),
    "/lying/charset/t1.html": ("fetched", ""),
    "/reset/t1.html": ("failed", "broken-off"),
    "/cookie/t1.html": ("failed", "needs-cookies"),
    "/challenge/t1.html": ("refused", "challenge"),
    "/login/t1.html": ("refused", "login"),
    "/script/t1.html": ("refused", "needs-javascript"),
    "/word/t1.doc": ("refused", "format-doc"),
    "/wps/t1.wps": ("refused", "format-wps"),
    "/ofd/t1.ofd": ("refused", "format-ofd"),
    "/forbidden/t1.html": ("forbidden", "robots"),
    "/half/b/t1.html": ("forbidden", "robots"),
    "/missing/t1.html": ("failed", "http-404"),
    "/garbage/t1.html": ("failed", "network"),
    "/t%E9%80%9A%20%E6%8A%A5.html": ("fetched", ""),
    "/t1.html": ("fetched", ""),
    "/t777.html": ("fetched", ""),
}
RAW = {"/t%E9%80%9A%20%E6%8A%A5.html": "/t通 报.html"}


def source(base: str, **more: object) -> Source:
    settings: dict[str, object] = {
        "papers": (r"/t[^/]*\.(?:html|doc|wps|ofd)$",), "follow": (r"/calendar\?", r"/session/", r"/index\.html$"),
        "pace_seconds": 0, "concurrency": 8,
        "timeout_seconds": 2.0, "retries": 2, "backoff_seconds": 0.05, "depth": 40, "most_pages": 3000,
        "allow_private": True, "minutes": 2.0,
    }  # fmt: skip
    return Source("hostile", "恶意站点", base, ("/index.html",), **{**settings, **more})  # type: ignore[arg-type]


def visit(target: Source, folder: Path) -> Visited:
    return visit_source(
        target, archive=folder / "archive", known={}, now=NOW, user_agent="policymine (+nobody@example.org)", max_bytes=LIMIT,
        journal=folder / "journal.jsonl", seconds=150,
    )  # fmt: skip


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Web, Hosts]]:
    with hostile_web(tmp_path_factory.mktemp("tls")) as made:
        yield made


@pytest.fixture(scope="module")
def night(web: tuple[Web, Hosts], tmp_path_factory: pytest.TempPathFactory) -> tuple[Visited, str, float, Path]:
    """One night on all of it at once."""
    server, hosts = web
    server.links = [
        *(RAW.get(path, path) for path in FAULTS if path != "/t777.html"), "/calendar?day=0", "/session/list;jsessionid=1",
        *(f"/same/t{n}.html" for n in range(1000)), "ftp://other.example/t9.html", "http://[broken/t8.html",
        "javascript:alert(1)",
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("night")
    began = time.monotonic()
    return visit(source(hosts.web), folder), hosts.web, time.monotonic() - began, folder


@pytest.mark.parametrize("path", FAULTS)
def test_every_fault_is_a_line_with_its_code(night: tuple[Visited, str, float, Path], path: str) -> None:
    visited, base, _, _ = night
    lines = {fetched.url: fetched for fetched in visited.fetched}
    url = base + path
    if path.startswith("/loop/"):  # the line stands where the patience ended
        url = next(u for u in lines if "/loop/" in u)
    outcome, code = FAULTS[path]
    assert (lines[url].outcome, lines[url].code) == (outcome, code), lines[url]
    assert bool(lines[url].error) == (outcome != "fetched")


def test_none_stops_the_others(night: tuple[Visited, str, float, Path], web: tuple[Web, Hosts]) -> None:
    visited, _, seconds, folder = night
    assert visited.stopped == ""
    assert seconds < 60
    assert web[0].agents == {"policymine (+nobody@example.org)"}
    codes = Counter(f.code for f in visited.fetched if "/same/" in f.url)
    assert codes[""] == 1
    assert codes["copy"] <= 40, "the rest of a thousand copies is not asked for"
    assert codes["trap"] >= 950
    assert sum(n for path, n in web[0].asked.items() if path.startswith("/calendar")) <= 130
    assert sum(n for path, n in web[0].asked.items() if path.startswith("/session")) <= 2
    assert not any(path.startswith(("/forbidden", "/half/b")) for path in web[0].asked)
    assert web[0].asked["/busy/t1.html"] == 3
    assert not list(Archive(folder / "archive").verify())


def test_patience_grows(web: tuple[Web, Hosts], night: tuple[Visited, str, float, Path]) -> None:
    first, second, third = web[0].times["/busy/t1.html"]
    assert second - first >= 0.02
    assert third - second >= 0.04


def test_no_connection_to_private_addresses(web: tuple[Web, Hosts], tmp_path: Path) -> None:
    """The same site, not allowed: neither by number nor by a name that leads there."""
    server, hosts = web
    before = server.asked.total()
    port = hosts.web.rpartition(":")[2]
    for base in (hosts.web, f"http://localhost:{port}", f"http://[::ffff:127.0.0.1]:{port}", hosts.six):
        with pytest.raises(FetchError, match=r"private-address|public address"):
            visit(source(base, allow_private=False), tmp_path / base[-12:].replace("/", "-"))
    assert server.asked.total() == before, "a request went out"


def test_invalid_tls_is_refused(web: tuple[Web, Hosts], tmp_path: Path) -> None:
    before = web[0].asked.total()
    with pytest.raises(FetchError, match="tls"):
        visit(source(web[1].tls), tmp_path)
    assert web[0].asked.total() == before


def test_a_site_on_ipv6_only_is_read(web: tuple[Web, Hosts], tmp_path: Path) -> None:
    web[0].links = ["/t1.html", "/t2.html"]
    visited = visit(source(web[1].six), tmp_path)
    assert sum(f.outcome == "fetched" and f.kind == "paper" for f in visited.fetched) == 2


def test_a_site_that_is_down_is_a_fetch_error(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="connect"):
        visit(source("http://127.0.0.1:9"), tmp_path)


def test_a_site_behind_a_challenge_is_blocked(web: tuple[Web, Hosts], tmp_path: Path) -> None:
    target = source(web[1].web)
    with pytest.raises(BlockedError, match="browser"):
        visit(Source(**{**_fields(target), "start": ("/challenge/t1.html",)}), tmp_path)


def _fields(target: Source) -> dict[str, object]:
    return {name: getattr(target, name) for name in Source.__dataclass_fields__}


def test_a_hang_costs_the_source_its_time_only(web: tuple[Web, Hosts], tmp_path: Path) -> None:
    web[0].links = ["/t1.html", "/drip/t1.html"]
    began = time.monotonic()
    visited = visit_source(
        source(web[1].web, timeout_seconds=300.0), archive=tmp_path / "archive", known={}, now=NOW, user_agent="policymine",
        max_bytes=LIMIT, journal=tmp_path / "journal.jsonl", seconds=8,
    )  # fmt: skip
    assert time.monotonic() - began < 25
    assert visited.stopped == "time-limit"
    assert {f.url.rpartition("/t")[0][-5:]: f.outcome for f in visited.fetched if f.kind == "paper"}["/drip"] == "waiting"
