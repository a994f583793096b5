"""Clauses of a document with what one pass of the rules found in them: the ground that the directive station uses.

A sentence is read without its outline label and its closing mark; a clause ends at ， or ：. Each clause knows the deontic
words and marks inside it, the word it leads with and the subject it names.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from policymine import rules
from policymine.extraction.bearers import Subject, subject_of
from policymine.extraction.directives_cutting import commands, cut
from policymine.extraction.directives_fronting import condition_kind, sets_scene
from policymine.extraction.directives_scanning import PACKAGE, Hit, alternation, hits_of
from policymine.model import Slogan
from policymine.text.outline import Outline
from policymine.text.sentences import clauses, sentences
from policymine.text.span import Span

CLOSING = "。！？；!?;：:"
UNMARKED: frozenset[str] = frozenset()
ARTICLE = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,6}条(?:之[一二三四五])?[\s\u3000]+")
"""An article's label, also where the outline took it for none."""


class Clause(NamedTuple):
    """A clause, its closing mark left out.

    `lead` is the class of its first word, `word` what its head starts with, `condition` the kind of condition that it is as a
    whole, `fronted` whether it only sets the scene for what follows, `marks` the kinds of its marks.
    """

    start: int
    end: int
    closing: str
    hits: tuple[Hit, ...]
    lead: str
    adverb: bool
    word: str
    head: int
    cue: Hit | None
    subject: Subject | None
    condition: str
    fronted: bool
    marks: frozenset[str]


class Sentence(NamedTuple):
    """A sentence without label and closing mark; `item` is an index into the outline or -1, `opens` says it starts a line."""

    start: int
    end: int
    closing: str
    label: str
    item: int
    opens: bool
    expansion: bool
    clauses: tuple[Clause, ...]


@cache
def lead_pattern() -> re.Pattern[str]:
    """What a clause may start with: connectives, then a pronoun, a result word, a preposition, adverbs, a verb."""
    words = rules.load(PACKAGE, "directives").lexicons["lexicons"]
    part = {name: alternation(listed) for name, listed in words.items()}
    return re.compile(
        f"(?:(?P<pronoun>{part['pronouns']})|(?P<result>{part['results']})|(?P<preposition>{part['prepositions']})"
        f"|(?P<adverb>(?:{part['adverbs']})+[地的]?)?(?P<verb>{part['verbs']})?)"
    )


@cache
def connective_pattern() -> re.Pattern[str]:
    """Connectives that open a clause and are no part of a directive."""
    words = rules.load(PACKAGE, "directives").lexicons["lexicons"]["connectives"]
    return re.compile(f"(?:(?:{alternation(words)})[，,]?)+")


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
    found = hits_of(text)
    starts = [hit.start for hit in found]
    lists = commands(text, slogans, found)
    labels = [item.label for item in outline.items]
    label_starts = [label.start for label in labels]
    time_ends = {span.start: span.end for span in times}
    read_sentences: list[Sentence] = []
    number = -1
    for whole in sentences(text):
        opens = whole.start == 0 or "\n" in text[max(0, whole.start - 3) : whole.start]
        for piece, label, expansion in cut(text, whole, labels=labels, starts=label_starts, lists=lists):
            if label >= 0:
                number = label
            end = piece.end
            while (
                end > piece.start
                and text[end - 1] in CLOSING + "”’」』 \u3000"
                and not (text[end - 1] == "”" and "“" in text[piece.start : end - 1])
            ):
                end -= 1
            start = piece.start
            article = ARTICLE.match(text, start, end) if opens else None
            start = article.end() if article is not None else start
            while start < end and text[start] in ' \u3000“”"':
                if text[start] == "“" and "”" in text[start:end]:
                    break
                start += 1
            if end <= start:
                continue
            parts = []
            for span in clauses(text, Span(start, end)):
                low, high = bisect_right(starts, span.start - 1), bisect_right(starts, span.end - 1)
                clause = _clause(text, span, hits=tuple(found[low:high]), time_ends=time_ends)
                if clause is not None:
                    parts.append(clause)
            style = outline.items[label].style if label >= 0 else ""
            if parts:
                read_sentences.append(
                    Sentence(
                        parts[0].start,
                        end,
                        text[end : end + 1],
                        style,
                        number,
                        opens and not expansion,
                        expansion,
                        tuple(parts),
                    )
                )
            opens = False
    return read_sentences


def _clause(text: str, span: Span, *, hits: tuple[Hit, ...], time_ends: dict[int, int]) -> Clause | None:
    """One clause: connectives cut off, its lead, its first deontic word and its subject."""
    start, end = span
    while start < end and text[start] in " \u3000)）":
        start += 1
    connective = connective_pattern().match(text, start, end)
    if connective is not None:
        start = connective.end()
    while start < end and text[start] in " \u3000":
        start += 1
    if start >= end:
        return None
    cue = next((hit for hit in hits if hit.deontic and hit.start >= start), None)
    if text[end - 1] == "的" and text[end : end + 1] in "，,":
        cue = None
    at = start
    while at in time_ends and time_ends[at] <= end:
        at = time_ends[at]
    head, lead, adverb = at, "", False
    if cue is not None and cue.start == at:
        lead, head = "cue", cue.end
    if at == end:
        return Clause(start, end, text[end : end + 1], hits, "time", False, "", end, None, None, "", True, _marks(hits))
    match = lead_pattern().match(text, head, end)
    group = match.lastgroup if match is not None else None
    if match is not None and group is not None:
        adverb = match["adverb"] is not None
        lead = lead or group
        head = match.start("verb") if group == "verb" else match.end("adverb") if group == "adverb" else match.start()
    subject = subject_of(
        text, at, end, cue=cue.start if cue is not None and cue.kind != "ensure" else None, lead=lead, times=time_ends
    )
    goes_on = text[end : end + 1] in "，," or text[end - 1] == "的"
    condition = condition_kind(text, start, end) if goes_on else ""
    fronted = goes_on and sets_scene(text, start, end, hits=hits, cue=cue, condition=condition)
    word = text[head : head + 2]
    return Clause(
        start, end, text[end : end + 1], hits, lead, adverb, word, head, cue, subject, condition, fronted, _marks(hits)
    )


def _marks(hits: Sequence[Hit]) -> frozenset[str]:
    return frozenset([hit.kind for hit in hits if not hit.deontic]) if hits else UNMARKED
