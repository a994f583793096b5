"""Pages of corpora/not_policy: adverts, fiction, product pages order nothing, though they use the words of orders."""

import json
from pathlib import Path

import pytest

from policymine.cleaning import check_partition
from policymine.model import Page
from policymine.pipeline import MinedPage, mine
from policymine.sources.reading import read_bytes

ROWS = Path(__file__).parents[1].joinpath("corpora", "not_policy", "pages.jsonl").read_text(encoding="utf-8").splitlines()
PAGES = [json.loads(row) for row in ROWS]
ORDER = "各镇要在月底前完成水库排查,逐库建立台账,不得拖延。县水利局必须逐一复核,严肃问责。"


def mined(text: str) -> MinedPage:
    return mine(Page("page", "file", "page.txt", None, "0" * 64, text))


def directives(page: MinedPage) -> list[str]:
    return [found.text for entry in page.documents for found in entry.findings.directives]


def test_there_are_fifty_of_many_kinds() -> None:
    assert len({page["text"] for page in PAGES}) == len(PAGES) >= 50
    assert len({page["kind"] for page in PAGES}) >= 10
    assert sum("必须" in page["text"] or "严禁" in page["text"] for page in PAGES) >= 30


@pytest.mark.parametrize("page", PAGES, ids=[page["name"] for page in PAGES])
def test_no_directive_as_text_or_web_page(page: dict[str, str]) -> None:
    done = mined(page["text"])
    check_partition(done.clean)
    assert directives(done) == []
    lines = "".join(f"<p>{line}</p>" for line in page["text"].split("\n"))
    markup = f"<html><body><div class='nav'><a href='/'>首页</a></div><div class='content'>{lines}</div></body></html>"
    assert directives(mine(read_bytes(markup.encode(), source="file", url="a.html", media_type="text/html"))) == []


def test_an_order_among_them_would_be_seen() -> None:
    assert len(directives(mined(ORDER))) >= 2
