"""What a paper no longer says, as typed unknowns: hidden dates, numbers, places, names and words, lost names and digits.

Each is an issue with a code and the clean span of the mark. Nothing is filled in: where another copy of the text shows
the hidden word, the issue's hint offers it as a candidate with its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from policymine.cleaning.lines import view_of
from policymine.model import Issue
from policymine.rules import Rule, RuleSet, load
from policymine.text import Span
from policymine.text.prefilter import Prefilter, Scanner

HINT = "it is not known; never guess it, look for a fuller copy"
REACH = 8
"""Characters on each side of a mark that must agree for another copy to reveal it."""
LEAST = 5
"""Characters that must agree on both sides together."""
HIDDEN = re.compile(r"[xX×✕＊*某□]|[○〇_]{2}")
LONGEST = 16
LONGEST_MARK = 40
"""Characters above which a run of marks is taken as it stands: no rule is tried on it."""
MOST = 400
"""Marks of one text that are compared with its copies."""


@cache
def rules() -> RuleSet:
    """The rules of unknowns.toml."""
    return load("policymine.cleaning", "unknowns")


@cache
def _marks() -> Scanner:
    return Scanner([re.compile(rules().lexicons["marks"]["find"])])


def find_unknowns(text: str) -> tuple[Issue, ...]:
    """The unknowns of a clean text in reading order.

    >>> [(issue.code, issue.where.of("20xx年X县排查XX家企业")) for issue in find_unknowns("20xx年X县排查XX家企业")]
    [('redaction_date', '20xx'), ('redaction_place', 'X'), ('redaction_number', 'XX')]
    >>> find_unknowns("某些同志去拍X光片,7×24小时值班")
    ()
    """
    found: dict[Span, Issue] = {}
    end = -1
    marks = [Span(*mark.span()) for mark in _marks().matches(text).get(0, ())]
    windows = [_window(text, mark) for mark in marks]
    possible = _prefilter().by_line([window.of(text) for window in windows]) if marks else []
    for mark, window, bits in zip(marks, windows, possible, strict=True):
        for span, code, message in _taken(text, mark, window=window, bits=bits):
            if span.start >= end and code:
                found[span] = Issue(code, "info", message, HINT, span)
            end = max(end, span.end)
    return tuple(found.values())


def _window(text: str, mark: Span) -> Span:
    """The stretch that rules are tried on for a mark; it ends at line breaks."""
    table = rules().lexicons["marks"]
    start = max(text.rfind("\n", 0, mark.start) + 1, mark.start - table["before"])
    stop = text.find("\n", mark.end, mark.end + table["behind"])
    return Span(start, min(mark.end + table["behind"], len(text)) if stop < 0 else stop)


@cache
def _prefilter() -> Prefilter:
    return Prefilter([rule.find for rule in rules()])


@lru_cache(maxsize=1024)
def _among(bits: int) -> tuple[Rule, ...]:
    """The rules of some bits, in order."""
    return tuple(rule for number, rule in enumerate(rules()) if bits >> number & 1)


def _taken(text: str, mark: Span, *, window: Span, bits: int) -> Iterator[tuple[Span, str, str]]:
    """What the first rule that takes a mark says of it; `bits` are the rules that its window may match."""
    if mark.length > LONGEST_MARK:
        yield mark, "redaction_word", "words are hidden"
        return
    start, around = window.start, window.of(text)
    for rule in _among(bits):
        for match in rule.find.finditer(around):
            group = next((name for name in ("span", "nth", "nobody", "gap") if match.groupdict().get(name)), 0)
            low, high = match.span(group)
            if low < high and low + start < mark.end and mark.start < high + start:
                yield Span(low + start, high + start), str(rule.gives["code"]), str(rule.gives.get("message", ""))
                return


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
