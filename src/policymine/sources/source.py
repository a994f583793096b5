"""One site, from one TOML file: where its lists start, which links are papers, how fast it may be read, what a night promises.

Packaged sites stand in `sources/sites/`; files of the same id in the overlay folder's `sites/` replace them. Nothing else about
a site lives in code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from w3lib.url import canonicalize_url

from policymine.errors import SourceFileError

LINKS = ("follow", "papers", "attachments", "ignore")
LEVELS = ("national", "province", "city", "county", "township", "unit")
REQUIRED = ("id", "title", "base", "start", "papers")


@dataclass(frozen=True, slots=True)
class Source:
    """A site. `base` is its canonical address; `address` is where it is reached tonight, which may be a copy on loopback.

    `follow`, `papers`, `attachments` and `ignore` are patterns for whole addresses below `base`; a link that fits none of them
    is left alone. `pages_min` and `pages_max` are what a full night promises.
    """

    id: str
    title: str
    base: str
    start: tuple[str, ...]
    papers: tuple[str, ...]
    follow: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    publisher: str = ""
    region: str = ""
    level: str = ""
    pace_seconds: float = 2.0
    depth: int = 6
    most_pages: int = 5000
    pages_min: int = 1
    pages_max: int = 100_000
    encoding: str = ""
    enabled: bool = False
    verified: bool = False
    allow_private: bool = False
    address: str = ""

    def at(self, address: str) -> Source:
        """The same source reached at another address."""
        return replace(self, address=address.rstrip("/"))

    def limited(self, pages: int) -> Source:
        """The same source, visited for at most so many addresses."""
        return replace(self, most_pages=pages)

    def reach(self, url: str) -> str:
        """Where a canonical address is fetched tonight."""
        if self.address and (url == self.base or url.startswith(self.base + "/")):
            return self.address + url[len(self.base) :]
        return url

    def canonical(self, url: str) -> str:
        """The address under which a fetched page is known: without fragment, parameters sorted, on the source's own base.

        >>> sample = Source("s", "示例", "http://a.example", ("/",), (".",)).at("http://127.0.0.1:8080")
        >>> sample.canonical("http://127.0.0.1:8080/t1.html#top"), sample.reach("http://a.example/t1.html")
        ('http://a.example/t1.html', 'http://127.0.0.1:8080/t1.html')
        """
        if self.address and (url == self.address or url.startswith(self.address + "/")):
            url = self.base + url[len(self.address) :]
        canonical: str = canonicalize_url(url)
        return canonical

    def starts(self) -> tuple[str, ...]:
        """The canonical addresses of the lists that a night starts from."""
        return tuple(self.canonical(urljoin(self.base + "/", path)) for path in self.start)

    def kind_of(self, url: str) -> str | None:
        """`list`, `paper` or `attachment` for a canonical address; None for a link to leave alone."""
        if not url.startswith(self.base + "/") or any(re.search(p, url) for p in self.ignore):
            return None
        for kind, patterns in (("attachment", self.attachments), ("paper", self.papers), ("list", self.follow)):
            if any(re.search(pattern, url) for pattern in patterns):
                return kind
        return None


def parse_source(content: str, *, name: str) -> Source:
    """The source that a file's text defines.

    Raises:
        SourceFileError: broken TOML, unknown or missing keys, a pattern that does not compile, a wrong kind of value.
    """
    try:
        table = tomllib.loads(content)
    except tomllib.TOMLDecodeError as problem:
        raise SourceFileError(name, "", f"is no TOML: {problem}") from problem
    expect = table.pop("expect", {})
    if unknown := set(expect) - {"pages_min", "pages_max"}:
        raise SourceFileError(name, "expect", f"unknown keys {sorted(unknown)}; it takes pages_min and pages_max")
    table.update(expect)
    known = {field.name: field for field in fields(Source) if field.name != "address"}
    if unknown := set(table) - set(known):
        raise SourceFileError(name, sorted(unknown)[0], f"unknown key; a source has {', '.join(known)}")
    if missing := [key for key in REQUIRED if not table.get(key)]:
        raise SourceFileError(name, missing[0], "is missing; every source needs " + ", ".join(REQUIRED))
    for key, value in table.items():
        _check_kind(name, key, value, default=getattr(Source, key, None))
    _check_content(name, table)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Source(**values)


def _check_kind(name: str, key: str, value: object, *, default: object) -> None:
    lists = (*LINKS, "start")
    wanted = list if key in lists else (int, float) if key == "pace_seconds" else _kind(key)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        shown = " or ".join(k.__name__ for k in wanted) if isinstance(wanted, tuple) else wanted.__name__
        raise SourceFileError(name, key, f"is {value!r}; give a {shown}")


def _kind(key: str) -> type:
    if key in ("enabled", "verified", "allow_private"):
        return bool
    return int if key in ("depth", "most_pages", "pages_min", "pages_max") else str


def _check_content(name: str, table: Mapping[str, Any]) -> None:
    base = urlsplit(table["base"])
    if base.scheme not in ("http", "https") or not base.hostname or table["base"].endswith("/"):
        raise SourceFileError(name, "base", f"is {table['base']!r}; give http(s)://host without a slash at the end")
    if table.get("level") and table["level"] not in LEVELS:
        raise SourceFileError(name, "level", f"is {table['level']!r}; use one of {', '.join(LEVELS)}")
    if table.get("region") and not re.fullmatch(r"\d{6}", table["region"]):
        raise SourceFileError(name, "region", f"is {table['region']!r}; give a six-digit code of GB/T 2260")
    for key in LINKS:
        for pattern in table.get(key, ()):
            try:
                re.compile(pattern)
            except re.error as problem:
                raise SourceFileError(name, key, f"{pattern!r} is no regular expression: {problem}") from problem
    if table.get("pages_min", 1) > table.get("pages_max", 100_000):
        raise SourceFileError(name, "expect", "pages_min is larger than pages_max")


def load_sources(overlay: Path | None = None) -> Mapping[str, Source]:
    """All sources by id: the packaged ones, replaced or added to by the files in the overlay's `sites` folder."""
    found: dict[str, Source] = {}
    for name, content in _files(overlay):
        source = parse_source(content, name=name)
        if f"{source.id}.toml" != Path(name).name:
            raise SourceFileError(name, "id", f"is {source.id!r}; the file of a source is named after its id")
        found[source.id] = source
    return found


def _files(overlay: Path | None) -> Iterator[tuple[str, str]]:
    for entry in sorted(files("policymine.sources.sites").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            yield entry.name, entry.read_text(encoding="utf-8")
    if overlay is not None:
        for path in sorted(Path(overlay, "sites").glob("*.toml")):
            yield str(path), path.read_text(encoding="utf-8")
