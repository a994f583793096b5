"""What a name tells of an organisation, and the other ways to write it.

A name is read by its parts (prefix, stem, ending; organisations.toml), never looked up in a list of existing bodies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from policymine.errors import RuleError
from policymine.model import BodyKind, Level
from policymine.rules import Rule, load

FILE = "organisations.toml"
MOST_SPELLINGS = 24
"""Ways to write one name that are told; a name that holds several short forms has more."""
NEEDED, OPTIONAL = {"full", "short", "yes", "no"}, {"ends", "after", "not_after", "sector"}
NO_END = "[势面部限域长托法理案网署厅公]"
"""What makes another word of an ending: 局面, 委托, 办法."""


class Organisation(NamedTuple):
    """What a name tells: `name` is the name in full; the other fields are None where it tells nothing of them."""

    name: str
    kind: BodyKind | None = None
    level: Level | None = None
    sector: str | None = None


class _Stem(NamedTuple):
    """One way to name a field of work, with its short forms, full form first."""

    find: re.Pattern[str]
    forms: tuple[str, ...]
    sector: str | None


@lru_cache(maxsize=65536)
def organisation_of(name: str) -> Organisation:
    """The full name, kind, level and field of work of a body.

    >>> organisation_of("县应急局")
    Organisation(name='县应急管理局', kind='department', level='county', sector='应急管理')
    >>> organisation_of("各乡镇").kind, organisation_of("企业主要负责人").kind, organisation_of("有关方面").kind
    ('place', 'people', None)
    """
    full, sector, front = _spelled_out(name, _stems())
    places = {"whole": full, "front": full[:front]}
    level = next((rule.gives["value"] for rule in _rules("level") if rule.find.search(places[rule.gives["on"]])), "")
    kind = next((rule.gives["value"] for rule in _rules("kind") if rule.find.search(full)), None)
    return Organisation(full, cast("BodyKind | None", kind), cast("Level | None", level or None), sector)


@lru_cache(maxsize=4096)
def spellings_of(part: str) -> tuple[str, ...]:
    """The ways to write a name or a part of one, as it is given first.

    >>> spellings_of("应急管理局")
    ('应急管理局', '应急局')
    >>> spellings_of("局")
    ('局',)
    """
    found = [part]
    for stem in _stems():
        for text in found[:]:
            if (match := stem.find.search(text)) is not None:
                found += [text[: match.start()] + form + text[match.end() :] for form in stem.forms]
        found = list(dict.fromkeys(found))[:MOST_SPELLINGS]
    return tuple(found)


class _Spelled(NamedTuple):
    """A name in full, the field of work of the last stem in it, and where the first one starts."""

    name: str
    sector: str | None
    front: int | None


def _spelled_out(name: str, stems: Sequence[_Stem]) -> _Spelled:
    sector, place, front = None, -1, None
    for stem in stems:
        match = stem.find.search(name)
        if match is None:
            continue
        name = name[: match.start()] + stem.forms[0] + name[match.end() :]
        front = match.start() if front is None else min(front, match.start())
        if stem.sector is not None and match.start() > place:
            sector, place = stem.sector, match.start()
    return _Spelled(name, sector, front)


@cache
def _rules(about: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in load("policymine.organisations", "organisations") if rule.gives["about"] == about)


@cache
def _stems() -> tuple[_Stem, ...]:
    return stems(load("policymine.organisations", "organisations").lexicons["stems"]["bodies"])


def stems(entries: Sequence[Mapping[str, Any]]) -> tuple[_Stem, ...]:
    """The stems that the entries of a file define, longest full form first, held against their examples.

    Raises:
        RuleError: an entry contradicts itself.

    >>> stems([{"full": "审计", "short": [], "ends": "局", "yes": "县审计局 = 县审计局", "no": "审计报告"}])[0].forms
    ('审计',)
    """
    made = tuple(sorted(map(_stem, entries), key=lambda stem: -len(stem.forms[0])))
    for entry in entries:
        short, _, full = entry["yes"].partition(" = ")
        for text, wanted in ((short, full), (full, full), (entry["no"], entry["no"])):
            if (found := _spelled_out(text, made).name) != wanted:
                raise RuleError(FILE, entry["full"], f"{text!r} gives {found!r} instead of {wanted!r}; mend the entry")
        if not _stem(entry).find.search(full) or _stem(entry).find.search(entry["no"]):
            raise RuleError(FILE, entry["full"], f"its pattern misses {full!r} or matches {entry['no']!r}; mend the entry")
    return made


def _stem(entry: Mapping[str, Any]) -> _Stem:
    if set(entry) - OPTIONAL != NEEDED:
        raise RuleError(FILE, str(entry.get("full")), f"has {sorted(entry)}; an entry has {sorted(NEEDED)}, {sorted(OPTIONAL)}")
    forms = (entry["full"], *entry["short"])
    ends = "|".join("$" if end == "$" else f"{end}(?!{NO_END})" for end in entry.get("ends", "").split())
    after = "|".join(f"(?<={word})" for word in entry.get("after", "").split())
    written = "|".join(sorted(forms, key=len, reverse=True))
    before = f"(?<![{entry['not_after']}])" if "not_after" in entry else ""
    pattern = f"(?:{after})(?:{written})$" if after else f"(?:{written})(?={ends})" if ends else f"(?:{written})(?!{NO_END})"
    return _Stem(re.compile(before + pattern), forms, entry.get("sector"))
