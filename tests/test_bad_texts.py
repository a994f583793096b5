"""Texts whose structure is lost: bounded time, the laws intact, and an issue where they could not be read as sentences."""

from collections.abc import Iterable

import pytest

from policymine.errors import LayoutError
from policymine.model import Issue
from policymine.pipeline import MinedPage, clean_document, mine, mine_documents
from policymine.sources.reading import read_bytes
from tests.growth import grows_in_proportion
from tests.test_properties import check_laws

SHAPES: dict[str, tuple[str, bool]] = {
    "no outline": ("各镇要检查消防通道。逾期不改的，一律停产。县应急局牵头，各村配合。全年检查了20家。", True),
    "no punctuation": ("各镇要检查消防通道逾期不改的一律停产县应急局牵头各村配合全年检查了二十家", False),
    "one line": ("各镇要检查消防通道，每月5日前报送台账，严禁瞒报；", True),
    "only headings": ("一、提高认识\n二、加强领导\n（一）落实责任\n（二）严格考核\n三、做好保障\n", False),
    "a list of names": ("张某某 李某某 县住建局 县教育局 各镇 ", False),
    "names in lines": ("县住建局\n县教育局\n清水镇\n石桥镇\n张某某\n", False),
    "a table": ("1\t县医院\t通道堵塞\t3月15日前\t县卫健局\n2\t县一中\t灭火器过期\t4月底前\t县教育局\n", False),
    "mixed script": ("各鎮要在３月15日前完成整改，ensure safety，各村须配合安全生産。", True),
}
"""A stretch of each, and whether its sentences can be read."""
LONG = 200_000


def grown(shape: str, length: int) -> str:
    piece = SHAPES[shape][0]
    return (piece * (length // len(piece) + 1))[:length]


def mined(text: str) -> MinedPage:
    return mine(read_bytes(text.encode(), source="test", url="a.txt", media_type="text/plain"))


def issues_of(text: str) -> tuple[Issue, ...]:
    (found,) = mine_documents([clean_document("a", text)])
    return found.findings.issues


def unread(issues: Iterable[Issue]) -> bool:
    return any(issue.code == "directives.unstructured" for issue in issues)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_laws_hold(shape: str) -> None:
    page = mined(grown(shape, 3_000))
    check_laws(page)
    assert page.documents or page.clean.cuts


@pytest.mark.parametrize("shape", SHAPES)
def test_what_could_not_be_read_is_an_issue_and_what_could_is_none(shape: str) -> None:
    assert unread(issues_of(grown(shape, 3_000))) is not SHAPES[shape][1]


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_in_proportion(shape: str) -> None:
    text, seen = grown(shape, 40_000), set()

    def run(part: str) -> object:
        seen.add(len(part))
        return tuple(mine_documents([clean_document("a", text[: len(part)])]))

    assert grows_in_proportion(run, text[:4_000], short=4_000)
    assert seen == {4_000, 40_000}


@pytest.mark.parametrize("shape", ["one line", "no punctuation"])
def test_one_line_of_two_hundred_thousand_characters_is_read_in_proportion(shape: str) -> None:
    text = grown(shape, LONG)
    assert "\n" not in text
    (found,) = mine_documents([clean_document("a", text)])
    assert all(one.span.of(text) == one.text for one in found.findings.directives)
    assert found.findings.directives
    assert grows_in_proportion(
        lambda part: tuple(mine_documents([clean_document("a", part)])), text[: LONG // 10], short=LONG // 10
    )


def test_a_paper_in_sentences_with_a_table_behind_it_can_be_read() -> None:
    paper = "关于检查的通知\n" + "各镇要逐户登记，每月5日前报送台账。\n" * 20 + SHAPES["a table"][0]
    assert not unread(issues_of(paper))


def test_half_a_character_is_refused_with_its_place_and_a_cure() -> None:
    with pytest.raises(LayoutError) as refused:
        issues_of("各镇要报送\ud800台账。")
    assert refused.value.place == "character 5"
    assert refused.value.thing
    assert "decode the text anew" in refused.value.cure
