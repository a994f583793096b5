"""Fields of work of papers and directives: named by words, quoted where they stand, kept in the table."""

import json
from importlib.resources import files
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.extraction.card.reading import read_card
from policymine.extraction.directives.finding import find_directives
from policymine.extraction.sectors import classes_of, mentions_of, sectors_of
from policymine.model import Directive
from policymine.pipeline import mine
from policymine.rules import MARKED, load
from policymine.sources.reading import read_bytes
from policymine.table.rows import columns_of, row_from, rows_of
from tests.growth import grows_in_proportion

RULES = load("policymine.extraction.sectors", "sectors")
WORDS = [mark[1] for rule in RULES for example in rule.yes for mark in MARKED.finditer(example)]
TEXT = (
    "关于做好岁末年初工作的通知\n一、燃气安全。县住建局牵头，逐户登记，各镇配合。\n"
    "二、消防安全。要检查电梯和锅炉。要打通疏散通道。\n三、其他。各单位要报送总结。"
)


def found_in(text: str) -> tuple[Directive, ...]:
    return find_directives(text, card=read_card(text))


def test_whom_something_is_reported_to_names_no_field() -> None:
    text = "关于做好岁末工作的通知\n一、燃气安全。各镇要逐户登记，每月25日前报县应急管理局。"
    assert [one.sectors for one in found_in(text)] == [("燃气",)]


def test_a_directive_has_the_fields_that_it_or_its_heading_names() -> None:
    told = [(one.sectors, [span.of(TEXT) for span in one.sector_evidence]) for one in found_in(TEXT)]
    assert told == [
        (("燃气",), ["燃气"]),
        (("特种设备",), ["电梯"]),
        (("消防",), ["疏散通道"]),
        ((), []),
    ]


@given(st.lists(st.sampled_from([*WORDS, "。", "要落实", "一、", "\n", "各镇"]), max_size=20).map("".join))
def test_evidence_names_its_field_and_stands_above_or_inside(text: str) -> None:
    named = {mention.span: mention.sector for mention in mentions_of(text)}
    for one in found_in(text):
        assert [named[span] for span in one.sector_evidence] == list(one.sectors)
        assert all(span.end <= one.span.end for span in one.sector_evidence)


def test_every_class_is_one_of_the_standard_and_every_rule_has_a_field_of_its_own() -> None:
    standard = json.loads(files("policymine.compliance").joinpath("industries.json").read_text("utf-8"))["classes"]
    sectors = [rule.gives["sector"] for rule in RULES]
    assert len(set(sectors)) == len(sectors)
    assert {code for sector in sectors for code in classes_of(sector)} <= set(standard)
    assert sum(rule.gives["key"] for rule in RULES) >= 20


@pytest.mark.parametrize(
    ("text", "title", "wanted"),
    [
        ("各镇要检查消防通道，清理火灾隐患。要做好值班。", "", ("消防",)),
        ("要做好值班。", "关于防汛工作的通知", ("防汛抗旱",)),
        ("教育引导群众，开展警示教育。", "", ()),
    ],
)
def test_a_paper_is_of_the_fields_that_it_speaks_of_most(text: str, title: str, wanted: tuple[str, ...]) -> None:
    assert sectors_of(text, title=title) == wanted


def test_fields_and_their_places_survive_the_table() -> None:
    mined = mine(read_bytes(TEXT.encode(), source="test", url="a.txt", media_type="text/plain"))
    rows = [row for row in rows_of(mined.clean.page, mined.documents[0]) if row.kind == "directives"]
    assert any(row.finding.sector_evidence for row in rows if isinstance(row.finding, Directive))
    for row in rows:
        assert row_from("directives", columns_of(row)).finding == row.finding


def test_words_are_found_in_time_that_grows_with_the_text() -> None:
    number = count()  # a text that is asked for again is remembered
    assert grows_in_proportion(lambda text: mentions_of(f"{text}{next(number)}"), "".join(WORDS), short=20_000)
