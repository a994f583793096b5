"""Pages made to hurt: time and memory stay in proportion to length, and the partition holds."""

import io
import time
import zipfile
from itertools import count

import pytest

from policymine.cleaning import check_partition, clean_page
from policymine.errors import LayoutError
from policymine.model import Page
from policymine.sources import html, office
from policymine.sources.links import plain_targets, read_links
from policymine.sources.reading import read_bytes
from tests.growth import grows_in_proportion

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


def test_a_long_run_of_letters_costs_no_square() -> None:
    rounds = count()

    def clean(run: str) -> object:  # another text each time: what was read of the last one is kept
        return clean_page(Page("p", "file", "p.txt", None, "0", f"{ORDER}\n体育{run}\n{ORDER}{next(rounds)}"))

    assert grows_in_proportion(clean, "X", short=1_200)


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


@pytest.mark.parametrize(
    ("bound", "inside", "told"),
    [
        ("MOST_TAGS", "<p>字</p>" * 150, "tags"),
        ("MOST_TAGS", "<br>" * 300, "tags"),
        ("MOST_TAGS", "<table>" + "<tr><td>字" * 150, "tags"),
        ("MOST_LINES", "<pre>" + "字\n" * 300, "lines"),
        ("MOST_LINES", "字<br>" * 300, "lines"),
    ],
)
def test_a_page_of_nothing_but_tags_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, bound: str, inside: str, told: str
) -> None:
    body = f"<html><body><p>{ORDER}</p>{inside}".encode()
    assert ORDER in read_bytes(body, source="file", url="a.html", media_type="text/html").text
    monkeypatch.setattr(html, bound, 250)
    with pytest.raises(LayoutError, match=told):
        read_bytes(body, source="file", url="a.html", media_type="text/html")


def test_an_element_of_thousands_of_attributes_is_refused_and_one_of_many_words_is_not() -> None:
    """The parser compares each attribute of an element with every other one."""
    rest = f"<p>{ORDER}</p>" * 8_000
    many = " ".join(f"a{number}=1" for number in range(1_500))
    for element in (f"<p {many}>", f"<p title='>' {many}>", f'<p title = "<b>" {many}', f'<p a=b"c {many}>'):
        with pytest.raises(LayoutError, match="attributes"):
            read_bytes(f"<html><body>{rest}{element}".encode(), source="file", url="a.html", media_type="text/html")
    for element in (f'<p title="{many}">', f"<p data-x='{many}' class=a>", f"<p>{many}"):
        page = read_bytes(f"<html><body>{rest}{element}".encode(), source="file", url="a.html", media_type="text/html")
        assert page.text.count(ORDER) == 8_000


def test_no_links_are_looked_for_in_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"<a href='/t20220301_1.html'>x</a>" * 200
    assert len(plain_targets(body, url="http://a.example/")) == 200
    monkeypatch.setattr(html, "MOST_TAGS", 250)
    assert plain_targets(body, url="http://a.example/") == [] == read_links(body, url="http://a.example/")


def test_a_base_that_no_browser_keeps_is_left_out() -> None:
    body = f"<head><base href='http://b.example/{'x/' * 2_000}'></head><p>{ORDER}</p><a href='c.htm'>下一篇</a>"
    assert html.parse_html(body, url="http://a.example/t.htm").links == (("http://a.example/c.htm", "下一篇"),)
