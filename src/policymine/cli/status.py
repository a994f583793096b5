"""`doctor`: versions, database, disk, rules, models, archive: what is wrong and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer

from policymine.cli.surface import surface_of
from policymine.errors import PolicymineError, RuleError
from policymine.operations.night import open_table, sources_of
from policymine.pipeline import language, station_fingerprints
from policymine.rules import load
from policymine.settings import Settings
from policymine.sources.archive import Archive

LIBRARIES = ("jieba", "rjieba", "spacy", "scikit-learn", "beautifulsoup4", "lxml", "opencc", "scrapy", "sqlalchemy", "prefect")
LEAST_FREE_BYTES = 1_000_000_000
SICK = 4


class Finding(NamedTuple):
    """One thing that was looked at; `state` is ok, warning or error, `text` says what it is and how to mend it."""

    what: str
    state: Literal["ok", "warning", "error"]
    text: str


def add_commands(app: typer.Typer) -> None:
    """Adds `doctor`."""
    app.command()(doctor)


def doctor(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False
) -> None:
    """Look at versions, database, disk, rules, model and archive; say what is wrong and how to mend it."""
    surface = surface_of(context)
    worst = 0
    for examine in (_versions, _rules, _model, _sources, _database, _disk, _archive):
        for finding in _examined(examine, surface.settings):
            worst = max(worst, 1 if finding.state == "error" else 0)
            if as_json:
                surface.data(finding._asdict())
            else:
                sign = {"ok": "ok     ", "warning": "warning", "error": "error  "}[finding.state]
                surface.out.print(f"{sign} {finding.what}: {finding.text}", markup=False)
    if worst:
        raise typer.Exit(SICK)


def _examined(examine: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    try:
        yield from examine(settings)
    except PolicymineError as problem:
        yield Finding(examine.__name__.strip("_"), "error", str(problem))


def _versions(_: Settings) -> Iterator[Finding]:
    names = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield Finding("versions", "ok", f"policymine {version('policymine')}, Python {platform.python_version()}, {names}")
    if sqlite3.sqlite_version_info < (3, 35):
        yield Finding("sqlite", "error", f"{sqlite3.sqlite_version} is too old; use a Python built with SQLite 3.35 or newer")


def _rules(_: Settings) -> Iterator[Finding]:
    total = 0
    for package in ("extraction", "cleaning"):
        for entry in sorted(files(f"policymine.{package}").iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".toml"):
                try:
                    total += len(load(f"policymine.{package}", entry.name.removesuffix(".toml")).rules)
                except RuleError as problem:
                    yield Finding("rules", "error", str(problem))
    prints = ", ".join(f"{station} {value}" for station, value in station_fingerprints().items())
    yield Finding("rules", "ok", f"{total} rules proven by their examples; fingerprints {prints}")


def _model(_: Settings) -> Iterator[Finding]:
    doc = language()("各乡镇要在3月15日前报送隐患台账。")
    if len(doc._.directives) == 1 and len(doc._.times) == 1:
        yield Finding("model", "ok", "the pipeline loads and reads its test sentence")
    else:
        yield Finding("model", "error", "the pipeline misreads its test sentence; reinstall policymine")


def _sources(settings: Settings) -> Iterator[Finding]:
    for source in sources_of(settings):
        if not settings.contact and not source.allow_private:
            yield Finding("sources", "error", f"{source.id} is enabled but `contact` is not set; set POLICYMINE_CONTACT")
        else:
            yield Finding("sources", "ok" if source.verified else "warning", f"{source.id} ({source.base})")


def _database(settings: Settings) -> Iterator[Finding]:
    with open_table(settings, create=False) as table:
        counts = ", ".join(f"{count} {name}" for name, count in table.counts().items())
        runs = table.runs(limit=1)
        last = f"; last run {runs[0].id} {runs[0].kind} {runs[0].status} at {runs[0].started}" if runs else "; no run yet"
        yield Finding("database", "ok", f"{settings.database_url}: {counts}{last}")
        stale = len(table.pages_stale(station_fingerprints()))
        if stale:
            yield Finding("database", "warning", f"{stale} pages were made by other rules; run `policymine remine`")


def _disk(settings: Settings) -> Iterator[Finding]:
    for name in ("archive", "reports", "work"):
        folder: Path = getattr(settings, name)
        there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
        free = shutil.disk_usage(there).free
        if not os.access(there, os.W_OK):
            yield Finding("disk", "error", f"{there} cannot be written; change its owner or the setting `{name}`")
        elif free < LEAST_FREE_BYTES:
            yield Finding("disk", "warning", f"{free / 1e6:.0f} MB free at {there}; make room before the next night")
        else:
            yield Finding("disk", "ok", f"{name}: {free / 1e9:.0f} GB free")


def _archive(settings: Settings) -> Iterator[Finding]:
    faults = list(Archive(settings.archive).verify())
    for place, fault in faults:
        yield Finding("archive", "error", f"{place}: {fault}; restore the file from a backup")
    if not faults:
        yield Finding("archive", "ok", f"{settings.archive}: every record is whole")
