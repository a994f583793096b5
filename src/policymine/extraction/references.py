"""Cited papers: titles in book-title marks with the document number behind them."""

from __future__ import annotations

from policymine.model import Reference, Span
from policymine.rules import load, match_span

RULES = load("policymine.extraction", "references")
NOT_PAPERS = frozenset(RULES.lexicons["not_papers"]["titles"])
NUMBER_REACH = 60
"""Characters behind a title in which its number can stand."""


def find_references(text: str) -> tuple[Reference, ...]:
    """The papers that `text` cites, in reading order; newspapers and broadcasts are none.

    Args:
        text: the clean text of one document.

    Returns:
        Spans cover the title with its marks; `title` leaves the marks out, `number` is the 文号 in the bracket behind it.

    Source: ANNOTATION guideline §6; GB/T 9704-2012 (numbers), GB/T 15834-2011 (marks).

    >>> r, = find_references("按照《云河市燃气管理办法》（云政办发〔2021〕14号）执行")
    >>> r.title, r.number
    ('云河市燃气管理办法', '云政办发〔2021〕14号')
    """
    if "《" not in text:
        return ()
    found = []
    for match in RULES["title"].spans(text):
        title = match[0][1:-1]
        if title in NOT_PAPERS:
            continue
        number = RULES["number-behind"].find.match(text, match.end(), match.end() + NUMBER_REACH)
        found.append(
            Reference(
                Span(*match.span()),
                match[0],
                RULES["title"].id,
                title=title,
                number=text[slice(*match_span(number))] if number else None,
            )
        )
    return tuple(found)
