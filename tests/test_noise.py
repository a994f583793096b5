"""Every line of the pages in specs/noise.jsonl gets the label written beside it; "" means it stays in a document."""

import json
from pathlib import Path

import pytest

from policymine.cleaning import check_partition, clean_page
from policymine.cleaning.lines import Line, view_of
from policymine.cleaning.noise import title_like
from policymine.model import CleanPage, Page
from policymine.text import Span

IGNORED = ("layout.space", "repairs.pinyin", "repairs.stray-space")
CASES = [
    json.loads(row)
    for row in Path(__file__).with_name("specs").joinpath("noise.jsonl").read_text(encoding="utf-8").splitlines()
]


def page(text: str) -> Page:
    return Page("page", "file", "page.txt", None, "0" * 64, text)


def label(clean: CleanPage, span: Span) -> str:
    """The kind of cut that holds most of a line; "" where most of it is kept."""
    sizes: dict[str, int] = {}
    for cut in clean.cuts:
        if cut.rule not in IGNORED and cut.raw_span.overlaps(span):
            shared = min(cut.raw_span.end, span.end) - max(cut.raw_span.start, span.start)
            sizes[cut.kind] = sizes.get(cut.kind, 0) + shared
    kind = max(sizes, key=lambda name: sizes[name], default="")
    return kind if kind and sizes[kind] * 2 > span.length else ""


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_line_gets_its_label(case: dict[str, list[list[str]]]) -> None:
    text = "\n".join(line for _, line in case["lines"])
    clean = clean_page(page(text))
    check_partition(clean)
    at, found = 0, []
    for _, line in case["lines"]:
        found.append([label(clean, Span(at, at + len(line))), line])
        at += len(line) + 1
    assert found == case["lines"]


def test_a_repeated_end_goes_and_its_paragraph_stays() -> None:
    paragraphs = [
        "各镇要在月底前完成山塘水库隐患排查,逐库建立台账。",
        "县水利局要组织专班逐库复核,确保安全度汛。",
        "各级各部门要严格执行24小时值班制度,不得脱岗。",
    ]
    clean = clean_page(page("\n".join(paragraph + "老秘文库出品" for paragraph in paragraphs)))
    assert "出品" not in clean.documents[0].text
    assert all(paragraph in clean.documents[0].text for paragraph in paragraphs)
    assert {cut.kind for cut in clean.cuts} == {"watermark"}


def test_a_long_cut_with_an_order_is_kept_for_review() -> None:
    text = (
        "在防汛会上的讲话\n当前正处于主汛期,各镇要坚决克服麻痹思想,严格落实值班值守制度,进一步压实防汛责任。"
        "下面是小编为您整理的在防汛会上的讲话。\n同志们:\n各镇要在月底前完成山塘水库隐患排查,逐库建立台账。"
    )
    cuts = [cut for cut in clean_page(page(text)).cuts if cut.kind == "editor_intro"]
    assert [cut.review for cut in cuts] == [True]


def test_the_view_is_as_long_as_the_text() -> None:
    for text in ("来源：县报\u3000\xa0（１２）", "Ａ－Ｚ．＿", "!?，。；"):
        assert len(view_of(text)) == len(text)


def test_a_sentence_is_no_title() -> None:
    assert not title_like(Line(0, Span(0, 10), "各镇要抓好落实。"))


def test_a_label_with_a_mark_inside_breaks_nothing() -> None:
    """Found by tools/fuzz_cleaning.py: 发文机关 with a star in it is a label, but none that the table is read by."""
    text = "发*文机关:清溪县人民政府办公室\n发文字号:清政办函〔2023〕15号\n各乡镇要在月底前完成排查,不得拖延。"
    clean = clean_page(page(text))
    assert clean.documents[0].text == "各乡镇要在月底前完成排查,不得拖延。"
