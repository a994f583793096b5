"""Traditional script as recorded edits: one for every run of characters that change."""

from __future__ import annotations

import re

from policymine.text import Edit, Span
from policymine.text.script import to_simplified, traditional_stretches

RULE = "repairs.script"
_RUN = re.compile("\u0001+")


def find_traditional(text: str) -> list[Edit]:
    """The edits that bring the traditional lines of a text into simplified script; simplified lines stay as they are.

    >>> [(e.span.of("縣委會議要求"), e.text) for e in find_traditional("縣委會議要求")]
    [('縣', '县'), ('會議', '会议')]
    """
    edits: list[Edit] = []
    for stretch in traditional_stretches(text):
        old = stretch.of(text)
        new = to_simplified(old)
        changed = "".join(["\u0001" if a != b else "\u0000" for a, b in zip(old, new, strict=True)])
        for run in _RUN.finditer(changed):
            start, end = run.span()
            edits.append(Edit(Span(stretch.start + start, stretch.start + end), new[start:end], RULE, 0.99))
    return edits
