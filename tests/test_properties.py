"""The three laws over any text at all, from bytes to rows, and each seen failing by a planted fault."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policymine.errors import AlignmentError, SourceError
from policymine.extraction.components import load
from policymine.extraction.directives import classifier
from policymine.model import FINDING_KINDS, CleanPage, Cut, Span
from policymine.partition import check_partition
from policymine.pipeline import MinedPage, mine
from policymine.sources.reading import read_bytes
from policymine.table.laws import check_rows
from policymine.table.rows import rows_of

PHRASES = [
    "同志们:",
    "一、提高认识",
    "(一)压实责任。",
    "一是要",
    "各乡镇必须",
    "县住建局牵头,县城管局配合,",
    "严禁",
    "在3月15日前",
    "每月5日前",
    "24小时内",
    "报送台账",
    "至少开展2次",
    "300余万元",
    "“四个一律”(即:对隐患一律停产)",
    "《安全生产法》",
    "首页 > 通报 > 正文",
    "下面是小编为大家整理的",
    "上一篇:",
    "相关文章:",
    "X县XX月X日",
    "擴(kuò)大會(huì)議",
    "學(xué)習(xí)",
    "主站蜘蛛池模板: 甲县| 乙县|",
    "?",
    "。",
    ",",
    "\n",
    "\n\n",
    " ",
    "\u3000",
    "\u200b",
    "篇1",
    "篇2",
    "</p>",
    "<div>",
    "1",
    "万",
    "%",
]
TEXTS = st.lists(st.one_of(st.sampled_from(PHRASES), st.text(max_size=6)), max_size=40).map("".join)


def mined(body: bytes, *, media_type: str | None) -> MinedPage | None:
    """The mined page, or None when the reader refuses the bytes by name."""
    try:
        return mine(read_bytes(body, source="fuzz", url="fuzz", media_type=media_type))
    except SourceError:
        return None


def check_laws(page: MinedPage) -> None:
    check_partition(page.clean)
    for entry in page.documents:
        rows = rows_of(page.clean.page, entry)
        check_rows(page.clean.page, entry, rows=rows)
        for row in rows:
            assert page.clean.page.text[slice(*row.raw_span)] == row.raw_text
            assert entry.document.text[slice(*row.span)] == row.text
            assert entry.document.origin.contains(row.raw_span)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_laws_hold_for_any_text(text: str) -> None:
    page = mined(text.encode("utf-8", "surrogatepass"), media_type="text/plain")
    if page is not None:
        check_laws(page)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_laws_hold_for_any_markup(text: str) -> None:
    body = f"<html><head><title>{text[:20]}</title></head><body><div>{text}</div><p>各镇要报送。</p></body></html>"
    page = mined(body.encode("utf-8", "surrogatepass"), media_type="text/html")
    if page is not None:
        check_laws(page)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_any_bytes_give_a_page_or_a_refusal(body: bytes) -> None:
    page = mined(body, media_type=None)
    if page is not None:
        check_laws(page)


PAPER = "首页 > 通报\n\n关于两起火灾的通报\n\n各镇要在3月15日前完成排查。逾期不报的,一律通报批评。\n\n上一篇:防汛"


@pytest.fixture
def page() -> MinedPage:
    found = mined(PAPER.encode(), media_type="text/plain")
    assert found is not None
    assert found.documents[0].findings.directives
    return found


def test_a_block_dropped_silently_breaks_partition(page: MinedPage) -> None:
    dropped = replace(page.clean, cuts=page.clean.cuts[1:])
    with pytest.raises(AlignmentError):
        check_partition(dropped)


def test_a_cut_named_twice_breaks_partition(page: MinedPage) -> None:
    first = page.clean.cuts[0]
    twice: CleanPage = replace(page.clean, cuts=(first, Cut(first.raw_span, "ad", "noise.planted"), *page.clean.cuts[1:]))
    with pytest.raises(AlignmentError):
        check_partition(twice)


@pytest.mark.parametrize("kind", FINDING_KINDS[:2])
def test_an_offset_shifted_by_one_breaks_the_quote(page: MinedPage, kind: str) -> None:
    entry = page.documents[0]
    rows = [row for row in rows_of(page.clean.page, entry) if row.kind == kind]
    shifted = replace(rows[0], raw_span=Span(rows[0].raw_span.start + 1, rows[0].raw_span.end + 1))
    with pytest.raises(AlignmentError):
        check_rows(page.clean.page, entry, rows=[shifted])


def test_the_language_and_the_command_line_agree(page: MinedPage) -> None:
    import policymine

    entry = page.documents[0]
    nlp = policymine.load()
    doc = nlp.make_doc(entry.document.text)
    doc._.hints = entry.document.hints
    for _, component in nlp.pipeline:
        doc = component(doc)
    for kind in FINDING_KINDS:
        assert getattr(doc._, kind) == entry.findings.of(kind)


def test_words_of_a_memory_zone_are_forgotten_with_it() -> None:
    nlp = load()
    with nlp.memory_zone():
        nlp("各街道要逐户登记电瓶车。")
    assert "".join(word.text_with_ws for word in nlp("各街道要逐户登记电瓶车。")) == "各街道要逐户登记电瓶车。"


def test_a_sign_that_another_thread_notes_is_whole() -> None:
    fresh = classifier.LinearModel({"cue=must": 1.0}, 0.0)
    seen: list[bool] = []

    class Weighed(dict[object, float]):
        def __setitem__(self, sign: object, weight: float) -> None:
            seen.append(sign in fresh.strongest)
            super().__setitem__(sign, weight)

    object.__setattr__(fresh, "weighed", Weighed())
    fresh.weigh(["cue=must"])
    assert seen == [True]
