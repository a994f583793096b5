"""Bytes to text: which encoding, and back into step where a byte was lost.

A byte order mark decides, then strict UTF-8; else UTF-8, GB 18030 and Big5 are each tried on a sample, and the one whose
characters are the most common in Chinese wins. What header and mark-up declare only breaks ties: they lie often enough. In a
double-byte encoding one lost byte shifts everything up to the next ASCII character; lines that look shifted are decoded again
by a search that may drop single bytes, each of which leaves U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import NamedTuple

from policymine.model import Issue
from policymine.text.frequency import characters
from policymine.text.script import to_simplified

SAMPLE = 60_000
RESYNC = 2_000_000  # bytes of one file that the search may walk
DROPPED = 14.0  # cost of a byte that is dropped
UNCOMMON = 15.0
SURE = 8.0
"""Mean cost of a character below which a sample is Chinese in that encoding; read in a wrong one none of 1,500 was below 11."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODECS = {"utf-8": "utf-8", "gb18030": "gb18030", "big5": "big5hkscs"}
_PLAIN = re.compile("(?:iso8859|cp|koi8|mac|shift_jis|euc|iso2022|johab|utf-16|tis)")
_HIGH_LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_EAST_ASIAN = re.compile("[\u2e80-\u9fff\uff00-\uffef]")


class Decoded(NamedTuple):
    """A decoded text: newlines untouched, no byte order mark, never a lone surrogate; `lost` counts its U+FFFD."""

    text: str
    encoding: str
    lost: int = 0
    issues: tuple[Issue, ...] = ()


def decode(body: bytes, *, declared: str | None = None) -> Decoded:
    """The text of `body` in the encoding it is really in.

    Args:
        body: the bytes of a whole file.
        declared: what header or mark-up say; may be wrong, unknown or None.

    >>> decode("县委书记讲话".encode("gbk"), declared="utf-8")[:2]
    ('县委书记讲话', 'gb18030')
    >>> decode(b"\\xef\\xbb\\xbf" + "通报".encode()).text
    '通报'
    """
    named = _normal(declared)
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _finished(body[len(mark) :].decode(encoding, "replace"), encoding, named)
    wide = _wide(body, named)
    if wide:
        return _finished(body.decode(wide, "replace"), wide, named)
    strict = _strict(body, "utf-8")
    if strict is not None and (not _BEYOND_ASCII.search(strict) or _EAST_ASIAN.search(strict)):
        return _finished(strict, "utf-8", named)
    encoding = _vote(body, named)
    if encoding not in _CODECS:
        return _finished(body.decode(encoding, "replace"), encoding, named)
    return _finished(_in_step(body, encoding), encoding, named)


def _finished(text: str, encoding: str, declared: str | None) -> Decoded:
    lost = text.count("\ufffd")
    issues = []
    if declared and encoding != declared and not text.isascii():
        told = f"declared as {declared}, decoded as {encoding}"
        issues.append(Issue("encoding_differs", "info", told, "the declaration is wrong; the characters decided"))
    if lost:
        told = f"{lost} bytes or characters could not be decoded and stand as U+FFFD"
        issues.append(Issue("bytes_lost", "warning", told, "compare with the archived page before quoting numbers near them"))
    return Decoded(text, encoding, lost, tuple(issues))


def _normal(declared: str | None) -> str | None:
    """The declared encoding in our names; None for what is no encoding of text."""
    try:
        name = codecs.lookup((declared or "").strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    if name in {"gb2312", "gbk", "gb18030", "hz", "cp936"}:
        return "gb18030"
    if name in {"big5", "big5hkscs", "cp950"}:
        return "big5"
    if name in {"utf-8", "ascii", "utf-8-sig"}:
        return "utf-8"
    return name if _PLAIN.match(name) else None


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide(body: bytes, declared: str | None) -> str | None:
    """UTF-16 without a mark: declared so, or half of its bytes NUL in every second place."""
    head = body[:4000]
    if len(head) < 8 or len(body) % 2:
        return None
    for encoding, high, low in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if high.count(0) > 0.4 * len(high) and low.count(0) < 0.1 * len(low):
            return encoding
    if declared in {"utf-16", "utf-16-le", "utf-16-be"} and b"\x00" in head:
        return "utf-16-be" if declared == "utf-16-be" else "utf-16-le"
    return None


def _vote(body: bytes, declared: str | None) -> str:
    """The encoding in which a sample has the most common characters."""
    lines, size = [], 0
    for match in _HIGH_LINE.finditer(body):
        lines.append(match[0][: SAMPLE - size])
        size += len(lines[-1])
        if size >= SAMPLE:
            break
    sample = b"\n".join(lines)
    costs: dict[str, float] = {}
    for name in _CODECS:
        costs[name] = _mean_cost(_in_step(sample, name)) - (0.3 if name == declared else 0)
        if costs[name] < SURE:
            return name
    best = min(costs, key=lambda name: costs[name])
    if declared and declared not in _CODECS and costs[best] > 0.8 * UNCOMMON and _strict(body, declared) is not None:
        return declared
    return best


def _mean_cost(text: str) -> float:
    """What the characters beyond ASCII cost on the average."""
    foreign = to_simplified("".join(_BEYOND_ASCII.findall(text)))
    return sum(map(_cost, foreign)) / len(foreign) if foreign else UNCOMMON


@cache
def _cost(character: str) -> float:
    """The cost of one character in simplified script: by frequency for Han, flat for the signs of Chinese texts."""
    if "\u3400" <= character <= "\u9fff":
        return min(characters().get(character, UNCOMMON), UNCOMMON)
    if character in "，。、；：！？“”‘’（）《》〈〉【】〔〕「」『』—…·\u3000％０１２３４５６７８９○〇①②③④⑤":
        return 5.0
    if "\u00a0" <= character <= "\u04ff" or character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or character > "\uffff":
        return UNCOMMON + 3
    return UNCOMMON - 3


def _in_step(body: bytes, encoding: str) -> str:
    """The text in one encoding, its damaged lines brought back into step."""
    if encoding == "utf-8":
        return body.decode("utf-8", "replace")
    codec, budget, out = _CODECS[encoding], RESYNC, []
    for line in body.splitlines(keepends=True) if b"\n" in body or b"\r" in body else [body]:
        text = _strict(line, codec)
        if text is not None and not _looks_shifted(text):
            out.append(text)
        elif len(line) > budget:
            out.append(line.decode(codec, "replace"))
        else:
            budget -= len(line)
            out.append("".join(_searched(line, codec)))
    return "".join(out)


@cache
def _odd() -> re.Pattern[str]:
    """Characters that shifted pairs give and Chinese texts hardly have: level 2 of GB 2312, kana, Cyrillic, user zone."""
    rows = (*range(0xA4, 0xAA), *range(0xD8, 0xF8))
    pairs = (bytes([row, cell]) for row in rows for cell in range(0xA1, 0xFF))
    odd = "".join(pair.decode("gb2312", "ignore") for pair in pairs)
    return re.compile(f"[{odd}\ue000-\uf8ff\U00010000-\U0010ffff]")


def _looks_shifted(text: str) -> bool:
    """Whether more characters of a line are odd than of any clean text; traditional ones count as what they mean."""
    found = len(_odd().findall(text))
    if found < 2:
        return False
    beyond = len(_BEYOND_ASCII.findall(text))
    return found > 0.06 * beyond or len(_odd().findall(to_simplified(text))) >= 3


def _searched(line: bytes, codec: str) -> list[str]:
    """The cheapest decoding of a line in which single bytes may be dropped, in characters."""
    size = len(line)
    costs = [0.0] + [float("inf")] * size
    steps: list[tuple[int, str]] = [(0, "")] * (size + 1)
    for at, byte in enumerate(line):
        dropped = costs[at] + (1.0 if byte < 0x80 else DROPPED)
        if dropped < costs[at + 1]:
            costs[at + 1], steps[at + 1] = dropped, (1, chr(byte) if byte < 0x80 else "\ufffd")
        if byte < 0x80:
            continue
        for width, character, price in _longer(line, at, codec):
            cost = costs[at] + price
            if cost < costs[at + width]:
                costs[at + width], steps[at + width] = cost, (width, character)
    found, at = [], size
    while at > 0:
        width, character = steps[at]
        found.append(character)
        at -= width
    return found[::-1]


def _longer(line: bytes, at: int, codec: str) -> list[tuple[int, str, float]]:
    """What may stand from a high byte on: how many bytes it takes, the character, what it costs."""
    pair = _pair(line[at : at + 2], codec)
    found = [pair] if pair else []
    if codec == "gb18030" and line[at + 1 : at + 2].isdigit():
        four = _strict(line[at : at + 4], codec)
        if four and len(four) == 1:
            found.append((4, four, UNCOMMON))
    return found


@cache
def _pair(pair: bytes, codec: str) -> tuple[int, str, float] | None:
    character = _strict(pair, codec)
    if not character or len(character) != 1 or len(pair) != 2:
        return None
    return 2, character, _cost(to_simplified(character))


__all__ = ["Decoded", "decode"]
