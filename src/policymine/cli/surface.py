"""What every command shares: settings, the two output streams, progress, and one line per bad input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

from policymine.errors import FetchError, PolicymineError
from policymine.settings import Settings

PARTIAL = 4
SUFFIXES = (".txt", ".html", ".htm", ".docx", ".pdf")
Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(slots=True)
class Surface:
    """The settings of this process and its two streams: data on stdout, everything else on stderr."""

    settings: Settings
    quiet: bool = False
    out: Console = field(default_factory=lambda: Console(soft_wrap=True))
    err: Console = field(default_factory=lambda: Console(stderr=True, soft_wrap=True))
    failures: int = 0

    def data(self, thing: Any) -> None:
        """One JSON object on one line of stdout."""
        sys.stdout.write(json.dumps(thing, ensure_ascii=False) + "\n")

    def say(self, line: str) -> None:
        """One line for the person, on stderr."""
        if not self.quiet:
            self.err.print(line, markup=False, highlight=False)

    def refuse(self, problem: PolicymineError) -> None:
        """One line for an input that could not be used; the others go on."""
        self.failures += 1
        self.err.print(str(problem), markup=False, highlight=False)

    def finish(self) -> None:
        """Leaves with the exit code for partial success when an input was refused."""
        sys.stdout.flush()
        if self.failures:
            raise typer.Exit(PARTIAL)

    def progress(self, items: Iterable[Item], *, total: int, label: str) -> Iterator[Item]:
        """The items, with a progress bar on a terminal."""
        with Progress(
            SpinnerColumn(), *Progress.get_default_columns(), TimeElapsedColumn(), console=self.err, transient=True,
            disable=self.quiet or not self.err.is_terminal,
        ) as progress:  # fmt: skip
            yield from progress.track(items, total=total, description=label)

    def each(self, items: Sequence[Item], make: Callable[[Item], Made], *, label: str) -> Iterator[Made]:
        """What `make` gives for each item; an item that fails is one line on stderr. Shows progress on a terminal."""
        for item in self.progress(items, total=len(items), label=label):
            try:
                made = make(item)
            except PolicymineError as problem:
                self.refuse(problem)
                continue
            yield made


def surface_of(context: typer.Context) -> Surface:
    """The surface that the main callback made."""
    surface: Surface = context.find_root().obj
    return surface


def files_of(paths: Iterable[Path], surface: Surface, *, suffixes: Sequence[str] = SUFFIXES) -> list[Path]:
    """The files that the paths name, folders opened; a path that is not there is refused, the others stay."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in suffixes)
            if not inside:
                surface.refuse(FetchError(str(path), "", f"holds no file ending in {', '.join(suffixes)}"))
            found += inside
        elif path.exists():
            found.append(path)
        else:
            surface.refuse(FetchError(str(path), "", "there is no such file; check the path"))
    return found
