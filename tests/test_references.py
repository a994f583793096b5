"""Cited papers: specs as data, laws as properties."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.extraction.references import find_references
from policymine.model import Reference, Span

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
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        start = time.perf_counter()
        find_references(text)
        return time.perf_counter() - start

    assert seconds(80_000) < 20 * max(seconds(8_000), 0.01)
