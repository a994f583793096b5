"""Typed unknowns: specs/unknowns.jsonl, the laws of their spans, and candidates from other copies."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.cleaning import DuplicateIndex, clean_page, fingerprint
from policymine.cleaning.unknowns import HINT, find_unknowns, with_candidates
from policymine.model import Page

SPECS = Path(__file__).with_name("specs").joinpath("unknowns.jsonl").read_text(encoding="utf-8").splitlines()
FULLER = (
    "各镇要在春节前完成水库排查,逐库建立台账。\n县水利局要组织专班逐库复核,发现险情立即上报。\n"
    "清溪县应急管理局负责督查,严禁瞒报漏报迟报。\n值班人员要保持通讯畅通,不得擅离职守。\n"
    "各村要组织群众开展避险演练,把转移路线和责任人落实到户。\n气象部门要加密监测预报,及时发布预警信息。\n"
    "物资储备部门要清点救灾物资,补足缺口,确保随时调得出。"
)
REDACTED = FULLER.replace("春节", "X").replace("清溪县", "XX县")


def page(text: str, url: str = "a.txt") -> Page:
    return Page(url, "file", url, None, "0" * 64, text)


@pytest.mark.parametrize("case", [json.loads(row) for row in SPECS], ids=lambda case: case["text"][:12])
def test_marks_have_their_type(case: dict) -> None:
    assert [[issue.code, issue.where.of(case["text"])] for issue in find_unknowns(case["text"])] == case["want"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "X",
                "xx",
                "某",
                "县",
                "20",
                "年",
                "月",
                "日",
                "人",
                "、",
                "先后",
                "同志",
                "第",
                "条",
                "%",
                "\n",
                "a",
                "3",
                "*",
                "○○",
            ]
        )
    )
)
def test_spans_are_in_order_and_do_not_overlap(parts: list[str]) -> None:
    text = "".join(parts)
    end = 0
    for issue in find_unknowns(text):
        assert issue.where is not None
        assert end <= issue.where.start < issue.where.end <= len(text)
        end = issue.where.end


def test_a_fuller_copy_on_the_page_offers_what_is_hidden_and_fills_nothing_in() -> None:
    clean = clean_page(page(f"防汛讲话篇1\n{REDACTED}\n\n防汛讲话篇2\n{FULLER}\n同志们,散会后立即行动,抓紧落实。"))
    hidden, shown = clean.documents
    assert hidden.duplicate_of == shown.id
    told = {
        issue.where.of(hidden.text): issue.hint
        for issue in hidden.issues
        if issue.code.startswith("redaction_") and issue.where
    }
    assert "'春节'" in told["X"]
    assert "'清溪'" in told["XX"]
    assert all(shown.id in hint for hint in told.values())
    assert "X前完成" in hidden.text
    assert not any("春节" in repair.text for repair in clean.repairs)


def test_a_fuller_copy_of_an_earlier_night_too() -> None:
    first = clean_page(page(FULLER)).documents[0]
    index = DuplicateIndex([fingerprint(first.id, first.text)])
    copy = clean_page(page(REDACTED[:-20], "b.txt"), duplicates=index, text_of={first.id: first.text}.get).documents[0]
    assert copy.duplicate_of == first.id
    assert any("'春节'" in issue.hint and first.id in issue.hint for issue in copy.issues)


def test_copies_that_disagree_offer_nothing() -> None:
    text = "各镇要在X前完成水库排查"
    other = "各镇要在月底前完成水库排查。\n各镇要在汛期前完成水库排查。"
    assert [issue.hint for issue in with_candidates(find_unknowns(text), text, other=other, source="b")] == [HINT]
    masked = "各镇要在××前完成水库排查。"
    assert [issue.hint for issue in with_candidates(find_unknowns(text), text, other=masked, source="b")] == [HINT]
