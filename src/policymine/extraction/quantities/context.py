"""What stands around a number: bounds before it, what it is counted per, what is counted, and what makes it no amount."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from policymine.extraction.prefixes import branches
from policymine.extraction.quantities.values import SCALES
from policymine.model import Span
from policymine.rules import Patterns, load

PACKAGE: Final = "policymine.extraction.quantities"
CONTEXT: Final = Patterns(PACKAGE, "quantities", "context")
LEADS: Final = Patterns(PACKAGE, "quantities", "leads", behind="[ ]{0,2}$")
"""What bounds a number; it ends where the number starts."""
PHRASE: Final = 60
ORDER: Final = ("EQUAL_OR_MORE", "EQUAL_OR_LESS", "MORE", "LESS", "APPROX", "APPROX_EQUAL")
FAR_WORDS: Final = re.compile("至少|不少于|不低于|最多|不超过|不得超过|至多")
FAR: Final = re.compile(r"(?P<more>至少|不少于|不低于)|(?P<less>最多|不超过|不得超过|至多)")
PASSED: Final = re.compile("[0-9]{2}|.[十百千万亿]|[0-9]+[万亿]")
GIVING: Final = re.compile("(?:拥有|配备|不少于|至少|有|补助|奖励|安排|设|新增|达到?|约|为|给予|资助|最高)+ ?$")
LAST_HAN, HAN, FEW = re.compile(r"[一-鿿]*\Z"), re.compile("[一-鿿]"), re.compile("[一二两三四五六七八九十]{1,2}")
LONGEST_NOUN: Final = 16
POINTS: Final = re.compile(" ?(?:方面|问题是|月|时辰|一律|必须)")
DONE, DIGIT, DIGITS = re.compile("了(?!解)|曾|已"), re.compile("[0-9]"), frozenset("0123456789")
COUNTED: Final = re.compile(r"[一-鿿]{1,12}")
PUNCTUATION: Final = re.compile(r"[,，。;；:：、！？!?\n()（）“”]")


class Lead(NamedTuple):
    """A bound before a number; `touching` when nothing stands between, so that it belongs to the text."""

    start: int
    mod: str | None
    touching: bool = True


@cache
def lexicons() -> Mapping[str, Any]:
    """The lexicons of quantities.toml."""
    return load(PACKAGE, "quantities").lexicons


@cache
def verb_ends() -> frozenset[str]:
    """The last characters of the verbs between a noun and its number."""
    verbs = str(lexicons()["context"]["verbs"])
    return frozenset(verb[-1] for verb in branches(verbs.removeprefix("(?:").removesuffix(")+$")))


def lead_before(copy: str, at: int, floor: int) -> Lead | None:
    """The bound that stands before a number: right before it, or earlier in the clause for 至少 and its like."""
    window = copy[max(floor, at - 10) : at]
    if not window:
        return None
    for name in ORDER if LEADS["ends"].search(window) else ():
        if found := LEADS[name].search(window):
            if found[0].strip() == "过" and not PASSED.match(copy[at : at + 6]):
                continue
            mod = None if name == "APPROX_EQUAL" else name
            return Lead(at - len(window) + found.start(), mod)
    if not FAR_WORDS.search(copy, max(floor, at - 24), at):
        return None
    clause = PUNCTUATION.split(copy[max(floor, at - 24) : at])[-1]
    if found := FAR.search(clause):
        return Lead(at, "EQUAL_OR_MORE" if found["more"] else "EQUAL_OR_LESS", False) if not DIGIT.search(clause) else None
    return None


def base_before(copy: str, at: int) -> str | None:
    """What a ratio is counted per: 每万人口 before 20个.

    >>> base_before("每万人口20个", 4)
    '每万人口'
    """
    start = max(0, at - 16)
    if copy.find("每", start, at) < 0:
        return None
    found = CONTEXT["base"].search(copy[start:at])
    return GIVING.sub("", found[0]).strip() if found else None


def is_piece(copy: str, span: Span) -> bool:
    """Whether an amount in 块 counts things of which there are pieces, and is no money.

    >>> is_piece("拆除广告牌12块", Span(5, 8)), is_piece("交押金100块", Span(3, 7))
    (True, False)
    """
    if not copy.startswith("块", span.end - 1):
        return False
    if CONTEXT["paid"].search(copy, max(0, span.start - LONGEST_NOUN), span.start) is not None:
        return False
    if CONTEXT["piece"].match(copy, span.end) is not None:
        return True
    large = copy[span.end - 2] in "万亿"
    return not large and CONTEXT["pieces"].search(copy, max(0, span.start - LONGEST_NOUN), span.start) is not None


def subject_of(copy: str, span: Span, unit: str | None) -> str | None:
    """What is counted: the noun behind a classifier, else what the clause says before the number."""
    behind = COUNTED.match(copy, span.end)
    if behind and unit not in ("%", "元", "岁", "倍", "位"):
        noun = CONTEXT["cut"].split(behind[0], 1)[0]
        if noun:
            return noun
    before = PUNCTUATION.split(copy[max(0, span.start - 24) : span.start])[-1]
    if before[-1:] in verb_ends():
        before = CONTEXT["verbs"].sub("", before)
    named = LAST_HAN.search(before.strip()[-LONGEST_NOUN:])
    return named[0] if named is not None and len(named[0]) > 1 else None


def refused(
    copy: str,
    span: tuple[int, int],
    groups: Mapping[str, str],
    gives: Mapping[str, Any],
    *,
    lead: Lead | None,
    whole: tuple[int, int],
) -> bool:
    """Whether a number is no amount: a label, an article, an idiom, a count of points to be made, a bare figure."""
    start, end = span
    low, before = groups.get("low", ""), copy[start - 1 : start]
    if span == whole:
        return low in ("万", "千", "百", "亿", "兆")
    ordinal = gives.get("mod") == "ORDINAL"
    if ordinal or gives.get("both") or gives.get("double"):
        return False
    if before == "/" and low in SCALES:
        return True
    if not (lead and lead.touching) and CONTEXT["before_digits" if low[:1].isdigit() else "before"].search(
        copy[max(0, start - 6) : start]
    ):
        return not (before in "(/" and groups.get("unit"))
    if gives.get("bare"):
        return _bare(copy, span, groups, lead=lead, whole=whole)
    if CONTEXT["words"].match(copy, start) and low[:1] not in DIGITS:
        return True
    if before in ("“", "‘") and FEW.fullmatch(low) and groups.get("unit") != "%":
        return True
    if low == "一" and "high" not in groups and "unit" not in gives:
        return _article(copy, span, groups, lead=lead)
    unit = groups.get("unit", "")
    if unit in ("条", "点", "项", "件") and len(low) <= 2 and not low[:1].isdigit() and copy[end : end + 1] in (":", "。"):
        return True
    if low in ("万", "千", "百", "亿", "十万", "百万", "千万") and not (lead and lead.touching):
        return not groups.get("tail")
    if low[:1] not in DIGITS and CONTEXT["discourse_units"].search(unit) and len(low) <= 2:
        if before in '“"‘':
            return True
        return bool(CONTEXT["discourse"].match(copy, end))
    return unit in ("个", "点", "条", "项") and bool(POINTS.match(copy[end : end + 4]))


def _article(copy: str, span: tuple[int, int], groups: Mapping[str, str], *, lead: Lead | None) -> bool:
    """一个, 一些, 进一步: no amount, unless a required one (至少一次, 配备一名)."""
    start, end = span
    unit, before = groups.get("unit", ""), copy[max(0, start - 16) : start]
    if before.endswith("最多跑"):
        return True
    if lead is not None:
        return False
    if before[-1:] in tuple("第进统唯单每某同逐任这那哪另") or copy[end : end + 1] in tuple("性又次些不办总告"):
        return True
    if unit in ("次", "遍", "轮", "趟"):
        told = DONE.search(PUNCTUATION.split(before)[-1])
        return bool(CONTEXT["unrepeated"].search(before)) or (bool(told) and not CONTEXT["repeated"].search(before))
    if unit in ("名", "节", "场", "篇"):
        return not CONTEXT["required"].search(before)
    return unit not in ("%", "元", "万元", "倍", "岁", "吨")


def _bare(copy: str, span: tuple[int, int], groups: Mapping[str, str], *, lead: Lead | None, whole: tuple[int, int]) -> bool:
    """A number without unit counts where it is large and written out, compared, or where the text is a mere phrase."""
    start, end = span
    low = groups.get("low", "")
    if lead is not None and lead.mod is not None and lead.touching:
        single = len(low) == 1 and not low.isdigit() and bool(HAN.match(copy[end : end + 1]))
        return single or copy[end : end + 1] in tuple("年月日号时点分")
    followed = bool(HAN.match(copy[end : end + 1]))
    if whole[1] - whole[0] > PHRASE:
        return followed or not (low + groups.get("scale", "").strip()).endswith(("万", "亿"))
    if re.fullmatch(r"[零〇一二两三四五六七八九十百千万亿兆壹贰叁肆伍陆柒捌玖拾佰仟]", low):
        named = copy[start - 1 : start] in tuple('“"是有为')
        return followed or not named
    if CONTEXT["words"].match(copy, start):
        return True
    glued = re.search(r"[A-Za-z0-9.]$", copy[max(0, start - 1) : start])
    followed = bool(
        re.match(r"[年月日号点时]" if low[-1:] in "万亿" else r"[A-Za-z]|\.[0-9]|[年月日号点时]", copy[end : end + 2])
    )
    return bool(glued or followed)
