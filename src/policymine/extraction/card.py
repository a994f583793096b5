"""The card of a document: title, kind, date, place, level, issuer, audience, number, sectors, with the evidence for each.

Where several places answer, the paper itself wins over the site: a date at the foot over the site's date (they differ in most
government pages), a title in the text over one in an editor's introduction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple, cast

from policymine.model import Card, Level, PaperKind, Span
from policymine.rules import Rule, load, match_span
from policymine.text.outline import chinese_number

RULES = load("policymine.extraction", "card")
HEAD, FOOT = 300, 200
LEVELS = RULES.lexicons["levels"]
LEVEL_WORDS = {word: level for level, words in LEVELS.items() for word in words}
LEVEL_FIND = re.compile("|".join(sorted(map(re.escape, LEVEL_WORDS), key=len, reverse=True)))
ISSUER_ENDS = RULES.lexicons["issuers"]
SECTOR_WORDS = {word: sector for sector, words in RULES.lexicons["sectors"].items() for word in words}
SECTOR_FIND = re.compile("|".join(sorted(map(re.escape, SECTOR_WORDS), key=len, reverse=True)))
REGION = re.compile(
    r"[\u4e00-\u9fffX×某]{1,7}?(?:省|自治区)|[\u4e00-\u9fffX×某]{1,6}?(?:市|自治州|盟|地区)|[\u4e00-\u9fffX×某]{1,6}?(?:县|区|旗)"
)
TITLE_ENDS = re.compile(
    r"(?:通知|通报|意见|方案|办法|规定|条例|报告|讲话|决定|细则|要点|计划|发言|致辞)(?:[（(][^）)\n]{1,12}[）)])?$"
)
DATE = re.compile(
    r"(?:(?P<year>[\d０-９]{4}|[二一][〇○零ＯO0一二三四五六七八九]{3})\s?年)?\s?"
    r"(?P<month>[\d０-９]{1,2}|[一二三四五六七八九十]{1,3})\s?月\s?(?P<day>[\d０-９]{1,2}|[一二三四五六七八九十]{1,3})\s?日"
)
YEAR = re.compile(r"(20\d\d)\s?年")
SECTOR_SHARE = 0.2
"""A sector is named when its words make at least this share of all sector words."""


class _Found(NamedTuple):
    value: str
    span: Span | None


def read_card(text: str, *, hints: Mapping[str, str] | None = None) -> Card:
    """What the document says of itself.

    Args:
        text: the clean text of one document.
        hints: what the page said outside the text: `title`, `site_title`, `issued_on`, `published_on`, `issuer`, `number`,
            `speaker`.

    Returns:
        The card; a field that nothing supports is None. `evidence` holds clean spans for what stands in the text.

    Source: ANNOTATION guideline §1; GB/T 9704-2012 for the places.

    >>> card = read_card("各乡镇人民政府:\\n现将有关事项通知如下:要做好值班。\\n清溪县应急管理局\\n2021年9月8日")
    >>> card.kind, card.issued_on, card.level, card.issuer
    ('notice', '2021-09-08', 'county', '清溪县应急管理局')
    """
    hints = hints or {}
    evidence: dict[str, Span] = {}
    title = _title(text, hints)
    if title is not None and title.span is not None:
        evidence["title"] = title.span
    name = title.value if title else ""
    places = {"title": (name, 0), "head": (text[:HEAD], 0), "foot": (text[-FOOT:], max(0, len(text) - FOOT)), "text": (text, 0)}
    fields: dict[str, str] = {}
    for field in ("kind", "issued_on", "audience", "issuer", "speaker", "number"):
        if found := _first(field, places):
            fields[field] = found.value
            if found.span is not None:
                evidence[field] = found.span
    for field in ("issuer", "speaker", "number"):
        fields.setdefault(field, hints.get(field, ""))
    return Card(
        title=name or None,
        kind=cast(PaperKind, fields.get("kind", "other")),
        issued_on=_date(fields.get("issued_on"), text) or hints.get("issued_on") or None,
        region=_region(fields.get("issuer", "") or name),
        level=_level(text, " ".join((name, fields.get("issuer", ""), fields.get("speaker", "")))),
        issuer=fields.get("issuer") or fields.get("speaker") or None,
        number=fields.get("number") or None,
        speaker=fields.get("speaker") or None,
        audience=fields.get("audience"),
        sectors=_sectors(text, name),
        evidence=evidence,
    )


def _title(text: str, hints: Mapping[str, str]) -> _Found | None:
    """The first line when it reads like a title, else the one that the page gave."""
    line = text[: text.find("\n")] if "\n" in text[:120] else ""
    bare = line.strip()
    if 4 <= len(bare) <= 60 and TITLE_ENDS.search(bare) and not re.search("[。；;！!]", bare):
        start = line.index(bare)
        return _Found(bare, Span(start, start + len(bare)))
    given = hints.get("title") or hints.get("site_title")
    return _Found(given, None) if given else None


def _first(field: str, places: Mapping[str, tuple[str, int]]) -> _Found | None:
    """What the first rule of a field that matches says, in file order; kinds by title win over kinds by text."""
    for rule in RULES:
        if rule.gives.get("field") != field:
            continue
        place, shift = places[rule.gives["on"]]
        if not place:
            continue
        match = _match(rule, place)
        if match is None:
            continue
        start, end = match_span(match)
        span = None if rule.gives["on"] == "title" else Span(start + shift, end + shift)
        return _Found(rule.gives.get("value") or place[start:end], span)
    return None


def _match(rule: Rule, place: str) -> re.Match[str] | None:
    least = rule.gives.get("least", 1)
    for number, match in enumerate(rule.spans(place), 1):
        if number >= least:
            return match
    return None


def _date(found: str | None, text: str) -> str | None:
    """An ISO date out of a date as written; a missing year is taken from the first year that the text's head names."""
    match = DATE.search(found or "")
    if match is None:
        return None
    year = _digits(match["year"]) if match["year"] else None
    if year is None:
        near = YEAR.search(text[:HEAD])
        year = int(near[1]) if near else None
    month, day = _digits(match["month"]), _digits(match["day"])
    if year is None or not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year:04d}-{month:02d}-{day:02d}"


def _digits(sign: str) -> int:
    """A number in digits, full-width digits, or Chinese numerals read in place (二〇〇八) or by value (十二)."""
    if sign.isdigit():
        return int(sign)
    if len(sign) == 4:
        return int("".join("0" if c in "〇○零ＯO0" else str("一二三四五六七八九".index(c) + 1) for c in sign))
    return chinese_number(sign)


def _region(name: str) -> str | None:
    """The place at the start of an issuer's name or a title, most specific last; redacted parts (X县) count as written."""
    parts, at = [], 0
    while (match := REGION.match(name, at)) is not None:
        parts.append(match[0])
        at = match.end()
    return "/".join(parts) or None


def _level(text: str, names: str) -> Level | None:
    """The level whose words stand most often; the title's and issuer's own words count ten times."""
    votes: Counter[str] = Counter()
    for match in LEVEL_FIND.finditer(names):
        votes[LEVEL_WORDS[match[0]]] += 10
    for level, ends in ISSUER_ENDS.items():
        if any(re.search(f"{end}(?:委|政府|人民政府|长|书记|党委|[\u4e00-\u9fff]{{2,8}}[局厅办]|$)", names) for end in ends):
            votes[level] += 8
    for match in LEVEL_FIND.finditer(text):
        votes[LEVEL_WORDS[match[0]]] += 1
    return cast(Level, votes.most_common(1)[0][0]) if votes else None


def _sectors(text: str, title: str) -> tuple[str, ...]:
    """Sectors by their words, strongest first; a word in the title counts five times."""
    votes = Counter(SECTOR_WORDS[m[0]] for m in SECTOR_FIND.finditer(text))
    for match in SECTOR_FIND.finditer(title):
        votes[SECTOR_WORDS[match[0]]] += 5
    total = votes.total()
    return tuple(sector for sector, count in votes.most_common(4) if count >= max(2, SECTOR_SHARE * total))
