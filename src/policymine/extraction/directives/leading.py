"""What a clause may start with: words that belong to no directive, and the classes of words that it leads with."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from policymine import rules
from policymine.extraction.directives.scanning import PACKAGE, alternation

CLOSED: Final = " \u3000)）"


@cache
def _words() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = rules.load(PACKAGE, "directives").lexicons["lexicons"]
    return listed


class Leading(dict[str, re.Pattern[str] | None]):
    """What a clause may lead with by its first character: a pronoun, a result word, a preposition, an adverb, a verb.

    >>> [match.lastgroup if (match := leading()[word[0]].match(word)) else None for word in ("立即查", "对企业", "查隐患")]
    ['adverb', 'preposition', 'verb']
    """

    def __missing__(self, character: str) -> re.Pattern[str] | None:
        groups = []
        for name in ("pronoun", "result", "preposition", "adverb", "verb"):
            words = [word for word in _words()[f"{name}s"] if word[0] == character]
            groups += [f"(?P<{name}>{alternation(words)})"] if words else []
        pattern = self[character] = re.compile("|".join(groups)) if groups else None
        return pattern


leading = cache(Leading)


@cache
def behind_adverb() -> re.Pattern[str]:
    """What goes on behind an adverb: more of them, then a verb."""
    adverbs, verbs = alternation(_words()["adverbs"]), alternation(_words()["verbs"])
    return re.compile(f"(?:{adverbs})*[地的]?(?P<verb>{verbs})?")


@cache
def connectives() -> re.Pattern[str]:
    """Connectives that open a clause and are no part of a directive."""
    return re.compile(f"(?:(?:{alternation(_words()['connectives'])})[，,]?)+")


@cache
def skipped() -> frozenset[str]:
    """What a clause may start with that is no part of it: blanks, closing brackets, the first characters of connectives."""
    return frozenset([*CLOSED, *[word[0] for word in _words()["connectives"]]])
