"""What a web page says of itself: title, `<meta>`, JSON-LD, first headline, and the rows of a table of labels and values.

Linked data is short and written by many hands, so it is read with BeautifulSoup; the rest comes from the tree that the page's
text was read from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from bs4 import BeautifulSoup
from lxml import etree

BLANKS = re.compile("[\\s\u3000:：]")
LABEL_CELL = re.compile(r"[^:：\t]{1,12}[:：]\Z")
LINKED_DATA = "application/ld+json"
LD_DATED = frozenset({"datePublished", "pubDate"})
LD_NAMES = {"title": "headline", "pubDate": "datepublished", "upDate": "datemodified"}
PRINTED = etree.XPath(".//text()[not(parent::script or parent::style)]")
LARGEST_JSON, MOST_TOLD = 200_000, 200


def read_metadata(root: Any, *, lines: Sequence[str]) -> dict[str, str]:
    r"""The entries `title`, `h1`, `meta:name`, `ld:name` and `table:label` of a page.

    Args:
        root: the element tree of the page.
        lines: its lines of text, cells of a row apart by tabs.

    >>> page = "<head><title>通报</title><meta name='PubDate' content='2022-01-17'></head><body><h1>关于检查的通报</h1></body>"
    >>> read_metadata(etree.HTML(page), lines=["发文字号：\t清政发〔2022〕3号"])
    {'title': '通报', 'meta:pubdate': '2022-01-17', 'h1': '关于检查的通报', 'table:发文字号': '清政发〔2022〕3号'}
    """
    found: dict[str, str] = {}
    if title := visible(next(root.iter("title"), None)):
        found["title"] = title
    for meta in islice(root.iter("meta"), MOST_TOLD):
        name, content = meta.get("name") or meta.get("property") or meta.get("itemprop") or "", meta.get("content") or ""
        if name.strip() and content.strip():
            found.setdefault(f"meta:{name.strip().lower()}", content.strip())
    for key, value in _linked_data(root):
        found.setdefault(f"ld:{key}", value)
    if headline := visible(next(root.iter("h1"), None)):
        found["h1"] = headline
    for key, value in _rows(lines):
        found.setdefault(f"table:{key}", value)
    return found


def visible(element: Any | None) -> str:
    """The text of an element, its pieces apart by one space; empty for none."""
    if element is None or not len(element):
        return "" if element is None else (element.text or "").strip()
    return " ".join(text for piece in PRINTED(element) if (text := piece.strip()))


def _rows(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Labels and values that stand beside each other in the rows of a table."""
    for line in lines:
        if "\t" not in line:
            continue
        cells = line.split("\t")
        for label, value in zip(cells[::2], cells[1::2], strict=False):
            if LABEL_CELL.match(label.strip()) and value.strip():
                yield BLANKS.sub("", label), value.strip()


def _linked_data(root: Any) -> Iterator[tuple[str, str]]:
    """What JSON-LD says of an article on the page: headline, dates, author, publisher; broken JSON says nothing."""
    scripts = islice((element for element in root.iter("script") if element.get("type") == LINKED_DATA), MOST_TOLD)
    told = [etree.tostring(element, encoding="unicode", method="html", with_tail=False) for element in scripts]
    soup = BeautifulSoup("".join(told), "lxml") if told else None
    for script in soup.find_all("script", type=LINKED_DATA, limit=20) if soup else ():
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
