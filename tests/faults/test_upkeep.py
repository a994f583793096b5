"""Backup and restore, upgrade and the way back, backfill, the alarm, secrets, the log: each done once, for real."""

from __future__ import annotations

import gzip
import json
import logging
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from policymine.cli.main import app, main
from policymine.errors import PolicymineError, SettingsError, StorageError, UnknownIdError
from policymine.operations.alarm import alarms
from policymine.operations.backfilling import backfill
from policymine.operations.backups import back_up, backups, find_backup
from policymine.operations.night import open_table
from policymine.operations.restoring import restore, verify
from policymine.settings import Settings, load_settings
from policymine.sources.archive import Archive
from policymine.table import Table
from policymine.table.checkup import revision
from policymine.table.schema import REVISION
from policymine.table.search import search
from policymine.table.upgrade import revisions

from ..conftest import NewDatabase
from ..conftest import night as short_night
from .failing import Disk, night_in_a_fork
from .killing import first_night, undisturbed
from .world import Sites, World, digest, dump, dump_of, new_world, sites

FIRST_VERSION = Path(__file__).with_name("first_version.db.gz")
"""A table that the first version made of two papers, at revision 0001, with one status that a person entered."""
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Sites, str]]:
    """A table with a night, and what it says after the next one."""
    folder = tmp_path_factory.mktemp("upkeep")
    with sites(folder / "sites") as site:
        base = first_night(new_world(folder / "base", crawl=False), site)
        known = undisturbed(site, base, folder / "after", first_state=1, nights=1)
        yield base, site, known.digests[1]


@pytest.fixture
def world(old: tuple[World, Sites, str], tmp_path: Path) -> World:
    return old[0].copy(tmp_path / "world")


def run(world: World, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """A command in this process: its exit code, its JSON lines, all it said."""
    done = CliRunner().invoke(app, ["--config", str(world.config), *arguments])
    if isinstance(done.exception, PolicymineError):
        return done.exception.exit_code, [], str(done.exception)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return done.exit_code, lines, done.output


# --- backup and restore --------------------------------------------------------------------------------------------------


def test_a_night_is_undone_by_restoring(old: tuple[World, Sites, str], world: World) -> None:
    before = dump_of(world)
    code, (made,), _ = run(world, "backup", "--json")
    assert code == 0
    assert made["revision"] == REVISION
    assert night_in_a_fork(world, old[1], Disk()).code == 0
    assert digest(dump_of(world)) == old[2]
    assert run(world, "restore")[0] == 0
    assert digest(dump_of(world)) == old[2], "without --yes nothing is done"
    code, _, said = run(world, "restore", made["name"], "--yes")
    assert code == 0, said
    assert dump_of(world) == before
    assert list(world.folder.glob("table.db.before-*")), "the newer table was set aside"
    assert not list(world.folder.glob("table.db-wal"))
    with open_table(world.settings) as table:
        assert search(table, "巡查").count > 0


def test_everything_comes_back_after_all_was_lost(world: World) -> None:
    before = dump_of(world)
    run(world, "backup")
    (world.folder / "table.db").unlink()
    shutil.rmtree(world.settings.archive)
    assert run(world, "restore", "--yes")[0] == 0
    assert dump_of(world) == before
    archive = Archive(world.settings.archive)
    assert not list(archive.verify())
    with open_table(world.settings) as table:
        assert all(archive.read(state.place or "").sha256 == state.body_sha256 for state in table.page_states())


def test_nights_after_the_backup_are_made_good_from_the_archive(old: tuple[World, Sites, str], world: World) -> None:
    run(world, "backup")
    assert night_in_a_fork(world, old[1], Disk()).code == 0
    with open_table(world.settings) as table:
        wanted = {state.page_id: state.body_sha256 for state in table.page_states()}
        rows = [line for line in dump(table) if '"table": "directives"' in line and '"withdrawn_night": null' in line]
    assert run(world, "restore", "--yes")[0] == 0
    code, (report,), _ = run(world, "backfill", "--json")
    assert (code, report["kind"], report["status"]) == (0, "backfill", "published")
    with open_table(world.settings) as table:
        assert {state.page_id: state.body_sha256 for state in table.page_states()} == wanted
        again = [line for line in dump(table) if '"table": "directives"' in line and '"withdrawn_night": null' in line]
    assert again == rows
    assert run(world, "backfill", "--json")[1][0]["pages"] == 0, "a second one finds nothing"


def test_backfill_keeps_to_its_days(old: tuple[World, Sites, str], world: World) -> None:
    run(world, "backup")
    assert night_in_a_fork(world, old[1], Disk()).code == 0
    run(world, "restore", "--yes")
    report = backfill(world.settings, clock=lambda: datetime.now(UTC) + timedelta(days=2), until="20200101")
    assert (report.status, report.pages) == ("nothing_new", 0)


def test_what_did_not_change_is_shared_and_the_oldest_backups_go(world: World) -> None:
    settings = load_settings(world.config, backups_keep=2)
    made = [back_up(settings, now=NOW + timedelta(days=day)) for day in range(3)]
    assert made[1].new_bytes < sum(size for size, _ in made[1].manifest.files.values())
    warc = next(path for path in made[1].folder.rglob("*.warc.gz"))
    assert warc.stat().st_nlink >= 2
    assert [known.name for known in backups(settings)] == [made[2].name, made[1].name]
    assert not list(verify(made[2]))


@pytest.mark.parametrize("what", ["table.db", "archive", "manifest.json"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(world: World, what: str) -> None:
    made = back_up(world.settings, now=NOW)
    before = dump_of(world)
    path = next(made.folder.rglob("*.warc.gz")) if what == "archive" else made.folder / what
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.unlink()  # it may be linked with others
    path.write_bytes(content if what != "manifest.json" else b"{")
    code, _, said = run(world, "restore", "--yes")
    assert code == 8
    assert "choose another backup" in said
    assert dump_of(world) == before
    if what != "manifest.json":
        code, _, said = run(world, "restore", "--list")
        assert code == 4
        assert "is not what was backed up" in said


def test_a_backup_without_room_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(world.settings, now=NOW)
    usage = shutil.disk_usage(world.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    with pytest.raises(StorageError, match="make room"):
        back_up(world.settings, now=NOW + timedelta(days=1))
    monkeypatch.undo()
    monkeypatch.setattr(shutil, "copy2", lambda *_: 1 / 0)  # dies half-way
    with pytest.raises(ZeroDivisionError):
        back_up(load_settings(world.config, archive=world.folder / "overlay"), now=NOW + timedelta(days=2))
    assert [path.name for path in world.settings.backups.iterdir()] == ["20261122T100000Z"]


def test_an_unknown_backup(world: World) -> None:
    with pytest.raises(UnknownIdError, match="no such backup"):
        find_backup(world.settings, "latest")
    assert run(world, "restore", "20200101T000000Z", "--yes")[0] == 2


def test_a_table_on_a_server_is_copied_and_comes_back(postgresql: NewDatabase, tmp_path: Path) -> None:
    url, other = postgresql(), postgresql()
    settings = Settings(database_url=url, backups=tmp_path / "b", archive=tmp_path / "a", work=tmp_path / "w")
    with Table.open(url) as table:
        short_night(table, range(3))
        before = dump(table)
        made = back_up(settings, now=NOW)
        short_night(table, range(2), force=5, day=1)
        assert dump(table) != before
    for target in (url, other):
        restore(settings.model_copy(update={"database_url": target}), made, now=NOW)
        with Table.open(target) as table:
            assert dump(table) == before
            assert search(table, "隐患排查").count == 3
            short_night(table, range(4), force=4, day=2)  # numbers go on where they were
            assert table.counts()["pages"] == 4


# --- upgrade and back ----------------------------------------------------------------------------------------------------


@pytest.fixture
def first(tmp_path: Path) -> World:
    """A world whose table the first version made."""
    world = new_world(tmp_path / "first", crawl=False)
    (world.folder / "table.db").write_bytes(gzip.decompress(FIRST_VERSION.read_bytes()))
    return world


def content(world: World) -> dict[str, list[Any]]:
    """Every row of every table of the first version, by the columns that it has."""
    with closing(sqlite3.connect(world.folder / "table.db")) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
        kept = [n for n in names if not n.startswith(("directives_index", "sqlite_", "alembic"))]
        found = {name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in kept}
        facts = [row for row in found.pop("facts") if row[0] not in ("fold",)]
        return {**found, "facts": facts}


def shape(world: World) -> set[str]:
    with closing(sqlite3.connect(world.folder / "table.db")) as connection:
        return {" ".join(row[0].split()) for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


def test_a_table_of_the_first_version_goes_forward_and_back(first: World) -> None:
    before, form = content(first), shape(first)
    assert revision(first.settings.database_url) == "0001"
    code, (said,), _ = run(first, "upgrade", "--json")
    assert (code, said["from"], said["to"]) == (0, "0001", REVISION)
    with open_table(first.settings) as table:
        assert table.counts()["directives"] == len(before["directives"])
        assert search(table, "河道巡查").count == 1, "the search index was made anew"
        assert sum(1 for line in dump(table) if '"table": "status_events"' in line) == 1, "what a person entered is there"
    code, (said,), _ = run(first, "upgrade", "--to", "0001", "--json")
    assert (code, said["from"], said["to"]) == (0, REVISION, "0001")
    assert content(first) == before
    assert shape(first) == form
    assert run(first, "upgrade", "--json")[0] == 0
    with open_table(first.settings) as table:
        assert search(table, "河道巡查").count == 1
    assert len(backups(first.settings)) == 3, "before every step"


def test_the_copy_made_before_an_upgrade_is_the_very_table(first: World) -> None:
    original = content(first)
    run(first, "upgrade")
    oldest = backups(first.settings)[-1]
    restore(first.settings, oldest, now=NOW)
    assert revision(first.settings.database_url) == "0001", "it was not brought forward again"
    assert content(first) == original


@pytest.mark.parametrize("to", revisions())
def test_every_revision_can_be_left_and_reached(first: World, to: str) -> None:
    form = {}
    for step in (to, "0001", to, REVISION):
        assert run(first, "upgrade", "--to", step, "--no-backup")[0] == 0
        form.setdefault(step, shape(first))
        assert shape(first) == form[step]


def test_an_upgrade_that_breaks_off_leaves_the_old_table(first: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(first)

    def broken(_c: Any, _cursor: Any, statement: str, *_: object) -> None:
        if "slogan_readings" in statement and "CREATE" in statement:
            raise KeyboardInterrupt

    sa.event.listen(sa.Engine, "before_cursor_execute", broken)
    try:
        with pytest.raises(KeyboardInterrupt):
            open_table(first.settings)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", broken)
    assert revision(first.settings.database_url) == "0001"
    assert content(first) == before


def test_an_unknown_revision(first: World) -> None:
    code, _, said = run(first, "upgrade", "--to", "7777")
    assert code == 8
    assert "7777" in said


# --- the alarm -----------------------------------------------------------------------------------------------------------


def age_runs(world: World, *, hours: float, **columns: str) -> None:
    with closing(sqlite3.connect(world.folder / "table.db")) as connection:
        started = (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="seconds")
        for name, value in {"started": started, **columns}.items():
            connection.execute(f"UPDATE runs SET {name} = ?", (value,))
        connection.commit()


def codes(world: World) -> list[str]:
    return [alarm.code for alarm in alarms(world.settings, now=datetime.now(UTC))]


def test_a_night_that_did_not_start_is_heard_of(world: World, tmp_path: Path) -> None:
    assert run(world, "alarm")[0] == 0
    age_runs(world, hours=30)
    assert codes(world) == ["no-night"]
    code, (said,), _ = run(world, "alarm", "--json")
    assert code == 4
    assert "30 小时没有开始" in said["text"]
    age_runs(world, hours=20, status="staged")
    assert codes(world) == ["unfinished"]
    nothing = new_world(tmp_path / "nothing")
    assert codes(nothing) == ["table"]
    with open_table(nothing.settings):
        pass
    assert codes(nothing) == ["no-night"]


def test_a_night_that_was_not_published_is_heard_of(world: World) -> None:
    gates = [{"name": "laws", "passed": False, "detail": ""}]
    sources = [{"id": "small", "error": "取得 0 页"}]
    age_runs(
        world, hours=1, status="discarded", report=json.dumps({"status": "gate_failed", "gates": gates, "sources": sources})
    )
    assert codes(world) == ["gate", "source"]


@pytest.fixture
def post_box() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web hook on loopback, and what came in."""
    came: list[dict[str, Any]] = []

    class Box(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Box) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"json://127.0.0.1:{server.server_port}/hook", came
        server.shutdown()
        thread.join()


def test_an_alarm_is_sent(world: World, post_box: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch) -> None:
    address, came = post_box
    age_runs(world, hours=30)
    monkeypatch.setenv("POLICYMINE_NOTIFY", address)
    assert run(world, "alarm")[0] == 4
    (message,) = came
    assert "没有开始" in message["message"]
    assert run(world, "alarm", "--no-send")[0] == 4
    assert len(came) == 1
    monkeypatch.setenv("POLICYMINE_NOTIFY", "nonsense")
    code, _, said = run(world, "alarm")
    assert code == 3
    assert "Apprise" in said


# --- secrets and the log -------------------------------------------------------------------------------------------------


def test_secrets_come_from_a_folder_and_never_from_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "policymine_database_url").write_text("postgresql://u:geheim@db/policymine\n")
    (secrets / "policymine_notify").write_text("json://one.example/a\njson://two.example/b\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secrets))
    settings = load_settings()
    assert settings.database_url == "postgresql://u:geheim@db/policymine"
    assert [address.get_secret_value() for address in settings.notify] == ["json://one.example/a", "json://two.example/b"]
    assert "one.example" not in repr(settings)
    monkeypatch.setenv("POLICYMINE_DATABASE_URL", "sqlite:///x.db")
    assert load_settings().database_url == "sqlite:///x.db", "the environment comes first"
    monkeypatch.setenv("POLICYMINE_SECRETS", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="no such folder"):
        load_settings()


@pytest.mark.parametrize(
    "line",
    ['database_url = "postgresql://u:geheim@db/policymine"', 'notify = ["json://one.example/a"]'],
    ids=["password", "notify"],
)
def test_a_secret_in_toml_is_refused_and_not_repeated(tmp_path: Path, line: str) -> None:
    path = tmp_path / "policymine.toml"
    path.write_text(line + "\n")
    with pytest.raises(SettingsError, match="is a secret") as refused:
        load_settings(path)
    assert refused.value.exit_code == 3
    assert "geheim" not in str(refused.value)
    assert "one.example" not in str(refused.value)


def test_doctor_names_no_password(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("policymine"), "--database", "postgresql://u:geheim@127.0.0.1:9/none", "doctor"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert "geheim" not in done.stdout + done.stderr


def test_the_log_file_is_rotated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    log = world.folder / "log" / "policymine.log"
    monkeypatch.setenv("POLICYMINE_LOG_FILE", str(log))
    monkeypatch.setenv("POLICYMINE_LOG_BYTES", "1000")
    monkeypatch.setenv("POLICYMINE_LOG_KEEP", "2")
    root = logging.getLogger()
    kept, root.handlers = root.handlers, []
    try:
        assert run(world, "alarm")[0] == 0
        for number in range(100):
            logging.getLogger("policymine").warning("第 %d 行", number)
        for handler in root.handlers:
            handler.close()
    finally:
        root.handlers = kept
    assert sorted(path.name for path in log.parent.iterdir()) == ["policymine.log", "policymine.log.1", "policymine.log.2"]
    assert all(path.stat().st_size <= 1000 for path in log.parent.iterdir())
    assert "第 99 行" in log.read_text(encoding="utf-8")


def test_a_disk_error_anywhere_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device", "data/archive/x.warc.gz")

    monkeypatch.setattr("policymine.cli.main.app", full)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 8
    assert capsys.readouterr().err == (
        "data/archive/x.warc.gz: the disk is full; free some space and run again, nothing was lost\n"
    )
