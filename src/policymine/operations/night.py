"""The steps of a run: visit a source, mine a chunk of what came, judge, publish, report.

Between steps travel ids and paths, never texts: a step reads its work from files in the run's folder and leaves a file that
says what it did, so that a killed run goes on where it was. Clocks come from the surface.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from policymine.errors import SourceError
from policymine.model import Page
from policymine.operations.copies import Copies, known_copies
from policymine.operations.staging import PageNote, Reading, stage
from policymine.operations.templates import Templates, known_templates
from policymine.pipeline import station_fingerprints
from policymine.settings import Settings
from policymine.sources.archive import Archive
from policymine.sources.crawl import Fetched, Validators, visit_source
from policymine.sources.reading import page_id, read_bytes
from policymine.sources.schedule import day_of, due, open_now
from policymine.sources.source import Source
from policymine.sources.source_file import load_sources
from policymine.table.frontier import known_addresses
from policymine.table.standing import asked_since, standing_addresses
from policymine.table.store import Table
from policymine.text.script import fold

AGAIN = ".again.jsonl"
"""How the names of work files end whose pages are mined a second time in a run."""
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


class Chunk(NamedTuple):
    """A stretch of a work file: what one mining task takes."""

    work: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Night:
    """A run that is being staged: its settings, its id and its folder."""

    settings: Settings
    run_id: int

    @property
    def folder(self) -> Path:
        """Where the steps leave their files; gone when the run has ended."""
        return self.settings.work / f"run-{self.run_id}"

    def table(self) -> Table:
        """The knowledge table, with search indifferent to script and width."""
        return open_table(self.settings)

    def copies(self, table: Table, *, without: Collection[str] = ()) -> AbstractContextManager[Copies]:
        """The documents of other pages, to find copies of them; `without` are pages about to be mined anew."""
        stamp = station_fingerprints()["clean"]
        return known_copies(table, self.settings.work, run_id=self.run_id, made_by=stamp, without=without)

    def templates(self, table: Table) -> AbstractContextManager[Templates]:
        """The lines that sites print on all their pages."""
        return known_templates(table, self.settings.work, run_id=self.run_id, made_by=station_fingerprints()["clean"])

    def clear(self) -> None:
        """Forgets the run's files."""
        shutil.rmtree(self.folder, ignore_errors=True)


def open_table(settings: Settings, *, create: bool = True) -> Table:
    """The knowledge table as every surface opens it."""
    return Table.open(settings.database_url, create=create, fold=fold)


def sources_of(settings: Settings, names: Sequence[str] = ()) -> tuple[Source, ...]:
    """The sources to visit: the named ones, or all that are enabled, each at the address that the settings give it.

    Raises:
        SourceError: a named source is not known, or a real site would be visited without a contact address.
    """
    known = load_sources(settings.overlay)
    if unknown := set(names) - set(known):
        raise SourceError(sorted(unknown)[0], "", f"no such source; there are {', '.join(sorted(known))}")
    chosen = [known[name] for name in names] if names else [source for source in known.values() if source.enabled]
    return tuple(source.at(settings.addresses.get(source.id, "")) for source in sorted(chosen, key=lambda s: s.id))


def visit(night: Night, source: Source, *, clock: Clock) -> Path:
    """Crawls a source and leaves its work file; one that a killed run left whole is taken as it is, a half one goes on.

    Raises:
        FetchError: nothing could be fetched.
        BlockedError: the site forbids it.
        SourceError: no contact address is set and the site is a real one, or it is outside the source's hours.
    """
    path = night.folder / f"{source.id}.jsonl"
    if path.exists():
        return path
    settings, now = night.settings, clock()
    if not settings.contact and not source.allow_private and not source.folder:
        cure = "set `contact` (an address that the site's operator can write to) before visiting real sites"
        raise SourceError(source.id, "contact", cure)
    if not open_now(source.hours, now):
        raise SourceError(source.id, "hours", f"may be visited at {source.hours} (Asia/Shanghai) only; run it then")
    with night.table() as table:
        known = _known(table, source, now=now)
        spent = asked_since(table, source.id, since=day_of(now).isoformat())
    visited = visit_source(
        source, archive=settings.archive, known=known, now=now, user_agent=source.agent(settings.user_agent, settings.contact),
        max_bytes=settings.max_bytes, journal=night.folder / f"{source.id}.journal", budget=source.budget - spent,
    )  # fmt: skip
    met = {fetched.url for fetched in visited.fetched}
    resting = [
        Fetched(u, u, "paper", "resting") for u, v in known.items() if v.resting and u not in met and not _lists(source, u)
    ]
    leave(
        path.with_suffix(".visit"),
        [Fetched("", "", "visit", "waiting", code=visited.stopped, missing=visited.unexplained), *resting],
    )
    return leave(path, sorted(visited.fetched, key=lambda f: (f.url, f.asked)))


def _lists(source: Source, url: str) -> bool:
    return url in source.starts() or source.kind_of(url) == "list"


def _known(table: Table, source: Source, *, now: datetime) -> dict[str, Validators]:
    """What the frontier knows, as the crawler takes it: an address that has stood unchanged long enough rests tonight."""
    stands = standing_addresses(table, source.id)

    def rests(url: str) -> bool:
        met, asked, state = stands[url]
        return state in ("fetched", "unchanged") and not due(met, asked, now, listing=_lists(source, url))

    return {url: Validators(*address, resting=rests(url)) for url, address in known_addresses(table, source.id).items()}


def leave(path: Path, fetched: Iterable[Fetched]) -> Path:
    """Writes a work file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(json.dumps(asdict(f), ensure_ascii=False) + "\n" for f in fetched), encoding="utf-8")
    fresh.replace(path)
    return path


def read_work(path: Path) -> list[Fetched]:
    """The addresses of a work file."""
    return [Fetched.of(json.loads(line)) for line in path.read_text(encoding="utf-8").split("\n") if line]


def chunks_of(path: Path, *, size: int) -> list[Chunk]:
    """The stretches of a work file that hold pages to mine."""
    count = sum(1 for fetched in read_work(path) if _to_mine(fetched))
    return [Chunk(str(path), start, min(start + size, count)) for start in range(0, count, size)]


def _to_mine(fetched: Fetched) -> bool:
    return fetched.outcome == "fetched" and fetched.place is not None


def mine_chunk(night: Night, chunk: Chunk, *, source: str | None, clock: Clock, timer: Callable[[], float]) -> Path:
    """Reads, cleans, mines and stages the pages of a chunk; returns the file with a note on each.

    Bad input never loses good input: a page that cannot be read or breaks a station is noted and the others go on.
    """
    path = Path(f"{chunk.work}.{chunk.start}.notes")
    if path.exists():
        return path
    archive = Archive(night.settings.archive)
    todo = [fetched for fetched in read_work(Path(chunk.work)) if _to_mine(fetched)][chunk.start : chunk.stop]
    known = load_sources(night.settings.overlay)
    with night.table() as table:
        pages = {page_id(source or fetched.source, fetched.url) for fetched in todo}
        with (
            night.copies(table, without=pages) as copies,
            night.templates(table) as templates,
            table.attach(night.run_id, clock=clock) as run,
        ):
            readings = [
                Reading(f.url, partial(_read_known, archive, f, known.get(source or f.source), name=source or f.source), f)
                for f in todo
            ]
            notes = list(stage(run, readings, copies=copies, templates=templates, timer=timer))
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([asdict(note) for note in notes], ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)
    return path


def read_archived(archive: Archive, fetched: Fetched, *, source: str) -> Page:
    """The page that an archived response gives; the same bytes give the same page, today and years later."""
    assert fetched.place is not None
    response = archive.read(fetched.place)
    media_type, charset = response.content_type
    page = read_bytes(
        response.body,
        source=source,
        url=fetched.url,
        media_type=media_type,
        charset=charset,
        fetched_at=datetime.fromisoformat(fetched.fetched_at) if fetched.fetched_at else None,
    )
    via = {"parent": response.via} if response.via else {}
    return replace(page, place=fetched.place, metadata={**page.metadata, **via})


def _read_known(archive: Archive, fetched: Fetched, source: Source | None, *, name: str) -> Page:
    """An archived page with what its source says of all its papers."""
    page = read_archived(archive, fetched, source=name)
    return replace(page, metadata={**page.metadata, **source.defaults}) if source is not None else page


def read_notes(path: Path) -> list[PageNote]:
    """The notes that `mine_chunk` left."""
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [PageNote(**entry) for entry in entries]
