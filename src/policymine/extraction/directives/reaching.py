"""The sentences that a note of who is responsible is about.

A note at the end of an item is about the item, or about what stands there since the note before; one behind a headline is
about all of the item; one behind the last of 一是, 二是 that none of the others has is about the item around them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.noting import named_by, patterns, spans
from policymine.model import Bearer
from policymine.text.outline import Outline

SOFT: Final = ("is", "must", "hand", "ordinal", "circled")
LONGEST_HEADLINE: Final = 32
SIGHT: Final = 60
"""Sentences that a paragraph is looked back through at most."""
MOST: Final = 20
"""Notes of one sentence that are read: each is about all of an item. Papers write one."""


class Note(NamedTuple):
    """A note: the sentences `first` to `last` that it is about, whom it names, and whether it is a bracket that closes them."""

    first: int
    last: int
    bearers: tuple[Bearer, ...]
    closes: bool


def notes(text: str, sentences: Sequence[Sentence], outline: Outline) -> list[Note]:
    """The notes of a document that name somebody, in order.

    Args:
        text: the document.
        sentences: its sentences.
        outline: its numbered items.
    """
    starts = [sentence.start for sentence in sentences]
    read: list[tuple[int, tuple[Bearer, ...], bool]] = []
    leading = helping = False
    many: Counter[int] = Counter()
    for span, inside in spans(text):
        at = bisect_right(starts, span.start + 1) - 1
        many[at] += 1
        if many[at] > MOST:
            continue
        named = named_by(text, inside)
        first = patterns()["first"].search(text, *inside) is not None
        if (first or leading) and named and named[0].role == "responsible" and all(one.role != "lead" for one in named):
            helping = helping or (first and patterns()["rest"].search(text, *inside) is not None)
            others = tuple([replace(one, role="support") for one in named[1:]]) if helping else named[1:]
            named = (replace(named[0], role="lead"), *others)
        leading = leading or (first and patterns()["onward"].search(text, *inside) is not None)
        if named and at >= 0:
            read.append((at, named, span.end > inside.end and text[inside.end] in "）)】]"))
    reach = _Reach(text, sentences, outline, [at for at, *_ in read]) if read else None
    return [Note(*reach.of(at), named, closes) for at, named, closes in read] if reach is not None else []


def by_sentence(found: Sequence[Note]) -> dict[int, int]:
    """For each sentence the note that is about it: of several the one that is about least."""
    widest = sorted(range(len(found)), key=lambda number: found[number].first - found[number].last)
    return {sentence: number for number in widest for sentence in range(found[number].first, found[number].last + 1)}


def left_over(
    note: Note, found: Sequence[tuple[Bearer, ...]], about: Sequence[int], *, granted: Sequence[int]
) -> Iterator[tuple[int, tuple[Bearer, ...]]]:
    """Which directives bear the names of a note if none has taken it over: each name the last one without it.

    Args:
        note: the note.
        found: the bearers of all directives.
        about: the directives that it is about.
        granted: those of them that say who may or should act; they come first.
    """
    spans = {bearer.span for bearer in note.bearers}
    if any(bearer.span in spans for index in about for bearer in found[index]):
        return
    favours = frozenset(granted)
    others = [index for index in about if index not in favours] if note.closes else ()
    for index in (*reversed(granted), *reversed(others)):
        borne = {bearer.text for bearer in found[index]}
        if left := tuple([bearer for bearer in note.bearers if bearer.span in spans and bearer.text not in borne]):
            spans.difference_update(bearer.span for bearer in left)
            yield index, left


class _Reach:
    """How far notes reach; `at` are the sentences that they stand in."""

    def __init__(self, text: str, sentences: Sequence[Sentence], outline: Outline, at: Sequence[int]) -> None:
        self._text, self._sentences, self._outline = text, sentences, outline
        self._at = sorted(set(at))
        self._first: dict[int, int] = {}
        self._starts = [sentence.start for sentence in sentences]
        for number, sentence in enumerate(sentences):
            self._first.setdefault(sentence.item, number)
        self._noted = Counter(sentences[number].item for number in self._at)
        self._last_child = {item.parent: number for number, item in enumerate(outline.items)}

    def of(self, at: int) -> tuple[int, int]:
        """The first and the last sentence that the note in a sentence is about."""
        item = self._sentences[at].item
        if item < 0:
            return self._paragraph(at), at
        first = max(self._first[item], self._after(at))
        if self._noted[item] == 1 and self._heads(at, item):
            return first, self._end(item)
        around = self._outline.items[item].parent
        if self._outline.items[item].style in SOFT and self._closes(item, around):
            return (self._first.get(around, first) if around >= 0 else self._paragraph(self._first[item])), at
        return first, at

    def _after(self, at: int) -> int:
        """The sentence behind the one with the note before."""
        before = bisect_left(self._at, at) - 1
        return self._at[before] + 1 if before >= 0 else 0

    def _heads(self, at: int, item: int) -> bool:
        """Whether a note stands behind a headline that its item goes on behind."""
        head = self._sentences[self._first[item]]
        size = min(head.end, self._outline.items[item].span.end) - head.start
        bare = at == self._first[item] + 1 and size <= LONGEST_HEADLINE
        inside = at == self._first[item] and self._text.find("（", head.start, head.start + LONGEST_HEADLINE) >= 0
        return (bare or inside) and self._end(item) > at

    def _end(self, item: int) -> int:
        """The last sentence of an item and what it holds."""
        return bisect_left(self._starts, self._outline.items[item].span.end) - 1

    def _closes(self, item: int, around: int) -> bool:
        """Whether an item is the last of a row none of which has a note but this one."""
        if around >= 0:
            first, last = self._first.get(around, 0), self._end(around)
            alone = bisect_right(self._at, last) - bisect_left(self._at, first) == 1
            return alone and self._last_child.get(around) == item
        number = self._outline.items[item].number
        return number > 1 and bisect_left(self._at, self._paragraph(self._first[item])) == bisect_left(
            self._at, self._first[item]
        )

    def _paragraph(self, at: int) -> int:
        """The sentence that the paragraph of a sentence starts with, or the one behind the note before."""
        least = max(0, at - SIGHT, self._after(at))
        while at > least and not self._sentences[at].opens:
            at -= 1
        return at
