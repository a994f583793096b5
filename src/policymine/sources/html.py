"""HTML to text: every visible character of a page in reading order, one line per element that gives text.

Nothing is judged here: navigation, adverts and footers stay in, each line with its place in the file and the share of it that
is link text, so that the cleaning station can label them and the raw text can be made again from the archived bytes. Left out
are script, style, comments and what no browser prints. Cells of a table row stand on one line with tabs between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urljoin

from lxml import etree

from policymine.errors import LayoutError
from policymine.model import Block
from policymine.sources.metadata import read_metadata, visible
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
BLANK_RUN, TAB_RUN = re.compile("  +"), re.compile(r" *\t[ \t]*")
SPACES = " \t\r\n\f"
DEEPEST = 60
"""Levels of nesting that a path names; a page nested deeper was not written by hand, and its paths would fill the memory."""
DEEPEST_TREE = 240
"""Levels that are kept as a tree: the parser itself drops what lies 2,048 deep, text included."""
MOST_TAGS, MOST_LINES, MOST_ATTRIBUTES = 600_000, 300_000, 1_000
"""What one page may hold of tags, of lines, and one element of attributes: each costs the parser many times its own length."""
LARGE = 100_000
"""Characters of a page from which on its attributes are counted: the parser's time grows with their square."""
LONGEST_ADDRESS = 2_000
TAG = re.compile(r"""<[a-zA-Z](?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')|=)*+""")
VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
WHOLE = re.compile(r"https?://[a-zA-Z0-9.-]+(?::\d+)?(?:/[\w.~%/-]*)?(?:\?[\w.~%&=/-]+)?", re.ASCII)
SITE = re.compile(r"(https?://[a-zA-Z0-9.-]+(?::\d+)?)/", re.ASCII)
ROOTED = re.compile(r"(?:/[\w~%-][\w.~%-]*)+/?(?:\?[\w.~%&=/-]+)?", re.ASCII)
"""Addresses in which nothing has to be resolved: whole ones, and such from the root of the site."""
SPLIT = "split it, or give its text"
NO_PAGE = ("javascript:", "mailto:", "tel:", "data:", "#")


class ParsedPage(NamedTuple):
    """What an HTML file says: text, one block per line of it, metadata, links in order."""

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, str]
    links: tuple[tuple[str, str], ...]


def parse_html(markup: str, *, url: str = "") -> ParsedPage:
    """The text of an HTML page with the place of each line, what the page says of itself, and where it links to.

    Raises:
        LayoutError: it has more tags, lines or attributes than any page that people wrote.

    >>> page = parse_html("<title>通报</title><p>各镇要<b>立即</b>整改。</p><a href='/b.htm'>下一篇</a>", url="https://a.example/x/")
    >>> page.text, page.metadata["title"], page.links
    ('各镇要立即整改。\\n下一篇', '通报', (('https://a.example/b.htm', '下一篇'),))
    """
    refuse_bombs(markup, url)
    root = _tree(markup)
    if root is None:
        return ParsedPage("", (), {}, ())
    try:
        walk = _Walk(root, url)
    except _DepthError:
        root = _tree(markup, target=_Folded())
        walk = _Walk(root, url)
    metadata = read_metadata(root, lines=walk.texts)
    return ParsedPage("\n".join(walk.texts), tuple(walk.blocks), metadata, tuple(_links(root, url)))


def refuse_bombs(markup: str, url: str) -> None:
    """Refuses a page that would cost the parser memory or time out of all proportion to its length."""
    if (tags := markup.count("<")) > MOST_TAGS:
        raise LayoutError(url, f"{tags:,} tags", f"a page of more than {MOST_TAGS:,} isn't read; {SPLIT}")
    for tag in TAG.finditer(markup) if len(markup) > LARGE else ():
        if tag.end() - tag.start() > MOST_ATTRIBUTES and len(VALUE.sub(" ", tag[0]).split()) > MOST_ATTRIBUTES:
            cure = f"an element of more than {MOST_ATTRIBUTES:,} isn't read; look at the file"
            raise LayoutError(url, "an element of thousands of attributes", cure)


@lru_cache(maxsize=4096)
def _tag(path: str) -> str:
    """The tag of the last element of a path."""
    return re.split(r"[\[#.]", path.rpartition("/")[2], maxsplit=1)[0]


def _tree(markup: str, *, target: Any = None) -> Any | None:
    """The element tree of a page; lone surrogates, which no decoder gives but a caller may, become question marks."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, target=target)
    parser.feed(markup.encode("utf-8", "replace"))
    try:
        return parser.close()
    except etree.XMLSyntaxError:  # nothing in it but white space or comments
        return None


_NAME = re.compile("[A-Za-z_][A-Za-z0-9_.-]*")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a tree that is built by hand cannot hold."""


class _DepthError(Exception):
    """A page is nested deeper than the parser's tree holds."""


class _Folded:
    """Builds the tree of a page nested too deep: elements below the last level leave their text and line ends to that level."""

    def __init__(self) -> None:
        self._builder, self._depth = etree.TreeBuilder(), 0
        self._open: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth < DEEPEST_TREE or tag in SILENT or tag == "br":
            name = tag if _NAME.fullmatch(tag) else "span"
            plain = {key: _UNPRINTABLE.sub("\ufffd", value) for key, value in attributes.items() if _NAME.fullmatch(key)}
            self._builder.start(name, plain)
            self._open.append(name)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._depth < DEEPEST_TREE or tag in SILENT or tag == "br":
            self._builder.end(self._open.pop())
        self._depth -= 1

    def data(self, text: str) -> None:
        """Text."""
        self._builder.data(_UNPRINTABLE.sub("\ufffd", text))

    def close(self) -> Any:
        """The tree; elements that the file breaks off in end with it."""
        while self._open:
            self._builder.end(self._open.pop())
        return self._builder.close()


class _Walk:
    """The lines of a page: the text between two starts or ends of block elements, runs of white space made one space."""

    def __init__(self, root: Any, url: str) -> None:
        self._url = url
        self.texts: list[str] = []
        self.blocks: list[Block] = []
        self._at = 0
        self._parts: list[str] = []
        self._linked = 0
        self._elements((root,), "", level=0, depth=1, in_link=False, preformatted=False)

    def _elements(
        self, elements: Iterable[Any], path: str, *, level: int, depth: int, in_link: bool, preformatted: bool
    ) -> None:
        """Walks the children of an element: its path, the levels that names, how deep they lie, what holds of their text."""
        names: dict[str, int] = {}
        for element in elements:
            tag: str = element.tag
            if tag not in SILENT:
                if depth > DEEPEST_TREE:
                    raise _DepthError
                number = names[tag] = names.get(tag, 0) + 1
                if inline := tag in INLINE:
                    below, deeper = path, level
                else:
                    if self._parts:
                        self._edge(tag, path)
                    below, deeper = _path(path, tag, element, number=number, level=level), level + 1
                linked, kept = in_link or tag == "a", preformatted or tag == "pre"
                if (text := element.text) and (self._parts or text.strip(SPACES)):
                    self._add(text, below, in_link=linked, preformatted=kept)
                if len(element):
                    self._elements(element, below, level=deeper, depth=depth + 1, in_link=linked, preformatted=kept)
                if self._parts and not inline and tag not in CELLS:
                    self._flush(below)
            # most of the white space stands between block elements, where it means nothing
            if (text := element.tail) and (self._parts or text.strip(SPACES)):
                self._add(text, path, in_link=in_link, preformatted=preformatted)

    def _edge(self, tag: str, path: str) -> None:
        """The start of a block element ends the line, that of a cell parts it."""
        if tag in CELLS:
            self._parts.append("\t")
        else:
            self._flush(path)

    def _add(self, text: str, path: str, *, in_link: bool, preformatted: bool) -> None:
        if preformatted and "\n" in text:
            for number, row in enumerate(text.split("\n")):
                if number:
                    self._flush(path)
                self._parts.append(row)
            return
        if "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text:
            text = BLANKS.sub(" ", text)
        self._parts.append(text)
        if in_link:
            self._linked += len(text.strip(SPACES))

    def _flush(self, path: str) -> None:
        if text := "".join(self._parts).strip(SPACES):
            if "  " in text:
                text = BLANK_RUN.sub(" ", text)
            if "\t" in text:
                text = TAB_RUN.sub("\t", text)
            at, end = self._at, self._at + len(text)
            density = round(min(self._linked / (len(text) - text.count("\t")), 1.0), 3) if self._linked else 0.0
            self.blocks.append(Block(Span(at, end), path, _tag(path), density))
            self.texts.append(text)
            if len(self.texts) > MOST_LINES:
                raise LayoutError(self._url, "too many lines", f"a page of more than {MOST_LINES:,} isn't read; {SPLIT}")
            self._at = end + 1
        self._parts, self._linked = [], 0


def _path(above: str, tag: str, element: Any, *, number: int, level: int) -> str:
    """The path of a block element, the `number`th of its name under one that lies `level` levels deep."""
    if level >= DEEPEST:
        return above
    if not above:
        return tag
    mark = f"[{number}]" if number > 1 else ""
    return f"{above}/{tag}{mark}{_marks(element)}"


def _marks(element: Any) -> str:
    """`#id` and `.class` of an element, as a style sheet would write them."""
    name, classes = element.get("id"), element.get("class")
    if not name and not classes:
        return ""
    marks = f"#{name}" if name and (name := name.strip()) else ""
    if classes:
        marks += "".join([f".{one}" for one in classes.split()])
    return marks.replace("/", "|")[:80]


def _links(root: Any, url: str) -> Iterator[tuple[str, str]]:
    """Absolute address and text of every link that leads to a page, in order."""
    base = next((element.get("href") for element in root.iter("base") if element.get("href")), None)
    try:
        start = urljoin(url, base) if base and len(base) <= LONGEST_ADDRESS else url
    except ValueError:
        start = url
    try:
        site = _site(start)
    except ValueError:  # a page of no address leads nowhere
        return
    for element in root.iter("a"):
        address = (element.get("href") or "").strip()
        if address and not address.lower().startswith(NO_PAGE):
            try:
                yield _absolute(start, address, site=site), visible(element) or element.get("title") or ""
            except ValueError:  # an address such as http://[x that no browser follows either
                continue


def _site(start: str) -> str:
    """The root of the site that an address lies on, without the stroke at its end; empty for what is no address of the web."""
    if plain := SITE.match(start):
        return plain[1]
    return urljoin(start, "/")[:-1] if start.startswith(("http://", "https://")) else ""


def _absolute(start: str, address: str, *, site: str) -> str:
    """The address as seen from `start`; `site` is the root of that, empty where it has none.

    >>> start, site = "http://a.example/x/y.htm", "http://a.example"
    >>> _absolute(start, "/b/c.htm", site=site), _absolute(start, "../c", site=site)
    ('http://a.example/b/c.htm', 'http://a.example/c')
    """
    if WHOLE.fullmatch(address):
        return address
    return site + address if site and ROOTED.fullmatch(address) else urljoin(start, address)
