"""The numbers of an amount: from the groups of a rule to value, upper value, unit and bound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from policymine.text.numerals import parse_number

SCALES: Final = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
TAILS: Final = {"多": "MORE", "有余": "MORE", "开外": "MORE", "左右": "APPROX", "上下": "APPROX"}
SYMBOLS: Final = {
    "¥": "元",
    "人民币": "元",
    "$": "美元",
    "US$": "美元",
    "美元": "美元",
    "€": "欧元",
    "£": "英镑",
    "HK$": "港元",
    "港币": "港元",
}
MONEY: Final = {
    "块": "元", "块钱": "元", "圆": "元", "元整": "元", "圆整": "元", "元人民币": "元", "人民币": "元", "蚊": "元",
    "元美元": "美元", "元欧元": "欧元", "元港币": "港元", "美圆": "美元", "美金": "美元", "港币": "港元",
}  # fmt: skip
ODD: Final = frozenset({"redacted", "neighbours", "few", "parts", "half_only", "double"})
"""What a rule gives whose groups are read in a way of their own."""
NEGATIVE, POINT = re.compile("负|零下|-|倒数"), re.compile("[.点]")
SOME: Final = re.compile("(.*?[十百千万亿零])[几]([万亿]*)")
SCALED: Final = re.compile("([万亿]+|[百千])$")


class Amount(NamedTuple):
    """The numbers of an amount."""

    value: Decimal | None
    value_to: Decimal | None = None
    unit: str | None = None
    mod: str | None = None


def read(groups: Mapping[str, str], gives: Mapping[str, Any]) -> Amount | None:
    """The amount that the groups of a match say, or None when they are no number.

    >>> read({"low": "300", "more": "余", "scale": "万", "unit": "元"}, {})
    Amount(value=Decimal('3000000'), value_to=None, unit='元', mod='MORE')
    """
    unit = _unit(groups, gives)
    if not ODD.isdisjoint(gives):
        return _odd(groups, gives, unit)
    if "than" in groups:
        low = _number(groups["low"])
        return None if low is None else Amount(low, None, unit, "MORE" if groups["than"] in "大多高" else "LESS")
    if "half" in groups and gives.get("discount"):
        return Amount(Decimal(50), None, unit)
    if "full" in groups:
        return Amount(_signed(Decimal(100), groups), None, unit, _tail(groups.get("tail")))
    low = _number(groups["low"], groups.get("scale") if "high" not in groups else None)
    if low is None:
        return None
    if "high" in groups:
        return _range(groups, gives, unit)
    if gives.get("discount"):
        return Amount(_discounted(low, groups["low"]), None, unit)
    if (times10 := gives.get("times")) is not None:
        extra = Decimal(5) if groups.get("jiao") == "半" else parse_number(groups["jiao"]) if "jiao" in groups else Decimal(0)
        low = low * times10 + (extra or 0)
        return Amount(low, None, unit, _tail(groups.get("tail"))) if low <= 100 else None
    mod = gives.get("mod") or _tail(groups.get("tail")) or ("MORE" if "more" in groups else None)
    return Amount(_signed(low, groups), None, unit, mod)


def _odd(groups: Mapping[str, str], gives: Mapping[str, Any], unit: str | None) -> Amount | None:
    """The amount that a rule of one of the `ODD` kinds found."""
    if "redacted" in gives:
        return Amount(None, None, unit, _tail(groups.get("tail")))
    if "neighbours" in gives or "few" in gives:
        return _approximate(groups, gives, unit)
    if "parts" in gives:
        return _with_parts(groups, gives, unit)
    if "half_only" in gives:
        return Amount(Decimal("0.5"), None, unit)
    times = parse_number(groups["low"])
    return None if times is None else Amount(Decimal(2) ** int(times), None, "倍")


def _signed(value: Decimal, groups: Mapping[str, str]) -> Decimal:
    sign = groups.get("sign", "")
    return -value if sign and value and NEGATIVE.search(sign) else value


def _number(text: str, scale: str | None = None) -> Decimal | None:
    cleaned = text.strip()
    if cleaned == "半百":
        return Decimal(50)
    if "几" in cleaned and (some := SOME.fullmatch(cleaned)):
        value = parse_number(some[1].rstrip("零"))
        return None if value is None else _scaled(value, some[2])
    value = parse_number(cleaned)
    return None if value is None else _scaled(value, scale or "")


def _scaled(value: Decimal, scale: str) -> Decimal:
    for character in scale.strip():
        value *= SCALES[character]
    return value


def _tail(tail: str | None) -> str | None:
    if not tail:
        return None
    if tail in TAILS:
        return TAILS[tail]
    if "上" in tail or "更多" in tail:
        return "EQUAL_OR_MORE"
    return "EQUAL_OR_LESS" if "下" in tail or "内" in tail else None


def _unit(groups: Mapping[str, str], gives: Mapping[str, Any]) -> str | None:
    if gives.get("sign_unit"):
        return SYMBOLS.get(groups.get("sym", ""), "元")
    written = groups.get("unit") or groups.get("yuan") or gives.get("unit")
    return None if written is None else _named(str(written))


@lru_cache(maxsize=1 << 12)
def _named(unit: str) -> str:
    """A unit without blanks, money by its usual name."""
    bare = "".join(unit.split())
    return MONEY.get(bare, bare)


def _approximate(groups: Mapping[str, str], gives: Mapping[str, Any], unit: str | None) -> Amount | None:
    scale = Decimal(1)
    for character in groups.get("big", ""):
        scale *= SCALES[character]
    if gives.get("few"):
        return Amount(scale, scale * 10, unit, None)
    low, high = parse_number(groups["a"]), parse_number(groups["b"])
    if low is None or high is None or not (high - low == 1 or (int(low), int(high)) == (3, 5)):
        return None
    return Amount(low * scale, high * scale, unit, "APPROX")


def _with_parts(groups: Mapping[str, str], gives: Mapping[str, Any], unit: str | None) -> Amount | None:
    """九块九毛九, 三米九, 三斤半, 零下25度: the tenths and hundredths behind the unit."""
    whole = _number(groups.get("low", "0")) if groups.get("low") else Decimal(1 if "low" in groups or "yuan" in groups else 0)
    if whole is None or ("jiao" in groups and whole % 1):
        return None
    total = whole
    for name, step in (("jiao", Decimal("0.1")), ("fen", Decimal("0.01"))):
        if name in groups:
            digits = groups[name]
            number = parse_number(digits.lstrip("零"))
            if number is None:
                return None
            total += number * (Decimal("0.01") if digits.startswith("零") and name == "jiao" else step)
    if "half" in groups:
        total += Decimal("0.5")
    if not total and "low" not in groups:
        return None
    return Amount(_signed(total, groups), None, unit, _tail(groups.get("tail")))


def _discounted(value: Decimal, text: str) -> Decimal | None:
    if value >= 10 and not POINT.search(text):
        return value if value < 100 else None
    return value * 10 if value <= 10 else value


def _range(groups: Mapping[str, str], gives: Mapping[str, Any], unit: str | None) -> Amount | None:
    low, high = _number(groups["low"]), _number(groups["high"], groups.get("scale"))
    if low is None or high is None:
        return None
    if gives.get("both"):
        first, second = _upper(groups["wa"], groups.get("big")), _upper(groups["wb"], groups.get("small"))
        if first == second:
            return None
        low, high = (high, low) if first else (low, high)
    end = SCALED.search(groups["high"] + groups.get("scale", "").strip())
    if end and low < high and not groups["low"].endswith(tuple("万亿百千十")) and low * _scale(end[1]) <= high:
        low *= _scale(end[1])
    if low > high:
        return None
    if "lowunit" in groups and not unit:
        unit = MONEY.get(groups["lowunit"], groups["lowunit"])
    return Amount(_signed(low, groups), high, unit, _tail(groups.get("tail")) if groups.get("tail") in ("左右",) else None)


def _upper(word: str, size: str | None) -> bool:
    """Whether a comparison bounds from above."""
    if word == "比":
        return size == "小"
    return word.startswith(("小", "少", "低", "最多", "不大", "不超", "不多"))


def _scale(text: str) -> Decimal:
    value = Decimal(1)
    for character in text:
        value *= SCALES[character]
    return value
