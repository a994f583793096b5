"""The order of a run's steps, whoever does them: an orchestrator hands in how a source is visited and a chunk is mined.

Everything a killed run leaves behind is mended when the next one begins: records torn in the archive, folders of runs that have
ended, the report of a run that died between publishing and writing it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from policymine.errors import SourceError
from policymine.operations.ending import account, finish, last_success, write_report
from policymine.operations.limits import check_clock, check_disk
from policymine.operations.night import Chunk, Clock, Night, chunks_of, open_table
from policymine.operations.remining import plan_again
from policymine.operations.report import Report, SourceReport, report_of
from policymine.operations.visits import account_visit
from policymine.settings import Settings
from policymine.sources.archive import Archive
from policymine.sources.archive_care import mend
from policymine.sources.source import Source
from policymine.table.store import Table


class Steps(NamedTuple):
    """How an orchestrator does the two steps that can be done many at a time.

    `visit` gives for each source, in their order, its work file or why it gave none; `mine` the notes on a chunk's pages.
    """

    visit: Callable[[Sequence[Source]], Sequence[Path | SourceError]]
    mine: Callable[[str, Chunk], Path]


def begin(settings: Settings, kind: str, *, clock: Clock, create: bool = True) -> Night:
    """Begins a run, or takes up one that was killed; the caller holds the lock.

    Raises:
        StorageError: the disk is used up, the clock was set back, or the table cannot be opened.
    """
    check_disk(settings)
    with open_table(settings, create=create) as table:
        check_clock(table, settings=settings, now=clock())
        run = table.begin(kind, clock=clock)
        _mend_report(table, settings.reports)
    if run.resumed:
        for _ in mend(Archive(settings.archive)):
            pass
    night = Night(settings, run.id)
    for left in settings.work.glob("run-*"):
        if left != night.folder:
            shutil.rmtree(left, ignore_errors=True)
    return night


def _mend_report(table: Table, folder: Path) -> None:
    """Writes the report of the latest ended run when it died before that."""
    ended = next((run for run in table.runs() if run.status != "staged"), None)
    if ended is not None and ended.report and not all((folder / f"run-{ended.id}.{kind}").exists() for kind in _KINDS):
        write_report(report_of(ended.report), folder)


_KINDS = ("json", "md", "html")


def run_night(settings: Settings, sources: Sequence[Source], *, steps: Callable[[Night], Steps], clock: Clock) -> Report:
    """A whole night: every source is visited, what came is mined, judged, published and reported; the caller holds the lock.

    Args:
        settings: of the run.
        sources: to visit.
        steps: gives, for the run, how its steps are done.
        clock: the time of day.
    """
    night = begin(settings, "nightly", clock=clock)
    visit, mine = steps(night)
    with open_table(settings) as table:
        successes = {source.id: last_success(table, source.id) for source in sources}
    accounts: list[SourceReport] = []
    works: dict[str, Path] = {}
    notes: list[Path] = []
    for source, work in zip(sources, visit(sources), strict=True):
        if isinstance(work, SourceError):
            accounts.append(account(source, (), last_success=successes[source.id], error=str(work)))
            continue
        works[source.id] = work
        if chunks := chunks_of(work, size=settings.chunk):
            notes += [mine(source.id, chunk) for chunk in chunks]
            again = plan_again(night, [source.id], name=source.id)
            notes += [mine(source.id, chunk) for chunk in chunks_of(again, size=settings.chunk)]
        accounts.append(account_visit(source, work, last_success=successes[source.id]))
    return finish(night, kind="nightly", sources=accounts, works=works, notes=notes, clock=clock)
