"""What a numeric slogan stands for, where the paper itself spells it out: in brackets, behind 即, as the list before it, or in
the numbered headlines that follow.

A list counts only when it has as many members as the name announces; a list that was clearly meant for the name but has another
number is reported, never taken over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policymine.extraction.dictionary import announced
from policymine.model import Span
from policymine.rules import load

RULES = load("policymine.extraction", "slogans")
WORDS = RULES.lexicons["openings"]
CLOSE = re.compile(r"[”’」』\"]?")
BRACKET = re.compile(rf"(?P<far>{WORDS['far']})(?:[，,]\s?)?[（(](?P<said>{WORDS['said']})?")
BEHIND = re.compile(rf"{WORDS['far']}(?:[，,。：:；;]|——|—)?\s?(?P<said>{WORDS['said']})|{WORDS['far']}(?:[：:]|——)\s*")
STOP = re.compile("[。！？!?\n]")
STRETCH = re.compile(r"[^，,。；;：:！!？?\n“”‘’\"（()）《》]*\Z")
VERB = re.compile(rf"^.*(?:{WORDS['verbs']})")
HEAD_VERB = re.compile(rf"^(?:{WORDS['adverbs']})*(?:{WORDS['verbs']})")
TRIM = re.compile(rf"^(?:{WORDS['labels']})?\s*|[\s，,、；;。：:”’」』\"]+$|等$")
COUNTED = re.compile(r"[两双][个件种大项手]")
HEAD = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十两双]+)[个項项种大条件类]?(?P<head>.{2,6})")
NOT_LIST = re.compile(WORDS["not_list"])
LABEL = r"(?:(?<=[。；;，,：:！\n”）)])|^)\s*(?:{n}(?:要|是|、)|第{n}[，,、]|[（(]{n}[）)]|{a}[.．、])"
REACH_BEFORE, REACH_BRACKET, REACH_LIST, REACH_FIRST, REACH_ITEM = 80, 400, 300, 160, 1500
LONGEST_HEADLINE, MOST = 40, 20
NUMBERS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Opening:
    """The members of one mention; `right` is False where their number is not the one announced."""

    slogan: Span
    members: tuple[Span, ...]
    right: bool


def find_openings(text: str, slogans: Sequence[Span]) -> tuple[Opening, ...]:
    """What the given mentions stand for, as far as the text says it beside them.

    Args:
        text: the clean text of one document.
        slogans: spans of numeric slogans in it, quotation marks left out.

    Returns:
        One opening per mention that is spelt out, and one with `right` False per mention whose list has another number.

    >>> t = "落实“四早”(早发现、早报告、早隔离、早治疗)要求"
    >>> [m.of(t) for m in find_openings(t, [Span(3, 5)])[0].members]
    ['早发现', '早报告', '早隔离', '早治疗']
    """
    return tuple(opening for slogan in slogans if (opening := _opening(text, slogan)) is not None)


def _opening(text: str, slogan: Span) -> Opening | None:
    wanted = announced(slogan.of(text))
    if not wanted or max(wanted) > MOST:
        return None
    wrong: tuple[Span, ...] = ()
    for way in (_in_brackets, _behind, _before, _headlines):
        for members, meant in way(text, slogan, max(wanted)):
            if len(members) in wanted and len(members) > 1:
                return Opening(slogan, members, right=True)
            if meant and len(members) > 1:
                wrong = wrong or members
    return Opening(slogan, wrong, right=False) if wrong else None


_Ways = Iterator[tuple[tuple[Span, ...], bool]]


def _after_mark(text: str, slogan: Span) -> int:
    mark = CLOSE.match(text, slogan.end)
    return mark.end() if mark else slogan.end


def _in_brackets(text: str, slogan: Span, _: int) -> _Ways:
    """Lists in a bracket behind the name, the closest first."""
    opening = BRACKET.match(text, _after_mark(text, slogan))
    if opening is None:
        return
    start = opening.end()
    end = _closing(text, start)
    if end is None or (not opening["said"] and NOT_LIST.search(text, start, end)):
        return
    meant = bool(opening["said"]) or (not opening["far"] and "、" in text[start:end])
    for members in _splits(text, Span(start, end)):
        yield members, meant


def _closing(text: str, start: int) -> int | None:
    """Where the bracket opened just before `start` closes, within reach and the same line."""
    depth = 1
    for at in range(start, min(len(text), start + REACH_BRACKET)):
        if text[at] in "（(":
            depth += 1
        elif text[at] in "）)":
            depth -= 1
        if depth == 0:
            return at if at > start else None
        if text[at] == "\n":
            return None
    return None


def _behind(text: str, slogan: Span, _: int) -> _Ways:
    """Lists behind 即, 包括, 分别是 or a colon, up to the end of the sentence."""
    lead = BEHIND.match(text, _after_mark(text, slogan))
    if lead is None:
        return
    stop = STOP.search(text, lead.end(), lead.end() + REACH_LIST)
    end = stop.start() if stop else min(len(text), lead.end() + REACH_LIST)
    if end <= lead.end():
        return
    for members in _splits(text, Span(lead.end(), end)):
        yield members, bool(lead["said"])


def _splits(text: str, span: Span) -> Iterator[tuple[Span, ...]]:
    """The ways to read a stretch as a list, the likeliest first: by ；, by 、 up to the first comma, by both, by commas."""
    inside = span.of(text)
    if "；" in inside or ";" in inside:
        yield _members(text, span, "[；;]")
    comma = re.search("[，,；;]", inside)
    short = Span(span.start, span.start + comma.start()) if comma and comma.start() else span
    if "、" in short.of(text):
        yield _members(text, short, "、")
        yield _members(text, short, "、|以及|和|与|及", last=True)
    if comma and "、" in inside:
        yield _members(text, span, "[、，,]")
        yield _members(text, span, "[、，,]|以及|和|与|及", last=True)
    if comma:
        yield _members(text, span, "[，,]")
    yield _members(text, short, "以及|和|与|及")


def _members(text: str, span: Span, marks: str, *, last: bool = False) -> tuple[Span, ...]:
    """The parts between marks, labels and white space trimmed; with `last`, words that join split only the last part."""
    cuts = list(re.finditer(marks, span.of(text)))
    if last:
        listed = [i for i, cut in enumerate(cuts) if cut[0] in "、，,"]
        cuts = [cut for i, cut in enumerate(cuts) if cut[0] in "、，,"] + ([cuts[-1]] if cuts and len(cuts) - 1 not in listed else [])
    members, at = [], span.start
    for start, end in [(span.start + c.start(), span.start + c.end()) for c in cuts] + [(span.end, span.end)]:
        if (member := _trimmed(text, at, start)) is not None:
            members.append(member)
        at = end
    return tuple(members)


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """A member without its label, marks and white space."""
    for found in TRIM.finditer(text[start:end]):
        if found.start() == 0:
            start += found.end()
        elif found.end() > 0:
            return Span(start, end).trimmed(text[: end - len(found[0])]) if end - len(found[0]) > start else None
    return Span(start, end).trimmed(text) if end > start else None


def _before(text: str, slogan: Span, wanted: int) -> _Ways:
    """The list that runs up to the name: 措施、责任、时限、资金、预案“五落实”."""
    quoted = slogan.start > 0 and text[slogan.start - 1] in "“‘「『\""
    end = slogan.start - quoted
    if end > 0 and text[end - 1] == "的":
        end -= 1
    stretch = STRETCH.search(text, max(0, end - REACH_BEFORE), end)
    if stretch is None or not stretch[0] or stretch[0][-1] in "、和与及":
        return
    span = Span(stretch.start(), end)
    listed = "、" in stretch[0]
    if not listed and not COUNTED.match(slogan.of(text)):
        return
    for marks, last in (("、", False), ("、|以及|和|与|及", True)):
        members = _members(text, span, marks, last=last)
        if len(members) == wanted and len(members) > 1:
            yield (_first_member(text, members), *members[1:]), False


def _first_member(text: str, members: Sequence[Span]) -> Span:
    """The first member without the words that lead up to it: as long as the others where they agree, else behind the verb."""
    first, lengths = members[0], {member.length for member in members[1:]}
    longest = max(lengths)
    if len(lengths) == 1 and first.length > longest:
        return Span(first.end - longest, first.end)
    verb = VERB.match(first.of(text)) if first.length > min(lengths) else None
    if verb and verb.end() < first.length:
        return Span(first.start + verb.end(), first.end)
    return first


def _headlines(text: str, slogan: Span, wanted: int) -> _Ways:
    """The numbered headlines behind the name that repeat its head: 四种意识 … 一要强化红线意识. … 二要强化责任意识."""
    name = HEAD.fullmatch(slogan.of(text))
    if name is None or wanted > 10:
        return
    members: list[Span] = []
    at, reach = slogan.end, REACH_FIRST
    for number in range(1, wanted + 1):
        label = re.compile(LABEL.format(n=NUMBERS[number], a=number)).search(text, at, min(len(text), at + reach))
        if label is None:
            return
        end = re.compile("[。；;，,：:\n]|$").search(text, label.end(), label.end() + LONGEST_HEADLINE)
        headline = Span(label.end(), end.start() if end else label.end() + LONGEST_HEADLINE)
        if headline.length < 2 or name["head"] not in headline.of(text):
            return
        members.append(_headline(text, headline, name["head"]))
        at, reach = headline.end, REACH_ITEM
    yield tuple(members), False


def _headline(text: str, headline: Span, head: str) -> Span:
    """The member a headline names: the verb left out where the head is what it governs (强化红线意识 → 红线意识)."""
    words = headline.of(text)
    verb = HEAD_VERB.match(words)
    if verb and words.endswith(head) and len(words) - verb.end() > len(head):
        return Span(headline.start + verb.end(), headline.end)
    return headline
