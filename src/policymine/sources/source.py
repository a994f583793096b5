"""One site or folder, as its TOML file says: where its lists start, which links are papers, how fast it may be read.

The file is read and checked by `source_file`. Nothing else about a site lives in code.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

SESSION = re.compile(
    r"(?i);jsessionid=[^?#/]*|(?<=[?&])(?:jsessionid|phpsessid|aspsessionid\w*|sid|sessionid|utm_\w+)=[^&#]*&?"
)
"""What some servers add to every address for one visitor; it is no part of a page's identity."""


@dataclass(frozen=True, slots=True)
class Source:
    """A site. `base` is its canonical address; `address` is where it is reached tonight, which may be a copy on loopback.

    `follow`, `papers`, `attachments` and `ignore` are patterns for whole addresses; a link that fits none of them is left alone
    and counted. With `learn` the links that look like a list's papers are papers too. `pagination` names the next pages of a
    list relative to it (`index_{n}.html`). A folder source has `folder` instead of `base`: papers that people put there.
    `pages_min` and `pages_max` are what a full night promises, `fields` what every paper must show.
    """

    id: str
    title: str
    base: str
    start: tuple[str, ...]
    papers: tuple[str, ...]
    follow: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    learn: bool = False
    pagination: str = ""
    pagination_first: int = 1
    pagination_last: int = 50
    folder: str = ""
    publisher: str = ""
    region: str = ""
    level: str = ""
    kind: str = ""
    date: str = ""
    pace_seconds: float = 2.0
    concurrency: int = 1
    hours: str = ""
    budget: int = 2000
    timeout_seconds: float = 60.0
    retries: int = 2
    backoff_seconds: float = 2.0
    minutes: float = 240.0
    memory_mb: int = 2048
    depth: int = 6
    most_pages: int = 5000
    pages_min: int = 1
    pages_max: int = 100_000
    fields: tuple[str, ...] = ()
    encoding: str = ""
    enabled: bool = False
    verified: bool = False
    allow_private: bool = False
    address: str = ""

    @property
    def defaults(self) -> dict[str, str]:
        """What its papers are taken for where they don't say: metadata of each page, by `source:kind` and the like."""
        known = {"source:kind": self.kind, "source:level": self.level, "source:publisher": self.publisher}
        return {name: value for name, value in known.items() if value}

    def at(self, address: str) -> Source:
        """The same source reached at another address (a folder source: in another folder)."""
        if self.folder:
            return replace(self, folder=address or self.folder)
        return replace(self, address=address.rstrip("/"))

    def limited(self, pages: int) -> Source:
        """The same source, visited for at most so many addresses, at any time of day."""
        return replace(self, most_pages=pages, hours="")

    def reach(self, url: str) -> str:
        """Where a canonical address is fetched tonight."""
        if self.address and (url == self.base or url.startswith(self.base + "/")):
            return self.address + url[len(self.base) :]
        return url

    def canonical(self, url: str, *, encoding: str = "utf-8") -> str:
        """The address under which a page is known: on the source's own base, parameters sorted, no fragment, no session.

        >>> sample = Source("s", "示例", "http://a.example", ("/",), (".",)).at("http://127.0.0.1:8080")
        >>> sample.canonical("http://127.0.0.1:8080/t1.html;jsessionid=A1?b=2&a=1#top")
        'http://a.example/t1.html?a=1&b=2'
        >>> sample.reach("http://a.example/t1.html"), sample.canonical("http://a.example/通 报.html")
        ('http://127.0.0.1:8080/t1.html', 'http://a.example/%E9%80%9A%20%E6%8A%A5.html')
        """
        if self.address and (url == self.address or url.startswith(self.address + "/")):
            url = self.base + url[len(self.address) :]
        if "=" in url:
            url = SESSION.sub("", url).rstrip("?&")
        canonical: str = canonicalize_url(url, encoding=encoding)
        return canonical

    def starts(self) -> tuple[str, ...]:
        """The canonical addresses of the lists that a night starts from."""
        return tuple(self.canonical(urljoin(self.base + "/", path)) for path in self.start)

    def holds(self, url: str) -> bool:
        """Whether a canonical address belongs to the source at all: http(s), on its base or one of its further hosts."""
        if url.startswith(self.base + "/"):
            return True
        if not self.hosts:
            return False
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and parts.netloc in self.hosts

    def kind_of(self, url: str) -> str | None:
        """`list`, `paper` or `attachment` for a canonical address; None for a link to leave alone."""
        if not self.holds(url) or self.ignores(url):
            return None
        for kind, patterns in (("attachment", self.attachments), ("paper", self.papers), ("list", self.follow)):
            if any(pattern.search(url) for pattern in _compiled(patterns)):
                return kind
        return "list" if self.page_number(url) is not None else None

    def ignores(self, url: str) -> bool:
        """Whether the file says that this address is to be left alone."""
        return any(pattern.search(url) for pattern in _compiled(self.ignore))

    def page_number(self, url: str) -> int | None:
        """Which page of a list this address is, by `pagination`; None when it is none.

        >>> paged = Source("s", "示例", "http://a.example", ("/tz/",), (".",), pagination="index_{n}.html")
        >>> paged.page_number("http://a.example/tz/index_3.html"), paged.page_after("http://a.example/tz/")
        (3, 'http://a.example/tz/index_1.html')
        """
        if not self.pagination:
            return None
        head, _, tail = self.pagination.partition("{n}")
        for start in self.starts():
            found = re.fullmatch(re.escape(urljoin(start, head)) + r"(\d+)" + re.escape(tail), url)
            if found:
                return int(found[1])
        return None

    def page_after(self, url: str) -> str | None:
        """The next page of a list, by `pagination`; None on the last one and for other addresses."""
        if not self.pagination:
            return None
        number = self.page_number(url)
        follows = self.pagination_first if number is None and url in self.starts() else None if number is None else number + 1
        if follows is None or follows > self.pagination_last:
            return None
        return self.canonical(urljoin(url, self.pagination.replace("{n}", str(follows))))

    def links_mark(self) -> str:
        """Changes when another set of links would be taken from the same list: its validators are worth nothing then."""
        said = (self.start, self.follow, self.papers, self.attachments, self.ignore, self.hosts, self.learn, self.pagination)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:8]

    def agent(self, name: str, contact: str) -> str:
        """The honest user agent: who asks, and where to write to."""
        return f"{name} (+{contact or 'local copy'})"


def without_query(url: str) -> str:
    """An address without its query, to see families of addresses that differ in it only."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


@cache
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)
