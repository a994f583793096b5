"""Numerals: what they read as, and that nothing else reads as one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.text.numerals import LONGEST, digit_string, integer, narrow, parse_number

READINGS = {
    "零": "0", "十": "10", "十二": "12", "二十": "20", "一百零五": "105", "一百五": "150", "三千零六": "3006",
    "两万五": "25000", "三万五千亿": "3500000000000", "一亿零三": "100000003", "四千零四万": "40040000", "廿三": "23",
    "卅一": "31", "壹仟贰佰叁拾肆": "1234", "1,050,000": "1050000", "１２．５": "12.5", "3.5万": "35000",
    "5亿1万4千6百": "500014600", "3万4000": "34000", "二〇二二": "2022", "三点一四": "3.14", "负十": "-10", "-3.5": "-3.5",
    "四分之三": "0.75", "一又二分之一": "1.5", "3/4": "0.75", "2e3": "2000", "半": "0.5", "100k": "100000",
    "十万零三百": "100300",
}  # fmt: skip
NONE = ["", "个", "第十", "十十", "1,2", "三四百个", "十一十二", "一/零", "1.2.3", "万个"]


@pytest.mark.parametrize(("text", "value"), READINGS.items())
def test_reading(text, value):
    assert parse_number(text) == Decimal(value)
    assert "E" not in str(parse_number(text))


@pytest.mark.parametrize("text", NONE)
def test_no_reading(text):
    assert parse_number(text) is None


DIGITS = "零一二三四五六七八九"


def spoken(number):
    """A number below ten thousand in Chinese, written by other means than the reader uses."""
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return text


@given(st.integers(1, 9999), st.integers(0, 9999))
def test_what_is_spoken_is_read(high, low):
    rest = spoken(low) if low >= 1000 or not low else "零" + spoken(low)
    assert parse_number(spoken(high) + "万" + rest) == high * 10_000 + low
    assert integer(spoken(high)) == high


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_arabic_numbers_read_as_themselves(number):
    assert parse_number(f"{number:f}") == number


@given(st.text(max_size=100))
def test_any_text_reads_as_a_number_or_none(text):
    found = parse_number(text)
    assert found is None or found.is_finite()
    assert len(narrow(text)) == len(text)


def test_what_is_longer_than_any_number_is_none():
    assert parse_number("1" * (LONGEST + 1)) is None
    assert parse_number("1" * 1_000_000) is None


def test_digit_strings_keep_their_zeros():
    assert digit_string("零零七") == "007"
    assert digit_string("十") is None
