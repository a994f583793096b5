"""The language of queries: terms, "…", AND, OR, NOT, brackets; parsed to a tree that every database is asked with.

Terms beside each other must all occur, which AND says too; OR binds weaker, NOT stronger. The words count in capitals only,
and inside "…" nothing but the text counts. Brackets group when white space stands between them: `(隐患 OR 事故) NOT 演练`;
`(一)` is text like other text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from policymine.errors import TableError

LONGEST_QUERY = 500
"""Characters of a query; directives are shorter than that."""
DEEPEST = 20
OPERATORS = ("AND", "OR", "NOT")
WORD = re.compile(r'[^\s"]+')


class QueryError(TableError):
    """A query, filter or cursor that cannot be used; names what is wrong with it."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Term:
    """A stretch of text that must occur."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of it must be."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of it must be."""

    parts: tuple[Node, ...]


Node = Term | Not | And | Or


class _Token(NamedTuple):
    kind: str
    text: str


def parse(query: str) -> Node | None:
    """The tree of a query; None for an empty one.

    Raises:
        QueryError: too long, a quote or bracket left open, an operator without its term, no character to look for.

    >>> parse('隐患 "安全 生产" NOT 演练')
    And(parts=(Term(text='隐患'), Term(text='安全 生产'), Not(part=Term(text='演练'))))
    >>> parse("(一)加强 OR 月底前")
    Or(parts=(Term(text='(一)加强'), Term(text='月底前')))
    """
    if len(query) > LONGEST_QUERY:
        raise QueryError("query", f"{len(query)} characters", f"shorten it to {LONGEST_QUERY} characters")
    if not query.strip():
        return None
    reader = _Reader(list(_tokens(query.replace("＂", '"'))))
    tree = reader.alternatives(0)
    if reader.at < len(reader.tokens):
        raise QueryError("query", ")", "closes a bracket that is not open; put it in quotes to look for it")
    return tree


def terms(tree: Node | None) -> tuple[str, ...]:
    """The texts that hits may show: those that are not under a NOT.

    >>> terms(parse("隐患 OR 事故 NOT 演练"))
    ('隐患', '事故')
    """
    match tree:
        case Term(text):
            return (text,)
        case And(parts) | Or(parts):
            return tuple(dict.fromkeys(term for part in parts for term in terms(part)))
    return ()


def holds(tree: Node | None, occurs: Callable[[str], bool]) -> bool:
    """Whether a tree is true of a text, of which `occurs` tells whether it contains a term.

    >>> holds(parse("隐患 NOT (演练 OR 培训)"), "隐患排查培训".__contains__)
    False
    """
    match tree:
        case Term(text):
            return occurs(text)
        case Not(part):
            return not holds(part, occurs)
        case And(parts):
            return all(holds(part, occurs) for part in parts)
        case Or(parts):
            return any(holds(part, occurs) for part in parts)
    return True


def _tokens(query: str) -> Iterator[_Token]:
    """Quoted texts, words, operators and the brackets that group."""
    at, opened = 0, 0
    while at < len(query):
        sign = query[at]
        if sign.isspace():
            at += 1
        elif sign == '"':
            end = query.find('"', at + 1)
            if end < 0:
                raise QueryError("query", query[at : at + 20], 'has a quote that is not closed; write "…" around the text')
            if not query[at + 1 : end].strip():
                raise QueryError("query", '""', "holds no character to look for")
            yield _Token("term", query[at + 1 : end])
            at = end + 1
        elif sign == "(" and _groups(query, at):
            opened += 1
            yield _Token("(", sign)
            at += 1
        elif sign == ")" and opened:
            opened -= 1
            yield _Token(")", sign)
            at += 1
        else:
            found = WORD.match(query, at)
            assert found is not None
            word = found[0]
            while opened and word.endswith(")") and word.count(")") > word.count("("):
                word = word[:-1]
            yield _Token(word if word in OPERATORS else "term", word)
            at += len(word)


def _groups(query: str, start: int) -> bool:
    """Whether the bracket at `start` groups: white space or a quote stands between it and its partner."""
    depth, quoted = 0, False
    for at in range(start, len(query)):
        sign = query[at]
        if sign == '"':
            quoted = not quoted
        elif not quoted:
            depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return any(inner.isspace() or inner == '"' for inner in query[start:at])
    if re.search(r"\s(?:AND|OR|NOT)\s", query[start:]):
        raise QueryError("query", query[start : start + 20], "has a bracket that is not closed; close it, or quote it")
    return False


class _Reader:
    """Reads tokens by descent, weakest binding first."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at = tokens, 0

    def _kind(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def alternatives(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise QueryError("query", f"{depth} brackets", f"nests deeper than {DEEPEST}; write it flatter")
        parts = [self._all(depth)]
        while self._kind() == "OR":
            self.at += 1
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self._kind() in ("AND", "NOT", "term", "("):
            self.at += self._kind() == "AND"
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Node:
        kind = self._kind()
        self.at += 1
        if kind == "NOT":
            if self._kind() == "NOT":
                raise QueryError("query", "NOT NOT", "denies twice; leave both out")
            return Not(self._one(depth))
        if kind == "(":
            inside = self.alternatives(depth + 1)
            if self._kind() != ")":
                raise QueryError("query", "(", "has a bracket that is not closed; close it, or quote it")
            self.at += 1
            return inside
        if kind == "term":
            return Term(self.tokens[self.at - 1].text)
        before = self.tokens[self.at - 2].text if self.at > 1 else "the query"
        raise QueryError("query", f"after {before}", "a term is missing; quote AND, OR and NOT to look for these words")
