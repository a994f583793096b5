"""What a facet says of a requirement and a profile: true, false or unknown, with its evidence."""

from __future__ import annotations

from typing import Literal, NamedTuple

Facet = Literal["地域", "层级", "机构", "行业", "岗位", "场所", "条件", "时段"]
FACETS: tuple[Facet, ...] = ("地域", "层级", "机构", "行业", "岗位", "场所", "条件", "时段")
Answer = Literal["适用", "不适用", "有条件适用", "待确认"]
ANSWERS: tuple[Answer, ...] = ("适用", "不适用", "有条件适用", "待确认")
Truth = bool | None


class Quote(NamedTuple):
    """A stretch of the paper; `start` and `end` are clean offsets of its document, None where the text is not its own."""

    text: str
    start: int | None = None
    end: int | None = None


class Verdict(NamedTuple):
    """What one facet says: `rule` tells why (verdicts.toml has its sentence), `key` and `ours` the fact of the profile."""

    facet: Facet
    value: Truth
    rule: str
    quote: Quote | None = None
    key: str | None = None
    ours: str | None = None


def conjunction(values: tuple[Truth, ...]) -> Truth:
    """Kleene's AND: false where one is false, else unknown where one is unknown.

    >>> conjunction((True, None)), conjunction((None, False)), conjunction(())
    (None, False, True)
    """
    if False in values:
        return False
    return None if None in values else True


def disjunction(values: tuple[Truth, ...]) -> Truth:
    """Kleene's OR.

    >>> disjunction((False, None)), disjunction((None, True)), disjunction(())
    (None, True, False)
    """
    if True in values:
        return True
    return None if None in values else False
