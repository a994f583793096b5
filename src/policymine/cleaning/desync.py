"""Characters that came apart where a mirror replaced bytes across their border.

展營造 is D5B9 A049 D4EC in GBK. A mirror that writes readings behind 範 (B9A0) and looks for bytes, not characters, also finds
B9A0 in the middle; what is shown then is 展?fàn)I造. The reading names the byte that was lost. Without a reading, as in
整改?，F將 (= 。現將), the byte before the mark is unknown and the rest decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from policymine.cleaning.lattice import vocabulary
from policymine.cleaning.pinyin import readings, toneless
from policymine.cleaning.sieve import OUT_OF_STEP, matches
from policymine.text import Edit, Span
from policymine.text.script import lines_to_simplified, to_simplified

READ = "repairs.pinyin-desync"
LONE = "repairs.lone-byte"
GAIN, MARGIN = 6.0, 1.0
CONTEXT = 4
LONGEST = 60
LETTER = 8.0  # what a letter or a question mark costs where it stands
_ASCII = re.compile("[!-~]")
_HAN = re.compile("[\u3400-\u9fff]+")


class _Mended(NamedTuple):
    """What the characters after a mark become: up to `end` they read `text`."""

    end: int
    text: str
    certainty: str
    cost: float


def find_desync(text: str) -> list[Edit]:
    """The edits that put characters together again (offsets of `text`).

    >>> [(e.span.of("為發展?fàn)I造環境"), e.text) for e in find_desync("為發展?fàn)I造環境")]
    [('?fàn)I', '营')]
    """
    edits: list[Edit] = []
    for match in matches(text).get(OUT_OF_STEP, ()):
        if edits and match.start() < edits[-1].span.end:
            continue
        reading = match["reading"]
        leads = _leads(text[match.start() - 1], reading) if reading else tuple(range(0x81, 0xFF))
        found = _mended(text, match, leads)
        if found:
            rule, confidence = (READ, 0.95) if reading else (LONE, 0.8)
            edits.append(Edit(Span(match.start(), found.end), found.text, rule, confidence, found.certainty))
    return edits


def _leads(before: str, reading: str) -> tuple[int, ...]:
    """The bytes that, behind the second byte of `before`, make a character of this reading."""
    code = _gbk(before)
    wanted = toneless(reading)
    found = []
    for byte in range(0x81, 0xFF) if len(code) == 2 else ():
        character = _decoded(bytes([code[1], byte]))
        if any(toneless(one) == wanted for one in readings(character)) if character else False:
            found.append(byte)
    return tuple(found)


def _mended(text: str, match: re.Match[str], leads: tuple[int, ...]) -> _Mended | None:
    """The likeliest way to read on behind a mark; None when the text as it stands is nearly as likely."""
    start, after = match.start(), match.end("mark" if match["mark"] else "lone")
    before = _context(text[max(start - CONTEXT, 0) : start])
    ways = sorted(_ways(text, after, leads=leads, before=before), key=lambda way: way.cost)
    if not ways:
        return None
    best = ways[0]
    others = [way for way in ways if way.text != best.text]
    shown = text[start : best.end]
    standing = _cost(before, _ASCII.sub("", shown), text, best.end) + LETTER * len(_ASCII.findall(shown))
    if (not match["reading"] and standing - best.cost < GAIN) or (
        others and len(leads) > 8 and others[0].cost - best.cost < MARGIN
    ):
        return None
    certainty = best.certainty if match["reading"] else "h" + best.certainty[1:]
    return best._replace(certainty=certainty)


def _ways(text: str, start: int, *, leads: Sequence[int], before: str) -> list[_Mended]:
    """The ways to read on from `start` when one of `leads` waits there: what differs between most is the first character."""
    stop, first = min(start + LONGEST, len(text)), text[start : start + 1]
    code = _gbk(first)
    if len(code) == 2:
        rest = list(_words(text, start + 1, stop, pending=code[1], begun=True))
        firsts = [character for lead in leads if (character := _decoded(bytes([lead, code[0]])))]
        found = [word._replace(text=character + word.text) for character in firsts for word in rest]
    else:
        found = [word for lead in leads for word in _words(text, start, stop, pending=lead)]
    if not found:
        return []
    plain = lines_to_simplified([word.text for word in found]).split("\n")
    behind = {end: _behind(text, end) for end in {word.end for word in found}}
    told = lines_to_simplified(plain).split("\n")
    tails = [one[1:] + behind[word.end] for one, word in zip(told, found, strict=True)]
    costs: dict[tuple[str, str], float] = {}
    for tail in set(tails):
        heads = list(dict.fromkeys(one[:1] for one, its in zip(told, tails, strict=True) if its == tail))
        paid = vocabulary().best_between(before, heads, tail)
        costs.update(zip([(head, tail) for head in heads], paid, strict=True))
    return [
        _Mended(end, one, "e" * (len(one) - lost) + "h" * lost, costs[head[:1], tail])
        for (end, _, lost), one, head, tail in zip(found, plain, told, tails, strict=True)
    ]


class _Word(NamedTuple):
    """Characters that bytes make together up to `end`; of the last one, when it is `lost`, the second byte is not known."""

    end: int
    text: str
    lost: bool = False


def _words(text: str, start: int, stop: int, *, pending: int, begun: bool = False) -> Iterator[_Word]:
    """The words from `start` on when a byte waits there, until a letter or a mark brings the bytes into step again.

    A mark before a character that is no pair took one byte: the waiting character lost its second. Before others it took two,
    and nothing is known of what follows: what was read up to there is mended, the mark stays; `begun` says that there is
    something, before `start`.
    """
    word = ""
    for at in range(start, stop):
        code = _gbk(text[at])
        if "@" <= text[at] <= "~":
            if character := _decoded(bytes([pending, ord(text[at])])):
                yield _Word(at + 1, word + character)
            return
        if text[at] in "?\ufffd":
            behind = text[at + 1 : at + 2]
            if len(_gbk(behind)) == 2 or "@" <= behind <= "~":
                if word or begun:
                    yield _Word(at, word)
            else:
                ends = pending == 0xA1 and behind in ("", "\n", "\r")  # a mark that ends a line is a stop
                for last in "。" if ends else _of_lead(pending):
                    yield _Word(at + 1, word + last, lost=True)
            return
        character = _decoded(bytes([pending, code[0]])) if len(code) == 2 else ""
        if not character:
            return
        word, pending = word + character, code[1]


def _cost(before: str, word: str, text: str, end: int) -> float:
    """What it costs to read `word` between its neighbours."""
    return vocabulary().best(before + to_simplified(word) + _behind(text, end))


def _behind(text: str, end: int) -> str:
    """The Han characters that follow a place."""
    return _context(text[end : end + CONTEXT], behind=True)


def _context(text: str, *, behind: bool = False) -> str:
    """The Han characters that touch a place, in simplified script."""
    runs = list(_HAN.finditer(text))
    if not runs or (runs[0].start() if behind else len(text) - runs[-1].end()):
        return ""
    return to_simplified((runs[0] if behind else runs[-1])[0])


def _gbk(character: str) -> bytes:
    """Its two bytes; half-width marks stand for the full-width ones that the page has lost."""
    if character and character in ",;:!()":
        return bytes([0xA3, ord(character) | 0x80])
    try:
        code = character.encode("gbk")
    except UnicodeEncodeError:
        return b""
    return code if len(code) == 2 else b""


def _decoded(pair: bytes) -> str:
    try:
        character = pair.decode("gbk")
    except UnicodeDecodeError:
        return ""
    return character if len(character) == 1 else ""


@cache
def _of_lead(lead: int) -> tuple[str, ...]:
    known = vocabulary().costs
    found = [character for trail in range(0x40, 0xFF) if (character := _decoded(bytes([lead, trail])))]
    return tuple(character for character in found if to_simplified(character) in known)
