"""Layout that got into the text: spaces inside words, residue of mark-up, page numbers, lines wrapped by hand.

What can be listed stands in repairs.toml. Here is what needs its surroundings: a space between two Han characters is an
accident in running text and a separator in a heading, a list of names or a table.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from policymine.rules import Rule, load, match_span
from policymine.text import Edit, Span

SPACE = "repairs.stray-space"
WRAP = "repairs.hard-wrap"

_MARKS = "repairs.invisible", "repairs.emoji", "repairs.apostrophe", "repairs.compatibility"
_RESIDUE = "repairs.html-comment", "repairs.html-tag", "repairs.html-half-tag", "repairs.html-entity", "repairs.escape", "repairs.css"
_LAYOUT = "repairs.space-in-date", "repairs.space-before-mark", "repairs.doubled-mark", "repairs.page-number"
_MARKUP = re.compile(r"[<>&{\\]|x0[dD]|_x000")
_DIGIT = re.compile("[0-9０-９]")

_GAP = re.compile("[ \u00a0\u2002-\u200a\u3000]")
_BETWEEN = re.compile("(?<=[\u3400-\u9fff])[ \u00a0]{1,2}(?=[\u3400-\u9fff0-9，。、；：！？,;:!?])")
_STOPS = re.compile("[，。；！？,;!?]")
# what ends before a space that separates: 第三条 二、 附件1 (一) 主任 ..., numerals that would grow by the digits behind
_SEPARATED = re.compile("(?:第[一二三四五六七八九十百千〇零0-9]{1,6}[编章节条款项部分篇]{1,2}|附[件表录]|[图表][一二三四五六七八九十]?|^[一二三四五六七八九十]{1,3})$")
_NUMERAL = "一二三四五六七八九十百千万亿〇零两"


class Line(NamedTuple):
    """One line of a text, its line end left out."""

    start: int
    end: int


@cache
def _rules(*names: str) -> tuple[Rule, ...]:
    listed = load("policymine.cleaning", "repairs")
    return tuple(listed[name] for name in names)


def find_marks(text: str) -> list[Edit]:
    """Invisible characters, watermarks and compatibility forms (offsets of `text`).

    >>> [(e.rule, e.text) for e in find_marks("⾏政\\u200b公文")]
    [('repairs.compatibility', '行'), ('repairs.invisible', '')]
    """
    if not _any_mark().search(text):
        return []
    return disjoint(_edits(text, _rules(*_MARKS)))


@cache
def _any_mark() -> re.Pattern[str]:
    return re.compile("|".join(re.sub(r"\(\?P<span>", "(?:", rule.find.pattern) for rule in _rules(*_MARKS)))


def find_residue(text: str) -> list[Edit]:
    """What is left of HTML, CSS and escapes.

    >>> [e.span.of("三点意见/SPAN>") for e in find_residue("三点意见/SPAN>")]
    ['/SPAN>']
    """
    return disjoint(_edits(text, _rules(*_RESIDUE))) if _MARKUP.search(text) else []


def find_layout(text: str) -> list[Edit]:
    """Listed layout damage, and stray spaces in running text."""
    edits = list(_edits(text, _rules(*_LAYOUT)))
    if _BETWEEN.search(text):
        edits += _stray_spaces(text)
    return disjoint(edits)


def _edits(text: str, rules: Iterable[Rule]) -> Iterator[Edit]:
    for rule in rules:
        for match in rule.spans(text):
            start, end = next((match.span(name) for name, value in match.groupdict().items() if value), match_span(match))
            new = _replacement(text[start:end], rule.gives.get("text", ""))
            if new != text[start:end] and (rule.gives.get("digits") or not _DIGIT.search(text, start, end)):
                yield Edit(Span(start, end), new, rule.id, 0.95)


def _replacement(old: str, how: str) -> str:
    """The text that a rule puts in place of `old`: `nfkc` and `unescape` name a conversion."""
    if how == "nfkc":
        return unicodedata.normalize("NFKC", old)
    if how == "unescape":
        new = html.unescape(old)
        return "" if new.isspace() or new == old else new
    return how


def disjoint(edits: Iterable[Edit]) -> list[Edit]:
    """The edits in order, those that overlap an earlier or longer one left out."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.span.start, -e.span.end)):
        if not kept or edit.span.start >= kept[-1].span.end:
            kept.append(edit)
    return kept


def _stray_spaces(text: str) -> Iterator[Edit]:
    """Single spaces inside the running sentences of a text."""
    for match in _BETWEEN.finditer(text):
        start, end = match.span()
        before, after = text[start - 1], text[end]
        if after in "，。、；：！？":
            continue
        if after in ",;:!?":
            if not text[end + 1 : end + 2].isspace() and _in_running_text(text, Span(start, end)):
                yield Edit(Span(start, end), "", SPACE, 0.9)
            continue
        if after.isdigit() and before in _NUMERAL:
            continue
        head = text[max(text.rfind("\n", max(start - 12, 0), start) + 1, start - 12) : start]
        if not _SEPARATED.search(head) and _in_running_text(text, Span(start, end)):
            yield Edit(Span(start, end), "", SPACE, 0.85)


def _in_running_text(text: str, span: Span) -> bool:
    """Whether a space stands alone inside prose: no other space near, marks of punctuation on the same line around it."""
    left_end, right_end = max(span.start - 40, 0), min(span.end + 40, len(text))
    left = text[left_end : span.start].rsplit("\n", 1)[-1]
    right = text[span.end : right_end].split("\n", 1)[0]
    if len(left) + len(right) < 16 or len(left) < 4:
        return False
    if _GAP.search(left[-12:]) or _GAP.search(right[:12]):
        return False
    return bool(_STOPS.search(left) or _STOPS.search(right))
