"""The card of a document: specs as data, laws as properties."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.extraction.card.reading import read_card
from policymine.model import Card, Span

SPECS = [json.loads(line) for line in (Path(__file__).parent / "specs/card.jsonl").read_text("utf-8").splitlines()]
PIECES = [
    "清溪县", "云河市", "人民政府", "关于", "的通知", "同志们:", "\n", "　　", "2021年", "3月4日", "20xx年", "会议强调",
    "第一条 ", "（", "）", "。", "各乡镇：", "县委书记", "〔2021〕3号",
]  # fmt: skip
ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:24])
def test_spec(spec: dict[str, Any]) -> None:
    card = read_card(spec["text"], hints=spec.get("hints"))
    assert {field: getattr(card, field) for field in spec["card"]} == spec["card"]


def hold(text: str, card: Card) -> None:
    """The laws of this station: dates are ISO, evidence lies in the text."""
    assert card.issued_on is None or ISO.fullmatch(card.issued_on)
    for span in card.evidence.values():
        assert 0 <= span.start < span.end <= len(text)
    if "issued_on" in card.evidence:
        assert card.issued_on is not None
    if "speaker" in card.evidence and card.speaker is not None:
        assert card.speaker.replace("、", "") == re.sub(r"[\s、]", "", card.evidence["speaker"].of(text))


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_laws_hold_for_anything(text: str) -> None:
    hold(text, read_card(text))


def test_laws_see_a_planted_fault() -> None:
    with pytest.raises(AssertionError):
        hold("2021年", Card(issued_on="2021年"))
    with pytest.raises(AssertionError):
        hold("2021年", Card(issued_on="2021", evidence={"issued_on": Span(0, 9)}))


def test_the_paper_wins_over_the_site() -> None:
    text = "各乡镇：\n请落实。现通知如下：要值班。\n清溪县人民政府\n2021年5月8日"
    assert read_card(text, hints={"issued_on": "2022-01-01", "issuer": "某网站"}).issued_on == "2021-05-08"
    assert read_card(text, hints={"issuer": "某网站"}).issuer == "清溪县人民政府"
    assert read_card("要值班。", hints={"issued_on": "2022-01-01"}).issued_on == "2022-01-01"


def test_sectors_are_the_strongest_first() -> None:
    assert read_card("消防安全要抓好,火灾要防,消防通道要畅通。燃气也要查,液化气要管。").sectors == ("消防", "燃气")
