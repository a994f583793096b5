"""The words that names of bodies are read by: how they end, what may follow, what starts none (organisations.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from policymine import rules
from policymine.extraction.directives.scanning import PACKAGE, alternation
from policymine.extraction.prefixes import Prefixes
from policymine.text.pattern_needs import guided

FIELDS: Final = ("财政", "民政", "消防", "公安", "教育", "交通", "税务")
"""Fields of work that share the last word of a list: 财政、税务部门."""
OBJECTS: Final = (
    "群众", "学生", "职工", "员工", "老人", "妇女", "居民", "村民", "农民", "市民", "家长", "儿童", "患者", "病人", "劳动者",
    "农民工", "青少年", "消费者", "投资者",
)  # fmt: skip
"""People whom verbs have as objects: 教育群众 names nobody."""
TAILS: Final = ("之间", "都", "也", "均", "还", "又", "更", "则", "就", "一定", "首先", "特别", "今后", "必须", "既")
"""What stands between a name and its deontic word besides adverbs."""
NO_PREDICATE: Final = (
    "应[急用]|经济|以及|教育[、和]|负责(?:人(?![才口力民事大居])|同志)|主要(?!负责(?![人同任])|指导|承担)|均由|是否"
)
"""What looks like the beginning of a predicate and is none."""
ENDING, FOLLOW, BAD, PRONOUN, GOES_ON, NOMINAL, AND_SO_ON = (1 << number for number in range(7))
"""The bits of the patterns that `lexicon` writes, in that order."""


class Words(NamedTuple):
    """The lexicons; `patterns` are those that are tried only where `prefixes` say that they may match, by their bits.

    `lengths` says how long the endings in `kinds` with a last character are, `lasts` which characters an ending can end with.
    """

    kinds: dict[str, str]
    bare: frozenset[str]
    determiners: tuple[str, ...]
    ending: re.Pattern[str]
    follow: re.Pattern[str]
    tail: re.Pattern[str]
    goes_on: re.Pattern[str]
    stative: re.Pattern[str]
    patterns: dict[int, re.Pattern[str]]
    prefixes: Prefixes
    lengths: dict[str, tuple[int, ...]]
    lasts: NDArray[np.uint8]


@cache
def lexicon() -> Words:
    """The words that names are read by."""
    bodies = rules.load(PACKAGE, "organisations").lexicons
    heads = rules.load(PACKAGE, "directives").lexicons["lexicons"]
    own = rules.load(PACKAGE, "bearers").lexicons
    kinds: dict[str, str] = {}
    for kind, listed in bodies["kinds"].items():
        kinds |= dict.fromkeys(listed, "person" if kind == "persons" else "organisation")
    endings = alternation([*kinds])
    parts = alternation([kind for kind in kinds if kind not in FIELDS and kind not in OBJECTS])
    kinds |= dict.fromkeys(bodies["not_bearers"]["ends"], "")
    inside = alternation(bodies["nominal"]["inside"])
    written = _written_words(endings, heads, own=own, nominal=bodies["nominal"]["verbs"]) | {
        "pronoun": f"(?!其(?:所属|下属|委托|授权|指定)的)(?:{alternation(heads['pronouns'])})(?![他它余])"
        "(?:都|也|还|每[个名位]人)?",
        "goes_on": f"(?!{own['follows']['forming']})(?:和|及)?(?:{inside})(?:和?(?:{inside})){{0,2}}(?:工作)?(?:{parts})|"
        f"(?:{inside})[^，。；：、的对将把由向在]{{1,8}}(?:中心|办公室|委员会|领导小组)(?=负责|应当|主要|承担)|"
        f"实施(?:管理)?(?:部门|机构|单位)|{own['starts']['charged']}",
        "nominal": alternation(bodies["nominal"]["verbs"]),
        "and so on": "等",
    }
    patterns = {name: re.compile(pattern) for name, pattern in written.items()}
    prefixes = Prefixes({name: [pattern] for name, pattern in written.items()})
    return Words(
        kinds=kinds,
        bare=frozenset(bodies["determiners"]["bare"]),
        determiners=tuple(bodies["determiners"]["words"]),
        ending=patterns["ending"],
        follow=patterns["follow"],
        tail=guided(re.compile(f"(?:{alternation([*heads['adverbs'], *TAILS])})+$")),
        goes_on=patterns["goes_on"],
        stative=re.compile(own["starts"]["stative"]),
        patterns={prefixes.bits[name]: pattern for name, pattern in patterns.items()},
        prefixes=prefixes,
        lengths=_lengths(kinds),
        lasts=_lasts(kinds),
    )


def _written_words(
    endings: str, heads: Mapping[str, list[str]], *, own: Mapping[str, Any], nominal: list[str]
) -> dict[str, str]:
    """What a name ends with, what may follow it, and what starts none: the patterns that come first."""
    verbs = [verb for verb in heads["verbs"] if verb not in nominal]
    prepositions = [word for word in heads["prepositions"] if word not in ("凡", "凡是", "和", "与")]
    follows = alternation([*heads["adverbs"], *heads["verbs"], *own["follows"]["words"]])
    bad = alternation([*verbs, *heads["adverbs"], *prepositions, *own["starts"]["no"]])
    return {
        "ending": f"(?:{endings})[”）)]?",
        "follow": f"(?!{NO_PREDICATE})(?:{follows}|受[^，,。；的]{{2,14}}委托|[\\d０-９])",
        "bad": f"(?!{own['starts']['yes']})(?:{bad})",
    }


def _lengths(kinds: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """How long the endings with a last character are, longest first."""
    found: dict[str, set[int]] = {}
    for kind in kinds:
        found.setdefault(kind[-1], set()).add(len(kind))
    return {last: tuple(sorted(lengths, reverse=True)) for last, lengths in found.items()}


def _lasts(kinds: Iterable[str]) -> NDArray[np.uint8]:
    """For every character whether a name can end with it."""
    table = np.zeros(1 << 16, np.uint8)
    table[[ord(kind[-1]) for kind in kinds]] = 1
    table[[ord(mark) for mark in "”）)"]] = 1
    return table
