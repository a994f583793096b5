"""Question marks that a mirror scatters through a text against copying: 報告?和處理制?度.

A real question mark ends a question. A scattered one stands inside words; a page where three do has been marked, and there the
ones that no question precedes go too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policymine.cleaning.lattice import joins, vocabulary
from policymine.cleaning.sieve import matches
from policymine.rules import load
from policymine.text import Edit, Span
from policymine.text.script import to_simplified

RULE = "repairs.question-watermark"
LEAST = 3
REACH = 3
ODD = 7.6  # a character's cost in text that is damaged otherwise: there a mark stands for lost bytes


def find_question_marks(text: str) -> list[Edit]:
    """The deletions of scattered question marks (offsets of `text`); none on a page with fewer than three inside words.

    >>> text = "落实报?告制度和处理制?度,加强安?全检查。"
    >>> [edit.span.start for edit in find_question_marks(text)]
    [3, 11, 17]
    """
    if text.count("?") < LEAST:
        return []
    listed = load("policymine.cleaning", "repairs")
    marks = matches(text).get(RULE, ())
    if len(marks) < LEAST:
        return []
    plain = to_simplified(text)
    inside = [mark for mark in marks if _parts_word(plain, mark.start())]
    if len(inside) < LEAST or len(inside) < 0.3 * len(marks):
        return []
    return list(_scattered(plain, marks, listed["repairs.question"].find))


def _scattered(text: str, marks: Sequence[re.Match[str]], question: re.Pattern[str]) -> Iterator[Edit]:
    for mark in marks:
        at = mark.start()
        clause = re.split("[，。；！？,;!?\n]", text[max(at - 30, 0) : at])[-1]
        around = text[max(at - 4, 0) : at] + text[at + 1 : at + 5]
        asked = question.search(clause) and not _parts_word(text, at)
        if not asked and vocabulary().best(around) < ODD * len(around):
            yield Edit(Span(at, at + 1), "", RULE, 0.85)


def _parts_word(text: str, at: int) -> bool:
    """Whether a word reaches over the mark at `at`."""
    return joins(text[max(at - REACH, 0) : at], text[at + 1 : at + 1 + REACH])
