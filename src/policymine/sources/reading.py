"""Bytes to a page: what kind of file it is, its complete text, and a refusal by name for what nobody can read.

The kind is decided by the content; name and declared type only break ties. The text of a plain file is the decoded file with
its line breaks untouched. Of HTML, DOCX and PDF it is the reader's complete text, the same whenever the same bytes are read.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from policymine.errors import FetchError, LayoutError
from policymine.model import Block, Issue, Page
from policymine.sources.decoding import decode
from policymine.sources.html import parse_html
from policymine.sources.office import READ_AS_PDF, read_docx, read_pdf

READER = "policymine.reading/1"
HTML = re.compile(rb"<\s*(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
TAG_FIRST = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<!--.{0,2000}?-->\s*)*<(?:head|body|title|meta|div|table|p|section|article|h\d)[\s>]",
    re.I | re.S,
)
CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([-\w:.]+)""", re.IGNORECASE)
XML_CHARSET = re.compile(rb"""\A\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([-\w:.]+)""", re.IGNORECASE)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
MOST_CONTROLS = 0.05
"""Share of control characters from which on what was decoded is no text: an archive or a film that no mark names."""
NO_TEXT = "this isn't text; give a text, HTML, DOCX or PDF file"
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
REFUSED: Mapping[bytes, tuple[str, str]] = {
    b"\x89PNG": ("a PNG picture", "run it through character recognition first"),
    b"\xff\xd8\xff": ("a JPEG picture", "run it through character recognition first"),
    b"GIF8": ("a GIF picture", "run it through character recognition first"),
    b"Rar!": ("a RAR archive", "unpack it and give the files inside"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it and give the files inside"),
    b"\x1f\x8b": ("a gzip archive", "unpack it and give the file inside"),
    b"{\\rtf": ("an RTF file", f"{READ_AS_PDF}"),
    b"\x7fELF": ("a program", "give a text, HTML, DOCX or PDF file"),
    b"MZ": ("a program", "give a text, HTML, DOCX or PDF file"),
}
SUFFIXES = {".html": "text/html", ".htm": "text/html", ".shtml": "text/html", ".xhtml": "text/html"}
MEDIA_TYPES = {
    "html": "text/html",
    "text": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


class _Content(NamedTuple):
    text: str
    encoding: str
    blocks: tuple[Block, ...] = ()
    metadata: Mapping[str, str] = {}
    links: tuple[tuple[str, str], ...] = ()
    issues: tuple[Issue, ...] = ()


def read_file(path: Path, *, max_bytes: int, media_type: str | None = None) -> Page:
    """The page that a file on disk holds; its source is `file`, its address the path as given (see `name_of`).

    Args:
        path: a txt, html, docx or pdf file; the content decides, not the name.
        max_bytes: files larger than this are refused unread.
        media_type: what the file is, where the caller knows (`text/html`); overrides the sniffing between text and HTML.

    Raises:
        FetchError: missing, unreadable or too large.
        LayoutError: empty, binary, encrypted, or of a format nobody here reads.
    """
    name = name_of(path)
    try:
        size = path.stat().st_size
        if size > max_bytes:
            cure = f"it has {size:,} bytes, more than max_bytes ({max_bytes:,}); split it or raise the setting"
            raise FetchError(name, "too large", cure)
        if path.is_dir():
            raise FetchError(name, "a folder", "give the files inside")
        if not path.is_file():  # a pipe or a device may never end
            raise FetchError(name, "no regular file", "give a file on disk")
        body = path.read_bytes()
    except FileNotFoundError as problem:
        raise FetchError(name, "", "there is no such file; check the path") from problem
    except OSError as problem:
        raise FetchError(name, "", f"can't be read ({problem.strerror}); check its permissions") from problem
    return read_bytes(body, source="file", url=name, media_type=media_type or SUFFIXES.get(path.suffix.lower()))


def name_of(path: Path) -> str:
    """The path as a text that can be written down: bytes of a name that are no UTF-8 stand as `\\xNN`.

    >>> name_of(Path(os.fsdecode(b"2022/\\xb1\\xa8.txt"))), name_of(Path("通报.txt"))
    ('2022/\\\\xb1\\\\xa8.txt', '通报.txt')
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read_bytes(
    body: bytes,
    *,
    source: str,
    url: str,
    media_type: str | None,
    charset: str | None = None,
    fetched_at: datetime | None = None,
) -> Page:
    """The page that `body` holds.

    Args:
        body: the bytes of the file or response.
        source: id of the source, `file` for a file.
        url: where it came from; its canonical form is part of the page's identity.
        media_type: declared type, believed only between plain text and HTML.
        charset: declared encoding, one voice among others.
        fetched_at: when it was fetched.

    Raises:
        LayoutError: empty, binary, encrypted, or of a format nobody here reads.

    >>> page = read_bytes("各镇要报送。\\r\\n".encode("gb18030"), source="file", url="a.txt", media_type=None)
    >>> page.text, page.media_type
    ('各镇要报送。\\r\\n', 'text/plain')
    """
    kind = sniff(body, url=url, media_type=media_type)
    content = _content(body, kind, url, charset)
    if not any(unicodedata.category(c)[0] in "LN" for c in content.text):
        raise LayoutError(url, "no text", "the file has no letter or figure in it; check that it is the right one")
    return Page(
        id=page_id(source, url),
        source=source,
        url=url,
        fetched_at=fetched_at,
        body_sha256=hashlib.sha256(body).hexdigest(),
        text=content.text,
        encoding=content.encoding,
        media_type=MEDIA_TYPES[kind],
        reader=READER,
        blocks=content.blocks,
        metadata=content.metadata,
        links=content.links,
        issues=content.issues,
    )


def sniff(body: bytes, *, url: str, media_type: str | None = None) -> str:
    """Which kind of file this is: `html`, `text`, `docx` or `pdf`.

    Raises:
        LayoutError: it is of another kind; names the kind and what to do.

    >>> sniff("<html><body>通报".encode(), url="x"), sniff("通报".encode(), url="x.txt")
    ('html', 'text')
    """
    if not body.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise LayoutError(url, "empty", "the file has no content; check that it was saved or fetched whole")
    head = body[:4096]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(body, url)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise LayoutError(url, _ole_kind(body), f"this old or encrypted office format isn't read; {READ_AS_PDF} or a DOCX")
    for magic, (name, cure) in REFUSED.items():
        if head.startswith(magic) and (len(magic) > 2 or b"\x00" in head):
            raise LayoutError(url, name, cure)
    if b"\x00" in head and not head.startswith(WIDE_MARKS) and head.count(b"\x00") > len(head) // 50:
        raise LayoutError(url, "binary", NO_TEXT)
    declared = (media_type or "").split(";")[0].strip().lower()
    if declared in ("text/html", "application/xhtml+xml") or (
        declared != "text/plain" and (HTML.search(head) or TAG_FIRST.match(head))
    ):
        return "html"
    return "text"


def page_id(source: str, url: str) -> str:
    """The identity of a page: a hash of its source and canonical address."""
    return hashlib.sha256(f"{source}\n{canonical(url)}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def canonical(url: str) -> str:
    """The address that identifies a page: lower-case host, no fragment, no default port, no session parameter.

    >>> canonical("HTTP://WWW.Yunhe.example:80/a/b.html?jsessionid=1&id=2#top")
    'http://www.yunhe.example/a/b.html?id=2'
    """
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return url
        port = parts.port
    except ValueError:
        return url
    host = parts.hostname if port in (None, 80, 443) else f"{parts.hostname}:{port}"
    query = "&".join(
        p for p in parts.query.split("&") if not re.match(r"(?i)(?:jsessionid|phpsessid|sid|utm_\w+|from|spm)=", p)
    )
    return urlunsplit((parts.scheme.lower(), host, parts.path or "/", query, ""))


def _content(body: bytes, kind: str, url: str, charset: str | None) -> _Content:
    if kind in ("pdf", "docx"):
        office = (read_pdf if kind == "pdf" else read_docx)(body, url=url)
        return _Content(office.text, "utf-8", office.blocks, office.metadata)
    declared = charset or (_declared_charset(body) if kind == "html" else None)
    decoded = decode(body, declared=declared)
    if kind == "text":
        if len(CONTROLS.findall(decoded.text)) > max(3, len(decoded.text) * MOST_CONTROLS):
            raise LayoutError(url, "binary", NO_TEXT)
        return _Content(decoded.text, decoded.encoding, issues=tuple(decoded.issues))
    parsed = parse_html(decoded.text, url=url)
    return _Content(parsed.text, decoded.encoding, parsed.blocks, parsed.metadata, parsed.links, tuple(decoded.issues))


def _declared_charset(body: bytes) -> str | None:
    found = XML_CHARSET.search(body[:200]) or CHARSET.search(body[:8192])
    return found[1].decode("ascii", "ignore") if found else None


def _sniff_zip(body: bytes, url: str) -> str:
    """Office packages are ZIP archives: the names inside tell which."""
    if b"word/document.xml" in body or b"word/" in body:
        return "docx"
    if b"OFD.xml" in body:
        raise LayoutError(url, "an OFD file", f"this format isn't read; {READ_AS_PDF}")
    if b"xl/workbook.xml" in body:
        raise LayoutError(url, "an XLSX workbook", "save the sheet as text and give that")
    raise LayoutError(url, "a ZIP archive", "unpack it and give the files inside")


def _ole_kind(body: bytes) -> str:
    """The name of an old office file: its streams are named in UTF-16 in the directory of the compound file."""
    if "EncryptedPackage".encode("utf-16-le") in body:
        return "an encrypted office file"
    if "WpsDocument".encode("utf-16-le") in body or b"Kingsoft" in body:
        return "a WPS file (.wps)"
    if "WordDocument".encode("utf-16-le") in body:
        return "an old Word file (.doc)"
    return "an old office file"
