"""The evidence: every response as a WARC record, found again by its place.

A place is `folder/file.warc.gz@offset`. Records are only ever appended; a record torn by a crash is at the end of its file and
is what `verify` names. Reading from the archive needs no network and gives the bytes as they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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

DIGEST = "WARC-X-Body-SHA256"


@dataclass(frozen=True, slots=True)
class Archived:
    """One archived response: its address, status, headers and body; `sha256` as it was recorded beside the body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    sha256: str | None = None

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
    """Appends responses to one WARC file."""

    def __init__(self, file: IO[bytes], *, place: str) -> None:
        self._file = file
        self._place = place
        self._writer = WARCWriter(file, gzip=True)

    def write(self, response: Archived, *, at: datetime) -> str:
        """Writes one response and returns its place."""
        offset = self._file.tell()
        digest = hashlib.sha256(response.body).hexdigest()
        dated = {"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ"), DIGEST: digest}
        if response.url.startswith(("http://", "https://")):
            headers = [(name, value) for name, value in response.headers.items() if name.lower() not in _REWRITTEN]
            headers.append(("Content-Length", str(len(response.body))))
            status = f"{response.status} {_REASONS.get(response.status, 'Other')}"
            record = self._writer.create_warc_record(
                response.url, "response", payload=BytesIO(response.body), warc_headers_dict=dated,
                http_headers=StatusAndHeaders(status, headers, "HTTP/1.1"),
            )  # fmt: skip
        else:  # a file: WARC 1.1, 6.5 "resource": bytes without a protocol around them
            record = self._writer.create_warc_record(
                response.url, "resource", payload=BytesIO(response.body), warc_headers_dict=dated,
                warc_content_type=response.headers.get("Content-Type", "application/octet-stream"),
            )  # fmt: skip
        self._writer.write_record(record)
        self._file.flush()
        return f"{self._place}@{offset}"


_REWRITTEN = frozenset({"content-length", "content-encoding", "transfer-encoding"})
_REASONS = {200: "OK", 301: "Moved", 302: "Found", 304: "Not Modified", 404: "Not Found", 500: "Error", 503: "Unavailable"}


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of WARC files, one subfolder per source."""

    folder: Path

    @contextmanager
    def recorder(self, source: str, *, at: datetime) -> Iterator[Recorder]:
        """A new WARC file for one run of one source."""
        name = f"{source}/{at.strftime('%Y%m%dT%H%M%S%f')}.warc.gz"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            yield Recorder(file, place=name)
        if not path.stat().st_size:
            path.unlink()

    def read(self, place: str) -> Archived:
        """The response at a place.

        Raises:
            FetchError: the file is gone or the record is torn; names both.
        """
        name, _, offset = place.rpartition("@")
        path = self.folder / name
        try:
            with path.open("rb") as file:
                file.seek(int(offset))
                for record in ArchiveIterator(file):
                    return _archived(record)
        except (OSError, ValueError, ArchiveLoadFailed) as problem:
            raise FetchError(
                str(path), f"record at {offset}", f"cannot be read ({problem}); restore it from a backup"
            ) from problem
        raise FetchError(str(path), f"record at {offset}", "there is none; restore the file from a backup")

    def verify(self) -> Iterator[tuple[str, str]]:
        """Yields (place, what is wrong) of every record that cannot be read or whose body differs from its digest."""
        for path in sorted(self.folder.rglob("*.warc.gz")):
            name = path.relative_to(self.folder).as_posix()
            try:
                with path.open("rb") as file:
                    for record in ArchiveIterator(file):
                        response = _archived(record)
                        if response.sha256 != hashlib.sha256(response.body).hexdigest():
                            yield f"{name} {response.url}", "its body differs from its digest"
            except (OSError, ArchiveLoadFailed, EOFError) as problem:
                yield name, f"breaks off: {problem}"


def _archived(record: Any) -> Archived:
    warc = record.rec_headers
    if record.http_headers:
        headers, status = dict(record.http_headers.headers), int(record.http_headers.get_statuscode())
    else:
        headers, status = {"Content-Type": warc.get_header("Content-Type") or ""}, 200
    digest = warc.get_header(DIGEST)
    return Archived(warc.get_header("WARC-Target-URI"), status, headers, record.content_stream().read(), digest)
