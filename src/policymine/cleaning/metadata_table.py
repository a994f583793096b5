"""The table of 索引号, 发文字号, 成文日期 … over a government paper: no noise but what the page says of the paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from policymine.cleaning.lines import Line, Marks
from policymine.cleaning.noise import Hint, rules

DECORATION = re.compile(r"[\s\[\]【】*•·●■◆]")


def mark_metadata_table(lines: Sequence[Line], marks: Marks) -> list[Hint]:
    """Marks the lines of the table and reads them.

    Returns:
        What it says, under the keys of hints.
    """
    strong: Mapping[str, str] = rules().lexicons["metadata_labels"]
    known = _known_labels()
    rows = [(line, _label(line.view, known)) for line in lines if marks.free(line)]
    if not any(label for _, label in rows):
        return []
    often = {view for view, count in Counter(line.view for line in lines).items() if count > 1}
    hints: list[Hint] = []
    for number, (line, label) in enumerate(rows):
        if label is None or not (label in strong or _beside_strong(rows, number, strong)):
            continue
        cells = _cells(line.view)
        in_row = line.block is not None and line.block.tag == "tr"  # a row holds its values itself
        if cells and not cells[-1][1] and not in_row and number + 1 < len(rows) and rows[number + 1][1] is None:
            value = rows[number + 1][0]
            if value.view not in often and _is_value(value, label, strong):
                cells[-1] = (cells[-1][0], value.view)
                marks.take(value, "metadata_table", "noise.metadata-table")
        marks.take(line, "metadata_table", "noise.metadata-table")
        hints += [Hint(line.span.start, known[name], value) for name, value in cells if known[name] and value]
    return hints


def _is_value(line: Line, label: str, strong: Mapping[str, str]) -> bool:
    """Whether a line can be the value of the label over it: no running text, and behind a weak label short."""
    if line.prose or len(line.view) > 120:
        return False
    return label in strong or len(line.view) <= 30 or label in ("标题", "名称")


def _beside_strong(rows: Sequence[tuple[Line, str | None]], number: int, strong: Mapping[str, str]) -> bool:
    near = rows[max(number - 4, 0) : number + 5]
    return any(label is not None and label in strong for _, label in near)


def _label(view: str, known: Mapping[str, str]) -> str | None:
    """The table label that a line starts with, spaces inside it left out."""
    head, colon, _ = view[:24].partition(":")
    if not colon and " " in view[:24] and "  " not in head:
        head = view[:24]
    name = DECORATION.sub("", head)
    return name if name in known and (colon or name == DECORATION.sub("", view)) else None


@cache
def _known_labels() -> Mapping[str, str]:
    """The labels of metadata tables, weak and strong."""
    return {**rules().lexicons["weak_labels"], **rules().lexicons["metadata_labels"]}


@cache
def _cell() -> re.Pattern[str]:
    """A label with what stands around it."""
    names = "|".join(r"\s*".join(name) for name in sorted(_known_labels(), key=len, reverse=True))
    return re.compile(rf"(?:^|(?<=\s)|(?<=[\]】]))[\[【*•·●■◆]?\s*({names})\s*[\]】]?\s*(?::|$)")


def _cells(view: str) -> list[tuple[str, str]]:
    """Labels and values of one line of the table, which may hold several pairs."""
    found: list[tuple[str, str]] = []
    marks = list(_cell().finditer(view))
    for match, following in zip(marks, [*marks[1:], None], strict=False):
        value = view[match.end() : following.start() if following else len(view)].strip(" ]】")
        found.append((re.sub(r"\s", "", match[1]), value))
    return found
