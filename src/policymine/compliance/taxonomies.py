"""The taxonomies that decisions stand on: kinds of organisations, fields of work, functions, industry classes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from policymine.rules import load

PACKAGE = "policymine.compliance"


class Fields(NamedTuple):
    """Fields of work: their words, which of them are general, the functions of departments, and one pattern for all words."""

    words: Mapping[str, tuple[str, ...]]
    general: frozenset[str]
    functions: Mapping[str, tuple[str, ...]]
    of_word: Mapping[str, tuple[str, ...]]
    find: re.Pattern[str]


@cache
def fields() -> Fields:
    """The fields of fields.toml."""
    said = load(PACKAGE, "fields").lexicons
    of_word: dict[str, tuple[str, ...]] = {}
    for name, words in said["fields"].items():
        for word in words:
            of_word[word] = (*of_word.get(word, ()), name)
    longest = sorted(of_word, key=len, reverse=True)
    return Fields(
        {name: tuple(words) for name, words in said["fields"].items()},
        frozenset(said["general"]["names"]),
        {name: tuple(words) for name, words in said["functions"].items()},
        of_word,
        re.compile("|".join(map(re.escape, longest))),
    )


class Named(NamedTuple):
    """A field that a text names, by which word, where."""

    field: str
    word: str
    start: int


@lru_cache(maxsize=65536)
def fields_in(text: str) -> tuple[Named, ...]:
    """The fields that a text names, in reading order.

    >>> [n.field for n in fields_in("校园周边的燃气管道")]
    ['教育', '校园安全', '燃气']
    """
    known = fields()
    return tuple(
        Named(field, match[0], match.start()) for match in known.find.finditer(text) for field in known.of_word[match[0]]
    )


@cache
def kinds() -> Mapping[str, Mapping[str, Any]]:
    """The kinds of organisations by id."""
    said: Mapping[str, Mapping[str, Any]] = load(PACKAGE, "kinds").lexicons["kinds"]
    return said


def group_of(kind: str | None) -> str | None:
    """The group of a kind; None for none or an unknown one.

    >>> group_of("school"), group_of(None)
    ('institution', None)
    """
    entry = kinds().get(kind or "")
    return None if entry is None else str(entry["group"])


@cache
def kind_words() -> tuple[tuple[str, str], ...]:
    """Words that call a kind, the longest first, with the kind."""
    pairs = ((word, kind) for kind, entry in kinds().items() for word in entry.get("words", ()))
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def industries() -> Mapping[str, str]:
    """The classes of GB/T 4754 by letter and number, sections by letter."""
    said = json.loads(files(PACKAGE).joinpath("industries.json").read_text(encoding="utf-8"))
    return {**said["sections"], **said["classes"]}
