"""Storage that fails: exit 8, one line that names thing, place and cure, the last good state kept, and `doctor` explains."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from policymine.cli.doctoring import look_at_backups, look_at_database, look_at_disk, mend_all
from policymine.errors import LockedError, StorageError
from policymine.operations.limits import check_disk
from policymine.operations.night import open_table
from policymine.settings import load_settings
from policymine.table.checkup import complaints
from policymine.table.lock import RunLock

from .failing import Disk, Ended, night_in_a_fork
from .killing import first_night, undisturbed
from .world import Sites, World, digest, dump_of, new_world, night, sites

POLICYMINE = str(Path(sys.executable).with_name("policymine"))


class Beginning(NamedTuple):
    """A table with a night, and what it says before and after the next one."""

    world: World
    site: Sites
    before: str
    after: str


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    folder = tmp_path_factory.mktemp("storage")
    with sites(folder / "sites") as site:
        base = first_night(new_world(folder / "base", crawl=False), site)
        known = undisturbed(site, base, folder / "after", first_state=1)
        yield Beginning(base, site, known.digests[0], known.digests[1])


@pytest.fixture
def world(beginning: Beginning, tmp_path: Path) -> World:
    return beginning.world.copy(tmp_path / "world")


def fails_well(ended: Ended, thing: str, cure: str) -> None:
    """Exit 8 and one line that says what and what to do."""
    assert ended.code == 8, ended
    assert ended.line.count("\n") == 0
    assert thing in ended.line
    assert cure in ended.line


def test_the_disk_is_full_at_any_write(beginning: Beginning, world: World, tmp_path: Path) -> None:
    """Every write of the night in turn is the first that finds no room: files, database pages, the search index."""
    writes = night_in_a_fork(world.copy(tmp_path / "count"), beginning.site, Disk()).writes
    assert writes > 60
    dice = random.Random(7)
    for number in sorted({1, writes, *dice.sample(range(2, writes), 8)}):
        trial = world.copy(tmp_path / f"full{number}")
        ended = night_in_a_fork(trial, beginning.site, Disk(full_at=number))
        now = digest(dump_of(trial))
        if ended.code == 0:  # the last writes tidy up after publishing
            assert now == beginning.after
            continue
        fails_well(ended, str(trial.folder) if "storage" not in ended.line else "", "the disk is full; free some space")
        assert now in (beginning.before, beginning.after), f"write {number}"
        assert night_in_a_fork(trial, beginning.site, Disk()).code == 0
        if now == beginning.before:
            assert digest(dump_of(trial)) == beginning.after, f"write {number}: with room again the night is made up"


def test_a_table_that_may_grow_no_further_keeps_last_night(beginning: Beginning, world: World) -> None:
    """SQLite itself finds no page: `max_page_count` stands for a full disk."""
    with closing(sqlite3.connect(world.folder / "table.db")) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    for more in (0, 1, 5, 20):
        ended = night_in_a_fork(world, beginning.site, Disk(most_pages=pages + more))
        fails_well(ended, "table.db", "the disk is full")
        assert digest(dump_of(world)) == beginning.before
    assert night_in_a_fork(world, beginning.site, Disk()).code == 0
    assert digest(dump_of(world)) == beginning.after


@pytest.mark.parametrize("kilobytes", [0, 2, 40, 400])
def test_files_may_grow_no_further(beginning: Beginning, world: World, kilobytes: int) -> None:
    """The kernel itself refuses (RLIMIT_FSIZE), wherever the write comes from."""
    ended = night_in_a_fork(world, beginning.site, Disk(largest=kilobytes * 1024))
    assert ended.code == 8, ended
    assert digest(dump_of(world)) == beginning.before
    assert night_in_a_fork(world, beginning.site, Disk()).code == 0
    assert digest(dump_of(world)) == beginning.after


def test_read_only(beginning: Beginning, world: World) -> None:
    """Neither file nor folder may be written: readers go on, a night says so."""
    with read_only(world):
        ended = night_in_a_fork(world, beginning.site, Disk(nobody=True))
        fails_well(ended, str(world.folder), "permission")
    assert digest(dump_of(world)) == beginning.before
    assert night_in_a_fork(world, beginning.site, Disk()).code == 0


def test_a_read_only_table_is_explained(beginning: Beginning, world: World) -> None:
    with closing(sqlite3.connect(world.folder / "table.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    (world.folder / "table.db").chmod(0o444)
    if os.geteuid() == 0:
        ended = night_in_a_fork(world, beginning.site, Disk(read_only_table=True))
    else:
        ended = night_in_a_fork(world, beginning.site, Disk())
    fails_well(ended, "table.db", "read-only")


class read_only:  # noqa: N801 - used as a block
    """Takes the right to write from everything in a world, for the time of the block."""

    def __init__(self, world: World) -> None:
        self.paths = [world.folder, *world.folder.rglob("*")]
        self.modes = [path.stat().st_mode for path in self.paths]

    def __enter__(self) -> None:
        for path in self.paths:
            path.chmod(path.stat().st_mode & ~0o222 | 0o444 | (0o111 if path.is_dir() else 0))

    def __exit__(self, *_: object) -> None:
        for path, mode in zip(self.paths, self.modes, strict=True):
            path.chmod(mode)


def test_locked(beginning: Beginning, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program holds the file: after a while the night gives up, and says who must end."""
    with closing(sqlite3.connect(world.folder / "table.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = night_in_a_fork(world, beginning.site, Disk(busy_seconds=0.2))
        fails_well(ended, "table.db", "another program")
        (found,) = [c for c in complaints(world.settings.database_url) if "locked" in c.text]
        assert "end that program" in found.text
        other.execute("ROLLBACK")
    assert digest(dump_of(world)) == beginning.before
    with RunLock(world.settings.database_url), pytest.raises(LockedError):
        night(world, beginning.site, state=1, day=1)


def damage(path: Path, *, start: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(os.urandom(length))


@pytest.mark.parametrize("place", ["header", "schema", "middle"])
def test_a_corrupted_page(beginning: Beginning, world: World, place: str) -> None:
    path = world.folder / "table.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if place == "header":
        damage(path, start=0, length=100)
    elif place == "schema":
        damage(path, start=100, length=size - 100)
    else:
        damage(path, start=size, length=size * (pages - 2))
    ended = night_in_a_fork(world, beginning.site, Disk())
    assert ended.code == 8, ended
    assert "restore a backup" in ended.line
    findings = list(look_at_database(world.settings))
    assert any(f.state == "error" and "restore a backup" in f.text for f in findings), findings


def test_one_damaged_page_that_no_night_touches_is_found(world: World) -> None:
    """A night may not meet the damage; `doctor` and `backup` do."""
    path = world.folder / "table.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'status_events'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    damage(path, start=(page - 1) * size, length=size)
    (finding,) = [f for f in look_at_database(world.settings) if f.state == "error"]
    assert "is damaged" in finding.text
    ran = command(world, "backup")
    assert ran.code == 8
    assert "no backup was made" in ran.line
    assert not list(world.settings.backups.glob("*"))


def test_a_database_of_a_newer_version(beginning: Beginning, world: World) -> None:
    with closing(sqlite3.connect(world.folder / "table.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    ended = night_in_a_fork(world, beginning.site, Disk())
    fails_well(ended, "table.db", "upgrade policymine")
    assert any("9999" in f.text for f in look_at_database(world.settings))
    assert command(world, "backup").code == 8
    with closing(sqlite3.connect(world.folder / "table.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",), "it was left alone"


def test_a_log_left_behind_by_a_killed_writer_counts(beginning: Beginning, world: World, tmp_path: Path) -> None:
    """What was committed into the log is there when the table is opened again, and `doctor --mend` folds it in."""
    copy = world.copy(tmp_path / "copy")
    with closing(sqlite3.connect(world.folder / "table.db", isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("UPDATE facts SET value = 'left behind' WHERE name = 'learnt'")
        for ending in ("", "-wal"):  # as a kill leaves them: the log full, the file old
            shutil.copy(world.folder / f"table.db{ending}", copy.folder / f"table.db{ending}")
    log = copy.folder / "table.db-wal"
    assert log.stat().st_size > 0
    with open_table(copy.settings) as table, table.reading() as now:
        value = now.connection.exec_driver_sql("SELECT value FROM facts WHERE name = 'learnt'").scalar_one()
    assert value == "left behind"
    assert next(f.what for f in mend_all(copy.settings)) == "mended"
    assert not log.exists() or not log.stat().st_size


def test_a_log_without_its_database_is_no_table(beginning: Beginning, world: World) -> None:
    with closing(sqlite3.connect(world.folder / "table.db", isolation_level=None)) as writer:
        writer.execute("UPDATE facts SET value = 'x' WHERE name = 'learnt'")
        (world.folder / "table.db").rename(world.folder / "elsewhere.db")
        ended = night_in_a_fork(world, beginning.site, Disk())
    fails_well(ended, "table.db-wal", "restore a backup")
    assert any("without its database" in f.text for f in look_at_database(world.settings))


def test_a_large_log_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policymine.table.checkup.LARGE_LOG", 100)
    with closing(sqlite3.connect(world.folder / "table.db", isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("UPDATE facts SET value = 'x' WHERE name = 'learnt'")
        (found,) = complaints(world.settings.database_url)
    assert "doctor --mend" in found.text


def test_the_log_is_folded_in_after_a_night(beginning: Beginning, world: World) -> None:
    assert night_in_a_fork(world, beginning.site, Disk()).code == 0
    log = world.folder / "table.db-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_the_clock_was_set_back(beginning: Beginning, world: World) -> None:
    ended = night_in_a_fork(world, beginning.site, Disk(day=-30))
    fails_well(ended, "clock", "set the clock")
    assert digest(dump_of(world)) == beginning.before
    with closing(sqlite3.connect(world.folder / "table.db")) as connection:
        ahead = (datetime.now(UTC) + timedelta(days=40)).isoformat(timespec="seconds")
        connection.execute("UPDATE runs SET started = ?", (ahead,))
        connection.commit()
    (finding,) = [f for f in look_at_database(world.settings) if f.what == "clock"]
    assert finding.state == "error"
    assert night_in_a_fork(world, beginning.site, Disk(slack=10_000)).code == 0, "a clock that is right after all"


def test_an_hour_back_is_no_fault_and_history_keeps_its_order(beginning: Beginning, world: World) -> None:
    assert night_in_a_fork(world, beginning.site, Disk(day=-0.04)).code == 0
    with open_table(world.settings) as table:
        started = [run.started for run in reversed(table.runs())]
    assert started == sorted(started)
    assert digest(dump_of(world)) == beginning.after


def test_a_run_looks_for_room_first(beginning: Beginning, world: World) -> None:
    hungry = load_settings(world.config, min_free=10**18)
    with pytest.raises(StorageError, match="min_free"):
        check_disk(hungry)
    assert any(f.state == "error" and "min_free" in f.text for f in look_at_disk(hungry))
    frugal = load_settings(world.config, disk_budget=1000)
    with pytest.raises(StorageError, match="disk_budget"):
        check_disk(frugal)
    assert any(f.what == "budget" and f.state == "error" for f in look_at_disk(frugal))
    assert all(f.state != "error" for f in look_at_disk(world.settings))
    assert "policymine backup" in next(look_at_backups(world.settings)).text


def test_a_place_that_is_a_file(beginning: Beginning, world: World) -> None:
    shutil.rmtree(world.settings.reports)
    world.settings.reports.write_text("no folder")
    ended = night_in_a_fork(world, beginning.site, Disk())
    fails_well(ended, "reports", "a folder is needed")
    assert any(f.state == "error" and "is a file" in f.text for f in look_at_disk(world.settings))


class Ran(NamedTuple):
    code: int
    line: str
    objects: list[dict[str, object]]


def command(world: World, *arguments: str) -> Ran:
    """A command of its own process."""
    done = subprocess.run(
        [POLICYMINE, "--config", str(world.config), *arguments, "--json"], capture_output=True, text=True, cwd=world.folder,
        check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stderr.strip(), [json.loads(line) for line in done.stdout.splitlines()])
