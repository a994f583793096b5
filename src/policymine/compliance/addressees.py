"""Who a name in a paper stands for: classes of addressees by the rules of addressees.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from policymine.compliance.taxonomies import PACKAGE
from policymine.rules import RuleSet, load

REDACTED = re.compile(r"[XxＸ×○〇*＊]+|某+")
JOINED = re.compile("[、,，;；]|以及|及其|和(?!机构|信息化|城乡)|与(?!会)|及")
OPENING = re.compile(r"[（(][^（()）]*[)）]")


class Addressee(NamedTuple):
    """A name with what it stands for; `start` is where it stands in the name it was split from."""

    name: str
    start: int
    rule: str
    gives: Mapping[str, Any]

    @property
    def sort(self) -> str:
        """Its class."""
        return str(self.gives["class"])


@cache
def _rules() -> RuleSet:
    return load(PACKAGE, "addressees")


@cache
def _targets() -> RuleSet:
    return load(PACKAGE, "targets")


@lru_cache(maxsize=65536)
def addressees_of(name: str) -> tuple[Addressee, ...]:
    """The addressees that a name or a list of names stands for.

    >>> [(a.name, a.sort) for a in addressees_of("各乡镇、各部门")]
    [('各乡镇', 'tier'), ('各部门', 'body')]
    >>> [a.rule for a in addressees_of("住房城乡建设、消防救援等部门")]
    ['addressees.functional-department']
    """
    found = []
    for part, start in _parts(name):
        rule = next((rule for rule in _rules() if rule.find.search(part)), None)
        if rule is None:
            found.append(Addressee(part, start, "addressees.unread", {"class": "unread"}))
        else:
            found.append(Addressee(part, start, rule.id, rule.gives))
    return tuple(found)


def _parts(name: str) -> list[tuple[str, int]]:
    """The members of a list; a list that shares its last word stays whole."""
    flat = OPENING.sub(lambda match: "　" * len(match[0]), name)
    parts, at = [], 0
    for mark in [*JOINED.finditer(flat), None]:
        end = mark.start() if mark else len(name)
        if end > at:
            parts.append((name[at:end].strip(), at))
        at = mark.end() if mark else end
    if parts and "等" in parts[-1][0]:
        return [(name, 0)]
    shares = re.search("等?(?:部门|机构|财政|人民政府|两级)$", name) and not re.match(
        "各|省|市|县", parts[-1][0] if parts else ""
    )
    if len(parts) < 2 or shares or any(len(part) < 2 for part, _ in parts):
        return [(name, 0)]
    return parts


def disciplines(text: str) -> bool:
    """Whether a text threatens with what superiors do to organs and officials.

    >>> disciplines("年度考核一票否决"), disciplines("处5万元以下罚款")
    (True, False)
    """
    return any(word in text for word in _targets().lexicons["discipline"]["words"])


def kinds_named(title: str) -> tuple[tuple[str, str], ...]:
    """The kinds of organisations, other than businesses, that a title names, with the words.

    >>> kinds_named("养老机构安全管理办法")
    (('eldercare', '养老机构'),)
    """
    ruled = ((rule, rule.gives.get("kind")) for rule in _rules())
    found = ((str(kind), rule.find.search(title)) for rule, kind in ruled if kind not in (None, "enterprise", "premises"))
    return tuple((kind, match[0]) for kind, match in found if match is not None)


def enforcement(text: str) -> bool:
    """Whether a text threatens with what only an authority can do.

    >>> enforcement("必须责令停产整改"), enforcement("年度考核一票否决")
    (True, False)
    """
    return any(word in text for word in _targets().lexicons["enforcement"]["words"])


@cache
def _places() -> re.Pattern[str]:
    words = _targets().lexicons["places"]["words"]
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def places_of(text: str) -> tuple[tuple[str, int], ...]:
    """The places of business and living that a text names, with where they stand.

    >>> places_of("对出租房逐栋过堂")
    (('出租房', 1),)
    """
    return tuple((match[0], match.start()) for match in _places().finditer(text))


@lru_cache(maxsize=65536)
def targets_of(text: str) -> tuple[tuple[str, int], ...]:
    """Whom a sanction or a condition names as those it meets, with their places in the text.

    >>> targets_of("对敷衍应付的单位,全县通报")
    (('单位', 6),)
    """
    found: dict[int, str] = {}
    for rule in _targets():
        for match in rule.spans(text):
            found.setdefault(match.start("span"), match["span"])
    return tuple((name, start) for start, name in sorted(found.items()))
