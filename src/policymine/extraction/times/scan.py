"""One pass over a text that gives the parts of its time expressions, from the words and rules of times.toml.

The scanned copy has half-width forms and simplified script and the same length, so that every offset is one of the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from opencc import OpenCC

from policymine.extraction.times.lexicon import NUMERALS, STARTS, Order, Tried, Word, lexicon
from policymine.rules import load, match_span
from policymine.text.joining import joined
from policymine.text.numerals import narrow
from policymine.text.openings import found_in
from policymine.text.remembering import Remembered

PHRASE: Final = 60
RUN: Final = re.compile(f"[{STARTS['han']}]{{30,}}")
APART: Final = re.compile("，(?<=[0-9０-９]，)(?=[0-9０-９])")
JOIN: Final = re.compile(r"[ ]{0,2}的?[ ]?")
RANGED: Final = re.compile(r"起? ?(?:至|到|[-—–~～]{1,2}) ?")
CLOCK: Final = re.compile(r" ?(?:[早晚上下中凌]|[0-9]{1,2}[:点时])")
GAP: Final = 4
"""Characters between a part and what may stand right behind it."""


class Part(NamedTuple):
    """A piece of a time expression: where, by which rule, of which kind, and what the rule and its groups say."""

    start: int
    end: int
    rule: str
    kind: str
    fields: Mapping[str, Any]


def scanned(text: str) -> str:
    """The copy that is scanned: half-width, simplified, of the same length.

    >>> scanned("２０２２年後")
    '2022年后'
    """
    return _copied(text)


def look_through(texts: Sequence[str]) -> None:
    """Looks through texts whose times will be asked for, together."""
    opened.each(_copied.each(texts))


@Remembered
def _copied(texts: Sequence[str]) -> list[str]:
    one = joined(tuple(texts))
    whole = narrow(APART.sub(";", one.text) if "，" in one.text else one.text)
    return [_simplified(whole[start:end]) for start, end in zip(one.starts.tolist(), one.ends.tolist(), strict=True)]


def _simplified(plain: str) -> str:
    if len(plain) > 400 and not _traditional().search(plain):
        return plain
    simplified: str = _converter().convert(plain)
    return simplified if len(simplified) == len(plain) else "".join(_converter().convert(c)[:1] or c for c in plain)


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile(str(load("policymine.extraction.times", "times").lexicons["around"]["traditional"]))


@cache
def _converter() -> Any:
    return OpenCC("t2s")


def scan(text: str) -> list[Part]:
    """The parts of a scanned text in reading order, not overlapping.

    >>> [(p.start, p.end, p.rule) for p in scan("请于3月15日前报送")]
    [(2, 7, 'times.month-day')]
    """
    words, orders = lexicon().words, lexicon().rules
    whole = (len(text) - len(text.lstrip()), len(text.rstrip()))
    long = len(text) > PHRASE
    numerals = {m.start() for m in lexicon().numerals.finditer(text)} if long else set()
    parts: list[Part] = []
    done, last = 0, None
    for at in sorted({*numerals, *opened(text)}) if long else every(text):
        if at < done:
            continue
        first, pair = text[at], text[at : at + 2]
        near = last is not None and at - last.end <= GAP
        numeral = first in NUMERALS
        if numeral and pair[1:] in NUMERALS and (run := RUN.match(text, at)):
            done = run.end()
            continue
        ruled = None
        if (order := orders.get(first if numeral else pair)) and (not long or not numeral or at in numerals):
            chosen = order.phrase if not long else order.behind if near else order.apart
            ruled = _rule_at(text, at, chosen, last, whole=whole)
        part = _word_at(text, at, words[pair], whole) if pair in words else None
        if ruled and (part is None or ruled.end > part.end or (ruled.rule == "times.nth" and ruled.end == part.end)):
            part = ruled
        if part:
            parts.append(part)
            done, last = part.end, part
    return parts


def every(text: str) -> list[int]:
    """The offsets of all characters that can start something."""
    return [match.start() for match in lexicon().trigger.finditer(text)]


@Remembered
def opened(texts: Sequence[str]) -> list[list[int]]:
    """The offsets at which a word, or a rule that starts with no numeral, can begin, told by the first three characters."""
    return found_in(lexicon().openings, texts)


def _word_at(text: str, at: int, words: tuple[Word, ...], whole: tuple[int, int]) -> Part | None:
    for word in words:
        if not text.startswith(word.text, at):
            continue
        end = at + len(word.text)
        if word.alone and (at, end) != whole:
            continue
        if word.unless_before and word.unless_before.search(text[max(0, at - 4) : at]):
            continue
        if word.unless_after and word.unless_after.match(text, end):
            continue
        return Part(at, end, word.rule, word.kind, word.fields)
    return None


def _rule_at(text: str, at: int, order: Order, last: Part | None, *, whole: tuple[int, int]) -> Part | None:
    for tried in order.possible(text, at):
        if tried.follows and not (last and _follows(text, last, at, tried.follows)):
            continue
        match = tried.rule.find.match(text, at)
        if not match:
            continue
        start, end = match_span(match)
        if tried.whole and not (start == whole[0] and (end == whole[1] or (tried.lead and _clocked(text, end)))):
            continue
        if tried.near and not tried.near.search(text[max(0, start - 3) : start]):
            continue
        return Part(start, end, tried.rule.id, tried.kind, _fields(tried, match))
    return None


def _fields(tried: Tried, match: re.Match[str]) -> Mapping[str, Any]:
    """What a rule gives, and the groups of its match by their bare names."""
    groups = match.groupdict()
    return {**tried.gives, **{tried.names[key]: groups[key] for key in tried.names if groups[key] is not None}}


def _clocked(text: str, end: int) -> bool:
    return bool(CLOCK.match(text[end : end + 6])) and len(text) - end < 16


def _follows(text: str, last: Part, at: int, wanted: frozenset[str]) -> bool:
    gap = text[last.end : at]
    if len(gap) > GAP:
        return False
    if "joined" in wanted and last.kind in ("moment", "span") and RANGED.fullmatch(gap):
        return True
    return bool(JOIN.fullmatch(gap)) and (last.kind in ("moment", "span", "set", "plan")) and not wanted.isdisjoint(ends(last))


def ends(part: Part) -> set[str]:
    """The grains a part reaches down to, by name, in which a finer part can follow."""
    f = part.fields
    if part.kind == "set":
        unit = f.get("unit") or f.get("u", "")
        return {"year": {"year"}, "month": {"month"}, "week": {"week", "day"}, "day": {"day"}}.get(
            set_grain(str(unit)), {"day"}
        )
    if "h" in f:
        return {"hour"}
    if "part" in f:
        return {"part"}
    if any(k in f for k in ("d", "rel_day", "wd", "festival", "ld")) or (f.get("nu", "")[-1:] in tuple("天日一二三四五六七")):
        return {"day"}
    if "rel_week" in f or f.get("nu", "")[-1:] in tuple("周期拜"):
        return {"week"}
    if any(k in f for k in ("m", "rel_month", "lm", "third")):
        return {"month"}
    if any(k in f for k in ("q", "q1", "rel_quarter", "half", "season")):
        return {"season"}
    return {"century", "decade"} if "c" in f or "de" in f or "cr" in f else {"year"}


def set_grain(unit: str) -> str:
    """The grain of a recurrence unit as written."""
    if "年" in unit:
        return "year"
    if "月" in unit or "季" in unit:
        return "month"
    return "week" if unit[-1:] in ("周", "期", "拜") else "day"
