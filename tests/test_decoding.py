"""Bytes to text: the encoding is found whatever is declared, and one lost byte costs one character."""

import difflib
import random

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.sources.decoding import decode

TEXT = (
    "各乡镇人民政府、县直各单位：为进一步加强安全生产工作，严防各类事故发生，经县政府研究同意，现将有关事项通知如下。一、提高思想认识，"
    "切实增强责任感和紧迫感。各单位主要负责人是第一责任人，要亲自研究部署，分管领导要靠前指挥，层层压实责任。二、突出重点行业，全面开展"
    "排查整治。要对道路交通、建筑施工、危险化学品、消防等领域开展拉网式检查，建立台账，逐项销号。三、强化应急值守，严格信息报送。"
)
CODECS = {"utf-8": "utf-8", "gb18030": "gb18030", "big5": "big5hkscs"}


def written(encoding: str, length: int) -> str:
    text = (TEXT * 12)[:length]
    return opencc.OpenCC("s2tw").convert(text) if encoding == "big5" else text


@pytest.mark.parametrize("encoding", CODECS)
@pytest.mark.parametrize("length", [60, 300, 2000])
def test_one_lost_byte_does_not_hide_the_encoding(encoding: str, length: int) -> None:
    draw = random.Random(length)
    text = written(encoding, length)
    code = text.encode(CODECS[encoding])
    for _ in range(12):
        lost = draw.randrange(len(code))
        decoded = decode(code[:lost] + code[lost + 1 :], declared=draw.choice([None, "utf-8", "gbk", "big5", "nonsense"]))
        assert decoded.encoding == encoding
        blocks = difflib.SequenceMatcher(None, text[:400], decoded.text[:400], autojunk=False).get_matching_blocks()
        assert sum(block.size for block in blocks) >= len(text[:400]) - 4


@pytest.mark.parametrize("encoding", CODECS)
@pytest.mark.parametrize("declared", [None, "utf-8", "GB2312", "big5", "iso-8859-1", "no such thing", "\x00"])
def test_whole_texts_come_back(encoding: str, declared: str | None) -> None:
    text = written(encoding, 120) + "\r\n第二行\tA\n" * (encoding != "big5")
    decoded = decode(text.encode(CODECS[encoding]), declared=declared)
    assert decoded.text == text
    assert decoded.encoding == encoding
    assert decoded.lost == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_goes(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), declared="gbk").text == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark(encoding: str) -> None:
    page = "<html><body>" + TEXT[:20] + "<p class='a'>speech</p><div>and some more mark-up</div></body></html>"
    assert decode(page.encode(encoding)).text == page


def test_the_two_characters_that_look_like_utf8() -> None:
    assert decode("联通".encode("gbk")).text == "联通"


def test_other_scripts_that_are_declared() -> None:
    assert decode("café à la carte".encode("latin-1"), declared="iso-8859-1").text == "café à la carte"


def test_newlines_and_nuls_stay() -> None:
    assert decode(b"a\r\nb\rc\x00\n").text == "a\r\nb\rc\x00\n"


def test_lost_bytes_are_counted_and_told() -> None:
    code = TEXT.encode("gb18030")
    decoded = decode(code[:41] + code[42:], declared="utf-8")
    assert decoded.lost == decoded.text.count("\ufffd") == 1
    assert [issue.code for issue in decoded.issues] == ["encoding_differs", "bytes_lost"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "gbk", "big5", "utf-16", "utf-7", "idna", "rot13", "zlib"]))
def test_any_bytes_give_a_text(body: bytes, declared: str | None) -> None:
    decoded = decode(body, declared=declared)
    decoded.text.encode("utf-8")
    assert decoded == decode(body, declared=declared)
