"""Conditions that stand in front of an order.

The phrases of circumstance: 对…的, 凡…, 一旦…, 如…, 遇…, …的 (where the clause ends so), …时; within a clause up to its cue.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.codes import bits
from policymine.extraction.directives.fronting import patterns
from policymine.model import Bearer
from policymine.text.span import Span

CERTAIN: Final = ("towards", "if", "who")
MOST: Final = 4
"""Clauses that a condition may have."""
PENALTY: Final = bits("penalty")
_condition = attrgetter("condition")


def condition_of(
    text: str, clauses: Sequence[Clause], cue: int | None, *, sanction: bool, bearers: Sequence[Bearer]
) -> str | None:  # fmt: skip
    """The circumstance that stands in front of a directive's predicate, as written; None where there is none.

    Args:
        text: the document.
        clauses: the clauses of the directive.
        cue: where its deontic word starts, None for a bare imperative.
        sanction: whether it threatens; a condition then names those who fail, bearers included.
        bearers: who acts; names that stand in it are no part of the condition.
    """
    kept = _fronted(text, clauses[:-1], sanction=sanction) if len(clauses) > 1 else []
    if kept:
        start = kept[0].start
        named = _named_at(bearers, start, before=kept[0].end)
        if named is not None and not sanction and text[named.end : kept[0].end] != "的":
            start = named.end
        opening = patterns()["opening"].match(text, start, kept[-1].end)
        return text[opening.end() if opening is not None else start : kept[-1].end]
    first = clauses[0]
    if first.cue is None and len(clauses) > 1 and clauses[1].lead == "cue":
        named = _named_at(bearers, first.start, before=len(text) + 1)
        behind = patterns()["named"].fullmatch(text, named.end, first.end) if named is not None else None
        if behind is not None:
            return behind.group()
    limit = cue if cue is not None and cue <= first.end else first.end
    begin = first.start
    struck, subject = first.marks & PENALTY != 0, first.subject
    acts = subject is not None and subject.kind in ("organisation", "person") and subject.end < limit
    if struck and subject is not None and acts and not text.startswith("由", subject.start - 1):
        begin = subject.end
    if cue is None and not struck and text.find("由", begin, first.end + 1) < 0:
        return None
    match = patterns()["inside"].match(text, begin, first.end)
    if match is None or (cue is None and not (struck or text.startswith("由", match.end("condition")))):
        return None
    if cue is not None and not limit - 1 <= match.end("condition") <= limit:
        return None
    return match["condition"]


def _named_at(bearers: Sequence[Bearer], start: int, *, before: int) -> Span | None:
    """The name of a bearer that starts at a place and ends before another."""
    spans = (bearer.span for bearer in bearers if bearer.explicit)
    return next((span for span in spans if span is not None and span.start == start and span.end < before), None)


def _fronted(text: str, clauses: Sequence[Clause], *, sanction: bool) -> list[Clause]:
    """The leading clauses that make up the condition; a time in front of it is left out."""
    clauses = clauses[:MOST]
    if not any(map(_condition, clauses)):
        return []
    found = patterns()
    kinds: list[str] = []
    for clause in clauses:
        kind = clause.condition
        if clause.lead == "time" or clause.cue is not None or (kind in ("about", "whom") and _strikes(text, clause)):
            break
        if kind == "when" and found["hour"].fullmatch(text, clause.start, clause.end):
            kind = ""
        if kind == "whom" and not sanction:
            kind = ""
        if not kind and found["chained"].match(text, clause.start, clause.end) is None:
            break
        kinds.append(kind)
    while len(kinds) > 1 and found["found"].fullmatch(text, clauses[len(kinds) - 1].start, clauses[len(kinds) - 1].end):
        kinds.pop()
    while kinds and not kinds[-1]:
        kinds.pop()
    if "" in kinds and not any(kind in CERTAIN for kind in kinds):
        return []
    return list(clauses[: len(kinds)])


def _strikes(text: str, clause: Clause) -> bool:
    """Whether a clause threatens by itself, not as part of what goes on behind a 的."""
    if not clause.marks & PENALTY:
        return False
    return any(hit.kind == "penalty" and text.find("的", hit.end, clause.end) < 0 for hit in clause.hits)
