"""Lines that were wrapped by hand at a fixed width, as mail programs and PDF readers leave them."""

from __future__ import annotations

import re

from policymine.rules import load
from policymine.text import Edit, Span

RULE = "repairs.hard-wrap"
LEAST = 4
NARROWEST = 18


def find_wraps(text: str) -> list[Edit]:
    """The line ends inside sentences, where the page shows a width at which every longer line breaks.

    >>> page = "\\n".join(["各乡镇各部门要切实提高思想认识把安全生产工作抓"] * 6 + ["紧抓实。"])
    >>> len(find_wraps(page))
    6
    """
    if text.count("\n") < LEAST:
        return []
    ends = (match.start() for match in re.finditer("\n", text))
    pattern = load("policymine.cleaning", "repairs")[RULE].find
    found = (pattern.match(text, end - (text[end - 1 : end] == "\r")) for end in ends)
    breaks = [match.span() for match in found if match is not None]
    if len(breaks) < LEAST:
        return []
    lengths = [start - (text.rfind("\n", 0, start) + 1) for start, _ in breaks]
    width = max(lengths)
    full = [span for span, length in zip(breaks, lengths, strict=True) if length >= width - 2]
    if width < NARROWEST or len(full) < LEAST or len(full) < 0.6 * len(breaks):
        return []
    lines = [len(line.rstrip()) for line in text.split("\n")]
    if sum(length > width + 2 for length in lines) > 0.02 * len(lines):
        return []
    return [Edit(Span(*span), "", RULE, 0.8) for span in full]
