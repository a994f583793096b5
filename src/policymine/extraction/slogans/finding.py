"""Slogans: numeral abbreviations that name a set (四个一律) and parallel formulas (党政同责), found by their grammar.

A name in quotation marks only needs the form; without marks it needs a frame that such names are made with, or it must be
known: from the dictionary, or because the same paper puts it in marks elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from policymine.errors import RuleError
from policymine.extraction.prefixes import heads
from policymine.extraction.slogans.dictionary import canonical, entries, look_up
from policymine.extraction.slogans.mottos import find_mottos
from policymine.extraction.slogans.openings import Opening, find_openings
from policymine.model import Issue, Slogan, SloganKind, Span
from policymine.rules import Rule, load

RULES = load("policymine.extraction.slogans", "slogans")
QUOTED = tuple(rule for rule in RULES if rule.id.startswith("slogans.quoted-"))
PLAIN = tuple(rule for rule in RULES if rule.id.startswith("slogans.plain-"))
OPENING_MARK = re.compile(r"[“‘「『\"]")
LEFT = RULES.parts["left"]
NUMERAL = re.compile(rf"[一两兩三四五六七八九十双雙贰叁肆柒捌玖](?<={LEFT}.)(?=[^\W\d_])")
"""A numeral with which a plain name can begin; what must not stand before it is asked behind it, as `re` skips to a class."""
MARK = re.compile("[、，,和与]")
EACH = "slogans.plain-each"
BOUND = re.compile(LEFT)
NOT_NAMES = frozenset(RULES.lexicons["not_numeric"]["whole"])
PLANS = re.compile(RULES.lexicons["not_numeric"]["plans"])
NOT_ENDS = re.compile(RULES.lexicons["not_numeric"]["ends"])
PROJECTS = re.compile(RULES.lexicons["not_numeric"]["projects"])
PLACES = re.compile(RULES.lexicons["not_numeric"]["places"])
IDIOMS = re.compile(RULES.lexicons["not_numeric"]["idioms"])
ONLY_QUOTED = frozenset(RULES.lexicons["plain"]["only_quoted"])
TRAILING = tuple(RULES.lexicons["trailing"]["words"])
NOT_BEHIND = frozenset(RULES.lexicons["plain"]["not_behind"])
BARE = re.compile(RULES.parts["count"] + "[个個项項种大条类件方位级]?")
AROUND = 120
"""Characters on each side of a mention in which words can call for one of its rival readings."""
NUMERALS = frozenset("一两兩三四五六七八九十双雙壹叁肆伍陆柒捌玖拾")
GAP = re.compile(r"[ \u3000](?<=[\u3400-\u9fff].)[ \u3000]?(?=[\u3400-\u9fff])")
"""A stray space between two Chinese characters."""
Names = Mapping[str, Sequence[str]]
"""Names by their first two characters."""
LONGEST = 16
"""Characters on each side of a stray space in which a name that it divides is looked for."""


def find_slogans(text: str) -> tuple[Slogan, ...]:
    """The slogans of `text` in reading order, with their members where the paper or the dictionary gives them.

    Args:
        text: the clean text of one document.

    Returns:
        Spans leave out quotation marks and a following 要求, 原则, 制度, 机制. A numeric slogan inside a motto counts too.
        `expansion_source` is `here` (spelt out beside the mention; `members` are its clean spans), `paper` (elsewhere in this
        text) or `dictionary`; `slogan_id` is the name it is filed under.

    Source: ANNOTATION guideline §5.

    >>> [(s.text, s.kind) for s in find_slogans("按照“党政同责、一岗双责”要求,落实四不放过原则,抓好三个方面工作。")]
    [('党政同责、一岗双责', 'motto'), ('一岗双责', 'numeric'), ('四不放过', 'numeric')]
    >>> find_slogans("做到措施、责任、资金“三落实”")[0].expansion
    ('措施', '责任', '资金')
    """
    return read_slogans(text)[0]


def read_slogans(text: str) -> tuple[tuple[Slogan, ...], tuple[Issue, ...]]:
    """The slogans of `text` as `find_slogans` gives them, and where a paper announces one number of things but lists another.

    >>> [issue.code for issue in read_slogans("做到“三落实”(责任、措施)。")[1]]
    ['slogan-count']
    """
    numerics = _numerics(text)
    mottos = [
        Slogan(span, span.of(text), rule, "motto", slogan_id=canonical(span.of(text))) for span, rule in find_mottos(text)
    ]
    bare = [Slogan(span, span.of(text), rule, "numeric", slogan_id=canonical(span.of(text))) for span, rule in numerics]
    bare = [s for s in bare if not (s.rule == EACH and any(_strict(m, s.span) for m in mottos))]
    taken = {s.span for s in bare}
    kept = [m for m in mottos if m.span not in taken]
    opened = find_openings(text, [s.span for s in bare])
    found = tuple(sorted((*kept, *_opened(text, bare, opened)), key=lambda s: (s.span.start, -s.span.end)))
    return found, tuple(_miscounted(text, opening) for opening in opened if not opening.right)


def _miscounted(text: str, opening: Opening) -> Issue:
    name, count = opening.slogan.of(text), len(opening.members)
    hint = "compare the announced number with the list; the members were not taken over"
    return Issue("slogan-count", "warning", f"“{name}”与所列{count}项数目不符", hint, opening.slogan)


def _strict(motto: Slogan, inner: Span) -> bool:
    return motto.span != inner and motto.span.contains(inner) and motto.text.count("一") > 2


def _slogan(text: str, span: Span, rule: str, kind: SloganKind) -> Slogan:
    return Slogan(span, span.of(text), rule, kind, slogan_id=canonical(span.of(text)))


def _opened(text: str, slogans: Sequence[Slogan], openings: Sequence[Opening]) -> Iterator[Slogan]:
    """The slogans with members: from beside the mention, else from elsewhere in the paper, else from the dictionary."""
    here = {opening.slogan: opening.members for opening in openings if opening.right}
    paper: dict[str | None, tuple[str, ...]] = {}
    for slogan in slogans:
        if slogan.span in here:
            paper.setdefault(slogan.slogan_id, tuple(span.of(text) for span in here[slogan.span]))
    for slogan in slogans:
        span, name = slogan.span, slogan.slogan_id or slogan.text
        if span in here:
            members = here[span]
            yield Slogan(span, slogan.text, slogan.rule, "numeric", tuple(m.of(text) for m in members), "here", name, members)
        elif name in paper:
            yield Slogan(span, slogan.text, slogan.rule, "numeric", paper[name], "paper", name)
        elif (entry := look_up(name)) and (reading := entry.read(text[max(0, span.start - AROUND) : span.end + AROUND])):
            yield Slogan(span, slogan.text, slogan.rule, "numeric", reading.members, "dictionary", name)
        else:
            yield slogan


def _numerics(text: str) -> list[tuple[Span, str]]:
    """Numeric slogans with the rule that found each, longest first where several meet."""
    found: dict[Span, str] = {}
    for span, rule in _quoted(text):
        found.setdefault(span, rule)
    tables = (_by_start(span.of(text) for span in found if span.length > 2), _known())
    for span, rule in (*_plain(text, tables), *_divided(text, tables)):
        found.setdefault(span, rule)
    kept: list[tuple[Span, str]] = []
    for span in sorted(found, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1][0].end:
            kept.append((span, found[span]))
        elif span.length > kept[-1][0].length:
            kept[-1] = (span, found[span])
    return kept


def _quoted(text: str) -> Iterator[tuple[Span, str]]:
    """Names in quotation marks."""
    for mark in OPENING_MARK.finditer(text):
        for rule in QUOTED:
            match = rule.find.match(text, mark.end())
            if match is None:
                continue
            span = _without_tail(text, Span(*match.span("span")))
            if _is_name(span.of(text)):
                yield span, rule.id
                break


def _plain(text: str, tables: Sequence[Names]) -> Iterator[tuple[Span, str]]:
    """Names without quotation marks: by frame, from the dictionary, or quoted elsewhere in the same text."""
    plain = _plain_rules()
    for numeral in NUMERAL.finditer(text):
        start = numeral.start()
        known = [end for end in _known_ends(text, start, tables) if _bounded(text, start, end)]
        ends = [(end, "slogans.known") for end in known]
        for rule in plain.get(text[start], ()):
            if (match := rule.find.match(text, start)) and not IDIOMS.match(text, start) and _is_name(match["span"]):
                ends.append((match.end("span"), rule.id))
        if ends:
            end, rule_id = max(ends)
            yield Span(start, end), rule_id


def _known_ends(text: str, start: int, tables: Sequence[Names]) -> list[int]:
    """Where the names of the tables end that begin at `start`."""
    lead = text[start : start + 2]
    return [start + len(name) for table in tables if lead in table for name in table[lead] if text.startswith(name, start)]


def _divided(text: str, tables: Sequence[Names]) -> Iterator[tuple[Span, str]]:
    """Known names that a stray space divides: 四个 一律.

    Only names from the dictionary and those that the paper puts in marks elsewhere, since a space also parts words for good.
    """
    for gap in GAP.finditer(text):
        low = max(0, gap.start() - LONGEST)
        places = [at for at in range(low, min(len(text), gap.end() + LONGEST)) if text[at] not in " \u3000"]
        joined = "".join([text[at] for at in places])
        left = sum(at < gap.start() for at in places)
        for start in range(left):
            for end in _known_ends(joined, start, tables):
                if end > left and _bounded(joined, start, end):
                    yield Span(places[start], places[end - 1] + 1), "slogans.known"


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether a known name stands as a word of its own: no numeral before it, no longer word behind it."""
    return BOUND.match(text, start) is not None and text[end : end + 1] not in NOT_BEHIND


@cache
def _plain_rules() -> Mapping[str, tuple[Rule, ...]]:
    """The rules of plain names by the characters that a name begins with.

    Raises:
        RuleError: a rule looks elsewhere than behind `left`, where it would not be tried.
    """
    table: dict[str, tuple[Rule, ...]] = {}
    for rule in PLAIN:
        if not rule.find.pattern.startswith(LEFT):
            raise RuleError("slogans.toml", rule.id, "begin the pattern of a plain name with {left}")
        for first in sorted({head[0] for head in heads(rule.find.pattern)}):
            for character in first:
                if rule not in table.get(character, ()):
                    table[character] = (*table.get(character, ()), rule)
    return table


@cache
def _known() -> Names:
    """Names that are sure without marks: those of the dictionary from three characters on, and the listed short ones."""
    names = [name for entry in entries().values() for name in (entry.name, *entry.variants)]
    long = (n for n in names if len(n) > 2 and n[0] in NUMERALS and n not in ONLY_QUOTED)
    return _by_start((*long, *RULES.lexicons["plain"]["short"]))


def _by_start(names: Iterable[str]) -> Names:
    """Names by their first two characters, longest first."""
    table: dict[str, list[str]] = {}
    for name in sorted(set(names), key=len, reverse=True):
        table.setdefault(name[:2], []).append(name)
    return table


def _without_tail(text: str, span: Span) -> Span:
    """The span without 要求, 原则, 制度, 机制 at its end, where a name is left."""
    name = span.of(text)
    for word in TRAILING:
        if name.endswith(word) and not BARE.fullmatch(name[: -len(word)]):
            return Span(span.start, span.end - len(word))
    return span


def _is_name(name: str) -> bool:
    """Whether a form that fits a rule names a set: no plan, festival, idiom; parts with marks between are all counted."""
    if name in NOT_NAMES or PLANS.fullmatch(name) or NOT_ENDS.search(name) or IDIOMS.fullmatch(name) or PLACES.match(name):
        return False
    if PROJECTS.match(name) and look_up(name) is None:
        return False
    parts = MARK.split(name)
    if len(parts) == 1:
        return True
    counts = [sum(c in NUMERALS for c in part.replace("统一", "统")) for part in parts]
    if any(count != 1 for count in counts) or not all(part[0] in NUMERALS for part in parts):
        return False
    same = all(part[0] == "一" for part in parts)
    return all(len(part) <= (3 if same else 5) for part in parts)
