"""Pages to papers: specs/splitting.jsonl, the Partition law seen failing, hypothesis over pages put together at random."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.cleaning import DuplicateIndex, check_partition, clean_page, fingerprint
from policymine.cleaning.duplicates import compare
from policymine.cleaning.gate import set_aside_reason
from policymine.cleaning.splitting import bare, site_title
from policymine.errors import AlignmentError
from policymine.model import CleanPage, Cut, Document, Page
from policymine.sources.reading import read_bytes, read_file
from policymine.text import Alignment, Edit, Span

SITE = Path(__file__).parents[1] / "corpora" / "sample_site"
EXPECTED = tomllib.loads(SITE.joinpath("_expected.toml").read_text(encoding="utf-8"))["page"]
SPECS = Path(__file__).with_name("specs")
CASES = [json.loads(row) for row in SPECS.joinpath("splitting.jsonl").read_text(encoding="utf-8").splitlines()]
PAGE = (
    "首页 > 讲话\n\n镇长在防汛会上的讲话\n\n同志们:\n各镇要在月底前完成水库排 查,不得拖延。\n广告\n"
    "县水利局要逐库复核,严肃问责。\n\n"
    "镇长在防汛会上的讲话篇2\n\n各位代表:\n森林防火必须抓紧抓实。严禁携带火种进山,违者从重处罚。\n\n上一篇:通报\n"
)


def page(text: str, url: str = "page.txt") -> Page:
    return Page(url, "file", url, None, "0" * 64, text)


@pytest.fixture(scope="module")
def clean() -> CleanPage:
    return clean_page(page(PAGE))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_papers_of_a_page(case: dict[str, Any]) -> None:
    cleaned = clean_page(page(case["text"]))
    check_partition(cleaned)
    documents = cleaned.documents
    ids = [document.id for document in documents]
    found = [
        {
            "starts": document.text[: len(want["starts"])],
            "ends": document.text[-len(want["ends"]) :],
            "duplicate_of": ids.index(document.duplicate_of) if document.duplicate_of else None,
            "truncated": document.truncated,
            "set_aside": document.set_aside,
            "title": document.hints.get("title") if "title" in want else None,
            "speaker": document.hints.get("speaker") if "speaker" in want else None,
        }
        for document, want in zip(documents, case["documents"], strict=False)
    ]
    keys = ("starts", "ends", "duplicate_of", "truncated", "set_aside", "title", "speaker")
    wanted = [{key: want.get(key, False if key == "truncated" else None) for key in keys} for want in case["documents"]]
    assert found == wanted
    assert len(documents) == len(case["documents"])


def test_raw_text_is_accounted_for(clean: CleanPage) -> None:
    check_partition(clean)
    assert [document.ordinal for document in clean.documents] == [0, 1]
    assert "广告" not in clean.documents[0].text
    assert [cut.kind for cut in clean.cuts if cut.kind not in ("layout", "stray_space")] == [
        "nav_breadcrumb", "heading", "ad_label", "heading", "related_links",
    ]  # fmt: skip


def test_partition_fails_when_a_cut_is_lost(clean: CleanPage) -> None:
    for number in range(len(clean.cuts)):
        with pytest.raises(AlignmentError):
            check_partition(replace(clean, cuts=clean.cuts[:number] + clean.cuts[number + 1 :]))


def test_partition_fails_when_a_document_is_lost(clean: CleanPage) -> None:
    with pytest.raises(AlignmentError):
        check_partition(replace(clean, documents=clean.documents[:1]))


def test_partition_fails_when_documents_overlap(clean: CleanPage) -> None:
    with pytest.raises(AlignmentError, match="share a character"):
        check_partition(replace(clean, documents=(clean.documents[0], clean.documents[0])))


def test_partition_fails_when_two_cuts_share_a_character(clean: CleanPage) -> None:
    first = clean.cuts[0]
    wider = replace(first, raw_span=Span(first.raw_span.start, first.raw_span.end + 1))
    with pytest.raises(AlignmentError, match="share a character"):
        check_partition(replace(clean, cuts=(wider, *clean.cuts[1:])))


def test_partition_fails_when_a_cut_crosses_the_edge_of_a_document(clean: CleanPage) -> None:
    start = clean.documents[0].origin.start
    cuts = [cut for cut in clean.cuts if cut.raw_span.end != start]
    crossing = Cut(Span(start - 1, start + 1), "ad", "noise.ad")
    with pytest.raises(AlignmentError):
        check_partition(replace(clean, cuts=tuple(sorted([*cuts, crossing], key=lambda cut: cut.raw_span))))


def test_partition_fails_when_text_is_changed_without_a_repair(clean: CleanPage) -> None:
    document = clean.documents[0]
    changed = document.alignment.edit([Edit(Span(0, 2), "朋友", "repairs.test")])
    with pytest.raises(AlignmentError, match="without a repair"):
        check_partition(replace(clean, documents=(replace(document, alignment=changed), clean.documents[1])))


def test_partition_fails_when_a_piece_does_not_quote(clean: CleanPage) -> None:
    document = clean.documents[0]
    other = Alignment.of(PAGE.replace("同志们", "同事们"), document.origin)
    with pytest.raises(AlignmentError):
        check_partition(replace(clean, documents=(replace(document, alignment=other), clean.documents[1])))


PIECES = st.sampled_from(
    [
        "首页 > 讲话",
        "镇长在防汛会上的讲话",
        "镇长在防汛会上的讲话篇2",
        "篇一",
        "第三篇:防火讲话稿",
        "同志们:",
        "各镇要在月底前完成排查,不得拖延。",
        "广告",
        "下面是小编为您整理的防汛讲话。",
        "相关文章:",
        "防火讲话稿三篇",
        "来源:县报",
        "2022-01-17",
        "|",
        "索引号: 1",
        "縣委召開擴(kuò)大會(huì)議,部署安全生產(chǎn)工作。",
        "(记者 王某)",
        "……(省略826字,正式会员可完整阅读)……",
        "\u200b",
        "  ",
        "\u3000\u3000",
        "",
        "一、提高认识",
        "要求:",
        "a",
        "\ufffd?鹑",
        "https://a.example/1",
        "抓好落实。公文汇 www.a.example",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PIECES, st.sampled_from(["\n", "\n\n", "\r\n", "", " "])), max_size=24))
def test_any_page_keeps_the_partition(pieces: list[tuple[str, str]]) -> None:
    check_partition(clean_page(page("".join(text + end for text, end in pieces))))


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200))
def test_any_text_keeps_the_partition(text: str) -> None:
    check_partition(clean_page(page(text)))


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=12))
def test_cleaning_a_clean_text_changes_no_character_again(pieces: list[str]) -> None:
    for document in clean_page(page("\n".join(pieces))).documents:
        again = clean_page(page(document.text))
        assert not again.repairs


def test_copies_across_pages_are_found_from_the_index() -> None:
    whole = (
        "各镇要在月底前完成水库排查,逐库建立台账。\n县水利局要组织专班逐库复核。\n"
        "严禁瞒报漏报迟报,违者严肃问责。\n值班人员要保持通讯畅通,不得擅离职守。"
    )
    part = whole[: whole.index("严禁")]
    first = clean_page(page(whole, "a.txt")).documents[0]
    index = DuplicateIndex([fingerprint(first.id, first.text)])
    copy = clean_page(page(part, "b.txt"), duplicates=index).documents[0]
    assert (copy.duplicate_of, copy.truncated) == (first.id, True)
    other = clean_page(page("森林防火必须抓紧抓实。\n严禁携带火种进山,违者从重处罚。", "c.txt"), duplicates=index).documents[0]
    assert other.duplicate_of is None
    short = DuplicateIndex([fingerprint("short", part)])
    fuller = clean_page(page(whole, "d.txt"), duplicates=short).documents[0]
    assert fuller.duplicate_of is None
    assert [issue.code for issue in fuller.issues] == ["fuller_copy"]


def test_an_earlier_version_of_a_page_is_no_copy() -> None:
    text = "各镇要在月底前完成水库排查,逐库建立台账。\n县水利局要组织专班逐库复核。"
    document = clean_page(page(text, "a.txt")).documents[0]
    index = DuplicateIndex([fingerprint("older", document.text, page_id=document.page_id)])
    assert clean_page(page(text, "a.txt"), duplicates=index).documents[0].duplicate_of is None
    assert clean_page(page(text, "b.txt"), duplicates=index).documents[0].duplicate_of == "older"


def test_the_copy_is_the_shorter_text_whichever_comes_first() -> None:
    long = fingerprint("long", "各镇要完成排查。县里要逐一复核。严禁瞒报漏报迟报。")
    short = fingerprint("short", "各镇要完成排查。县里要逐一复核。")
    for one, other in ((long, short), (short, long)):
        match = compare(one, other)
        assert match is not None
        assert (match.copy, match.fuller, match.shortened) == ("short", "long", True)


@pytest.mark.parametrize(
    "text",
    [
        "各镇要在月底前完成水库排查,逐库建立台账。" * 8,
        "第一章 总则\n第一条 为了加强防汛管理,制定本办法。\n第二章 职责\n第二条 县水利局负责全县防汛工作。\n" * 4,
        "会议指出:“安全是最大的民生。”会议强调:“要压实责任。”" * 8,
        "各学校要落实校园安保,教育引导学生防溺水,每学期开展一次演练。" * 6,
        "加强产品质量监管,严查假冒伪劣产品,公布举报电话,查处价格违法行为。" * 6,
    ],
)
def test_papers_pass_the_gate(text: str) -> None:
    assert set_aside_reason(text) is None


def test_titles_lose_the_site_and_the_marks() -> None:
    assert site_title("关于火灾情况的通报-某某县人民政府") == "关于火灾情况的通报"
    assert bare("在全县“防汛” 会议上的讲话") == "在全县防汛会议上的讲话"


@pytest.fixture(scope="module")
def site() -> dict[str, CleanPage]:
    """Every page of the sample site that holds text, cleaned in order with one index, as a night does."""
    index, cleaned = DuplicateIndex(), {}
    for entry in EXPECTED:
        if entry["about"] != "Empty page":
            path = SITE / entry["path"].lstrip("/")
            cleaned[entry["path"]] = clean_page(read_file(path, max_bytes=10_000_000), duplicates=index)
            for document in cleaned[entry["path"]].documents:
                index.add(fingerprint(document.id, document.text))
    return cleaned


def squeezed(text: str) -> str:
    return re.sub(r"[\s）)]", "", re.sub(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü ]+\)", "", text))


def summary(document: Document, raw: str, want: dict[str, Any], named: dict[str, str]) -> dict[str, object]:
    stretch, clean = squeezed(document.origin.of(raw)), squeezed(document.text)
    starts, ends = squeezed(want["starts"]), squeezed(want["ends"])
    return {
        "starts": starts if stretch.startswith(starts) or clean.startswith(starts) else stretch[: len(starts)],
        "ends": ends if stretch.endswith(ends) or clean.endswith(ends) else stretch[-len(ends) :],
        "set_aside": document.set_aside is not None,
        "truncated": document.truncated,
        "duplicate_of": named.get(document.duplicate_of or ""),
        "title": document.hints.get("title") if want.get("title") else None,
    }


@pytest.mark.parametrize(
    "entry", [entry for entry in EXPECTED if entry["about"] != "Empty page"], ids=lambda entry: entry["path"]
)
def test_pages_of_the_sample_site(entry: dict[str, Any], site: dict[str, CleanPage]) -> None:
    clean, wanted = site[entry["path"]], entry.get("document", [])
    check_partition(clean)
    named = {document.id: f"{path}#{number}" for path, page in site.items() for number, document in enumerate(page.documents)}
    found = [summary(document, clean.page.text, want, named) for document, want in zip(clean.documents, wanted, strict=True)]
    assert found == [
        {
            "starts": squeezed(want["starts"]),
            "ends": squeezed(want["ends"]),
            "set_aside": "set_aside" in want,
            "truncated": bool(want.get("truncated")),
            "duplicate_of": want.get("duplicate_of"),
            "title": want.get("title"),
        }
        for want in wanted
    ]


def test_a_brand_over_an_agency_is_told() -> None:
    text = "各乡镇人民政府:\n按照BetOne体育应急管理局要求,各镇要在月底前完成水库排查。\n逐库建立台账,不得拖延。"
    document = clean_page(page(text)).documents[0]
    issue = next(issue for issue in document.issues if issue.code == "entity_overwritten")
    assert issue.where is not None
    assert issue.where.of(document.text) == "BetOne体育"


def test_what_the_head_of_a_web_page_says_becomes_hints() -> None:
    web = page("各镇要在月底前完成水库排查,逐库建立台账。")
    web = replace(
        web, metadata={"title": "防汛通报_某某网", "meta:pubdate": "2022-5-6 08:00", "meta:contentsource": "县水利局"}
    )
    hints = clean_page(web).documents[0].hints
    assert hints == {"published_on": "2022-05-06", "source": "县水利局", "site_title": "防汛通报"}


@pytest.mark.parametrize("path", sorted(SITE.glob("**/index*.html")), ids=lambda path: str(path.relative_to(SITE)))
def test_lists_of_links_hold_no_paper(path: Path) -> None:
    clean = clean_page(read_file(path, max_bytes=1_000_000))
    check_partition(clean)
    assert len(clean.documents) == (path.parent.name == "neibu")  # the one index page that is a notice itself


def test_a_short_notice_on_a_web_page_is_a_paper() -> None:
    markup = "<html><body><div class='nav'><a href='/'>首页</a></div><p>各镇要在月底前报送台账。</p></body></html>"
    clean = clean_page(read_bytes(markup.encode(), source="file", url="a.html", media_type=None))
    assert [document.text for document in clean.documents] == ["各镇要在月底前报送台账。"]


def test_time_is_in_proportion_to_length_on_one_line() -> None:
    sentence = "各镇要在月底前完成水库排查,逐库建立台账,不得拖延。"
    clean = clean_page(page(sentence * 8000))
    assert len(clean.documents[0].text) == len(sentence) * 8000


def test_two_cleanings_are_one() -> None:
    for name in ("noise.jsonl", "splitting.jsonl"):
        for row in SPECS.joinpath(name).read_text(encoding="utf-8").splitlines():
            case = json.loads(row)
            text = case.get("text") or "\n".join(line for _, line in case["lines"])
            for document in clean_page(page(text)).documents:
                assert "\n".join(again.text for again in clean_page(page(document.text)).documents) == document.text


def test_both_dates_and_the_title_say_where_they_were_read() -> None:
    text = (
        "首页 > 通报\n来源:清溪县政府网 成文日期:2022-01-17 发布时间:2022-01-19\n关于两起火灾的通报\n"
        "各镇要立即排查隐患,逐一建立台账,月底前报送县应急局。"
    )
    document = clean_page(Page("p", "file", "p.txt", None, "0", text)).documents[0]
    assert (document.hints["issued_on"], document.hints["published_on"]) == ("2022-01-17", "2022-01-19")
    where = document.hint_evidence
    assert where.keys() == document.hints.keys()
    said = {key: place.of(text) for key, place in where.items() if isinstance(place, Span)}
    assert (said["issued_on"], said["published_on"]) == ("2022-01-17", "2022-01-19")
    assert said["title"] == "关于两起火灾的通报"


def test_a_date_of_the_page_s_metadata_names_its_entry() -> None:
    body = "<meta name='PubDate' content='2022-01-19 08:30'><p>各镇要立即排查隐患,逐一建立台账,月底前报送县应急局。</p>"
    page = read_bytes(body.encode(), source="file", url="a.html", media_type="text/html")
    document = clean_page(page).documents[0]
    assert (document.hints["published_on"], document.hint_evidence["published_on"]) == ("2022-01-19", "meta:pubdate")
