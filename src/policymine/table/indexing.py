"""What the search index is told of a directive, and how it is asked: text, units, and everything that search filters by.

Facets stand in the index beside the text, so that any combination of terms and filters is one walk through it, newest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from policymine.table.bigrams import Entry, Fold, facet, kept, moved, pairs
from policymine.table.query import And, Node, Not, Or, QueryError, Term

EVERY = facet("all")
"""Stands in every entry: what a query of nothing but NOT starts from."""
COLUMNS = (
    "serial", "run_id", "text", "lead", "support", "responsible", "kind", "modality", "level", "source", "operational", "force",
    "region", "sector_list", "slogans", "issued_on", "frequency", "deadline_end",
)  # fmt: skip
"""The columns of a directive from which its entry is made."""


def entry_of(record: Mapping[Any, Any], fold: Fold) -> Entry:
    """The entry of a directive, from its columns."""
    units = "；".join(filter(None, (record["lead"], record["support"], record["responsible"])))
    return Entry(record["serial"], moved(record["text"], fold), kept(units), (EVERY, *dict.fromkeys(_facets(record))))


def _facets(record: Mapping[Any, Any]) -> Iterator[str]:
    for name in ("kind", "modality", "level", "source", "frequency"):
        if record[name] is not None:
            yield facet(name, record[name])
    yield facet("operational", bool(record["operational"]))
    for grade in range(1, record["force"] + 1):
        yield facet("force", grade)
    for region in with_parents(record["region"]):
        yield facet("region", region)
    for name, column in (("sector", "sector_list"), ("slogan", "slogans")):
        for value in filter(None, (record[column] or "").split("；")):
            yield facet(name, value)
    if record["issued_on"]:
        yield facet("year", record["issued_on"][:4])
    if record["deadline_end"]:
        yield facet("due")
        yield facet("due", record["deadline_end"][:7])
    yield facet("run", record["run_id"])


def with_parents(region: str | None) -> list[str]:
    """A region and those around it, widest first.

    >>> with_parents("甘肃省/天水市/清水县")
    ['甘肃省', '甘肃省/天水市', '甘肃省/天水市/清水县']
    """
    parts = (region or "").split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)] if region else []


def fts_expression(tree: Node, fold: Fold) -> str:
    """A tree in the words of FTS5."""
    match tree:
        case Term(text):
            return fts_term("pairs", _wanted(text, fold), single="singles")
        case Not():
            return f'(facets : "{EVERY}") NOT ({fts_expression(tree.part, fold)})'
        case Or(parts):
            return " OR ".join(f"({fts_expression(part, fold)})" for part in parts)
        case And(parts):
            wanted = [part for part in parts if not isinstance(part, Not)]
            unwanted = [part.part for part in parts if isinstance(part, Not)]
            first = " AND ".join(f"({fts_expression(part, fold)})" for part in wanted) or f'facets : "{EVERY}"'
            denied = " OR ".join(f"({fts_expression(part, fold)})" for part in unwanted)
            return f"({first}) NOT ({denied})" if denied else first


def fts_term(column: str, text: str, *, single: str) -> str:
    """A text as a phrase of pairs, or as one character."""
    return f'{single} : "{text}"' if len(text) == 1 else f'{column} : "{pairs(text)}"'


def exact(tree: Node, fold: Fold, folded: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The condition that a tree is true of a text made comparable, for databases that know no phrases of any length."""
    match tree:
        case Term(text):
            return sa.func.strpos(folded, _wanted(text, fold)) > 0
        case Not(part):
            return sa.not_(exact(part, fold, folded))
        case And(parts):
            return sa.and_(*(exact(part, fold, folded) for part in parts))
        case Or(parts):
            return sa.or_(*(exact(part, fold, folded) for part in parts))


def grams(text: str) -> list[str]:
    """The different characters and pairs of a text."""
    return list(dict.fromkeys([*text, *(text[at : at + 2] for at in range(len(text) - 1))]))


def necessary(tree: Node, fold: Fold) -> str | None:
    """What every hit's grams must hold, as a `tsquery`; None when a tree asks for nothing in particular."""
    match tree:
        case Term(text):
            wanted = _wanted(text, fold)
            return " & ".join(f"'{gram}'" for gram in (grams(wanted) if len(wanted) == 1 else pairs_of(wanted)))
        case And(parts):
            known = [needed for part in parts if (needed := necessary(part, fold))]
            return " & ".join(f"({needed})" for needed in known) or None
        case Or(parts):
            either = [necessary(part, fold) for part in parts]
            return None if None in either else " | ".join(f"({needed})" for needed in either)
    return None


def pairs_of(text: str) -> list[str]:
    """The different pairs of a text."""
    return list(dict.fromkeys(text[at : at + 2] for at in range(len(text) - 1)))


def _wanted(text: str, fold: Fold) -> str:
    wanted = moved(text, fold)
    if not wanted:
        raise QueryError("query", text[:20], "holds no character to look for")
    return wanted
