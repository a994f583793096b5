"""What a citation means inside its paper: the title behind an alias (以下简称《意见》), the articles cited (第五条第三款)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from policymine.model import Reference, Span
from policymine.rules import load

RULES = load("policymine.extraction.references", "references")
ALIAS, ARTICLES = RULES["alias"], RULES["articles"]
MARKS = re.compile(r"[《》〈〉“”‘’「」『』\"]")
BRACKET_REACH = 160


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference as its paper means it: `title` in full where an alias stood, `articles` as written behind it."""

    reference: Reference
    title: str | None
    number: str | None
    articles: str | None = None
    articles_span: Span | None = None


def citations_of(text: str, references: Sequence[Reference]) -> tuple[Citation, ...]:
    """The references of a paper with aliases resolved and articles read.

    Args:
        text: the clean text of the document.
        references: what `find_references` found in it.

    >>> from policymine.extraction.references.finding import find_references
    >>> t = "依据《云河市燃气管理办法》（以下简称《办法》），按《办法》第五条第二款执行。"
    >>> [(c.title, c.articles) for c in citations_of(t, find_references(t))]
    [('云河市燃气管理办法', None), ('云河市燃气管理办法', None), ('云河市燃气管理办法', '第五条第二款')]
    """
    known: dict[str, Reference] = {}
    found = []
    for reference in references:
        for alias in aliases_behind(text, reference):
            known[_bare(alias)] = reference
        meant = known.get(_bare(reference.title or ""), reference)
        articles = ARTICLES.find.match(text, reference.span.end)
        span = Span(*articles.span("span")) if articles else None
        number = reference.number or meant.number
        found.append(Citation(reference, meant.title, number, span.of(text) if span else None, span))
    return tuple(found)


def aliases_behind(text: str, reference: Reference) -> tuple[str, ...]:
    """The short names that a bracket right behind a reference gives it.

    >>> from policymine.extraction.references.finding import find_references
    >>> t = "《云河市消防条例》（2021年修订，以下简称“条例”）"
    >>> aliases_behind(t, find_references(t)[0])
    ('条例',)
    """
    alias = ALIAS.find.match(text, reference.span.end, reference.span.end + BRACKET_REACH)
    return (alias["span"].strip(),) if alias else ()


def _bare(title: str) -> str:
    return MARKS.sub("", title).strip()
