"""Readings that mirrors inject behind characters: 擴(kuò)大, 會(huì )議, 秸秆(jiēgǎn), 安(an)(an)全(quan).

A bracket goes only when its letters are a reading of what stands before it, and only on pages where that happens three times:
a speech that tells how to say one place name keeps its gloss.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from policymine.cleaning.sieve import matches
from policymine.text import Edit, Span

RULE = "repairs.pinyin"
LEAST = 3
LONGEST_WORD = 6
_TONES = {"\u0300", "\u0301", "\u0304", "\u0306", "\u030c"}


def is_han(character: str) -> bool:
    """Whether it is a Han character of the planes that readings are known for."""
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or "\U00020000" <= character <= "\U0003ffff"


@lru_cache(maxsize=4096)
def toneless(reading: str) -> str:
    """The letters of a reading without tones, ü as v, the phonetic ɡ as g.

    >>> toneless("Lǜ"), toneless("xué ")
    ('lv', 'xue')
    """
    parts = unicodedata.normalize("NFD", reading.lower().replace("ɡ", "g"))
    letters = "".join(part for part in parts if part not in _TONES and not part.isspace() and part not in "'’-·")
    return unicodedata.normalize("NFC", letters).replace("ü", "v")


@cache
def _dictionary() -> dict[int, str]:
    from pypinyin.pinyin_dict import pinyin_dict  # a fifth of a second that pages without injections need not pay

    known: dict[int, str] = pinyin_dict
    return known


@cache
def readings(character: str) -> frozenset[str]:
    """All readings of a character with their tones; empty when pypinyin knows none.

    >>> sorted(readings("会"))
    ['huì', 'kuài']
    """
    return frozenset(filter(None, _dictionary().get(ord(character), "").split(",")))


@cache
def _plain_readings(character: str) -> frozenset[str]:
    return frozenset(form for r in readings(character) for form in (toneless(r), toneless(r).replace("v", "u")))


def reads(word: str, letters: str) -> bool:
    """Whether `letters` (toneless) is a reading of `word`, character by character.

    >>> reads("秸秆", "jiegan"), reads("秸秆", "gan")
    (True, False)
    """
    reached = {0}
    for character in word:
        reached = {at + len(r) for at in reached for r in _plain_readings(character) if letters.startswith(r, at)}
    return len(letters) in reached


def find_injections(text: str) -> list[Edit]:
    """The deletions of all injected readings of a text (its offsets); none when there are fewer than three.

    >>> find_injections("同志們,今年的擴(kuò)大會(huì )議就(jiù)開到這里")[1].span
    Span(start=15, end=21)
    >>> find_injections("阜(fù)阳市的经验")
    []
    """
    candidates = matches(text).get(RULE, ())
    found: list[Edit] = []
    for match in candidates if len(candidates) >= LEAST else ():
        letters = toneless(match["reading"])
        word = ""
        for character in _backwards(text, match.start(), found):
            word = character + word
            if letters in _plain_readings(word) if len(word) == 1 else reads(word, letters):
                toned = match["reading"].strip() in readings(word[-1])
                found.append(Edit(Span(*match.span()), "", RULE, 0.995 if toned else 0.97))
                break
    return found if len(found) >= LEAST else []


def _backwards(text: str, end: int, found: list[Edit]) -> Iterator[str]:
    """The Han characters straight before `end`, the nearest first, injections already found between them skipped."""
    index, count = len(found) - 1, 0
    while end > 0 and count < LONGEST_WORD:
        if index >= 0 and found[index].span.end == end:
            end = found[index].span.start
            index -= 1
        elif is_han(text[end - 1]):
            end -= 1
            count += 1
            yield text[end]
        else:
            return
