"""What a numeric slogan stands for, where the paper itself spells it out: in brackets, behind 即, as the list before it, or in
the numbered headlines that follow.

A list counts only when it has as many members as the name announces; a list that was clearly meant for the name but has another
number is reported, never taken over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policymine.extraction.slogans.dictionary import NUMERAL, announced, look_up
from policymine.model import Span
from policymine.rules import load

RULES = load("policymine.extraction.slogans", "slogans")
WORDS = RULES.lexicons["openings"]
CLOSE = re.compile(r"[”’」』\"]?")
BRACKET = re.compile(rf"(?P<far>{WORDS['far']})(?:[，,]\s?)?[（(](?P<said>{WORDS['said']})?")
BEHIND = re.compile(rf"{WORDS['far']}(?:[，,。：:；;]|——|—)?\s?(?P<said>{WORDS['said']})|{WORDS['far']}(?:[：:]|——)\s*")
STOP = re.compile("[。！？!?\n]")
STRETCH = re.compile(r"[^，,。；;：:！!？?\n“”‘’\"（()）《》]*\Z")
VERB = re.compile(rf"^.*(?:{WORDS['strong']})")
HEAD_VERB = re.compile(rf"^(?:{WORDS['adverbs']})*(?:{WORDS['strong']}|{WORDS['verbs']})")
TRIM = re.compile(rf"^(?:{WORDS['labels']})?\s*|[\s，,、；;。：:]+$|等$")
LEAD = re.compile(r"(?:的|实现了?|做到|达到|形成|落实|这|等)\Z")
NAMED = re.compile(r"[（(](?:以下|下)?[简统合并]称(?:为)?[：:]?\Z")
LISTED = re.compile(r"[“‘](?P<list>[^“”‘’\n。，；、]{1,12}(?:、[^“”‘’\n。，；、]{1,12})+)[”’]的?\Z")
HAN = re.compile(r"[\u4e00-\u9fff]+")
CLOSING = tuple("”’」』")
COUNTED = re.compile(r"[两双][个件种大项手]")
HEAD = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十两双]+)[个項项种大条件类]?(?P<head>.{2,6})")
NOT_LIST = re.compile(WORDS["not_list"])
LABEL = r"(?:(?<=[。；;，,：:！\n”）)])|^)\s*(?:{n}(?:要|是|、)|第{n}[，,、]|[（(]{n}[）)]|{a}[.．、])"
REACH_BEFORE, REACH_BRACKET, REACH_LIST, REACH_FIRST, REACH_ITEM = 80, 400, 300, 160, 1500
LONGEST_HEADLINE, LONGEST_BEFORE, LONGEST_MEMBER, MOST = 40, 10, 60, 20
NUMBERS = "零一二三四五六七八九十"
LABELS = [re.compile(LABEL.format(n=sign, a=number)) for number, sign in enumerate(NUMBERS)]
HEADLINE_END = re.compile("[。；;，,：:\n]|$")


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
    for way in (_in_brackets, _behind, _before, _repeated, _headlines):
        for members, meant in way(text, slogan, max(wanted)):
            words = [member.of(text) for member in members]
            sure = way is _in_brackets or _plausible(slogan.of(text), words)
            if len(members) in wanted and _fits(slogan.of(text), words) and sure:
                return Opening(slogan, members, right=True)
            if meant and len(members) > 1 and len(members) not in wanted:
                wrong = wrong or members
    return Opening(slogan, wrong, right=False) if wrong else None


def _plausible(name: str, members: Sequence[str]) -> bool:
    """Whether two members found without a bracket can be those of a name whose sure reading is known: they share a word."""
    entry = look_up(name)
    readings = [reading for reading in entry.readings if reading.sure] if entry else []
    if len(members) != 2 or not readings:
        return True
    known = {word[at : at + 2] for reading in readings for word in reading.members for at in range(len(word) - 1)}
    return any(member[at : at + 2] in known for member in members for at in range(len(member) - 1))


def _fits(name: str, members: Sequence[str]) -> bool:
    """Whether as many members as a name can announce can be its members.

    Where two equal numbers stand in the name (六打六治) but only one of them is listed, each member must hold both words.
    """
    words = [word for word in NUMERAL.split(name) if word]
    numbers = NUMERAL.findall(name)
    if len(members) < 2 or max(map(len, members)) > LONGEST_MEMBER or any(name in member for member in members):
        return False
    if any("是指" in member for member in members):
        return False
    if len(numbers) == 2 and numbers[0] == numbers[1] != "一" and len(words) == 2 and len(members) == max(announced(name)) // 2:
        return all(set(word) & set(member) for word in words for member in members)
    return True


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
    if lead is None or text[max(0, slogan.start - 2) : slogan.start - 1] in CLOSING:
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
        yield _members(text, span, "[；;、]")
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
        cuts = [cut for i, cut in enumerate(cuts) if cut[0] in "、，,"] + (
            [cuts[-1]] if cuts and len(cuts) - 1 not in listed else []
        )
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
    name = slogan.of(text)
    quoted = slogan.start > 0 and text[slogan.start - 1] in '“‘「『"'
    end = slogan.start - quoted
    if quoted and (named := NAMED.search(text, max(0, end - 12), end)):
        end = named.start()
    elif not quoted and (listed := LISTED.search(text, max(0, end - REACH_BEFORE), end)):
        members = _members(text, Span(*listed.span("list")), "、")
        if len(members) == wanted and _even(text, members):
            yield members, False
        return
    elif lead := LEAD.search(text, max(0, end - 4), end):
        end = lead.start()
    stretch = STRETCH.search(text, max(0, end - REACH_BEFORE), end)
    if stretch is None or not stretch[0] or stretch[0][-1] in "、和与及" or set(NUMERAL.findall(name)) == {"一"}:
        return
    if text[stretch.start() - 1 : stretch.start()] in CLOSING or not ("、" in stretch[0] or COUNTED.match(name)):
        return
    for marks, last in (("、", False), ("、|以及|和|与|及", True)):
        members = _members(text, Span(stretch.start(), end), marks, last=last)
        if len(members) == wanted and len(members) > 1:
            read = (_first_member(text, members), *members[1:])
            if _alike(name, [member.of(text) for member in read], cut=read[0] != members[0]):
                yield read, False


def _even(text: str, members: Sequence[Span]) -> bool:
    """Whether the members of a quoted list are short words of like length."""
    lengths = [member.length for member in members]
    return max(lengths) <= LONGEST_BEFORE and max(lengths) <= 2 * min(lengths) + 2


def _alike(name: str, members: Sequence[str], *, cut: bool) -> bool:
    """Whether words before a name can be its members: Han, of similar length, none of them still led by a verb.

    Two members must be equally long and the first whole or counted (两件大事); against the dictionary, one must be known.
    """
    lengths = [len(member) for member in members]
    if not all(HAN.fullmatch(member) for member in members) or max(lengths) > LONGEST_BEFORE:
        return False
    if len(members) == 2 and (len(set(lengths)) > 1 or (cut and not COUNTED.match(name)) or HEAD_VERB.match(members[1])):
        return False
    known = look_up(name)
    if known and len(set(lengths)) > 1 and not any(m in r.members for r in known.readings for m in members):
        return False
    return max(lengths) <= 2 * min(lengths) + 2


def _first_member(text: str, members: Sequence[Span]) -> Span:
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


def _repeated(text: str, slogan: Span, wanted: int) -> _Ways:
    """A list soon behind the name whose members all end with its head: 三项制度 … 建立值班制度、巡查制度、报告制度."""
    name = HEAD.fullmatch(slogan.of(text))
    if name is None or wanted < 2:
        return
    head = re.escape(name["head"][-2:])
    item = rf"[^\W\d_]{{1,14}}?{head}"
    listed = re.compile(rf"{item}(?:[、，,]{item}){{{wanted - 1}}}(?![、，,]{item})")
    if found := listed.search(text, slogan.end, slogan.end + REACH_BEFORE):
        members = _members(text, Span(*found.span()), "[、，,]")
        verb = VERB.match(members[0].of(text))
        first = Span(members[0].start + (verb.end() if verb else 0), members[0].end)
        if first.length > len(name["head"][-2:]):
            yield (first, *members[1:]), False


def _headlines(text: str, slogan: Span, wanted: int) -> _Ways:
    """The numbered headlines behind the name that repeat its head: 四种意识 … 一要强化红线意识. … 二要强化责任意识."""
    name = HEAD.fullmatch(slogan.of(text))
    if name is None or wanted > 10:
        return
    members: list[Span] = []
    at, reach = slogan.end, REACH_FIRST
    for number in range(1, wanted + 1):
        label = LABELS[number].search(text, at, min(len(text), at + reach))
        if label is None:
            return
        end = HEADLINE_END.search(text, label.end(), label.end() + LONGEST_HEADLINE)
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
