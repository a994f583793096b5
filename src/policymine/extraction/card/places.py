"""Where a paper speaks from: the place in its names, and the level of government or unit."""

from __future__ import annotations

import re
from collections import Counter
from typing import cast

from policymine.extraction.card.papers import PACKAGE, Paper
from policymine.extraction.directives.scanning import alternation
from policymine.model import Level
from policymine.rules import load
from policymine.text.prefilter import Scanner

RULES = load(PACKAGE, "card_places")
REGION = RULES["region"].find
HOST = RULES["host"]
BEFORE = re.compile(r"(?:中共|关于|在)?(?:20\d\d年)?")
"""What may stand before the first place of a name."""
BODY = re.compile("厅|局|委员会|办公室")
"""What stands between two places that each begin a name of their own: 云岭省教育厅云岭省财政厅."""
TOLD_OF = RULES["named"].find
CENTRAL = RULES["central"].find
ADDRESSED = tuple(rule for rule in RULES if rule.id.startswith("card_places.addressed-"))
WORDS = {word: level for level, words in RULES.lexicons["words"].items() for word in words}
WORD = re.compile(alternation([*WORDS]))
UNIT = re.compile(rf"(?:{'|'.join(RULES.lexicons['endings']['unit'])})(?:$|[\s\u3000、])")
CITIES_NAMED = Scanner([re.compile("|".join(RULES.lexicons["cities"]["names"]))])
LEVELS: dict[str, str] = RULES.lexicons["places"]
ENDINGS = sorted(LEVELS.items(), key=lambda entry: -len(entry[0]))
"""The endings of places with their levels, the longest first."""
MUNICIPALITIES = ("北京市", "上海市", "天津市", "重庆市")
ON, NEAR = "near", 4000
NAMED, ADDRESS, HOSTED, CITIES, MOST = 24, 8, 6, 4, 4
"""Votes of a place in a name, an address, a host and several cities; a word of the text has one each time, up to the last."""


def region_of(name: str) -> str | None:
    """The place at the start of a name, most specific last; redacted parts (X县) count as written.

    >>> region_of("云岭省云河市应急管理局"), region_of("县委书记"), region_of("X县应急管理局")
    ('云岭省/云河市', None, 'X县')
    """
    before = BEFORE.match(name)
    parts, at = [], before.end() if before else 0
    while (match := REGION.match(name, at)) is not None and not BODY.search(match[0]):
        parts.append(match[0])
        at = match.end()
    return "/".join(parts) or None


def host_of(paper: Paper) -> str | None:
    """The place that holds the meeting a report tells of.

    >>> from policymine.extraction.card.papers import papers_of
    >>> host_of(*papers_of([("1月17日下午,清溪县召开第一次全体会议", {})]))
    '清溪县'
    """
    host = HOST.find.search(paper.places[ON][0]) if paper.holds(HOST, ON) else None
    return host["span"] if host else None


def level_of(paper: Paper, *, names: tuple[str, ...], kind: str = "other") -> Level | None:
    """The level that most speaks for: places in the names first, then who is addressed, then the words of the text.

    Args:
        paper: the document.
        names: issuer, title and speaker, the surest first; empty ones are skipped.
        kind: the kind of paper; only of a work report do the cities it names tell the level.

    >>> from policymine.extraction.card.papers import papers_of
    >>> level_of(*papers_of([("各乡镇要抓好落实,全县要动员起来。", {})]), names=("清溪县应急管理局",))
    'county'
    """
    votes: Counter[str] = Counter()
    for weight, name in zip((NAMED, NAMED - 2, NAMED - 4, NAMED - 6), filter(None, names), strict=False):
        if (level := _named(name)) is not None:
            votes[level] += weight
        for word in WORD.findall(name):
            votes[WORDS[word]] += weight // 2
    text = paper.text
    for rule in ADDRESSED:
        if paper.holds(rule, ON) and rule.find.search(paper.places[ON][0]):
            votes[rule.gives["level"]] += ADDRESS
    if (host := host_of(paper)) is not None and (level := _of_place(host)):
        votes[level] += HOSTED
    for word, count in Counter(WORD.findall(text[:NEAR])).items():
        votes[WORDS[word]] += min(count, MOST)
    if kind == "work_report" and len({city[0] for found in CITIES_NAMED.matches(text).values() for city in found}) > 1:
        votes["province"] += CITIES
    if votes:
        return cast(Level, votes.most_common(1)[0][0])
    named = TOLD_OF.search(text[:NEAR])
    return cast(Level, LEVELS[named["span"]]) if named is not None else None


def _named(name: str) -> str | None:
    """The level that a name fixes: a unit by its ending, else the last place in it."""
    if CENTRAL.search(name):
        return "national"
    if UNIT.search(name):
        return "unit"
    region = region_of(name)
    return _of_place(region) if region else None


def _of_place(region: str) -> str | None:
    """The level of a place; a municipality counts as a province."""
    last = region.split("/")[-1]
    if last in MUNICIPALITIES:
        return "province"
    return next((level for ending, level in ENDINGS if last.endswith(ending)), None)
