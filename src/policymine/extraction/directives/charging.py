"""Norms without a word of duty that order wherever they stand: who has charge of what, what a note of responsibility closes.

The linear model (classifier) weighs where a sentence stands; a short sentence in front of a longer one, or one under a heading
that sounds like a review, is taken for a headline or a report. `县水利局负责河道的日常巡查` in a regulation or a notice is
neither (charging.toml), and no more is what stands right before （县水利局负责）, in whatever kind of paper.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from math import log
from typing import Final, NamedTuple

from policymine import rules
from policymine.extraction.directives.bodies import kind_of
from policymine.extraction.directives.clauses import Clause, Sentence
from policymine.extraction.directives.codes import bits
from policymine.extraction.directives.noting import spans
from policymine.extraction.directives.scanning import PACKAGE
from policymine.extraction.directives.sections import Place

KINDS: Final = ("regulation", "notice")
"""Papers in which such a norm is none of somebody's report."""
SURE, LIKELY, EVEN, NO_FLOOR = log(0.9 / 0.1), log(0.6 / 0.4), 0.0, -1000.0
"""Log odds that a clause has at least: a norm, what leads up to it or stands before a note, what goes on, any other."""
WORDS: Final = re.compile("负(?=[责总主首直全领监属最第管])|牵头|由")
"""One of these is in every such norm."""
TOLD: Final = bits("perfect", "past", "achieved", "problem", "ask", "speaker")
"""Marks of a clause that tells or asks."""
APART: Final = TOLD | bits("is", "formality")
"""Marks of a clause that goes on with no order: 主要职责是."""
REPORTED: Final = bits("perfect", "past", "achieved", "problem", "ask", "speaker", "weight")
DONE: Final = bits("perfect", "past", "ask", "speaker")
"""Marks of a last clause that tells or asks, whatever note stands behind it."""
OPENED: Final = "（(【["
COLON: Final = ("：", ":")
ACTING: Final = ("verb", "adverb", "cue", "preposition")
"""What a clause leads with that says what is to be done."""
NEAR: Final = 2
"""Characters from the end of a sentence on in which the note starts that closes it."""


class _Rule(NamedTuple):
    """What a clause is asked: `behind` whom the match stands, `ahead` whether what is to be done has to follow."""

    find: re.Pattern[str]
    behind: str
    ahead: bool


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_Rule(rule.find, rule.gives["behind"], "ahead" in rule.gives) for rule in rules.load(PACKAGE, "charging"))


@cache
def _vetoes() -> dict[str, re.Pattern[str]]:
    written: dict[str, str] = rules.load(PACKAGE, "charging").lexicons["vetoes"]
    return {name: re.compile(pattern) for name, pattern in written.items()}


def floors(text: str, sentences: Sequence[Sentence], stands: Sequence[Place], *, kind: str) -> dict[int, list[float]]:
    """The log odds that the clauses of sentences have at least, by the number of the sentence.

    Args:
        text: the document.
        sentences: its sentences.
        stands: the place of each.
        kind: what kind of paper it is.
    """
    found = dict(_noted(text, sentences, stands))
    for number in _touched(text, sentences) if kind in KINDS else ():
        sentence, by = sentences[number], stands[number].introduced
        if stands[number].heading:
            continue
        if by >= 0 and _vetoes()["list"].search(text, sentences[by].start, sentences[by].end) is not None:
            continue
        if charged := [index for index in range(len(sentence.clauses)) if is_norm(text, sentence.clauses, index)]:
            found[number] = _floors(sentence, charged)
    return found


def _touched(text: str, sentences: Sequence[Sentence]) -> list[int]:
    """The numbers of the sentences with a word that all such norms have."""
    starts = [sentence.start for sentence in sentences]
    found = {bisect_right(starts, match.start()) - 1 for match in WORDS.finditer(text)}
    return [number for number in sorted(found) if number >= 0]


def is_norm(text: str, clauses: Sequence[Clause], index: int) -> bool:
    """Whether a clause of a sentence says who has charge of what and tells nothing.

    >>> from policymine.extraction.directives.clauses import read
    >>> from policymine.text.outline import outline
    >>> t = "县水利局负责河道巡查。县水利局负责人到场。"
    >>> [is_norm(t, sentence.clauses, 0) for sentence in read(t, outline(t))]
    [True, False]
    """
    clause = clauses[index]
    if clause.marks & TOLD or clause.condition or text[clause.end - 1] == "的":
        return False
    if WORDS.search(text, clause.start, clause.end) is None:
        return False
    if _vetoes()["clause"].search(text, clause.start, clause.end + 1) is not None or kind_of(text[clause.start : clause.end]):
        return False
    goes_on = index + 1 < len(clauses) and clauses[index + 1].lead in ACTING
    return any(_matches(text, clause, rule) for rule in _rules() if goes_on or not rule.ahead)


def _matches(text: str, clause: Clause, rule: _Rule) -> bool:
    if not rule.behind:
        match = rule.find.search(text, clause.start, clause.end)
        return match is not None and match.end() == clause.end
    if rule.behind == "start":
        return rule.find.fullmatch(text, clause.start, clause.end) is not None
    subject = clause.subject
    if subject is None or subject.kind == "thing":
        return False
    if rule.behind == "by" and (subject.start == clause.start or text[subject.start - 1] != "由"):
        return False
    return rule.find.fullmatch(text, subject.end, clause.end) is not None


def _floors(sentence: Sentence, charged: Sequence[int]) -> list[float]:
    """A norm is sure; what leads up to one that names nobody itself is likely to be part of it, and so is what goes on."""
    clauses = sentence.clauses
    found, first = [NO_FLOOR] * len(clauses), charged[0]
    for index in charged:
        found[index] = SURE
    if clauses[first].subject is None and not any(clause.marks & REPORTED for clause in clauses[:first]):
        found[:first] = [LIKELY] * first
    for index in charged:
        while index and found[index - 1] < LIKELY and (clauses[index - 1].fronted or clauses[index - 1].lead == "preposition"):
            index -= 1
            found[index] = LIKELY
    for index in range(first + 1, len(clauses)):
        clause = clauses[index]
        if clause.lead not in ACTING or clause.subject is not None or clause.marks & APART:
            break
        found[index] = max(found[index], EVEN)
    return found


def _noted(text: str, sentences: Sequence[Sentence], stands: Sequence[Place]) -> Iterator[tuple[int, list[float]]]:
    """The sentences that a note of responsibility closes, unless they report."""
    ends = [sentence.end for sentence in sentences]
    for note, _ in spans(text):
        number = bisect_right(ends, note.start) - 1
        if number < 0 or note.start - ends[number] > NEAR or text[note.start] not in OPENED or stands[number].heading:
            continue
        clauses = sentences[number].clauses
        if not clauses[-1].marks & DONE:
            yield number, [LIKELY] * len(clauses)
