"""What rules find in a text that many steps look through: one look at it instead of one for every step."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from policymine.rules import Rule, load
from policymine.text.prefilter import Scanner

OUT_OF_STEP = "out of step"
"""Stands for `pinyin-desync` and `lone-byte` together: of two that begin at one place the first."""
MARKS = "marks"
"""Stands for what hides something in a clean text."""
SHORT = 2400
"""Characters up to which a text shows its genre as a whole, not in samples."""
_ELSEWHERE = frozenset(
    {"repairs.question", "repairs.kept-space", "repairs.hard-wrap", "repairs.pinyin-desync", "repairs.lone-byte"}
)
"""Rules that are tried on something else than a whole text, or not alone."""
_BEGUN_OFTEN: Mapping[str, str] = {
    "repairs.pinyin": "(（",
    "repairs.space-in-date": " \u00a0",
    "repairs.space-before-mark": " \u00a0",
    "repairs.stray-space": " \u00a0",
    "repairs.page-number": "-—－–/页g",
}
"""Rules whose matches begin with what a spaced page is full of, and the characters of which each needs one."""
_SPACED = 100
"""Characters for each space below which `re` finds these rules faster than one look at the places where they may begin."""


@cache
def _scanner(*left_out: str) -> tuple[Scanner, tuple[str, ...]]:
    listed = load("policymine.cleaning", "repairs")
    rules = [rule for rule in listed if rule.id not in _ELSEWHERE and rule.id not in left_out]
    slipped = re.compile(f"{listed['pinyin-desync'].find.pattern}|{listed['lone-byte'].find.pattern}")
    return Scanner([*(rule.find for rule in rules), slipped]), (*(rule.id for rule in rules), OUT_OF_STEP)


@lru_cache(maxsize=2)
def matches(text: str) -> Mapping[str, Sequence[re.Match[str]]]:
    """The matches of every rule that has any, by its id.

    >>> {rule: [match.start() for match in found] for rule, found in matches("各镇?要排查，，整改").items()}
    {'repairs.question-watermark': [2], 'repairs.doubled-mark': [6]}
    """
    spaced = _SPACED * (text.count(" ") + text.count("\u00a0")) > len(text)
    scanner, names = _scanner(*_BEGUN_OFTEN) if spaced else _scanner()
    found: dict[str, Sequence[re.Match[str]]] = {names[number]: of for number, of in scanner.matches(text).items()}
    for rule, characters in _often() if spaced else ():
        if any(character in text for character in characters) and (every := list(rule.spans(text))):
            found[rule.id] = every
    return found


@lru_cache(maxsize=2)
def in_clean(text: str) -> Mapping[str, Sequence[re.Match[str]]]:
    """What is looked for in a clean text: the matches of each rule of oddities.toml by its id, the marks of unknowns.toml.

    In one of up to `SHORT` characters those of each rule of gate.toml, too.

    >>> {rule: [match[0] for match in found] for rule, found in in_clean("某县排查XX家企业").items()}
    {'marks': ['某', 'XX']}
    """
    scanner, names = _clean_scanner(with_gate=len(text) <= SHORT)
    return {names[number]: found for number, found in scanner.matches(text).items()}


@cache
def _clean_scanner(*, with_gate: bool) -> tuple[Scanner, tuple[str, ...]]:
    stems = ("oddities", "gate") if with_gate else ("oddities",)
    rules = [rule for stem in stems for rule in load("policymine.cleaning", stem)]
    marks = re.compile(load("policymine.cleaning", "unknowns").lexicons["marks"]["find"])
    return Scanner([*(rule.find for rule in rules), marks]), (*(rule.id for rule in rules), MARKS)


@cache
def _often() -> tuple[tuple[Rule, str], ...]:
    listed = load("policymine.cleaning", "repairs")
    return tuple((listed[name], characters) for name, characters in _BEGUN_OFTEN.items())
