"""A sentence cut into stretches that are read on their own: behind outline labels, around lists of commands in brackets.

The members of an expansion that are commands (四个一律, 五个一) are one directive each, and the sentence that carries them ends
in front of the bracket; principles and conditions (四不放过) stay where they are.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from policymine import rules
from policymine.extraction.directives.scanning import PACKAGE, Hit, alternation
from policymine.model import Slogan
from policymine.text.span import Span

EXPANSION: Final = re.compile(
    r"[（(](?!责任|牵头|配合|主办|协办|参与|落实)(?:即|分别是|也就是)?[：:]?(?P<inside>[^（()）]*[；;][^（()）]*)[)）]"
)
CARRIED: Final = re.compile(r"[，,]?(?:即|分别是|也就是|就是)?[：:]?[（(“]?(?:即)?[：:]?$")
COMMANDING: Final = ("must-not-once", "ban", "negated")


Stretch = tuple[Span, int, bool]
"""A part of a sentence, the index of its label in the outline's items or -1, and whether it is a member of a list."""


@cache
def _verb() -> re.Pattern[str]:
    return re.compile(f"(?:每[户人村组]|{alternation(rules.load(PACKAGE, 'directives').lexicons['lexicons']['verbs'])})")


def commands(text: str, slogans: Sequence[Slogan], hits: Sequence[Hit]) -> list[tuple[Span, ...]]:
    """The expansions whose members order something, in reading order: those with 一律 or a ban, those of a verb and 一.

    Args:
        text: the document.
        slogans: its slogans with the spans of their members.
        hits: its deontic words and marks, in order.
    """
    lists = [slogan.members for slogan in slogans if len(slogan.members) > 1]
    lists += [_parts(bracket) for bracket in EXPANSION.finditer(text)]
    starts = [hit.start for hit in hits]
    found: list[tuple[Span, ...]] = []
    for members in sorted(lists):
        if found and members[0].start < found[-1][-1].end:
            continue
        ordering = [_orders(text, m, hits[bisect_left(starts, m.start) : bisect_left(starts, m.end)]) for m in members]
        if 2 * sum(ordering) > len(ordering):
            found.append(members)
    return found


def _parts(bracket: re.Match[str]) -> tuple[Span, ...]:
    """The members that a bracket parts by ；."""
    at = bracket.start("inside")
    ends = [at + mark.start() for mark in re.finditer(r"[；;]|$", bracket["inside"])]
    return tuple(Span(low, high) for low, high in zip([at, *[end + 1 for end in ends]], ends, strict=False) if high > low)


def _orders(text: str, member: Span, hits: Sequence[Hit]) -> bool:
    """Whether a member commands: a ban or 一律 in it, or a verb with 一 behind it."""
    if any(hit.deontic and hit.kind in COMMANDING for hit in hits):
        return True
    return _verb().match(text, member.start, member.end) is not None and "一" in member.of(text)


def cut(
    text: str, whole: Span, *, labels: Sequence[Span], starts: Sequence[int], lists: Sequence[tuple[Span, ...]]
) -> Sequence[Stretch]:  # fmt: skip
    """The stretches of the sentence `whole` in order.

    Args:
        text: the document.
        whole: the sentence.
        labels: the outline's labels, in order.
        starts: where they start.
        lists: expansions whose members are commands, in order.
    """
    index = bisect_left(starts, whole.start)
    if not lists and (index == len(starts) or starts[index] >= whole.end):
        return ((whole, -1, False),)
    at, current = whole.start, -1
    found: list[Stretch] = []
    while index < len(labels) and (label := labels[index]).start < whole.end:
        if label.start > at:
            found += _around(text, Span(at, label.start), current, lists=lists)
        at, current = label.end, index
        index += 1
    if at < whole.end:
        found += _around(text, Span(at, whole.end), current, lists=lists)
    return found


def _around(text: str, span: Span, label: int, *, lists: Sequence[tuple[Span, ...]]) -> Iterator[Stretch]:
    """A stretch cut around the list of commands in it."""
    index = bisect_left(lists, span.start, key=lambda listed: listed[0].start) if lists else 0
    members = lists[index] if index < len(lists) and lists[index][-1].end <= span.end else None
    if members is None:
        yield span, label, False
        return
    carried = CARRIED.search(text, span.start, members[0].start)
    before = carried.start() if carried is not None else members[0].start
    if before > span.start:
        yield Span(span.start, before), label, False
    for member in members:
        yield member, -1, True
    rest = Span(members[-1].end, span.end).trimmed(text, "）)”，,、。；; ") if members[-1].end < span.end else None
    if rest is not None:
        yield Span(rest.start, span.end), -1, False
