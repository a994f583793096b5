"""Slogans, mottos, openings and the dictionary: specs as data, laws as properties."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.errors import RuleError
from policymine.extraction.slogans import finding, mottos
from policymine.extraction.slogans.dictionary import announced, canonical, entries, look_up, parse
from policymine.extraction.slogans.finding import find_slogans, read_slogans
from policymine.model import Slogan, Span
from policymine.pipeline import clean_document, mine_documents
from tests.growth import grows_in_proportion

ROOT = Path(__file__).parents[1]
SPECS = [json.loads(line) for line in (Path(__file__).parent / "specs/slogans.jsonl").read_text("utf-8").splitlines()]
PIECES = [
    "四个一律",
    "三落实",
    "“",
    "”",
    "(",
    ")",
    "即:",
    "、",
    "和",
    ",",
    "。",
    "责任",
    "措施",
    "资金",
    "双",
    "一",
    "二是",
    "谁",
    "管",
    "负责",
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:24])
def test_spec(spec: dict[str, Any]) -> None:
    found = find_slogans(spec["text"])
    if "numeric" in spec:
        assert [s.text for s in found if s.kind == "numeric"] == spec["numeric"]
    if "mottos" in spec:
        assert [s.text for s in found if s.kind == "motto"] == spec["mottos"]
    if "ids" in spec:
        assert [s.slogan_id for s in found if s.kind == "numeric"] == spec["ids"]
    if "opened" in spec:
        assert {s.text: list(s.expansion or ()) for s in found if s.expansion_source == "here"} == spec["opened"]
    if "issues" in spec:
        assert [issue.code for issue in read_slogans(spec["text"])[1]] == spec["issues"]


def hold(text: str, found: tuple[Slogan, ...]) -> None:
    """The laws of this station."""
    for slogan in found:
        assert slogan.span.of(text) == slogan.text
        assert slogan.expansion is None or slogan.expansion_source is not None
        if slogan.expansion_source == "here":
            assert tuple(member.of(text) for member in slogan.members) == slogan.expansion
            assert len(slogan.members) in announced(slogan.text)
            assert not any(member.overlaps(slogan.span) for member in slogan.members)
    for kind in ("numeric", "motto"):
        spans = [slogan.span for slogan in found if slogan.kind == kind]
        assert all(a.end <= b.start for a, b in pairwise(spans))


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_laws_hold_for_anything(text: str) -> None:
    hold(text, find_slogans(text))


def test_laws_see_a_planted_fault() -> None:
    text = "做到责任、措施、资金“三落实”。"
    (slogan,) = find_slogans(text)
    hold(text, (slogan,))
    for fault in (
        replace(slogan, span=Span(slogan.span.start + 1, slogan.span.end + 1)),
        replace(slogan, members=slogan.members[:2], expansion=(slogan.expansion or ())[:2]),
        replace(slogan, expansion=("责任", "措施", "人员")),
    ):
        with pytest.raises(AssertionError):
            hold(text, (fault,))


def test_expansion_of_an_earlier_mention_serves_the_later_one() -> None:
    first, second = find_slogans("做到责任、措施、资金“三落实”。各镇要按“三落实”要求抓好整改。")
    assert (first.expansion_source, second.expansion_source) == ("here", "paper")
    assert first.expansion == second.expansion
    assert second.members == ()


def test_the_dictionary_opens_what_the_paper_does_not() -> None:
    (slogan,) = find_slogans("事故处理坚持“四不放过”原则。")
    assert slogan.expansion_source == "dictionary"
    assert len(slogan.expansion or ()) == 4


def test_the_words_around_choose_between_rival_readings() -> None:
    money, trace = find_slogans("压减“三公”经费。"), find_slogans("疫情流调中,“三公”人员要到场。")
    assert money[0].expansion != trace[0].expansion == ("公安", "工信", "公卫")


def test_the_paper_is_believed_before_the_dictionary() -> None:
    (slogan,) = find_slogans("落实“四早”(早预警、早转移、早处置、早报告)要求。")
    assert slogan.expansion == ("早预警", "早转移", "早处置", "早报告")


def test_every_reading_of_the_dictionary_has_the_announced_number() -> None:
    assert len(entries()) >= 250
    for entry in entries().values():
        assert canonical(entry.name) == entry.name
        for name in entry.variants:
            assert look_up(name) is entry


def test_what_was_not_compared_with_a_source_says_so() -> None:
    readings = [reading for entry in entries().values() for reading in entry.readings]
    assert all(("unchecked" in reading.standing) == (not reading.checked) for reading in readings)
    assert all(("unsure" in reading.standing) == (not reading.sure) for reading in readings)
    assert sum(bool(reading.checked) for reading in readings) >= 390


def test_members_that_are_commands_become_directives_and_principles_do_not() -> None:
    text = (
        "各乡镇要落实“四个一律”(即:对无证的,一律取缔;对逾期的,一律关停;对瞒报的,一律上限处罚;对失职的,一律追责)。"
        "各乡镇要坚持“四不两直”(不发通知、不打招呼、不听汇报、不用陪同、直奔基层、直插现场)。"
    )
    orders, manner = find_slogans(text)
    (mined,) = mine_documents([clean_document("orders", text)])
    ordered = [directive.span for directive in mined.findings.directives]
    assert [sum(span.overlaps(member) for span in ordered) for member in orders.members] == [1, 1, 1, 1]
    assert all(any(span.overlaps(member) and span.length <= member.length for span in ordered) for member in orders.members)
    assert not any(span.length <= member.length and span.overlaps(member) for span in ordered for member in manner.members)


def openings() -> ModuleType:
    """benchmarks/openings.py, which is no package."""
    spec = importlib.util.spec_from_file_location("benchmarks_openings", ROOT / "benchmarks" / "openings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_share_opened_on_the_annotated_papers_does_not_fall() -> None:
    module = openings()
    origins, unopened = module.measure(text for path in module.annotated() for text in module.texts(path))
    assert module.share(origins) >= module.LEAST, unopened.most_common(20)


def test_the_share_counts_what_nothing_opens() -> None:
    module = openings()
    origins, unopened = module.measure(["落实“四早”和“八个没听说过”要求。", "坚持“三落实”(责任、措施、资金)。"])
    assert (origins["here"], origins["unopened"], sum(origins.values())) == (1, 1, 3)
    assert dict(unopened) == {"八个没听说过": 1}
    assert module.share(origins) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '{"name": "三违", "readings": [{"field": "安全", "members": ["甲", "乙"], "source": "书", "sure": true}]}',
            "announces",
        ),
        (
            '{"name": "三违", "readings": [{"field": "安全", "members": ["甲", "甲", "乙"], "source": "书", "sure": true}]}',
            "different",
        ),
        ('{"name": "三违", "readings": [{"field": "安全", "members": ["甲", "乙", "丙"], "sure": true}]}', "source"),
        ('{"name": "三违", "reading": []}', "unknown"),
        ('{"name": "三违", "readings": []}', "no reading"),
        ("{", "JSON"),
    ],
)
def test_a_wrong_line_of_the_dictionary_is_refused(line: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        list(parse(line))


def test_a_plain_rule_that_could_match_where_it_is_not_tried_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    quoted = finding.RULES["quoted-ones"]
    monkeypatch.setattr(finding, "PLAIN", (*finding.PLAIN, quoted))
    with pytest.raises(RuleError, match=quoted.id):
        finding._plain_rules.__wrapped__()


def test_mottos_that_a_verb_leads_in_are_found_wherever_their_rules_find_them() -> None:
    framed = [rule for rule in mottos.FREE if rule.id in mottos.FRAMED]
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "corpora/gold").glob("*.txt"))]
    for rule in framed:
        for text in [*rule.yes, *texts]:
            places = [begin.start() for begin in mottos.FRAME.finditer(text)]
            assert [m.span() for m in mottos._at(rule, text, places)] == [m.span() for m in rule.spans(text)], rule.id


def test_a_name_that_stands_twice_is_refused() -> None:
    line = '{"name": "三违", "readings": [{"field": "安全", "members": ["甲", "乙", "丙"], "source": "书", "sure": true}]}'
    with pytest.raises(RuleError, match="twice"):
        list(parse(f"{line}\n{line}"))


@pytest.mark.parametrize(
    "piece", ["一二三四五", "“三三两两", "四个 一律", "（即：", "谁管", "落实“四个一律”(即:", "按照突出重点、", "双随机、"]
)
def test_time_grows_with_length_only(piece: str) -> None:
    assert grows_in_proportion(find_slogans, piece, short=2_500)
