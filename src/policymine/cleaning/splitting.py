"""Which papers a page holds: the headings of a compilation, and the titles over each paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from policymine.cleaning.lines import Line, Mark, Marks, han_count
from policymine.cleaning.noise import OUTLINE, SALUTATION, Hint, Zones, possible_headings, sift
from policymine.rules import Rule, RuleSet, load, match_span
from policymine.text import Span
from policymine.text.outline import chinese_number

SHORT_LINE, LONG_LINE = 70, 200
OVER_TITLE = 24
"""Characters of a line over the title that can be a name or a masthead."""
BARE = re.compile(r"[\s\W_]+")


class Heading(NamedTuple):
    """A heading that begins a paper: clean span, the number it gives, its title where it has one."""

    span: Span
    number: int
    title: str
    family: str
    rule: str


@cache
def rules() -> RuleSet:
    """The rules of splitting.toml."""
    return load("policymine.cleaning", "splitting")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return load("policymine.cleaning", "titles")[name].find


def _is(name: str, line: Line) -> bool:
    """Whether a line is what a rule of titles.toml finds."""
    return _pattern(name).search(line.view) is not None


@cache
def _title_end() -> re.Pattern[str]:
    nouns = sorted(rules().lexicons["title_nouns"]["words"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(nouns)})(?:\s*[(【\[][^()]{{1,20}}[)】\]])?[》\"”]?$")


def find_headings(lines: Sequence[Line], marks: Marks) -> tuple[Heading, ...]:
    """The headings of a compilation, in order: those whose numbers form a row.

    A single heading counts when it is the first or the second of its row: papers that follow may be gone, and the first one
    often has no heading.
    """
    sift(lines, marks)
    candidates = [
        heading
        for line in lines
        if (bits := possible_headings(line, marks) & _splitting())
        for heading in _headings_in(line, marks, bits)
    ]
    if not candidates:
        return ()
    repeated = Counter(h.title for h in candidates)
    kept: list[Heading] = []
    for family in dict.fromkeys(h.family for h in candidates):
        row = [h for h in candidates if h.family == family]
        if _weak(family):
            row = [h for h in row if repeated[h.title] >= 2]
        kept += _row(row)
    best = Counter(h.family for h in kept).most_common(1)
    return tuple(sorted((h for h in kept if h.family == best[0][0]), key=lambda h: h.span)) if best else ()


@cache
def _weak(family: str) -> bool:
    return any(rule.gives.get("family") == family and rule.gives.get("weak") for rule in rules())


@cache
def _splitting() -> int:
    """The rules for headings, as bits."""
    return sum(1 << number for number, rule in enumerate(rules()) if not rule.gives.get("glued"))


def _headings_in(line: Line, marks: Marks, possible: int) -> Iterable[Heading]:
    """The headings in a line; `possible` are the rules that it may match, as bits."""
    if SHORT_LINE < len(line.view) < LONG_LINE or marks.kind(line) not in (None, "related_links", "nav_breadcrumb"):
        return
    long = len(line.view) >= LONG_LINE
    for rule in _among(possible & (_inside() if long else ~_inside())):
        if long:
            for match in rule.find.finditer(line.view):
                yield _heading(match, Span(*match_span(match)).shifted(line.span.start), rule)
        elif found := rule.find.search(line.view):
            yield _heading(found, line.span, rule)
            return


@lru_cache(maxsize=1024)
def _among(bits: int) -> tuple[Rule, ...]:
    """The rules of some bits, in order."""
    return tuple(rule for number, rule in enumerate(rules()) if bits >> number & 1)


@cache
def _inside() -> int:
    """The rules for headings inside long lines, as bits."""
    return sum(1 << number for number, rule in enumerate(rules()) if rule.gives.get("inside"))


def _heading(match: re.Match[str], span: Span, rule: Rule) -> Heading:
    groups = match.groupdict()
    title = (groups.get("title") or groups.get("glued") or "").strip(" :-—、.《》【】")
    number = int(match["number"]) if match["number"].isdigit() else chinese_number(match["number"])
    return Heading(span, number, title, str(rule.gives["family"]), rule.id)


def _row(row: Sequence[Heading]) -> list[Heading]:
    """The headings whose numbers follow each other; a row may start anew (a table of contents stands before the papers)."""
    kept: list[Heading] = []
    for heading in row:
        expected = kept[-1].number + 1 if kept else 1
        if heading.number in (expected, expected + 1) or (heading.number == 1 and kept):
            kept.append(heading)
    return kept


@lru_cache(maxsize=64)
def site_title(title: str) -> str:
    """The title in a browser's title bar without the name of the site.

    >>> site_title("在全镇防汛会上的讲话_某某网-范文大全")
    '在全镇防汛会上的讲话'
    """
    parts = [
        part.strip()
        for part in re.split(r"\s*[_|｜—–]\s*|\s+-\s+|(?<=[\u4e00-\u9fff])-+(?=[\u4e00-\u9fff])", title)
        if part.strip()
    ]
    named = [part for part in parts if _title_end().search(part)]
    return (named or parts or [title])[0]


def bare(title: str) -> str:
    """A title without spaces and punctuation, for comparison.

    >>> bare("在 全镇“防汛”会上的讲话") == bare("在全镇防汛会上的讲话")
    True
    """
    return BARE.sub("", title)


def looks_like_title(line: Line) -> bool:
    """Whether a short line over a paper reads like its title: it ends with what papers are called, and is no sentence.

    >>> [looks_like_title(Line(0, Span(0, len(t)), t)) for t in ("关于三起火灾情况的通报", "一、开好部署会")]
    [True, False]
    """
    view = line.view
    if not 4 <= len(view) <= 70 or OUTLINE.match(view) or SALUTATION.match(view) or re.search(r"[。;!?]|,$|:$", view):
        return False
    if re.match(r"^[(—\-]|^\d{4}年\d{1,2}月\d{1,2}日|^(?:附件|文件下载|附表)", view):
        return False
    return bool(_title_end().search(view.rstrip('》”"')))


def mark_titles(lines: Sequence[Line], marks: Marks, zones: Zones, *, known: Sequence[str], seen: set[str]) -> list[Hint]:
    """Marks the titles over one paper: the first of each as `heading`, its copies as `dup_title`.

    A title that is typeset with its 文号 is part of the paper and stays; copies over it go.

    Args:
        lines: the lines of one paper.
        marks: what is marked already.
        zones: where its running text begins.
        known: titles that the page states elsewhere (browser bar, headline, introduction).
        seen: bare titles met so far on the page; added to.

    Returns:
        The titles, as hints.
    """
    over = [line for line in lines if marks.free(line) and (zones.first is None or line.index < zones.first)][:16]
    if zones.first is None and all(looks_like_title(line) for line in lines if marks.free(line)):
        return []  # nothing but titles: then they are the text
    if any(_is("paper-number", line) for line in over):
        return list(_mark_typeset(over, marks, seen))
    wanted = {bare(title) for title in known if len(bare(title)) >= 4}
    hints: list[Hint] = []
    names = [bare(line.view) for line in over]
    for position, line in enumerate(over):
        name = names[position]
        joined = name + names[position + 1] if position + 1 < len(over) else ""
        if (joined in wanted or joined in seen) and joined and not (name in wanted or name in seen):
            _title(line, marks, joined, seen=seen)
            _title(over[position + 1], marks, joined, seen=set(seen) if marks.kind(line) == "dup_title" else set())
            hints.append(Hint(line.span.start, "title", line.text + over[position + 1].text))
        elif marks.free(line) and (name in wanted or name in seen or looks_like_title(line) or _over_meta(line, lines, marks)):
            _title(line, marks, name, seen=seen)
            hints.append(Hint(line.span.start, "title", line.text.strip("《》")))
    if hints:
        above = [line for line in over if line.span.start < hints[0].at and marks.free(line)]
        hints[0] = _joined_title(above, marks, hints[0])
        hints += _mark_over_title([line for line in above if marks.free(line)], marks)
    return hints


def _over_meta(line: Line, lines: Sequence[Line], marks: Marks) -> bool:
    """Whether a line stands where headlines stand: right over the line of dates and sources, or over a dateline."""
    if not 8 <= han_count(line.view) <= 45 or re.search(r"[。;:]|^[(—\-]", line.view) or OUTLINE.match(line.view):
        return False
    below = next((other for other in lines if other.index == line.index + 1), None)
    if below is None:
        return False
    return marks.kind(below) in ("page_meta", "widget") or (marks.free(below) and _is("dateline", below))


def _mark_typeset(over: Sequence[Line], marks: Marks, seen: set[str]) -> Iterator[Hint]:
    """Marks the copies of a typeset title that stand before it; the title itself is told but stays."""
    names = [bare(line.view) for line in over]
    for position, line in enumerate(over):
        later = {"".join(names[start : start + size]) for start in range(position + 1, len(names)) for size in (1, 2, 3)}
        if looks_like_title(line):
            if names[position] in later:
                _title(line, marks, names[position], seen=seen)
            else:
                broken = _broken_off(over[:position], line.text)
                yield Hint(line.span.start, "title", "".join(part.text for part in broken) + line.text)


def _joined_title(above: Sequence[Line], marks: Marks, title: Hint) -> Hint:
    """The title with the lines it was broken into, which are marked with it."""
    broken = _broken_off(above, title.value)
    for line in broken:
        marks.take(line, "heading", "splitting.title-line")
    return title._replace(value="".join(line.text for line in broken) + title.value)


def _broken_off(above: Sequence[Line], title: str) -> list[Line]:
    """The lines right above a title that belong to it: those that open what it closes, or say 关于 for it."""
    whole, found = title, []
    for line in reversed(above):
        opened = any(line.view.count(a) > line.view.count(b) for a, b in ("《》", "“”", "()"))
        if (
            len(line.view) > 60
            or re.search("[。;!?:]$", line.view)
            or not (opened or ("关于" in line.view and "关于" not in whole))
        ):
            break
        found.append(line)
        whole = line.text + whole
    return found[::-1]


def _mark_over_title(lines: Sequence[Line], marks: Marks) -> Iterator[Hint]:
    """Marks short lines over the first title: names of forums and authors, mastheads; not the 文号 of a typeset paper."""
    if any(_is("paper-number", line) or line.view.endswith("文件") for line in lines):
        return
    for line in lines:
        if _is("agency", line) and len(line.view) <= 40:
            marks.take(line, "heading", "splitting.issuer-line", confidence=0.7)
            yield Hint(line.span.start, "issuer", line.text)
            continue
        if len(line.view) <= OVER_TITLE and not re.search("[。,;:]|^附[件表录]", line.view):
            wordy = han_count(line.view) >= 10
            marks.take(
                line, "heading" if wordy else "page_meta", f"noise.{'masthead' if wordy else 'over-title'}", confidence=0.6
            )


def _title(line: Line, marks: Marks, name: str, *, seen: set[str]) -> None:
    if name in seen:
        marks.take(line, "dup_title", "noise.repeated-title")
    else:
        marks.take(line, "heading", "splitting.title-line")
    seen.add(name)


def mark_headings(headings: Sequence[Heading], lines: Sequence[Line], marks: Marks) -> None:
    """Marks compilation headings, also those that a run of links had swallowed."""
    by_span = {line.span: line for line in lines}
    for heading in headings:
        line = by_span.get(heading.span)
        if line is not None:
            marks.whole[line.index] = Mark(line.span, "heading", heading.rule)
        else:
            marks.partial.append(Mark(heading.span, "heading", heading.rule))
