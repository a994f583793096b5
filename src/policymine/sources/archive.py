"""The evidence: every response as a WARC record, found again by its place or through the index.

A place is `folder/file.warc.gz@offset`. Records are only ever appended; a record torn by a crash is at the end of its file and
is what `verify` names. Papers and the traffic around them (lists, 304s, errors) lie in different files, so that the traffic can
be pruned without touching evidence. Reading from the archive needs no network and gives the bytes as they came.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from policymine.errors import FetchError
from policymine.sources.archive_index import STAMP, Entry, index_of, read_index

TORN = (OSError, ValueError, EOFError, ArchiveLoadFailed, AttributeError, IndexError, zlib.error)
"""What warcio raises for a record that breaks off, depending on where it does."""
DIGEST = "WARC-X-Body-SHA256"
VIA = "WARC-X-Via"
"""The page that linked to an attachment."""


@dataclass(frozen=True, slots=True)
class Archived:
    """One archived response: its address, status, headers and body; `sha256` as it was recorded beside the body.

    `via` is the page that led to an attachment.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    sha256: str | None = None
    via: str | None = None

    @property
    def content_type(self) -> tuple[str | None, str | None]:
        """Media type and charset that the server declared."""
        return content_type(next((v for k, v in self.headers.items() if k.lower() == "content-type"), ""))


def content_type(header: str) -> tuple[str | None, str | None]:
    """Media type and charset out of a Content-Type header.

    >>> content_type("text/html; charset=GBK")
    ('text/html', 'GBK')
    """
    media_type, *parameters = [part.strip() for part in header.split(";")]
    charsets = [p.partition("=")[2].strip("\"' ") for p in parameters if p.lower().startswith("charset")]
    return media_type.lower() or None, charsets[0] if charsets else None


class Recorder:
    """Appends responses to one WARC file and a line for each to its index."""

    def __init__(self, file: IO[bytes], *, place: str, index: IO[str]) -> None:
        self._file, self._place, self._index = file, place, index
        self._writer = WARCWriter(file, gzip=True)

    def write(self, response: Archived, *, at: datetime) -> str:
        """Writes one response and returns its place."""
        digest = response.sha256 or hashlib.sha256(response.body).hexdigest()
        dated = {"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ"), DIGEST: digest}
        if response.via:
            dated[VIA] = response.via
        if not response.url.startswith(("http://", "https://")):  # a file: WARC 1.1, 6.5 "resource"
            record = self._writer.create_warc_record(
                response.url, "resource", payload=BytesIO(response.body), warc_headers_dict=dated,
                warc_content_type=response.headers.get("Content-Type", "application/octet-stream"),
            )  # fmt: skip
            return self._append(record, response, digest=digest, at=at)
        headers = [(name, value) for name, value in response.headers.items() if name.lower() not in _REWRITTEN]
        headers.append(("Content-Length", str(len(response.body))))
        line = StatusAndHeaders(_status_line(response.status), headers, "HTTP/1.1")
        if response.status == 304 or (
            response.sha256 and not response.body
        ):  # WARC 1.1, 6.7 "revisit": the body stands elsewhere
            profile = "server-not-modified" if response.status == 304 else "identical-payload-digest"
            dated["WARC-Profile"] = f"http://netpreserve.org/warc/1.1/revisit/{profile}"
            record = self._writer.create_warc_record(
                response.url, "revisit", payload=BytesIO(b""), warc_headers_dict=dated, http_headers=line
            )
            return self._append(record, response, digest=digest, at=at, kind="revisit")
        record = self._writer.create_warc_record(
            response.url, "response", payload=BytesIO(response.body), warc_headers_dict=dated, http_headers=line
        )
        return self._append(record, response, digest=digest, at=at)

    def _append(self, record: Any, response: Archived, *, digest: str, at: datetime, kind: str = "response") -> str:
        offset = self._file.tell()
        self._writer.write_record(record)
        self._file.flush()
        place = f"{self._place}@{offset}"
        media_type = response.content_type[0] or ""
        entry = Entry(
            response.url.replace(" ", "%20"), at.strftime(STAMP), response.status, media_type, digest, place,
            self._file.tell() - offset, kind,
        )  # fmt: skip
        self._index.write(entry.line())
        self._index.flush()
        return place


_REWRITTEN = frozenset({"content-length", "content-encoding", "transfer-encoding"})
_REASONS = {200: "OK", 301: "Moved", 302: "Found", 304: "Not Modified", 404: "Not Found", 500: "Error", 503: "Unavailable"}


def _status_line(status: int) -> str:
    return f"{status} {_REASONS.get(status, 'Other')}"


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of WARC files, one subfolder per source."""

    folder: Path

    @contextmanager
    def recorder(self, source: str, *, at: datetime, part: str = "") -> Iterator[Recorder]:
        """A new WARC file for one run of one source; `part` names one of several (`traffic`)."""
        name = f"{source}/{at.strftime('%Y%m%dT%H%M%S%f')}{part and '-' + part}.warc.gz"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as files:
            file = files.enter_context(path.open("ab"))
            index = files.enter_context(index_of(path).open("a", encoding="utf-8", newline="\n"))
            yield Recorder(file, place=name, index=index)
        if not path.stat().st_size:
            path.unlink()
            index_of(path).unlink()

    def read(self, place: str) -> Archived:
        """The response at a place.

        Raises:
            FetchError: the file is gone or the record is torn; names both.
        """
        name, _, offset = place.rpartition("@")
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise FetchError(
                place, str(self.folder), "lies outside the archive; the table is damaged, restore it from a backup"
            )
        try:
            with path.open("rb") as file:
                file.seek(int(offset))
                for record in ArchiveIterator(file):
                    return archived(record)
        except TORN as problem:
            cure = f"cannot be read ({problem}); restore it from a backup"
            raise FetchError(str(path), f"record at {offset}", cure) from problem
        raise FetchError(str(path), f"record at {offset}", "there is none; restore the file from a backup")

    def files(self) -> list[Path]:
        """The WARC files, in order."""
        return sorted(self.folder.rglob("*.warc.gz"))

    def verify(self) -> Iterator[tuple[str, str]]:
        """Yields (place, what is wrong) of every record that can't be read, differs from its digest, or that no index knows."""
        for path in self.files():
            name = path.relative_to(self.folder).as_posix()
            known = {entry.offset: entry for entry in read_index(index_of(path))}
            if not known and path.stat().st_size:
                yield name, "has no index; run `policymine archive verify --mend`"
            yield from _verify_file(path, name, known)


def _verify_file(path: Path, name: str, known: Mapping[int, Entry]) -> Iterator[tuple[str, str]]:
    size, end = path.stat().st_size, 0
    with path.open("rb") as file:
        for offset, entry in sorted(known.items()):
            end = offset + entry.length
            if end > size:
                yield f"{name}@{offset} {entry.url}", "is in the index but not in the file; restore the file from a backup"
            elif problem := _fault(file, entry):
                yield f"{name}@{offset} {entry.url}", problem
    if known and size > end:
        cure = "`policymine archive verify --mend` indexes them or cuts them off"
        yield name, f"ends in {size - end} bytes that no index knows, torn by a crash or not yet indexed; {cure}"


def _fault(file: IO[bytes], entry: Entry) -> str:
    """What is wrong with a record; empty when it is whole."""
    file.seek(entry.offset)
    try:
        record = next(iter(ArchiveIterator(BytesIO(file.read(entry.length)))))
        response = archived(record)
    except (*TORN, StopIteration) as problem:
        return f"breaks off: {problem}; restore the file from a backup"
    if not is_whole(record, response):
        return "its body differs from its digest; restore the file from a backup"
    return "" if response.sha256 == entry.sha256 else "its digest is not the one in the index; restore the file from a backup"


def is_whole(record: Any, response: Archived) -> bool:
    """Whether a record's body is the one that was written; a revisit has none."""
    return record.rec_type == "revisit" or response.sha256 == hashlib.sha256(response.body).hexdigest()


def archived(record: Any) -> Archived:
    """The response that a record of warcio holds."""
    warc = record.rec_headers
    if record.http_headers:
        headers, status = dict(record.http_headers.headers), int(record.http_headers.get_statuscode())
    else:
        headers, status = {"Content-Type": warc.get_header("Content-Type") or ""}, 200
    body = record.content_stream().read()
    return Archived(warc.get_header("WARC-Target-URI"), status, headers, body, warc.get_header(DIGEST), warc.get_header(VIA))
