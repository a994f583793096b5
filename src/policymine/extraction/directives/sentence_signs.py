"""The signs that all clauses of a sentence share: where it stands, how it begins, what it says as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import add
from typing import Final, NamedTuple

import numpy as np

from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.codes import (
    CUE,
    CUE_BITS,
    LABEL,
    LEAD,
    LEAD_BITS,
    LEAD_CUE_BITS,
    NAME,
    NUMBERS,
    ROLE,
    TONE,
    VOCABULARIES,
    Shifted,
    bits,
)  # fmt: skip
from policymine.extraction.directives.sections import Place
from policymine.extraction.directives.sign_tables import SignTable
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.weight_tables import Flags, Numbers, column

LONGEST_TOPIC: Final = 22
"""A topic sentence that the next ones spell out has some twenty characters at most (docs/reference/guideline.md)."""
LONGER: Final = 1.4
"""So many times as long as a sentence is the next one that spells it out."""
DIGIT: Final = re.compile(r"\d")
PENALTY: Final = bits("penalty")
TONES: Final = (
    (bits("plan", "charge", "lead", "penalty"), TONE.number("plan")),
    (bits("meeting", "speaker", "formality", "ask"), TONE.number("frame")),
    (bits("weight", "is"), TONE.number("weight")),
    (bits("perfect", "past", "achieved"), TONE.number("fact")),
    (bits("problem"), TONE.number("problem")),
)
"""What marks make a sentence sound like; the last that it has decides."""
COLON: Final = ("：", ":")
PAPER: Final = NUMBERS["paper"]
SENTENCE: Final = NUMBERS["sentence"]
HEAD: Final = NUMBERS["head"]
FRAME: Final = NUMBERS["frame"]
LEADIN: Final = NUMBERS["leadin"]
SAYS: Final = NUMBERS["says"]
LENGTH: Final = NUMBERS["length"]
ANNOUNCES: Final = NUMBERS["announces"]
VERB: Final = LEAD.number("verb")
VERB_TONE: Final = TONE.number("verb")
NOTHING: Final = LEAD.number("none")
"""The shape of the sentence behind the last one."""
ROLES: Final = Shifted(ROLE, 0)
LABELS: Final = Shifted(LABEL, 0)
ENDS: Final = {character: number << 4 for character, number in VOCABULARIES["end"].numbers.items()}


class Paper(NamedTuple):
    """A document as far as it is read: its text, its sentences, where each stands, the kind of paper."""

    text: str
    sentences: Sequence[Sentence]
    places: Sequence[Place]
    kind: str


class _Sentences(NamedTuple):
    """Columns of sentences: where they start and end, their items, frames and labels, what they are called by their places."""

    start: Numbers
    end: Numbers
    item: Numbers
    frame: Numbers
    label: Numbers
    role: Numbers
    outer: Numbers
    named: Numbers
    introduced: Numbers


class Gists(NamedTuple):
    """For each sentence the shape and size of its first clause, the marks of all, whether the next belongs to the same paper.

    `shape` has the lead of the first clause and the first cue and subject of all; `first` is the shape of the first.
    """

    shape: Numbers
    first: Numbers
    marks: Numbers
    sizes: Numbers
    kind: Numbers
    goes_on: Flags


def _columns(papers: Sequence[Paper]) -> _Sentences:
    read = [sentence for paper in papers for sentence in paper.sentences]
    places = [place for paper in papers for place in paper.places]
    return _Sentences(
        column([sentence.start for sentence in read]),
        column([sentence.end for sentence in read]),
        column([sentence.item for sentence in read]),
        column([_frame(sentence, place) for sentence, place in zip(read, places, strict=True)]),
        column([LABELS[sentence.label] for sentence in read]),
        column([ROLES[place.role] for place in places]),
        column([ROLES[place.outer] for place in places]),
        column([1 if place.headline else 2 if place.topic else 0 for place in places]),
        column([place.introduced for place in places]),
    )


def _frame(sentence: Sentence, place: Place) -> int:
    frame = place.heading | (4 if sentence.expansion else 0) | (8 if sentence.opens else 0) | ENDS.get(sentence.closing, 0)
    return frame | 2 | LABELS[sentence.label] << 7 if sentence.label else frame


def sentence_signs(papers: Sequence[Paper], gists: Gists) -> SignTable:
    """The signs of every sentence of some papers, numbered through."""
    read = _columns(papers)
    table = SignTable(len(read.start))
    shape, marks, sizes, role = gists.shape, gists.marks, gists.sizes, read.role
    tone = _tones(shape, marks) << 12
    ordered = (shape & CUE_BITS != 0).astype(np.int64) << 16
    table.add((gists.kind | role << 5 | read.outer << 9) << NAME | PAPER)
    table.add((shape | tone | ordered | np.minimum(sizes, 5) << 17 | role << 20) << NAME | SENTENCE)
    table.add((gists.first | tone) << NAME | HEAD)
    table.add(read.frame << NAME | FRAME)
    speaking = marks.nonzero()[0]
    table.add(marks[speaking] << NAME | SAYS, speaking)
    colons = np.array([sentence.closing in COLON for paper in papers for sentence in paper.sentences], np.bool_).nonzero()[0]
    table.add((shape[colons] & ~LEAD_BITS) << NAME | LEADIN, colons)
    listed = (read.introduced >= 0).nonzero()[0]
    if len(listed):
        table.add(_listed(papers, shape, marks), listed)
    size = read.end - read.start
    longer = gists.goes_on & (_next(read.item) == read.item) & (_next(size) > LONGER * size)
    many = sizes > 1
    length = read.named | np.where(size < 42, size // 6, 7) << 2 | longer.astype(np.int64) << 5 | many.astype(np.int64) << 6
    table.add(length << NAME | LENGTH)
    short = ((read.named != 0) | ~(many | (size > LONGEST_TOPIC))).nonzero()[0]
    if len(short):
        told = column(_told(papers, short.tolist()))
        behind = np.where(gists.goes_on, _next(shape), NOTHING) & LEAD_CUE_BITS
        around = shape & ~LEAD_BITS | behind << 12 | np.where(read.named, read.named, 3) << 21 | longer.astype(np.int64) << 24
        table.add((around[short] | read.label[short] << 26 | told) << NAME | ANNOUNCES, short)
    return table


def _next(values: Numbers) -> Numbers:
    """For each sentence the value of the one behind it; of the last one its own."""
    return np.append(values[1:], values[-1:])


def _tones(shape: Numbers, marks: Numbers) -> Numbers:
    """What sentences sound like, by their marks or else by the verb that they start with."""
    tone = np.where(shape & LEAD_BITS == VERB, VERB_TONE, 0)
    for kinds, number in TONES:
        tone[marks & kinds != 0] = number
    return tone


def _listed(papers: Sequence[Paper], shape: Numbers, marks: Numbers) -> list[Sign]:
    """The signs of the items of lists that a sentence introduces."""
    found: list[Sign] = []
    first = 0
    for text, read, places, _ in papers:
        for sentence, place in zip(read, places, strict=True):
            if place.introduced < 0:
                continue
            by, end = first + place.introduced, read[place.introduced].end
            cue = CUE.values[(int(shape[by]) & CUE_BITS) >> 4]
            struck, ends = int(marks[by]) & PENALTY != 0, text[sentence.end - 1] == "的"
            found.append(("listed", cue, sentence.clauses[0].lead, ends, struck, text[end - 2 : end]))
        first += len(read)
    return found


def _told(papers: Sequence[Paper], short: Sequence[int]) -> list[int]:
    """Of short sentences whether they count something and whether the next ones take up their words, as in `announces`."""
    found = []
    first, due = 0, iter(short)
    number = next(due, -1)
    for text, read, _, _ in papers:
        behind = first + len(read)
        while first <= number < behind:
            sentence = read[number - first]
            follower = read[number - first + 1] if number + 1 < behind else None
            counted = DIGIT.search(text, sentence.start, sentence.end) is not None
            found.append(counted << 23 | (follower is not None and _shares(text, sentence, follower)) << 25)
            number = next(due, -1)
        first = behind
    return found


def _shares(text: str, sentence: Sentence, follower: Sentence) -> bool:
    """Whether the next sentence takes up a word behind the verb of a short one: 保障供水。供水企业每日巡线。"""
    behind, ahead = text[sentence.clauses[0].head + 2 : sentence.end], text[follower.start : follower.end]
    return any(map(ahead.__contains__, map(add, behind, behind[1:])))
