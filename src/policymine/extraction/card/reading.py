"""The card of a document: title, kind, date, place, level, issuer, audience, number, sectors, with the evidence for each.

Where several places answer, the paper itself wins over the site: a date at the foot over the site's date (they differ in most
government pages), a title in the text over one in an editor's introduction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

from policymine.extraction.card.dates import Dated, find_dates
from policymine.extraction.card.papers import FRONT, PACKAGE, Found, Paper, papers_of
from policymine.extraction.card.places import host_of, level_of, region_of
from policymine.extraction.sectors import look_through, sectors_of
from policymine.model import Card, Level, PaperKind, Span
from policymine.rules import Rule, load, match_span
from policymine.text.pattern_needs import guided

RULES = load(PACKAGE, "card")
FIELDS = {
    field: [(rule, str(rule.gives["on"])) for rule in RULES if rule.gives["field"] == field]
    for field in {rule.gives["field"] for rule in RULES}
}
"""The rules of each field, with the stretch of text that each looks at."""
WHOLE = {rule.id: guided(rule.find) for rule in RULES if rule.gives["on"] == "text" and rule.needs is None}
"""The patterns that look at all of a text and can't say what tells quickly that they need not."""
TITLE_ENDS = re.compile(RULES.lexicons["titles"]["ends"])
GLUED = re.compile(
    r"(?P<title>[^\n。；：:]{6,70}?的?(?:通知|通报|意见|方案|办法|函))[\s\u3000]{0,4}(?=(?:各|[省市县]直)[^\n。：:]{2,160}[：:])"
)
ISSUER, STARTS = re.compile(RULES.lexicons["issuers"]["each"]), re.compile(RULES.lexicons["issuers"]["starts"])
ORDERED = tuple(re.compile(pattern) for pattern in RULES.lexicons["ordered"].values())
"""Where a title stands inside the first line of a text that lost its breaks."""
BREAKS = re.compile(r"[\n\u3000]+")
"""What parts the lines of a title and is no part of it."""
LINE = re.compile(r"(?:[^\n\u3000]+|\u3000(?!\u3000))+")
NUMBER = re.compile(r"[^\W\d_]{2,10}[〔\[【（(]\d{4}[〕\]】）)]\s?\d{1,4}号[\s\u3000]*")
NO_TITLE = re.compile(
    r"[。；;！!？?，,：:]$|^[\s\u3000]*(?:[一二三四五六七八九十]{1,2}、|[（(]|第[一二三]|——|\d|[^\n]{0,14}号$)"
)
ENDED, CLOSED = re.compile("[。；;！!：:]"), re.compile("[。；;：:]$")
CITED = re.compile(r"《[^》]*》|^20\d\d年|^关于(?:印发)?")
WHITE = re.compile(r"[\s\u3000]+")
TITLE_LINES, SHORTEST_TITLE, LONGEST_TITLE, LONGEST_HEADLINE = 5, 4, 80, 45


def read_card(text: str, *, hints: Mapping[str, str] | None = None) -> Card:
    """What the document says of itself.

    Args:
        text: the clean text of one document.
        hints: what the page said outside the text: `title`, `site_title`, `issued_on`, `published_on`, `issuer`, `number`,
            `speaker`; last what its source says of all its papers: `source:kind`, `source:level`, `source:publisher`.

    Returns:
        The card; a field that nothing supports is None. `evidence` holds clean spans for what stands in the text.

    Source: ANNOTATION guideline §1; GB/T 9704-2012 for the places.

    >>> card = read_card("各乡镇人民政府:\\n现将有关事项通知如下:要做好值班。\\n清溪县应急管理局\\n2021年9月8日")
    >>> card.kind, card.issued_on, card.level, card.issuer
    ('notice', '2021-09-08', 'county', '清溪县应急管理局')
    >>> read_card("要做好值班。", hints={"source:kind": "notice", "source:publisher": "清溪县人民政府"}).kind
    'notice'
    """
    return read_cards([(text, hints or {})])[0]


def read_cards(given: Sequence[tuple[str, Mapping[str, str]]]) -> list[Card]:
    """The cards of papers, each a text with its hints; each rule goes through all of them before the next one does.

    >>> [card.kind for card in read_cards([("会议强调,要抓好。会议要求,要落实。", {}), ("同志们:今天开会", {})])]
    ['meeting_report', 'speech']
    """
    papers = papers_of(given)
    for paper in papers:
        if (title := _title(paper.text, paper.hints)) is not None:
            paper.title = title.value
            paper.places["title"] = title.value, 0
            paper.found["title"] = title
    for field in ("kind", "audience", "issuer", "speaker", "number"):
        _settle(field, papers)
    for paper in papers:
        for field in ("issuer", "speaker", "number"):
            if field not in paper.found and paper.hints.get(field):
                paper.found[field] = Found(paper.hints[field], None)
    kinds = [
        paper.found["kind"].value if "kind" in paper.found else paper.hints.get("source:kind", "other") for paper in papers
    ]
    look_through([*(paper.text for paper in papers), *(paper.title for paper in papers)])
    dates = find_dates(papers, kinds)
    return [_card(paper, kind, dated) for paper, kind, dated in zip(papers, kinds, dates, strict=True)]


def _kind(paper: Paper) -> str:
    return paper.found["kind"].value if "kind" in paper.found else paper.hints.get("source:kind", "other")


def _card(paper: Paper, kind: str, dated: Dated | None) -> Card:
    """The card of a paper whose fields are found."""
    said = {field: item.value for field, item in paper.found.items()}
    names, hints = (said.get("issuer", ""), said.get("speaker", "")), paper.hints
    evidence = {field: item.span for field, item in paper.found.items() if item.span is not None and field != "title"}
    title = paper.found.get("title")
    evidence |= {"title": title.span} if title and title.span else {}
    evidence |= {"issued_on": dated.span} if dated and dated.span else {}
    return Card(
        title=paper.title or None,
        kind=cast(PaperKind, kind),
        issued_on=dated.value if dated else hints.get("issued_on") or None,
        region=next(filter(None, map(region_of, (*names, paper.title))), None) or host_of(paper),
        level=level_of(paper, names=(names[0], _bare(paper.title), names[1]), kind=kind) or _level_given(hints),
        issuer=said.get("issuer") or said.get("speaker") or hints.get("source:publisher"),
        number=said.get("number"),
        speaker=said.get("speaker"),
        audience=said.get("audience"),
        sectors=sectors_of(paper.text, title=paper.title),
        evidence=evidence,
    )


def _level_given(hints: Mapping[str, str]) -> Level | None:
    return cast(Level, hints["source:level"]) if "source:level" in hints else None


def _title(text: str, hints: Mapping[str, str]) -> Found | None:
    """The title at the head of the text, else the one that the page gave."""
    for pattern in ORDERED:
        if ordered := pattern.match(text):
            return Found(BREAKS.sub("", ordered["title"]), Span(*ordered.span("title")))
    number = NUMBER.match(text)
    if glued := GLUED.match(text, number.end() if number else 0):
        return Found(BREAKS.sub("", glued["title"]), Span(*glued.span("title")).trimmed(text))
    span = _title_line(text)
    if span is not None:
        return Found(BREAKS.sub("", span.of(text)), span)
    given = hints.get("title") or hints.get("site_title")
    return Found(given, None) if given else None


def _title_line(text: str) -> Span | None:
    """The lines at the head that are the title: one that ends like a title, with the issuer's line above it, or a headline."""
    lines = list(_lines(text))
    for index, line in enumerate(lines):
        words = line.of(text)
        if SHORTEST_TITLE <= len(words) <= LONGEST_TITLE and TITLE_ENDS.search(words) and not ENDED.search(words):
            above = [span.of(text) for span in lines[:index]]
            whole = (
                bool(above) and not any(map(NO_TITLE.search, above)) and ("关于" in "".join(above) or words.startswith("关于"))
            )
            return Span(lines[0].start, line.end) if whole else line
        if CLOSED.search(words):
            break
    if not lines or "\n" not in text:
        return None
    first = lines[0].of(text)
    speaks = any(rule.find.search(first + "\n") for rule in RULES if rule.id in ("card.speaker-line", "card.issuer-line"))
    return lines[0] if 6 <= len(first) <= LONGEST_HEADLINE and not NO_TITLE.search(first) and not speaks else None


def _lines(text: str) -> Iterator[Span]:
    """The first lines that hold something, marks of a heading and white space left out."""
    for number, line in enumerate(LINE.finditer(text, 0, FRONT)):
        span = Span(*line.span()).trimmed(text, "# \t\u3000\r")
        if number >= TITLE_LINES:
            return
        if span is not None:
            yield span


def _bare(title: str) -> str:
    """A title without what it cites and without its year, so that it starts with the place it names."""
    return CITED.sub("", title)


def _settle(field: str, papers: Sequence[Paper]) -> None:
    """What the first rule of a field that matches says, in file order; kinds by title win over kinds by text."""
    left = list(papers)
    for rule, on in FIELDS[field]:
        left = [paper for paper in left if not (paper.holds(rule, on) and _said(field, rule, on, paper))]


def _said(field: str, rule: Rule, on: str, paper: Paper) -> bool:
    """Whether a rule matches in its stretch of a paper; what it says is kept."""
    place, shift = paper.places[on]
    match = _match(rule, place) if place else None
    if match is None:
        return False
    start, end = match_span(match)
    span = None if on == "title" else Span(start + shift, end + shift).trimmed(paper.text)
    value = WHITE.sub("、", place[start:end].strip())
    paper.found[field] = Found(rule.gives.get("value") or (_parted(value) if field == "issuer" else value), span)
    return True


def _parted(names: str) -> str:
    """The names of several issuers with marks between them.

    >>> _parted("云岭省财政厅云岭省教育厅"), _parted("国家税务总局云岭省税务局")
    ('云岭省财政厅、云岭省教育厅', '国家税务总局云岭省税务局')
    """
    parts, at = [], 0
    for match in ISSUER.finditer(names):
        behind = names[match.end() :]
        ministry = match[0].endswith(("部", "委", "办公厅")) and ISSUER.match(behind) is not None
        if match.start() >= at and not behind.startswith("、") and (ministry or STARTS.match(behind) is not None):
            parts.append(names[at : match.end()])
            at = match.end()
    return "、".join([*parts, names[at:]])


def _match(rule: Rule, place: str) -> re.Match[str] | None:
    """The match of a rule that counts: its first one, or the n-th where it wants so many."""
    least = rule.gives.get("least", 1)
    find = WHOLE.get(rule.id, rule.find)
    return find.search(place) if least == 1 else next(islice(find.finditer(place), least - 1, None), None)
