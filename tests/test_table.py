"""The knowledge table: the laws bite, a night is published as a whole or not at all, reruns change nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from policymine.errors import AlignmentError, StorageError, TableError, UnknownIdError
from policymine.model import (
    FINDING_KINDS,
    Alignment,
    Bearer,
    Card,
    CleanPage,
    Cut,
    Directive,
    Document,
    Edit,
    Findings,
    Interval,
    Issue,
    MinedDocument,
    Page,
    Quantity,
    Reference,
    Repair,
    Slogan,
    Span,
    TimeExpression,
)  # fmt: skip
from policymine.table import Table, dialect, rows_of, schema
from policymine.table.frontier import NIGHTS_TO_TRY, Visited, known_addresses, remember
from policymine.table.laws import check_partition, check_rows
from policymine.table.rows import columns_of, row_from, row_id
from policymine.table.upgrade import _config, _run

if TYPE_CHECKING:
    from .conftest import NewDatabase

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
STATIONS = {"clean": "c1", "mine": "m1"}
PAPER = (
    "首页 > 讲话\n各乡镇要在6月底前完成(wán)堤防巡查,由水务局牵頭,应急局配合。"
    "严禁瞒报。全县落实“三查三看”要求,投入300余万元,执行《防汛工作规程》(清防〔2022〕5号)。\n上一篇 下一篇"
)


def at(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def paper(
    number: int = 1, text: str = PAPER, *, issued_on: str | None = "2022-05-16", ban: str = "严禁瞒报"
) -> tuple[CleanPage, tuple[MinedDocument, ...]]:
    """A page with a block cut on either side, an inline cut, a repair and a finding of every kind."""
    url = f"https://example.org/{number}.html"
    digest = hashlib.sha256(text.encode()).hexdigest()
    page = Page(f"page{number:012d}", "sample", url, NOW, digest, text, metadata={"title": "讲话"})
    origin = Span(text.index("\n") + 1, text.rindex("\n"))
    alignment = Alignment.of(text, origin)
    edits = [Edit(at(alignment.text, "(wán)"), "", "repairs.pinyin"), Edit(at(alignment.text, "頭"), "头", "repairs.script")]
    alignment = alignment.edit(edits)
    card = Card("在防汛会议上的讲话", "speech", issued_on, "甘肃省/天水市", "county", "副县长", sectors=("防汛",))
    document = Document(f"docu{number:012d}", page.id, 0, origin, alignment, card)
    cuts = (
        Cut(Span(0, origin.start), "navigation", "noise.path"),
        Cut(at(text, "(wán)"), "pinyin", "repairs.pinyin"),
        Cut(Span(origin.end, len(text)), "navigation", "noise.next"),
    )
    repairs = (Repair(at(text, "頭"), "trad_to_simp", "repairs.script", "头"),)
    mined = MinedDocument(document, findings(document.text, ban))
    return CleanPage(page, "simplified", (document,), cuts, repairs, (Issue("page.odd", "info", "odd"),)), (mined,)


def findings(text: str, ban: str) -> Findings:
    deadline = TimeExpression(
        at(text, "6月底前"), "6月底前", "times.by-month", type="DATE", value="2022-06-30", mod="ON_OR_BEFORE", role="deadline",
        interval=Interval(None, datetime(2022, 7, 1)),
    )  # fmt: skip
    duty = text[text.index("各乡镇") : text.index("。")]
    bearers = (
        Bearer("各乡镇", "responsible", True, at(text, "各乡镇")), Bearer("水务局", "lead", True, at(text, "水务局")),
        Bearer("应急局", "support", True, at(text, "应急局")),
    )  # fmt: skip
    use = text[text.index("全县落实") : text.rindex("。")]
    directives = (
        Directive(
            at(text, duty), duty, "directives.must", modality="obligation", force=3, operational=True, confidence=0.93,
            cue="要", bearers=bearers, deadlines=(deadline,), section=("二、防汛",), sectors=("防汛",),
            reasons=(("cue:要", 1.5),),
        ),
        Directive(at(text, ban), ban, "directives.ban", modality="prohibition", force=5, operational=True, cue="严禁"),
        Directive(at(text, use), use, "directives.bare", modality="obligation", force=2, operational=True),
    )  # fmt: skip
    amount = Quantity(at(text, "300余万元"), "300余万元", "quantities.money", value=Decimal(3_000_000), unit="元", mod="MORE")
    slogan = Slogan(at(text, "三查三看"), "三查三看", "slogans.numeral", kind="numeric", slogan_id="三查三看")
    cited = Reference(
        at(text, "《防汛工作规程》"), "《防汛工作规程》", "references.title", title="防汛工作规程", number="清防〔2022〕5号"
    )
    issue = Issue("times.past", "warning", "the day was past", where=deadline.span)
    return Findings(directives, (deadline,), (amount,), (slogan,), (cited,), (issue,))


@pytest.fixture
def table(url: str) -> Iterator[Table]:
    with Table.open(url) as table:
        yield table


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """For what only files can suffer."""
    return f"sqlite:///{tmp_path}/policymine.db"


@pytest.fixture
def file_table(file_url: str) -> Iterator[Table]:
    with Table.open(file_url) as table:
        yield table


class Nights:
    """A clock that moves a day every time it is looked at."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(days=1)
        return self.now


def night(
    table: Table, *pages: tuple[CleanPage, Sequence[MinedDocument]], clock: Nights | None = None, **options: object
) -> None:
    with table.begin("nightly", clock=clock or (lambda: NOW)) as run:
        for clean, documents in pages:
            run.store(clean, documents, fingerprints=dict(STATIONS, **options))
        run.publish({"pages": len(pages)})


# --- the laws, each seen failing once -------------------------------------------------------------------------------------


def test_a_lawful_page_is_stored_with_all_its_findings(table: Table) -> None:
    night(table, paper())
    counts = table.counts()
    assert counts == {
        "pages": 1, "documents": 1, "issues": 2, "directives": 3, "times": 1, "quantities": 1, "slogans": 1, "references": 1,
    }  # fmt: skip


@pytest.mark.parametrize("kind", FINDING_KINDS)
def test_a_span_shifted_by_one_is_refused(table: Table, kind: str) -> None:
    clean, (mined,) = paper()
    first, *rest = getattr(mined.findings, kind)
    shifted = dataclasses.replace(first, span=first.span.shifted(1))
    planted = dataclasses.replace(mined.findings, **{kind: (shifted, *rest)})
    run = table.begin("nightly", clock=lambda: NOW)
    with pytest.raises(AlignmentError, match="Quote"):
        run.store(clean, (dataclasses.replace(mined, findings=planted),), fingerprints=STATIONS)
    run.publish()
    assert table.counts()["pages"] == 0


@pytest.mark.parametrize("change", ["raw_span", "raw_text", "id", "span", "text"])
def test_a_row_that_differs_from_its_place_is_refused(change: str) -> None:
    clean, (mined,) = paper()
    row = rows_of(clean.page, mined)[0]
    planted = {
        "raw_span": row.raw_span.shifted(1), "raw_text": row.raw_text[:-1], "id": "0" * 16, "span": row.span.shifted(-1),
        "text": row.text + "。",
    }  # fmt: skip
    check_rows(clean.page, mined, rows=[row])
    with pytest.raises(AlignmentError):
        check_rows(clean.page, mined, rows=[dataclasses.replace(row, **{change: planted[change]})])


def test_a_row_that_quotes_a_twin_of_its_own_stretch_is_refused() -> None:
    clean, (mined,) = paper(1, PAPER.replace("严禁瞒报。", "严禁瞒报。严禁瞒报。"))
    (row,) = (row for row in rows_of(clean.page, mined) if row.text == "严禁瞒报")
    twin = row.raw_span.shifted(len("严禁瞒报。"))
    assert twin.of(clean.page.text) == row.raw_text
    planted = dataclasses.replace(row, raw_span=twin, id=row_id(clean.page, row.kind, raw_span=twin, span=row.span))
    with pytest.raises(AlignmentError, match="Origin"):
        check_rows(clean.page, mined, rows=[planted])


def test_what_a_finding_quotes_inside_itself_is_held_against_the_text() -> None:
    clean, (mined,) = paper()
    duty = mined.findings.directives[0]
    bearer = dataclasses.replace(duty.bearers[0], text="各街道")
    deadline = dataclasses.replace(duty.deadlines[0], span=duty.deadlines[0].span.shifted(1))
    for planted in ({"bearers": (bearer,)}, {"deadlines": (deadline,)}):
        findings = dataclasses.replace(mined.findings, directives=(dataclasses.replace(duty, **planted),))
        broken = dataclasses.replace(mined, findings=findings)
        with pytest.raises(AlignmentError, match="Quote"):
            check_rows(clean.page, broken, rows=rows_of(clean.page, broken))


def test_two_findings_on_one_stretch_are_refused(table: Table) -> None:
    clean, (mined,) = paper()
    twice = dataclasses.replace(mined.findings, slogans=mined.findings.slogans * 2)
    run = table.begin("nightly", clock=lambda: NOW)
    with pytest.raises(AlignmentError, match="same stretch"):
        run.store(clean, (dataclasses.replace(mined, findings=twice),), fingerprints=STATIONS)


def test_partition_refuses_a_cut_too_few_too_many_and_one_shifted() -> None:
    clean, _ = paper()
    check_partition(clean)
    first, inline, last = clean.cuts
    shifted = dataclasses.replace(last, raw_span=Span(last.raw_span.start + 1, last.raw_span.end))
    wider = dataclasses.replace(first, raw_span=Span(0, first.raw_span.end + 1))
    for cuts in (
        (first, last),
        (inline, last),
        (first, inline),
        (first, inline, inline, last),
        (first, inline, shifted),
        (wider, inline, last),
    ):
        with pytest.raises(AlignmentError, match="Partition"):
            check_partition(dataclasses.replace(clean, cuts=cuts))


def test_partition_refuses_an_alignment_of_another_text() -> None:
    clean, _ = paper()
    (document,) = clean.documents
    other = Alignment.of(clean.page.text.replace("严禁", "杜绝"), document.origin)
    cuts = (clean.cuts[0], clean.cuts[2])
    with pytest.raises(AlignmentError, match="Origin"):
        check_partition(dataclasses.replace(clean, documents=(dataclasses.replace(document, alignment=other),), cuts=cuts))


def test_documents_that_are_not_the_pages_are_refused(table: Table) -> None:
    clean, (mined,) = paper()
    other = dataclasses.replace(mined.document, alignment=Alignment.of(clean.page.text, mined.document.origin))
    run = table.begin("nightly", clock=lambda: NOW)
    for documents in ((), (mined, mined), (MinedDocument(other, Findings()),)):
        with pytest.raises(AlignmentError, match="Partition"):
            run.store(clean, documents, fingerprints=STATIONS)


def test_the_partition_check_handed_in_is_the_one_that_is_asked(table: Table) -> None:
    asked = []
    run = table.begin("nightly", clock=lambda: NOW, partition=asked.append)
    clean, documents = paper()
    run.store(clean, documents, fingerprints=STATIONS)
    assert asked == [clean]


def test_half_a_character_is_refused_by_name(table: Table) -> None:
    text = "各镇要报送\ud800。"
    page = Page("p", "s", "u", None, "0", text)
    document = Document("d", "p", 0, Span(0, len(text)), Alignment.of(text))
    run = table.begin("nightly", clock=lambda: NOW)
    with pytest.raises(AlignmentError, match="raw 5"):
        run.store(
            CleanPage(page, "simplified", (document,), (), ()), (MinedDocument(document, Findings()),), fingerprints=STATIONS
        )


# --- rows there and back --------------------------------------------------------------------------------------------------


def test_rows_come_back_as_they_went_in() -> None:
    clean, (mined,) = paper()
    rows = rows_of(clean.page, mined)
    assert {row.kind for row in rows} == set(FINDING_KINDS)
    assert [row_from(row.kind, columns_of(row)) for row in rows] == list(rows)


@given(st.decimals(allow_nan=False, allow_infinity=False), st.text(min_size=1, max_size=5))
def test_any_amount_comes_back(value: Decimal, unit: str) -> None:
    clean, (mined,) = paper()
    (row,) = (row for row in rows_of(clean.page, mined) if row.kind == "quantities")
    row = dataclasses.replace(row, finding=dataclasses.replace(row.finding, value=value, value_to=value, unit=unit))
    assert row_from("quantities", columns_of(row)) == row


def test_the_view_shows_one_line_per_directive_with_card_units_and_deadline(table: Table) -> None:
    night(table, paper())
    with table.reading() as now:
        rows = now.connection.execute(sa.text("SELECT * FROM knowledge ORDER BY start")).mappings().all()
    duty, ban, use = rows
    assert (duty["lead"], duty["support"], duty["responsible"]) == ("水务局", "应急局", "各乡镇")
    assert (duty["deadline_text"], duty["deadline_end"]) == ("6月底前", "2022-07-01T00:00:00")
    assert (duty["title"], duty["issued_on"], duty["issuer"]) == ("在防汛会议上的讲话", "2022-05-16", "副县长")
    assert (use["numbers"], use["slogans"]) == ("300余万元", "三查三看")
    assert (ban["numbers"], ban["modality"]) == (None, "prohibition")


# --- one night or the other, never half -----------------------------------------------------------------------------------


def test_what_is_staged_nobody_sees(table: Table) -> None:
    night(table, paper(1))
    before = list(table.dump_canonical())
    run = table.begin("nightly", clock=lambda: NOW)
    run.store(*changed(1), fingerprints={"clean": "c2", "mine": "m2"})
    run.store(*paper(2), fingerprints=STATIONS)
    run.flush()
    assert list(table.dump_canonical()) == before
    assert table.counts()["pages"] == 1
    assert table.counts(run=run.id)["pages"] == 2
    run.publish()
    assert table.counts()["pages"] == 2


def test_a_discarded_run_leaves_nothing_behind(table: Table) -> None:
    night(table, paper(1))
    before = everything(table)
    run = table.begin("nightly", clock=lambda: NOW)
    run.store(*changed(1), fingerprints=STATIONS)
    run.store(*paper(2), fingerprints=STATIONS)
    run.flush()
    assert everything(table) != before
    run.discard()
    assert everything(table) == before
    with pytest.raises(TableError, match="discarded"):
        run.publish()
    run.store(*paper(2), fingerprints=STATIONS)
    with pytest.raises(TableError, match="discarded"):
        run.flush()
    assert everything(table) == before


def changed(number: int) -> tuple[CleanPage, tuple[MinedDocument, ...]]:
    """The same page at a later time, with another ban in it."""
    return paper(number, PAPER.replace("严禁瞒报", "严禁迟报"), ban="严禁迟报")


def everything(table: Table) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every versioned table and the search index, staged and withdrawn ones too."""
    with table.reading() as now:
        found = {
            t.name: [tuple(r) for r in now.connection.execute(sa.select(t).order_by(*t.primary_key))]
            for t in (*schema.VERSIONED, schema.texts)
        }
        on_server = table.engine.dialect.name == "postgresql"
        asked = "grams @@ '严禁'::tsquery" if on_server else "directives_index MATCH 'pairs : \"严禁\"'"
        words = f"SELECT rowid FROM directives_index WHERE {asked} ORDER BY rowid"
        found["index"] = [tuple(r) for r in now.connection.exec_driver_sql(words)]
    return found


def test_a_rerun_changes_nothing_but_last_seen(table: Table) -> None:
    clock = Nights()
    night(table, paper(1), paper(2), clock=clock)
    before = everything(table)
    night(table, paper(1), clock=clock)
    after = everything(table)
    seen = [name for name in before if before[name] != after[name]]
    assert seen == ["pages"]
    one, two = table.page_state("page000000000001"), table.page_state("page000000000002")
    assert one is not None
    assert two is not None
    assert one.first_seen == two.first_seen == two.last_seen < one.last_seen


def test_pages_met_unchanged_move_their_last_seen_and_gone_ones_do_not(table: Table) -> None:
    clock = Nights()
    night(table, paper(1), paper(2), clock=clock)
    run = table.begin("nightly", clock=clock)
    run.seen(["page000000000001"])
    run.seen(["page000000000002"], online_status="gone")
    run.publish()
    one, two = table.page_state("page000000000001"), table.page_state("page000000000002")
    assert one is not None
    assert two is not None
    assert (one.online_status, two.online_status) == ("online", "gone")
    assert one.last_seen > one.first_seen == two.last_seen


def test_a_new_version_of_a_page_withdraws_the_old_rows_and_keeps_them_as_history(table: Table) -> None:
    clock = Nights()
    night(table, paper(1), clock=clock)
    with table.reading() as now:
        old_run = now.run_id
        old = set(now.connection.scalars(sa.text("SELECT id FROM knowledge")))
    run = table.begin("nightly", clock=clock)
    run.store(*changed(1), fingerprints=STATIONS)
    moved = run.changes()
    run.publish()
    with table.reading() as now:
        new = set(now.connection.scalars(sa.text("SELECT id FROM knowledge")))
    assert not new & old
    assert len(new) == 3
    assert [len(ids) for ids in moved] == [1, 0, 1], "two requirements stand on as they were, one ban gives way to another"
    assert table.counts(run=old_run)["directives"] == 3
    with table.reading(run=old_run) as then:
        rows = then.connection.execute(sa.select(schema.directives.c.id).where(schema.visible(schema.directives, then.run_id)))
        assert set(rows.scalars()) == old


def test_a_requirement_that_stands_elsewhere_is_neither_new_nor_withdrawn(table: Table) -> None:
    night(table, paper(1))
    run = table.begin("nightly", clock=lambda: NOW)
    run.store(*paper(2), fingerprints=STATIONS)
    assert run.changes() == ((), (), ())
    run.publish()
    run = table.begin("nightly", clock=lambda: NOW)
    clean, (mined,) = paper(1)
    run.store(clean, (dataclasses.replace(mined, findings=Findings()),), fingerprints=STATIONS)
    assert run.changes() == ((), (), ())
    run.publish()
    run = table.begin("nightly", clock=lambda: NOW)
    clean, (mined,) = paper(2)
    run.store(clean, (dataclasses.replace(mined, findings=Findings()),), fingerprints=STATIONS)
    assert [len(ids) for ids in run.changes()] == [0, 0, 3]


def test_first_seen_of_a_row_outlives_a_change_of_its_fields(table: Table) -> None:
    clock = Nights()
    night(table, paper(1), clock=clock)
    clean, (mined,) = paper(1)
    first, *rest = mined.findings.directives
    reread = dataclasses.replace(mined.findings, directives=(dataclasses.replace(first, force=4), *rest))
    run = table.begin("remine", clock=clock)
    run.store(clean, (dataclasses.replace(mined, findings=reread),), fingerprints=dict(STATIONS, mine="m2"))
    assert [len(ids) for ids in run.changes()] == [0, 1, 0]
    run.publish()
    with table.reading() as now:
        rows = now.connection.execute(sa.text("SELECT force, first_seen, last_seen FROM knowledge ORDER BY start")).all()
    assert [row.force for row in rows] == [4, 5, 2]
    assert len({row.first_seen for row in rows}) == 1
    assert rows[0].first_seen < rows[0].last_seen


def test_stale_pages_are_those_of_other_stations(table: Table) -> None:
    night(table, paper(1))
    night(table, paper(2), mine="m2")
    assert [page.page_id for page in table.pages_stale({"clean": "c1", "mine": "m2"})] == ["page000000000001"]
    assert table.pages_stale({"clean": "c9", "mine": "m2"}) != ()
    assert table.known_bodies().keys() == {"page000000000001", "page000000000002"}
    assert table.raw_text("page000000000001") == PAPER
    with pytest.raises(UnknownIdError):
        table.raw_text("nowhere")
    assert [state.page_id for state in table.page_states(source="sample")] == sorted(table.known_bodies())
    assert table.page_states(source="other") == ()
    assert [text.page_id for text in table.document_texts()] == ["page000000000001", "page000000000002"]


def test_the_crawlers_memory_keeps_what_it_learnt_and_gives_up_after_a_week(table: Table) -> None:
    one, two = "https://example.org/1", "https://example.org/2"
    remember(table, "s", [Visited(one, "fetched", 2, "2026-11-22", "tag", body_sha256="a" * 64), Visited(two, "failed", 1)])
    remember(table, "s", [Visited(one, "unchanged", 1)])
    remember(table, "s", [])
    assert known_addresses(table, "s") == {one: ("tag", None, "a" * 64), two: (None, None, None)}
    assert known_addresses(table, "other") == {}
    for _ in range(NIGHTS_TO_TRY - 1):
        assert two in known_addresses(table, "s")
        remember(table, "s", [Visited(two, "failed")])
    assert set(known_addresses(table, "s")) == {one}
    remember(table, "s", [Visited(two, "fetched")])
    assert set(known_addresses(table, "s")) == {one, two}


# --- killed ---------------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from test_table import *
table = Table.open({url!r})
run = table.begin("nightly", clock=lambda: NOW)
run.store(*changed(1), fingerprints=STATIONS)
run.store(*paper(2), fingerprints=STATIONS)
run.flush()
run.store(*paper(3), fingerprints=STATIONS)
os.kill(os.getpid(), signal.SIGKILL)
"""


def kill(url: str) -> None:
    code = KILLED.format(tests=str(Path(__file__).parent), url=url)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    )
    assert done.returncode == -signal.SIGKILL


def test_a_kill_between_staging_and_publishing_leaves_the_old_night(url: str) -> None:
    with Table.open(url) as table:
        night(table, paper(1))
        before = list(table.dump_canonical())
        kill(url)
        assert list(table.dump_canonical()) == before


@pytest.mark.parametrize("resume", [True, False])
def test_a_killed_run_taken_up_again_ends_as_an_undisturbed_one(new_url: NewDatabase, resume: bool) -> None:
    dumps = []
    for disturbed in (False, True):
        url = new_url()
        with Table.open(url) as table:
            night(table, paper(1))
            if disturbed:
                kill(url)
            run = table.begin("nightly", clock=Nights(), resume=resume)
            assert run.resumed == (disturbed and resume)
            done = table.known_bodies(run=run.id)
            assert ("page000000000002" in done) == run.resumed
            for page in (changed(1), paper(2), paper(3)):
                run.store(*page, fingerprints=STATIONS)
            run.publish()
            dumps.append(list(table.dump_canonical()))
    assert dumps[0] == dumps[1]
    assert len(dumps[0]) > 30


def work_until(url: str, statement: int) -> None:
    """Works through a night and dies before the given statement or commit."""
    reached = 0

    def count(*_: object) -> None:
        nonlocal reached
        reached += 1
        if reached == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    with Table.open(url) as table:
        sa.event.listen(table.engine, "before_cursor_execute", count)
        sa.event.listen(table.engine, "commit", count)
        tonight(table)


def tonight(table: Table) -> None:
    run = table.begin("nightly", clock=lambda: NOW + timedelta(days=1))
    run.store(*changed(1), fingerprints=STATIONS)
    run.seen(["page000000000002"], online_status="gone")
    run.flush()
    run.store(*paper(3), fingerprints=STATIONS)
    run.publish()


def test_a_kill_at_any_statement_leaves_last_night_or_tonight_and_the_next_try_gives_tonight(tmp_path: Path) -> None:
    """Dies before each statement of a night in turn, until a night gets through."""
    start = tmp_path / "start.db"
    with Table.open(f"sqlite:///{start}") as table:
        night(table, paper(1), paper(2))
        before = list(table.dump_canonical())
    shutil.copy(start, tmp_path / "whole.db")
    with Table.open(f"sqlite:///{tmp_path}/whole.db") as table:
        tonight(table)
        after = list(table.dump_canonical())
    found = []
    for statement in range(1, 1000):
        path = tmp_path / f"{statement}.db"
        shutil.copy(start, path)
        child = os.fork()
        if child == 0:
            try:
                work_until(f"sqlite:///{path}", statement)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        with Table.open(f"sqlite:///{path}") as table:
            found.append(list(table.dump_canonical()))
            assert found[-1] in (before, after), statement
            if found[-1] == before:
                tonight(table)
                assert list(table.dump_canonical()) == after, statement
        if os.WIFEXITED(status):
            break
    assert found[0] == before
    assert found[-1] == after
    assert len(found) > 50
    assert found == sorted(found, key=lambda dump: dump == after), "once published it stays so"


def test_readers_see_whole_nights_while_nights_are_published(table: Table) -> None:
    seen: set[tuple[int, ...]] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            counts = table.counts()
            seen.add((counts["pages"], counts["documents"], counts["directives"], counts["times"]))

    night(table, paper(1))
    reader = threading.Thread(target=read)
    reader.start()
    for last in range(2, 12):
        night(table, *[paper(number) for number in range(1, last + 1)])
    done.set()
    reader.join()
    assert len(seen) > 1
    assert seen <= {(pages, pages, 3 * pages, pages) for pages in range(1, 12)}


def test_a_dead_run_of_another_kind_is_discarded(url: str) -> None:
    with Table.open(url) as table:
        kill(url)
        assert table.begin("remine", clock=lambda: NOW).resumed is False
        assert [run.status for run in table.runs()] == ["staged", "discarded"]


def test_another_task_stores_into_the_same_run(table: Table) -> None:
    run = table.begin("nightly", clock=lambda: NOW)
    with table.attach(run.id, clock=lambda: NOW) as other:
        other.store(*paper(1), fingerprints=STATIONS)
    run.store(*paper(2), fingerprints=STATIONS)
    run.publish({"done": True})
    assert table.counts()["pages"] == 2
    assert table.runs()[0].report == {"done": True}
    with pytest.raises(TableError):
        table.attach(run.id, clock=lambda: NOW)


# --- a canonical dump tells tables apart ----------------------------------------------------------------------------------


def test_the_dump_is_blind_to_runs_and_clocks_and_sees_everything_else(new_url: NewDatabase) -> None:
    def dump(clock: Nights | None, *pages: tuple[CleanPage, Sequence[MinedDocument]]) -> list[str]:
        with Table.open(new_url()) as table:
            night(table, *pages, clock=clock)
            return list(table.dump_canonical())

    one = dump(None, paper(1), paper(2))
    assert dump(Nights(), paper(2), paper(1)) == one
    assert dump(None, paper(1)) != one
    assert dump(None, paper(1), changed(2)) != one


# --- storage that refuses -------------------------------------------------------------------------------------------------


def test_no_table_is_said_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="policymine ingest"):
        Table.open(f"sqlite:///{tmp_path}/none.db", create=False)
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("各镇要报送。" * 200)
    with pytest.raises(StorageError, match="is not a database"):
        Table.open(f"sqlite:///{path}")
    assert path.read_text() == "各镇要报送。" * 200


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/other.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE cats (name TEXT)")
    with pytest.raises(StorageError, match="another program"):
        Table.open(f"sqlite:///{tmp_path}/other.db")


def test_a_newer_table_is_refused(table: Table, url: str) -> None:
    with table.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="newer version"):
        Table.open(url)


def test_a_full_disk_loses_nothing(file_table: Table, file_url: str) -> None:
    night(file_table, paper(1))
    before = list(file_table.dump_canonical())
    run = file_table.begin("nightly", clock=lambda: NOW)
    for number in range(2, 40):
        run.store(*paper(number), fingerprints=STATIONS)
    with file_table.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(StorageError, match="disk is full"):
        run.flush()
    file_table.close()
    with Table.open(file_url) as again:
        assert list(again.dump_canonical()) == before


def test_a_read_only_table_is_read_and_not_written(file_table: Table, file_url: str, tmp_path: Path) -> None:
    night(file_table, paper(1))
    file_table.close()
    with Table.open(f"sqlite:///file:{tmp_path}/policymine.db?mode=ro&uri=true") as reader:
        assert reader.counts()["pages"] == 1
        with pytest.raises(StorageError, match="read-only"):
            reader.begin("nightly", clock=lambda: NOW)


def test_a_table_that_another_program_keeps_locked(file_table: Table, file_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.05)
    with sqlite3.connect(str(file_table.engine.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with Table.open(file_url) as second:
            assert second.counts()["pages"] == 0, "readers do not wait"
            with pytest.raises(StorageError, match="another program") as refused:
                second.begin("nightly", clock=lambda: NOW)
        other.execute("ROLLBACK")
    assert refused.value.exit_code == 8
    assert "\n" not in str(refused.value)


def test_addresses_that_cannot_be_used() -> None:
    for url, cure in (("nonsense", "no database address"), ("mysql://somebody:secret@host/db", "SQLite")):
        with pytest.raises(StorageError, match=cure) as refused:
            Table.open(url)
        assert "secret" not in str(refused.value)


def test_a_damaged_table_is_said_to_be_damaged(file_table: Table, file_url: str, tmp_path: Path) -> None:
    night(file_table, *[paper(number) for number in range(1, 30)])
    file_table.close()
    path = tmp_path / "policymine.db"
    content = bytearray(path.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"damaged|not a database"), Table.open(file_url) as broken:
        list(broken.dump_canonical())


# --- the schema and its migrations say the same ---------------------------------------------------------------------------


def test_migrations_make_exactly_the_schema(file_table: Table) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from policymine.table.migrations.env import include_name

    with file_table.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": include_name, "compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    assert _heads() == [schema.REVISION]


def _heads() -> list[str]:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_heads()


def test_a_table_taken_down_and_made_again_is_empty_and_whole(table: Table) -> None:
    from alembic import command

    night(table, paper(1))
    with table.engine.begin() as connection:
        config = _config()
        config.attributes.update(connection=connection, metadata=schema.metadata)
        command.downgrade(config, "base")
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
        _run(connection)
    assert table.counts()["pages"] == 0
