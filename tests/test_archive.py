"""The archive: bytes come back as they came, by place, address, time and hash; what a crash tore is named and mended."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from policymine.cli.main import app
from policymine.errors import FetchError, PolicymineError
from policymine.operations.night import open_table, read_archived
from policymine.settings import load_settings
from policymine.sources.archive import Archive, Archived
from policymine.sources.archive_care import export, mend, prunable, versions
from policymine.sources.archive_index import find, index_of
from policymine.sources.journal import Fetched

NOW = datetime(2024, 5, 1, 18, 30, tzinfo=UTC)
PAGE = "<html><title>通报</title><body><p>各镇要立即整改,严禁拖延。</p></body></html>".encode("gb18030")


def filled(folder: Path, *, nights: int = 2) -> Archive:
    """An archive of a page that changes every night, with the traffic around it."""
    archive = Archive(folder)
    for night in range(nights):
        at = NOW + timedelta(days=night)
        with archive.recorder("yunhe", at=at) as papers, archive.recorder("yunhe", at=at, part="traffic") as traffic:
            header = {"Content-Type": "text/html; charset=gb18030"}
            papers.write(Archived("http://a.example/t1.html", 200, header, PAGE + b"<!--%d-->" % night), at=at)
            traffic.write(Archived("http://a.example/", 200, header, b"<ul></ul>"), at=at)
            traffic.write(Archived("http://a.example/t0.html", 304, {}, b"", hashlib.sha256(PAGE).hexdigest()), at=at)
            traffic.write(Archived("http://a.example/t9.html", 404, {}, b"gone"), at=at)
    return archive


@settings(max_examples=40)
@given(st.binary(max_size=3000), st.sampled_from(["http://a.example/é 1.html", "folder:in/通报.txt"]), st.integers(200, 599))
def test_bytes_come_back_as_they_came(tmp_path_factory: pytest.TempPathFactory, body: bytes, url: str, status: int) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    status = 200 if status == 304 or url.startswith("folder") else status
    response = Archived(url, status, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, body)
    with archive.recorder("s", at=NOW) as recorder:
        place = recorder.write(response, at=NOW)
        other = recorder.write(response, at=NOW)
    got = archive.read(place)
    assert (got.body, got.status, got.sha256) == (body, status, hashlib.sha256(body).hexdigest())
    assert archive.read(other).body == body
    assert not list(archive.verify())


def test_reading_again_needs_no_network_and_gives_the_same_page(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    (entry, *_) = find(tmp_path, url="http://a.example/t1.html")
    fetched = Fetched(entry.url, entry.url, "paper", "fetched", place=entry.place, fetched_at=NOW.isoformat())
    one, two = read_archived(archive, fetched, source="yunhe"), read_archived(archive, fetched, source="yunhe")
    assert one == two
    assert "严禁拖延" in one.text
    assert one.body_sha256 == entry.sha256


def test_an_attachment_keeps_the_page_that_led_to_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.recorder("s", at=NOW) as recorder:
        response = Archived("http://a.example/f.html", 200, {"Content-Type": "text/html"}, PAGE, via="http://a.example/t1.html")
        place = recorder.write(response, at=NOW)
    page = read_archived(archive, Fetched(response.url, response.url, "attachment", "fetched", place=place), source="s")
    assert page.metadata["parent"] == "http://a.example/t1.html"


def test_the_index_finds_by_address_time_and_hash(tmp_path: Path) -> None:
    archive = filled(tmp_path, nights=3)
    history = versions(archive, "http://a.example/t1.html")
    assert [entry.at for entry in history] == ["20240501183000", "20240502183000", "20240503183000"]
    assert [archive.read(entry.place).body[-4:-3] for entry in history] == [b"0", b"1", b"2"]
    assert [e.at for e in find(tmp_path, since="20240502", until="20240502", url="http://a.example/")] == ["20240502183000"]
    assert [e.place for e in find(tmp_path, sha256=history[1].sha256)] == [history[1].place]
    assert not list(find(tmp_path, source="other"))


def test_the_files_are_web_archives_that_others_read(tmp_path: Path) -> None:
    archive = filled(tmp_path, nights=1)
    kinds = []
    for path in archive.files():
        with path.open("rb") as file:
            kinds += [(record.rec_type, record.rec_headers.get_header("WARC-Target-URI")) for record in ArchiveIterator(file)]
    assert ("revisit", "http://a.example/t0.html") in kinds
    assert ("response", "http://a.example/t1.html") in kinds


@pytest.mark.parametrize("cut", [1, 9, 40, 120, 200, 260, 300])
def test_a_torn_record_is_named_mended_and_costs_itself_only(tmp_path: Path, cut: int) -> None:
    archive = filled(tmp_path, nights=1)
    (papers,) = [path for path in archive.files() if "traffic" not in path.name]
    with papers.open("ab") as file:
        file.write(papers.read_bytes()[:cut])
    faults = list(archive.verify())
    assert faults
    assert all("torn" in what for _, what in faults)
    assert [what for _, what in mend(archive)] == [f"{cut} bytes of a torn record cut off"]
    assert not list(archive.verify())
    assert len(versions(archive, "http://a.example/t1.html")) == 1


def test_a_changed_byte_is_seen(tmp_path: Path) -> None:
    archive = filled(tmp_path, nights=1)
    (papers,) = [path for path in archive.files() if "traffic" not in path.name]
    spoilt = bytearray(papers.read_bytes())
    spoilt[len(spoilt) // 2] ^= 0xFF
    papers.write_bytes(spoilt)
    assert list(archive.verify())
    assert not list(mend(archive)), "what is damaged stays as it is"
    assert papers.read_bytes() == spoilt


def test_a_body_that_is_not_the_one_of_its_digest_is_seen(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.recorder("s", at=NOW) as recorder:
        recorder.write(Archived("http://a.example/1.html", 200, {}, PAGE, "0" * 64), at=NOW)
    assert [what.split(";")[0] for _, what in archive.verify()] == ["its body differs from its digest"]


def test_a_lost_index_is_made_anew(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    before = sorted(find(tmp_path))
    for path in archive.files():
        index_of(path).unlink()
    assert {what for _, what in archive.verify()} == {"has no index; run `policymine archive verify --mend`"}
    assert len(list(mend(archive))) == 4
    assert sorted(find(tmp_path)) == before


def test_exported_records_are_the_same_bytes(tmp_path: Path) -> None:
    archive = filled(tmp_path / "archive")
    into = tmp_path / "out" / "some.warc.gz"
    into.parent.mkdir()
    count = export(archive, into, entries=find(archive.folder, url="http://a.example/t1.html"))
    assert count == 2
    copied = Archive(into.parent)
    originals = [archive.read(entry.place) for entry in find(archive.folder, url="http://a.example/t1.html")]
    assert [copied.read(entry.place) for entry in find(tmp_path, source="out")] == originals
    with pytest.raises(FetchError, match="already"):
        export(archive, into, entries=())


def test_only_what_nothing_rests_on_is_prunable(tmp_path: Path) -> None:
    archive = filled(tmp_path, nights=3)
    first = versions(archive, "http://a.example/t1.html")[0]
    found = [entry.name for entry in prunable(archive, before=NOW + timedelta(days=2), needed={first.place})]
    assert [("traffic" in name, name[6:14]) for name in found] == [(True, "20240501"), (True, "20240502"), (False, "20240502")]


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    path = tmp_path / "policymine.toml"
    path.write_text(f'database_url = "sqlite:///{tmp_path}/t.db"\narchive = "{tmp_path}/archive"\n', encoding="utf-8")
    with open_table(load_settings(path)):
        pass
    return ["--config", str(path)]


def run(*arguments: str) -> tuple[int, list[dict[str, object]], str]:
    done = CliRunner().invoke(app, arguments)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return done.exit_code, lines, done.output


def test_commands(tmp_path: Path, config: list[str]) -> None:
    missing = CliRunner().invoke(app, [*config, "archive", "verify"])
    assert isinstance(missing.exception, PolicymineError)
    archive = filled(tmp_path / "archive")
    code, found, _ = run(*config, "archive", "find", "--url", "http://a.example/t1.html", "--json")
    assert code == 0
    assert [entry["status"] for entry in found] == [200, 200]
    assert run(*config, "archive", "verify")[0] == 0
    code, made, _ = run(*config, "archive", "export", str(tmp_path / "x.warc.gz"), "--until", "20240501", "--json")
    assert (code, made[0]["records"]) == (0, 4)
    before = archive.files()
    assert len(run(*config, "archive", "prune", "--json")[1]) == 4
    assert archive.files() == before, "without --yes nothing goes"
    assert run(*config, "archive", "prune", "--yes")[0] == 0
    assert archive.files() == []


def test_verify_leaves_with_partial_when_something_is_wrong(tmp_path: Path, config: list[str]) -> None:
    archive = filled(tmp_path / "archive", nights=1)
    path = archive.files()[0]
    path.write_bytes(path.read_bytes()[:-9])
    code, lines, _ = run(*config, "archive", "verify", "--json")
    assert code == 4
    assert lines
