"""Files to pages: what is read, how, and what is refused by name."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.cleaning import check_partition, clean_page
from policymine.errors import FetchError, LayoutError
from policymine.model import Page
from policymine.sources.html import parse_html
from policymine.sources.reading import canonical, read_bytes, read_file, sniff

SITE = Path(__file__).parents[1] / "corpora" / "sample_site"
WEB_PAGE = """<html><head><title>关于火灾的通报_某某县</title><meta name="ArticleTitle" content="关于火灾的通报">
<style>p{color:red}</style><script>var a="脚本";</script></head><body>
<div class="nav"><a href="/">首页</a> | <a href="/tb/">通报</a></div>
<table><tr><td>索 引 号：</td><td>000-1</td></tr><tr><td>发文机关：</td><td>某某县安委会</td></tr></table>
<div id="con"><p>各镇要<b>立即</b>排查隐患，\n逐一建立台账。<br>月底前报送。</p><ul><li>一是查</li><li>二是改</li></ul>
<p>见<a href="../a/b.html#x">附件</a><a href="javascript:void(0)">打印</a></p></div>
<!-- 注释 --><noscript>请开启脚本</noscript></body></html>"""


def read(body: bytes, url: str = "a.txt", media_type: str | None = None) -> Page:
    return read_bytes(body, source="file", url=url, media_type=media_type)


def test_the_text_of_a_plain_file_keeps_its_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "讲话.txt"
    path.write_bytes("\ufeff同志们:\r\n各镇要报送。\r末行\n".encode())
    page = read_file(path, max_bytes=1000)
    assert page.text == "同志们:\r\n各镇要报送。\r末行\n"
    assert (page.url, page.source, page.media_type) == (str(path), "file", "text/plain")


def test_a_page_is_known_by_source_and_address() -> None:
    one, other = read("通报".encode()), read("通报二".encode())
    assert one.id == other.id
    assert one.body_sha256 != other.body_sha256
    assert read("通报".encode(), "b.txt").id != one.id
    assert canonical("http://A.example") == "http://a.example/"


def test_a_web_page_gives_one_line_per_element_and_loses_nothing_visible() -> None:
    page = read(WEB_PAGE.encode(), "https://www.a.example/tb/1.html")
    assert page.text.split("\n") == [
        "首页 | 通报",
        "索 引 号：\t000-1",
        "发文机关：\t某某县安委会",
        "各镇要立即排查隐患， 逐一建立台账。",
        "月底前报送。",
        "一是查",
        "二是改",
        "见附件打印",
    ]
    assert [block.span.of(page.text) for block in page.blocks] == page.text.split("\n")
    assert page.blocks[3].path == "html/body/div[2]#con/p"
    assert page.blocks[0].link_density > 0.5 > page.blocks[3].link_density
    assert page.metadata["title"] == "关于火灾的通报_某某县"
    assert page.metadata["meta:articletitle"] == "关于火灾的通报"
    assert page.metadata["table:发文机关"] == "某某县安委会"
    assert page.links == (
        ("https://www.a.example/", "首页"),
        ("https://www.a.example/tb/", "通报"),
        ("https://www.a.example/a/b.html#x", "附件"),
    )


def test_the_raw_text_of_a_web_page_is_the_same_again() -> None:
    body = WEB_PAGE.encode()
    assert read(body, "a.html") == read(body, "a.html")


def test_base_and_broken_addresses() -> None:
    page = parse_html(
        "<base href='https://b.example/x/'><a href='y'>y</a><a href='http://[bad'>z</a>", url="https://a.example/"
    )
    assert page.links == (("https://b.example/x/y", "y"),)


def test_content_decides_over_the_name(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(b"<!DOCTYPE html><html><body><p>" + "各镇要报送。".encode() + b"</p></body></html>")
    assert read_file(path, max_bytes=1000).text == "各镇要报送。"
    assert read_file(path, max_bytes=1000, media_type="text/plain").text.startswith("<!DOCTYPE")
    residue = tmp_path / "residue.txt"
    residue.write_text("各镇要报送。/SPAN> 严肃问责<br>。", encoding="utf-8")
    assert read_file(residue, max_bytes=1000).media_type == "text/plain"


def test_paragraphs_and_tables_of_a_docx() -> None:
    document = docx.Document()
    document.add_paragraph("关于火灾的通报")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "单位", "数量\n(起)"
    document.add_paragraph("各镇要报送。")
    file = io.BytesIO()
    document.save(file)
    page = read(file.getvalue(), "a.bin")
    assert page.text == "关于火灾的通报\n单位\t数量 (起)\n各镇要报送。"
    assert [block.tag for block in page.blocks] == ["p", "tr", "p"]


@pytest.mark.parametrize("path", sorted(SITE.glob("tongzhi/fujian/*")), ids=lambda path: path.name)
def test_attachments_of_the_sample_site(path: Path) -> None:
    page = read_file(path, max_bytes=10_000_000)
    assert "地质灾害" in page.text
    assert page.text == read_file(path, max_bytes=10_000_000).text
    check_partition(clean_page(page))


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ENCRYPTED_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"3 0 obj<</Filter/Standard/V 1/R 2/O<" + b"00" * 32 + b">/U<" + b"11" * 32 + b">/P -4>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<01><01>]/Size 4>>\nstartxref\n0\n%%EOF"
)


@pytest.mark.parametrize(
    ("body", "name", "cure"),
    [
        (b"", "empty", "saved"),
        (b" \r\n\t ", "empty", "saved"),
        (b"<html><body><img src=a></body></html>", "no text", "check"),
        ("……——!".encode(), "no text", "check"),
        (OLE + "WordDocument".encode("utf-16-le"), "old Word file", "PDF"),
        (OLE + "WpsDocument".encode("utf-16-le"), "WPS", "PDF"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted office", "PDF"),
        (zipped("OFD.xml"), "OFD", "PDF"),
        (zipped("xl/workbook.xml"), "XLSX", "text"),
        (zipped("a.txt"), "ZIP", "unpack"),
        (zipped("word/document.xml"), "DOCX", "damaged"),
        (ENCRYPTED_PDF, "PDF", "encrypted"),
        (b"%PDF-1.4\nnothing", "PDF", ""),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG", "character recognition"),
        (b"\x00\x01\x02\x03" * 100, "binary", "text"),
    ],
)
def test_what_nobody_reads_is_refused_by_name(body: bytes, name: str, cure: str) -> None:
    with pytest.raises(LayoutError) as caught:
        read(body, "folder/a.dat")
    assert caught.value.thing == "folder/a.dat"
    assert name in str(caught.value)
    assert cure in caught.value.cure
    assert "\n" not in str(caught.value)


def test_missing_large_and_folders(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"a" * 2000)
    for path, place in ((tmp_path / "none.txt", "no such file"), (large, "max_bytes"), (tmp_path, "folder")):
        with pytest.raises(FetchError, match=place):
            read_file(path, max_bytes=1000)


def test_wide_encodings_are_text() -> None:
    assert sniff("通报".encode("utf-16"), url="a.txt") == "text"
    assert read("各镇要报送。".encode("utf-16"), "a.txt").text == "各镇要报送。"


def test_ten_thousand_open_tags_are_read() -> None:
    page = read(b"<html><body>" + b"<div>" * 10_000 + "各镇要报送。".encode(), "a.html")
    assert "各镇要报送。" in page.text
    assert max(len(block.path) for block in page.blocks) < 1000


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_page_or_one_clear_error(body: bytes) -> None:
    page, cure = None, ""
    try:
        page = read(body)
    except LayoutError as problem:
        cure = problem.cure
    assert page is not None or cure
    if page is not None:
        check_partition(clean_page(page))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div class='nav'>",
                "</div>",
                "<a href='x'>",
                "</a>",
                "各镇要报送,不得拖延。",
                "<td>",
                "<br>",
                "<b>",
                "\n",
                "通报",
                "<pre>",
                "&nbsp;",
            ]
        ),
        max_size=30,
    )
)
def test_any_tags_keep_blocks_and_text_together(parts: list[str]) -> None:
    page = parse_html("<html><body>" + "".join(parts))
    assert "\n".join(block.span.of(page.text) for block in page.blocks) == page.text


LINKED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
{"@type": "WebSite", "name": "云河网"}, {"@type": "NewsArticle", "headline": "防汛通报",
"datePublished": "2022-05-06T08:00:00+08:00", "author": [{"name": "县水利局"}], "publisher": {"name": "云河网"}}]}</script>"""


def test_json_ld_is_metadata() -> None:
    page = parse_html(LINKED + "<p>各镇要报送。</p>")
    assert page.text == "各镇要报送。"
    assert {key: value for key, value in page.metadata.items() if key.startswith("ld:")} == {
        "ld:headline": "防汛通报",
        "ld:datepublished": "2022-05-06T08:00:00+08:00",
        "ld:author": "县水利局",
        "ld:publisher": "云河网",
    }
    document = clean_page(
        read(("<html>" + LINKED + "<p>各镇要在月底前报送防汛物资台账,不得拖延。</p>").encode(), "a.html")
    ).documents[0]
    assert (document.hints["published_on"], document.hints["source"]) == ("2022-05-06", "云河网")


@pytest.mark.parametrize(
    "broken", ["{", "[" * 50_000, '{"datePublished": {"name": 3}}', '[1, null, {"pubDate": []}]', "\ud83d"]
)
def test_broken_json_ld_says_nothing(broken: str) -> None:
    page = parse_html(f"<script type='application/ld+json'>{broken}</script><p>各镇要报送。</p>")
    assert page.text == "各镇要报送。"
    assert not [key for key in page.metadata if key.startswith("ld:")]
