"""Notes of who is responsible (（责任单位：县发改局）, （县应急局牵头，各镇配合）): where they stand and whom they name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from policymine import rules
from policymine.extraction.directives.bodies import kind_of
from policymine.extraction.directives.listing import members
from policymine.extraction.directives.naming import FIELDS
from policymine.extraction.directives.scanning import PACKAGE
from policymine.extraction.directives.sharing import bearer
from policymine.model import Bearer, BearerRole
from policymine.text.remembering import remembered
from policymine.text.span import Span

AND: Final = ("与", "和", "及")
SHORTEST: Final = 3
"""Characters of a name that is complete whatever it ends with."""


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """How notes are written: the patterns of notes.toml."""
    written: dict[str, str] = rules.load(PACKAGE, "notes").lexicons["patterns"]
    return {name: re.compile(pattern) for name, pattern in written.items()}


@remembered
def spans(text: str) -> tuple[tuple[Span, Span], ...]:
    """Where the notes of a text stand, with what each holds inside.

    >>> t = "排查一次。（县应急局牵头，各镇配合）再查（含夜间）。"
    >>> [inside.of(t) for _, inside in spans(t)]
    ['县应急局牵头，各镇配合']
    """
    return tuple(sorted(_spans(text)))


def _spans(text: str) -> Iterator[tuple[Span, Span]]:
    known = patterns()
    for match in known["bracket"].finditer(text):
        inside = Span(*match.span("inside"))
        if known["heading"].search(text, *inside) is None and (
            known["duty"].search(text, *inside) is None or known["says"].search(text, *inside) is not None
        ):
            continue
        if known["other"].search(text, *inside) is None and known["aside"].match(text, *inside) is None:
            yield Span(*match.span()), inside
    for match in known["line"].finditer(text):
        yield Span(*match.span()), Span(*match.span("inside"))


def named_by(text: str, inside: Span) -> tuple[Bearer, ...]:
    """Whom a note names, each in the role that the words around it give.

    >>> t = "牵头单位：县发改局；配合单位：县财政局、各镇"
    >>> [(b.text, b.role) for b in named_by(t, Span(0, len(t)))]
    [('县发改局', 'lead'), ('县财政局', 'support'), ('各镇', 'support')]
    """
    known, found = patterns(), list[Bearer]()
    for start, end in _parts(text, inside):
        told = known["told"].match(text, start, end)
        if told is None and known["remark"].match(text, start, end) is not None:
            continue
        low = told.end() if told is not None else start
        back = known["back"].search(text, low, end)
        high = back.start() if back is not None else end
        said = (told[0] if told is not None else "") + text[high:end]
        at = low
        for join in [*known["joins"].finditer(text, low, high), None]:
            found += _listed(text, at, join.start() if join is not None else high, role=_role(said))
            at = join.end() if join is not None else high
    return tuple(found) if any(kind_of(one.text) or known["body"].search(one.text) for one in found) else ()


def _parts(text: str, inside: Span) -> Iterator[tuple[int, int]]:
    at = inside.start
    for mark in patterns()["part"].finditer(text, *inside):
        yield at, mark.start()
        at = mark.end()
    yield at, inside.end


def _role(said: str) -> BearerRole:
    if "牵头" in said:
        return "lead"
    return "support" if "配合" in said or "协助" in said or "协同" in said or "协办" in said else "responsible"


def _listed(text: str, start: int, end: int, *, role: BearerRole) -> Iterator[Bearer]:
    """The members of a list, without the words around them; kept whole where fields of work share their last word."""
    known = patterns()
    front = known["front"].match(text, start, end)
    start = front.end() if front is not None else start
    back = known["back"].search(text, start, end)
    end = back.start() if back is not None else end
    if end - start < 2:
        return
    others = known["others"].search(text, start, end)
    whole = Span(start, others.start() if others is not None else end)
    names = members(text, whole)
    names = names if len(names) > 1 else members(text, whole, loose=True)
    if len(names) > 1 and not all(map(_complete, (name.of(text) for name in names))) and (others or kind_of(text[start:end])):
        names = (Span(start, end),)
    for name in _joined(text, names):
        own = known["own"].search(text, *name)
        if own is not None and own.start() > name.start:
            yield bearer(text, Span(name.start, own.start()), _role(own["role"].replace("主责", "牵头")), explicit=False)
            continue
        part = known["share"].search(text, *name)
        name = Span(name.start, part.start()) if part is not None and part.start() > name.start else name
        if name.length > 1 and known["remark"].match(text, *name) is None:
            yield bearer(text, name, role, explicit=False)


def _joined(text: str, names: Sequence[Span]) -> Iterator[Span]:
    """The names of a list without 等部门 behind one of them; 专业技术人员与职称管理处 is one."""
    ahead: Span | None = None
    for name in names:
        whole = Span(ahead.start, name.end) if ahead is not None and text[ahead.end : name.start] in AND else name
        if ahead is not None and whole is name:
            yield ahead
        ahead = whole if kind_of(whole.of(text)) == "person" else None
        if ahead is None:
            others = patterns()["others"].search(text, *whole) if len(names) > 1 else None
            yield Span(whole.start, others.start()) if others is not None and others.start() > whole.start + 1 else whole
    if ahead is not None:
        yield ahead


def _complete(name: str) -> bool:
    return name not in FIELDS and (len(name) >= SHORTEST or kind_of(name) != "")
