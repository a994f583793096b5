"""Finds passages whose bytes slipped, and turns what the lattice reads into edits.

Shifted text is full of rare characters: a third of its pairs fall into the second level of GB 2312 or among kana and Greek.
Clean text hardly ever has four of them near each other, so a clean page costs one scan. What the scan finds is read by the
lattice; it is repaired only where the reading is far likelier than the text as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from policymine.cleaning.lattice import Read, Shown, genre, pair_of, read, vocabulary
from policymine.text import Edit, Span
from policymine.text.points import BLOCK, points_of
from policymine.text.script import to_simplified

RULE = "repairs.lost-bytes"
BEFORE, AFTER = 24, 40  # how far a damaged passage is followed to both sides of what the scan found
BUDGET = 4_000  # characters that are read on one page
ODD = 7.6  # what a character of damaged text costs at least, on the average; clean text costs 4 to 6
BROKEN = 9.6  # the same where nothing could be repaired and a person should look
GAIN = 8.0  # how much likelier (natural logarithm) a reading must be than the text as it stands
LEAST = 3
DENSE = 5
WINDOWS = (14, 5), (8, 4), (6, 3)  # so many characters of a window are not common where bytes slipped
TRACE = 12
"""How far the last of three odd characters may stand behind the first."""
JAPANESE = 0.3  # share of kana from which on a stretch is Japanese
LIKELY = 8.4  # what a character of a true reading costs at most, on the average
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两几")
_HALF = {"，": ",", "；": ";", "：": ":", "！": "!", "？": "?", "（": "(", "）": ")"}
_LINE = re.compile("[^\n]+")
_KANA = re.compile("[\u3041-\u30fa]")
_STRETCH = re.compile(r"[^\s0-9０-９<>/|\\]+")
_GAP = re.compile(r"[\s0-9０-９<>/|\\]+")


_UNCOMMON, _ODD, _GONE = 1, 2, 4

Cost = Callable[[str], float]
_Kinds = npt.NDArray[np.uint8]


class _Odd(NamedTuple):
    """What finds odd characters: three near each other, single signs, single ones of either sort."""

    trace: re.Pattern[str]
    sign: re.Pattern[str]
    any: re.Pattern[str]


@cache
def _odd() -> _Odd:
    """Characters that slipped pairs give: the second level of GB 2312; kana, Greek, drawing signs, marks of lost pairs."""
    rare, signs = _rare(), _signs()
    trace = f"(?:[{rare}{signs}][^\n]{{0,5}}){{2}}[{rare}{signs}?\ufffd]"
    return _Odd(re.compile(trace), re.compile(f"[{signs}?\ufffd]"), re.compile(f"[{rare}{signs}?\ufffd]"))


@cache
def _rare() -> str:
    return _gb2312((row, cell) for row in range(0xD8, 0xF8) for cell in range(0xA1, 0xFF))


@cache
def _signs() -> str:
    signs = _gb2312((row, cell) for row in range(0xA4, 0xAA) for cell in range(0xA1, 0xFF))
    return signs + _gb2312((0xA2, cell) for cell in range(0xB1, 0xE3))


def _gb2312(pairs: Iterable[tuple[int, int]]) -> str:
    return "".join(bytes(pair).decode("gb2312", "ignore") for pair in pairs)


def _is_dense(around: str) -> bool:
    """Whether odd characters stand so close that the dictionary is worth its second of loading."""
    return bool(_odd().sign.search(around)) or len(_odd().any.findall(around)) >= DENSE


class Passage(NamedTuple):
    """A repaired stretch: where (offsets of the text), what it reads and how sure each character is."""

    span: Span
    text: str
    certainty: str


def find_lost_bytes(
    text: str, *, reads: Callable[[str, bool], tuple[Read, ...]] | None = None, cost: Cost | None = None
) -> list[Edit]:
    """The edits that bring slipped passages into step again (offsets of `text`).

    Args:
        text: the text.
        reads: stands in for `reads_of`; one that remembers, where a page is walked again and again.
        cost: the same for what a few characters cost as they stand.

    >>> [edit.text for edit in find_lost_bytes("各级鞑棵乓?切实加强组织领导")]
    ['各部门要']
    """
    edits: list[Edit] = []
    budget = BUDGET
    for span in suspects(text, cost=cost):
        if span.length > budget:
            break
        budget -= span.length
        found = (reads or reads_of)(span.of(text), not "0" <= text[span.end : span.end + 1] <= "9")
        edits += [_edit(text, passage) for passage in _passages(text, span, found)]
    return edits


def suspects(text: str, *, odd: float = ODD, cost: Cost | None = None) -> Iterator[Span]:
    """The stretches around what looks damaged, grown to both sides as far as it may reach; Japanese is left out.

    >>> list(suspects("各级各部门要抓好落实")), list(suspects("これはペンです"))
    ([], [])
    """
    grown: list[tuple[int, int]] = []
    cost = cost or cost_of
    for start, end in _odd_places(text):
        around = to_simplified(text[max(start - 3, 0) : end + 3])
        if cost(around) < odd * len(around) or len(_KANA.findall(around)) > 0.5 * len(around):
            continue
        left, right = _grown(text, start, end)
        if grown and left <= grown[-1][1]:
            grown[-1] = grown[-1][0], max(grown[-1][1], right)
        else:
            grown.append((left, right))
    yield from (Span(*bounds) for bounds in grown if len(_KANA.findall(text, *bounds)) < JAPANESE * (bounds[1] - bounds[0]))


def cost_of(text: str) -> float:
    """What a text costs as it stands."""
    return vocabulary().best(text)


@lru_cache(maxsize=2)
def _odd_places(text: str) -> tuple[tuple[int, int], ...]:
    """Where three odd characters stand near each other, or many that are not common."""
    kinds = [(start, _kinds().take(_folded(text, start))) for start in range(0, len(text), BLOCK)]
    traces: list[tuple[int, int]] = []
    for place in _beginnings(kinds):
        if (not traces or place >= traces[-1][1]) and (match := _odd().trace.match(text, place)) is not None:
            traces.append(match.span())
    dense = [(start, end) for start, end in traces if _is_dense(text[max(start - 8, 0) : end + 8])]
    return tuple(sorted([*dense, *_uncommon(text, kinds)]))


def _folded(text: str, start: int) -> npt.NDArray[np.uint16]:
    """The code points of a block of a text, folded into the first plane."""
    points = points_of(text) if len(text) <= BLOCK else points_of.__wrapped__(text[start : start + BLOCK])
    return points.astype(np.uint16)


def _beginnings(kinds: Sequence[tuple[int, _Kinds]]) -> Iterator[int]:
    """Where a trace may begin: odd characters that have two more, or marks, within its length."""
    found = [(kind & (_ODD | _GONE) != 0).nonzero()[0] + start for start, kind in kinds]
    places = np.concatenate(found) if found else np.zeros(0, np.intp)
    yield from places[:-2][places[2:] - places[:-2] <= TRACE].tolist()


def _uncommon(text: str, kinds: Sequence[tuple[int, _Kinds]]) -> Iterator[tuple[int, int]]:
    """Stretches of a line of which many characters are not among the common ones."""
    for start, kind in kinds:
        rare = (kind & _UNCOMMON != 0).nonzero()[0]
        for width, most in WINDOWS:
            many = (rare[most - 1 :] - rare[: 1 - most] < width).nonzero()[0]
            if not len(many) or len(kind) < width:
                continue
            low = np.maximum(rare[many + most - 1] - width + 1, 0)  # the windows that hold these
            high = np.minimum(rare[many], len(kind) - width)
            apart = (low[1:] > high[:-1] + 1).nonzero()[0]
            firsts = rare.searchsorted(low[np.append(0, apart + 1)])
            lasts = rare.searchsorted(high[np.append(apart, -1)] + width) - 1
            for first, last in zip((rare[firsts] + start).tolist(), (rare[lasts] + start).tolist(), strict=True):
                for line in _LINE.finditer(text, first, last + 1):
                    yield line.span()


@cache
def _kinds() -> _Kinds:
    """What every character of the first plane is: a Han character that is not common in either script, odd, a lost pair."""
    table = np.zeros(1 << 16, np.uint8)
    han = "".join(map(chr, range(0x3400, 0xA000)))
    common = set(genre()["common"])
    table[0x3400:0xA000] = [_UNCOMMON * (character not in common) for character in to_simplified(han)]
    table[[ord(character) for character in _rare() + _signs()]] |= _ODD
    table[[ord("?"), 0xFFFD]] |= _GONE
    return table


def _grown(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = max(start - BEFORE, 0), end + AFTER
    left = max((gap.end() for gap in _GAP.finditer(text, low, start)), default=low)
    run = _STRETCH.match(text, start, high)
    return left, max(run.end() if run else 0, start + 1)


def shown_as(text: str) -> list[Shown]:
    """The bytes behind shown characters; half-width marks stand for the full-width ones that the page has lost."""
    plain = to_simplified(text)
    out = []
    for old, new in zip(text, plain, strict=True):
        if "!" <= old <= "~" and old != "?":
            out.append(Shown(new, bytes([0xA3, ord(old) | 0x80])))
        else:
            out.append(Shown(new, b"" if old in "?\ufffd" else pair_of(old) or pair_of(new)))
    return out


def reads_of(stretch: str, ends: bool) -> tuple[Read, ...]:
    """What a stretch of a text reads; nothing when it is likelier as it stands. `ends`: no number goes on behind it."""
    reading = read(shown_as(stretch), ends=ends)
    return reading.reads if reading.cost <= vocabulary().best(to_simplified(stretch)) - GAIN else ()


def _passages(text: str, span: Span, reads: Sequence[Read]) -> list[Passage]:
    """What a stretch reads where it is out of step."""
    kept = [stretch for stretch in _slipped(reads) if len(stretch) >= LEAST and _is_likely(stretch)]
    parts = [part for stretch in kept for part in _sentences(stretch)]
    return [_passage(text, span.start, part) for part in parts if part[-1].end > part[0].start]


def _is_likely(stretch: Sequence[Read]) -> bool:
    """Whether a stretch reads like Chinese: Japanese or noise finds a reading too, but a dear one."""
    return sum(one.cost for one in stretch) < LIKELY * len(stretch)


def _passage(text: str, start: int, reads: Sequence[Read]) -> Passage:
    """A stretch of reads as a passage of the text; a numeral of which no byte was seen is not guessed."""
    word = "".join("?" if one.certainty == "g" and one.character in _NUMERALS else one.character for one in reads)
    span = Span(start + reads[0].start, start + reads[-1].end)
    return Passage(span, _in_width_of(text, word), "".join(one.certainty for one in reads if one.character))


def _slipped(reads: Sequence[Read]) -> Iterator[list[Read]]:
    """The stretches out of step."""
    for slipped, stretch in groupby(reads, key=lambda one: bool(one.certainty)):
        if slipped:
            yield list(stretch)


def _sentences(stretch: Sequence[Read]) -> Iterator[list[Read]]:
    """A stretch parted behind its sentences, so that each repair stays near what it mends; no part is without raw text."""
    part: list[Read] = []
    for one in stretch:
        if len(part) > 8 and part[-1].character in "。！？；" and one.end > part[-1].end:
            yield part
            part = []
        part.append(one)
    yield part


def _in_width_of(text: str, word: str) -> str:
    """Marks of punctuation in the width that the page uses."""
    if text.count(",") <= text.count("，"):
        return word
    return "".join(_HALF.get(character, character) for character in word)


def _edit(text: str, passage: Passage) -> Edit:
    sure = {"e": 0.99, "h": 0.85, "g": 0.4}
    confidence = sum(sure[one] for one in passage.certainty) / len(passage.certainty)
    return Edit(passage.span, passage.text, RULE, round(confidence, 3), passage.certainty)
