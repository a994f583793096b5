"""What every command shares: settings, the two output streams, progress, and one line per bad input.

What comes from pages and file names never acts on a terminal: control characters and marks of direction are shown as signs, in
JSON they are escaped.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn
from rich.segment import Segment

from policymine.errors import FetchError, PolicymineError
from policymine.extraction.stations import together
from policymine.settings import Settings
from policymine.sources.reading import name_of
from policymine.text.outgoing import for_terminal

logger = logging.getLogger(__name__)
PARTIAL = 4
SUFFIXES = (".txt", ".html", ".htm", ".docx", ".pdf")
Item = TypeVar("Item")
Made = TypeVar("Made")
Part = TypeVar("Part")
IN_JSON = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What `json.dumps` leaves as it is although it acts, ends a line elsewhere, or is no character."""


class Screen(Console):
    """A console on which only its own styles act."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """The segments of something printed, made harmless."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=for_terminal(segment.text))


@dataclass(slots=True)
class Surface:
    """The settings of this process and its two streams: data on stdout, everything else on stderr."""

    settings: Settings
    quiet: bool = False
    out: Console = field(default_factory=lambda: Screen(soft_wrap=True))
    err: Console = field(default_factory=lambda: Screen(stderr=True, soft_wrap=True))
    failures: int = 0

    def data(self, thing: Any) -> None:
        """One JSON object on one line of stdout."""
        line = json.dumps(thing, ensure_ascii=False)
        sys.stdout.write(IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")

    def say(self, line: str) -> None:
        """One line for the person, on stderr."""
        if not self.quiet:
            self.err.print(line, markup=False, highlight=False)

    def refuse(self, problem: PolicymineError) -> None:
        """One line for an input that could not be used; the others go on."""
        self.failures += 1
        self.err.print(str(problem).replace("\n", "␊"), markup=False, highlight=False)

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
            yield from progress.track(items, total=total, description=escape(label))

    def each(self, items: Sequence[Item], make: Callable[[Item], Made], *, label: str) -> Iterator[Made]:
        """What `make` gives for each item; an item that fails is one line on stderr. Shows progress on a terminal.

        One that breaks a station for no reason known is a line too, and the others go on; `-v` shows where it broke.
        """
        for item in self.progress(items, total=len(items), label=label):
            yield from self._tried(item, make)

    def each_together(
        self, items: Sequence[Item], make: Callable[[Item], Part], finish: Callable[[Sequence[Part]], Iterable[Made]], *,
        size: Callable[[Part], int], label: str,
    ) -> Iterator[Made]:  # fmt: skip
        """The same in two steps: `make` for each item alone, `finish` for as many together as are read together.

        Where one of those breaks a station each of them is finished alone.
        """
        made = self.each(items, lambda item: (item, make(item)), label=label)
        for hand in together(made, lambda one: size(one[1])):
            try:
                done = list(finish([part for _, part in hand]))
            except Exception:  # a surface: whose fault it is comes out below
                logger.info("%d inputs broke a station together, each is taken alone", len(hand), exc_info=True)
                done = [one for item, part in hand for one in self._tried(item, partial(_alone, finish, part))]
            yield from done

    def _tried(self, item: Item, make: Callable[[Item], Made]) -> Iterator[Made]:
        """What `make` gives for an item; nothing, and a line on stderr, where it fails."""
        try:
            made = make(item)
        except PolicymineError as problem:
            self.refuse(problem)
        except Exception as problem:  # a surface: one input must not take the others with it
            logger.info("%s broke a station", item, exc_info=True)
            cure = f"broke a station ({type(problem).__name__}: {problem}); this is a bug, please report it with the file"
            self.refuse(PolicymineError(_name(item), "", cure))
        else:
            yield made


def _alone(finish: Callable[[Sequence[Part]], Iterable[Made]], part: Part, _: object) -> Made:
    (made,) = finish([part])
    return made


def _name(item: object) -> str:
    """What a line calls an input: its path, and where in it."""
    return ", line ".join(str(part) for part in item[:2]) if isinstance(item, tuple) else str(item)


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
                surface.refuse(FetchError(name_of(path), "", f"holds no file ending in {', '.join(suffixes)}"))
            found += inside
        elif path.exists():
            found.append(path)
        else:
            surface.refuse(FetchError(name_of(path), "", "there is no such file; check the path"))
    return found
