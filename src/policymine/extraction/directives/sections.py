"""Which part of a paper a sentence stands in: review, problems, situation, deployment, legal text, targets; headline or not.

Headings and lead-in sentences decide (`[roles]` of directives.toml). A heading counts for all of its item, a lead-in for what
follows it in the same item.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from policymine import rules
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.scanning import PACKAGE, whole
from policymine.text.outline import Outline
from policymine.text.pattern_needs import guided

LONGEST_HEADING: Final = 40
LONGEST_LEAD_IN: Final = 120
STRONG: Final = ("review", "problem")
"""Roles that a verb in a smaller heading below them does not undo."""
SOFT: Final = ("is", "must", "hand")
UNCLOSED: Final = ("", "\n", " ", "\u3000")
COLON: Final = ("：", ":")
ARTICLE: Final = "article"
LONGEST_NAME: Final = 24
ORDERING: Final = ("将", "应当", "须", "由", "负责", "的，")
"""What a longer headline has that is a sentence of its own: it does not name the review or the problems behind it."""
CLOSES: Final = "。；;！!？? \u3000\n"
"""What may follow the only sentence of an item."""


@dataclass(slots=True, eq=False)
class Place:
    """Where a sentence stands.

    `role` is the innermost known role, `outer` that of the outermost heading. `heading` marks a line that is a heading by its
    layout, `headline` the first sentence of an item that goes on, `topic` that of a paragraph or item that goes on.
    `introduced` is the number of the sentence before a colon whose list this one belongs to, or -1. `article` tells whether it
    stands in an article (第五条), as rules do that a notice hands down.
    """

    role: str
    outer: str
    heading: bool
    headline: bool
    topic: bool
    order: int
    introduced: int
    article: bool


@cache
def _roles() -> list[tuple[str, re.Pattern[str]]]:
    written: dict[str, str] = rules.load(PACKAGE, "directives").lexicons["roles"]
    named = [(name, guided(re.compile(pattern))) for name, pattern in written.items() if name not in ("leadin", "plans")]
    order = {"legal": 0, "problem": 1, "review": 2, "target": 3, "situation": 4, "deployment": 5}
    return sorted(named, key=lambda pair: order[pair[0]])


@cache
def _plans() -> re.Pattern[str]:
    return re.compile(rules.load(PACKAGE, "directives").lexicons["roles"]["plans"])


def role_of(heading: str) -> str:
    """The role that a heading gives its section, "" when it tells none.

    >>> [role_of(h) for h in ("去年工作回顾", "存在的主要问题", "下一步工作要求", "附件")]
    ['review', 'problem', 'deployment', '']
    """
    for name, pattern in _roles():
        if pattern.search(heading):
            return name
    return ""


def places(text: str, read: Sequence[Sentence], outline: Outline, *, kind: str = "") -> list[Place]:
    """The place of every sentence, in order; a regulation reviews nothing and tells of no problems."""
    roles = _Roles(text, outline, legal=kind == "regulation")
    colons: dict[int, int] = {}
    found: list[Place] = []
    index, before = 0, None
    lead_ins = iter([*roles.lead_ins.starts("leadin"), len(text) + 1])
    lead_in = next(lead_ins)
    for number, sentence in enumerate(read):
        item, closing, opens, size = sentence.item, sentence.closing, sentence.opens, sentence.end - sentence.start
        follower = read[number + 1] if number + 1 < len(read) else None
        if follower is not None and text[follower.start] in "（(" and text[follower.end - 1] in "）)":
            follower = read[number + 2] if number + 2 < len(read) else None  # a bracket spells out nothing
        index = 0 if item != before or opens else index + 1
        before = item
        goes_on = follower is not None and follower.item == item and not follower.expansion
        heading = opens and size <= LONGEST_HEADING and closing in UNCLOSED
        headline = sentence.label != "" and (goes_on or _below(outline, follower, item))
        topic = index == 0 and goes_on and follower is not None and not follower.opens
        if number and sentence.label and read[number - 1].closing in COLON and outline.items[item].number == 1:
            colons[outline.items[item].parent] = number - 1
        introduced = _introduced(sentence, number, outline=outline, colons=colons) if colons else -1
        role, outer = roles.at(item)
        found.append(Place(role, outer, heading, headline, topic, index, introduced, roles.in_article(item)))
        if closing in COLON or (headline and text.endswith("条件", sentence.start, sentence.end)):
            colons[item] = number
        elif colons and opens and not sentence.label:
            colons.pop(item, None)
        while lead_in < sentence.start:
            lead_in = next(lead_ins)
        if heading or lead_in <= sentence.end:
            roles.hear(sentence, heading=heading)
    return found


class _Roles:
    """The roles of items, by their headlines and by what the headings and lead-ins read so far told."""

    def __init__(self, text: str, outline: Outline, *, legal: bool) -> None:
        self._text, self._outline = text, outline
        self._by_headline = _item_roles(text, outline)
        if legal:
            self._by_headline = ["" if role in STRONG else role for role in self._by_headline]
        self.lead_ins = whole(text)
        self._told: dict[int, str] = {}
        self._known: dict[int, tuple[str, str]] = {}
        self._reported = False
        self._articles: list[bool] = []
        for at in outline.items:
            self._articles.append(at.style == ARTICLE or (at.parent >= 0 and self._articles[at.parent]))

    def in_article(self, item: int) -> bool:
        """Whether an item is an article or stands in one."""
        return item >= 0 and self._articles[item]

    def at(self, item: int) -> tuple[str, str]:
        """The role inside an item, and that of the outermost heading."""
        known = self._known.get(item)
        if known is None:
            known = self._known[item] = self._read(item)
        return known

    def _read(self, item: int) -> tuple[str, str]:
        role, outer = "", ""
        for at in _chain(self._outline, item):
            told = self._told.get(at, "") or self._by_headline[at]
            role = told if told in STRONG and role not in STRONG else role or told
            outer = self._by_headline[at] or outer
        told = self._told.get(-1, "")
        role = role or told
        if self._reported and role != "problem" and not self._plans(item):
            role = outer = "review"
        return role, outer or told or role

    def _plans(self, item: int) -> bool:
        """Whether a heading over an item of an office's report on its own work announces what is to come."""
        headlines = [self._outline.items[at].headline for at in _chain(self._outline, item)]
        return any(line is not None and _plans().search(line.of(self._text)) is not None for line in headlines)

    def hear(self, sentence: Sentence, *, heading: bool) -> None:
        """Notes what a sentence tells of the ones behind it: a heading without a label, or a lead-in."""
        start, end = sentence.start, sentence.end
        if heading and not sentence.label:
            told = role_of(self._text[start:end])
        elif end - start <= LONGEST_LEAD_IN and (match := self.lead_ins.search("leadin", start, end + 1)) is not None:
            told = match.lastgroup or ""
            if told == "reported":
                self._reported, told = self._reported or sentence.item < 0, "review"
        else:
            return
        if told or not heading:
            self._told[sentence.item] = told
            self._known.clear()


def is_banned_act(text: str, sentence: Sentence, place: Place, read: Sequence[Sentence]) -> bool:
    """Whether a sentence is an item of a list of forbidden acts (不得有下列行为：…)."""
    if place.introduced < 0 or not sentence.label or text[sentence.end - 1] == "的":
        return False
    by = read[place.introduced]
    listed = any(word in text[by.start : by.end] for word in ("下列", "以下"))
    first = next((clause.cue for clause in by.clauses if clause.cue), None)
    other = text.startswith(("法律", "其他", "其它", "国家规定的其他"), sentence.start)
    return listed and first is not None and first.kind == "ban" and not other


def _item_roles(text: str, outline: Outline) -> list[str]:
    """The role of each item by its own headline; soft labels (一是) give none.

    An article, an item of one sentence and a headline that orders are no review and tell of no problems.
    """
    found = []
    for item in outline.items:
        if item.headline is None or item.style in SOFT or item.headline.length > LONGEST_HEADING * 2:
            found.append("")
            continue
        words = item.headline.of(text)
        role = role_of(words)
        if role in STRONG:
            alone = item.style == ARTICLE or not text[item.headline.end : item.span.end].strip(CLOSES)
            ordering = len(words) > LONGEST_NAME and any(map(words.__contains__, ORDERING))
            role = "" if alone or ordering else role
        found.append(role)
    return found


def _introduced(sentence: Sentence, number: int, *, outline: Outline, colons: dict[int, int]) -> int:
    """The sentence that ends with a colon in the parent item, or right before in the same one."""
    if sentence.item in colons and colons[sentence.item] == number - 1 and not sentence.label:
        return number - 1
    if sentence.item < 0:
        return -1
    return colons.get(outline.items[sentence.item].parent, -1)


def _below(outline: Outline, follower: Sentence | None, item: int) -> bool:
    """Whether the next sentence opens an item inside `item`."""
    return follower is not None and follower.item > item and item in _chain(outline, follower.item)


def _chain(outline: Outline, item: int) -> list[int]:
    """The item and its parents, innermost first."""
    chain = []
    while item >= 0:
        chain.append(item)
        item = outline.items[item].parent
    return chain
