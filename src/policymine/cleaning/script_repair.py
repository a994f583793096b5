"""Traditional script as recorded edits: one for every phrase that changes.

A phrase is a run of changing characters together with one or two Han characters between them (全國累計: one edit, not three).
It never holds a digit or a mark of punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import ne

from policymine.text import Edit, Span
from policymine.text.script import to_simplified, traditional_stretches

RULE = "repairs.script"
_PHRASE = re.compile(rb"\x01+(?:\x00{1,2}\x01+)*")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")


def find_traditional(text: str) -> list[Edit]:
    """The edits that bring the traditional lines of a text into simplified script; simplified lines stay as they are.

    >>> [(e.span.of("縣委會議:要求"), e.text) for e in find_traditional("縣委會議:要求")]
    [('縣委會議', '县委会议')]
    """
    edits: list[Edit] = []
    for stretch in traditional_stretches(text):
        old = stretch.of(text)
        new = to_simplified(old)
        for start, end in _phrases(old, new):
            edits.append(Edit(Span(stretch.start + start, stretch.start + end), new[start:end], RULE, 0.99))
    return edits


def _phrases(old: str, new: str) -> Iterator[tuple[int, int]]:
    changed = bytes(map(ne, old, new))
    for run in _HAN.finditer(old):
        yield from (phrase.span() for phrase in _PHRASE.finditer(changed, *run.span()))
