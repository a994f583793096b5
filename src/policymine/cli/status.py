"""`doctor`: versions, rules, models, database, disk, archive, backups: what is wrong and how to mend it."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from importlib.resources import files
from typing import Annotated

import typer

from policymine.cli.doctoring import Finding, look_at_backups, look_at_database, look_at_disk, mend_all
from policymine.cli.surface import surface_of
from policymine.errors import PolicymineError, RuleError, StorageError
from policymine.operations.night import sources_of
from policymine.pipeline import language, station_fingerprints
from policymine.rules import load
from policymine.settings import Settings
from policymine.sources.archive import Archive

LIBRARIES = ("jieba", "rjieba", "spacy", "scikit-learn", "beautifulsoup4", "lxml", "opencc", "scrapy", "sqlalchemy", "prefect")
SICK = 4
Look = Callable[[Settings], Iterator[Finding]]


def add_commands(app: typer.Typer) -> None:
    """Adds `doctor`."""
    app.command()(doctor)


def doctor(
    context: typer.Context,
    thorough: Annotated[bool, typer.Option("--thorough", help="Compare every index of the table with its rows.")] = False,
    mending: Annotated[bool, typer.Option("--mend", help="First mend what can be mended without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
) -> None:
    """Look at versions, rules, model, database, disk, clock, archive and backups; say what is wrong and how to mend it."""
    surface = surface_of(context)
    worst = 0
    database = partial(look_at_database, thorough=thorough)
    looks: list[tuple[str, Look]] = [
        ("versions", _versions), ("rules", _rules), ("model", _model), ("sources", _sources), ("database", database),
        ("disk", look_at_disk), ("archive", _archive), ("backups", look_at_backups),
    ]  # fmt: skip
    for what, look in [("mend", mend_all), *looks] if mending else looks:
        for finding in _looked(what, look, surface.settings):
            worst = max(worst, 1 if finding.state == "error" else 0)
            if as_json:
                surface.data(finding._asdict())
            else:
                sign = {"ok": "ok     ", "warning": "warning", "error": "error  "}[finding.state]
                surface.out.print(f"{sign} {finding.what}: {finding.text}", markup=False)
    if worst:
        raise typer.Exit(SICK)


def _looked(what: str, look: Look, settings: Settings) -> Iterator[Finding]:
    try:
        yield from look(settings)
    except PolicymineError as problem:
        yield Finding(what, "error", str(problem))
    except OSError as problem:
        yield Finding(what, "error", str(StorageError.of(problem) or problem))


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


def _archive(settings: Settings) -> Iterator[Finding]:
    faults = list(Archive(settings.archive).verify())
    for place, fault in faults:
        yield Finding("archive", "error", f"{place}: {fault}; restore the file from a backup")
    if not faults:
        yield Finding("archive", "ok", f"{settings.archive}: every record is whole")
