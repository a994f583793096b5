"""The citation graph: one entry per cited paper however it is named, linked to the paper itself where the table holds it."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import sqlalchemy as sa

from policymine.model import Reference, Span
from policymine.table.derived import citations, cited_papers
from policymine.table.dialect import insert_rows
from policymine.table.schema import Snapshot, documents, references, visible
from policymine.table.store import Table
from policymine.text.outgoing import for_spreadsheet

EDGE_COLUMNS = (
    "citing_document", "citing_title", "citing_number", "cited_key", "cited_title", "cited_number", "cited_document",
    "mentions", "articles",
)  # fmt: skip
NUMBER = re.compile(r"(?P<code>[^\W\d_]+?)[〔\[（(【﹝［]?(?P<year>[12]\d{3})年?[〕\]）)】﹞］]?第?(?P<serial>\d{1,5})号?")
EDITION = re.compile(
    r"[（(][^（）()]*(?:试行|暂行|修订|修正|修改|草案|征求意见稿|第.版)[^（）()]*[）)]|[（(]\d{4}[^（）()]*[）)]"
)
STATE = re.compile(r"^中华人民共和国")
LEAD = re.compile(r"^.{0,30}?(?=关于)")
ENOUGH = 7
"""Characters from which a title names one paper by itself; 通知 and 实施意见 name many."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a reference means in its paper: the full title, the number, the articles."""

    title: str | None
    number: str | None
    articles: str | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A reference row and what it means."""

    row_id: str
    document_id: str
    meant: Meant


Resolve = Callable[[str, Sequence[Reference]], Sequence[Meant]]
"""What each of a document's references means, from its text; handed in by whoever knows how to read."""


def number_key(number: str | None) -> str | None:
    """A document number without the differences of brackets, width and 第; None where it is none or redacted.

    >>> number_key("国发〔2004〕2号") == number_key("国发[２００４]第2号") == number_key("国发(2004)2 号")
    True
    >>> number_key("X政发〔20xx〕X号") is None
    True
    """
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", number or ""))
    found = NUMBER.fullmatch(bare)
    return f"{found['code']}{found['year']}-{int(found['serial'])}" if found else None


def title_key(title: str | None) -> str | None:
    """A title without marks, edition and 中华人民共和国; None where it is too general to name one paper.

    >>> title_key("中华人民共和国安全生产法(2021年修正)") == title_key("安全生产法")
    True
    >>> title_key("通知") is None
    True
    """
    bare = re.sub(r"[《》〈〉]", "", unicodedata.normalize("NFKC", title or ""))
    bare = STATE.sub("", "".join(filter(str.isalnum, EDITION.sub("", bare))))
    law = bare.endswith("法") and not bare.endswith(("办法", "方法"))
    return bare if len(bare) >= ENOUGH or (law and len(bare) > 1) else None


def relink(connection: sa.Connection, run_id: int, *, resolve: Resolve) -> None:
    """Computes the citation graph of what a run shows, anew and in a fixed order.

    Args:
        connection: a write transaction.
        run_id: whose state is read.
        resolve: says what references mean.
    """
    now = Snapshot(connection, run_id)
    mentions = list(_mentions(now, resolve))
    entries = _entries(mentions)
    held = _held(now)
    for part in (citations, cited_papers):
        connection.execute(sa.delete(part))
    papers, edges = [], []
    for key, group in sorted(entries.items()):
        titles = Counter(" ".join(title.split()) for m in group if (title := m.meant.title))
        numbers = Counter(number for m in group if (number := m.meant.number) and number_key(number))
        papers.append({
            "key": key, "title": _commonest(titles), "number": _commonest(numbers), "names": sorted(titles),
            "document_id": _linked(group, held), "documents": len({m.document_id for m in group}), "mentions": len(group),
        })  # fmt: skip
        edges += [{"row_id": m.row_id, "document_id": m.document_id, "key": key, "articles": m.meant.articles} for m in group]
    if papers:
        insert_rows(connection, cited_papers, entries=papers)
        insert_rows(connection, citations, entries=sorted(edges, key=lambda edge: str(edge["row_id"])))


def edges(table: Table) -> Iterator[Mapping[str, object]]:
    """The edges of the graph: which document cites which paper, how often and which articles; in a fixed order."""
    c, p, d = citations.c, cited_papers.c, documents.c
    with table.reading() as now:
        joined = (
            sa.select(
                c.document_id, d.title, d.number, c.key, p.title, p.number, p.document_id, c.articles,
            ).select_from(citations).join(cited_papers, p.key == c.key)
            .join(documents, sa.and_(d.id == c.document_id, visible(documents, now.run_id)))
            .order_by(c.document_id, c.key, c.row_id)
        )  # fmt: skip
        grouped: dict[tuple[object, ...], list[str | None]] = defaultdict(list)
        for row in now.connection.execute(joined):
            grouped[tuple(row[:7])].append(row[7])
    for edge, articles in grouped.items():
        cited = "；".join(dict.fromkeys(article for article in articles if article))
        yield dict(zip(EDGE_COLUMNS, (*edge, len(articles), cited), strict=True))


def write_edges(table: Table, stream: TextIO) -> int:
    """Writes `edges.csv`; returns how many edges there are."""
    writer = csv.DictWriter(stream, EDGE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for count, edge in enumerate(edges(table), 1):  # noqa: B007 - the last number is the count
        writer.writerow({name: for_spreadsheet(cell) if isinstance(cell, str) else cell for name, cell in edge.items()})
    return count


def _mentions(now: Snapshot, resolve: Resolve) -> Iterator[Mention]:
    r, d = references, documents
    standing = sa.select(r.c.id, r.c.document_id, r.c.page_id, r.c.start, r.c.end, r.c.text, r.c.rule, r.c.title, r.c.number)
    by_document: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in now.connection.execute(standing.where(visible(r, now.run_id)).order_by(r.c.page_id, r.c.start, r.c.id)):
        by_document[(row.page_id, row.document_id)].append(row)
    texts = sa.select(d.c.page_id, d.c.id, d.c.text).where(visible(d, now.run_id)).order_by(d.c.page_id, d.c.id)
    for document in now.connection.execute(texts, execution_options={"yield_per": 200}):
        rows = by_document.get((document.page_id, document.id), [])
        found = [
            Reference(Span(row.start, row.end), row.text, row.rule, title=row.title, number=row.number) for row in rows
        ]  # fmt: skip
        for row, meant in zip(rows, resolve(document.text, found) if found else (), strict=True):
            yield Mention(row.id, document.id, meant)


def _entries(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Mentions by paper. A number joins the titles that stand with it, unless one title has several numbers (yearly papers)."""
    ordered = sorted(mentions, key=lambda m: m.row_id)
    numbers_of: dict[str, set[str]] = defaultdict(set)
    for mention in ordered:
        title, number = title_key(mention.meant.title), number_key(mention.meant.number)
        if title and number:
            numbers_of[title].add(number)
    groups: dict[str, list[Mention]] = defaultdict(list)
    for mention in ordered:
        title, number = title_key(mention.meant.title), number_key(mention.meant.number)
        own = numbers_of.get(title or "", set())
        name = number or (next(iter(own)) if len(own) == 1 else title) or f"{mention.document_id}:{mention.meant.title}"
        groups[hashlib.sha256(name.encode()).hexdigest()[:16]].append(mention)
    return groups


def _held(now: Snapshot) -> Mapping[str, str]:
    """The documents of the table by the keys of their numbers and titles; the earliest wins, a copy never does."""
    d = documents.c
    stands = sa.select(d.id, d.title, d.number).where(visible(documents, now.run_id), d.duplicate_of.is_(None))
    held: dict[str, str] = {}
    for row in now.connection.execute(stands.order_by(sa.nulls_last(d.issued_on.asc()), d.id)):
        for key in (number_key(row.number), *_title_keys(row.title)):
            if key:
                held.setdefault(key, row.id)
    return held


def _title_keys(title: str | None) -> Iterator[str | None]:
    """A title as it stands, and from 关于 on: papers are cited without who issued them."""
    yield title_key(title)
    if title and (lead := LEAD.match(title)) and lead[0]:
        yield title_key(title[lead.end() :])


def _linked(group: Sequence[Mention], held: Mapping[str, str]) -> str | None:
    numbers = sorted(filter(None, {number_key(m.meant.number) for m in group}))
    titles = sorted(key for m in group for key in _title_keys(m.meant.title) if key)
    return next((held[key] for key in (*numbers, *titles) if key in held), None)


def _commonest(counts: Counter[str]) -> str | None:
    return min(counts, key=lambda name: (-counts[name], name)) if counts else None
