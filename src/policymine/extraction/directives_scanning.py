"""One pass over the text that finds every deontic word (deontics.toml) and every mark (directives.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from policymine import rules

PACKAGE = "policymine.extraction"
QUOTED = re.compile(r"“[^“”\n]{1,80}”|《[^《》\n]{1,120}》")
CONTENT = ("concrete", "vague")
"""Marks that also count inside quotation marks: they say what an order is about."""


class Hit(NamedTuple):
    """A deontic word or mark: where it stands, the rule's slug, and whether it is deontic."""

    start: int
    end: int
    kind: str
    deontic: bool


def hits_of(text: str) -> list[Hit]:
    """Every deontic word and mark of `text` in order; inside quotation marks and titles nothing orders.

    >>> [(h.kind, h.deontic) for h in hits_of("各镇必须查,去年已查")]
    [('must', True), ('past', False), ('past', False)]
    >>> hits_of("落实“管行业必须管安全”")
    []
    """
    pattern, groups, _ = _scanner()
    quotes = [quote.span() for quote in QUOTED.finditer(text)]
    quotes.append((len(text), len(text)))
    found = []
    index, done = 0, 0
    for candidate in pattern.finditer(text):
        start = candidate.start()
        if start < done or (match := _starting(text[start]).match(text, start)) is None:
            continue
        end = done = match.end()
        while quotes[index][1] <= start:
            index += 1
            if index == len(quotes):
                index -= 1
                break
        kind, deontic = groups[match.lastgroup or ""]
        if kind not in CONTENT and quotes[index][0] <= start < quotes[index][1]:
            continue
        found.append(Hit(start, end, kind, deontic))
    return found


class _Scanner(NamedTuple):
    """What a match can start with, what the groups of the rules mean, each rule's alternatives by their first characters."""

    start: re.Pattern[str]
    groups: dict[str, tuple[str, bool]]
    branches: tuple[tuple[str, tuple[tuple[re.Pattern[str], str], ...]], ...]


@cache
def _scanner() -> _Scanner:
    """All rules of the two files."""
    groups: dict[str, tuple[str, bool]] = {}
    branches: list[tuple[str, tuple[tuple[re.Pattern[str], str], ...]]] = []
    firsts: set[str] = set()
    for stem in ("deontics", "directives"):
        for rule in rules.load(PACKAGE, stem):
            name = f"g{len(groups)}"
            groups[name] = (rule.id.partition(".")[2], stem == "deontics")
            split = [(set(_firsts(branch)), branch) for branch in _branches(rule.find.pattern)]
            branches.append((name, tuple((_class_of(first), branch) for first, branch in split)))
            firsts = firsts.union(*[first for first, _ in split])
    return _Scanner(_class_of(firsts), groups, tuple(branches))


def _class_of(members: set[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(members))}]")


@cache
def _starting(character: str) -> re.Pattern[str]:
    """The alternatives of all rules that can start with a character as one pattern, in the order of the files."""
    rules_here = [
        f"(?P<{name}>{'|'.join(branch for first, branch in branches if first.match(character))})"
        for name, branches in _scanner().branches
        if any(first.match(character) for first, _ in branches)
    ]
    return re.compile("|".join(rules_here))


def _firsts(pattern: str) -> Iterator[str]:
    """What a match of `pattern` can start with, as members of a character class.

    >>> sorted(_firsts(r"(?:决|绝)不能|要(?!求)|[一二]律|\\d万"))
    ['\\\\d', '一二', '决', '绝', '要']
    """
    for branch in _branches(pattern):
        rest = branch
        while rest:
            token, rest = _token(rest)
            optional = rest[:1] in ("?", "*")
            if token.startswith("(?:"):
                yield from _firsts(token[3:-1])
            elif token.startswith("["):
                yield token[1:-1]
            elif not token.startswith("("):
                yield token
            if not optional and not token.startswith(("(?=", "(?!", "(?<")):
                break
            rest = rest[1:] if optional else rest


def _branches(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern at its outermost level."""
    branch = ""
    rest = pattern
    while rest:
        if rest[0] == "|":
            yield branch
            branch, rest = "", rest[1:]
            continue
        token, rest = _token(rest)
        branch += token
    yield branch


def _token(pattern: str) -> tuple[str, str]:
    """The first group, class, escape or character of a pattern, and what follows it."""
    if pattern[0] == "\\":
        return pattern[:2], pattern[2:]
    if pattern[0] == "[":
        end = pattern.index("]", 2) + 1
        return pattern[:end], pattern[end:]
    if pattern[0] != "(":
        return pattern[0], pattern[1:]
    at = 1
    while pattern[at] != ")":
        token, _ = _token(pattern[at:])
        at += len(token)
    return pattern[: at + 1], pattern[at + 1 :]


def alternation(words: Sequence[str]) -> str:
    """A pattern of the words, longest first, grouped by their first character so that the engine tries few of them.

    >>> alternation(["要", "要求", "必须"])
    '必(?:须)|要(?:求|)'
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items())
