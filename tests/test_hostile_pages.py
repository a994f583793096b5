"""Pages made to hurt: time and memory stay in proportion to length, and the partition holds."""

import io
import time
import zipfile

import pytest

from policymine.cleaning import check_partition, clean_page
from policymine.errors import LayoutError
from policymine.model import Page
from policymine.sources import office
from policymine.sources.reading import read_bytes

ORDER = "各镇要在月底前报送台账。"
SIZE = 30_000


@pytest.mark.parametrize(
    "text",
    ["X" * SIZE, "X年" * (SIZE // 2), "某" * SIZE, "*县" * (SIZE // 2), "?" * SIZE, "(" * SIZE,
     "、先后" * (SIZE // 3), "20xx年X月" * (SIZE // 7),
     "\ud800" * SIZE, "安(an)" * (SIZE // 5), " \n" * (SIZE // 2), "篇1\n" * (SIZE // 10), "<p>" * (SIZE // 3)],
    ids=lambda text: ascii(text[:6]),
)  # fmt: skip
def test_monotonous_text_is_cleaned_in_proportion_to_its_length(text: str) -> None:
    began = time.process_time()
    check_partition(clean_page(Page("p", "file", "p.txt", None, "0", f"{ORDER}\n{text}\n{ORDER}")))
    assert time.process_time() - began < 8


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 10_000, "<b>" * 10_000, "<table><tr><td>" * 3_000, "<p " + "a=1 " * 20_000 + ">",
     "<!--" * 10_000, "<a href='x'>" * 5_000,
     "&" * SIZE, "&#xD800;" * 5_000, "<br>" * 20_000, "</p>" * 20_000],
    ids=lambda markup: markup[:8],
)  # fmt: skip
def test_monotonous_markup_is_read_in_proportion_to_its_length(markup: str) -> None:
    began = time.process_time()
    body = f"<html><body><p>{ORDER}</p>{markup}".encode()
    check_partition(clean_page(read_bytes(body, source="file", url="a.html", media_type="text/html")))
    assert time.process_time() - began < 8


def test_nothing_is_unpacked_beyond_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "LARGEST_UNPACKED", 1_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(2_000_000))
    assert len(file.getvalue()) < 5_000
    with pytest.raises(LayoutError, match="unpacks to more"):
        read_bytes(file.getvalue(), source="file", url="a.docx", media_type=None)
    with pytest.raises(LayoutError, match="gzip"):
        read_bytes(b"\x1f\x8b\x08\x00" + bytes(100), source="file", url="a.gz", media_type=None)


@pytest.mark.parametrize("charset", ["big5", "utf-16", "utf-7", "rot13", "no-such", "gbk", "\x00"])
def test_lying_charsets_change_nothing(charset: str) -> None:
    page = read_bytes(ORDER.encode() * 4, source="file", url="a.txt", media_type=None, charset=charset)
    assert page.text == ORDER * 4


@pytest.mark.parametrize(
    "inside", ["\x01各镇要排查", "<i 厖='1' a='\x02'>各镇要排查", "<br></p></div>各镇要排查<![CDATA[", "<p:q>各镇要排查"]
)
def test_damage_inside_deep_nesting_leaves_the_text(inside: str) -> None:
    """What breaks off inside, names no element can have, characters no tree can hold."""
    body = ("<p>通报</p>" + "<b>" * 4_000 + inside).encode()
    assert "各镇要排查" in read_bytes(body, source="hostile", url="deep.html", media_type="text/html").text
