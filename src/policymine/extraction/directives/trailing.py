"""Brackets at the end of an item that name who is responsible: （责任单位：县发改局、县财政局）, （县应急局牵头，各镇配合）."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from policymine.extraction.directives.bodies import shapes
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.listing import members
from policymine.extraction.directives.sharing import bearer
from policymine.model import Bearer, BearerRole
from policymine.text.span import Span

CALLS_IN = re.compile("会同|联合(?!会)")
"""What stands between equals: 县科技局会同县教育局."""
TOLD = re.compile("[：:]|负责|牵头|配合|参与")
"""What tells that names with a share follow."""
FIRST_LEADS = re.compile("[，,；;][^，,；;]{0,8}第[一1](?:位|名)?(?:的|者)?(?:单位|部门)?(?:为|是|系)牵头")
"""The first of the names leads: ，排名第1为牵头单位."""
_start = attrgetter("start")


def brackets(text: str, sentences: Sequence[Sentence]) -> dict[int, tuple[Bearer, ...]]:
    """Bearers that a bracket at the end of an item gives: item → bearers."""
    given: dict[int, tuple[Bearer, ...]] = {}
    for bracket in shapes()["bracket"].finditer(text):
        named = named_inside(text, Span(*bracket.span("inside")))
        at = bisect_right(sentences, bracket.start(), key=_start) - 1
        if named and at >= 0:
            given[sentences[at].item] = named
    return given


def named_inside(text: str, inside: Span) -> tuple[Bearer, ...]:
    """The bearers that stand inside a bracket, with their roles.

    >>> t = "县水利局牵头，县农业局、县林业局等部门配合，持续实施"
    >>> [f"{b.role} {b.text}" for b in named_inside(t, Span(0, len(t)))]
    ['lead 县水利局', 'support 县农业局', 'support 县林业局']
    """
    patterns = shapes()
    stop = text.find("。", inside.start, inside.end)
    if stop >= 0 and TOLD.search(text, stop, inside.end) is None:
        inside = Span(inside.start, stop)
    first = FIRST_LEADS.search(text, inside.start, inside.end)
    if first is not None:
        inside = Span(inside.start, first.start())
    named: list[Bearer] = []
    for part in patterns["part"].finditer(text, inside.start, inside.end):
        told = (part["told"] or "") + (part["verb"] or "")
        role: BearerRole = "lead" if "牵头" in told else "support" if "配合" in told or "协助" in told else "responsible"
        if part["names"] is None:
            continue
        for span in _groups(text, Span(*part.span("names"))):
            named += [bearer(text, name, role, explicit=False) for name in members(text, span, loose=True)]
    if named and first is not None:
        named[0] = replace(named[0], role="lead")
    return tuple(named)


def _groups(text: str, names: Span) -> Iterator[Span]:
    """The lists of names between 会同 and 联合, without the words around them."""
    at = names.start
    for called in [*CALLS_IN.finditer(text, names.start, names.end), None]:
        span = Span(at, called.start() if called is not None else names.end).trimmed(text, "、，,等 ")
        by_duty = shapes()["by_duty"].search(text, *span) if span is not None else None
        if span is not None and by_duty is not None and by_duty.start() > span.start:
            span = Span(span.start, by_duty.start())
        if span is not None:
            yield span
        at = called.end() if called is not None else at
