import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.extraction.directives.bodies import kind_of, subject_of
from policymine.extraction.directives.clauses import read
from policymine.extraction.directives.listing import members
from policymine.text.outline import outline
from policymine.text.span import Span

SPECS = [
    json.loads(line) for line in Path(__file__).with_name("specs").joinpath("bearers.jsonl").read_text("utf-8").splitlines()
]
CLAUSES = [spec for spec in SPECS if "clause" in spec]
LISTS: list[dict[str, Any]] = [spec for spec in SPECS if "list" in spec]


@pytest.mark.parametrize("spec", CLAUSES, ids=lambda spec: spec["clause"])
def test_subject(spec: dict[str, str | None]) -> None:
    text = spec["clause"] or ""
    (sentence,) = read(text, outline(text))
    subject = sentence.clauses[0].subject
    found = (None, None) if subject is None else (text[subject.start : subject.end], subject.kind)
    assert found == (spec["subject"], spec.get("kind"))


@pytest.mark.parametrize("spec", LISTS, ids=lambda spec: spec["list"])
def test_members(spec: dict[str, Any]) -> None:
    text = spec["list"]
    assert [part.of(text) for part in members(text, Span(0, len(text)))] == spec["members"]


@pytest.mark.parametrize("name", ["工作格局", "保护区", "任务落实处", "账户"])
def test_endings_of_other_words_name_nobody(name: str) -> None:
    assert kind_of(name) == ""


@given(st.text(alphabet="各县镇局要应当由和、，对的人员部门", min_size=1, max_size=40))
def test_names_lie_in_the_clause(text: str) -> None:
    subject = subject_of(text, 0, len(text), cue=None, lead="")
    if subject is not None:
        assert 0 <= subject.start < subject.end <= len(text)
        parts = members(text, Span(subject.start, subject.end))
        assert all(subject.start <= part.start < part.end <= subject.end for part in parts)
