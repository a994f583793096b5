"""A requirement as applicability sees it: a directive with its paper, whatever it was read from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from policymine.model import Bearer, Card, Directive, Span

SENTENCE = "。！？"


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper of a requirement. `ends` is the last day it says it holds, `repealed_by` the paper that ended it.

    `term` is the last day of the year or the campaign that the paper is for: what it asks for good outlives it.
    """

    id: str
    card: Card
    ends: str | None = None
    repealed_by: str | None = None
    term: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time in which a requirement holds; `end` is the first day after it, None where it is not known."""

    text: str
    end: str | None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is required, of whom, on what condition, and when it holds. `hash` is equal while nothing in it changed.

    `context` is what stands right before it in the same paragraph, as far as that was read.
    """

    id: str
    row_id: str
    text: str
    start: int
    modality: str
    bearers: tuple[Bearer, ...]
    condition: str | None
    periods: tuple[Period, ...]
    section: tuple[str, ...]
    paper: Paper
    hash: str = field(default="")
    context: str = ""

    @property
    def sentence(self) -> str:
        """What stands before it in its own sentence."""
        return self.context[1 + max(map(self.context.rfind, SENTENCE)) :] if self.context else ""


def requirement_of(directive: Directive, paper: Paper, *, id: str, row_id: str = "") -> Requirement:  # noqa: A002
    """The requirement that a directive of a paper states."""
    periods = tuple(
        Period(time.text, time.interval.end.date().isoformat() if time.interval and time.interval.end else None, time.span)
        for time in directive.deadlines
        if time.role == "period"
    )
    return Requirement(
        id, row_id or id, directive.text, directive.span.start, directive.modality, directive.bearers, directive.condition,
        periods, directive.section, paper,
    )  # fmt: skip


def hash_of(parts: Mapping[str, object]) -> str:
    """A short hash of what is named."""
    return hashlib.blake2b(repr(sorted(parts.items())).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
