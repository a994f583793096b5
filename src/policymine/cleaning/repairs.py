"""Character repairs in their order, every one a recorded edit.

Invisible characters and watermarks → injected readings → bytes out of step → script → layout. Readings come before script
because their keys are traditional, bytes before script because the lattice needs the bytes that the mirror had. The order is
walked until nothing changes, so that repairing twice is repairing once; no edit touches a digit unless its rule is listed
for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple

from policymine.cleaning import bytes as slipped
from policymine.cleaning import desync, layout, pinyin, script_repair, watermarks, wraps
from policymine.model import Issue
from policymine.rules import load
from policymine.text import Alignment, Edit, Span
from policymine.text.alignment import Replacements
from policymine.text.script import Script, script_of

ROUNDS = 6
_OF_BYTES = frozenset({slipped.RULE, desync.READ, desync.LONE})
_BROKEN_NUMBER = re.compile("(?<=[?\ufffd])(?P<digits>[0-9]+)")
_DIGIT = re.compile("[0-9０-９]")

_LISTED = load("policymine.cleaning", "repairs")
KINDS: Mapping[str, str] = {
    **{rule.id: str(rule.gives["kind"]) for rule in _LISTED},
    slipped.RULE: "gbk_byte_shift",
    script_repair.RULE: "trad_to_simp",
    layout.SPACE: "stray_space",
}
_MAY_TOUCH_DIGITS = frozenset(rule.id for rule in _LISTED if rule.gives.get("digits"))


class Repaired(NamedTuple):
    """A page's text after its character repairs; `script` is that of the text before, `issues` what could not be mended."""

    alignment: Alignment
    script: Script
    issues: tuple[Issue, ...]


def repair(alignment: Alignment) -> Repaired:
    """Mends the damaged characters of a text; every change is an edit of the alignment.

    >>> done = repair(Alignment.of("縣委召開擴(kuò)大會(huì)議,部署安全生產(chǎn)工作。"))
    >>> done.alignment.text, done.script
    ('县委召开扩大会议,部署安全生产工作。', 'traditional')
    """
    cost = cache(slipped.cost_of)
    script, steps = script_of(alignment.text), _steps(cost)
    quiet: dict[int, str] = {}  # the text in which a step had nothing to mend
    for _ in range(ROUNDS):
        before = alignment
        for number, find in enumerate(steps):
            text = alignment.text
            if quiet.get(number) is text:
                continue
            if edits := _lawful(text, find(text)):
                alignment = alignment.edit(edits)
            else:
                quiet[number] = text
        if alignment is before:
            break
    return Repaired(alignment, script, tuple(_issues(alignment, cost)))


def _steps(cost: slipped.Cost) -> tuple[Callable[[str], Sequence[Edit]], ...]:
    """The repairs of one page in their order; what a stretch reads and costs is remembered from round to round."""
    return (
        layout.find_marks,
        pinyin.find_injections,
        desync.find_desync,
        partial(slipped.find_lost_bytes, reads=cache(slipped.reads_of), cost=cost),
        script_repair.find_traditional,
        watermarks.find_question_marks,
        layout.find_residue,
        wraps.find_wraps,
        layout.find_layout,
    )


def _issues(alignment: Alignment, cost: slipped.Cost) -> Iterator[Issue]:
    """What a person should look at: characters that were inferred, numbers that lost digits, damage that stayed."""
    raw = alignment.raw
    damaged = [Edit(Span(start, end), text, *made) for start, end, text, made in alignment.changed if made[0] in _OF_BYTES]
    for edit in damaged:
        where = alignment.to_clean(edit.span)
        if "g" in (edit.certainty or ""):
            told = f"{(edit.certainty or '').count('g')} characters were inferred without any of their bytes"
            yield Issue("characters_inferred", "warning", told, "never quote them as a fact", where)
    if damaged:
        for match in _BROKEN_NUMBER.finditer(raw, *alignment.origin):
            where = alignment.to_clean(Span(*match.span("digits")))
            told = f"{match['digits']!r} stands beside lost bytes; digits before or behind it may be gone"
            yield Issue("number_damaged", "warning", told, "look the number up at its source", where)
    for span in slipped.suspects(alignment.text, odd=slipped.BROKEN, cost=cost):
        yield Issue(
            "damage_unrepaired", "warning", f"{span.of(alignment.text)[:20]!r} looks damaged", "read the original", span
        )


def _lawful(text: str, edits: Sequence[Edit]) -> Sequence[Edit]:
    """The edits that may be made: those that touch a digit only where their rule is listed for it."""
    bounds = zip(edits.starts, edits.stops, strict=True) if isinstance(edits, Replacements) else [edit.span for edit in edits]
    if not _DIGIT.search("".join([text[start:end] for start, end in bounds])):
        return edits
    return [edit for edit in edits if edit.rule in _MAY_TOUCH_DIGITS or not _DIGIT.search(text, *edit.span)]


__all__ = ["KINDS", "Repaired", "Span", "repair"]
