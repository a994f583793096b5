"""Texts and queries as the search index sees them: single characters, and pairs of neighbouring ones.

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


class Tokens(NamedTuple):
    """What the index keeps of a text: its different characters, and its pairs in order."""

    singles: str
    pairs: str


def tokens(text: str, fold: Fold) -> Tokens:
    """The tokens of a text.

    >>> from policymine.text.script import fold
    >>> tokens("安全 月", fold).pairs.split()[0]
    '安全'
    """
    moved = _moved(text, fold)
    return Tokens(" ".join(dict.fromkeys(moved)), _pairs(moved))


def _moved(text: str, fold: Fold) -> str:
    return MEANT.sub(lambda sign: chr(PRIVATE + ord(sign[0])), fold(text))


def _pairs(moved: str) -> str:
    """The pairs of neighbours with a blank between them, laid out by slices: three times as fast as pair by pair."""
    signs = [" "] * (3 * len(moved) - 3)
    signs[0::3] = moved[:-1]
    signs[1::3] = moved[1:]
    return "".join(signs)


def terms(query: str) -> tuple[str, ...]:
    """The terms of a query, all of which a row must contain: separated by white space, or held together by "…".

    >>> terms('隐患 "安全 生产" 月底前')
    ('隐患', '安全 生产', '月底前')
    """
    found: list[str] = []
    for number, piece in enumerate(query.replace("＂", '"').split('"')):
        found += [piece] if number % 2 else piece.split()
    return tuple(term for term in found if term.strip())


def match_expression(query_terms: Sequence[str], fold: Fold) -> str:
    """What the index is asked for rows that contain all terms; empty when there are none."""
    clauses = []
    for term in query_terms:
        moved = _moved(term, fold)
        if len(moved) == 1:
            clauses.append(f'singles : "{moved}"')
        elif moved:
            clauses.append(f'pairs : "{_pairs(moved)}"')
    return " AND ".join(clauses)


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
