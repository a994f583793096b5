"""Sentences and clauses of Chinese papers, as spans.

A sentence ends after 。！？；(full or half width) or at a line break; a closing quotation mark or bracket right behind the mark
still belongs to it. Inside brackets and quotation marks a 。 does not end the outer sentence unless the bracket is longer than
most asides (a bracket never closed must not swallow a paper).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policymine.text.remembering import remembered
from policymine.text.span import Span

new: Final = tuple.__new__
ENDS: Final = re.compile(
    r"[。！？!?；;\n]+[”’」』）)]*"
    r"|[）)](?:(?=\u3000\u3000)|(?:(?<=负责[）)]|落实[）)]|牵头[）)]|配合[）)])|(?<=[局厅委办会院部府位门][）)]))"
    r"(?![。！？!?；;，,：:、\n]))"
)
"""Closing marks; a bracket that closes in front of the indent of a paragraph closes the one before it."""
NOTES: Final = ("）", ")")
INDENT: Final = "\u3000\u3000"
"""What closes a note of who is responsible, and how a paragraph is indented."""
NOTED: Final = ("负责", "落实", "牵头", "配合")
UNITS: Final = re.compile("[（(](?:责任|牵头|配合|参与|参加|落实|实施|主责|主办|协办)(?:单位|部门)[^：:，。]{0,10}[：:]")
"""How a note ends, and how one starts that ends with a name."""
CLAUSE_ENDS: Final = re.compile(r"[，,：:]")
OPENED: Final = re.compile(r"[（(“「‘]")
OPENING: Final = {"（": "）", "(": ")", "“": "”", "「": "」", "‘": "’"}
LONGEST_ASIDE: Final = 400
"""Characters after which an open bracket is taken for one that was never closed."""


def sentences(text: str, span: Span | None = None) -> tuple[Span, ...]:
    """The sentences of `text` or of one stretch of it, white space at both ends left out, closing marks kept.

    >>> t = "各镇要报送。逾期的(含节假日；不含春节)通报!\\n一、要求"
    >>> [s.of(t) for s in sentences(t)]
    ['各镇要报送。', '逾期的(含节假日；不含春节)通报!', '一、要求']
    """
    return _of_all(text) if span is None else _between(text, *span)


@remembered
def _of_all(text: str) -> tuple[Span, ...]:
    return _between(text, 0, len(text))


def _between(text: str, start: int, stop: int) -> tuple[Span, ...]:
    found = []
    for low, high in _pieces(text, start, stop):
        while high > low and text[high - 1].isspace():
            high -= 1
        while low < high and text[low].isspace():
            low += 1
        if low < high:
            found.append(new(Span, (low, high)))  # of thousands: half the time of `Span(low, high)`
    return tuple(found)


def clauses(text: str, span: Span) -> tuple[Span, ...]:
    """The stretches of a sentence between ，and ：, marks left out; brackets and quotations are not looked into.

    >>> t = "各镇要建台账,每周报送(含零报告,逐级),逐一销号。"
    >>> [c.of(t) for c in clauses(t, Span(0, len(t)))]
    ['各镇要建台账', '每周报送(含零报告,逐级)', '逐一销号。']
    """
    return tuple([Span(low, high) for low, high in clause_bounds(text, *span)])


def clause_bounds(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Where the clauses between two places start and end; see `clauses`."""
    at = start
    found = []
    asides = _asides(text, at, stop) if OPENED.search(text, at, stop) is not None else iter(())
    aside = next(asides, None)
    for mark in CLAUSE_ENDS.finditer(text, at, stop):
        end = mark.start()
        while aside is not None and aside.end <= end:
            aside = next(asides, None)
        if aside is not None and aside.start < end:
            continue
        if end > at:
            found.append((at, end))
        at = end + 1
    if at < stop:
        found.append((at, stop))
    return found


def _pieces(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Stretches up to and including each closing mark that stands outside brackets and quotations."""
    asides = _asides(text, start, stop)
    aside = next(asides, None)
    at = start
    for mark in ENDS.finditer(text, start, stop):
        low, high = mark.span()
        while aside is not None and aside.end <= low:
            aside = next(asides, None)
        if aside is not None and aside.start < low < aside.end - 1 and "\n" not in mark[0]:
            continue
        if text[low] in NOTES and not text.startswith(INDENT, high) and not _is_note(text, at, aside):
            continue
        yield at, high
        at = high
    if at < stop:
        yield at, stop


def _is_note(text: str, start: int, aside: Span | None) -> bool:
    """Whether a note stands by itself where a sentence starts: （县财政局负责）, （责任单位：县财政局）."""
    if aside is None or text[start : aside.start].strip():
        return False
    return text.endswith(NOTED, aside.start, aside.end - 1) or UNITS.match(text, aside.start) is not None


ASIDE_MARKS: Final = re.compile(r"[（(“「‘）)”」’\n]")


def _asides(text: str, start: int, stop: int) -> Iterator[Span]:
    """Outermost brackets and quotations that close within the same line and `LONGEST_ASIDE` characters.

    A quotation counts only when it does not itself end with a closing mark (“…。” is a sentence of its own).
    """
    opened: list[tuple[str, int]] = []
    for mark in ASIDE_MARKS.finditer(text, start, stop):
        sign = mark[0]
        if sign == "\n" or (opened and mark.start() - opened[0][1] > LONGEST_ASIDE):
            opened = []
        if sign in OPENING:
            opened.append((OPENING[sign], mark.start()))
        elif opened and (opened[-1][0] == sign or any(closing == sign for closing, _ in opened)):
            while opened[-1][0] != sign:
                opened.pop()
            _, at = opened.pop()
            if not opened and text[mark.start() - 1] not in "。！？!?":
                yield Span(at, mark.end())
