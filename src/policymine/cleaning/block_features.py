"""What the block model sees of a line: its characters, its form, its place beside the running text, its neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from policymine.cleaning.lines import Line, Marks
from policymine.cleaning.noise import Zones

Place = Literal["before", "inside", "behind", "none"]
LONGEST = 60
"""Characters of a line that are looked at."""
GRAMS = (1, 2, 3)
FIGURE = re.compile(r"\d")
SENTENCE = re.compile("[。!?;]")


def place_of(line: Line, zones: Zones) -> Place:
    """Where a line stands beside the running text of its stretch."""
    if zones.first is None or zones.last is None:
        return "none"
    return "before" if line.index < zones.first else "behind" if line.index > zones.last else "inside"


def neighbours(lines: Sequence[Line], position: int, marks: Marks) -> tuple[bool, bool]:
    """Whether the line over and the line under are marked as noise; a heading is none."""
    over = lines[position - 1] if position else None
    under = lines[position + 1] if position + 1 < len(lines) else None
    return _noisy(over, marks), _noisy(under, marks)


def features(line: Line, place: Place, *, over: bool, under: bool) -> list[str]:
    """The features of a line, each present or not.

    Args:
        line: the line.
        place: where it stands beside the running text.
        over: the line over it is noise.
        under: the line under it is noise.

    >>> from policymine.text import Span
    >>> line = Line(0, Span(0, 7), "阅读:1024")
    >>> [name for name in features(line, "before", over=True, under=False) if not name.startswith("gram")]
    ['length=0', 'figures=2', 'place=before', 'over']
    """
    named = [f"gram={gram}" for gram in sorted(grams_of(line.view))]
    return named + signs(line, place, over=over, under=under)


def signs(line: Line, place: Place, *, over: bool, under: bool) -> list[str]:
    """The features of a line that are none of its runs of characters."""
    view, named = line.view, []
    if SENTENCE.search(view):
        named.append("sentence")
    named.append(f"length={min(6, len(view) // 8)}")
    named.append(f"figures={sum(map(str.isdigit, view)) * 4 // max(1, len(view))}")
    named.append(f"place={place}")
    if line.block is not None and line.block.link_density > 0.5:
        named.append("linked")
    return named + ["over"] * over + ["under"] * under


def grams_of(view: str) -> set[str]:
    """Runs of one to three characters, figures made 0, the edges of the line marked.

    >>> sorted(grams_of("1月"))
    ['$', '0', '0月', '0月$', '^', '^0', '^0月', '月', '月$']
    """
    text = "^" + FIGURE.sub("0", view[:LONGEST]) + "$"
    return {text[at : at + size] for size in GRAMS for at in range(len(text) - size + 1)}


def _noisy(line: Line | None, marks: Marks) -> bool:
    return line is not None and marks.kind(line) not in (None, "heading")
