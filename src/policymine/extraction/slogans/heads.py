"""Members that repeat the head of the name: 统一登记、统一编号、统一公布 beside “三统一”, headlines behind “四种意识”.

A run counts only when exactly as many neighbouring parts as the name announces hold its head in the same place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from policymine.extraction.slogans.dictionary import look_up
from policymine.extraction.slogans.lists import JOINED, VEIL, WORDS, first_member, members, trimmed, veiled
from policymine.model import Span

Ways = Iterator[tuple[tuple[Span, ...], bool]]
OTHER = r"[^\W\d_二三四五六七八九十两双]"
NAME = re.compile(rf"(?:{OTHER}{{2,4}})?(?:\d{{1,2}}|[二三四五六七八九十两双]+)[个項项种大条类本张级]?(?P<head>{OTHER}{{1,6}})")
SENTENCE = re.compile("[。！？!?\n]")
CLAUSE = re.compile('[^，,。；;：:！!？?\n“”‘’"—]+')
NEXT_NAME = re.compile("[“‘][^“”‘’\n]{2,12}[”’]")
GAP = re.compile(r"[^，,。；;：:！!？?\n]{0,14}\Z")
LABEL = r"(?:(?<=[。；;，,：:！\n”）)])|^)\s*(?:{n}(?:要|是|、)|第{n}[，,、]|[（(]{n}[）)]|{a}[.．、])"
NUMBERS = "零一二三四五六七八九十"
LABELS = [re.compile(LABEL.format(n=sign, a=number)) for number, sign in enumerate(NUMBERS)]
BULLET = re.compile(r"\n\s*——\s?")
HEADLINE_END = re.compile("[。；;，,：:\n]|$")
HEAD_VERB = re.compile(rf"^(?:{WORDS['adverbs']})*(?:{WORDS['strong']}|{WORDS['verbs']})")
REACH_BEFORE, REACH_BEHIND, REACH_FIRST, REACH_ITEM, REACH_PARTS = 90, 140, 160, 1500, 600
LONGEST_HEADLINE, LONGEST_PART, DEEPEST = 40, 36, 4


@lru_cache(maxsize=1 << 12)
def head_of(name: str) -> str | None:
    """What a name counts: 统一 in 三统一, 制度 in 三项制度; None where it counts several things or nothing.

    >>> head_of("三统一"), head_of("三项制度"), head_of("四不两直")
    ('统一', '制度', None)
    """
    found = NAME.fullmatch(name)
    return found["head"] if found else None


def before(text: str, slogan: Span, wanted: int) -> Ways:
    """A run in front of the name, in its sentence: 同步起草、同步审批、同步发布的“三同步”."""
    head = head_of(slogan.of(text))
    if head is None or wanted < 2 or (len(head) == 1 and wanted < 3):
        return
    start = max(0, slogan.start - REACH_BEFORE)
    for stop in SENTENCE.finditer(text, start, slogan.start):
        start = stop.end()
    for run in _runs(text, Span(start, slogan.start) if start < slogan.start else None, head, wanted):
        if GAP.fullmatch(text, run[-1].end, slogan.start):
            yield run, False


def behind(text: str, slogan: Span, wanted: int) -> Ways:
    """A run soon behind the name: “三统一”制度,对文件统一登记、统一编号、统一公布."""
    head = head_of(slogan.of(text))
    if head is None or wanted < 2 or (len(head) == 1 and (wanted < 3 or look_up(slogan.of(text)))):
        return
    end = min(len(text), slogan.end + REACH_BEHIND)
    stops = list(SENTENCE.finditer(text, slogan.end, end))
    end = stops[1].start() if len(stops) > 1 else end
    again = text.find(slogan.of(text), slogan.end, end)
    for run in _runs(text, Span(slogan.end, end if again < 0 else again) if end > slogan.end else None, head, wanted):
        yield run, False
        return


def headlines(text: str, slogan: Span, wanted: int) -> Ways:
    """The numbered or dashed headlines behind the name that repeat its head: 一要强化红线意识. … 二要强化责任意识."""
    head = head_of(slogan.of(text))
    if head is None or len(head) < 2 or wanted > 10:
        return
    for labels in (LABELS[1 : wanted + 1], [BULLET] * wanted):
        found = list(_headlines(text, slogan.end, labels, head))
        if len(found) == wanted:
            yield tuple(found), False


def parts(text: str, slogan: Span, wanted: int) -> Ways:
    """The long parts between ； behind a colon, each headed by a clause with the name's head: “两个提升”:A提升,…;B提升,…."""
    head = head_of(slogan.of(text))
    colon = re.compile(r"[”’]?[：:]").match(text, slogan.end)
    if head is None or len(head) < 2 or colon is None:
        return
    stop = SENTENCE.search(text, colon.end(), colon.end() + REACH_PARTS)
    span = Span(colon.end(), stop.start()) if stop and stop.start() > colon.end() else None
    clauses = [_first_clause(text, part) for part in members(text, span, "[；;]")] if span else []
    if len(clauses) == wanted and all(head in clause.of(text) and clause.length <= LONGEST_PART for clause in clauses):
        yield tuple(clauses), True


def _first_clause(text: str, part: Span) -> Span:
    comma = re.compile("[，,]").search(text, part.start + 1, part.end)
    return Span(part.start, comma.start()) if comma else part


def _headlines(text: str, at: int, labels: Sequence[re.Pattern[str]], head: str) -> Iterator[Span]:
    reach = REACH_FIRST
    for sign in labels:
        label = sign.search(text, at, min(len(text), at + reach))
        if label is None:
            return
        end = HEADLINE_END.search(text, label.end(), label.end() + LONGEST_HEADLINE)
        headline = (
            Span(label.end(), end.start() if end else label.end() + LONGEST_HEADLINE) if label.end() < len(text) else None
        )
        if headline is None or headline.length < 2 or head not in headline.of(text):
            return
        yield _headline(text, headline, head)
        at, reach = headline.end, REACH_ITEM


def _headline(text: str, headline: Span, head: str) -> Span:
    """The member a headline names: the verb left out where the head is what it governs (强化红线意识 → 红线意识)."""
    words = headline.of(text)
    verb = HEAD_VERB.match(words)
    if verb and words.endswith(head) and len(words) - verb.end() > len(head):
        return Span(headline.start + verb.end(), headline.end)
    return headline


def _runs(text: str, window: Span | None, head: str, wanted: int) -> Iterator[tuple[Span, ...]]:
    """Neighbouring parts that hold the head, exactly `wanted` of them: within a clause first, then clause by clause."""
    if window is None or text.count(head, window.start, window.end) < wanted:
        return
    hidden = veiled(window.of(text))
    clauses = [Span(*clause.span()).shifted(window.start) for clause in CLAUSE.finditer(hidden)]
    for clause in clauses:
        if text.count(head, clause.start, clause.end) < wanted:
            continue
        for last in (False, True):
            listed = _items(text, clause, hidden, window.start, last=last)
            if run := _exactly(hidden, listed, window.start, head, wanted):
                yield run
    if run := _exactly(hidden, [c for c in clauses if c.length <= LONGEST_PART], window.start, head, wanted, strict=True):
        yield run


def _items(text: str, clause: Span, hidden: str, by: int, *, last: bool) -> list[Span]:
    cut = members(hidden, Span(clause.start - by, clause.end - by), JOINED if last else "、", last=last)
    return [item for one in cut if (item := trimmed(text, one.start + by, one.end + by)) is not None]


def _exactly(
    hidden: str, items: Sequence[Span], by: int, head: str, wanted: int, *, strict: bool = False
) -> tuple[Span, ...] | None:  # fmt: skip
    """The one run of parts with the head that has the right number, each brought to what it says; None without one."""
    words = {item: hidden[item.start - by : item.end - by] for item in items}
    for has, some in groupby(items, key=lambda item: head in words[item]):
        run = list(some)
        if has and len(run) == wanted and (shaped := _shaped(hidden, run, by, head, strict=strict)):
            return shaped
    return None


def _shaped(hidden: str, run: Sequence[Span], by: int, head: str, *, strict: bool) -> tuple[Span, ...] | None:
    """The parts without what leads up to the first and what follows the last; None where the head stands here and there."""
    words = [hidden[item.start - by : item.end - by] for item in run]
    if max(map(len, words[1:])) > LONGEST_PART or len(set(words)) < len(words):
        return None
    first, last = run[0], run[-1]
    if all(word.rstrip(VEIL).endswith(head) and len(word) > len(head) for word in words[:-1]) and words[-1].find(head) > 0:
        last = Span(last.start, last.start + words[-1].find(head) + len(head))
        plain = [Span(item.start - by, item.end - by) for item in (*run[:-1], last)]
        return (first_member(hidden, plain).shifted(by), *run[1:-1], last)
    depths = {word.find(head) for word in words[1:]}
    at = words[0].rfind(head) - min(depths)
    if len(depths) > 1 or min(depths) > DEEPEST or at < 0 or (strict and at > 0):
        return None
    lengths = {len(word) for word in words[1:-1]}
    if len(lengths) == 1 and last.length > max(lengths):
        last = Span(last.start, last.start + max(lengths))
    elif words[-1].endswith("的"):
        last = Span(last.start, last.end - 1)
    return (Span(first.start + at, first.end), *run[1:-1], last)
