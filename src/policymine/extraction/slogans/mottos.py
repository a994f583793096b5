"""Mottos: parallel formulas in quotation marks, or used as a name before 的原则, 的方针 and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policymine.extraction.prefixes import heads
from policymine.model import Span
from policymine.rules import Rule, load

RULES = load("policymine.extraction.slogans", "slogans")
OPENING_MARK = re.compile(r"[“‘「『\"]")
PARTS = re.compile(r"[、，,；;\s]+")
NAMES = re.compile(rf"(?:的|之)?[^，,。；;、“”]{{0,4}}?{RULES.parts['names']}")
IDEAS = re.compile(rf"(?:的|之)?[^，,。；;、“”]{{0,4}}?(?:{RULES.parts['ideas']}|主题)")
LEADING = re.compile(RULES.lexicons["mottos"]["leading"])
NOT_BEFORE = re.compile(RULES.lexicons["mottos"]["not_before"])
NOT_AFTER = re.compile(RULES.lexicons["mottos"]["not_after"])
FORMULA, PACED = RULES["motto-quoted"], RULES["motto-paced"]
FREE = tuple(RULES[f"motto-{slug}"] for slug in ("who", "manage", "named", "repeated", "doubled", "utmost", "known"))
FRAMED = frozenset(RULES[f"motto-{slug}"].id for slug in ("named", "repeated", "utmost"))
"""The rules of which a match begins with `frame`; they are tried only there."""
FRAME = re.compile(f"[{''.join(sorted({head[0] for head in heads(RULES.parts['frame'])}))}](?<=(?={RULES.parts['frame']}).)")
"""The first character of a frame: `re` skips to a character class, not to the first of many words."""
SPOKEN = tuple(RULES.lexicons["mottos"]["spoken"])
REACH = 12
LONGEST_PART = 14


def find_mottos(text: str) -> Iterator[tuple[Span, str]]:
    """The mottos of `text` with the rule that found each, in reading order, not overlapping; the longest wins,
    of two rules for one span the one that is tried first.

    >>> [span.of(t) for t in ["坚持“外防输入、内防反弹”策略,本着突出重点、分步实施的原则"] for span, _ in find_mottos(t)]
    ['外防输入、内防反弹', '突出重点、分步实施']
    """
    found = sorted(dict.fromkeys([*_quoted(text), *_free(text)]), key=lambda f: (f[0].start, -f[0].end))
    reached = 0
    for span, rule in found:
        if span.start >= reached:
            yield span, rule
            reached = span.end


def _quoted(text: str) -> Iterator[tuple[Span, str]]:
    for mark in OPENING_MARK.finditer(text):
        if (match := FORMULA.find.match(text, mark.end())) and _is_formula(text, Span(*match.span("span"))):
            yield Span(*match.span("span")), FORMULA.id
        elif match := PACED.find.match(text, mark.end()):
            yield Span(*match.span("span")), PACED.id


def _free(text: str) -> Iterator[tuple[Span, str]]:
    framed = [begin.start() for begin in FRAME.finditer(text)]
    for rule in FREE:
        for match in _at(rule, text, framed) if rule.id in FRAMED else rule.spans(text):
            yield Span(*match.span("span")), rule.id


def _at(rule: Rule, text: str, places: Sequence[int]) -> Iterator[re.Match[str]]:
    """The matches of a rule that begin at given places, as `spans` finds them in the whole text."""
    done = 0
    for place in places:
        if place >= done and (match := rule.find.match(text, place)) is not None:
            done = match.end()
            yield match


def _is_formula(text: str, span: Span) -> bool:
    """Whether the parts of a quotation are parallel enough, in view of what stands around it, to be a fixed formula."""
    parts = [part for part in PARTS.split(span.of(text)) if part]
    lengths = [len(part) for part in parts]
    before, after = text[max(0, span.start - 1 - REACH) : span.start - 1], text[span.end + 1 : span.end + 1 + REACH]
    if len(parts) < 2 or max(lengths) > LONGEST_PART or re.search(r"[《》（(\d+]", span.of(text)):
        return False
    named = NAMES.match(after) is not None
    reported = NOT_BEFORE.search(before) and not named and not parts[0].startswith(("宁可", "宁愿"))
    if NOT_AFTER.match(after) or reported:
        return False
    if any(part.startswith(SPOKEN) for part in parts):
        return False
    even = max(lengths) - min(lengths) <= (3 if len(parts) > 2 else 2)
    repeated = len(set.intersection(*(set(part) for part in parts))) > 0
    if max(lengths) <= 2:
        led, meant = LEADING.search(before) is not None, IDEAS.match(after) is not None
        return len(parts) > 2 and (led or (min(lengths) == 2 and (meant or len({part[0] for part in parts}) == 1)))
    close = max(lengths) - min(lengths) <= 1
    return (named and even) or (min(lengths) >= 3 and (close or repeated))
