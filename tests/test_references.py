"""Cited papers: specs as data, laws as properties."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.extraction.references.finding import find_references
from policymine.model import Reference, Span
from tests.growth import grows_in_proportion

SPECS = [json.loads(line) for line in (Path(__file__).parent / "specs/references.jsonl").read_text("utf-8").splitlines()]
PIECES = ["《", "》", "（", "）", "云政发", "〔2021〕", "3号", "文件", "〈", "〉", "条例", "\n", "按照", "，"]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:24])
def test_spec(spec: dict[str, Any]) -> None:
    assert [[r.title, r.number] for r in find_references(spec["text"])] == spec["found"]


def hold(text: str, found: tuple[Reference, ...]) -> None:
    """The laws of this station."""
    for reference in found:
        assert reference.span.of(text) == reference.text
        assert reference.title or reference.number
        assert reference.number is None or reference.number in text
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_laws_hold_for_anything(text: str) -> None:
    hold(text, find_references(text))


def test_laws_see_a_planted_fault() -> None:
    text = "按照《云河市消防条例》执行"
    (found,) = find_references(text)
    with pytest.raises(AssertionError):
        hold(text, (Reference(Span(0, 4), found.text, found.rule, found.title),))
    with pytest.raises(AssertionError):
        hold(text, (found, found))


@pytest.mark.parametrize("piece", ["《", "《条例", "（云政发〔2021〕", "〔2021〕3号文"])
def test_time_grows_with_length_only(piece: str) -> None:
    assert grows_in_proportion(find_references, piece, short=2_500)
