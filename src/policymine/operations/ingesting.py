"""Files and single addresses into the table: the same steps as a night, for what a person names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from policymine.errors import FetchError
from policymine.model import Page
from policymine.operations.ending import end, write_report
from policymine.operations.night import Clock, Night, open_table, read_archived
from policymine.operations.report import Report, SourceReport
from policymine.operations.staging import PageNote, Reading, stage
from policymine.settings import Settings
from policymine.sources.archive import Archive, Archived, Recorder
from policymine.sources.crawl import crawl
from policymine.sources.reading import name_of, read_file
from policymine.sources.source import Source
from policymine.table.lock import RunLock


def ingest(
    paths: Sequence[Path], urls: Sequence[str], *, settings: Settings, clock: Clock, timer: Callable[[], float],
    watch: Callable[[Iterable[Reading], int], Iterable[Reading]] = lambda readings, _: readings,
) -> tuple[Report, tuple[PageNote, ...]]:  # fmt: skip
    """Reads, archives, cleans, mines and publishes files and addresses.

    Args:
        paths: files; each keeps its path as its address.
        urls: single pages to fetch, politely (robots.txt counts).
        settings: where the table and the archive are.
        clock: the time of day.
        timer: seconds, for the report.
        watch: wraps the inputs, to show progress.

    Raises:
        LockedError: another run is at work.
    """
    with RunLock(settings.database_url), open_table(settings) as table:
        run = table.begin("ingest", clock=clock, resume=False)
        night = Night(settings, run.id)
        archive = Archive(settings.archive)
        with (
            night.copies(table) as copies,
            night.templates(table) as templates,
            archive.recorder("file", at=clock()) as recorder,
            run,
        ):
            file = partial(_file, recorder=recorder, settings=settings, clock=clock)
            readings = [Reading(name_of(path), partial(file, path)) for path in paths]
            readings += list(_fetched(urls, archive, settings=settings, clock=clock))
            notes = tuple(stage(run, watch(readings, len(readings)), copies=copies, templates=templates, timer=timer))
        report = end(run, table, kind="ingest", notes=notes, sources=_account(notes), night=night, clock=clock)
    write_report(report, settings.reports)
    return report, notes


def _file(path: Path, *, recorder: Recorder, settings: Settings, clock: Clock) -> Page:
    """The page in a file, its bytes archived."""
    page = read_file(path, max_bytes=settings.max_bytes)
    response = Archived(page.url, 200, {"Content-Type": page.media_type}, path.read_bytes())
    return _placed(page, recorder.write(response, at=clock()), fetched_at=clock())


def _placed(page: Page, place: str, *, fetched_at: datetime) -> Page:
    return replace(page, place=place, fetched_at=fetched_at)


def _fetched(urls: Sequence[str], archive: Archive, *, settings: Settings, clock: Clock) -> Iterator[Reading]:
    """Each address through the crawler, as a source of one page."""
    for url in urls:
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        name = "url-" + hashlib.sha256(base.encode()).hexdigest()[:8]
        only = f"^{re.escape(url)}$"
        source = Source(name, base, base, (url,), (only,), allow_private=parts.hostname in ("127.0.0.1", "localhost", "::1"))
        yield Reading(url, partial(_visit, source, archive, settings=settings, clock=clock))


def _visit(source: Source, archive: Archive, *, settings: Settings, clock: Clock) -> Page:
    answers = crawl(
        source, archive=archive.folder, known={}, now=clock(), max_bytes=settings.max_bytes, seconds=300,
        user_agent=f"{settings.user_agent} (+{settings.contact or 'local copy'})",
    )  # fmt: skip
    for answer in answers:
        if answer.place is not None:
            return read_archived(archive, answer, source=source.id)
    reason = answers[0].error if answers else "no answer"
    raise FetchError(source.start[0], "", f"{reason}; check the address")


def _account(notes: Sequence[PageNote]) -> tuple[SourceReport, ...]:
    refused = sum(1 for note in notes if note.refused)
    return (SourceReport("file", "", planned=len(notes), fetched=len(notes) - refused, failed=refused),)
