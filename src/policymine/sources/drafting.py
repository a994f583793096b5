"""Drafting the file of a source from one of its list pages, for a person to finish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import lxml.html

from policymine.sources.links import Link, group_by_shape, learn_papers, pattern_of, read_links, shape

ATTACHMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd)$", re.I)
EXAMPLES = 3


class Draft(NamedTuple):
    """The text of a source file, and the papers that the list showed, so that a person sees what the patterns take."""

    content: str
    papers: tuple[Link, ...]


def draft_source(body: bytes, *, url: str, identity: str = "") -> Draft:
    """The source file that a list page suggests.

    >>> rows = "".join(f'<li><a href="t2024050{n}_{n}.html">关于第{n}号事项的通报</a>2024-05-0{n}</li>' for n in range(1, 6))
    >>> page = f"<title>通知公告-云河市人民政府</title><ul>{rows}</ul>"
    >>> draft = draft_source(page.encode(), url="http://www.yunhe.example/tz/")
    >>> next(line for line in draft.content.splitlines() if line.startswith("papers"))
    "papers = ['/tz/t\\\\d{8}_\\\\d+\\\\.html$']"
    """
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}"
    links = [link for link in read_links(body, url=url) if link.url.startswith(base + "/")]
    learnt = learn_papers(links)
    papers = tuple(link for link in links if shape(link.url) in learnt)
    groups = group_by_shape(papers)
    patterns = [pattern_of([link.url for link in group]) for group in groups.values()]
    pager = sorted({link.url for link in links if link.next or re.search(r"(?:index|list|page)_?\d+\.\w+$", link.url)})
    title = " ".join(_title(body).split())
    lines = [
        f"# Drafted from {url}: finish it, then run `policymine sources test {identity or _id_of(parts.hostname or '')}`.",
        f'id = "{identity or _id_of(parts.hostname or "")}"',
        f"title = {_quoted(title or parts.hostname or '')}",
        'publisher = ""                # who publishes the site',
        'region = ""                   # six digits of GB/T 2260',
        'level = ""                    # national province city county township unit',
        f'base = "{base}"',
        f'start = ["{parts.path or "/"}{"?" + parts.query if parts.query else ""}"]',
        f"papers = [{', '.join(_literal(p) for p in patterns)}]" if patterns else "learn = true  # no dated links found",
        *([f"follow = [{_literal(pattern_of(pager))}]"] if pager else []),
        r"attachments = ['\.(?:pdf|docx)$']",
        "pace_seconds = 5",
        'hours = "20:00-07:00"',
        "budget = 300",
        "enabled = false",
        "verified = false",
        "",
        "[expect]",
        "pages_min = 1",
        f"pages_max = {max(1000, 20 * len(papers))}",
        'fields = ["title", "date"]',
    ]  # fmt: skip
    return Draft("\n".join(lines) + "\n", papers)


def _id_of(host: str) -> str:
    """An id out of a host name: www.yunhe.gov.cn → yunhe.

    >>> _id_of("www.yunhe.gov.cn"), _id_of("yjj.yunhe.gov.cn")
    ('yunhe', 'yjj-yunhe')
    """
    labels = [label for label in host.lower().split(".") if label not in ("www", "gov", "cn", "com", "org", "net")]
    made = re.sub(r"[^a-z0-9-]+", "-", "-".join(labels)).strip("-")
    return made if made[:1].isalpha() else f"site-{made}".rstrip("-")


def _title(body: bytes) -> str:
    root = lxml.html.document_fromstring(body or b"<p/>")
    return str(root.xpath("string(//title)"))


def _literal(pattern: str) -> str:
    return f"'{pattern}'" if "'" not in pattern else f"'''{pattern}'''"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def shown(papers: Sequence[Link]) -> list[str]:
    """A few of the papers found, one line each."""
    return [f"{link.date or '----------'} {link.title} {link.url}" for link in papers[:EXAMPLES]]
