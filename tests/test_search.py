"""Search finds exactly what contains the terms; a row shows its context and the way back to its source."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

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
    MinedDocument,
    Page,
    Slogan,
    Span,
)  # fmt: skip
from policymine.table import Table
from policymine.table import search as searching
from policymine.table.bigrams import marks
from policymine.table.query import holds, parse
from policymine.table.search import Filters, QueryError, search
from policymine.table.show import explain, show
from policymine.text.script import fold

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
