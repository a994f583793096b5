"""What a regular expression cannot match without, read off its syntax tree.

`厂家直销|包邮` needs 厂家 or 包邮 somewhere, and every match of it begins with one of the two. Both answers err on one side
only: what is not said to be needed may be needed all the same; what is said to be needed is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise, product
from typing import Any, NamedTuple

_PARSER: Any = import_module("re._parser")
_MOST_PATHS = 4_000
_MOST_PAIRS = 400
_MOST_SINGLES = 6_000
_PAIR_WEIGHT = 0.02
"""How rare two given neighbours are beside one given character, roughly; decides what of a pattern is looked for."""

Item = frozenset[str] | None
"""One place in a match: the characters that can stand there, None when they are many or unknown."""
Path = tuple[Item, ...]


def needed(pattern: re.Pattern[str]) -> frozenset[str]:
    """Characters and pairs of neighbours of which every match, with what it looks at, holds one; empty: nothing can be said.

    >>> sorted(needed(re.compile("厂家直销|包邮"))), sorted(needed(re.compile("^第[^一]+条$")))
    (['包邮', '厂家'], ['第'])
    >>> needed(re.compile(r"^[^。]{1,9}$"))
    frozenset()
    """
    found = _united(_rarest(path) for path in _all_paths(pattern, _Way(asserted=True)))
    if found:
        return found
    found = _united(_rarest(path) for path in _all_paths(pattern, _Way(asserted=True, brief=True)))
    return found if all(len(word) == 2 for word in found) else frozenset()


def begins(pattern: re.Pattern[str]) -> frozenset[str]:
    """Characters and pairs of which every match begins with one; empty when nothing can be said.

    >>> sorted(begins(re.compile("(?<=各)(?:厂家|包邮)")))
    ['包邮', '厂家']
    """
    return _united(_beginning(path) for path in _all_paths(pattern, _Way(asserted=False, most=2)))


def guided(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The same pattern, tried only where its first character stands: several times faster for many alternatives.

    `re` does so itself where all alternatives begin with plain characters; such a pattern is better left as it is.

    >>> guided(re.compile("(?<=第)(?:[一二]条|三项)")).pattern
    '(?=[一三二])(?:(?<=第)(?:[一二]条|三项))'
    """
    firsts, classes = {word[0] for word in begins(pattern)}, ""
    if not firsts:
        return pattern
    for written, category in ((r"\d", "CATEGORY_DIGIT"), (r"\s", "CATEGORY_SPACE")):
        members = _named(category)
        if members is not None and firsts.issuperset(members):
            firsts, classes = firsts - members, classes + written
    return re.compile(f"(?=[{classes}{re.escape(''.join(sorted(firsts)))}])(?:{pattern.pattern})", pattern.flags)


LINE = "(?m:^)"
"""How a pattern begins that stands at the beginning of a line only."""


def at_lines(pattern: re.Pattern[str]) -> bool:
    """Whether a pattern can match at the beginning of a line only, and says so first.

    >>> [at_lines(re.compile(p)) for p in ("(?m:^)第[一二]页", "(?m:^)第一页|目录", "第一页")]
    [True, False, False]
    """
    return pattern.pattern.startswith(LINE) and str(_PARSER.parse(pattern.pattern)[0][0]) == "SUBPATTERN"


def looks_back(pattern: re.Pattern[str]) -> int:
    """How many characters in front of a match a pattern may ask for.

    >>> looks_back(re.compile("(?<=各县)厂家(?<!的厂家)")), looks_back(re.compile("包邮(?!费)"))
    (2, 0)
    """
    return _back(_PARSER.parse(pattern.pattern, pattern.flags & re.VERBOSE))


def _back(parsed: Any) -> int:
    """How far the look-behinds of a piece of a pattern that must be met reach back, one in another added."""
    found = 0
    for code, value in parsed.data:
        inside = max(map(_back, _pieces(value)), default=0)
        back = value[1].getwidth()[1] if str(code) == "ASSERT" and value[0] < 0 else 0
        found = max(found, inside + back)
    return found


def _pieces(value: Any) -> Iterator[Any]:
    """The pieces of a pattern that stand in a node of its syntax tree."""
    if hasattr(value, "getwidth"):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _pieces(one)


def _united(found: Iterable[frozenset[str]]) -> frozenset[str]:
    whole: set[str] = set()
    for one in found:
        if not one:
            return frozenset()
        whole |= one
    return frozenset(whole)


class _Way(NamedTuple):
    """How a pattern is walked: with what it only looks at or without, up to how many places, and whether of pieces with too
    many paths the rarest place of each path is kept."""

    asserted: bool
    most: int = 1_000
    brief: bool = False


def _all_paths(pattern: re.Pattern[str], way: _Way) -> list[Path]:
    if pattern.flags & re.IGNORECASE:
        return [()]
    return _paths(_PARSER.parse(pattern.pattern, pattern.flags & re.VERBOSE), way) or [()]


def _beginning(path: Path) -> frozenset[str]:
    """The first place of a way through a pattern, with the second one where both are known."""
    if not path or path[0] is None or len(path[0]) > _MOST_SINGLES:
        return frozenset()
    if len(path) > 1 and path[1] is not None and len(path[0]) * len(path[1]) <= _MOST_PAIRS:
        return frozenset(a + b for a, b in product(path[0], path[1]))
    return path[0]


def _rarest(path: Path) -> frozenset[str]:
    """What of one way through a pattern is rarest: a pair of neighbours, or a single place."""
    place = _rarest_place(path)
    if len(place) == 2:
        return frozenset(a + b for a, b in product(*place))
    return place[0] if place else frozenset()


def _rarest_place(path: Path) -> tuple[frozenset[str], ...]:
    """The rarest place of a way, or the rarest two neighbouring ones; none where too many things can stand everywhere."""
    choices = [(float(len(item)), (item,)) for item in path if item is not None and len(item) <= _MOST_SINGLES]
    pairs = [
        (len(left) * len(right) * _PAIR_WEIGHT, (left, right))
        for left, right in pairwise(path)
        if left is not None and right is not None and len(left) * len(right) <= _MOST_PAIRS
    ]
    return min([*choices, *pairs], key=lambda choice: choice[0], default=(0.0, ()))[1]


def _paths(parsed: Any, way: _Way) -> list[Path] | None:
    """The paths through a piece of a pattern, gaps where too many things can stand; None when there are too many paths."""
    paths: list[Path] = [()]
    for node in parsed:
        step = _node_paths(node[0], node[1], way=way)
        if step is not None and way.brief and len(paths) * len(step) > _MOST_PATHS:
            step = list(dict.fromkeys((None, *_rarest_place(path), None) for path in step))
        if step is None or len(paths) * len(step) > _MOST_PATHS:
            step = [(None,)]
        paths = list(dict.fromkeys((*path, *more)[: way.most] for path in paths for more in step))
        if all(len(path) == way.most for path in paths):
            break
    return paths


def _node_paths(code: Any, value: Any, *, way: _Way) -> list[Path] | None:
    """The paths through one node of the syntax tree."""
    match str(code):
        case "LITERAL":
            return [(frozenset(chr(value)),)]
        case "IN":
            return [(_members(value),)]
        case "BRANCH":
            branches = [_paths(branch, way) for branch in value[1]]
            return None if any(one is None for one in branches) else [path for one in branches if one for path in one]
        case "SUBPATTERN":
            return None if value[1] & re.IGNORECASE else _paths(value[3], way)
        case "ATOMIC_GROUP":
            return _paths(value, way)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeated(value[:2], value[2], way=way)
        case "ASSERT" if way.asserted:  # it must be met, before, beside or over what follows
            inside = _paths(value[1], way)
            return None if inside is None else [(None, *path, None) for path in inside]
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return [()]
    return [(None,)]


def _repeated(times: tuple[int, int], inner: Any, *, way: _Way) -> list[Path] | None:
    """What must stand at least once, and behind it a gap; what may be left out is a gap, or further paths when they are few."""
    (least, most), inside = times, _paths(inner, way)
    if inside is None:
        return [(), (None,)]
    once = [path if most == 1 else (*path, None) for path in inside]
    if least:
        return once
    return [(), *once] if len(inside) <= (_MOST_PATHS if way.most == 2 else 8) else [(), (None,)]


@cache
def _named(category: str) -> Item:
    """The characters of a named class that is small."""
    if category == "CATEGORY_SPACE":
        return frozenset(filter(str.isspace, map(chr, range(0x10000))))
    return frozenset(filter(str.isdecimal, map(chr, range(0x20000)))) if category == "CATEGORY_DIGIT" else None


def _members(parsed: Iterable[tuple[Any, Any]]) -> Item:
    """The characters of a class; None for its complement and for named classes."""
    found: set[str] = set()
    for code, value in parsed:
        match str(code):
            case "LITERAL":
                found.add(chr(value))
            case "CATEGORY" if (named := _named(str(value))) is not None:
                found |= named
            case "RANGE" if value[1] - value[0] < _MOST_SINGLES:
                found |= {chr(point) for point in range(value[0], value[1] + 1)}
            case _:
                return None
    return frozenset(found)


__all__ = ["begins", "guided", "looks_back", "needed"]
