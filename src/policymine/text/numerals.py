"""Reading Chinese, Arabic, financial and mixed numerals: 三千二百, 3.5万, 5亿1万4千, 壹拾贰, 二〇〇四, 三分之二.

Strings in, `Decimal` out; nothing here knows what is counted. What is no numeral reads as None, never as a guess. The time is
linear in the length, and texts longer than `LONGEST` characters read as None: nobody writes such an amount.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

import numpy as np

from policymine.text.points import BLOCK, points_of

LONGEST: Final = 64

DIGITS: Final = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **dict(zip("壹貳叁肆伍陸柒捌玖", range(1, 10), strict=True)),
    "〇": 0,
    "○": 0,
    "两": 2,
    "兩": 2,
    "俩": 2,
    "參": 3,
    "叄": 3,
    "弍": 2,
    "幺": 1,
}
SMALL: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
GREAT: Final = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
TENS: Final = {"廿": 20, "卄": 20, "卅": 30, "卌": 40}
LETTERS: Final = {"k": 10**3, "w": 10**4, "m": 10**6, "g": 10**9}
CONTEXT: Final = Context(prec=80)

REMEMBERED: Final = 1 << 14
"""Numerals whose reading is kept: the same few thousand are most of what any text holds."""

SHORT: Final = 200
"""Characters of a text from which it is quicker to replace the few forms that occur, one by one."""
WIDTH: Final = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20, ord("點"): ord("点"), ord("負"): ord("负")}
NARROWED: Final = np.arange(0x10000, dtype=np.uint32)
"""For every character of the first plane the one that it is read as."""
NARROWED[list(WIDTH)] = list(WIDTH.values())
PLAIN: Final = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?")
SCIENCE: Final = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?:[eE](-?[0-9]{1,3})|\^(-?[0-9]{1,2}))")
LETTERED: Final = re.compile(r"([0-9.,]+) ?([kKwWmMgG])")
BLANKS, APART = re.compile(r"\s+"), re.compile("[0-9] [0-9]")
MINUS: Final = re.compile("(?:负的?|-|－|−) ?")
IN_WORDS: Final = re.compile("(?:(.+?) ?又 ?)?(.+?) ?(?:分 ?之) ?(?:负)?(.+)")
STROKE: Final = re.compile("(?:([0-9]+) )?([^/ ]+)/([^/ ]+)")
POSITIONAL: Final = re.compile("[" + "".join(DIGITS) + "]{2,}")
PIECES: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?|.")


def narrow(text: str) -> str:
    """Full-width forms as half-width ones, character by character; the length stays.

    >>> narrow("２００５年")
    '2005年'
    """
    if len(text) < SHORT:
        return text.translate(WIDTH)
    blocks = [text[start : start + BLOCK] for start in range(0, len(text), BLOCK)] if len(text) > BLOCK else [text]
    return "".join([_narrowed(block) for block in blocks])


def _narrowed(block: str) -> str:
    points = points_of(block)
    narrowed = NARROWED.take(points, mode="clip")
    if points.max() >= len(NARROWED):
        narrowed = np.where(points < len(NARROWED), narrowed, points)
    return narrowed.tobytes().decode("utf-32-le", "surrogatepass")


@lru_cache(maxsize=REMEMBERED)
def parse_number(text: str) -> Decimal | None:
    """The value of a numeral, or None when the text is none.

    Reads signs (负, -), grouped and decimal Arabic digits, exponents (2e5, 2^3), 万 亿 兆 and k w m g behind digits,
    Chinese and financial numerals with decimals (三点五), colloquial ends (四百五 = 450), digit strings (二〇〇四),
    fractions (三分之二, 3/4, 一又二分之一), 半, 廿 and mixtures (3万4000, 5亿1万4千6百).

    >>> [str(parse_number(x)) for x in ("30592万", "四百五", "二〇〇四", "3.5亿", "负四分之三", "半", "两千零六")]
    ['305920000', '450', '2004', '350000000', '-0.75', '0.5', '2006']
    >>> parse_number("第十") is None
    True
    """
    if len(text) > LONGEST:
        return None
    plain = BLANKS.sub(" ", narrow(text)).strip()
    negative = bool(sign := MINUS.match(plain))
    rest = plain[sign.end() :] if sign else plain
    value = _unsigned(rest)
    if value is None:
        return None
    found = CONTEXT.normalize(value.copy_negate() if negative and value else value)
    try:
        return found.quantize(Decimal(1), context=CONTEXT) if int(found.as_tuple().exponent) > 0 else found
    except InvalidOperation:
        return None


@lru_cache(maxsize=REMEMBERED)
def integer(text: str) -> int | None:
    """The value of a numeral that is a whole number, or None.

    >>> integer("十二"), integer("２０２２"), integer("廿二"), integer("1.5")
    (12, 2022, 22, None)
    """
    value = parse_number(text)
    return int(value) if value is not None and abs(value) < 10**30 and value == value.to_integral_value() else None


def digit_string(text: str) -> str | None:
    """A string of Chinese or Arabic digits as Arabic digits, zeros kept; None when something else stands in it.

    >>> digit_string("二〇〇四"), digit_string("零六"), digit_string("２０xx")
    ('2004', '06', None)
    """
    found = [str(DIGITS[c]) if c in DIGITS else c for c in narrow(text)]
    return "".join(found) if found and all(len(c) == 1 and c.isascii() and c.isdigit() for c in found) else None


def _unsigned(text: str) -> Decimal | None:
    if not text:
        return None
    if "之" in text and (whole := IN_WORDS.fullmatch(text)):
        return _fraction(whole[1], whole[3], whole[2])
    if "/" in text and (ratio := STROKE.fullmatch(text)):
        return _fraction(ratio[1], ratio[2], ratio[3])
    if power := SCIENCE.fullmatch(text):
        base = Decimal(power[1])
        return base.scaleb(int(power[2])) if power[2] else CONTEXT.power(base, int(power[3])) if base else None
    if lettered := LETTERED.fullmatch(text):
        number = _plain(lettered[1])
        return None if number is None else number * LETTERS[lettered[2].lower()]
    return _chinese(text.replace(" ", "")) if " " not in text or not APART.search(text) else None


def _fraction(whole: str | None, over: str, under: str) -> Decimal | None:
    added, top, bottom = (_unsigned(x) if x else Decimal(0) for x in (whole, over, under))
    if added is None or top is None or not bottom:
        return None
    return CONTEXT.add(added, Context(prec=20).divide(top, bottom))


def _plain(text: str) -> Decimal | None:
    if not text or not PLAIN.fullmatch(text) or text == ".":
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _chinese(text: str) -> Decimal | None:
    """A numeral without blanks and sign."""
    if text in ("半", "半个"):
        return Decimal("0.5")
    if (arabic := _plain(text)) is not None:
        return arabic
    head, point, tail = text.partition("点")
    if point:
        fraction = digit_string(tail)
        number = _whole(head)
        return None if fraction is None or number is None else number + Decimal(f"0.{fraction}")
    return _whole(text)


def _whole(text: str) -> Decimal | None:
    """A numeral that is split at its greatest unit: left of it how many of them, right of it the rest."""
    if not text:
        return None
    if (arabic := _plain(text)) is not None:
        return arabic
    if POSITIONAL.fullmatch(text):
        return Decimal("".join(str(DIGITS[c]) for c in text))
    greatest = max((GREAT[c] for c in text if c in GREAT), default=0)
    if not greatest:
        return _section(text)
    at = max(i for i, c in enumerate(text) if GREAT.get(c) == greatest)
    left = _whole(text[:at]) if text[:at] else Decimal(1)
    rest = text[at + 1 :]
    if left is None:
        return None
    if not rest:
        return left * greatest
    if rest[0] in "零〇" and len(rest) > 1:
        rest = rest.lstrip("零〇") or "零"
    elif len(rest) == 1 and rest in DIGITS:
        return left * greatest + DIGITS[rest] * Decimal(greatest) / 10
    elif rest == "半":
        return left * greatest + Decimal(greatest) / 2
    right = _whole(rest)
    return None if right is None or right >= greatest else left * greatest + right


def _section(text: str) -> Decimal | None:
    """Below 万: 三千二百五十, 十二, 廿二, 4千6百, 四百五."""
    total, count, unit = Decimal(0), None, 10**4
    pieces = PIECES.findall(text)
    for index, piece in enumerate(pieces):
        if piece in SMALL:
            if count is None and total == 0 and index and pieces[index - 1] not in "零〇":
                return None
            if SMALL[piece] >= unit:
                return None
            unit = SMALL[piece]
            total, count = total + (Decimal(1) if count is None else count) * unit, None
        elif count is not None:
            return None
        elif piece in DIGITS:
            count = Decimal(DIGITS[piece])
            if piece in "零〇" and index + 1 < len(pieces):
                count = None
        elif piece in TENS:
            total, unit = total + TENS[piece], 10
        elif piece[0] in "0123456789":
            count = Decimal(piece)
        else:
            return None
    if count is not None:
        short = unit > 10 and unit < 10**4 and len(pieces) > 1 and pieces[-1] in DIGITS and pieces[-2] in SMALL
        total += count * (unit // 10 if short else 1)
    return total
