"""Search finds exactly what contains the terms; a row shows its context and the way back to its source."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policymine.errors import UnknownIdError
from policymine.model import (
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
    MinedDocument,
    Page,
    Slogan,
    Span,
    TimeExpression,
)  # fmt: skip
from policymine.table import Table, narrowing
from policymine.table import facets as dividing
from policymine.table import postgresql as server
from policymine.table import search as searching
from policymine.table.bigrams import marks
from policymine.table.facets import facets
from policymine.table.knowledge import count_rows
from policymine.table.query import And, Node, Not, Or, Term, holds, parse
from policymine.table.search import Filters, QueryError, search
from policymine.table.show import explain, history, show
from policymine.text.script import fold

from .conftest import NewDatabase

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SIGNS = "安全生产隐患排查治理一二月底前,。 12Ａb\"'%*^():-\n\x00０㎡"


def page_of(
    number: int, texts: Sequence[str], *, card: Card | None = None, **fields: object
) -> tuple[CleanPage, tuple[MinedDocument, ...]]:
    """A page of one document whose directives are the given texts, one after the other."""
    raw = "首页" + "\n".join(texts)
    alignment = Alignment.of(raw, Span(2, len(raw)))
    page = Page(f"{number:016d}", "sample", f"https://example.org/{number}", NOW, f"{number:064d}", raw)
    document = Document(f"d{number:015d}", page.id, 0, alignment.origin, alignment, card or Card())
    found, start = [], 0
    for text in texts:
        span = Span(start, start + len(text))
        given = {"modality": "obligation", "force": 3, "operational": True, **fields}
        found.append(Directive(span, text, "directives.test", **given))  # type: ignore[arg-type]
        start = span.end + 1
    cuts = (Cut(Span(0, 2), "navigation", "noise.path"),)
    mined = MinedDocument(document, Findings(tuple(found)))
    return CleanPage(page, "simplified", (document,), cuts, ()), (mined,)


def fill(table: Table, *pages: tuple[CleanPage, Sequence[MinedDocument]]) -> None:
    with table.begin("ingest", clock=lambda: NOW) as run:
        for clean, documents in pages:
            run.store(clean, documents, fingerprints={"clean": "c", "mine": "m"})
        run.publish()


@pytest.fixture
def table(url: str) -> Iterator[Table]:
    with Table.open(url) as table:
        yield table


def texts_found(table: Table, query: str, **options: object) -> list[str]:
    return [hit.row.text for hit in search(table, query, limit=1000, **options).hits]  # type: ignore[arg-type]


# --- exactness ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Table, list[str]]]:
    """A table of texts over few signs, so that terms meet by chance all the time."""
    on_server = request.param == "postgresql"
    url = request.getfixturevalue("postgresql")() if on_server else f"sqlite:///{tmp_path_factory.mktemp('crowd')}/t.db"
    chance = random.Random(7)
    texts = ["".join(chance.choices(SIGNS, k=chance.randint(1, 40))) for _ in range(600)]
    with Table.open(url) as table:
        fill(table, *[page_of(number, texts[number * 20 : number * 20 + 20]) for number in range(30)])
        yield table, texts


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(term=st.text(st.sampled_from(SIGNS.replace('"', "")), min_size=1, max_size=6))
def test_any_term_finds_exactly_the_texts_that_contain_it(crowd: tuple[Table, list[str]], term: str) -> None:
    table, texts = crowd
    if not term.strip():
        return
    wanted = sorted(text for text in texts if fold(term) in fold(text))
    hits = search(table, f'"{term}"', limit=1000)
    assert sorted(hit.row.text for hit in hits.hits) == wanted
    assert hits.count == len(wanted)
    assert all(hit.marks for hit in hits.hits)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=30))
def test_no_query_does_harm_or_finds_a_text_without_its_terms(crowd: tuple[Table, list[str]], query: str) -> None:
    table, _ = crowd
    try:
        hits = search(table, query, limit=50)
    except QueryError:
        return
    tree = parse(query)
    for hit in hits.hits:
        assert holds(tree, lambda term, text=hit.row.text: fold(term) in fold(text))  # type: ignore[misc]


@pytest.mark.parametrize(
    "query",
    [
        "安全' OR 1=1 --",
        '安全" OR pairs:"隐患',
        "安全*",
        "NEAR(安全 隐患)",
        "singles:安",
        "^安全",
        "'; DROP TABLE directives; --",
        "{pairs}:安全",
        "安\x00全",
    ],
)
def test_queries_shaped_like_an_injection_are_terms_like_others(table: Table, query: str) -> None:
    fill(table, page_of(1, ["安全隐患要排查", "各镇要报送"]))
    assert search(table, query).count == 0
    assert search(table, "安全").count == 1


def test_width_case_and_script_do_not_matter(table: Table) -> None:
    fill(table, page_of(1, ["ＡＢ类隐患２４小时内整改"]))
    for query in ("ab类", "24小时", "隱患", "ＡＢ類隱患２４小時"):
        assert search(table, query).count == 1, query
    assert search(table, "ac类").count == 0


def test_another_fold_has_the_index_built_anew_by_the_next_run(url: str) -> None:
    with Table.open(url, fold=str) as table:
        fill(table, page_of(1, ["隐患要整改"]))
        assert search(table, "隱患").count == 0
    with Table.open(url) as table:
        fill(table, page_of(2, ["隐患要销号"]))
        assert search(table, "隱患").count == 2
        assert search(table, "隐患").count == 2


def longer(text: str) -> str:
    """A fold that changes lengths."""
    return unicodedata.normalize("NFKC", text).casefold()


def test_marks_cover_the_terms_in_the_text_itself_under_any_fold() -> None:
    text = "㎡以上场所２４小时值守"
    assert [span.of(text) for span in marks(text, ["24小时", "m2以上", "时值"], fold=longer)] == ["㎡以上", "２４小时值"]
    assert [span.of(text) for span in marks(text, ["24小時", "㎡"], fold=fold)] == ["㎡", "２４小时"]


def test_all_terms_must_occur_and_quotes_hold_one_together(table: Table) -> None:
    fill(table, page_of(1, ["安全检查 每周一次", "每周安全检查", "每周报送"]))
    assert texts_found(table, "每周 安全") == ["每周安全检查", "安全检查 每周一次"]
    assert texts_found(table, '"检查 每周"') == ["安全检查 每周一次"]


# --- order, pages, filters ------------------------------------------------------------------------------------------------


def test_newest_paper_first_undated_last(table: Table) -> None:
    dated = [("甲", "2021-05"), ("乙", "2022-01-17"), ("丙", None), ("丁", "2022"), ("戊", "2021-05-09")]
    for number, (name, day) in enumerate(dated):
        fill(table, page_of(number, [f"{name}镇要报送"], card=Card(issued_on=day)))
    for query in ("", "要报送"):
        assert [text[0] for text in texts_found(table, query)] == ["乙", "丁", "戊", "甲", "丙"]
    assert [text[0] for text in texts_found(table, "报送", filters=Filters(since="2021-05"))] == ["乙", "丁", "戊", "甲"]
    assert [text[0] for text in texts_found(table, "", filters=Filters(since="2022-01-01"))] == ["乙"]


def test_cursors_walk_through_all_hits_once_even_while_a_night_is_published(table: Table) -> None:
    fill(table, *[page_of(n, [f"第{n}镇要报送", f"第{n}镇要整改"], card=Card(issued_on="2022-01-17")) for n in range(10)])
    seen, cursor, pages = [], None, 0
    while True:
        hits = search(table, "镇要", limit=3, cursor=cursor)
        seen += [hit.row.id for hit in hits.hits]
        pages += 1
        if pages == 2:
            fill(table, page_of(99, ["新镇要报送"], card=Card(issued_on="2023-01-01")))
        if (cursor := hits.cursor) is None:
            break
    assert len(seen) == len(set(seen)) == 20
    assert pages == 7


def test_cursors_and_limits_that_cannot_be_used(table: Table) -> None:
    fill(table, page_of(1, ["甲要报送", "乙要报送"]))
    cursor = search(table, "要", limit=1).cursor
    assert cursor is not None
    with pytest.raises(QueryError, match="another query"):
        search(table, "报送", limit=1, cursor=cursor)
    with pytest.raises(QueryError, match="another query"):
        search(table, "要", limit=1, cursor=cursor, filters=Filters(force=1))
    for broken in ("", "x", "%%%", cursor[:5], "汉字"):
        with pytest.raises(QueryError):
            search(table, "要", cursor=broken)
    for limit in (0, -1, 10_000):
        with pytest.raises(QueryError, match="hits"):
            search(table, "要", limit=limit)


@pytest.mark.parametrize("query", ["安" * 10_000, '"', '""', '" "'])
def test_queries_without_a_usable_term_are_refused_in_one_line(table: Table, query: str) -> None:
    with pytest.raises(QueryError) as refused:
        search(table, query)
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)


def test_filters_each_keep_what_they_name_and_drop_the_rest(table: Table) -> None:
    lead = (Bearer("水务局", "lead"), Bearer("各乡镇"))
    one = Card("一", "speech", "2022-05-16", "甘肃省/天水市/清水县", "county", "副县长")
    two = Card("二", "notice", "2021-01-01", "湖南省", "province", "省安委办")
    fill(
        table,
        page_of(1, ["甲要报送100%"], card=one, force=5, bearers=lead, sectors=("防汛", "水利")),
        page_of(2, ["乙要报送"], card=two, modality="recommendation", operational=False, force=1, sectors=("消防",)),
    )
    for chosen in (
        Filters(kind="speech"), Filters(modality="obligation"), Filters(level="county"), Filters(region="甘肃省/天水"),
        Filters(sector="防汛"), Filters(force=5), Filters(operational=True), Filters(bearer="水务"), Filters(bearer="乡镇"),
        Filters(since="2022"), Filters(kind="speech", sector="水利", force=2),
    ):  # fmt: skip
        assert texts_found(table, "报送", filters=chosen) == texts_found(table, "", filters=chosen) == ["甲要报送100%"], chosen
    for nobody in (
        Filters(sector="防"),
        Filters(region="%"),
        Filters(bearer="_务"),
        Filters(source="other"),
        Filters(slogan="三查"),
    ):
        assert texts_found(table, "", filters=nobody) == []
    with pytest.raises(QueryError, match="no date"):
        search(table, filters=Filters(since="last week"))


def test_a_slogan_inside_a_directive_leads_to_it(table: Table) -> None:
    clean, (mined,) = page_of(1, ["落实三查三看要求", "严禁瞒报"])
    slogan = Slogan(Span(2, 6), "三查三看", "slogans.test", kind="numeric", slogan_id="三查三看")
    fill(table, (clean, (MinedDocument(mined.document, Findings(mined.findings.directives, slogans=(slogan,))),)))
    assert texts_found(table, "", filters=Filters(slogan="三查三看")) == ["落实三查三看要求"]
    assert texts_found(table, "", filters=Filters(slogan="三查")) == []


def test_a_count_beyond_the_cap_says_so(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(table, page_of(1, [f"第{n}项要报送" for n in range(12)]))
    assert (search(table, "报送").count, search(table, "报送").capped) == (12, False)
    monkeypatch.setattr(searching, "COUNT_CAP", 11)
    assert (search(table, "报送").count, search(table, "报送").capped) == (11, True)
    monkeypatch.setattr(searching, "COUNT_CAP", 12)
    assert (search(table, "报送").count, search(table, "报送").capped) == (12, False)


def test_staged_and_withdrawn_rows_are_not_found(table: Table) -> None:
    fill(table, page_of(1, ["甲要报送", "乙要报送"]))
    run = table.begin("nightly", clock=lambda: NOW)
    run.store(*page_of(1, ["甲要报送", "丙要报送"]), fingerprints={"clean": "c", "mine": "m"})
    run.flush()
    assert texts_found(table, "要报送") == texts_found(table, "") == ["乙要报送", "甲要报送"]
    run.publish()
    assert sorted(texts_found(table, "要报送")) == sorted(texts_found(table, "")) == ["丙要报送", "甲要报送"]
    assert search(table, "乙").count == 0


def test_a_discarded_run_leaves_the_index_whole(table: Table) -> None:
    fill(table, page_of(1, ["甲要报送"]))
    run = table.begin("nightly", clock=lambda: NOW)
    run.store(*page_of(2, ["丁要报送"]), fingerprints={"clean": "c", "mine": "m"})
    run.flush()
    run.discard()
    with table.engine.connect() as connection:
        if table.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("INSERT INTO directives_index(directives_index) VALUES ('integrity-check')")
            left = "SELECT count(*) FROM directives_index WHERE directives_index MATCH '丁要'"
        else:
            left = "SELECT count(*) FROM directives_index WHERE grams @@ '丁要'::tsquery"
        assert connection.exec_driver_sql(left).scalar() == 0
    assert texts_found(table, "报送") == ["甲要报送"]


# --- show and explain -----------------------------------------------------------------------------------------------------


def test_a_row_is_shown_between_its_neighbours(table: Table) -> None:
    clean, (mined,) = page_of(
        1, ["会议开始。", "各镇要报送,每周一次。", "严禁瞒报。"], card=Card("讲话", "speech"), section=("一、工作",)
    )
    first, duty, ban = mined.findings.directives
    part = Directive(
        Span(duty.span.start, duty.span.start + 5), "各镇要报送", duty.rule, modality="obligation", force=3, operational=True
    )
    fill(table, (clean, (MinedDocument(mined.document, Findings((first, duty, ban, part))),)))
    shown = show(table, search(table, "各镇要报送,每周").hits[0].row.id)
    assert (shown.before, shown.sentence, shown.after) == ("会议开始。", "各镇要报送,每周一次。", "严禁瞒报。")
    assert shown.place.of(shown.sentence) == shown.row.text == "各镇要报送,每周一次。"
    assert (shown.card.title, shown.section, shown.withdrawn) == ("讲话", ("一、工作",), None)
    assert [row.text for row in shown.inside] == ["各镇要报送"]


def test_a_row_is_explained_back_to_the_raw_text(table: Table) -> None:
    changes = [Edit(Span(2, 4), "", "repairs.invisible")]
    clean, (mined,) = page_of(1, ["各镇要报送"])
    raw = "首页各镇\u200b\u200b要报送"
    alignment = Alignment.of(raw, Span(2, len(raw))).edit(changes)
    page = Page(clean.page.id, "sample", clean.page.url, NOW, "a" * 64, raw)
    document = Document(mined.document.id, page.id, 0, alignment.origin, alignment)
    duty = Directive(
        Span(0, 5),
        "各镇要报送",
        "directives.must",
        modality="obligation",
        force=3,
        operational=True,
        reasons=(("cue:要", 2.0),),
    )
    cuts = (Cut(Span(0, 2), "navigation", "noise.path"), Cut(Span(4, 6), "invisible", "repairs.invisible"))
    fill(table, (CleanPage(page, "simplified", (document,), cuts, ()), (MinedDocument(document, Findings((duty,))),)))
    told = explain(table, search(table, "报送").hits[0].row.id)
    assert (told.row.text, told.row.raw_text) == ("各镇要报送", "各镇\u200b\u200b要报送")
    assert [(edit.span, edit.text, edit.rule) for edit in told.edits] == [(Span(4, 6), "", "repairs.invisible")]
    assert told.kinds == ("invisible",)
    assert (told.raw_before, told.raw_after, told.reasons) == ("首页", "", (("cue:要", 2.0),))
    assert (told.page.url, told.page.body_sha256) == (page.url, page.body_sha256)


def test_unknown_ids_are_refused_staged_ones_too_and_withdrawn_ones_are_shown_as_history(table: Table) -> None:
    fill(table, page_of(1, ["甲要报送", "乙要报送"]))
    old = next(hit.row.id for hit in search(table, "乙").hits)
    run = table.begin("nightly", clock=lambda: NOW)
    rows = run.store(*page_of(1, ["甲要报送", "丙要马上报送"]), fingerprints={"clean": "c", "mine": "m"})
    run.flush()
    fresh = next(row.id for row in rows if row.text.startswith("丙"))
    for asked in (show, explain):
        with pytest.raises(UnknownIdError, match="no row has this id"):
            asked(table, fresh)
        with pytest.raises(UnknownIdError):
            asked(table, "' OR 1=1 --")
    assert show(table, old).withdrawn is None
    run.publish()
    gone = show(table, old)
    assert gone.withdrawn is not None
    assert gone.sentence == "乙要报送"
    assert explain(table, old).row.text == "乙要报送"
    assert show(table, fresh).withdrawn is None


# --- the language of queries ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("隐患 AND 排查", "甲丁"),
        ("隐患 OR 演练", "甲乙丁"),
        ("隐患 NOT 排查", "乙"),
        ("NOT 隐患", "丙戊"),
        ("NOT (隐患 OR 演练)", "丙戊"),
        ("(隐患 OR 报送) NOT 演练", "甲丙"),
        ("报送 OR 排查 NOT 演练", "甲丙"),
        ('"AND"', "戊"),
        ("(一)", "戊"),
        ("(一)加强", "戊"),
        ('(隐患 "排查")', "甲丁"),
        ("隱患 NOT 演練", "甲"),
    ],
)
def test_and_or_not_and_brackets(table: Table, query: str, wanted: str) -> None:
    texts = ["甲镇隐患要排查", "乙镇隐患要演练", "丙镇要报送", "丁镇隐患排查和演练", "戊镇(一)加强AND管理"]
    fill(table, page_of(1, texts))
    assert sorted(text[0] for text in texts_found(table, query)) == sorted(wanted)
    assert search(table, query).count == len(wanted)


@pytest.mark.parametrize(
    "query",
    [
        "OR", "AND", "NOT", "隐患 AND", "OR 隐患", "隐患 NOT", "隐患 OR OR 演练", "NOT NOT 隐患", '隐患 "排查', "(隐患 OR 演练",
        "((隐患 OR 演练)", "( )", '隐患 ""', "安" * 10_000, "( " * 30 + "安" + " )" * 30,
    ],
)  # fmt: skip
def test_malformed_queries_are_refused_in_one_line(table: Table, query: str) -> None:
    with pytest.raises(QueryError) as refused:
        search(table, query)
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


TREES = st.recursive(
    st.text(st.sampled_from("安全生产隐患一,。('\\%"), min_size=1, max_size=3).map(Term),
    lambda inner: st.one_of(
        inner.map(Not),
        st.tuples(inner, inner).map(And),
        st.tuples(inner, inner, inner).map(Or),
        st.tuples(inner, inner).map(Or),
    ),
    max_leaves=5,
)


def written(tree: Node) -> str:
    match tree:
        case Term(text):
            return f'"{text}"'
        case Not(part):
            return f"NOT ( {written(part)} )"
        case And(parts):
            return "( " + " AND ".join(map(written, parts)) + " )"
        case Or(parts):
            return "( " + " OR ".join(map(written, parts)) + " )"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(tree=TREES)
def test_any_query_finds_exactly_what_its_meaning_says(crowd: tuple[Table, list[str]], tree: Node) -> None:
    table, texts = crowd
    wanted = sorted(text for text in texts if holds(tree, lambda term, text=text: fold(term) in fold(text)))  # type: ignore[misc]
    assert sorted(hit.row.text for hit in search(table, written(tree), limit=1000).hits) == wanted


# --- more filters, facets, ranking, history -------------------------------------------------------------------------------


def due(text: str, quote: str, *, offset: int, end: datetime, rrule: str | None = None) -> TimeExpression:
    start = offset + text.index(quote)
    return TimeExpression(
        Span(start, start + len(quote)), quote, "times.test", type="DATE", value="x", role="deadline", rrule=rrule,
        interval=Interval(None, end),
    )  # fmt: skip


def dated(table: Table) -> None:
    """Three papers: due at the end of June, at half past eight on 1 July, each quarter; one without a deadline."""
    for number, (text, quote, end, rrule) in enumerate(
        [
            ("甲镇6月底前报送", "6月底前", datetime(2022, 7, 1), None),
            ("乙镇7月1日8时30分前报送", "7月1日8时30分前", datetime(2022, 7, 1, 8, 30), None),
            ("丙镇每季度报送", "每季度", datetime(2023, 1, 1), "FREQ=MONTHLY;INTERVAL=3"),
            ("丁镇报送", "", datetime(2022, 1, 1), None),
        ]
    ):
        deadlines = (due(text, quote, offset=0, end=end, rrule=rrule),) if quote else ()
        card = Card(issued_on=f"202{number}-03-15", region=f"甘肃省/天水市/清水{number}县", sectors=("防汛",) if number else ())
        fill(table, page_of(number, [text], card=card, deadlines=deadlines))


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ({"due_from": "2022-06-30", "due_to": "2022-06-30"}, "甲"),
        ({"due_from": "2022-07-01", "due_to": "2022-07-01"}, "乙"),
        ({"due_from": "2022-06", "due_to": "2022-07"}, "甲乙"),
        ({"due_from": "2022-07-01"}, "乙丙"),
        ({"due_to": "2022"}, "甲乙丙"),
        ({"due_to": "2022-06-29"}, ""),
        ({"due_from": "1500", "due_to": "2999"}, "甲乙丙"),
        ({"frequency": "quarterly"}, "丙"),
        ({"frequency": ("daily", "quarterly")}, "丙"),
        ({"year": ("2020", "2022")}, "甲丙"),
        ({"until": "2021-03"}, "甲乙"),
        ({"until": "2021-03-14"}, "甲"),
        ({"since": "2021", "until": "2022"}, "乙丙"),
        ({"sector": "防汛"}, "乙丙丁"),
        ({"region": "甘肃省"}, "甲乙丙丁"),
        ({"region": ("甘肃省/天水市/清水1", "甘肃省/天水市/清水3县")}, "乙丁"),
        ({"changed_since": "2026-11-22"}, "甲乙丙丁"),
        ({"changed_since": "2026-11-23"}, ""),
    ],
)
def test_windows_frequencies_years_and_regions(table: Table, chosen: dict[str, str], wanted: str) -> None:
    dated(table)
    for query in ("", "镇"):
        assert sorted(text[0] for text in texts_found(table, query, filters=Filters(**chosen))) == sorted(wanted), query


@pytest.mark.parametrize(
    "chosen",
    [
        {"kind": "poem"}, {"level": ("city", "galaxy")}, {"since": "2022-13"}, {"until": "0000"}, {"due_to": "2022-02-30"},
        {"year": "22"}, {"force": 6}, {"frequency": "often"}, {"changed_since": "'; DROP TABLE"},
    ],
)  # fmt: skip
def test_filters_with_unknown_values_are_refused_in_one_line(chosen: dict[str, str]) -> None:
    with pytest.raises(QueryError) as refused:
        Filters(**chosen)  # type: ignore[arg-type]
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)


def test_an_unknown_filter_names_those_there_are() -> None:
    with pytest.raises(QueryError, match="modality"):
        Filters.of({"colour": "red"})


def test_only_what_changed_since_a_night(table: Table) -> None:
    fill(table, page_of(1, ["甲要报送", "乙要报送"]))
    with table.begin("nightly", clock=lambda: NOW + timedelta(days=2)) as run:
        run.store(*page_of(1, ["甲要报送", "丙要报送"]), fingerprints={"clean": "c", "mine": "m"})
        run.publish()
    assert texts_found(table, "", filters=Filters(changed_since="2026-11-23")) == ["丙要报送"]
    assert texts_found(table, "报送", filters=Filters(changed_since="2026-11-24")) == ["丙要报送"]
    assert texts_found(table, "报送", filters=Filters(changed_since="2026-11-25")) == []
    assert len(texts_found(table, "", filters=Filters(changed_since="2026-11-22"))) == 2


def test_facets_count_what_search_finds(table: Table) -> None:
    dated(table)
    found = facets(table, "报送")
    assert (found.counted, found.capped) == (4, False)
    assert found.values["region"][:2] == (("甘肃省", 4), ("甘肃省/天水市", 4))
    assert found.values["sector"] == (("防汛", 3),)
    assert found.values["frequency"] == (("quarterly", 1),)
    assert dict(found.values["deadline"]) == {"2022-06": 1, "2022-07": 1, "2022-12": 1}
    for name in ("kind", "level", "region", "sector", "modality", "frequency", "year", "source"):
        for value, count in found.values[name]:
            assert search(table, "报送", filters=Filters.of({name: value})).count == count, (name, value)


def test_facets_beyond_the_cap_say_that_they_are_a_sample(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    dated(table)
    monkeypatch.setattr(dividing, "FACET_CAP", 2)
    found = facets(table)
    assert (found.counted, found.capped) == (2, True)
    assert found.values["year"] == (("2022", 1), ("2023", 1))


def test_ranking_puts_first_what_says_most_and_pages_through_all(table: Table) -> None:
    texts = [
        "各镇要对辖区内所有企业的安全生产工作全面负责",
        "隐患要整改,隐患要销号",
        "隐患整改",
        "排查隐患并建立台账和清单制度",
    ]
    fill(table, *[page_of(n, [text], card=Card(issued_on=f"202{n}-01-01")) for n, text in enumerate(texts)])
    whole = search(table, "隐患", order="ranked")
    assert [hit.row.text for hit in whole.hits] == [texts[1], texts[2], texts[3]]
    assert whole.ranked_among == 3
    first = search(table, "隐患", order="ranked", limit=2)
    second = search(table, "隐患", order="ranked", limit=2, cursor=first.cursor)
    assert [*first.hits, *second.hits] == list(whole.hits)
    assert second.cursor is None
    with pytest.raises(QueryError, match="another query"):
        search(table, "隐患", limit=2, cursor=first.cursor)


def test_search_and_show_on_an_earlier_night(table: Table) -> None:
    fill(table, page_of(1, ["甲要报送", "乙要报送"]))
    with table.reading() as now:
        first = now.run_id
    fill(table, page_of(1, ["甲要报送", "丙要报送"], force=5))
    assert sorted(text[0] for text in texts_found(table, "报送", run=first)) == ["乙", "甲"]
    assert sorted(text[0] for text in texts_found(table, "报送")) == ["丙", "甲"]
    row = next(hit.row for hit in search(table, "甲要").hits)
    told = history(table, row.id)
    assert [version.row.finding.force for version in told] == [3, 5]  # type: ignore[union-attr]
    assert told[0].until == told[1].since
    assert told[1].until is None
    assert row.requirement_id is not None
    assert history(table, row.requirement_id) == told
    assert show(table, row.id, run=first).row.finding.force == 3  # type: ignore[union-attr]
    with pytest.raises(UnknownIdError):
        history(table, "0" * 16)


# --- what the index tells, and what it leaves to the rows -----------------------------------------------------------------

LONG = "应急" * 150
"""Longer than a token of the index."""


def odd(table: Table) -> None:
    """Three papers whose fields differ in what an index may lose: capitals, length, signs, beginnings of places."""
    for number, (letter, unit, sector, region) in enumerate(
        [
            ("甲", "安监局A科", "AB类", "云岭省/云河市"),
            ("乙", "安监局a科", "ab类", "云岭省/云河市/云河东县"),
            ("丙", LONG, LONG, "云岭省/云"),
            ("丁", f"{LONG}站", f"{LONG}业", None),
        ]
    ):
        card = Card(issued_on="2022-01-17", region=region)
        fields = {"sectors": (sector, "共有"), "bearers": (Bearer(unit, "lead"), Bearer("各村", "support"))}
        fill(table, page_of(number, [f"{letter}镇要报送"], card=card, **fields))


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ({"sector": "AB类"}, "甲"),
        ({"sector": "ab类"}, "乙"),
        ({"sector": LONG}, "丙"),
        ({"sector": (LONG, "ab类")}, "乙丙"),
        ({"sector": "共有"}, "甲乙丙丁"),
        ({"sector": "ab类；共有"}, ""),
        ({"bearer": "A科"}, "甲"),
        ({"bearer": "a"}, "乙"),
        ({"bearer": LONG}, "丙丁"),
        ({"bearer": "局A科；各村"}, ""),
        ({"region": "云岭省/云"}, "甲乙丙"),
        ({"region": "云岭省/云河"}, "甲乙"),
        ({"region": "云岭省/云河市/"}, "乙"),
        ({"region": "岭"}, ""),
        ({"source": LONG}, ""),
        ({"slogan": LONG}, ""),
    ],
    ids=str,
)
def test_filters_tell_capitals_lengths_and_beginnings_apart(
    table: Table, chosen: dict[str, Any], wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd(table)
    for most in (400, 0):  # 0: every place is left to the rows
        monkeypatch.setattr(narrowing, "MOST_TOKENS", most)
        for query in ("", "报送"):
            found = texts_found(table, query, filters=Filters(**chosen))
            assert sorted(text[0] for text in found) == sorted(wanted), (query, most)


def test_a_cursor_leads_on_beyond_what_is_counted(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(
        table, *[page_of(n, [f"第{n}镇要报送", f"第{n}镇要整改"], card=Card(issued_on=f"2022-01-{n + 10}")) for n in range(10)]
    )
    whole = [hit.row.id for hit in search(table, "镇要", limit=50).hits]
    monkeypatch.setattr(searching, "COUNT_CAP", 4)
    for limit in (1, 3, 5, 8):
        seen, cursor = [], None
        while True:
            hits = search(table, "镇要", limit=limit, cursor=cursor)
            assert (hits.count, hits.capped) == (4, True)
            seen += [hit.row.id for hit in hits.hits]
            if (cursor := hits.cursor) is None:
                break
        assert seen == whole


@pytest.mark.parametrize("walked", [0.0, 1e9])
def test_walking_and_the_index_find_the_same(postgresql: NewDatabase, walked: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL a price decides whether the index is asked or the newest rows are looked at one by one."""
    monkeypatch.setattr(server, "WALKED", walked)
    monkeypatch.setattr(searching, "COUNT_CAP", 7)
    with Table.open(postgresql()) as table:
        dated(table)
        fill(table, *[page_of(n + 50, [f"第{n}镇要报送"], card=Card(issued_on=f"2024-01-{n + 10}")) for n in range(10)])
        newest = texts_found(table, "报送")
        assert [text[:2] for text in newest[:11]] == [*(f"第{n}" for n in range(9, -1, -1)), "丁镇"]
        assert len(newest) == 14
        assert (search(table, "报送").count, search(table, "丙镇").count) == (7, 1)
        assert texts_found(table, "报送", filters=Filters(sector="防汛")) == [
            "丁镇报送",
            "丙镇每季度报送",
            "乙镇7月1日8时30分前报送",
        ]
        assert facets(table, "报送 NOT 第").counted == 4


def test_the_number_of_all_hits_is_counted_on_request(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(table, page_of(1, [f"第{n}项要报送" for n in range(12)]))
    monkeypatch.setattr(searching, "COUNT_CAP", 5)
    assert search(table, "报送").capped
    assert count_rows(table, "报送") == 12
