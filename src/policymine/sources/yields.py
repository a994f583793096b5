"""What an answer is worth: new, as it was, a copy, no paper at all — and which addresses it leads to. Pure functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

from policymine.errors import LayoutError
from policymine.sources.archive import content_type
from policymine.sources.journal import Found, Outcome, Validators
from policymine.sources.links import DATE, HAN, Link, date_in, iso_date, learn_papers, plain_targets, read_links, shape
from policymine.sources.reading import sniff
from policymine.sources.refusals import decoded, refusal_of
from policymine.sources.source import Source

LISTS = ("list", "sitemap")
HTML = ("text/html", "application/xhtml+xml", "", None)
SITEMAP_BYTES = 50_000_000
"""The largest sitemap that the protocol allows, unpacked."""


class Yield(NamedTuple):
    """What became of an answer; `sha256` is the version of the body, for lists also of the rules for its links."""

    outcome: Outcome
    sha256: str = ""
    code: str = ""
    error: str = ""


class Leads(NamedTuple):
    """The addresses that an answer leads to, and those on the source that its file says nothing about."""

    found: tuple[Found, ...] = ()
    unexplained: tuple[str, ...] = ()


def judge_answer(
    source: Source, found: Found, status: int, headers: Mapping[str, str], body: bytes, *,
    known: Validators | None, given: Mapping[str, str],
) -> Yield:  # fmt: skip
    """What an answer is worth.

    Args:
        source: where it came from.
        found: what was asked.
        status: of the answer, no redirect.
        headers: of the answer, names in lower case.
        body: of the answer.
        known: what earlier nights know of the address.
        given: addresses that gave papers tonight, by the sha256 of their bytes.
    """
    media_type, charset = content_type(headers.get("content-type", ""))
    if status == 304:
        return Yield("unchanged", known.body_sha256 or "" if known else "")
    if status != 200:
        refusal = refusal_of(body, charset=charset) if body and status in (403, 412, 418, 429, 468, 503, 521) else None
        if refusal and refusal.code != "soft-404":
            return Yield("refused", "", refusal.code, f"the server answered {status}: {refusal.message}")
        return Yield("failed", "", f"http-{status}", f"the server answered {status}")
    digest = version_of(source, found.kind, body)
    if known and known.body_sha256 == digest:
        return Yield("unchanged", digest)
    if found.kind == "sitemap":
        return Yield("fetched", digest)
    return _judge_content(source, found, body, digest, media_type=media_type, charset=charset or source.encoding or None,
                          copy=None if known and known.body_sha256 else given.get(digest))  # fmt: skip


def _judge_content(
    source: Source, found: Found, body: bytes, digest: str, *, media_type: str | None, charset: str | None, copy: str | None
) -> Yield:
    if found.kind == "list":
        refusal = refusal_of(body, charset=charset)
        return Yield("refused", digest, *refusal) if refusal and refusal.code != "login" else Yield("fetched", digest)
    try:
        kind = sniff(body, url=found.url, media_type=media_type)
    except LayoutError as problem:
        if problem.place != "empty":  # an empty page is the mining's to name
            return Yield("refused", digest, format_code(problem.place), f"{problem.place}: {problem.cure}")
        kind = ""
    if kind in ("html", "text") and (refusal := refusal_of(body, charset=charset)):
        return Yield("refused", digest, *refusal)
    if copy is not None and copy != found.url:
        return Yield("refused", digest, "copy", f"the same bytes as {copy}")
    return Yield("fetched", digest)


def version_of(source: Source, kind: str, body: bytes) -> str:
    """The sha256 of a body; of a list together with the rule which links are taken from it."""
    mark = source.links_mark().encode() if kind in LISTS else b""
    return hashlib.sha256(mark + body).hexdigest()


def format_code(name: str) -> str:
    """A short word for a format that nobody here reads.

    >>> format_code("an old Word file (.doc)"), format_code("an OFD file"), format_code("binary")
    ('format-doc', 'format-ofd', 'format-binary')
    """
    found = re.search(r"\(\.(\w+)\)", name) or re.fullmatch(r"(?:an? )?(\w+).*", name)
    return f"format-{found[1].lower() if found else 'unknown'}"


def targets(
    source: Source, found: Found, made: Yield, body: bytes, *, seen: Container[str], known: Mapping[str, Validators]
) -> Leads:
    """The addresses that an answer leads to.

    The next page of a list is followed only when the list showed something new, so that a night costs what is new; a list that
    stands unchanged leads nowhere: all that it leads to is known.
    """
    if made.outcome != "fetched" or found.depth >= source.depth:
        return Leads()
    if found.kind == "sitemap":
        return Leads(tuple(_mapped(source, found, body, known)))
    if found.kind == "attachment" or not _is_html(body):
        return Leads()
    if found.kind == "list":
        return _listed(source, found, read_links(body, url=source.reach(found.url), encoding=source.encoding or None), known)
    kinds = ((url, source.kind_of(url)) for url in _canonicals(source, plain_targets(body, url=source.reach(found.url))))
    return Leads(tuple(Found(url, kind, found.depth + 1, found.url) for url, kind in kinds if kind and url not in seen))


def _is_html(body: bytes) -> bool:
    return b"<" in body[:4096] and not body.startswith((b"%PDF", b"PK\x03\x04"))


def _canonicals(source: Source, urls: Iterable[str]) -> Iterator[str]:
    for url in dict.fromkeys(urls):
        if url.startswith(("http://", "https://")):
            yield _canonical(source, url)


@lru_cache(maxsize=8192)
def _canonical(source: Source, url: str) -> str:
    """The canonical address; navigation repeats on every page, so it is worth remembering."""
    try:
        return source.canonical(url, encoding=source.encoding or "utf-8")
    except ValueError:
        return ""


def _listed(source: Source, found: Found, links: list[Link], known: Mapping[str, Validators]) -> Leads:
    resolved = [
        link._replace(url=_canonical(source, link.url)) for link in links if link.url.startswith(("http://", "https://"))
    ]
    learnt = learn_papers(resolved) if source.learn else frozenset()
    kinds: dict[str, str] = {}
    starts = source.starts()
    unexplained: list[str] = []
    for link in resolved:
        if not source.holds(link.url) or source.ignores(link.url):
            continue
        kind = source.kind_of(link.url) or ("paper" if shape(link.url) in learnt else None)
        if link.next and kind in (None, "list"):
            kinds[link.url] = "next"
        elif kind is not None:
            kinds.setdefault(link.url, kind)
        elif link.url not in starts:
            unexplained.append(link.url)
    new = any(kind in ("paper", "attachment") and url not in known for url, kind in kinds.items())
    if (after := source.page_after(found.url)) is not None:
        kinds[after] = "next"
    made = []
    for url, kind in kinds.items():
        known_here = known.get(url)
        if kind == "next" and not new:
            continue
        if known_here and known_here.resting and not (new and kind in ("list", "next")):
            continue
        depth = found.depth if kind == "next" or source.page_number(url) is not None else found.depth + 1
        made.append(Found(url, "list" if kind == "next" else kind, depth, found.url))
    return Leads(tuple(made), tuple(unexplained))


def _mapped(source: Source, found: Found, body: bytes, known: Mapping[str, Validators]) -> Iterator[Found]:
    """The addresses of a sitemap, or the sitemaps of an index of them."""
    unpacked = gunzip(body, max_size=SITEMAP_BYTES) if _gzipped(body) else body
    sitemap = Sitemap(unpacked)
    for entry in sitemap:
        url = _canonical(source, entry["loc"])
        if not source.holds(url) or source.ignores(url):
            continue
        kind = "sitemap" if sitemap.type == "sitemapindex" else source.kind_of(url)
        if kind and not (url in known and known[url].resting):
            yield Found(url, kind, found.depth + 1, found.url)


def _gzipped(body: bytes) -> bool:
    return body[:3] == b"\x1f\x8b\x08"


def paper_date(source: Source, url: str, text: str) -> str:
    """The date of a paper: where the source file says that it stands, else in the address, else the first one in the text."""
    if source.date.startswith("meta:"):
        name = re.escape(source.date[5:])
        found = re.search(rf"""(?is)<meta[^>]*name\s*=\s*["']?{name}["']?[^>]*content\s*=\s*["']([^"']*)""", text)
        return iso_date(found[1]) or found[1].strip()[:10] if found else ""
    if source.date:
        found = re.search(source.date, url) or re.search(source.date, text)
        return "-".join(group for group in found.groups() if group) if found else ""
    if date := date_in(url):
        return date
    found = DATE.search(text)
    return iso_date(found[0]) if found else ""


def promised(source: Source, found: Found, made: Yield, body: bytes) -> tuple[str, ...]:
    """What the source file promises of a paper and this one does not show."""
    if not source.fields or found.kind != "paper" or made.outcome != "fetched":
        return ()
    text = decoded(body, source.encoding or None)
    shown = {
        "title": re.search(r"(?is)<(title|h1)\b[^>]*>\s*[^<\s]", text) is not None or not _is_html(body),
        "date": bool(paper_date(source, found.url, text)),
        "text": len(HAN.findall(text)) >= 50,
    }
    return tuple(field for field in source.fields if not shown[field])
