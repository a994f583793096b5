"""What a numeric slogan stands for, where the paper itself spells it out: in brackets, after 即, before it, or in headlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policymine.model import Span


@dataclass(frozen=True, slots=True)
class Opening:
    """The members of one mention; `right` is False where their number is not the one announced."""

    slogan: Span
    members: tuple[Span, ...]
    right: bool


def find_openings(text: str, slogans: Sequence[Span]) -> tuple[Opening, ...]:
    """The openings of the given mentions."""
    return ()
