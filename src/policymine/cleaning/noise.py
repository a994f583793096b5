"""What stands on a page beside its papers: navigation, meta lines, editors, links, adverts, footers, access cuts.

The patterns are in noise.toml. What a single line cannot tell is decided here from its neighbours: whether it stands before,
inside or behind the running text, whether it continues a list of links, whether it is printed over and over.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from policymine.cleaning.lines import Line, Mark, Marks
from policymine.rules import Rule, RuleSet, load, match_span
from policymine.text import Span
from policymine.text.pattern_needs import begins, guided
from policymine.text.prefilter import Prefilter

HINTS = frozenset(
    {"title", "site_title", "issued_on", "published_on", "issuer", "number", "source", "speaker", "stated_length"}
)
ENDS = re.compile("[。!?]+[”』」)]?")
OUTLINE = re.compile(
    r"(?:第[一二三四五六七八九十\d]{1,3}[章节条部,、:]|[一二三四五六七八九十]{1,3}(?:、|是|要)|[(][一二三四五六七八九十\d]{1,3}[)]|\d{1,2}[.、])"
)
SALUTATION = re.compile(
    r"^(?:各位|尊敬的|同志们|亲爱的|女士们|老师们|同学们|朋友们|乡亲们|全(?:市|县|镇|区|体|省|国)各)[^。]{0,60}[:!,]?$"
)
LEVEL = 6
"""Characters of a breadcrumb level that stands on a line of its own; titles are longer."""
BRACKET = re.compile(r"[(\[【〔].*[)\]】〕]?$|.*(?:负责|牵头|配合|责任单位)")
GOVERNS = re.compile("必须|严禁|一律|不得|要求|各级|各地|各部门|推进|落实")
FOOT = frozenset({"share_footer", "site_footer", "ad", "membership", "widget", "credit_line", "related_links"})
"""Kinds that a line of running text which governs is not, whatever words it shares with them."""
MOST_PREVIEWS = 60
MANY_FIRST = 30
"""First characters of a pattern from which it is led to them."""
FAR = 500
"""Characters from the start of a line within which an editor's sentence takes everything before it along."""


class Hint(NamedTuple):
    """Something that cut text says of the paper near it."""

    at: int
    key: str
    value: str


class _Tried(NamedTuple):
    rule: Rule
    find: Callable[[str], re.Match[str] | None]
    kind: str
    scope: str
    zone: str
    most: int
    run: str
    needs: tuple[str, ...]
    first: frozenset[str]
    """What a line must begin with; empty when it may be anything."""


class Zones(NamedTuple):
    """Index of the first and the last line of running text in a stretch of lines; (None, None) where there is none.

    The two lines themselves are tried as edges too: a disclaimer reads like running text.
    """

    first: int | None
    last: int | None

    def due(self, index: int) -> int:
        """The rules, as bits, in whose zones a line lies."""
        if self.first is None or self.last is None:
            return -1
        return _in_zones(index <= self.first, index >= self.last)


@cache
def rules() -> RuleSet:
    """The rules of noise.toml."""
    return load("policymine.cleaning", "noise")


@cache
def _tried() -> tuple[_Tried, ...]:
    anchored = {rule.id: begins_lines(rule.find.pattern) for rule in rules()}
    return tuple(
        _Tried(
            rule,
            rule.find.match if anchored[rule.id] else _led(rule.find).search,
            str(rule.gives["kind"]),
            str(rule.gives.get("scope", "line")),
            str(rule.gives.get("zone", "any")),
            int(rule.gives.get("most", 120)),
            str(rule.gives.get("run", "")),
            tuple(rule.gives.get("needs", ())),
            frozenset(word[0] for word in begins(rule.find)) if anchored[rule.id] else frozenset(),
        )
        for rule in rules()
    )


def _led(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The pattern as it is searched for fastest: `re` itself skips to few first characters, not to many."""
    return guided(pattern) if len({word[0] for word in begins(pattern)}) >= MANY_FIRST else pattern


def begins_lines(pattern: str) -> bool:
    """Whether every alternative of a pattern starts with ^, so that it needs to be tried at the start of a line only.

    >>> begins_lines("^(?:上|下)一篇$|^[|]$"), begins_lines("^首页|尾页"), begins_lines("(?:^|。)小编")
    (True, False, False)
    """
    depth, starts = 0, [0]
    for mark in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]", pattern):
        if mark[0] == "|" and depth == 0:
            starts.append(mark.end())
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
    return all(pattern.startswith("^", start) for start in starts)


@cache
def _prefilter() -> Prefilter:
    headings = load("policymine.cleaning", "splitting")
    return Prefilter([*(tried.rule.find for tried in _tried()), *(rule.find for rule in headings)])


def possible_headings(line: Line, marks: Marks) -> int:
    """Which rules of splitting.toml a line may match, as bits; its page must have been sifted."""
    return marks.possible[line.index - marks.first] >> len(_tried())


def zones_of(lines: Sequence[Line], marks: Marks) -> Zones:
    """Where the running text of a stretch of lines begins and ends."""
    first = next(_running(lines, marks), None)
    return Zones(None, None) if first is None else Zones(first, next(_running(reversed(lines), marks)))


def _running(lines: Iterable[Line], marks: Marks) -> Iterator[int]:
    """The indexes of the lines that are running text or greet somebody."""
    whole = marks.whole
    return (line.index for line in lines if line.index not in whole and (line.prose or SALUTATION.match(line.view)))


def mark_lines(lines: Sequence[Line], marks: Marks, *, zones: Zones | None) -> list[Hint]:
    """Marks what the rules find: without `zones` those that hold anywhere, with them those of the edges.

    Returns:
        What the marked text says of the papers.
    """
    hints: list[Hint] = []
    sift(lines, marks)
    listed, whole = _tried(), marks.whole
    wanted = _anywhere() if zones is None else ~_anywhere()
    for line in lines:
        bits = marks.due[line.index - marks.first] & wanted
        if not bits or line.index in whole:
            continue
        view = line.view
        if zones is not None:
            bits &= zones.due(line.index)
            if bits & _foot() and line.prose and GOVERNS.search(view):
                bits &= ~_foot()
        while bits and line.index not in whole:
            low = bits & -bits
            bits ^= low
            tried = listed[low.bit_length() - 1]
            if tried.needs and not any(word in view for word in tried.needs):
                continue
            if (match := tried.find(view)) is not None:
                hints += _hints(line, match)
                _mark(line, match, tried, marks)
    return hints


def sift(lines: Sequence[Line], marks: Marks) -> None:
    """Notes which rules, those of headings behind, each line may match: once for a page, whose lines are those of its parts."""
    if lines and not marks.first <= lines[0].index <= lines[-1].index < marks.first + len(marks.possible):
        if lines[-1].index - lines[0].index >= len(lines):  # some are left out between them
            views = {line.index: line.view for line in lines}
            every = [views.get(index, " ") for index in range(lines[0].index, lines[-1].index + 1)]
        else:
            every = [line.view for line in lines]
        marks.first, marks.possible = lines[0].index, _prefilter().by_line(every)
        marks.due = [fitting(view, bits) for view, bits in zip(every, marks.possible, strict=True)]


def fitting(view: str, possible: int) -> int:
    """Which of the rules that a line may match fit its beginning and its length."""
    return possible & _fitting(view[0], bisect_left(_limits(), len(view)))


@cache
def _limits() -> tuple[int, ...]:
    return tuple(sorted({tried.most for tried in _tried()}))


@cache
def _anywhere() -> int:
    """The rules, as bits, that hold anywhere on a page; the others hold at the edges of papers."""
    return sum(1 << number for number, tried in enumerate(_tried()) if tried.zone == "any")


@cache
def _in_zones(before: bool, behind: bool) -> int:
    """The rules, as bits, for lines before the running text, behind it, or neither."""
    holds = {"any": True, "head": before, "tail": behind}
    return sum(1 << number for number, tried in enumerate(_tried()) if holds.get(tried.zone, before or behind))


@cache
def _foot() -> int:
    """The rules, as bits, for kinds that a line of running text which governs is not."""
    return sum(1 << number for number, tried in enumerate(_tried()) if tried.kind in FOOT)


@lru_cache(maxsize=8192)
def _fitting(first: str, step: int) -> int:
    """The rules, as bits, for lines that begin with a character and are no longer than a limit."""
    limits = _limits()
    least = limits[step] if step < len(limits) else limits[-1] + 1
    return sum(
        1 << number
        for number, tried in enumerate(_tried())
        if tried.most >= least and (not tried.first or first in tried.first)
    )


def _mark(line: Line, match: re.Match[str], tried: _Tried, marks: Marks) -> None:
    if tried.scope == "line":
        marks.take(line, tried.kind, tried.rule.id)
        return
    if tried.scope == "match":
        spans = [Span(*match_span(found)) for found in tried.rule.find.finditer(line.view)]
    else:
        spans = _joined(_sentences_around(line.view, Span(*found.span())) for found in tried.rule.find.finditer(line.view))
    if sum(span.length for span in spans) >= len(line.view):
        marks.take(line, tried.kind, tried.rule.id)
        return
    for span in spans:
        marks.partial.append(Mark(span.shifted(line.span.start), tried.kind, tried.rule.id))


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch made one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(min(joined[-1].start, span.start), max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _sentences_around(view: str, match: Span) -> Span:
    """The stretch that an editor's sentence takes along: what leads up to it and the rest of it, all when little is left."""
    end = ENDS.search(view, match.end)
    stop = end.end() if end else len(view)
    if match.end > 0 and view[match.end - 1] in "。!?":
        stop = match.end
    rest = view[stop:]
    if len(rest) <= 60 and not OUTLINE.match(rest.lstrip()) and not re.match(r"\s*(?:同志们|各位|尊敬的)", rest):
        stop = len(view)
    before = view[: match.start]
    if match.start <= FAR and not re.search(r"(?:同志们|各位[^,。]{1,12})[:!]|(?:^|。)\s*[一二]、", before):
        return Span(0, stop)
    ends = list(ENDS.finditer(before))
    return Span(ends[-1].end() if ends else 0, stop)


def _hints(line: Line, match: re.Match[str]) -> Iterator[Hint]:
    for key in HINTS.intersection(match.groupdict()):
        if (match[key] or "").strip():
            yield Hint(line.span.start, key, (line.text or line.view)[slice(*match.span(key))].strip())


def mark_runs(lines: Sequence[Line], marks: Marks, zones: Zones, *, crumbs: bool) -> None:
    """Marks what continues a marked line: the links under 相关文章, the levels under 当前位置, the letters behind 字体.

    Args:
        lines: the lines of one paper.
        marks: what is marked already; added to.
        zones: where its running text begins and ends.
        crumbs: only levels of breadcrumbs (before titles are looked for), or only the others.
    """
    runs = _runs(crumbs)
    running: Mark | None = None
    for line in lines:
        mark = marks.whole.get(line.index)
        if mark is not None:
            if mark.rule in runs:
                running = mark
            elif mark.kind == "heading":
                running = None
            continue
        if running is not None:
            if _continues(line, runs[running.rule], zones):
                marks.take(line, running.kind, running.rule, confidence=0.9)
            else:
                running = None


@cache
def _runs(crumbs: bool) -> Mapping[str, str]:
    return {tried.rule.id: tried.run for tried in _tried() if tried.run and (tried.run == "crumbs") == crumbs}


def _continues(line: Line, run: str, zones: Zones) -> bool:
    view = line.view
    if run == "crumbs":
        return view.startswith((">", "»")) or (len(view) <= LEVEL and not re.search("[。,:;]", view))
    if run == "widget":
        return len(view) <= 4 and not OUTLINE.match(view)
    if zones.first is not None and zones.last is not None and line.index < zones.last:
        near_body = line.index >= zones.first - 3
        return not near_body and title_like(line)
    return title_like(line)


def title_like(line: Line) -> bool:
    """Whether a line could be the title of another page: short, no sentence, no item of an outline.

    >>> title_like(Line(0, Span(0, 12), "全镇防汛工作会上的讲话")), title_like(Line(0, Span(0, 9), "一、加强值班值守。"))
    (True, False)
    """
    return (
        len(line.view) <= 60
        and "。" not in line.view
        and not SALUTATION.match(line.view)
        and not re.match("[一二三四五六七八九十]+、", line.view)
    )


def mark_repeated(lines: Sequence[Line], marks: Marks) -> None:
    """Marks short lines and ends of lines that are printed three times or more: watermarks of who passes a file on."""
    free = [line for line in lines if marks.free(line)]
    counted = Counter([line.view for line in free if 4 <= len(line.view) <= 40])
    printed = {view for view, count in counted.items() if count >= 3 and not _may_repeat(view)}
    for line in free if printed else ():
        if line.view in printed:
            marks.take(line, "watermark", "noise.repeated-line", confidence=0.8)
    ends = {line.index: tail for line in free if len(line.view) >= 25 and (tail := _behind_last_sentence(line.view))}
    often = {tail for tail, count in Counter(ends.values()).items() if count >= 3}
    for line in free if often else ():
        if ends.get(line.index) in often and marks.free(line):
            start = line.span.end - len(ends[line.index])
            marks.partial.append(Mark(Span(start, line.span.end), "watermark", "noise.repeated-end", 0.8))


def mark_previews(lines: Sequence[Line], marks: Marks) -> None:
    """Marks the beginning of a paper printed before the paper itself: a line that breaks off and whose end comes again."""
    for position, line in enumerate(lines[:MOST_PREVIEWS]):
        if len(line.view) >= 60 and line.view.endswith(("...", "…")) and marks.free(line):
            end = line.view.rstrip(".…")[-16:]
            if any(end in other.view for other in lines[position + 1 :]):
                marks.take(line, "editor_intro", "noise.preview", confidence=0.8)


def _may_repeat(view: str) -> bool:
    """Salutations, outline labels, units and rows of tables repeat in honest papers."""
    return bool(SALUTATION.match(view) or OUTLINE.match(view) or re.search(r"[:;。,、]$|\d", view)) or " " in view


def _behind_last_sentence(view: str) -> str:
    """What stands behind the last full stop of a long line; never a bracket: those name who is responsible."""
    end = view.rfind("。") + 1
    tail = view[end:].lstrip("”’)")
    if end <= 20 or not 4 <= len(tail) <= 30 or OUTLINE.match(tail) or BRACKET.match(tail) or tail[-1] in ":,;、":
        return ""
    return tail
