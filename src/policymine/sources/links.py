"""Reading Chinese list pages: links with their titles and dates, the next page, and which links look like papers.

Government sites run on a handful of content systems whose lists look alike: dated items, addresses that differ in their
figures, and pagers that a script writes (`createPageHTML(20, 0, "index", "html")`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import lxml.html

from policymine.errors import LayoutError
from policymine.sources.html import refuse_bombs

DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?[-./年]\s?(?P<month>1[0-2]|0?[1-9])\s?[-./月]\s?(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)日?"
)
SHORT_DATE = re.compile(r"[\[(（【]?(?<!\d)(?P<month>1[0-2]|0[1-9])-(?P<day>3[01]|[12]\d|0[1-9])(?!\d)[\])）】]?")
DATE_IN_URL = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/_]?(1[0-2]|0[1-9])[-/_]?(3[01]|[12]\d|0[1-9])(?!\d)")
PAGER_CALL = re.compile(
    r"createPage\w*\(\s*(?:['\"][\w-]+['\"]\s*,\s*)?(?P<count>\d{1,4})\s*,\s*(?P<now>\d{1,4})\s*,\s*['\"](?P<stem>\w+)['\"]\s*,\s*"
    r"['\"](?P<ending>s?html?)['\"]"
)
SCRIPTED = re.compile(r"""(?:location(?:\.href)?\s*=|window\.open\()\s*['"]([^'"]{1,500})['"]""")
REFRESH = re.compile(rb"""(?is)<meta[^>]{0,80}http-equiv\s*=\s*["']?refresh[^>]{0,80}url\s*=\s*['"]?([^"'>\s]{1,500})""")
HAN = re.compile(r"[\u4e00-\u9fff]")
NEXT = frozenset(["下一页", "下页", "后一页", "下一頁", "下一頁", "Next", "next", ">", ">>", "»", "›"])
ITEMS = frozenset({"li", "tr", "dd", "dt", "p", "td", "h3", "h4", "article"})
SHORTEST_TITLE = 6


class Link(NamedTuple):
    """One link as a page shows it; `date` is ISO 8601 or empty, `above` whether it stands in an item of a list."""

    url: str
    title: str
    date: str = ""
    item: bool = False
    next: bool = False


def read_links(body: bytes, *, url: str, encoding: str | None = None) -> list[Link]:
    """The links of a page in order, with the dates that stand beside them.

    Args:
        body: the page.
        url: its address, which relative links count from.
        encoding: of the page, where it is known; otherwise as the page declares.

    >>> page = '<ul><li><a href="t20220301_1.html">关于做好春季防火的通知</a><span>2022-03-01</span></li></ul>'
    >>> read_links(page.encode(), url="http://a.example/tz/", encoding="utf-8")[0]
    Link(url='http://a.example/tz/t20220301_1.html', title='关于做好春季防火的通知', date='2022-03-01', item=True, next=False)
    """
    root = _parse(body, encoding)
    if root is None:
        return []
    base = root.xpath("string(//base/@href)")
    here = urljoin(url, base) if base else url
    return [*_anchors(root, here), *_hidden(root, body, here)]


def plain_targets(body: bytes, *, url: str) -> list[str]:
    """The addresses that a page links to, in order, without reading anything else: fast, for papers."""
    root = _parse(body, None)
    if root is None:
        return []
    return [
        _join(url, str(href)) for href in root.xpath("//a/@href | //area/@href | //iframe/@src | //frame/@src | //embed/@src")
    ]


def _parse(body: bytes, encoding: str | None) -> Any:
    if not body.strip():
        return None
    try:
        refuse_bombs(body.decode("latin-1"), "")
        parser = lxml.html.HTMLParser(encoding=encoding or _encoding(body), recover=True, no_network=True)
        return lxml.html.document_fromstring(body, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError, LookupError, LayoutError):
        return None


def _encoding(body: bytes) -> str | None:
    """UTF-8 where the bytes are; else what the page declares (None), else what Chinese pages without a word are written in."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None if b"charset" in body[:4096].lower() else "gb18030"
    return "utf-8"


def _join(base: str, href: str) -> str:
    try:
        return urljoin(base, re.sub(r"[\t\r\n]", "", href).strip())
    except ValueError:  # such as http://[broken
        return ""


def _anchors(root: Any, here: str) -> Iterator[Link]:
    for element in root.iter("a", "area"):
        href = element.get("href") or ""
        if href.lower().startswith(("javascript:", "#")) or not href.strip():
            found = SCRIPTED.search(href + " " + (element.get("onclick") or ""))
            if not found:
                continue
            href = found[1]
        text = " ".join(element.text_content().split())
        title = (element.get("title") or "").strip()
        title = title if len(title) > len(text.rstrip(".…")) else text
        date, item = _date_beside(element)
        yield Link(_join(here, href), title, date, item, text in NEXT)


def _hidden(root: Any, body: bytes, here: str) -> Iterator[Link]:
    """Links that no anchor shows: frames, refreshing pages, pagers written by a script."""
    for source in root.xpath("//iframe/@src | //frame/@src"):
        yield Link(_join(here, str(source)), "")
    if refresh := REFRESH.search(body[:8192]):
        yield Link(_join(here, refresh[1].decode("utf-8", "replace")), "")
    for script in root.iter("script"):
        for call in PAGER_CALL.finditer(script.text or ""):
            after = int(call["now"]) + 1
            if after < int(call["count"]):
                yield Link(_join(here, f"{call['stem']}_{after}.{call['ending']}"), "", next=True)


def _date_beside(element: Any) -> tuple[str, bool]:
    """The date in the item of a list around a link, and whether there is such an item at all."""
    around = element
    for _ in range(3):
        around = around.getparent()
        if around is None:
            return "", False
        if around.tag in ITEMS:
            text = around.text_content()
            return (iso_date(text) if len(text) < 600 else ""), True
    return "", False


def iso_date(text: str) -> str:
    """The last full date in a text (in a list the date stands behind the title), else a short one without its year.

    >>> iso_date("关于2021年5月1日放假的通知 2021年4月6日"), iso_date("[03-15]"), iso_date("第3-15号")
    ('2021-04-06', '--03-15', '')
    """
    found = None
    for found in DATE.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    if found:
        return f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    short = SHORT_DATE.search(text)
    return f"--{short['month']}-{short['day']}" if short else ""


def date_in(url: str) -> str:
    """The date that an address carries.

    >>> date_in("http://a.example/art/2022/3/15/art_1_2.html"), date_in("http://a.example/t20220315_1.html")
    ('', '2022-03-15')
    """
    found = DATE_IN_URL.search(urlsplit(url).path)
    return "-".join(found.groups()) if found else ""


def shape(url: str) -> str:
    """What addresses of one kind have in common: their figures don't count.

    >>> shape("http://a.example/tz/t20220315_812.html?id=4") == shape("http://a.example/tz/t20210101_9.html?id=77")
    True
    """
    return re.sub(r"\d+", "0", url)


def learn_papers(links: Iterable[Link]) -> frozenset[str]:
    """The shapes of addresses that look like a list's papers: dated or titled items of a list, three or more of one shape.

    >>> items = [Link(f"http://a.example/tz/t2022030{n}_{n}.html", "做好防火工作的通知", "2022-03-01", True) for n in range(4)]
    >>> learn_papers([*items, Link("http://a.example/about.html", "关于我们", "", True)]) == {shape(items[0].url)}
    True
    """
    votes: Counter[str] = Counter()
    for link in links:
        if link.next or not re.search(r"\d", urlsplit(link.url).path + urlsplit(link.url).query):
            continue
        titled = len(HAN.findall(link.title)) >= SHORTEST_TITLE
        if titled and link.item and (link.date or date_in(link.url)):
            votes[shape(link.url)] += 2
        elif titled:
            votes[shape(link.url)] += 1
    return frozenset(found for found, count in votes.items() if count >= 5)


def pattern_of(urls: Sequence[str]) -> str:
    """A pattern that the addresses of one shape share, for a person to look at.

    >>> pattern_of(["http://a.example/tz/t20220315_812.html", "http://a.example/tz/t20210101_9.html"])
    '/tz/t\\\\d{8}_\\\\d+\\\\.html$'
    """
    paths = [urlsplit(url).path + ("?" + urlsplit(url).query if urlsplit(url).query else "") for url in urls]
    pieces = [re.split(r"(\d+)", path) for path in paths]
    made = ""
    for position, piece in enumerate(pieces[0]):
        if position % 2 == 0:
            made += re.escape(piece).replace(r"\-", "-").replace("/", "/")
            continue
        widths = {len(one[position]) for one in pieces if len(one) > position}
        made += rf"\d{{{widths.pop()}}}" if len(widths) == 1 and len(piece) in (4, 6, 8) else r"\d+"
    return made + "$"


def group_by_shape(links: Iterable[Link]) -> dict[str, list[Link]]:
    """Links by the shape of their addresses, in order of first appearance."""
    groups: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        groups[shape(link.url)].append(link)
    return dict(groups)
