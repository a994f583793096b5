"""The command line: its global options, its commands and what its exit codes mean.

0 done · 1 unexpected · 2 usage, unknown id · 3 bad configuration, profile, source or rule · 4 partial · 5 gate failed ·
6 nothing new · 7 another run holds the lock · 8 storage · 130 interrupted.
"""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import entry_points, version
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Annotated, Any

import typer

from policymine.cli import annotate, coding, compliance, phrases, reading, research, slogans, sources, status, table, upkeep
from policymine.cli.surface import Surface
from policymine.errors import PolicymineError, StorageError
from policymine.settings import Settings, load_settings
from policymine.text import outgoing

INTERRUPTED = 130
UsageProblem: type[Any] = typer.BadParameter.__mro__[2]
"""What Typer raises for a wrong command line: its own ClickException, which it exports only by its children."""

app = typer.Typer(
    name="policymine",
    help="Turns Chinese local-government speeches and circulars into a knowledge table in which every value quotes its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        built = "" if str(outgoing.__file__).endswith(".py") else " (compiled)"  # docs/adr/0010
        typer.echo(f"policymine {version('policymine')}{built}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML).", metavar="FILE")] = None,
    database: Annotated[str | None, typer.Option(help="Address of the knowledge table.", metavar="URL")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print data and errors only.")] = False,
    verbose: Annotated[int, typer.Option("-v", count=True, help="Say more; twice for debugging.")] = 0,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Reads the settings and hands them to the command."""
    settings = load_settings(config, database_url=database)
    level = {0: settings.log_level, 1: "INFO"}.get(verbose, "DEBUG")
    _log(settings, level)
    context.obj = Surface(settings, quiet=quiet)


def _log(settings: Settings, level: str) -> None:
    """The log on stderr, or in a file that is rotated before it grows too large."""
    if settings.log_file is None:
        logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
        return
    settings.log_file.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        settings.log_file, maxBytes=settings.log_bytes, backupCount=settings.log_keep, encoding="utf-8"
    )
    logging.basicConfig(level=level, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s")


for _module in (reading, phrases, table, research, slogans, coding, compliance, sources, annotate, upkeep, status):
    _module.add_commands(app)
for _point in entry_points(group="policymine.commands"):
    _point.load()(app)


def main() -> None:
    """Runs one command and leaves with its exit code."""
    try:
        code = app(standalone_mode=False) or 0
    except PolicymineError as problem:
        print(outgoing.for_terminal(str(problem)).replace("\n", "␊"), file=sys.stderr)
        code = problem.exit_code
    except UsageProblem as problem:
        problem.show()
        code = problem.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("interrupted", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as problem:
        storage = StorageError.of(problem)
        if storage is None:
            raise
        print(outgoing.for_terminal(str(storage)).replace("\n", "␊"), file=sys.stderr)
        code = storage.exit_code
    sys.exit(code if isinstance(code, int) else 0)
