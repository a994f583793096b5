"""Conditions that stand in front of an order and penalties that stand in it.

The phrases of circumstance: 对…的, 凡…, 一旦…, 如…, 遇…, …的(when the clause ends so), …时.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from policymine import rules
from policymine.extraction.directives_clauses import Clause

PACKAGE = "policymine.extraction"


@cache
def _fronts() -> re.Pattern[str]:
    pattern: str = rules.load(PACKAGE, "directives").lexicons["conditions"]["clause"]
    return re.compile(pattern)


def condition_kind(text: str, start: int, end: int) -> str:
    """Which kind of condition a clause is as a whole, "" when it is none.

    >>> [condition_kind(c, 0, len(c)) for c in ("对拒不整改的", "一旦发生险情", "逾期未报的", "各镇要落实")]
    ['towards', 'if', 'who', '']
    """
    match = _fronts().match(text, start, end)
    return match.lastgroup or "" if match is not None else ""


@cache
def _starts() -> re.Pattern[str]:
    pattern: str = rules.load(PACKAGE, "directives").lexicons["conditions"]["inside"]
    return re.compile(pattern)


def condition_of(text: str, clauses: Sequence[Clause], cue: int | None) -> str | None:
    """The circumstance that stands in front of a directive's predicate, as written; None where there is none.

    Args:
        text: the document.
        clauses: the clauses of the directive.
        cue: where its deontic word starts, None for a bare imperative.
    """
    kept: list[Clause] = []
    for clause in clauses[:-1]:
        kind = condition_kind(text, clause.start, clause.end)
        if kind == "when" and not kept and not _event(text, clause):
            break
        if not kind:
            break
        kept.append(clause)
    if kept:
        start = kept[0].start
        subject = kept[0].subject
        if (
            subject is not None
            and subject.kind in ("organisation", "person")
            and condition_kind(text, start, kept[0].end) == "who"
        ):
            start = start if text[subject.end : kept[0].end] == "的" else subject.end
        return text[start : kept[-1].end]
    first = clauses[0]
    limit = cue if cue is not None and cue <= first.end else first.end
    begin = first.start
    if first.subject is not None and first.subject.kind in ("organisation", "person") and first.subject.end < limit:
        begin = first.subject.end
    match = _starts().match(text, begin, limit)
    if match is None:
        return None
    if cue is None and not any(hit.kind == "penalty" for hit in first.hits):
        return None
    if cue is not None and match.end() < limit - 1:
        return None
    return match["condition"]


def _event(text: str, clause: Clause) -> bool:
    """Whether 时 or 后 ends an event rather than a time."""
    return not any(character.isdigit() for character in text[clause.start : clause.end])
