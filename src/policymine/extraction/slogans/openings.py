"""What a numeric slogan stands for, where the paper itself spells it out: in brackets, behind 即, as the list before it, or in
the numbered headlines that follow.

A list counts only when it has as many members as the name announces; a list that was clearly meant for the name but has another
number is reported, never taken over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policymine.extraction.slogans import heads
from policymine.extraction.slogans.dictionary import NUMERAL, NUMERALS, announced, look_up
from policymine.extraction.slogans.lists import HEAD_VERB, first_member, grouped, members, splits
from policymine.model import Span
from policymine.rules import load
from policymine.text.outline import chinese_number

RULES = load("policymine.extraction.slogans", "slogans")
WORDS = RULES.lexicons["openings"]
CLOSE = re.compile(r"[”’」』\"]?")
BRACKET = re.compile(rf"(?P<far>{WORDS['far']})(?:[，,]\s?)?[（(](?P<said>{WORDS['said']})?")
BEHIND = re.compile(
    rf"{WORDS['far']}(?:[，,。：:；;]|——|—)?\s?(?P<said>{WORDS['said']})|{WORDS['far']}(?:[：:]|——)\s*|(?<=[”’])为(?=[^，,。；;]{{1,30}}、)"
)
STOP = re.compile("[。！？!?\n]")
STRETCH = re.compile(r"[^，,。；;：:！!？?\n“”‘’\"（()）《》]*\Z")
LEAD = re.compile(r"(?:的|实现了?|做到|达到|形成|落实|这|等)\Z")
NAMED = re.compile(r"[（(](?:以下|下)?[简统合并]称(?:为)?[：:]?\Z")
LISTED = re.compile(r"[“‘](?P<list>[^“”‘’\n。，；、]{1,12}(?:[、+＋][^“”‘’\n。，；、]{1,12})+)[”’]的?\Z")
HAN = re.compile(r"[\u4e00-\u9fff]+")
INNER = re.compile(
    r"[^、，,。；;]{0,24}[，,](?:其中)?包括(?P<list>[^，,。；;]+?)(?:\d{1,2}[个项大][^、，,。；;]{0,3})?(?=[，,。；;]|$)"
)
COLONS = (":", "：")
ONE_LIST = re.compile("[^，,；;、]{1,20}(?:、[^，,；;、]{1,20})+")
CLOSING = tuple("”’」』")
COUNTED = re.compile(r"[两双][个件种大项手]")
TITLES = re.compile("(?:《[^《》\n]+》[、和与]?){2,}")
DEFINED = re.compile("是指|[”’](?:指|为|是)|^(?=.{20}).*(?:除[^，,]{2,40}外|都要|还要|不仅)")
NOT_LIST = re.compile(WORDS["not_list"])
REACH_BEFORE, REACH_BRACKET, REACH_LIST = 80, 400, 300
LONGEST_BEFORE, LONGEST_NAMED, LONGEST_MEMBER, MOST = 10, 16, 60, 20


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
    for way in (_in_brackets, heads.headlines, heads.parts, _behind, _before, heads.before, heads.behind):
        candidates = list(way(text, slogan, max(wanted)))
        for found, meant in sorted(candidates, key=lambda candidate: len(candidate[0]) != max(wanted)):
            words = [member.of(text) for member in found]
            sure = way is _in_brackets or _plausible(slogan.of(text), words)
            if len(found) in wanted and _fits(slogan.of(text), words) and sure:
                return Opening(slogan, found, right=True)
            if meant and len(found) > 1 and len(found) not in wanted:
                wrong = wrong or found
    return Opening(slogan, wrong, right=False) if wrong else None


def _plausible(name: str, words: Sequence[str]) -> bool:
    """Whether two members found without a bracket can be those of a name whose sure reading is known: they share a word."""
    entry = look_up(name)
    readings = [reading for reading in entry.readings if reading.sure] if entry else []
    if len(words) != 2 or not readings:
        return True
    known = {word[at : at + 2] for reading in readings for word in reading.members for at in range(len(word) - 1)}
    return any(word[at : at + 2] in known for word in words for at in range(len(word) - 1))


def _fits(name: str, members: Sequence[str]) -> bool:
    """Whether as many members as a name can announce can be its members.

    Where two equal numbers stand in the name (六打六治) but only one of them is listed, each member must hold both words.
    """
    words = [word for word in NUMERAL.split(name) if word]
    numbers = NUMERAL.findall(name)
    if len(members) < 2 or max(map(len, members)) > LONGEST_MEMBER or any(name in member for member in members):
        return False
    if any(DEFINED.search(member) for member in members):
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
    if end is None or (not opening["said"] and NOT_LIST.search(text, start, end) and not TITLES.fullmatch(text, start, end)):
        return
    meant = bool(opening["said"]) or (not opening["far"] and "、" in text[start:end])
    yield from _listed(text, slogan, Span(start, end), meant=meant)


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
    span = Span(lead.end(), end)
    if inner := INNER.match(text, lead.end(), end):
        span = Span(*inner.span("list"))
    told = bool(lead["said"]) and DEFINED.search(span.of(text)) is None
    yield from _listed(text, slogan, span, meant=told or (lead[0] in COLONS and ONE_LIST.fullmatch(span.of(text)) is not None))


def _listed(text: str, slogan: Span, span: Span, *, meant: bool) -> _Ways:
    """The ways to read a stretch as the list of a name; clause by clause where each number of the name has its own."""
    counts = _counts(slogan.of(text))
    by_clause = grouped(text, span, counts) if len(counts) > 1 else None
    if by_clause is not None:
        yield by_clause, False
    for some in splits(text, span):
        yield some, meant
    if "个一" in slogan.of(text):
        yield members(text, span, "[，,、；;](?=一)"), False


def _counts(name: str) -> list[int]:
    return [
        NUMERALS.get(sign) or (int(sign) if sign.isdigit() else chinese_number(sign) or 0) for sign in NUMERAL.findall(name)
    ]


def _before(text: str, slogan: Span, wanted: int) -> _Ways:
    """The list that runs up to the name: 措施、责任、时限、资金、预案“五落实”."""
    name = slogan.of(text)
    quoted = slogan.start > 0 and text[slogan.start - 1] in '“‘「『"'
    end = slogan.start - quoted
    named = NAMED.search(text, max(0, end - 12), end) if quoted else None
    if named:
        end = named.start()
    elif listed := LISTED.search(text, max(0, end - REACH_BEFORE), end):
        some = members(text, Span(*listed.span("list")), "[、+＋]")
        if len(some) == wanted and _even(some):
            yield some, False
        return
    elif lead := LEAD.search(text, max(0, end - 4), end):
        end = lead.start()
    stretch = STRETCH.search(text, max(0, end - REACH_BEFORE), end)
    if stretch is None or not stretch[0] or stretch[0][-1] in "、和与及" or set(NUMERAL.findall(name)) == {"一"}:
        return
    if text[stretch.start() - 1 : stretch.start()] in CLOSING or not ("、" in stretch[0] or COUNTED.match(name)):
        return
    for marks, last in (("、", False), ("、|以及|和|与|及", True)):
        some = members(text, Span(stretch.start(), end), marks, last=last)
        if len(some) == wanted and len(some) > 1:
            read = (first_member(text, some), *some[1:])
            words = [member.of(text) for member in read]
            if _alike(name, words, cut=read[0] != some[0]) or (named and _short(words)):
                yield read, False


def _short(words: Sequence[str]) -> bool:
    """Whether words that a bracket right behind them names (以下简称“三类人员”) are short enough to be its members."""
    return len(words) > 2 and max(map(len, words)) <= LONGEST_NAMED


def _even(some: Sequence[Span]) -> bool:
    """Whether the members of a quoted list are short words of like length."""
    lengths = [member.length for member in some]
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
    if (
        known
        and any(not reading.cues for reading in known.readings)
        and len(set(lengths)) > 1
        and not any(m in r.members for r in known.readings for m in members)
    ):
        return False
    return max(lengths) <= 2 * min(lengths) + 2
