"""Pages whose line breaks were lost: furniture glued to the beginning and the end of running text, told apart at its spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policymine.cleaning.lines import PROSE, Line, Mark, Marks
from policymine.cleaning.noise import Hint, Zones, fitting, mark_lines
from policymine.cleaning.splitting import looks_like_title, rules
from policymine.text import Span

LONG = 60
REACH = 400
"""Characters from either end of a long line that are looked through."""
MOST_CHUNKS = 40
CHUNK = re.compile(r"\S+")
ARROW = re.compile(r"\s*(?:>|»|›)\s*\S+")


def mark_glued(lines: Sequence[Line], marks: Marks, zones: Zones) -> list[Hint]:
    """Marks furniture at the beginning of the first and at the end of the last line of running text, where they are long.

    Returns:
        What it says of the paper.
    """
    hints: list[Hint] = []
    for line in lines:
        if marks.free(line) and len(line.view) >= LONG:
            if line.index == zones.first:
                hints += _mark_head(line, marks)
            if line.index == zones.last:
                hints += _mark_tail(line, marks)
    return hints


def _mark_head(line: Line, marks: Marks) -> Iterator[Hint]:
    """Takes chunk after chunk off the beginning while each is furniture or the title."""
    at = 0
    while at < REACH:
        taken = _taken_from(line, at, marks)
        if taken is None:
            return
        mark, hints = taken
        marks.partial.append(mark)
        yield from hints
        at = mark.span.end - line.span.start


def _taken_from(line: Line, start: int, marks: Marks) -> tuple[Mark, list[Hint]] | None:
    """The furniture that begins at `start`: the shortest run of chunks that a rule knows, with the arrows behind it."""
    greeted = rules()["splitting.title-greeting"].find.search(line.view[start : start + LONG].lstrip())
    if greeted is not None:
        begin = start + len(line.view[start:]) - len(line.view[start:].lstrip())
        place = Span(line.span.start + begin, line.span.start + begin + greeted.end("span"))
        title = (line.text or line.view)[begin : begin + greeted.end("span")]
        return Mark(place, "heading", "splitting.title-greeting", 0.8), [Hint(place.start, "title", title)]
    chunks = list(CHUNK.finditer(line.view, start, start + REACH))[:MOST_CHUNKS]
    for end in (chunk.end() for chunk in chunks[:6]):
        found = _judge(line, Span(chunks[0].start(), end), marks)
        if found is None:
            continue
        mark, hints = found
        stop = end
        while mark.kind == "nav_breadcrumb" and (arrow := ARROW.match(line.view, stop)):
            stop = arrow.end()
        if len(line.view) - stop < LONG // 2:
            return None
        return mark._replace(span=Span(mark.span.start, line.span.start + stop)), hints
    return None


def _mark_tail(line: Line, marks: Marks) -> Iterator[Hint]:
    """Takes what stands behind the last sentence, from the first chunk that a rule knows."""
    ends = [match.end() for match in re.finditer("[。!?][”’」)]*", line.view)]
    near = [end for end in ends if end >= len(line.view) - REACH]
    for start in near[-2:]:
        for chunk in list(CHUNK.finditer(line.view, start))[:MOST_CHUNKS]:
            if len(chunk[0]) > LONG or PROSE.search(chunk[0][:-1]):
                continue
            for stop in dict.fromkeys((chunk.end(), len(line.view))):
                if (found := _judge(line, Span(chunk.start(), stop), marks)) is not None and found[0].kind != "heading":
                    mark, hints = found
                    marks.partial.append(mark._replace(span=Span(mark.span.start, line.span.end)))
                    yield from hints
                    return


def _judge(line: Line, span: Span, marks: Marks) -> tuple[Mark, list[Hint]] | None:
    """How a stretch of a line would be labelled if it stood on a line of its own."""
    text = span.of(line.view)
    alone = Line(0, Span(0, len(text)), text, None, span.of(line.text or line.view))
    possible = marks.possible[line.index - marks.first]  # what a line cannot match no part of it can
    trial = Marks(possible=[possible], due=[fitting(text, possible)])
    hints = mark_lines([alone], trial, zones=None)
    hints += mark_lines([alone], trial, zones=Zones(None, None))
    place = span.shifted(line.span.start)
    if (mark := trial.whole.get(0)) is not None:
        return Mark(place, mark.kind, mark.rule, 0.8), [hint._replace(at=place.start) for hint in hints]
    if len(text) >= 8 and looks_like_title(alone):
        return Mark(place, "heading", "splitting.title-glued", 0.7), [Hint(place.start, "title", alone.text)]
    return None
