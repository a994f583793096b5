"""Mechanisms that are set up and described through several clauses: 形成政府牵头，部门配合的工作格局.

Who acts inside such a description is told nothing: the directive is addressed to whoever sets the mechanism up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.codes import ADVERB, LEAD_AT, bits
from policymine.extraction.directives.fronting import patterns

ENDS: Final = frozenset("制系局面式度")
"""What the words for a mechanism end with: cheap to ask first."""
LONGEST: Final = 6
"""Clauses that a description runs through at most."""
ACTING: Final = bits("charge", "lead", "plan", "penalty")


def silence(text: str, clauses: Sequence[Clause]) -> range:
    """Makes the clauses inside a description name nobody: those behind its first one, up to the one it ends with; gives which.

    Args:
        text: the document.
        clauses: those of a sentence.
    """
    for last in range(1, len(clauses)):
        clause = clauses[last]
        if text[clause.end - 1] not in ENDS or clause.cue is not None:
            continue
        found = patterns()
        if found["closes"].search(text, clause.start, clause.end) is None or found["opens"].search(
            text, clause.start, clause.end
        ):
            continue
        for first in range(last - 1, max(-1, last - LONGEST), -1):
            if found["opens"].search(text, clauses[first].start, clauses[first].end) is None:
                continue
            if text[clauses[first].end - 1] in ENDS:
                break  # what is set up is named there already
            inner = range(first + 1, last + 1)
            if any(clauses[index].cue is not None for index in inner):
                break
            for index in inner:
                _silence(clauses[index])
            return inner
    return range(0)


def _silence(clause: Clause) -> None:
    clause.subject, clause.lead, clause.fronted, clause.condition = None, "result", False, ""
    clause.marks &= ~ACTING
    clause.shape = LEAD_AT["result"] | (clause.shape & ADVERB)
