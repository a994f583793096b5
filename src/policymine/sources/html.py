"""HTML to text: every visible character of a page in reading order, one line per element that gives text.

Nothing is judged here: navigation, adverts and footers stay in, each line with its place in the file and the share of it that
is link text, so that the cleaning station can label them and the raw text can be made again from the archived bytes. Left out
are script, style, comments and what no browser prints. Cells of a table row stand on one line with tabs between them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urljoin

from bs4 import BeautifulSoup, CData, Tag
from bs4.element import NavigableString, PreformattedString

from policymine.model import Block
from policymine.text import Span

SILENT = frozenset(
    {"script", "style", "head", "template", "noscript", "iframe", "object", "svg", "math", "title", "meta", "link", "textarea"}
)
INLINE = frozenset(
    re.findall(
        r"\S+",
        "a abbr acronym b bdi bdo big button cite code data del dfn em font i img input ins kbd label map mark nobr o:p output "
        "q rb rp rt ruby s samp small span st1:chsdate strike strong sub sup time tt u var wbr",
    )
)
CELLS = frozenset({"td", "th"})
BLANKS = re.compile(r"[ \t\r\n\f]+")
SPACES = " \t\r\n\f"
LABEL_CELL = re.compile(r"[^:：\t]{1,12}[:：]?\Z")
DEEPEST = 60
"""Levels of nesting that a path names; a page nested deeper was not written by hand, and its paths would fill the memory."""
LD_DATED = frozenset({"datePublished", "pubDate"})
LD_NAMES = {"title": "headline", "pubDate": "datepublished", "upDate": "datemodified"}
LARGEST_JSON = 200_000
NO_PAGE = ("javascript:", "mailto:", "tel:", "data:", "#")


class ParsedPage(NamedTuple):
    """What an HTML file says: text, one block per line of it, metadata, links in order."""

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, str]
    links: tuple[tuple[str, str], ...]


class _Line(NamedTuple):
    text: str
    linked: int
    path: str
    tag: str


class _Open(NamedTuple):
    """An element whose children are being walked."""

    tag: Tag
    children: Iterator[object]
    names: Counter[str]
    path: str
    in_link: bool
    preformatted: bool
    level: int = 0


def parse_html(markup: str, *, url: str = "") -> ParsedPage:
    """The text of an HTML page with the place of each line, what the page says of itself, and where it links to.

    >>> page = parse_html("<title>通报</title><p>各镇要<b>立即</b>整改。</p><a href='/b.htm'>下一篇</a>", url="https://a.example/x/")
    >>> page.text, page.metadata["title"], page.links
    ('各镇要立即整改。\\n下一篇', '通报', (('https://a.example/b.htm', '下一篇'),))
    """
    try:
        soup = BeautifulSoup(markup, "lxml")
    except UnicodeEncodeError:  # lone surrogates; no decoder gives them, a caller may
        soup = BeautifulSoup(markup.encode("utf-8", "replace").decode(), "lxml")
    lines = list(_lines(soup))
    blocks, at = [], 0
    for line in lines:
        span = Span(at, at + len(line.text))
        density = line.linked / len(line.text.replace("\t", "")) if line.linked else 0.0
        blocks.append(Block(span, line.path, line.tag, round(min(density, 1.0), 3)))
        at = span.end + 1
    text = "\n".join(line.text for line in lines)
    return ParsedPage(text, tuple(blocks), _metadata(soup, lines), tuple(_links(soup, url)))


def _lines(soup: BeautifulSoup) -> Iterator[_Line]:
    """The lines of a page: the text between two starts or ends of block elements, runs of white space made one space."""
    parts: list[str] = []
    linked = 0
    holder = _Open(soup, iter(soup.contents), Counter(), "", False, False)
    stack = [holder]
    while stack:
        top = stack[-1]
        child = next(top.children, None)
        if child is None:
            stack.pop()
            if top.tag.name not in INLINE and not (top.tag.name in CELLS and stack):
                yield from _flush(parts, linked, top)
                parts, linked = [], 0
        elif isinstance(child, Tag):
            if child.name in SILENT:
                continue
            opened = _open(child, top)
            if child.name in CELLS:
                if parts:
                    parts.append("\t")
            elif child.name not in INLINE:
                yield from _flush(parts, linked, top)
                parts, linked = [], 0
            stack.append(opened)
        elif isinstance(child, NavigableString) and (not isinstance(child, PreformattedString) or isinstance(child, CData)):
            if top.preformatted and "\n" in child:
                for number, row in enumerate(child.split("\n")):
                    if number:
                        yield from _flush(parts, linked, top)
                        parts, linked = [], 0
                    parts.append(row)
                continue
            words = BLANKS.sub(" ", child)
            parts.append(words)
            if top.in_link:
                linked += len(words.strip(SPACES))


def _open(tag: Tag, top: _Open) -> _Open:
    top.names[tag.name] += 1
    number = top.names[tag.name]
    path = top.path
    level = top.level + (tag.name not in INLINE)
    if tag.name not in INLINE and level <= DEEPEST:
        mark = f"[{number}]" if number > 1 else ""
        path = f"{path}/{tag.name}{mark}{_marks(tag)}" if path else tag.name
    preformatted = top.preformatted or tag.name == "pre"
    return _Open(tag, iter(tag.contents), Counter(), path, top.in_link or tag.name == "a", preformatted, level)


def _marks(tag: Tag) -> str:
    """`#id` and `.class` of an element, as a style sheet would write them."""
    if not tag.attrs:
        return ""
    name, classes = tag.attrs.get("id"), tag.attrs.get("class")
    marks = f"#{name.strip()}" if isinstance(name, str) and name.strip() else ""
    for one in classes if isinstance(classes, list) else [classes] if isinstance(classes, str) else []:
        marks += f".{one}"
    return marks.replace("/", "|")[:80]


def _flush(parts: list[str], linked: int, top: _Open) -> Iterator[_Line]:
    text = "".join(parts).strip(SPACES) if parts else ""
    if text:
        text = re.sub(r" *\t[ \t]*", "\t", re.sub("  +", " ", text))
        yield _Line(text, linked, top.path, top.path.rpartition("/")[2].split("[")[0].split("#")[0].split(".")[0])


def _metadata(soup: BeautifulSoup, lines: list[_Line]) -> dict[str, str]:
    """Title, `meta:name` and `ld:name` entries, first headline, and the rows of label and value that a table holds."""
    found: dict[str, str] = {}
    if soup.title and (title := soup.title.get_text(strip=True)):
        found["title"] = title
    for tag in soup.find_all("meta", limit=200):
        name = tag.get("name") or tag.get("property") or tag.get("itemprop")
        content = tag.get("content")
        if isinstance(name, str) and isinstance(content, str) and name.strip() and content.strip():
            found.setdefault(f"meta:{name.strip().lower()}", content.strip())
    for name, value in _linked_data(soup):
        found.setdefault(f"ld:{name}", value)
    if soup.h1 and (headline := soup.h1.get_text(" ", strip=True)):
        found["h1"] = headline
    for line in lines:
        cells = line.text.split("\t")
        for label, value in zip(cells[::2], cells[1::2], strict=False):
            name = re.sub(r"[\s\u3000:：]", "", label)
            if LABEL_CELL.match(label.strip()) and label.rstrip().endswith((":", "：")) and value.strip():
                found.setdefault(f"table:{name}", value.strip())
    return found


def _linked_data(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """What JSON-LD says of an article on the page: headline, dates, author, publisher; broken JSON says nothing."""
    for script in soup.find_all("script", type="application/ld+json", limit=20):
        try:
            things = json.loads(script.get_text()[:LARGEST_JSON], strict=False)
        except (ValueError, RecursionError):
            continue
        things = things if isinstance(things, list) else [things]
        graphs = [one["@graph"] for one in things if isinstance(one, dict) and isinstance(one.get("@graph"), list)]
        for thing in [*things, *(one for graph in graphs for one in graph)][:50]:
            if isinstance(thing, dict) and LD_DATED & thing.keys():
                yield from _said(thing)


def _said(thing: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key in ("headline", "title", "datePublished", "pubDate", "dateModified", "upDate", "author", "publisher"):
        value = thing.get(key)
        value = value[0] if isinstance(value, list) and value else value
        value = value.get("name") if isinstance(value, dict) else value
        if isinstance(value, str) and value.strip():
            yield LD_NAMES.get(key, key.lower()), " ".join(value.split())


def _links(soup: BeautifulSoup, url: str) -> Iterator[tuple[str, str]]:
    """Absolute address and text of every link that leads to a page, in order."""
    base = soup.find("base", href=True)
    root = urljoin(url, str(base["href"])) if isinstance(base, Tag) else url
    for tag in soup.find_all("a", href=True):
        address = str(tag["href"]).strip()
        if address and not address.lower().startswith(NO_PAGE):
            try:
                yield urljoin(root, address), tag.get_text(" ", strip=True) or str(tag.get("title") or "")
            except ValueError:  # an address such as http://[x that no browser follows either
                continue
