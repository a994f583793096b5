"""`nightly`, `remine` and `train` on the command line: a private Prefect server for the run, the report, the exit code."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markdown import Markdown

from policymine.cli.surface import Surface, surface_of

from .server import prefect_server

DONE, PARTIAL, GATE_FAILED, NOTHING_NEW = 0, 4, 5, 6
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def add_commands(app: typer.Typer) -> None:
    """Adds the flows to policymine's command line; called through the entry point."""
    app.command(name="nightly")(nightly_command)
    app.command(name="remine")(remine_command)
    app.command(name="train")(train_command)


def nightly_command(
    context: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(help="Sources to visit; all enabled ones without it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Crawl the sources, clean, mine and publish what is new, and print the run report."""

    def run(config: str | None) -> dict[str, Any]:
        from .nightly import nightly

        return nightly(config, sources or None)

    _run(context, run, as_json=as_json)


def remine_command(context: typer.Context, as_json: AsJson = False) -> None:
    """Mine anew, from the archive, the pages that other rules or another version of a station made."""

    def run(config: str | None) -> dict[str, Any]:
        from .remine import remine

        return remine(config)

    _run(context, run, as_json=as_json)


def train_command(
    context: typer.Context,
    gold: Annotated[Path, typer.Option(help="Folder of annotated papers.")] = Path("corpora/gold"),
    into: Annotated[Path, typer.Option(help="Folder for the model files and the model card.")] = Path("models"),
    corpora: Annotated[Path | None, typer.Option(help="Folder of pages: also train the model of block labels.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train the classifiers of directives from annotated papers, and the one of block labels from pages."""
    surface = surface_of(context)
    with prefect_server(surface.settings.work.parent / "prefect"):
        from .train import train

        figures = train(str(gold), str(into), str(corpora) if corpora else None)
    if as_json:
        surface.data(figures)
    else:
        for name, value in figures.items():
            surface.out.print(f"{name}: {value}", markup=False)


def _run(context: typer.Context, run: Callable[[str | None], dict[str, Any]], *, as_json: bool) -> None:
    """Runs a flow beside a Prefect server and leaves with the run's exit code."""
    surface = surface_of(context)
    config = context.find_root().params.get("config")
    os.environ["POLICYMINE_DATABASE_URL"] = surface.settings.database_url  # flows read their settings themselves
    began = time.monotonic()
    with prefect_server(surface.settings.work.parent / "prefect"):
        report = run(str(config) if config else None)
    if as_json:
        surface.data(report)
    else:
        _show(report, surface, seconds=time.monotonic() - began)
    raise typer.Exit(exit_code(report))


def exit_code(report: dict[str, Any]) -> int:
    """What a run's report means to the shell.

    >>> exit_code({"status": "nothing_new", "sources": [], "quarantine": []})
    6
    """
    if report["status"] == "gate_failed":
        return GATE_FAILED
    if any(source["error"] for source in report["sources"]) or report["quarantine"]:
        return PARTIAL
    return NOTHING_NEW if report["status"] == "nothing_new" else DONE


def _show(report: dict[str, Any], surface: Surface, *, seconds: float) -> None:
    """The report on the terminal, and where its files are."""
    folder = surface.settings.reports
    path = folder / f"run-{report['run_id']}.md"
    surface.out.print(Markdown(path.read_text(encoding="utf-8")))
    surface.say(f"{seconds:.1f} s; report: {path.with_suffix('.html')}")
