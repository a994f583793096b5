"""What can follow a run of given characters at the beginning of a match, read off a pattern's syntax tree.

Many patterns that begin with a numeral differ in what stands behind it: 年, 月, 小时. A look at that one character tells which
of them are worth trying.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, NamedTuple

_PARSER: Any = import_module("re._parser")


class _Way(NamedTuple):
    """The characters outside the run that can come first (None: any), and whether a piece can be passed without one."""

    outside: frozenset[str] | None
    stays: bool


_NOTHING, _ANYTHING = _Way(frozenset(), stays=True), _Way(None, stays=True)


def behind(pattern: re.Pattern[str], run: frozenset[str]) -> frozenset[str] | None:
    """The characters of which one stands behind the run of `run` characters where a match begins; None: nothing can be said.

    >>> digits = frozenset("0123456789")
    >>> sorted(behind(re.compile("(?<!第)[0-9]+(?: ?年|个月)"), digits)), behind(re.compile("[0-9]{4}年?"), digits)
    ([' ', '个', '年'], None)
    """
    if pattern.flags & re.IGNORECASE:
        return None
    way = _walked(_PARSER.parse(pattern.pattern, pattern.flags & re.VERBOSE), run)
    return None if way.stays else way.outside


def _walked(parsed: Any, run: frozenset[str]) -> _Way:
    outside: frozenset[str] = frozenset()
    for code, value in parsed:
        step = _step(str(code), value, run)
        if step.outside is None:
            return _ANYTHING
        outside |= step.outside
        if not step.stays:
            return _Way(outside, stays=False)
    return _Way(outside, stays=True)


def _step(code: str, value: Any, run: frozenset[str]) -> _Way:
    match code:
        case "LITERAL":
            return _of(frozenset(chr(value)), run)
        case "IN":
            return _of(_members(value), run)
        case "BRANCH":
            return _either([_walked(branch, run) for branch in value[1]])
        case "SUBPATTERN":
            return _ANYTHING if value[1] & re.IGNORECASE else _walked(value[3], run)
        case "ATOMIC_GROUP":
            return _walked(value, run)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            way = _walked(value[2], run)
            return _Way(way.outside, stays=way.stays or value[0] == 0)
        case "AT" | "ASSERT" | "ASSERT_NOT" | "GROUPREF":  # what a group held that lies inside the run lies inside it again
            return _NOTHING
    return _ANYTHING


def _either(ways: list[_Way]) -> _Way:
    sets = [way.outside for way in ways if way.outside is not None]
    outside = frozenset().union(*sets) if len(sets) == len(ways) else None
    return _Way(outside, stays=any(way.stays for way in ways))


def _of(members: frozenset[str] | None, run: frozenset[str]) -> _Way:
    return _ANYTHING if members is None else _Way(members - run, stays=not members.isdisjoint(run))


def _members(parsed: Any) -> frozenset[str] | None:
    """The characters of a class; None for its complement and for named classes."""
    found: set[str] = set()
    for code, value in parsed:
        match str(code):
            case "LITERAL":
                found.add(chr(value))
            case "RANGE":
                found |= {chr(point) for point in range(value[0], value[1] + 1)}
            case _:
                return None
    return frozenset(found)


__all__ = ["behind"]
