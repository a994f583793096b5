"""The nightly flow on the sample site: what is new is published, what is not is free of effect, what fails stays apart."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from policymine_flows.commands import exit_code
from policymine_flows.nightly import nightly
from policymine_flows.remine import remine
from prefect.client.orchestration import get_client

from policymine.errors import BlockedError, FetchError, LockedError, SourceError
from policymine.model import Page
from policymine.operations.night import open_table
from policymine.settings import load_settings
from policymine.sources.archive import Archive
from policymine.sources.archive_care import versions
from policymine.sources.source import Source
from policymine.table.lock import RunLock
from policymine.table.search import Filters, search
from policymine.table.store import Table

from .conftest import load_serve

Config = Callable[..., str]

BROKEN_SOURCE = """
id = "broken"
title = "坏来源"
base = "http://127.0.0.1:9"
start = ["/index.html"]
papers = ['/t\\d+\\.html$']
pace_seconds = 0
retries = 0
enabled = true
allow_private = true
"""


def standing(table: Table) -> list[dict[str, object]]:
    """All that the table says, but for when it was last seen and what the crawler remembers."""
    lines = [json.loads(line) for line in table.dump_canonical()]
    return [{key: value for key, value in line.items() if key != "last_night"} for line in lines if line["table"] != "frontier"]


def test_two_nights(config: Config, tmp_path: Path, requested: list[str]) -> None:
    path = config()
    first = nightly(path)
    assert first["status"] == "published"
    assert exit_code(first) == 0
    (source,) = first["sources"]
    assert source["error"] is None
    assert source["fetched"] >= 36
    assert source["failed"] == 1  # the page that its list promises and that is not there
    assert source["forbidden"] == 1
    assert first["findings"]["directives"] > 150
    assert first["totals"] == {**first["totals"], **first["findings"]}
    assert not first["quarantine"]
    assert "/neibu/index.html" not in requested
    assert set(first["set_aside"]) >= {"fiction", "how_to"}

    with open_table(load_settings(Path(path))) as table:
        before = standing(table)
        assert search(table, "隐患").count > 0
        assert search(table, filters=Filters(modality="sanction")).count > 0

    second = nightly(path)
    assert second["status"] == "nothing_new"
    assert exit_code(second) == 6
    assert second["sources"][0]["fetched"] == 0
    assert second["sources"][0]["unchanged"] == source["fetched"]
    with open_table(load_settings(Path(path))) as table:
        assert standing(table) == before

    for kind in ("json", "md", "html"):
        assert list((tmp_path / "reports").glob(f"*.{kind}"))
    assert json.loads((tmp_path / "reports" / "run-1.json").read_text(encoding="utf-8"))["run_id"] == 1
    assert not list((tmp_path / "work").glob("run-*"))


def test_a_failing_source_marks_itself_and_lets_the_others_finish(config: Config, tmp_path: Path) -> None:
    sites = tmp_path / "overlay" / "sites"
    sites.mkdir(parents=True)
    (sites / "broken.toml").write_text(BROKEN_SOURCE, encoding="utf-8")
    report = nightly(config(overlay=f'"{tmp_path}/overlay"'), retry_seconds=[0.0, 0.0])
    by_id = {source["id"]: source for source in report["sources"]}
    assert "connect" in by_id["broken"]["error"]
    assert "connect" in (tmp_path / "reports" / f"run-{report['run_id']}.broken.md").read_text(encoding="utf-8")
    page = (tmp_path / "reports" / f"run-{report['run_id']}.sample.md").read_text(encoding="utf-8")
    assert "| failed | http-404 | 1 |" in page
    assert "| forbidden | robots | 1 |" in page
    assert by_id["sample"]["error"] is None
    assert report["status"] == "published"
    assert exit_code(report) == 4
    assert any("broken" in step for step in report["next_steps"])


def test_less_than_promised_is_a_failure(config: Config, tmp_path: Path) -> None:
    sites = tmp_path / "overlay" / "sites"
    sites.mkdir(parents=True)
    packaged = Path(__file__).parents[2] / "src/policymine/sources/sites/sample.toml"
    greedy = packaged.read_text(encoding="utf-8").replace("pages_min = 20", "pages_min = 70")
    (sites / "sample.toml").write_text(greedy, encoding="utf-8")
    report = nightly(config(overlay=f'"{tmp_path}/overlay"'))
    assert "70" in report["sources"][0]["error"]
    assert exit_code(report) == 4


def test_a_real_site_needs_a_contact(config: Config, tmp_path: Path) -> None:
    sites = tmp_path / "overlay" / "sites"
    sites.mkdir(parents=True)
    (sites / "broken.toml").write_text(BROKEN_SOURCE.replace("allow_private = true", ""), encoding="utf-8")
    report = nightly(config(overlay=f'"{tmp_path}/overlay"'), ["broken"])
    assert "contact" in report["sources"][0]["error"]


def test_an_unknown_source_is_refused(config: Config) -> None:
    with pytest.raises(SourceError, match="no such source"):
        nightly(config(), ["nowhere"])


def test_only_one_run_at_a_time(config: Config) -> None:
    path = config()
    with RunLock(load_settings(Path(path)).database_url), pytest.raises(LockedError):
        nightly(path)


def test_a_failed_gate_publishes_nothing(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    path = config()
    from policymine.operations import staging

    monkeypatch.setattr(staging, "mine_cleaned", lambda pages: 1 / 0)  # the planted fault: every page breaks a station
    report = nightly(path)
    assert report["status"] == "gate_failed"
    assert exit_code(report) == 5
    assert len(report["quarantine"]) >= 36
    with open_table(load_settings(Path(path))) as table:
        assert table.counts()["pages"] == 0
    monkeypatch.undo()
    assert nightly(path)["status"] == "published"  # what failed is fetched and mined again


def test_remine_touches_stale_pages_only(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    path = config()
    nightly(path)
    assert remine(path)["status"] == "nothing_new"
    from policymine.operations import night, remining, staging

    stale = {"clean": "0" * 16, "mine": "0" * 16}
    monkeypatch.setattr(night, "station_fingerprints", lambda: stale)
    monkeypatch.setattr(staging, "station_fingerprints", lambda: stale)
    monkeypatch.setattr(remining, "station_fingerprints", lambda: stale)
    report = remine(path)
    assert report["pages"] >= 30
    assert not report["quarantine"]
    assert report["new"] == report["withdrawn"] == 0
    assert remine(path)["pages"] == 0


def test_only_fetch_errors_are_tried_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    from policymine_flows import nightly as module

    tries: list[str] = []

    def visit(_night: object, source: Source, **_: object) -> Path:
        tries.append(source.id)
        raise (FetchError if source.id == "broken" else BlockedError)(source.id, "", "planted")

    overlay = Path(load_settings(Path(config())).work).parent / "overlay"
    (overlay / "sites").mkdir(parents=True)
    (overlay / "sites" / "broken.toml").write_text(BROKEN_SOURCE, encoding="utf-8")
    monkeypatch.setattr(module, "visit", visit)
    report = nightly(config(overlay=f'"{overlay}"'), retry_seconds=[0.0, 0.0])
    assert all("planted" in source["error"] for source in report["sources"])
    assert sorted(tries) == ["broken", "broken", "broken", "sample"], "a network is tried three times, a blocked source once"


def test_each_source_has_its_flow_run_and_its_artifact(config: Config) -> None:
    report = nightly(config())
    with get_client(sync_client=True) as client:
        runs = [run.name for run in client.read_flow_runs()]
        known = sorted(client.read_artifacts(), key=lambda artifact: str(artifact.created))
    artifacts = {artifact.key: artifact.data for artifact in known}  # the latest of each, whatever other tests left
    assert "visit-sample" in runs
    assert "robots" in str(artifacts["source-sample"])
    assert report["sources"][0]["id"] == "sample"


def test_pages_that_change_or_vanish_are_recorded(config: Config, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(Path(__file__).parents[2] / "corpora" / "sample_site", site)
    changed, gone = site / "jianghua" / "t20220119_101.html", site / "jianghua" / "t20220615_106.html"
    with load_serve().serve(site) as address:
        path = config(addresses=f'{{ sample = "{address}" }}')
        nightly(path)
        text = changed.read_text(encoding="utf-8")
        changed.write_text(text.replace("同志们", "同志们,朋友们", 1), encoding="utf-8")
        os.utime(changed, (2_000_000_000, 2_000_000_000))
        gone.unlink()
        second = nightly(path)
    assert second["sources"][0]["fetched"] == 1
    settings = load_settings(Path(path))
    with open_table(settings) as table:
        states = {state.url.rpartition("/")[2]: state for state in table.page_states(source="sample")}
    assert states[gone.name].online_status == "gone"
    assert states[changed.name].online_status == "online"
    history = versions(Archive(settings.archive), states[changed.name].url)
    assert len({entry.sha256 for entry in history}) == 2, "both versions are kept"
    assert [entry.status for entry in versions(Archive(settings.archive), states[gone.name].url)] == [200, 404]


def test_a_page_whose_mining_failed_is_fetched_again_though_its_list_stands(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config(max_quarantine="0.5")
    from policymine.operations import staging

    real = staging.clean_page

    def clean(page: Page, **more: object) -> object:
        return 1 / 0 if page.url.endswith("t20220119_101.html") else real(page, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(staging, "clean_page", clean)
    assert len(nightly(path)["quarantine"]) == 1
    monkeypatch.undo()
    second = nightly(path)
    assert second["sources"][0]["fetched"] == 1
    assert second["pages"] == 1
