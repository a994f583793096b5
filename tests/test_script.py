"""Traditional and simplified script: the conversion keeps offsets, the test keeps simplified lines."""

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.text.script import by_character, fold, is_traditional, script_of, to_simplified, traditional_stretches

ANY = st.text(max_size=60) | st.text("縣會議著陜乾後麼隨著名县会议\ud800\x00。\n", max_size=60)


@given(ANY)
def test_conversion_and_folding_keep_the_length(text: str) -> None:
    assert len(to_simplified(text)) == len(text)
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.text("於菟計畫鍾覆乾坤隆麼瞭解藉慰沈深陞么會議。,\n縣⿰\ue000a", max_size=60))
def test_the_table_converts_as_opencc_does(text: str) -> None:
    assert by_character(text) in ("", opencc.OpenCC("t2s").convert(text))


def test_the_table_knows_what_phrases_convert_otherwise() -> None:
    assert by_character("會計計畫,乾隆年間曬乾") == "会计计划,乾隆年间晒干"


@given(ANY)
def test_stretches_are_disjoint_and_inside(text: str) -> None:
    end = 0
    for span in traditional_stretches(text):
        assert end <= span.start < span.end <= len(text)
        end = span.end


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("隨著", "随着"),
        ("著力", "着力"),
        ("顯著", "显著"),
        ("著名", "著名"),
        ("跟著名師", "跟着名师"),
        ("配合著", "配合着"),
        ("合著", "合著"),
        ("討論著", "讨论着"),
        ("論著", "论著"),
        ("陜西", "陕西"),
        ("陝西", "陕西"),
        ("乾淨", "干净"),
        ("乾坤", "乾坤"),
        ("瞭解", "了解"),
        ("瞭望", "瞭望"),
    ],
)
def test_characters_with_two_readings(traditional: str, simplified: str) -> None:
    assert to_simplified(traditional) == simplified


@pytest.mark.parametrize(
    ("line", "page", "answer"),
    [
        ("全縣安全生產會議", False, True),
        ("县领导李錕、馬某某出席会议并讲话", False, False),
        ("后来在家里干完了这件事", False, False),
        ("縣領導講話", False, True),
        ("縣長", False, False),
        ("縣長", True, True),
        ("乾隆年间的著作", True, False),
    ],
)
def test_which_lines_are_traditional(line: str, *, page: bool, answer: bool) -> None:
    assert is_traditional(line, page=page) is answer


def test_a_line_that_holds_both_is_parted_at_sentences() -> None:
    text = "會議強調,要落實監管責任。以上内容由网友整理发布,仅供参考学习。縣長總結講話。"
    found = "".join(span.of(text) for span in traditional_stretches(text))
    assert found == "會議強調,要落實監管責任。縣長總結講話。"


def test_japanese_stays() -> None:
    assert traditional_stretches("会議を開催し、関係機關の責任を強調した。説明する。") == ()


def test_script_of_a_page() -> None:
    assert script_of("會議強調\n县") == "traditional"
    assert script_of("会议强调,由李錕") == "simplified"
