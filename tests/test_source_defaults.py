"""What a source says of all its papers fills what a paper leaves open, and nothing else."""

from dataclasses import replace

from policymine.pipeline import mine
from policymine.sources.reading import read_bytes
from policymine.sources.source import Source

SOURCE = Source("x", "某站", "http://x.invalid", ("/",), (".",), kind="notice", level="county", publisher="清溪县人民政府")


def card_of(text: str) -> tuple[str, str | None, str | None]:
    page = read_bytes(text.encode(), source="x", url="http://x.invalid/1.txt", media_type="text/plain")
    found = mine(replace(page, metadata={**page.metadata, **SOURCE.defaults})).documents[0].document.card
    return found.kind, found.level, found.issuer


def test_a_silent_paper_takes_what_its_source_says() -> None:
    assert card_of("值班人员要做好交接,隐患要逐一登记。") == ("notice", "county", "清溪县人民政府")


def test_a_paper_that_speaks_for_itself_is_believed() -> None:
    text = "现将全市督查情况通报如下:\n一、各镇要在月底前整改。\n云河市应急管理局\n2021年9月8日"
    assert card_of(text) == ("circular", "city", "云河市应急管理局")


def test_a_source_that_says_nothing_adds_nothing() -> None:
    assert Source("y", "某站", "http://y.invalid", ("/",), (".",)).defaults == {}
