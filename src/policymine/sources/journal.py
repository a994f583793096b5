"""What a crawl has done so far, one JSON line at a time, flushed before the next step: a killed crawl goes on where it was.

Lines: `found` addresses (before they are visited), `moved` ones, `done` ones (after the archive has them), and the reason why a
crawl `stopped` before its end. A line torn by a crash counts for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

Outcome = Literal["fetched", "unchanged", "resting", "waiting", "failed", "forbidden", "refused"]
REACHED: tuple[Outcome, ...] = ("fetched", "unchanged", "resting")
"""Outcomes of addresses that stand: new, met as they were, or known and not worth a visit tonight."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last night knows of an address: for conditional requests, and to see that nothing changed.

    A `resting` address is not worth a visit tonight.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    resting: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one address tonight; `place` leads into the archive, `error` and `code` say what went wrong.

    `code` is a short word such as `http-503`, `timeout`, `redirect-loop`; docs/reference/crawling.md lists them. `missing`
    names what the source promises of a paper and this one does not show. `received` counts the bytes of the body.
    """

    url: str
    asked: str
    kind: str
    outcome: Outcome
    status: int = 0
    depth: int = 0
    place: str | None = None
    body_sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    media_type: str | None = None
    charset: str | None = None
    fetched_at: str | None = None
    parent: str | None = None
    error: str | None = None
    source: str = ""
    code: str = ""
    received: int = 0
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, content: dict[str, Any]) -> Fetched:
        """The entry that a line of JSON holds."""
        return cls(**{**content, "missing": tuple(content.get("missing", ()))})


class Found(NamedTuple):
    """An address that a list or page linked to. `hops` counts the redirects that led here."""

    url: str
    kind: str
    depth: int
    parent: str | None = None
    hops: int = 0
    asked: str = ""


@dataclass(slots=True)
class Progress:
    """What a journal says: in order, each address once."""

    found: dict[str, Found] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    done: dict[str, Fetched] = field(default_factory=dict)
    stopped: str = ""
    ended: bool = False
    unexplained: tuple[str, ...] = ()

    def waiting(self) -> list[Found]:
        """Addresses that were found and not visited yet."""
        return [found for url, found in self.found.items() if url not in self.done and url not in self.moved]


def read_journal(path: Path) -> Progress:
    """The progress that a journal holds; nothing when there is none."""
    progress = Progress()
    if not path.exists():
        return progress
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            try:
                entry = json.loads(line)  # whole also without its line feed: an object ends with its brace
            except ValueError:  # a line torn by a crash; the journal may go on behind it
                continue
            _take(progress, entry)
    return progress


def _take(progress: Progress, entry: dict[str, Any]) -> None:
    for content in entry.get("found", ()):
        found = Found(*content)
        progress.found.setdefault(found.url, found)
    if "done" in entry:
        fetched = Fetched.of(entry["done"])
        progress.done.setdefault(fetched.asked, fetched)
    if "moved" in entry:
        progress.moved[entry["moved"][0]] = entry["moved"][1]
    if "end" in entry:
        progress.ended, progress.stopped, progress.unexplained = True, entry["end"], tuple(entry.get("unexplained", ()))
    if "begin" in entry:
        progress.ended, progress.stopped = False, ""


class Journal:
    """Appends to a journal; every line is out of the process's hands when a method returns."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self.ended = file, False
        file.write("\n")  # ends a line that a crash tore

    def begin(self, moment: str) -> None:
        """A process starts to work on it."""
        self._line({"begin": moment})

    def found(self, entries: Iterable[Found]) -> None:
        """Addresses that are to be visited."""
        if content := [list(entry) for entry in entries]:
            self._line({"found": content})

    def moved(self, url: str, target: str) -> None:
        """An address that only leads to another one."""
        self._line({"moved": [url, target]})

    def done(self, fetched: Fetched) -> None:
        """An address that was visited."""
        self._line({"done": _sparse(fetched)})

    def end(self, reason: str, *, unexplained: Iterable[str]) -> None:
        """The crawl is over; `reason` is empty when it saw all there was. `unexplained` links fit no rule of the source."""
        self.ended = True
        self._line({"end": reason, "unexplained": list(unexplained)})

    def _line(self, entry: dict[str, Any]) -> None:
        self._file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()


_DEFAULTS = {f.name: f.default for f in fields(Fetched)}


def _sparse(fetched: Fetched) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in asdict(fetched).items() if value != _DEFAULTS[name]}
