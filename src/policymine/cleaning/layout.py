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

from policymine.cleaning.lattice import joins
from policymine.cleaning.sieve import matches
from policymine.rules import Rule, load, match_span
from policymine.text import Edit, Span

SPACE = "repairs.stray-space"
WRAP = "repairs.hard-wrap"

_MARKS = (
    "repairs.invisible",
    "repairs.emoji",
    "repairs.apostrophe",
    "repairs.compatibility",
    "repairs.typeset-break",
    "repairs.typeset-point",
)
_RESIDUE = (
    "repairs.html-comment",
    "repairs.html-tag",
    "repairs.html-half-tag",
    "repairs.html-entity",
    "repairs.escape",
    "repairs.css",
)
_LAYOUT_UNSPACED = "repairs.doubled-mark", "repairs.page-number"
_LAYOUT = "repairs.space-in-date", "repairs.space-before-mark", *_LAYOUT_UNSPACED
_DIGIT = re.compile("[0-9０-９]")

_GAP = re.compile("[ \u00a0\u2002-\u200a\u3000]")
_STOPS = re.compile("[，。；！？,;!?]")
_NUMERAL = "一二三四五六七八九十百千万亿〇零两"


@cache
def _rules(*names: str) -> tuple[Rule, ...]:
    listed = load("policymine.cleaning", "repairs")
    return tuple(listed[name] for name in names)


def find_marks(text: str) -> list[Edit]:
    """Invisible characters, watermarks, compatibility forms and codes of typesetting (offsets of `text`).

    >>> [(e.rule, e.text) for e in find_marks("⾏政\\u200b公文")]
    [('repairs.compatibility', '行'), ('repairs.invisible', '')]
    >>> [(e.rule, e.text) for e in find_marks("总则\\ue004第一条 费率0\\ue0105%")]
    [('repairs.typeset-break', '\\n'), ('repairs.typeset-point', '.')]
    """
    return disjoint(_edits(text, _rules(*_MARKS)))


def find_residue(text: str) -> list[Edit]:
    """What is left of HTML, CSS and escapes.

    >>> [e.span.of("三点意见/SPAN>") for e in find_residue("三点意见/SPAN>")]
    ['/SPAN>']
    """
    return disjoint(_edits(text, _rules(*_RESIDUE)))


def find_layout(text: str) -> list[Edit]:
    """Listed layout damage, and stray spaces in running text."""
    if " " not in text and "\u00a0" not in text:
        return disjoint(_edits(text, _rules(*_LAYOUT_UNSPACED)))
    return disjoint([*_edits(text, _rules(*_LAYOUT)), *_stray_spaces(text)])


def _edits(text: str, rules: Iterable[Rule]) -> Iterator[Edit]:
    found = matches(text)
    for rule in rules if found else ():
        for match in found.get(rule.id, ()):
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
    """Single spaces inside the running sentences of a text.

    >>> text = "要认真落实隐患排查治理登 记制度,形成整改台账,对照“以人为本 生命至上”的要求抓好整改。"
    >>> [text[e.span.start - 1 : e.span.end + 1] for e in _stray_spaces(text)]
    ['登 记']
    """
    (kept,) = _rules("repairs.kept-space")
    for match in matches(text).get(SPACE, ()):
        span = Span(*match_span(match))
        left = text[max(span.start - 40, 0) : span.start].rsplit("\n", 1)[-1]
        right = text[span.end : span.end + 40].split("\n", 1)[0]
        if len(left) + len(right) < 16 or len(left) < 4 or _GAP.search(left[-12:]) or _GAP.search(right[:12]):
            continue
        if (right[0].isdigit() and left[-1] in _NUMERAL) or not _STOPS.search(left + right):
            continue
        if kept.find.search(f"{left}␠{right}") or _is_parallel(left, right):
            continue
        if _STOPS.search(left) or joins(left, right):  # else it may be a heading and what follows it
            yield Edit(span, "", SPACE, 0.85)


def _is_parallel(left: str, right: str) -> bool:
    """Whether a space parts the halves of one quotation or title, as in “以人为本 生命至上”."""
    opened = max(left.rfind(mark) for mark in '“‘《「『"')
    closed = [at for mark in '”’》」』"' if (at := right.find(mark)) >= 0]
    if opened < 0 or not closed or any(mark in left[opened + 1 :] for mark in "”’》」』"):
        return False
    return len(left) - opened + min(closed) <= 26
