"""Caring for the archive: taking a part of it out, mending what a crash left, pruning what nothing refers to."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from warcio.archiveiterator import ArchiveIterator

from policymine.errors import FetchError
from policymine.sources.archive import TORN, Archive, archived, is_whole
from policymine.sources.archive_index import STAMP, Entry, find, index_of, read_index


class Pruned(NamedTuple):
    """A file that was (or would be) removed, and how many bytes that frees."""

    name: str
    size: int


def export(archive: Archive, into: Path, *, entries: Iterable[Entry]) -> int:
    """Copies records byte for byte into one WARC file with its own index; returns how many.

    Raises:
        FetchError: the file is there already, or a record can't be read.
    """
    if into.exists():
        raise FetchError(str(into), "", "is there already; choose another name")
    count, place = 0, into.name
    fresh = into.with_name(into.name + ".new")
    with fresh.open("wb") as out, index_of(into).open("w", encoding="utf-8", newline="\n") as index:
        for entry in entries:
            record = _bytes_of(archive, entry)
            moved = entry._replace(place=f"{place}@{out.tell()}")
            out.write(record)
            index.write(moved.line())
            count += 1
    fresh.replace(into)
    return count


def _bytes_of(archive: Archive, entry: Entry) -> bytes:
    path = archive.folder / entry.place.rpartition("@")[0]
    try:
        with path.open("rb") as file:
            file.seek(entry.offset)
            record = file.read(entry.length)
    except OSError as problem:
        raise FetchError(str(path), entry.url, f"cannot be read ({problem.strerror}); restore it from a backup") from problem
    if len(record) != entry.length:
        raise FetchError(str(path), entry.url, "breaks off; run `policymine archive verify`")
    return record


def mend(archive: Archive) -> Iterator[tuple[str, str]]:
    """Makes missing index lines anew and cuts off records that a crash tore; yields (file, what was done).

    Only bytes behind the last record of an index are ever cut off: damage elsewhere is a matter for the backup.
    """
    for path in archive.files():
        name = path.relative_to(archive.folder).as_posix()
        known = read_index(index_of(path))
        begin = max((entry.offset + entry.length for entry in known), default=0)
        fresh, end = _scan(path, name, begin)
        if fresh:
            renewed = index_of(path).with_suffix(".new")
            renewed.write_text("".join(entry.line() for entry in [*known, *fresh]), encoding="utf-8", newline="\n")
            renewed.replace(index_of(path))
            yield name, f"{len(fresh)} records put into the index"
        torn = path.stat().st_size - end
        if torn > 0 and known:
            os.truncate(path, end)
            yield name, f"{torn} bytes of a torn record cut off"
        elif torn > 0:
            yield name, f"breaks off at byte {end}; left as it is, restore it from a backup"


def _scan(path: Path, name: str, begin: int) -> tuple[list[Entry], int]:
    """The entries of all whole records from an offset on, and where the last of them ends."""
    entries: list[Entry] = []
    end = begin
    with path.open("rb") as file:
        file.seek(begin)
        records = ArchiveIterator(file)
        try:
            for record in records:
                response = archived(record)
                if not is_whole(record, response):
                    break
                offset, length = records.get_record_offset(), records.get_record_length()
                at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")).astimezone(UTC)
                kind = "revisit" if record.rec_type == "revisit" else "response"
                url, media_type = response.url.replace(" ", "%20"), response.content_type[0] or ""
                place, digest = f"{name}@{offset}", response.sha256 or ""
                entries.append(Entry(url, at.strftime(STAMP), response.status, media_type, digest, place, length, kind))
                end = offset + length
        except TORN:
            pass  # the rest of the file is a torn record
    return entries, end


def prunable(archive: Archive, *, before: datetime, needed: Collection[str]) -> Iterator[Pruned]:
    """The files that are older than a moment and hold nothing that is needed.

    Args:
        archive: the archive.
        before: files made at or after this moment stay.
        needed: places that the table refers to.
    """
    files = {place.rpartition("@")[0] for place in needed}
    for path in archive.files():
        name = path.relative_to(archive.folder).as_posix()
        if name not in files and path.stem[:15] < before.astimezone(UTC).strftime("%Y%m%dT%H%M%S"):
            yield Pruned(name, path.stat().st_size)


def remove(archive: Archive, pruned: Iterable[Pruned]) -> None:
    """Deletes files with their indexes."""
    for entry in pruned:
        path = archive.folder / entry.name
        index_of(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def versions(archive: Archive, url: str) -> list[Entry]:
    """Every response of an address, oldest first: its history."""
    return sorted(find(archive.folder, url=url), key=lambda entry: entry.at)
