"""The index of the archive: a CDXJ file beside every WARC file, found by address, by time and by sha256.

A line is `address timestamp {json}`, as web archives write it, appended after its record; an index that is missing or shorter
than its WARC file is made anew from it (`Archive.reindex`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

STAMP = "%Y%m%d%H%M%S"


class Entry(NamedTuple):
    """One record: what was asked when, what came, and where it lies."""

    url: str
    at: str
    status: int
    media_type: str
    sha256: str
    place: str
    length: int
    kind: str = "response"

    def line(self) -> str:
        """The line that says so."""
        content = {
            "status": self.status, "mime": self.media_type, "digest": self.sha256, "place": self.place, "length": self.length,
            "type": self.kind,
        }  # fmt: skip
        return f"{self.url} {self.at} {json.dumps(content, ensure_ascii=False)}\n"

    @classmethod
    def of(cls, line: str) -> Entry:
        """The entry that a line says.

        >>> entry = Entry("http://a.example/1.html", "20240501183000", 200, "text/html", "ab" * 32, "s/1.warc.gz@0", 512)
        >>> Entry.of(entry.line()) == entry
        True
        """
        url, at, content = line.split(" ", 2)
        found = json.loads(content)
        return cls(
            url,
            at,
            found["status"],
            found["mime"],
            found["digest"],
            found["place"],
            found["length"],
            found.get("type", "response"),
        )

    @property
    def offset(self) -> int:
        """Where in its file the record begins."""
        return int(self.place.rpartition("@")[2])


def index_of(warc: Path) -> Path:
    """The index beside a WARC file."""
    return warc.with_name(warc.name.removesuffix(".warc.gz") + ".cdxj")


def read_index(path: Path) -> list[Entry]:
    """The complete lines of an index."""
    if not path.exists():
        return []
    text = path.read_bytes().decode("utf-8", "replace")
    return [Entry.of(line) for line in text.split("\n")[:-1] if line]


def find(
    folder: Path, *, url: str = "", sha256: str = "", since: str = "", until: str = "", source: str = ""
) -> Iterator[Entry]:
    """The entries that fit, in the order of files and records.

    Args:
        folder: of the archive.
        url: the canonical address.
        sha256: of the body.
        since: a timestamp or its beginning (`2024`, `20240501`), inclusive.
        until: the same, inclusive.
        source: id of the source.
    """
    wanted = [text.encode() for text in (url and url + " ", sha256) if text]
    for path in sorted(folder.glob(f"{source or '*'}/*.cdxj")):
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n") or not all(text in line for text in wanted):
                    continue
                entry = Entry.of(line.decode("utf-8", "replace"))
                at = entry.at
                fits = (not url or entry.url == url) and (not sha256 or entry.sha256 == sha256)
                if fits and at >= since and (not until or at[: len(until)] <= until):
                    yield entry
