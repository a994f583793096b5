"""What a paper no longer says, as typed unknowns: hidden dates, numbers, places, names and words, lost names and digits.

Each is an issue with a code and the clean span of the mark. Nothing is filled in: where another copy of the text shows
the hidden word, the issue's hint offers it as a candidate with its source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import NamedTuple

from policymine.cleaning.lines import view_of
from policymine.cleaning.sieve import MARKS, in_clean
from policymine.model import Issue
from policymine.rules import RuleSet, load
from policymine.text import Span
from policymine.text.pattern_needs import guided
from policymine.text.prefilter import Prefilter

HINT = "it is not known; never guess it, look for a fuller copy"
REACH = 8
"""Characters on each side of a mark that must agree for another copy to reveal it."""
LEAST = 5
"""Characters that must agree on both sides together."""
HIDDEN = re.compile(r"[xX×✕＊*某□]|[○〇_]{2}")
LONGEST = 16
LONGEST_MARK = 40
"""Characters above which a run of marks is taken as it stands: no rule is tried on it."""
GROUPS = "span", "nth", "nobody", "gap"
"""The groups of the rules that hold what is unknown; without one of them it is the whole match."""
MOST = 400
"""Marks of one text that are compared with its copies."""


@cache
def rules() -> RuleSet:
    """The rules of unknowns.toml."""
    return load("policymine.cleaning", "unknowns")


class _Tried(NamedTuple):
    """A rule: its pattern, the numbers of the groups that hold what is unknown (0 where it has none), what it says."""

    find: re.Pattern[str]
    groups: tuple[int, ...]
    code: str
    message: str


@cache
def _tried() -> tuple[_Tried, ...]:
    found = []
    for rule in rules():
        groups = tuple(rule.find.groupindex[name] for name in GROUPS if name in rule.find.groupindex) or (0,)
        found.append(_Tried(guided(rule.find), groups, str(rule.gives["code"]), str(rule.gives.get("message", ""))))
    return tuple(found)


def find_unknowns(text: str) -> tuple[Issue, ...]:
    """The unknowns of a clean text in reading order.

    >>> [(issue.code, issue.where.of("20xx年X县排查XX家企业")) for issue in find_unknowns("20xx年X县排查XX家企业")]
    [('redaction_date', '20xx'), ('redaction_place', 'X'), ('redaction_number', 'XX')]
    >>> find_unknowns("某些同志去拍X光片,7×24小时值班")
    ()
    """
    found: dict[Span, Issue] = {}
    reached = -1
    marks = [mark.span() for mark in in_clean(text).get(MARKS, ())]
    windows = [_window(text, *mark) for mark in marks]
    possible = _prefilter().by_line([text[start:stop] for start, stop in windows]) if marks else []
    for mark, window, bits in zip(marks, windows, possible, strict=True):
        taken = _taken(text, mark, window=window, bits=bits)
        if taken is not None:
            span, code, message = taken
            if span.start >= reached and code:
                found[span] = Issue(code, "info", message, HINT, span)
            reached = max(reached, span.end)
    return tuple(found.values())


def _window(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch that rules are tried on for a mark; it ends at line breaks."""
    before, behind = _reach()
    stop = text.find("\n", end, end + behind)
    return max(text.rfind("\n", 0, start) + 1, start - before), min(end + behind, len(text)) if stop < 0 else stop


@cache
def _reach() -> tuple[int, int]:
    """How many characters before and behind a mark rules may look at."""
    table = rules().lexicons["marks"]
    return int(table["before"]), int(table["behind"])


@cache
def _prefilter() -> Prefilter:
    return Prefilter([rule.find for rule in rules()])


@lru_cache(maxsize=1024)
def _among(bits: int) -> tuple[_Tried, ...]:
    """The rules of some bits, in order."""
    return tuple(tried for number, tried in enumerate(_tried()) if bits >> number & 1)


def _taken(text: str, mark: tuple[int, int], *, window: tuple[int, int], bits: int) -> tuple[Span, str, str] | None:
    """What the first rule that takes a mark says of it; `bits` are the rules that its window may match."""
    begin, end = mark
    if end - begin > LONGEST_MARK:
        return Span(begin, end), "redaction_word", "words are hidden"
    start, around = window[0], text[slice(*window)]
    for find, groups, code, message in _among(bits):
        for match in find.finditer(around):
            low, high = match.span(next((group for group in groups if match[group]), 0))
            if low < high and low + start < end and begin < high + start:
                return Span(low + start, high + start), code, message
    return None


def with_candidates(issues: Sequence[Issue], text: str, *, other: str, source: str) -> tuple[Issue, ...]:
    """The issues of a text; where another copy of it shows what a mark hides, the hint offers that with its source.

    Args:
        issues: the issues of `text`.
        text: a clean text with marks in it.
        other: the clean text of the other copy.
        source: its id, told in the hint.

    >>> text = "各镇要在XX前完成水库排查"
    >>> issue, = with_candidates(find_unknowns(text), text, other="各镇要在月底前完成水库排查,不得拖延", source="b")
    >>> issue.hint
    "candidate '月底' (b, characters 4–6); compare before use"
    """
    view, shown = view_of(text), view_of(other)
    out, tried = [], 0
    for issue in issues:
        if issue.where is not None and issue.code.startswith("redaction_") and issue.hint == HINT and tried < MOST:
            tried += 1
            if (span := _revealed(view, issue.where, shown)) is not None:
                told = f"candidate {span.of(other)!r} ({source}, characters {span.start}–{span.end}); compare before use"
                issue = replace(issue, hint=told)
        out.append(issue)
    return tuple(out)


def _revealed(view: str, mark: Span, shown: str) -> Span | None:
    """Where the other copy has what the mark hides: between the same characters, and the same everywhere it is found."""
    before = view[max(mark.start - REACH, 0) : mark.start]
    _, edge, line = ("\n" + before if mark.start <= REACH else before).rpartition("\n")
    left = edge + line  # the start of a line counts as a character
    right = view[mark.end : mark.end + REACH].partition("\n")[0]
    shown = "\n" + shown
    while hidden := HIDDEN.search(left):
        left = left[hidden.end() :]
    if hidden := HIDDEN.search(right):
        right = right[: hidden.start()]
    if not left or not right or len(left) + len(right) < LEAST:
        return None
    found: list[Span] = []
    at = shown.find(left)
    while at >= 0 and len(found) < 20:
        start = at + len(left)
        end = shown.find(right, start + 1, start + LONGEST + len(right))
        if end > 0 and not HIDDEN.search(shown, start, end) and not re.search(r"[\n。;!?,:]", shown[start:end]):
            found.append(Span(start - 1, end - 1))
        at = shown.find(left, at + 1)
    return found[0] if found and len({shown[span.start + 1 : span.end + 1] for span in found}) == 1 else None
