"""Killing a night with SIGKILL, its whole process group, and what must hold after it.

A kill comes at a random moment of the night, when the crawl's journal has so many lines, before or after a statement or
commit, or before or after a file takes its name. Then the night is begun again until it ends, and the table is compared
with one that was never disturbed. Nights run in processes forked from one that has everything loaded.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from policymine.errors import StorageError
from policymine.operations.night import open_table
from policymine.settings import load_settings
from policymine.sources.archive import Archive
from policymine.table import schema
from policymine.table.dialect import writing
from policymine.table.publish import Run
from policymine.table.store import Table

from .world import NIGHT, ROOT, Sites, World, digest, dump, night

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload([f"{__package__}.preloaded"])
PATIENCE = 120.0
Process = multiprocessing.process.BaseProcess


class Kill(NamedTuple):
    """Where a night is killed: `moment` (seconds), `journal` (lines), `sql`, `publish`, `commit` or `file` (the how manyth).

    Of an event the process is killed before it or, with `after`, right after it.
    """

    kind: str
    at: float
    after: bool = False


class Known(NamedTuple):
    """How the undisturbed table looks after so many nights: digests of its dump, and how many events its next night has."""

    base: World
    digests: tuple[str, ...]
    events: Counter[str]
    seconds: float
    first_state: int
    crawls: bool


@dataclass(slots=True)
class Outcome:
    """What a trial came to: kills that struck, by kind; whether the night was published before; what did not hold."""

    kills: Counter[str] = field(default_factory=Counter)
    published_before: int = 0
    views: int = 0
    violations: list[str] = field(default_factory=list)


def run_child(
    world: World, site: Sites, state: int, day: int, kill: Kill | None, tell: Connection | None = None, planted: bool = False
) -> None:
    """The night of a forked process, in a process group of its own."""
    os.setsid()
    os.environ["PGAPPNAME"] = NIGHT
    sys.stderr = (world.folder / "stderr.txt").open("a", encoding="utf-8")
    counts: Counter[str] = Counter()
    if planted:
        Run.publish = publish_in_two  # type: ignore[method-assign]
    _watch(counts, kill)
    report = night(world, site, state=state, day=day)
    if tell is not None:
        tell.send((report.status, counts))


def publish_in_two(run: Run, *given: Any, publish: Callable[..., None] = Run.publish, **named: Any) -> None:
    """A planted fault: what readers see moves in a transaction of its own, before the rest of the night is in."""
    run.flush()
    with writing(run._engine) as connection:
        connection.execute(sa.update(schema.published_run).values(run_id=run.id))
    publish(run, *given, **named)


def _watch(counts: Counter[str], kill: Kill | None) -> None:
    """Counts the events of this process and kills its group at the one that is meant."""
    publishing = False

    def met(kind: str, *, after: bool) -> None:
        if not after:
            counts[kind] += 1
        if kill is not None and kill.kind == kind and kill.after == after and counts[kind] == kill.at:
            os.killpg(0, signal.SIGKILL)

    def statement(*_: object, after: bool) -> None:
        met("sql", after=after)
        if publishing:
            met("publish", after=after)

    def commit(connection: sa.Connection, *, after: bool) -> None:
        if connection.get_execution_options().get("policymine_writes"):
            met("commit", after=after)
            if publishing:
                met("publish", after=after)

    sa.event.listen(sa.Engine, "before_cursor_execute", lambda *a: statement(*a, after=False))
    sa.event.listen(sa.Engine, "after_cursor_execute", lambda *a: statement(*a, after=True))
    sa.event.listen(sa.Engine, "commit", lambda connection: commit(connection, after=False))
    publish, commit_now, replace = Run.publish, sa.RootTransaction.commit, Path.replace

    def published(self: Run, *given: Any, **named: Any) -> None:
        nonlocal publishing
        publishing = True
        publish(self, *given, **named)
        publishing = False

    def committed(self: sa.RootTransaction) -> None:
        connection = self.connection
        commit_now(self)
        assert connection is not None
        commit(connection, after=True)

    def replaced(self: Path, target: Any) -> Path:
        met("file", after=False)
        made = replace(self, target)
        met("file", after=True)
        return made

    Run.publish = published  # type: ignore[method-assign]
    sa.RootTransaction.commit = committed  # type: ignore[method-assign]
    Path.replace = replaced  # type: ignore[method-assign,assignment]


def undisturbed(site: Sites, base: World, scratch: Path, *, first_state: int, nights: int = 3) -> Known:
    """How the table looks after none, one and more undisturbed nights on a base, and what a night is made of."""
    world = base.copy(scratch)
    digests = [digest(_dump(world))]
    events: Counter[str] = Counter()
    seconds = 0.0
    for number in range(1, nights + 1):
        hear, tell = FORK.Pipe(duplex=False)
        began = time.monotonic()
        process = start(world, site, first_state, number, None, tell)
        _, counts = hear.recv()
        process.join(PATIENCE)
        events = counts if number == 1 else events
        seconds = time.monotonic() - began  # of the last one: the first also waits for everything to be loaded
        digests.append(digest(_dump(world)))
    crawls = (base.folder / "overlay" / "sites" / "small.toml").exists()
    return Known(base, tuple(digests), events, seconds, first_state, crawls)


def start(
    world: World, site: Sites, state: int, day: int, kill: Kill | None, tell: Connection | None = None, planted: bool = False
) -> Process:
    """Starts a night in a forked process."""
    process = FORK.Process(target=run_child, args=(world, site, state, day, kill, tell, planted))
    process.start()
    return process


def first_night(world: World, site: Sites) -> World:
    """Gives a world its first night."""
    process = start(world, site, 0, 0, None)
    process.join(PATIENCE)
    assert process.exitcode == 0, _last_words(world)
    return world


def draw(known: Known, dice: random.Random, kind: str) -> Kill:
    """A kill of this kind, anywhere in the night."""
    if kind == "moment":
        return Kill("moment", dice.uniform(0, known.seconds))
    if kind == "journal":
        return Kill("journal", dice.randint(1, 16))
    return Kill(kind, dice.randint(1, max(1, known.events[kind])), dice.random() < 0.5)


def trial(known: Known, site: Sites, folder: Path, kills: Sequence[Kill], reader: Reader, *, planted: bool = False) -> Outcome:
    """Kills one night as often as is said, lets it end, and says what did not hold."""
    outcome = Outcome()
    world = known.base.copy(folder)
    reader.look_at(world, known.digests)
    done = 0
    for kill in kills:
        if _strike(start(world, site, known.first_state, done + 1, kill, planted=planted), kill, world):
            outcome.kills[kill.kind] += 1
        if not world.settle():
            outcome.violations.append(f"after {kill}: the server holds on to the killed night's connections")
        now = _published(world) - _published(known.base)
        outcome.published_before += now > done
        done = now
        _compare(world, known, done, f"after {kill}", outcome)
    final = start(world, site, known.first_state, done + 1, None)
    final.join(PATIENCE)
    if final.exitcode != 0:
        outcome.violations.append(f"{kills}: the night that was begun again ended with {final.exitcode}: {_last_words(world)}")
    else:
        _compare(world, known, done + 1, f"after {kills} and a whole night", outcome)
        _tidy(world, outcome, kills)
    seen = reader.leave()
    outcome.views = seen.views
    outcome.violations += [f"{kills}: a reader saw {strange}" for strange in seen.strange]
    return outcome


def _strike(process: Process, kill: Kill, world: World) -> bool:
    """Waits until the process is to be killed, or has killed itself; whether it was."""
    assert process.pid is not None
    if kill.kind == "moment":
        process.join(kill.at)
    elif kill.kind == "journal":
        until = time.monotonic() + PATIENCE
        while process.is_alive() and time.monotonic() < until and _lines(world) < kill.at:
            time.sleep(0.001)
    else:
        process.join(PATIENCE)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.is_alive():
        process.kill()  # it had not made its group yet
    process.join()
    return process.exitcode == -signal.SIGKILL


def _lines(world: World) -> int:
    journals = list(world.folder.glob("work/*/small.journal"))
    try:
        return journals[0].read_bytes().count(b"\n") if journals else 0
    except FileNotFoundError:
        return 0


def _compare(world: World, known: Known, nights: int, when: str, outcome: Outcome) -> None:
    expected, got = known.digests[min(nights, len(known.digests) - 1)], digest(_dump(world))
    if expected != got:
        outcome.violations.append(f"{when}: {nights} nights published, the table is another ({got} for {expected})")


def _tidy(world: World, outcome: Outcome, kills: Sequence[Kill]) -> None:
    """Nothing is left lying about: work folders, reports that were never written, torn records, pages without evidence."""
    settings = world.settings
    faults = [f"work folder {path.name} is left" for path in settings.work.glob("run-*")]
    archive = Archive(settings.archive)
    faults += [f"archive: {place} {what}" for place, what in archive.verify()]
    with open_table(settings) as table:
        for state in table.page_states():
            assert state.place is not None
            if archive.read(state.place).sha256 != state.body_sha256:
                faults.append(f"the archive holds other bytes of {state.url}")
        for record in table.runs(limit=20):
            missing = [k for k in ("json", "md", "html") if not (settings.reports / f"run-{record.id}.{k}").exists()]
            if record.status == "published" and missing:
                faults.append(f"run {record.id} has no report as {missing}")
        faults += [] if world.server else _torn(table)
    outcome.violations += [f"{kills}: {fault}" for fault in faults]


def _torn(table: Table) -> list[str]:
    """What SQLite's own check says."""
    with table.reading() as now:
        check = now.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    return [] if check == "ok" else [f"integrity: {check}"]


def _published(world: World) -> int:
    """How many runs were published in a world."""
    if not world.has_table():
        return 0
    with open_table(load_settings(world.config)) as table:
        return sum(run.status == "published" for run in table.runs(limit=100))


def _dump(world: World) -> list[str]:
    if not world.has_table():
        return EMPTY
    with open_table(load_settings(world.config)) as table:
        return dump(table)


EMPTY: list[str] = []
"""What a table says that is not there, or that nothing was published into."""


def _last_words(world: World) -> str:
    path = world.folder / "stderr.txt"
    return path.read_text(encoding="utf-8").strip()[-300:] if path.exists() else ""


class Seen(NamedTuple):
    """What a reader saw: how often it looked, and what was neither last night nor tonight."""

    views: int
    strange: tuple[str, ...]


class Reader:
    """A process of its own that reads the table all the time, as a researcher's program would."""

    def __init__(self) -> None:
        self._pipe, other = FORK.Pipe()
        self._process = FORK.Process(target=read_on, args=(other,), daemon=True)
        self._process.start()

    def look_at(self, world: World, digests: Sequence[str]) -> None:
        """Turns to another table, of which these states are known."""
        self._pipe.send((world, tuple(digests)))

    def leave(self) -> Seen:
        """Stops reading and says what was seen."""
        self._pipe.send(None)
        seen: Seen = self._pipe.recv()
        return seen

    def close(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.join()


@contextlib.contextmanager
def reading() -> Iterator[Reader]:
    """A reader for the time of the block."""
    reader = Reader()
    try:
        yield reader
    finally:
        reader.close()


def read_on(pipe: Connection) -> None:
    """Reads whatever table it is told to, until it is told to stop, and reports."""
    while True:
        world, digests = pipe.recv()
        views, strange = 0, set[str]()
        latest = -1
        while not pipe.poll(0.3):
            try:
                with open_table(world.settings, create=False) as table:
                    found, latest = _view(table, digests, latest=latest)
            except StorageError as problem:
                found = "" if "there is no table yet" in str(problem) and latest < 1 else str(problem)
            views += 1
            strange |= {found} - {""}
        pipe.recv()
        pipe.send(Seen(views, tuple(sorted(strange))))


def _view(table: Table, digests: Sequence[str], *, latest: int) -> tuple[str, int]:
    """What is strange about what a reader sees now, and the night it saw."""
    seen = digest(dump(table))
    if seen not in digests:
        return f"a table that is of no night: {seen}", latest
    with table.reading() as now:
        there = now.connection.scalars(sa.select(sa.func.count()).select_from(sa.text("knowledge"))).one()
        standing = now.connection.scalars(sa.select(sa.func.count()).where(schema.visible(schema.directives, now.run_id))).one()
    if there != standing:
        return f"{there} rows in `knowledge`, {standing} directives that stand", latest
    if (at := digests.index(seen)) < latest:
        return f"night {at} after night {latest}", latest
    return "", at


def soak(
    bases: Sequence[Known], site: Sites, folder: Path, *, kills: Sequence[str], dice: random.Random,
    heard: Callable[[Outcome], None] = lambda _: None,
) -> Outcome:  # fmt: skip
    """Trials until so many kills of these kinds have struck; every fifth trial is killed twice."""
    total = Outcome()
    left = list(kills)
    with reading() as reader:
        number = 0
        while left:
            number += 1
            several = left[: 2 if number % 5 == 0 else 1]
            crawls = "journal" in several or "moment" in several
            known = dice.choice([known for known in bases if known.crawls or not crawls])
            outcome = trial(known, site, folder / f"t{number}", [draw(known, dice, kind) for kind in several], reader)
            for kind in outcome.kills.elements():
                left.remove(kind)
            total.kills += outcome.kills
            total.published_before += outcome.published_before
            total.views += outcome.views
            total.violations += outcome.violations
            heard(outcome)
    return total
