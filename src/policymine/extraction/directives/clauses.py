"""Clauses of a document with what one pass of the rules found in them: the ground that the directive station uses.

A sentence is read without its outline label and its closing mark; a clause ends at ， or ：. Each clause knows the deontic
words and marks inside it, the word it leads with and the subject it names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Final, NamedTuple

import numpy as np

from policymine.extraction.directives.bodies import Names, Subject
from policymine.extraction.directives.bodies import look_through as look_for_names
from policymine.extraction.directives.codes import ADVERB, CONDITION_AT, CUE_AT, LEAD, LEAD_AT, SUBJECT_AT, bits
from policymine.extraction.directives.cutting import Stretch, commands, cut
from policymine.extraction.directives.fronting import condition_kind, sets_scene
from policymine.extraction.directives.leading import CLOSED, behind_adverb, connectives, leading, skipped
from policymine.extraction.directives.scanning import Hit, hits_of
from policymine.extraction.directives.scanning import look_through as look_for_words
from policymine.extraction.directives.tries import bit, may
from policymine.model import Slogan
from policymine.text.joining import joined
from policymine.text.outline import Outline
from policymine.text.prefilter import Offsets
from policymine.text.sentences import CLAUSE_ENDS, OPENED, clause_bounds, sentences
from policymine.text.span import Span

TAIL: Final = "。！？；!?;：:”’」』 \u3000"
FRONT: Final = ' \u3000“”"'
BLANK: Final = " \u3000"
TIME: Final = LEAD.number("time")
PENALTY: Final = bits("penalty")
CONDITION: Final = bit("conditions.clause")
ADVERBIAL: Final = bit("splitting.adverbial")
SCENE: Final = CONDITION | ADVERBIAL
NO_CUE: Final = CUE_AT[""]
GOES_ON: Final = ("，", ",")
BESIDES: Final = "还也又更都"
"""Adverbs between a bearer and the word of duty; in front of that word they hide it no more."""
ARTICLE: Final = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,6}条(?:之[一二三四五])?[\s\u3000]+")
"""An article's label, also where the outline took it for none."""
NUMBERED: Final = frozenset("0123456789abcdefghijk")
NUMBER: Final = re.compile(
    r"(?:\d{1,2}(?:[.．]\d{1,2}){2,4}|\d{1,2}[.．]\d{1,2}(?=[ \u3000])|(?:[a-k]|\d{1,2})[)）])[ \u3000]*(?=[^\s\d])"
)
"""The labels of standards (5.2.1, 4.1, a）), which stand in no outline."""


@dataclass(slots=True, eq=False)
class Clause:
    """A clause, its closing mark left out; not frozen, because a frozen one takes six times as long to make.

    `lead` is the class of its first word, `word` the sign of what its head starts with, `condition` the kind of condition that
    it is as a whole, `fronted` whether it only sets the scene for what follows, `marks` the kinds of its marks, a bit for each,
    `shape` the numbers of lead, cue, subject, condition and adverb, `may` the patterns that it can match at all (`tries`).
    """

    start: int
    end: int
    closing: str
    hits: Sequence[Hit]
    lead: str
    adverb: bool
    word: str
    head: int
    cue: Hit | None
    subject: Subject | None
    condition: str
    fronted: bool
    marks: int
    shape: int
    may: int


@dataclass(slots=True, eq=False)
class Sentence:
    """A sentence without label and closing mark; `item` is an index into the outline or -1, `opens` says it starts a line."""

    start: int
    end: int
    closing: str
    label: str
    item: int
    opens: bool
    expansion: bool
    clauses: tuple[Clause, ...]


class Source(NamedTuple):
    """A document whose sentences are read; see `read`."""

    text: str
    outline: Outline
    times: Sequence[Span] = ()
    slogans: Sequence[Slogan] = ()


def read(
    text: str, outline: Outline, *, times: Sequence[Span] = (), slogans: Sequence[Slogan] = ()
) -> list[Sentence]:  # fmt: skip
    """The sentences of `text` with their clauses.

    Args:
        text: the clean text of a document.
        outline: its numbered items.
        times: spans of its time expressions, in order; a subject is looked for behind them.
        slogans: its slogans; members that are commands are sentences of their own.
    """
    return read_each([Source(text, outline, times, slogans)])[0]


def read_each(sources: Sequence[Source]) -> list[list[Sentence]]:
    """The same for each of some documents; together they take less time than alone.

    >>> from policymine.text.outline import outline
    >>> two = read_each([Source(text, outline(text)) for text in ("各镇要查，要报。", "严禁瞒报。")])
    >>> [[clause.start for clause in sentence.clauses] for sentences in two for sentence in sentences]
    [[0, 5], [0]]
    """
    texts = [source.text for source in sources]
    look_for_words(texts)
    look_for_names(texts)
    readers = [_Reader(source.text, times={span.start: span.end for span in source.times}) for source in sources]
    for reader, source in zip(readers, sources, strict=True):
        reader.mark_all(source.outline, source.slogans)
    return [reader.sentences(own) for reader, own in zip(readers, _columns(readers), strict=True)]


def _bare(text: str, piece: Span, *, opens: bool) -> tuple[int, int]:
    """A stretch without its article label, closing marks and quotation marks that enclose none of it; may be empty."""
    start, end = piece
    while end > start and text[end - 1] in TAIL and not (text[end - 1] == "”" and text.find("“", start, end - 1) >= 0):
        end -= 1
    if opens and text[start] == "第" and (article := ARTICLE.match(text, start, end)) is not None:
        start = article.end()
    elif text[start] in NUMBERED and (label := NUMBER.match(text, start, end)) is not None:
        start = label.end()
    if start < end and text[start] in FRONT:
        closed = text.rfind("”", start, end)
        while start < end and text[start] in FRONT and not (text[start] == "“" and closed >= start):
            start += 1
    return start, end


class _Reader:
    """Reads the clauses of one document: they are all marked off first, then read with what one pass found for all of them."""

    def __init__(self, text: str, *, times: dict[int, int]) -> None:
        self.text, self.times = text, times
        self.hits = hits_of(text)
        self.names = Names(text, times=times)
        self.skipped, self.leading = skipped(), leading()
        self.commas = [*[mark.start() for mark in CLAUSE_ENDS.finditer(text)], len(text) + 1]
        self.opened = [*[mark.start() for mark in OPENED.finditer(text)], len(text) + 1]
        self.marked: list[tuple[int, int, int, str, int, bool, bool]] = []
        self.lows: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def mark_all(self, outline: Outline, slogans: Sequence[Slogan]) -> None:
        """Marks off the sentences of the document with their clauses."""
        text, lists = self.text, commands(self.text, slogans, self.hits)
        labels = [item.label for item in outline.items]
        label_starts = [label.start for label in labels]
        number, last, ahead = -1, 0, iter([*label_starts, len(text)])
        labelled = next(ahead)
        for whole in sentences(text):
            low, high = whole
            opens = low == 0 or text.find("\n", low - 3 if low > 3 else 0, low) >= 0
            while labelled < low:
                labelled = next(ahead)
            pieces: Sequence[Stretch] = ((whole, -1, False),)
            if lists or labelled < high:
                pieces = cut(text, whole, labels=labels, starts=label_starts, lists=lists)
            for piece, label, expansion in pieces:
                number = label if label >= 0 else number
                start, end = _bare(text, piece, opens=opens)
                if end <= start:
                    continue
                first, last = last, self.mark(start, end)
                if first < last:
                    style = outline.items[label].style if label >= 0 else ""
                    self.marked.append((first, last, end, style, number, opens and not expansion, expansion))
                opens = False

    def mark(self, start: int, end: int) -> int:
        """Marks off the clauses between two places; gives how many there are now."""
        if self.opened[bisect_left(self.opened, start)] < end:
            for low, high in clause_bounds(self.text, start, end):
                self._add(low, high)
            return len(self.starts)
        text, skipped, commas = self.text, self.skipped, self.commas
        at, low = bisect_left(commas, start), start
        while low < end:
            high = commas[at]
            if high > end:
                high = end
            if low < high:
                if text[low] in skipped:
                    self._add(low, high)
                else:
                    self.lows.append(low)
                    self.starts.append(low)
                    self.ends.append(high)
            low = high + 1
            at += 1
        return len(self.starts)

    def _add(self, low: int, high: int) -> None:
        """Marks off a clause that may start with what is no part of it."""
        begin = self._opening(low, high) if self.text[low] in self.skipped else low
        if begin < high:
            self.lows.append(low)
            self.starts.append(begin)
            self.ends.append(high)

    def sentences(self, columns: Iterable[tuple[int, int, int, int, int]]) -> list[Sentence]:
        """The sentences that were marked off, with what is known of each of their clauses, see `_columns`."""
        read = list(self._read(columns))
        clauses = [clause for clause, _ in read]
        self._subjects(read)
        self._conditions(clauses)
        text = self.text
        return [
            Sentence(clauses[first].start, end, text[end : end + 1], style, item, opens, expansion, tuple(clauses[first:last]))
            for first, last, end, style, item, opens, expansion in self.marked
        ]

    def _subjects(self, read: Sequence[tuple[Clause, int]]) -> None:
        """Looks for the subject of every clause, each from its head on, where times and adverbs of duty stand no more."""
        subject_of = self.names.subject
        for clause, at in read:
            if at < clause.end:
                cue = clause.cue
                owing = cue.start if cue is not None and cue.kind != "ensure" else None
                subject = clause.subject = subject_of(at, clause.end, cue=owing, lead=clause.lead, may=clause.may)
                if subject is not None:
                    clause.shape |= SUBJECT_AT[subject.kind]

    def _conditions(self, clauses: Sequence[Clause]) -> None:
        """Tells for every clause that goes on whether it is a condition and only sets the scene."""
        text = self.text
        for clause in clauses:
            start, end, possible = clause.start, clause.end, clause.may
            if not possible & SCENE or clause.lead == "time" or not (clause.closing in GOES_ON or text[end - 1] == "的"):
                continue
            condition = condition_kind(text, start, end) if possible & CONDITION else ""
            if condition:
                clause.condition = condition
                clause.shape |= CONDITION_AT[condition]
            elif not possible & ADVERBIAL:
                continue
            if clause.cue is None or clause.cue.kind == "ensure":
                struck = clause.hits if clause.marks & PENALTY else ()
                clause.fronted = sets_scene(text, start, end, struck=struck, condition=condition)

    def _read(self, columns: Iterable[tuple[int, int, int, int, int]]) -> Iterator[tuple[Clause, int]]:
        """The clauses with their leads and first deontic words, and where the subject of each may start.

        Args:
            columns: where each starts and ends, its first hit, the one behind its last, the patterns that it may match.
        """
        text, times, every, leading = self.text, self.times, self.hits, self.leading
        for start, end, first, last, possible in columns:
            closing, hits, at = text[end : end + 1], every[first:last] if first < last else (), start
            marks, cue = 0, None
            for hit in hits:
                if not hit.deontic:
                    marks |= hit.bit
                elif cue is None and hit.start >= start and not (closing in GOES_ON and text[end - 1] == "的"):
                    cue = hit
            while at in times and times[at] <= end:
                at = times[at]
            if cue is not None and cue.start == at + 1 and text[at] in BESIDES:
                at += 1
            if at == end:
                yield (
                    Clause(start, end, closing, hits, "time", False, "word=", end, None, None, "", True, marks, TIME, possible),
                    at,
                )
                continue
            head, lead, adverb, form = at, "", False, NO_CUE
            if cue is not None:
                form = CUE_AT[cue.kind]
                head = cue.end if cue.start == at else at
            if head < end and (opening := leading[text[head]]) and (match := opening.match(text, head, end)) is not None:
                lead = match.lastgroup or ""
                if lead == "adverb":
                    lead, adverb, head = self._behind_adverb(match, end)
                    form |= ADVERB
            lead = "cue" if cue is not None and cue.start == at else lead
            word, form = "word=" + text[head : head + 2], form | LEAD_AT[lead]
            yield Clause(start, end, closing, hits, lead, adverb, word, head, cue, None, "", False, marks, form, possible), at

    def _opening(self, start: int, end: int) -> int:
        """Where a clause starts behind blanks, closing brackets and connectives."""
        text = self.text
        while start < end and text[start] in CLOSED:
            start += 1
        if start < end and (match := connectives().match(text, start, end)) is not None:
            start = match.end()
            while start < end and text[start] in BLANK:
                start += 1
        return start

    def _behind_adverb(self, match: re.Match[str], end: int) -> tuple[str, bool, int]:
        """The class of the first word behind adverbs, that it is, where it starts; a verb counts."""
        rest = behind_adverb().match(self.text, match.end(), end)
        if rest is None:
            return "adverb", True, match.end()
        return ("verb", True, rest.start("verb")) if rest["verb"] else ("adverb", True, rest.end())


def _columns(readers: Sequence[_Reader]) -> Iterator[Iterable[tuple[int, int, int, int, int]]]:
    """For each reader where its clauses start and end, their first hits, those behind their last, the patterns they may match.

    All is looked up at once for the clauses of all of them.
    """
    every = joined(tuple([reader.text for reader in readers]))
    counts, hits = [len(reader.starts) for reader in readers], [len(reader.hits) for reader in readers]
    shift, before = every.starts.repeat(counts), np.array([0, *accumulate(hits)][:-1], np.intp).repeat(counts)
    lows, starts, ends = (_of_all([getattr(reader, name) for reader in readers]) + shift for name in ("lows", "starts", "ends"))
    places = _of_all([[hit.start for hit in reader.hits] for reader in readers]) + every.starts.repeat(hits)
    first, last = (places.searchsorted(lows) - before).tolist(), (places.searchsorted(ends) - before).tolist()
    possible, at = may(every.text, starts, ends), 0
    for reader, count in zip(readers, counts, strict=True):
        own = slice(at, at + count)
        yield zip(reader.starts, reader.ends, first[own], last[own], possible[own], strict=True)
        at += count


def _of_all(lists: Sequence[list[int]]) -> Offsets:
    """Some lists of numbers end to end."""
    return np.fromiter(chain.from_iterable(lists), np.intp, sum(map(len, lists)))
