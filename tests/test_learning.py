"""What is learnt across papers: the paper, then its issuer, then its sector, then the dictionary; order changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import sqlalchemy as sa
from typer.testing import CliRunner

from policymine.cli.main import app
from policymine.operations.ingesting import ingest
from policymine.operations.learning import known_readings, learn
from policymine.operations.night import open_table
from policymine.settings import Settings, load_settings
from policymine.table.citations import edges
from policymine.table.derived import citations, cited_papers, slogan_readings
from policymine.table.slogan_views import overview, view
from policymine.table.slogans import Known, Mention, gather, read_mention
from tests.test_table import NOW

DUTIES = ("排查到位", "整改到位", "值守到位")
OTHERS = ("人员到位", "物资到位", "资金到位")
SPELT = Mention("r1", "三到位", "三到位", DUTIES, "here", "d1", "云河市水务局", frozenset({"防汛"}), "2021-05")
SILENT = Mention("r2", "三到位", "三到位", None, None, "d2", "云河市水务局", frozenset({"防汛"}), "2022-05")
BOOK = Known(OTHERS, "应急", "通行说法", None, sure=True)
PAPERS = {
    "a": "云河市安委会关于做好防汛安全工作的通知\n各乡镇：\n要落实“六个盯牢”(盯牢水库、盯牢河道、"
    "盯牢山塘、盯牢学校、盯牢矿山、盯牢工地)"
    "要求。按照《云河市防汛条例》（以下简称《条例》）第五条，各乡镇要在3月底前完成隐患排查并建立整改台账。\n云河市安委会\n2022年2月1日\n",
    "b": "云河市安委会关于切实加强汛期值守的通知\n各乡镇：\n要严格落实“六个盯牢”要求，24小时值班。"
    "依照新安全生产法和《云河市防汛条例》处理。"
    "各乡镇必须在2月底前完成隐患排查并建立整改台账。\n云河市安委会\n2023年2月1日\n",
}


def test_the_issuers_papers_open_what_a_paper_does_not_say() -> None:
    evidence = gather([SPELT, SILENT])["三到位"]
    read = read_mention(SILENT, evidence, [BOOK])
    assert (read.members, read.origin, read.evidence) == (DUTIES, "issuer", "r1")
    assert [rival["origin"] for rival in read.rivals] == ["dictionary"]


def test_one_paper_of_the_sector_does_not_overrule_a_sure_reading() -> None:
    other = replace(SILENT, issuer="清溪县应急局", expansion=OTHERS, source="dictionary")
    evidence = gather([SPELT])["三到位"]
    assert read_mention(other, evidence, [BOOK]).origin == "dictionary"
    assert read_mention(other, evidence, [replace(BOOK, sure=False)]).origin == "sector"
    second = replace(SPELT, row_id="r3", document_id="d3")
    assert read_mention(other, gather([SPELT, second])["三到位"], [BOOK]).origin == "sector"


def test_another_sector_is_no_evidence() -> None:
    other = replace(SILENT, issuer="清溪县教育局", sectors=frozenset({"教育"}))
    read = read_mention(other, gather([SPELT])["三到位"], [])
    assert (read.members, read.origin) == ((), "unknown")
    assert read.rivals[0]["members"] == list(DUTIES)


def test_the_order_of_papers_changes_no_reading() -> None:
    rival = replace(SPELT, row_id="r0", document_id="d0", expansion=OTHERS)
    read = {read_mention(SILENT, gather(order)["三到位"], [BOOK]).members for order in permutations([SPELT, rival, SILENT])}
    assert len(read) == 1


def test_the_dictionary_hands_its_readings_over() -> None:
    assert known_readings("四早")
    assert known_readings("没有这样的口号") == ()


def settings_in(folder: Path) -> Settings:
    config = folder / "policymine.toml"
    config.write_text("", encoding="utf-8")
    settings = load_settings(config, database_url=f"sqlite:///{folder / 'table.db'}")
    return settings.model_copy(update={"archive": folder / "archive", "work": folder / "work", "reports": folder / "reports"})


def fill(folder: Path, names: str) -> Settings:
    folder.mkdir()
    settings = settings_in(folder)
    source = folder.parent / "papers"
    source.mkdir(exist_ok=True)
    for name in names:
        (source / f"{name}.txt").write_text(PAPERS[name], encoding="utf-8")
        ingest([source / f"{name}.txt"], [], settings=settings, clock=lambda: NOW, timer=lambda: 0.0)
    return settings


def test_a_run_ends_with_what_it_taught(tmp_path: Path) -> None:
    states = []
    for number, names in enumerate(("ab", "ba")):
        with open_table(fill(tmp_path / str(number), names)) as table:
            assert not learn(table)
            named = {entry["slogan"]: entry for entry in overview(table)}
            assert named["六个盯牢"]["opened"] == 2
            assert dict(view(table, "六个盯牢").origins) == {"here": 1, "issuer": 1}
            assert {"云河市防汛条例", "安全生产法"} <= {str(edge["cited_title"]) for edge in edges(table)}
            with table.reading() as now:
                rows = [
                    now.connection.execute(sa.select(part).order_by(*part.primary_key)).all()
                    for part in (slogan_readings, cited_papers, citations)
                ]
            assert "第五条" in {row.articles for row in rows[2]}
            states.append(rows)
    assert states[0] == states[1]


def asked(folder: Path, *words: str) -> tuple[int, str]:
    (folder / "policymine.toml").touch()
    base = ["--config", str(folder / "policymine.toml"), "--database", f"sqlite:///{folder / 'table.db'}"]
    done = CliRunner().invoke(app, [*base, "slogans", *words])
    return done.exit_code, done.stdout


def test_a_slogan_that_no_paper_mentions_is_read_from_the_dictionary(tmp_path: Path) -> None:
    code, said = asked(tmp_path, "六稳", "--json")
    told = json.loads(said)
    assert (code, told["readings"][0]["members"][0], told["sources"][0]["standing"]) == (0, "稳就业", None)
    assert asked(tmp_path, "八个没听说过")[0] != 0
    assert asked(tmp_path)[0] != 0


def test_a_reading_of_papers_names_the_rows_that_spell_it_out(tmp_path: Path) -> None:
    folder = tmp_path / "0"
    with open_table(fill(folder, "ab")) as table:
        (reading,) = view(table, "六个盯牢").readings
        assert [len(row) for row in reading["rows"]] == [16]
    code, said = asked(folder, "六个盯牢")
    assert code == 0
    assert str(reading["rows"][0]) in said
    assert "(unsure, unchecked)" in asked(folder, "一图两清单")[1]
