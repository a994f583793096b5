"""Lineage: near-equal directives, the same however they come in, with what changed; citations by one key per paper."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.errors import UnknownIdError
from policymine.table import minhash, schema
from policymine.table.changes import Wording, changes, difference
from policymine.table.citations import edges, number_key, title_key, write_edges
from policymine.table.derived import lineage_bands, lineage_links, lineage_rows, lineage_texts
from policymine.table.dialect import engine_of
from policymine.table.lineage import _least, clusters, lineage_of
from policymine.table.store import Table

BASE = "各乡镇要在三月底前完成沿河堤防隐患排查并建立整改台账"
TEXTS = [
    BASE, BASE + "报送县政府", "各乡镇必须在三月底前完成沿河堤防隐患排查并建立整改台账",
    "财政部门负责落实年度经费预算并按季度公开",
    "财政部门应当负责落实年度经费预算并按季度公开", "严禁瞒报", "市场监管部门要开展校园周边食品安全专项抽检工作",
    BASE.replace("三月", "二月"),
]  # fmt: skip


def index() -> sa.Connection:
    connection = engine_of("sqlite://").connect()
    schema.metadata.create_all(connection, tables=[lineage_texts, lineage_bands, lineage_links, lineage_rows])
    return connection


def state(connection: sa.Connection) -> list[tuple[str, str]]:
    c = lineage_texts.c
    return [tuple(row) for row in connection.execute(sa.select(c.text, c.cluster).order_by(c.text))]


def wordings(texts: list[str]) -> dict[str, str]:
    return {minhash.text_id(text): text for text in texts}


def test_near_equal_wordings_share_a_cluster_and_others_do_not() -> None:
    with index() as connection:
        minhash.add(connection, wordings(TEXTS))
        named = dict(state(connection))
    assert named[BASE] == named[TEXTS[1]] == named[TEXTS[2]] == named[TEXTS[7]]
    assert named[TEXTS[3]] == named[TEXTS[4]] != named[BASE]
    assert len(set(named.values())) == 4


@settings(max_examples=15, deadline=None)
@given(st.permutations(TEXTS), st.integers(1, len(TEXTS)), st.sets(st.sampled_from(TEXTS), max_size=3))
def test_order_portions_and_what_was_there_once_change_nothing(order: list[str], at: int, gone: set[str]) -> None:
    kept = [text for text in TEXTS if text not in gone]
    with index() as once, index() as often:
        minhash.add(once, wordings(kept))
        minhash.add(often, wordings(order[:at]))
        minhash.add(often, wordings(order[at:]))
        minhash.drop(often, wordings(sorted(gone)))
        assert state(once) == state(often)
        left = sa.select(sa.func.count()).select_from(lineage_bands)
        assert once.scalar(left) == often.scalar(left)


def test_a_difference_gives_back_both_sentences() -> None:
    pieces = difference("5月底前排查30处", "4月底前全部排查50处")
    assert "".join(p.before for p in pieces) == "5月底前排查30处"
    assert "".join(p.after for p in pieces) == "4月底前全部排查50处"
    assert ("30", "50") in [(p.before, p.after) for p in pieces]


def test_changes_name_bearer_force_deadline_and_number() -> None:
    old = Wording("3月底前排查30处", ("水务局",), 3, (("3月底前", "2022-04-01"),))
    new = Wording("2月底前必须排查50处", ("水务局", "应急局"), 5, (("2月底前", "2022-03-01"),))
    kinds = [change.kind for change in changes(old, new)]
    assert {"bearer_added", "sharper", "deadline_nearer", "number"} <= set(kinds)
    back = {change.kind for change in changes(new, old)}
    assert {"bearer_dropped", "softer", "deadline_later"} <= back
    assert changes(old, old) == ()
    assert changes(Wording("第八条各镇要报送"), Wording("各镇要报送。")) == ()


def test_who_must_act_by_the_words_around_is_no_change_unless_both_say_so() -> None:
    old = Wording("建立台账", implied=("各乡镇",))
    assert changes(old, Wording("建立台账", implied=("水务局",))) == changes(old, Wording("建立台账")) == ()
    shared = Wording("建立台账", implied=("各乡镇", "水务局"))
    assert [(c.kind, c.after) for c in changes(old, shared)] == [("bearer_added", "水务局")]
    assert changes(Wording("各镇(街)要建台账", ("各镇(街)",)), Wording("各镇（街）要建台账", ("各镇（街）",))) == ()
    assert changes(Wording("２处", deadlines=(("年底前", "2023"),)), Wording("2处", deadlines=(("年年底前", "2023"),))) == ()


def test_a_short_formula_descends_only_from_a_very_like_one() -> None:
    assert _least("尚不构成犯罪的依法给予处分", "尚不构成犯罪的依法给予行政处分") > _least(BASE, BASE)


def test_an_unknown_id_is_refused(tmp_path: Path) -> None:
    with Table.open(f"sqlite:///{tmp_path / 'table.db'}") as table:
        with pytest.raises(UnknownIdError):
            lineage_of(table, "nothing")
        assert clusters(table) == ()
        assert list(edges(table)) == []
        with (tmp_path / "edges.csv").open("w", encoding="utf-8") as stream:
            assert write_edges(table, stream) == 0


@pytest.mark.parametrize("written", ["国发〔2004〕2号", "国发[2004]2号", "国发（２００４）第2号", "国发【2004】 02 号"])
def test_a_number_has_one_key(written: str) -> None:
    assert number_key(written) == "国发2004-2"
    assert number_key("国发〔2005〕2号") != number_key(written)


def test_a_title_has_one_key_and_general_ones_have_none() -> None:
    assert title_key("《中华人民共和国消防法》") == title_key("消防法(2021年修正)") == "消防法"
    assert title_key("实施办法") is None
    assert title_key("关于印发〈云河市防汛预案〉的通知") == title_key("关于印发《云河市防汛预案》的通知")
