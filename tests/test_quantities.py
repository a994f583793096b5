"""Amounts against tests/specs/quantities.jsonl (own words; 〔…〕 marks the expected spans), properties, and bad input."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.extraction.quantities import finding as quantities
from policymine.extraction.quantities.context import PHRASE, lead_before
from policymine.extraction.quantities.finding import find_issues, find_quantities
from policymine.model import Span
from tests.growth import grows_in_proportion

SPECS = [
    json.loads(line) for line in (Path(__file__).parent / "specs" / "quantities.jsonl").read_text(encoding="utf-8").splitlines()
]
MARK = re.compile("〔([^〔〕0-9]*[^〔〕]*)〕(?!15号)")
CHARACTERS = (
    "0123456789.,一二两三四五六七八九十百千万亿半几数多余个名人家次元%％"
    "以上下至到-—第分之每约近超不少于X、，。（）()〔〕 壹萬個"
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:24])
def test_spec(spec):
    text = MARK.sub(r"\1", spec["text"])
    found = find_quantities(text)
    assert [q.text for q in found] == (MARK.findall(spec["text"]) if spec["quantities"] else [])
    for quantity, (value, value_to, unit, mod) in zip(found, spec["quantities"], strict=True):
        if value is None:
            assert quantity.value is None
        else:
            assert abs(quantity.value - Decimal(value)) < Decimal("1e-9")
        assert quantity.value_to == (None if value_to is None else Decimal(value_to))
        assert (quantity.unit, quantity.mod) == (unit, mod)
    if "base" in spec:
        assert found[0].base == spec["base"]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:24])
def test_a_long_text_hides_no_start(spec, monkeypatch):
    """What is found from the openings of a long text is what is found when every character is tried."""
    text = MARK.sub(r"\1", spec["text"]) + "。" + "其他事项照旧办理。" * (PHRASE // 8)
    found = find_quantities(text)
    every = quantities._starts
    monkeypatch.setattr(quantities, "_starts", lambda copy, *, long: every(copy, long=False))
    assert find_quantities(text) == found


BOUNDS = (
    "超过 超过了 超出 突破 逾 多于 大于 高于 不止 超 过 不足 低于 "
    "少于 不到 不满 未满 未达到 不够 至少 至少是 至少要 至少达到 不少于 起码 最少有 "
    "不下 大于等于 最低 >= ≥ 不亚于 未超过 不得大于 不高于 至多 最多为 最高 小于等于 "
    "<= ≤ 不长于 将近 接近 大约 大概 约 近 差不多 等于 "
)


@pytest.mark.parametrize("bound", BOUNDS.split())
def test_a_bound_is_seen_in_a_long_text(bound):
    text = f"{'其他事项照旧办理。' * 8}总数{bound}300人。"
    assert lead_before(text, text.index("300"), 0) is not None


@given(st.text(alphabet=CHARACTERS, max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_quoted_disjoint_amounts(text):
    last = 0
    for found in find_quantities(text):
        assert found.text == text[found.span.start : found.span.end] != ""
        assert found.span.start >= last
        last = found.span.end
        if found.value is not None and found.value_to is not None:
            assert found.value <= found.value_to


@given(st.integers(2, 10**12), st.sampled_from(["个", "家", "人次", "元", "公里"]))
def test_every_written_amount_reads_as_itself(number, unit):
    (found,) = find_quantities(f"共{number}{unit}。")
    assert (found.value, found.unit) == (Decimal(number), unit)


def test_taken_spans_give_nothing():
    text = "四个一律和3个县"
    assert [q.text for q in find_quantities(text, taken=[Span(0, 4)])] == ["3个"]
    assert [q.text for q in find_quantities("48小时3人", taken=[Span(0, 4)])] == ["3人"]
    assert [q.text for q in find_quantities("共3人、7个专班", taken=[Span(4, 8)])] == ["3人"]


def test_subject_is_what_is_counted():
    cases = {"排查隐患120处": "排查隐患", "新建9个国家医学中心": "国家医学中心", "全市累计确诊已达51例": "全市累计确诊"}
    assert {text: find_quantities(text)[0].subject for text in cases} == cases


@pytest.mark.parametrize("piece", ["1", "一", "三千", "万亿", "1.", "3、", "七7", "第", "百分之", "X"])
def test_the_time_grows_with_the_length_only(piece):
    assert grows_in_proportion(find_quantities, piece, short=1_500)


def test_a_megabyte_of_digits_is_an_issue_not_an_amount():
    text = "7" * 1_000_000 + "元"
    assert find_quantities(text) == ()
    (issue,) = find_issues(text)
    assert issue.where == Span(0, 1_000_000)


def test_ten_to_the_fortieth_is_read_exactly():
    (found,) = find_quantities("1" + "0" * 39 + "元")
    assert found.value == Decimal(10) ** 39
