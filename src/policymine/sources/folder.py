"""A folder as a source: papers that people put there, archived and compared by content. Nothing outside it is ever read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from policymine.errors import FetchError, LayoutError
from policymine.sources.archive import Archive, Archived, Recorder
from policymine.sources.journal import Fetched, Validators
from policymine.sources.reading import MEDIA_TYPES, sniff
from policymine.sources.source import Source
from policymine.sources.yields import format_code


def walk_folder(
    source: Source, *, archive: Path, known: Mapping[str, Validators], now: datetime, max_bytes: int
) -> tuple[Fetched, ...]:
    """What became of every file in a source's folder, and of files that were there on earlier nights.

    A file's address is `folder:ID/path`, so that the folder may move. Hidden files are left alone; a link that leads out of the
    folder is refused.

    Raises:
        FetchError: there is no such folder.
    """
    folder = Path(source.folder)
    if not folder.is_dir():
        raise FetchError(source.id, str(folder), "there is no such folder; make it or mend `folder` in the source file")
    root = folder.resolve()
    with Archive(archive).recorder(source.id, at=now) as recorder:
        found = []
        for path in _files(folder):
            url = f"{source.base}/{quote(os.fsencode(path.relative_to(folder).as_posix()))}"
            entry = Fetched(url, url, "paper", "refused", fetched_at=now.isoformat())
            found.append(_visit(path, entry, root=root, recorder=recorder, known=known.get(url), at=now, max_bytes=max_bytes))
    there = {entry.url for entry in found}
    missing = Fetched(
        "", "", "paper", "failed", status=410, code="gone", error="is no longer there", fetched_at=now.isoformat()
    )
    gone = [replace(missing, url=url, asked=url) for url in known if url not in there]
    return (*found, *gone)


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder and its folders in order, without following links to folders."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif not path.is_dir():
            yield path


def _visit(
    path: Path, entry: Fetched, *, root: Path, recorder: Recorder, known: Validators | None, at: datetime, max_bytes: int
) -> Fetched:
    try:
        if not path.resolve().is_relative_to(root):
            return replace(entry, code="outside", error="is a link that leads out of the folder")
        if not path.is_file():
            return replace(entry, code="no-file", error="is no regular file")
        if (size := path.stat().st_size) > max_bytes:
            return replace(entry, code="too-large", error=f"has {size:,} bytes, more than max_bytes ({max_bytes:,})")
        body = path.read_bytes()
    except OSError as problem:
        return replace(entry, outcome="failed", code="unreadable", error=f"cannot be read ({problem.strerror})")
    digest = hashlib.sha256(body).hexdigest()
    if known and known.body_sha256 == digest:
        return replace(entry, outcome="unchanged", body_sha256=digest, received=len(body))
    try:
        kind = sniff(body, url=entry.url)
    except LayoutError as problem:
        code = "empty" if problem.place == "empty" else format_code(problem.place)
        return replace(entry, code=code, error=f"{problem.place}: {problem.cure}", body_sha256=digest)
    media_type = MEDIA_TYPES[kind]
    place = recorder.write(Archived(entry.url, 200, {"Content-Type": media_type}, body, digest), at=at)
    return replace(
        entry, outcome="fetched", status=200, place=place, body_sha256=digest, media_type=media_type, received=len(body)
    )
