"""Reading the TOML file of a source: every key known, every value of its kind, every message with thing, place and cure.

Packaged sites stand in `sources/sites/`; files of the same id in the overlay folder's `sites/` replace them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from policymine.errors import SourceFileError
from policymine.model import Level, PaperKind
from policymine.sources.schedule import Hours
from policymine.sources.source import Source

PATTERNS = ("follow", "papers", "attachments", "ignore")
LISTS = (*PATTERNS, "start", "hosts", "sitemaps", "fields")
FLAGS = ("enabled", "verified", "allow_private", "learn")
NUMBERS: Mapping[str, tuple[float, float]] = {
    "pace_seconds": (0, 3600), "timeout_seconds": (0.1, 3600), "backoff_seconds": (0, 600), "minutes": (0.01, 1440),
}  # fmt: skip
COUNTS: Mapping[str, tuple[int, int]] = {
    "concurrency": (1, 16), "budget": (1, 1_000_000), "retries": (0, 10), "memory_mb": (256, 65_536), "depth": (0, 50),
    "most_pages": (1, 1_000_000), "pages_min": (0, 1_000_000), "pages_max": (1, 10_000_000), "pagination_first": (0, 1000),
    "pagination_last": (1, 100_000),
}  # fmt: skip
EXPECT = ("pages_min", "pages_max", "fields")
PAPER_FIELDS = ("title", "date", "text")
REQUIRED = ("id", "title", "base", "start")


def parse_source(content: str, *, name: str) -> Source:
    """The source that a file's text defines.

    Args:
        content: the TOML text.
        name: what messages call the file.

    Raises:
        SourceFileError: broken TOML, unknown or missing keys, a pattern that does not compile, a wrong kind of value.

    >>> parse_source('id = "a"\\ntitle = "示例"\\nbase = "http://a.example"\\nstart = ["/"]\\npapers = ["*"]', name="a.toml")
    Traceback (most recent call last):
    policymine.errors.SourceFileError: a.toml: papers: '*' is no regular expression: nothing to repeat at position 0
    """
    try:
        table = tomllib.loads(content)
    except tomllib.TOMLDecodeError as problem:
        raise SourceFileError(name, "", f"is no TOML: {problem}") from problem
    expect = table.pop("expect", {})
    if not isinstance(expect, dict) or (unknown := set(expect) - set(EXPECT)):
        wrong = sorted(unknown) if isinstance(expect, dict) else expect
        raise SourceFileError(name, "expect", f"unknown keys {wrong}; it takes {', '.join(EXPECT)}")
    for key in EXPECT:
        if key in table:
            raise SourceFileError(name, key, "stands at the top; put it under [expect]")
    table.update(expect)
    _check_keys(name, table)
    for key, value in table.items():
        _check_kind(name, key, value)
    _check_content(name, table)
    if table.get("folder"):
        table = {"base": f"folder:{table['id']}", "start": [], **table}
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Source(**{"papers": (), **values})


def _check_keys(name: str, table: Mapping[str, Any]) -> None:
    known = [field.name for field in fields(Source) if field.name != "address"]
    for key in table:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            cure = f"did you mean {close[0]}?" if close else f"a source has {', '.join(known)}"
            raise SourceFileError(name, key, f"unknown key; {cure}")
    required = ("id", "title") if table.get("folder") else REQUIRED
    for key in required:
        if not table.get(key):
            raise SourceFileError(name, key, f"is missing; every source needs {', '.join(required)}")
    if table.get("folder"):
        for key in ("base", "start", *PATTERNS, "sitemaps", "pagination"):
            if table.get(key):
                raise SourceFileError(name, key, "makes no sense for a folder source; leave it out")
    elif not table.get("papers") and not table.get("learn"):
        raise SourceFileError(name, "papers", "is missing; give patterns of the papers' addresses, or `learn = true`")


def _check_kind(name: str, key: str, value: object) -> None:
    if key in LISTS:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise SourceFileError(name, key, f"is {value!r}; give a list of texts")
    elif key in FLAGS:
        if not isinstance(value, bool):
            raise SourceFileError(name, key, f"is {value!r}; give true or false")
    elif key in NUMBERS or key in COUNTS:
        low, high = NUMBERS.get(key) or COUNTS[key]
        kinds = (int, float) if key in NUMBERS else (int,)
        if not isinstance(value, kinds) or isinstance(value, bool) or not low <= value <= high:
            whole = "" if key in NUMBERS else "whole "
            raise SourceFileError(name, key, f"is {value!r}; give a {whole}number from {low} to {high}")
    elif not isinstance(value, str):
        raise SourceFileError(name, key, f"is {value!r}; give a text in quotation marks")


def _check_content(name: str, table: Mapping[str, Any]) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,59}", table["id"]):
        raise SourceFileError(name, "id", f"is {table['id']!r}; use small letters, digits and hyphens, a letter first")
    if "base" in table:
        base = urlsplit(table["base"])
        if base.scheme not in ("http", "https") or not base.hostname or table["base"].endswith("/") or base.query:
            raise SourceFileError(name, "base", f"is {table['base']!r}; give http(s)://host without a slash at the end")
    _check_words(name, table)
    for key in PATTERNS:
        for pattern in table.get(key, ()):
            try:
                re.compile(pattern)
            except re.error as problem:
                raise SourceFileError(name, key, f"{pattern!r} is no regular expression: {problem}") from problem
    if table.get("date") and not table["date"].startswith("meta:"):
        _check_date(name, table["date"])
    if table.get("pages_min", 1) > table.get("pages_max", 100_000):
        raise SourceFileError(name, "expect", "pages_min is larger than pages_max; nothing can be both")
    if table.get("pagination", "{n}").count("{n}") != 1:
        raise SourceFileError(name, "pagination", f"is {table['pagination']!r}; it needs {{n}} once, where the number stands")


def _check_date(name: str, pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error as problem:
        raise SourceFileError(name, "date", f"{pattern!r} is no regular expression: {problem}") from problem
    if groups < 1:
        raise SourceFileError(name, "date", f"{pattern!r} has no group; put the date in brackets, or use meta:NAME")


def _check_words(name: str, table: Mapping[str, Any]) -> None:
    for key, words in (("level", get_args(Level)), ("kind", get_args(PaperKind))):
        if table.get(key) and table[key] not in words:
            raise SourceFileError(name, key, f"is {table[key]!r}; use one of {', '.join(words)}")
    if table.get("region") and not re.fullmatch(r"[1-8]\d{5}", table["region"]):
        raise SourceFileError(name, "region", f"is {table['region']!r}; give a six-digit code of GB/T 2260, such as 110000")
    if table.get("hours") and Hours.parse(table["hours"]) is None:
        raise SourceFileError(name, "hours", f"is {table['hours']!r}; give HH:MM-HH:MM in Asia/Shanghai, such as 20:00-06:30")
    for field in table.get("fields", ()):
        if field not in PAPER_FIELDS:
            raise SourceFileError(name, "expect.fields", f"has {field!r}; a paper can promise {', '.join(PAPER_FIELDS)}")
    for host in table.get("hosts", ()):
        if not re.fullmatch(r"[a-z0-9.-]+(?::\d+)?", host):
            raise SourceFileError(name, "hosts", f"has {host!r}; give host names in small letters, without http:// and path")
    if encoding := table.get("encoding"):
        try:
            "通报".encode(encoding)
        except (LookupError, UnicodeError) as problem:
            raise SourceFileError(
                name, "encoding", f"is {encoding!r}, which cannot write Chinese; such as gb18030"
            ) from problem


def read_source(path: Path) -> Source:
    """The source that a file holds; its id is the file's name.

    Raises:
        SourceFileError: it cannot be read or is wrong.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise SourceFileError(str(path), f"byte {problem.start}", "is no UTF-8; save the file as UTF-8") from problem
    except OSError as problem:
        raise SourceFileError(str(path), "", f"cannot be read ({problem.strerror}); check the path") from problem
    return _named(parse_source(content, name=str(path)), str(path))


def load_sources(overlay: Path | None = None) -> Mapping[str, Source]:
    """All sources by id: the packaged ones, replaced or added to by the files in the overlay's `sites` folder."""
    found: dict[str, Source] = {}
    for name, content in _files(overlay):
        source = _named(parse_source(content, name=name), name)
        found[source.id] = source
    return found


def _named(source: Source, name: str) -> Source:
    if f"{source.id}.toml" != Path(name).name:
        raise SourceFileError(name, "id", f"is {source.id!r}; the file of a source is named after its id")
    return source


def _files(overlay: Path | None) -> Iterator[tuple[str, str]]:
    for entry in sorted(files("policymine.sources.sites").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            yield entry.name, entry.read_text(encoding="utf-8")
    if overlay is not None:
        for path in sorted(Path(overlay, "sites").glob("*.toml")):
            yield str(path), path.read_text(encoding="utf-8")
