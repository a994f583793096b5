"""One pass over a text that gives the parts of its time expressions, from the words and rules of times.toml.

The scanned copy has half-width forms and simplified script and the same length, so that every offset is one of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

from opencc import OpenCC

from policymine.errors import RuleError
from policymine.extraction.calendar import festivals, term_names
from policymine.rules import Rule, RuleSet, load, match_span
from policymine.text.numerals import narrow

STARTS = {
    "digit": "0123456789",
    "han": "〇零○一二两三四五六七八九十廿卅百千半几数",
}
PHRASE = 60
RUN = re.compile(f"[{STARTS['han']}]{{30,}}")
APART = re.compile("(?<=[0-9０-９])，(?=[0-9０-９])")
JOIN = re.compile(r"[ ]{0,2}的?[ ]?")


class Part(NamedTuple):
    """A piece of a time expression: where, by which rule, of which kind, and what the rule and its groups say."""

    start: int
    end: int
    rule: str
    kind: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Word:
    """A closed-class word with its guards."""

    text: str
    kind: str
    fields: Mapping[str, Any]
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words and rules by the character they start with, and the pattern of all such characters."""

    trigger: re.Pattern[str]
    words: Mapping[str, tuple[Word, ...]]
    rules: Mapping[str, tuple[Rule, ...]]
    numeric: re.Pattern[str]
    seconds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    grains: Mapping[str, int] = field(default_factory=dict)


GUARDS = {"kind", "words", "unless_before", "unless_after", "fuzzy"}


@lru_cache(maxsize=8)
def scanned(text: str) -> str:
    """The copy that is scanned: half-width, simplified, of the same length.

    >>> scanned("２０２２年後")
    '2022年后'
    """
    plain = narrow(APART.sub(";", text) if "，" in text else text)
    if len(plain) > 400 and not _traditional().search(plain):
        return plain
    simplified: str = _converter().convert(plain)
    return simplified if len(simplified) == len(plain) else "".join(_converter().convert(c)[:1] or c for c in plain)


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile(str(load("policymine.extraction", "times").lexicons["around"]["traditional"]))


@cache
def _converter() -> Any:
    return OpenCC("t2s")


@cache
def lexicon() -> Lexicon:
    """The words and rules of times.toml with the festivals, made ready for scanning."""
    rules = load("policymine.extraction", "times")
    words: dict[str, list[Word]] = {}
    for word in (*_words(rules), *_festivals()):
        words.setdefault(word.text[0], []).append(word)
    by_start: dict[str, list[Rule]] = {}
    for rule in rules:
        for character in dict.fromkeys(starts(rule)):
            by_start.setdefault(character, []).append(rule)
    heads = "".join(sorted({*words, *by_start} - set(STARTS["digit"])))
    trigger = re.compile(f"(?<![0-9])[0-9]|[{re.escape(heads)}]")
    longest = {c: tuple(sorted(found, key=lambda w: -len(w.text))) for c, found in words.items()}
    numeric = re.compile(rules.lexicons["around"]["numeric"])
    return Lexicon(
        trigger,
        longest,
        {c: tuple(x) for c, x in by_start.items()},
        numeric,
        _seconds(words, by_start),
        rules.lexicons["grains"],
    )


def _seconds(words: Mapping[str, list[Word]], by_start: Mapping[str, list[Rule]]) -> dict[str, frozenset[str]]:
    """The characters that can stand second, for every starting character where all its words and rules name theirs."""
    found: dict[str, frozenset[str]] = {}
    for character in {*words, *by_start}:
        rules = by_start.get(character, [])
        if character in STARTS["digit"] or character in STARTS["han"] or any("then" not in rule.gives for rule in rules):
            continue
        seconds = {word.text[1:2] for word in words.get(character, [])}
        seconds |= {c for rule in rules for x in rule.gives["then"] for c in STARTS.get(x, x)}
        if "" not in seconds:
            found[character] = frozenset(seconds)
    return found


def starts(rule: Rule) -> str:
    """The characters a match of a rule can start with; RuleError when an example starts with another."""
    found = "".join(STARTS.get(x, x) for x in rule.gives["starts"])
    for example in rule.yes:
        text = example.replace("〔", "").replace("〕", "")
        hits = [match_span(m)[0] for m in rule.spans(text)]
        if any(text[at] not in found for at in hits):
            raise RuleError("times.toml", rule.id, f"{example!r} starts with a character that `starts` lacks")
    return found


def _words(rules: RuleSet) -> Iterator[Word]:
    for entry in rules.lexicons["word"]:
        fields = {key: value for key, value in entry.items() if key not in GUARDS}
        before, after = entry.get("unless_before"), entry.get("unless_after")
        for text in entry["words"]:
            yield Word(
                text,
                entry["kind"],
                {**fields, "word": text},
                re.compile(f"(?:{before})$") if before else None,
                re.compile(after) if after else None,
                text in entry.get("fuzzy", ()),
            )


def _festivals() -> Iterator[Word]:
    loose = re.compile(r"[”\"’]?(?:期间|节|假期|长假|前后?|后|黄金周|当[天日]|[,、](?=十一|五一)|小长假|$)")
    for name, entry in festivals().items():
        bare = bool(entry.get("bare", True))
        if name == "十一":
            loose = re.compile(loose.pattern.replace("|$)", ")"))
        guard = (
            re.compile("(?!" + loose.pattern + ")")
            if not bare
            else re.compile("祥|[一-鿿]?[丰]")
            if name.endswith("国庆")
            else None
        )
        before = re.compile("[0-9一二三四五六七八九十百千第、]$") if not bare else None
        if "unless_before" in entry:
            before, guard = re.compile(entry["unless_before"] + "$"), re.compile(entry["unless_after"])
        yield Word(name, "moment", {"festival": name, "word": name}, before, guard)
    for name in term_names():
        yield Word(
            name,
            "moment",
            {"festival": name, "word": name},
            re.compile("[有到中大降下遇]$"),
            re.compile("(?!节气|时节|之?前|之?后|$|[ ,。]|那天|当[天日])"),
        )


def scan(text: str) -> list[Part]:
    """The parts of a scanned text in reading order, not overlapping."""
    words, rules, grains, seconds = lexicon().words, lexicon().rules, lexicon().grains, lexicon().seconds
    numeric, numerals = lexicon().numeric, frozenset(STARTS["digit"] + STARTS["han"])
    whole = (len(text) - len(text.lstrip()), len(text.rstrip()))
    long = len(text) > PHRASE
    parts: list[Part] = []
    done = 0
    for trigger in lexicon().trigger.finditer(text):
        at = trigger.start()
        if at < done:
            continue
        first = text[at]
        if long and first in seconds and text[at + 1 : at + 2] not in seconds[first]:
            continue
        tried = rules.get(first, ())
        if first in numerals:
            if run := RUN.match(text, at):
                done = run.end()
                continue
            if long and not numeric.match(text, at):
                tried = ()
        part = _word_at(text, at, words.get(first, ()), whole)
        ruled = _rule_at(text, at, tried, parts[-1] if parts else None, whole=whole, grains=grains) if tried else None
        if ruled and (part is None or ruled.end > part.end or (ruled.rule == "times.nth" and ruled.end == part.end)):
            part = ruled
        if part:
            parts.append(part)
            done = part.end
    return parts


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
        return Part(at, end, f"times.{word.kind}-word", word.kind, word.fields)
    return None


def _rule_at(
    text: str, at: int, rules: tuple[Rule, ...], last: Part | None, *, whole: tuple[int, int], grains: Mapping[str, int]
) -> Part | None:
    for rule in rules:
        gives = rule.gives
        follows = gives.get("follows")
        if follows and not (last and _follows(text, last, at, follows, grains)):
            continue
        match = rule.find.match(text, at)
        if not match:
            continue
        start, end = match_span(match)
        if gives.get("whole") and not (start == whole[0] and (end == whole[1] or (gives.get("lead") and _clocked(text, end)))):
            continue
        if (near := gives.get("near")) and not re.search(f"(?:{near})$", text[max(0, start - 3) : start]):
            continue
        groups = {key.rstrip("_"): value for key, value in match.groupdict().items() if value is not None and key != "span"}
        constants = {
            key: value
            for key, value in gives.items()
            if key not in ("kind", "starts", "follows", "whole", "lead", "near", "then")
        }
        return Part(start, end, rule.id, gives["kind"], {**constants, **groups})
    return None


def _clocked(text: str, end: int) -> bool:
    return bool(re.match(r" ?(?:[早晚上下中凌]|[0-9]{1,2}[:点时])", text[end : end + 6])) and len(text) - end < 16


def _follows(text: str, last: Part, at: int, wanted: list[str], grains: Mapping[str, int]) -> bool:
    gap = text[last.end : at]
    if len(gap) > 4:
        return False
    if "joined" in wanted and last.kind in ("moment", "span") and re.fullmatch(r"起? ?(?:至|到|[-—–~～]{1,2}) ?", gap):
        return True
    names = {name for name in wanted if name != "joined"}
    return bool(JOIN.fullmatch(gap)) and (last.kind in ("moment", "span", "set", "plan")) and bool(names & ends(last))


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
