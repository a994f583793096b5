"""What pages hold beside the noise that rules know: raw texts, the stretches of their documents, and what one rule cut."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from policymine.table import schema
from policymine.table.schema import visible
from policymine.table.store import Table
from policymine.text import Span

AT_ONCE = 100


class Stretches(NamedTuple):
    """A page's raw text, its documents, the cuts of one rule and the others (raw spans), whether all it holds is copies."""

    page_id: str
    raw: str
    documents: tuple[Span, ...]
    cuts: tuple[Span, ...]
    others: tuple[Span, ...]
    copied: bool


def stretches_of(table: Table, page_ids: Sequence[str], *, rule: str, run: int) -> Iterator[Stretches]:
    """What the pages of these ids hold, as the run of this id will show them.

    Args:
        table: the knowledge table.
        page_ids: of the pages.
        rule: whose cuts are wanted.
        run: the run that is being staged, or an earlier one.
    """
    for at in range(0, len(page_ids), AT_ONCE):
        yield from _some(table, page_ids[at : at + AT_ONCE], rule=rule, run=run)


def _some(table: Table, page_ids: Sequence[str], *, rule: str, run: int) -> Iterator[Stretches]:
    p, t, d, e = schema.pages.c, schema.texts.c, schema.documents.c, schema.edits.c
    raw = sa.select(p.page_id, t.body).join(schema.texts, p.text_sha256 == t.sha256)
    papers = sa.select(d.page_id, d.raw_start, d.raw_end, d.duplicate_of).order_by(d.page_id, d.raw_start)
    cut = sa.select(e.page_id, e.raw_start, e.raw_end, e.rule).where(e.text == "").order_by(e.page_id, e.raw_start)
    documents, copies = defaultdict[str, list[Span]](list), defaultdict[str, list[bool]](list)
    cuts, others = defaultdict[str, list[Span]](list), defaultdict[str, list[Span]](list)
    with table.reading(run=run) as now:
        ask = now.connection.execute
        for paper in ask(papers.where(d.page_id.in_(page_ids), visible(schema.documents, run))):
            documents[paper.page_id].append(Span(paper.raw_start, paper.raw_end))
            copies[paper.page_id].append(paper.duplicate_of is not None)
        for edit in ask(cut.where(e.page_id.in_(page_ids), visible(schema.edits, run))):
            (cuts if edit.rule == rule else others)[edit.page_id].append(Span(edit.raw_start, edit.raw_end))
        for page in ask(raw.where(p.page_id.in_(page_ids), visible(schema.pages, run)).order_by(p.page_id)):
            here, text = page.page_id, zlib.decompress(page.body).decode()
            copied = bool(copies[here]) and all(copies[here])
            yield Stretches(here, text, tuple(documents[here]), tuple(cuts[here]), tuple(others[here]), copied)


def was_published(table: Table, run_id: int) -> bool:
    """Whether a run is known and was published."""
    with table.reading() as now:
        asked = sa.select(schema.runs.c.status).where(schema.runs.c.id == run_id)
        return now.connection.scalars(asked).one_or_none() == "published"
