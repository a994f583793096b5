"""Texts and units as the search index sees them: single characters, and pairs of neighbouring ones; and facets as tokens.

A term of one character is looked up among the singles, a longer one as the phrase of its pairs, so that a term of any length
finds exactly the texts that contain it. Every character counts, punctuation and white space too. Characters that mean
something to the index (ASCII but letters and digits) are moved to a private plane first, which makes every query harmless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from policymine.model import Span

Fold = Callable[[str], str]
"""Makes texts and queries comparable, such as full width and half width, 繁體 and 简体."""

PRIVATE = 0xF0000
MEANT = re.compile(r"[\x00-/:-@\[-`{-\x7f]")
FOLDED = re.compile(r"[\x00-/:-`{-\x7f]")
"""The same and capitals, which the index does not tell from small letters."""


LONGEST_TOKEN = 200
"""Characters of a facet's value that the index keeps; what is longer is told apart by the table itself."""


class Entry(NamedTuple):
    """What the index keeps of a directive: its text and its units' names made comparable, and what it is filtered by."""

    serial: int
    text: str
    units: str
    facets: tuple[str, ...]


def moved(text: str, fold: Fold) -> str:
    """A text made comparable and harmless."""
    return MEANT.sub(_move, fold(text))


def kept(text: str) -> str:
    """A text made harmless that the index tells from every other one, capitals too: names and codes."""
    return FOLDED.sub(_move, text)


def _move(sign: re.Match[str]) -> str:
    return chr(PRIVATE + ord(sign[0]))


def facet(name: str, value: object = "") -> str:
    """One token for a value that directives are filtered by.

    >>> len(facet("kind", "speech")), facet("kind", "speech") != facet("kind", "notice")
    (11, True)
    """
    return kept(f"{name}={value}"[:LONGEST_TOKEN])


def tells(name: str, value: str) -> bool:
    """Whether the index keeps the whole value, so that nothing else has its token.

    >>> tells("sector", "消防"), tells("sector", "消防" * 200)
    (True, False)
    """
    return len(name) + 1 + len(value) <= LONGEST_TOKEN


def singles(text: str) -> str:
    """The different characters of a text, with blanks between them."""
    return " ".join(dict.fromkeys(text))


def pairs(text: str) -> str:
    """The pairs of neighbours with a blank between them, laid out by slices: three times as fast as pair by pair.

    >>> pairs("安全月").split()
    ['安全', '全月']
    """
    signs = [" "] * (3 * len(text) - 3)
    signs[0::3] = text[:-1]
    signs[1::3] = text[1:]
    return "".join(signs)


def marks(text: str, query_terms: Sequence[str], *, fold: Fold) -> tuple[Span, ...]:
    """Where the terms stand in a text, as spans of the text itself; overlapping ones are joined.

    >>> from policymine.text.script import fold
    >>> marks("２０２２年安全生产", ["2022", "安全", "全生"], fold=fold)
    (Span(start=0, end=4), Span(start=5, end=8))
    """
    folded, origin = _folded(text, fold)
    covered: list[Span] = []
    for term in query_terms:
        wanted = fold(term)
        at = folded.find(wanted) if wanted else -1
        while at >= 0:
            covered.append(Span(origin[at], origin[at + len(wanted) - 1] + 1))
            at = folded.find(wanted, at + 1)
    joined: list[Span] = []
    for span in sorted(covered):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return tuple(joined)


def _folded(text: str, fold: Fold) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the offset in `text` that it came from."""
    whole = fold(text)
    if len(whole) == len(text):
        return whole, list(range(len(text)))
    pieces = [(fold(character), at) for at, character in enumerate(text)]
    return "".join(piece for piece, _ in pieces), [at for piece, at in pieces for _ in piece]
