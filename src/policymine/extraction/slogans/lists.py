"""Lists in running text: the ways to read a stretch as members, labels and marks trimmed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policymine.model import Span
from policymine.rules import load

WORDS = load("policymine.extraction.slogans", "slogans").lexicons["openings"]
TRIM = re.compile(rf"^(?:{WORDS['labels']})?\s*|[\s，,、；;。：:]+$|等$")
VERB = re.compile(rf"^.*(?:{WORDS['strong']})")
HEAD_VERB = re.compile(rf"^(?:{WORDS['adverbs']})*(?:{WORDS['strong']}|{WORDS['verbs']})")
JOINED = "、|以及|和|与(?!之)|及"
ASIDE = re.compile(r"[（(][^（()）\n]*[）)]|《[^《》\n]*》")
VEIL = "○"
"""What stands for the signs of a bracket or a title while a list is divided: their marks divide nothing."""


def veiled(text: str) -> str:
    """The text with brackets and titles made unreadable, letter by letter, so that offsets stay.

    >>> veiled("台账（含甲、乙）、清单")
    '台账○○○○○○、清单'
    """
    return ASIDE.sub(lambda aside: VEIL * len(aside[0]), text)


def splits(text: str, span: Span) -> Iterator[tuple[Span, ...]]:
    """The ways to read a stretch as a list, the likeliest first: by ；, by 、 up to the first comma, by both, by commas."""
    inside = span.of(text)
    if "》《" in inside:
        yield members(text, span, "(?<=》)[、和与]?(?=《)")
    if "；" in inside or ";" in inside:
        yield members(text, span, "[；;]")
        yield members(text, span, "[；;、]")
    comma = re.search("[，,；;]", inside)
    short = Span(span.start, span.start + comma.start()) if comma and comma.start() else span
    if "、" in short.of(text):
        yield members(text, short, "、")
        yield members(text, short, JOINED, last=True)
    if comma and "、" in inside:
        yield members(text, span, "[、，,]")
        yield members(text, span, "[、，,]|以及|和|与|及", last=True)
    if comma:
        yield members(text, span, "[，,]")
        if not re.search("[；;]", inside):
            yield members(text, span, "[，,]|以及|和|与|及", last=True)
    yield members(text, short, "以及|和|与|及")
    if "、" in short.of(text):
        yield members(text, short, JOINED)


def grouped(text: str, span: Span, counts: Sequence[int]) -> tuple[Span, ...] | None:
    """The members of a name with several numbers (三保三列入), where each clause in turn lists as many as its number says.

    What follows the last group is no member; None where a clause has another number.

    >>> t = "保甲、保乙，列入丙、列入丁，并建立机制"
    >>> [member.of(t) for member in grouped(t, Span(0, len(t)), [2, 2])]
    ['保甲', '保乙', '列入丙', '列入丁']
    """
    clauses = list(re.finditer(r"[^，,；;]+", veiled(span.of(text))))
    found: list[Span] = []
    for count, clause in zip(counts, clauses, strict=False):
        some = members(text, Span(span.start + clause.start(), span.start + clause.end()), "、")
        if len(some) != count:
            return None
        found += some
    return tuple(found) if len(found) == sum(counts) else None


def members(text: str, span: Span, marks: str, *, last: bool = False) -> tuple[Span, ...]:
    """The parts between marks, labels and white space trimmed; with `last`, words that join split only the last part."""
    cuts = list(re.finditer(marks, span.of(text)))
    if last:
        listed = [i for i, cut in enumerate(cuts) if cut[0] in "、，,"]
        cuts = [cut for i, cut in enumerate(cuts) if cut[0] in "、，,"] + (
            [cuts[-1]] if cuts and len(cuts) - 1 not in listed else []
        )
    found, at = [], span.start
    for start, end in [(span.start + c.start(), span.start + c.end()) for c in cuts] + [(span.end, span.end)]:
        if (member := trimmed(text, at, start)) is not None:
            found.append(member)
        at = end
    return tuple(found)


def trimmed(text: str, start: int, end: int) -> Span | None:
    """A member without its label, marks and white space."""
    for found in TRIM.finditer(text[start:end]):
        if found.start() == 0:
            start += found.end()
        elif found.end() > 0:
            return Span(start, end).trimmed(text[: end - len(found[0])]) if end - len(found[0]) > start else None
    return Span(start, end).trimmed(text) if end > start else None


def first_member(text: str, members: Sequence[Span]) -> Span:
    """The first member without the words that lead up to it: as long as the others where they agree, else behind the verb."""
    first, lengths = members[0], {member.length for member in members[1:]}
    longest = max(lengths)
    if len(lengths) == 1 and first.length > longest:
        at = first.end - longest
        return Span(at if longest == 1 else _word_start(text, first, at), first.end)
    for lead in (VERB, HEAD_VERB):
        verb = lead.match(first.of(text)) if first.length > min(lengths) else None
        if verb and verb.end() < first.length:
            first = Span(first.start + verb.end(), first.end)
    return first


def _word_start(text: str, span: Span, at: int) -> int:
    """Where the word begins that `at` falls into: a member is not cut within a word."""
    import rjieba

    reached = start = span.start
    for word in rjieba.cut(span.of(text)):
        if reached <= at:
            start = reached
        reached += len(word)
    return start
