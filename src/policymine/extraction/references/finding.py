"""Cited papers: titles in book-title marks with their document number, and papers cited by number alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policymine.model import Reference, Span
from policymine.rules import load, match_span

RULES = load("policymine.extraction.references", "references")
TITLE, BEHIND, BEFORE, CITED = (RULES[slug] for slug in ("title", "number-behind", "number-before", "number-cited"))
NOT_PAPERS = frozenset(RULES.lexicons["not_papers"]["titles"])
WORKS = re.compile(RULES.lexicons["not_papers"]["works"])
SERIAL = re.compile(r"号\s?(?:文|的|规定|要求|精神)")
LAW, FORMAL = RULES["law"], RULES["law-formal"]
LAWS = frozenset(RULES.lexicons["laws"]["names"])
LENGTHS = sorted({len(name) for name in LAWS}, reverse=True)
BEFORE_SHORT = re.compile(RULES.lexicons["laws"]["before"])
NAMED = re.compile("[简统合下]称[“‘]?$")
FULL = "中华人民共和国"
SHORT = 3
WORK_BEFORE = 4
NUMBER_REACH = 90
"""Characters behind a title in which its number can stand."""
NUMBER_BEFORE = 40
"""Characters before a title in which its number can stand."""


def find_references(text: str) -> tuple[Reference, ...]:
    """The papers that `text` cites, in reading order; newspapers and broadcasts are none.

    Args:
        text: the clean text of one document.

    Returns:
        Spans cover the title with its marks; `title` leaves the marks out, `number` is the 文号 as written behind or before it.
        A paper cited by number alone has no title and the span of its number, a law without marks the span of its name.

    Source: ANNOTATION guideline §6; GB/T 9704-2012 (numbers), GB/T 15834-2011 (marks).

    >>> r, = find_references("按照《云河市燃气管理办法》（云政办发〔2021〕14号）执行")
    >>> r.title, r.number
    ('云河市燃气管理办法', '云政办发〔2021〕14号')
    >>> [(r.title, r.number) for r in find_references("，按照云政办发〔2021〕14号文件要求")]
    [(None, '云政办发〔2021〕14号')]
    """
    titled = list(_titled(text)) if "《" in text else []
    taken = [span for _, span in titled if span is not None]
    alone = [found for found in _numbered(text) if not any(found.span.overlaps(span) for span in taken)]
    found = sorted((*(found for found, _ in titled), *alone), key=lambda found: found.span)
    return tuple(sorted((*found, *_bare_laws(text, found)), key=lambda found: found.span))


def _titled(text: str) -> Iterator[tuple[Reference, Span | None]]:
    """References by title, each with the span of its number."""
    reached = 0
    for match in TITLE.spans(text):
        title = match[0][1:-1].strip()
        if title in NOT_PAPERS or not title or WORKS.search(text, max(0, match.start() - WORK_BEFORE), match.start()):
            continue
        number = BEHIND.find.match(text, match.end(), match.end() + NUMBER_REACH)
        if number is None:
            number = _before(text, max(reached, match.start() - NUMBER_BEFORE), match.start())
        where = Span(*match_span(number)) if number else None
        reached = max(match.end(), where.end if where else 0)
        yield Reference(Span(*match.span()), match[0], TITLE.id, title=title, number=where.of(text) if where else None), where


def _before(text: str, start: int, end: int) -> re.Match[str] | None:
    """A number that runs up to the title at `end`."""
    if "号" not in text[start:end]:
        return None
    return next((m for m in BEFORE.find.finditer(text, start, end + 1) if m.end() == end), None)


def _numbered(text: str) -> Iterator[Reference]:
    """Papers cited by their number alone."""
    for serial in SERIAL.finditer(text):
        start = max(0, serial.start() - NUMBER_BEFORE)
        for match in CITED.find.finditer(text, start, serial.end() + 2):
            if match.end("span") == serial.start() + 1:
                span = Span(*match.span("span"))
                yield Reference(span, span.of(text), CITED.id, number=span.of(text))


def _bare_laws(text: str, others: Sequence[Reference]) -> Iterator[Reference]:
    """Laws named without marks: those of the list, and any in its full form."""
    reached, taken = 0, iter(others)
    other = next(taken, None)
    for span, rule in sorted(
        dict.fromkeys([*_listed(text), *_formal(text)]), key=lambda found: (found[0].start, -found[0].end)
    ):
        while other is not None and other.span.end <= span.start:
            other = next(taken, None)
        if span.start >= reached and not (other is not None and other.span.overlaps(span)):
            reached = span.end
            yield Reference(span, span.of(text), rule, title=span.of(text))


def _listed(text: str) -> Iterator[tuple[Span, str]]:
    for ending in LAW.find.finditer(text):
        end = ending.end()
        length = next((length for length in LENGTHS if end >= length and text[end - length : end] in LAWS), None)
        if length is None:
            continue
        start = end - length
        if length <= SHORT and not BEFORE_SHORT.search(text, max(0, start - 4), start):
            continue
        if text.startswith(FULL, start - len(FULL)):
            start -= len(FULL)
        if text[start - 1 : start] not in ("《", "〈") and not NAMED.search(text, max(0, start - 4), start):
            yield Span(start, end), LAW.id


def _formal(text: str) -> Iterator[tuple[Span, str]]:
    for match in FORMAL.find.finditer(text) if FULL in text else ():
        if text[match.start() - 1 : match.start()] not in ("《", "〈"):
            yield Span(*match.span("span")), FORMAL.id
