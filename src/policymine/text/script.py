"""Traditional and simplified script: which lines are traditional, and the conversion that keeps every offset.

OpenCC `t2s` converts; two habits of mirrors that it leaves alone are mended here: 陜 (a different character, written for 陝)
and 著 (written for 着 except in 著名, 显著 and their like). A conversion never changes the length of a text, so offsets stay.

A character tells the script of a line when it belongs to one script only: traditional ones are changed by `t2s` and stand
outside GB 2312, simplified ones are changed by `s2t` and stand outside Big5. 后, 里, 干, 乾, 著 tell nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import opencc

from policymine.text.points import BLOCK, kinds_of, points_of
from policymine.text.span import Span

Script = Literal["simplified", "traditional"]

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNKNOWN_TO_OPENCC = tuple(zip("陜衹衞倂彊", "陕只卫并强", strict=True))
# 著 stays 著: first what may stand before it, then what may follow; a verb before 著名 makes it 着 again (跟着名师)
_ZHU_BEHIND = re.compile("(?:[显卓昭名专编原巨土译拙遗]|(?<![讨议谈评争])论|(?<![配结联组混])合|较|所)著(?!手|力|眼|实|想|急)")
_ZHU_BEFORE = re.compile("(?<![随跟沿接向顺伴朝对面围临有带看])著(?:[名称者述书录]|作(?![出为好业主])|有(?=[《〈“]))")
_SENTENCE = re.compile("[^。！？；!?;\n]*[。！？；!?;\n]?")
_KANA = re.compile("[\u3041-\u30fa]")
_TRADITIONAL, _SIMPLIFIED, _LINE_END = 1, 2, 3
_KNOWN_VERSION = "1.4.2"
_IN_PHRASES = "么乾俱剋劄吒哩噁坏彷徵扞於昇氾沈濛甦畫瞭祕脩蒐薹藉衹袷覆計谿逕釐鉅鍊鍾陞麼麽"
"""The characters that phrases of that version of OpenCC convert otherwise than they are converted alone."""
_ALONE, _PHRASED, _UNSURE = 1, 2, 3
_LONG = 400
"""Characters from which a table is faster than OpenCC."""


class Tally(NamedTuple):
    """How many characters of a text exist in one script only."""

    traditional: int
    simplified: int


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


@cache
def _only() -> tuple[frozenset[str], frozenset[str]]:
    """The characters that only traditional, and only simplified, texts have."""
    han = [chr(code) for code in range(0x3400, 0xA000) if not 0x4DC0 <= code < 0x4E00]
    lines = "\n".join(han)
    simple, full = (_converter(name).convert(lines).split("\n") for name in ("t2s", "s2t"))
    gb = set("".join(han).encode("gb2312", "ignore").decode("gb2312"))
    big5 = set("".join(han).encode("big5", "ignore").decode("big5"))
    traditional = {a for a, b in zip(han, simple, strict=True) if a != b} - gb | {"陜"}
    simplified = {a for a, b in zip(han, full, strict=True) if a != b} - big5
    return frozenset(traditional), frozenset(simplified)


@cache
def _tells() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds them in a few characters."""
    traditional, simplified = _only()
    return re.compile(f"[{''.join(sorted(traditional))}]"), re.compile(f"[{''.join(sorted(simplified))}]")


@cache
def _telling() -> npt.NDArray[np.uint8]:
    """For every character of the first plane which script it tells, or that it ends a line."""
    table = np.zeros(1 << 16, np.uint8)
    for number, characters in zip((_TRADITIONAL, _SIMPLIFIED), _only(), strict=True):
        table[[ord(character) for character in characters]] = number
    table[ord("\n")] = _LINE_END
    return table


@lru_cache(maxsize=2)
def _told(text: str) -> npt.NDArray[np.uint8]:
    """What each character of a text tells."""
    return kinds_of(text, _telling())


def tally(text: str) -> Tally:
    """Counts what tells the script of a text.

    >>> tally("會議要求各鄉鎮"), tally("会议要求各乡镇"), tally("以后在家里干")
    (Tally(traditional=4, simplified=0), Tally(traditional=0, simplified=4), Tally(traditional=0, simplified=0))
    """
    traditional, simplified = _tells()
    return Tally(len(traditional.findall(text)), len(simplified.findall(text)))


def script_of(text: str) -> Script:
    """The script in which most of a text is written.

    >>> script_of("會議強調,要落實責任"), script_of("会议强调,要落实责任")
    ('traditional', 'simplified')
    """
    told = _told(text)
    traditional = np.count_nonzero(told == _TRADITIONAL)
    return "traditional" if traditional and traditional > np.count_nonzero(told == _SIMPLIFIED) else "simplified"


def is_traditional(line: str, *, page: bool = False) -> bool:
    """Whether a line is written in traditional script; `page` says that the page around it is.

    One or two traditional characters on a page that is not traditional are a name or a quotation, never a script.

    >>> is_traditional("全縣安全生產會議"), is_traditional("县领导李錕到会"), is_traditional("縣領導到會", page=True)
    (True, False, True)
    """
    return _is(tally(line), page=page)


def _is(found: Tally, *, page: bool) -> bool:
    """On a traditional page a line may hold passages that were repaired, in simplified script."""
    if page:
        return found.traditional > 0.3 * found.simplified
    return found.traditional >= 3 and found.traditional > 2 * found.simplified


def to_simplified(text: str) -> str:
    """The text in simplified script, of the same length, character for character.

    >>> to_simplified("隨著陜西著名企業到會,效果顯著")
    '随着陕西著名企业到会,效果显著'
    """
    return _mended(_converted(text) or "".join(map(_one, text)))


def lines_to_simplified(lines: Sequence[str]) -> str:
    """Stretches of a text in simplified script, each on a line of its own: many are converted at one go."""
    converted = _converted("\n".join(lines))
    return _mended(converted) if converted else "\n".join(map(to_simplified, lines))


def _mended(converted: str) -> str:
    """What OpenCC leaves alone."""
    for unknown, known in _UNKNOWN_TO_OPENCC:
        if unknown in converted:
            converted = converted.replace(unknown, known)
    return _with_zhe(converted) if "著" in converted else converted


def _with_zhe(text: str) -> str:
    """The text with 着 for every 著 that is no 著."""
    parts = text.split("著")
    out, at, taken = [parts[0]], len(parts[0]), 0
    for part in parts[1:]:
        kept = (_ZHU_BEHIND.match(text, at - 1) if at > taken else None) or _ZHU_BEFORE.match(text, at)
        if kept is not None:
            taken = kept.end()
        out += ["着" if kept is None else "著", part]
        at += 1 + len(part)
    return "".join(out)


def _converted(text: str) -> str:
    """The text converted at one go; empty where that fails (lone surrogates) or would change the length."""
    if _LONG <= len(text) <= BLOCK and (converted := by_character(text)):
        return converted
    try:
        converted = _converter("t2s").convert(text)
    except (UnicodeError, ValueError):
        return ""
    return converted if len(converted) == len(text) else ""


def by_character(text: str) -> str:
    """What OpenCC makes of a text, by a table; only runs of characters that its phrases convert otherwise go through it.

    Empty where that cannot be told: other versions of OpenCC have other phrases; marks and planes that the table leaves out.

    >>> by_character("會計計畫")
    '会计计划'
    """
    table, kinds = _singles()
    points = points_of(text)
    if not len(table) or points.max(initial=0) > 0xFFFF:
        return ""
    kind = kinds.take(points)
    if (kind == _UNSURE).any():
        return ""
    new, phrased = table.take(points), np.flatnonzero(kind == _PHRASED)
    if len(phrased):
        borders = np.concatenate(([-1], np.flatnonzero(kind == 0), [len(text)]))
        ends = np.unique(np.searchsorted(borders, phrased))
        runs = list(zip((borders[ends - 1] + 1).tolist(), borders[ends].tolist(), strict=True))
        lines = _converter("t2s").convert("\n".join([text[start:end] for start, end in runs])).split("\n")
        for (start, end), line in zip(runs, lines, strict=True):
            if len(line) != end - start:
                return ""
            new[start:end] = points_of(line)
    return new.tobytes().decode("utf-32-le")


@cache
def _singles() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """What OpenCC makes of every character of the first plane alone, and its kind; nothing for a version that is not known."""
    kinds = np.zeros(1 << 16, np.uint8)
    if version("opencc") != _KNOWN_VERSION:
        return np.zeros(0, np.uint32), kinds
    odd = {0, ord("\n"), 0x303E, 0x31EF, *range(0x2FF0, 0x3000), *range(0xD800, 0xE000)}  # what some describe is left alone
    codes = [code for code in range(1 << 16) if code not in odd]
    found = _converter("t2s").convert("\n".join(map(chr, codes))).split("\n")
    table = np.arange(1 << 16, dtype=np.uint32)
    table[codes] = [ord(one) if len(one) == 1 else 0 for one in found]
    kinds[0x3400:0xA000] = _ALONE
    kinds[0xF900:0xFB00] = _PHRASED  # they become others first
    kinds[[ord(character) for character in _IN_PHRASES]] = _PHRASED
    kinds[[code for code in odd if code != ord("\n")]] = kinds[table == 0] = _UNSURE
    return table, kinds


def _one(character: str) -> str:
    """One character converted; itself when that would change the length (a lone surrogate, a NUL)."""
    try:
        converted: str = _converter("t2s").convert(character)
    except (UnicodeError, ValueError):
        return character
    return converted if len(converted) == 1 else character


def traditional_stretches(text: str) -> tuple[Span, ...]:
    """The traditional lines of a text; of a line in which both scripts meet, its traditional sentences.

    >>> text = "會議強調,責任要落實。\\n昂仁县| 霞浦县|\\n縣委書記\\n"
    >>> [span.of(text) for span in traditional_stretches(text)]
    ['會議強調,責任要落實。\\n', '縣委書記\\n']
    """
    told = _told(text)
    if not (told == _TRADITIONAL).any():
        return ()
    starts = np.append(0, np.flatnonzero(told[:-1] == _LINE_END) + 1)
    ends = np.append(starts[1:], len(text))
    traditional, simplified = (np.add.reduceat(told == kind, starts, dtype=np.int64) for kind in (_TRADITIONAL, _SIMPLIFIED))
    page = bool(traditional.sum() >= 10 and traditional.sum() > simplified.sum())
    due = np.flatnonzero(traditional)
    bounds = zip(starts[due].tolist(), ends[due].tolist(), traditional[due].tolist(), simplified[due].tolist(), strict=True)
    lines = ((Span(start, end), Tally(old, new)) for start, end, old, new in bounds)
    return tuple(_joined([span for line, counts in lines for span in _of_line(text, line, counts=counts, page=page)]))


def _of_line(text: str, line: Span, *, counts: Tally, page: bool) -> Iterator[Span]:
    if len(_KANA.findall(text, *line)) > 2:
        return
    if counts.simplified < 3 or counts.traditional < 3:
        if _is(counts, page=page):
            yield line
        return
    mostly = page or counts.traditional >= 10
    yield from (part for part in _parts(_SENTENCE, text, line) if _is(tally(part.of(text)), page=mostly))


def _parts(pattern: re.Pattern[str], text: str, span: Span) -> Iterator[Span]:
    for match in pattern.finditer(text, *span):
        if match.end() > match.start():
            yield Span(*match.span())


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Neighbours as one span, so that the converter is called once for a whole page."""
    start, end = -1, -1
    for span in spans:
        if span.start != end:
            if end > start:
                yield Span(start, end)
            start = span.start
        end = span.end
    if end > start:
        yield Span(start, end)


@cache
def _folds() -> dict[int, str]:
    """One character to one character: simplified, half-width, lower case."""
    table: dict[int, str] = {}
    for code in [*range(0x21, 0x250), *range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0xFF01, 0xFF5F)]:
        plain = unicodedata.normalize("NFKC", chr(code)) if code > 0x2FF else chr(code)
        folded = _one(plain).lower() if len(plain) == 1 else chr(code)
        if folded != chr(code) and len(folded) == 1:
            table[code] = folded
    return table | {0x3000: " ", 0xA0: " "} | {ord(a): b for a, b in zip("陜衹衞", "陕只卫", strict=True)}


def fold(text: str) -> str:
    """The text as search compares it: simplified, half-width, lower case; of the same length.

    >>> fold("ＰＭ2.5 濃度達標")
    'pm2.5 浓度达标'
    """
    return text.translate(_folds())


__all__ = [
    "HAN", "Script", "Tally", "fold", "is_traditional", "lines_to_simplified", "script_of", "tally", "to_simplified",
    "traditional_stretches",
]  # fmt: skip
