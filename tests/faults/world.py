"""A small world for nights that go wrong: a site on loopback and a folder, in two states, and a night without Prefect.

A night here is the night of the flow: the same `run_night`, the same crawl in a process of its own, the same table; only the
orchestrator between the steps is left out, because it takes longer to start than the night takes.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from policymine.errors import SourceError
from policymine.operations.night import Chunk, Night, mine_chunk, open_table, sources_of, visit
from policymine.operations.order import Steps, run_night
from policymine.operations.report import Report
from policymine.pipeline import mine, station_fingerprints
from policymine.settings import Settings, load_settings
from policymine.sources.reading import read_file
from policymine.sources.source import Source
from policymine.table.lock import RunLock
from policymine.table.store import Table
from tests.postgres import administration, driven

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "corpora" / "sample_site"
PAPERS = ("jianghua/t20220119_101.html", "jianghua/t20220812_103.html", "tongzhi/t20220516_212.html",
          "tongzhi/t20221021_205.html", "tongzhi/t20230106_215.html", "huiyi/t20220127_301.html")  # fmt: skip
NIGHT = "night"
"""How the connections of a night are called on a server."""
CHANGED, GONE, FRESH = PAPERS[0], PAPERS[2], PAPERS[5]
SITE = """
id = "small"
title = "小站"
base = "http://small.invalid"
start = ["/index.html"]
papers = ['/t\\d+_\\d+\\.html$']
pace_seconds = 0
enabled = true
allow_private = true
"""
FOLDER = """
id = "mail"
title = "来文"
folder = "{folder}"
enabled = true
"""
LETTERS = {
    "one.txt": "关于开展汛前检查的通知\n\n各乡镇:\n请于5月20日前完成一次河道巡查,严格落实四个一律,逾期不报的予以通报批评。\n",
    "two.txt": "关于做好秸秆禁烧工作的通知\n\n各村要每天安排2人巡查,严禁露天焚烧秸秆。\n",
}


class World(NamedTuple):
    """Where everything of one trial lies: its folder with settings, table and archive; or, with a server, the table there."""

    folder: Path
    server: str = ""

    @property
    def table(self) -> str:
        """The address of its table."""
        if not self.server:
            return f"sqlite:///{self.folder}/table.db"
        name = f"w{sha256(str(self.folder).encode()).hexdigest()[:16]}"
        return sa.make_url(self.server).set(database=name).render_as_string(hide_password=False)

    @property
    def config(self) -> Path:
        return self.folder / "policymine.toml"

    @property
    def settings(self) -> Settings:
        return load_settings(self.config)

    def copy(self, folder: Path) -> World:
        """The same state in another folder."""
        shutil.copytree(self.folder, folder)
        made = World(folder, self.server)
        content = self.config.read_text(encoding="utf-8").replace(str(self.folder), str(folder))
        if self.server:
            content = content.replace(self.table, made.table)
            made.on_server(f"CREATE DATABASE {{name}} TEMPLATE {sa.make_url(self.table).database}")
        made.config.write_text(content, encoding="utf-8")
        return made

    def on_server(self, words: str) -> None:
        """Makes or drops the database of its table, `{name}` in these words."""
        with administration(self.server) as connection:
            connection.exec_driver_sql(words.format(name=sa.make_url(self.table).database))

    def drop(self) -> None:
        """Throws it away, with its table."""
        shutil.rmtree(self.folder)
        if self.server:
            self.on_server("DROP DATABASE {name} WITH (FORCE)")

    def has_table(self) -> bool:
        """Whether there is a table, be it an empty one."""
        if not self.server:
            return (self.folder / "table.db").exists()
        engine = sa.create_engine(driven(self.table), poolclass=sa.NullPool)
        return sa.inspect(engine).has_table("runs")

    def settle(self, *, patience: float = 30.0) -> bool:
        """Waits until the server has let go of a killed night's connections; False when it does not."""
        if not self.server:
            return True
        left = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND application_name = :night")
        given = {"name": sa.make_url(self.table).database, "night": NIGHT}
        until = time.monotonic() + patience
        with administration(self.server) as connection:
            while connection.execute(left, given).scalar_one():
                if time.monotonic() > until:
                    return False
                time.sleep(0.01)
        return True


class Sites(NamedTuple):
    """The addresses of the site, and the folders of letters, before and after things changed.

    `papers` are folders that hold letters and the pages of the site as well: for nights without a crawl.
    """

    addresses: tuple[str, str]
    letters: tuple[Path, Path]
    papers: tuple[Path, Path]


@contextmanager
def sites(folder: Path) -> Iterator[Sites]:
    """Serves the two states of the site."""
    for state in (0, 1):
        _make_site(folder / f"site{state}", state=state)
        letters = folder / f"letters{state}"
        letters.mkdir(parents=True)
        for name, text in LETTERS.items():
            if state or name == "one.txt":
                (letters / name).write_text(text.replace("2人", "3人") if state else text, encoding="utf-8")
        shutil.copytree(folder / f"site{state}", folder / f"papers{state}", ignore=shutil.ignore_patterns("index.html"))
        shutil.copytree(letters, folder / f"papers{state}", dirs_exist_ok=True)
    serve = _server()
    with serve(folder / "site0") as before, serve(folder / "site1") as after:
        letters, papers = ((folder / f"{name}0", folder / f"{name}1") for name in ("letters", "papers"))
        yield Sites((before, after), letters, papers)


def _server() -> Callable[[Path], AbstractContextManager[str]]:
    """`serve` of corpora/serve.py, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("serve", ROOT / "corpora" / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Callable[[Path], AbstractContextManager[str]] = module.serve
    return made


def _make_site(folder: Path, *, state: int) -> None:
    names = [name for name in PAPERS if name != (GONE if state else FRESH)]
    for name in names:
        path = folder / Path(name).name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLE / name, path)
        if state and name == CHANGED:
            path.write_text(path.read_text(encoding="utf-8").replace("同志们", "同志们,朋友们", 1), encoding="utf-8")
        moment = 1_700_000_000 + (state and name in (CHANGED, FRESH)) * 86_400
        os.utime(path, (moment, moment))
    links = "".join(f'<li><a href="/{Path(name).name}">{Path(name).stem}</a></li>' for name in names)
    (folder / "index.html").write_text(f"<html><body><ul>{links}</ul></body></html>", encoding="utf-8")
    os.utime(folder / "index.html", (1_700_000_000 + state * 86_400,) * 2)


def new_world(folder: Path, *, crawl: bool = True, server: str = "") -> World:
    """An empty world: settings and sources, no table. Without a crawl its folder holds the site's pages too."""
    world = World(folder, server)
    (folder / "overlay" / "sites").mkdir(parents=True)
    if crawl:
        (folder / "overlay" / "sites" / "small.toml").write_text(SITE, encoding="utf-8")
    (folder / "overlay" / "sites" / "mail.toml").write_text(FOLDER.format(folder=folder / "mail"), encoding="utf-8")
    (folder / "overlay" / "sites" / "sample.toml").write_text(
        SITE.replace('"small"', '"sample"').replace("enabled = true", "enabled = false"), encoding="utf-8"
    )
    places = {name: folder / name for name in ("archive", "reports", "work", "overlay", "backups")}
    lines = [f'database_url = "{world.table}"', "chunk = 2", "min_free = 0"]
    lines += [f'{name} = "{path}"' for name, path in places.items()]
    world.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if server:
        world.on_server("CREATE DATABASE {name} TEMPLATE template0")
    return world


def settings_of(world: World, site: Sites, state: int) -> Settings:
    """The settings of a night on which the site is in this state."""
    return load_settings(world.config, addresses=addresses_of(world, site, state))


def addresses_of(world: World, site: Sites, state: int) -> dict[str, str]:
    """Where the sources of a world are reached in this state."""
    if not (world.folder / "overlay" / "sites" / "small.toml").exists():
        return {"mail": str(site.papers[state])}
    return {"small": site.addresses[state], "mail": str(site.letters[state])}


def night(world: World, site: Sites, *, state: int, day: int) -> Report:
    """One night as the flow does it, `day` days after today."""
    settings = settings_of(world, site, state)

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(days=day)

    def steps(run: Night) -> Steps:
        return Steps(
            lambda sources: [_visited(run, source, clock) for source in sources],
            lambda source, chunk: mine_chunk(run, Chunk(*chunk), source=source, clock=clock, timer=time.perf_counter),
        )

    with RunLock(settings.database_url):
        return run_night(settings, sources_of(settings), steps=steps, clock=clock)


def _visited(run: Night, source: Source, clock: object) -> Path | SourceError:
    try:
        return visit(run, source, clock=clock)  # type: ignore[arg-type]
    except SourceError as problem:
        return problem


def digest(lines: Sequence[str]) -> str:
    """A canonical dump in short."""
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def dump(table: Table) -> list[str]:
    """The canonical dump of a table; one that shows rows of a run which was never published contradicts itself."""
    try:
        return list(table.dump_canonical())
    except KeyError as problem:
        return [f"rows of a night that was not published: {problem}"]


def dump_of(world: World) -> list[str]:
    """The canonical dump of a world's table; empty when there is none yet."""
    if not world.has_table():
        return []
    with open_table(world.settings) as table:
        return dump(table)


def warm_up() -> None:
    """Loads what every night loads and mines each page once, so that processes forked from here start at once."""
    station_fingerprints()
    for name in PAPERS:
        mine(read_file(SAMPLE / name, max_bytes=1_000_000))
