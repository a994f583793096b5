"""What an editor's introduction tells of the paper it hands over: its real title and who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from policymine.cleaning.lines import Line, view_of
from policymine.cleaning.noise import Hint
from policymine.cleaning.splitting import looks_like_title
from policymine.rules import RuleSet, load
from policymine.text import Span

LEADING = re.compile("^(?:的|是|了|关于|有关|一篇|几篇)+")


@cache
def rules() -> RuleSet:
    """The rules of introductions.toml."""
    return load("policymine.cleaning", "introductions")


def mine_introduction(line: Line) -> Iterator[Hint]:
    """Title and speaker that an introduction names, as hints.

    >>> view = "下面是小编为您推荐的副县长在全县防汛会上的讲话提纲。"
    >>> [(hint.key, hint.value) for hint in mine_introduction(Line(0, Span(0, len(view)), view))]
    [('title', '副县长在全县防汛会上的讲话提纲'), ('speaker', '副县长')]
    """
    for rule in rules():
        if rule.gives.get("of"):
            continue
        for match in rule.spans(line.view):
            title = LEADING.sub("", (line.text or line.view)[slice(*match.span("title"))]).strip()
            if title and looks_like_title(Line(0, Span(0, len(title)), view_of(title))):
                yield Hint(line.span.start, "title", title)
                if speaker := speaker_of(title):
                    yield Hint(line.span.start, "speaker", speaker)
                return


def among_fields(line: Line) -> Iterator[Hint]:
    """What a line of dates, sources and counters states of the paper: both dates, the full length.

    >>> view = "来源:县政府网 成文日期:2022-01-17 发布时间:2022-01-19 全文2187字"
    >>> [(hint.key, hint.value) for hint in among_fields(Line(0, Span(0, len(view)), view))]
    [('stated_length', '2187'), ('published_on', '2022-01-19'), ('issued_on', '2022-01-17')]
    """
    for rule in rules():
        if rule.gives.get("of") == "meta" and (match := rule.find.search(line.view)):
            for key, value in match.groupdict().items():
                yield Hint(line.span.start, key, value)


def speaker_of(title: str) -> str | None:
    """Who speaks, where a title says it.

    >>> speaker_of("副县长在全县防汛会上的讲话"), speaker_of("在全县防汛会上的讲话")
    ('副县长', None)
    """
    match = rules()["introductions.speaker"].find.match(title)
    return match["speaker"] if match else None
