"""Sentences that order nothing however worded: procedure of the meeting, scope of a rule, items of a list of things."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from policymine import rules
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.codes import bits
from policymine.extraction.directives.noting import spans
from policymine.extraction.directives.scanning import PACKAGE, whole
from policymine.extraction.directives.sections import Place
from policymine.text.pattern_needs import guided

LONGEST_TOPIC, LONGEST_UNLABELLED = 28, 20
"""Characters of a headline with a label, and of a topic sentence without one."""
SETTLES = bits("penalty", "charge")
"""Marks of what follows for somebody."""
LONGEST_THING = 60
"""Characters in which the name of a thing and the bracket behind it end."""

TOLD: Final = {
    "包括": "defining", "分为": "defining", "组成": "defining", "体制": "system",
    "不够": "lacking", "有待": "lacking", "存在": "lacking",
}  # fmt: skip
"""Words of sentences that tell what something consists of, how it is arranged or what it lacks, and the pattern of such."""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    written: dict[str, str] = rules.load(PACKAGE, "directives").lexicons["never"]
    return {name: guided(re.compile(written[name])) for name in ("achieved", "thing", "heading", "pointing", *{*TOLD.values()})}


def barred(text: str, sentences: Sequence[Sentence], stands: Sequence[Place]) -> frozenset[int]:
    """The numbers of the sentences that hold no directive.

    Args:
        text: the document.
        sentences: its sentences.
        stands: the place of each.
    """
    starts, looked = [sentence.start for sentence in sentences], whole(text)

    def within(name: str) -> set[int]:
        found = {bisect_right(starts, match.start(match.lastgroup or 0)) - 1 for match in looked.each(name)}
        return {number for number in found if number >= 0}

    listing = _carried_on(within("list"), sentences)
    items = _things(text, sentences, stands)
    for number, place in enumerate(stands) if listing else ():
        goes_on = number - 1 in items and sentences[number - 1].closing in ("；", ";", "：", ":")
        nested = place.introduced in items
        listed = (place.introduced in listing or nested) and (sentences[number].label or goes_on)
        if listed and not _settled(text, sentences[number]):
            items.add(number)
    told = {*_bracketed(text, sentences, starts), *_achieved(text, sentences), *_pointing(text, sentences, starts)}
    named = {*_headed(text, sentences), *_topics(text, sentences), *_telling(text, sentences, starts)}
    return frozenset(within("sentence") | items | told | named)


def _things(text: str, sentences: Sequence[Sentence], stands: Sequence[Place]) -> set[int]:
    """The items of lists that only name a thing, a person or an act (…的): no predicate, no order (guideline, Headings)."""
    ending, found = _patterns()["thing"], set()
    for number, (sentence, place) in enumerate(zip(sentences, stands, strict=True)):
        if place.introduced < 0 or not sentence.label or any(clause.cue is not None for clause in sentence.clauses):
            continue
        act = text[sentence.end - 1] == "的"
        thing = ending.search(text, max(sentence.start, sentence.end - LONGEST_THING), sentence.end) is not None
        if act or (thing and all(not clause.lead and clause.subject is None for clause in sentence.clauses)):
            found.add(number)
    return found


def _settled(text: str, sentence: Sentence) -> bool:
    """Whether an item says itself what follows for whoever it names: 伪造证件的，由原登记机关给予警告."""
    named = [clause.end for clause in sentence.clauses if text[clause.end - 1] == "的"]
    return bool(named) and any(clause.start > named[0] and clause.marks & SETTLES for clause in sentence.clauses)


def _achieved(text: str, sentences: Sequence[Sentence]) -> Iterator[int]:
    """The sentences without a deontic word that end in what was reached: 抓实培训,形成了合力 reports."""
    reached = _patterns()["achieved"]
    for number, sentence in enumerate(sentences):
        if "了" not in text[sentence.start : sentence.end] or any(clause.cue is not None for clause in sentence.clauses):
            continue
        if any(text[c.end - 1] != "的" and reached.match(text, c.start, c.end) is not None for c in sentence.clauses):
            yield number


def _pointing(text: str, sentences: Sequence[Sentence], starts: Sequence[int]) -> Iterator[int]:
    """The sentences that say where something can be read: 登录方式详见附件1."""
    at = text.find("见")
    while at >= 0:
        number = bisect_right(starts, at) - 1
        end = sentences[number].end if number >= 0 else at
        if end > at and _patterns()["pointing"].match(text, starts[number], end) is not None:
            yield number
        at = text.find("见", max(end, at + 1))


def _topics(text: str, sentences: Sequence[Sentence]) -> Iterator[int]:
    """The sentences that the next ones spell out: a short one before 一是…, an invitation with a label of its own."""
    for number, (sentence, following) in enumerate(pairwise(sentences)):
        size = sentence.end - sentence.start
        if size > LONGEST_TOPIC or "\n" in text[sentence.end : following.start]:
            continue
        first = sentence.clauses[0]
        counted = following.label == "is" and text.startswith("一", following.start - 2) and sentence.label != "is"
        if counted and size <= LONGEST_UNLABELLED and all(clause.subject is None for clause in sentence.clauses):
            yield number
        labelled = sentence.label not in ("", "article") and not following.label and sentence.closing == "。"
        inviting = first.lead == "cue" and first.cue is not None and first.cue.kind in ("invite", "support")
        if labelled and len(sentence.clauses) == 1 and (inviting or text.startswith("允许", first.start)):
            yield number


def _headed(text: str, sentences: Sequence[Sentence]) -> Iterator[int]:
    """The sentences that only name the list behind their colon: 年度考核的内容：."""
    ending = _patterns()["heading"]
    for number, sentence in enumerate(sentences):
        if sentence.closing not in ("：", ":") or sentence.end - sentence.start > LONGEST_THING:
            continue
        if all(clause.cue is None for clause in sentence.clauses) and ending.match(text, sentence.start, sentence.end):
            yield number


def _telling(text: str, sentences: Sequence[Sentence], starts: Sequence[int]) -> Iterator[int]:
    """The sentences without a word of duty that only tell something (`TOLD`): 考核分为两个等次, 制度有待完善."""
    for word, name in TOLD.items():
        at = text.find(word)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            end = sentences[number].end if number >= 0 else at
            plain = end > at and all(clause.cue is None or clause.cue.kind == "need" for clause in sentences[number].clauses)
            if plain and _patterns()[name].match(text, starts[number], end) is not None:
                yield number
            at = text.find(word, max(end, at + 1))


def _carried_on(listing: set[int], sentences: Sequence[Sentence]) -> set[int]:
    """With those that introduce a list, what follows them behind a semicolon: 有下列行为之一的，给予处分；构成犯罪的，…："""
    found = set(listing)
    for number, sentence in enumerate(sentences[1:], 1):
        if number - 1 in found and not sentence.label and sentences[number - 1].closing in ("；", ";"):
            found.add(number)
    return found


def _bracketed(text: str, sentences: Sequence[Sentence], starts: Sequence[int]) -> Iterator[int]:
    """The sentences that are nothing but a bracket which tells who is responsible."""
    for note, _ in spans(text):
        number = bisect_right(starts, note.start + 1) - 1
        if number >= 0 and starts[number] >= note.start and sentences[number].end <= note.end:
            yield number
