"""Odd content that cleaning marks but cannot undo: names overwritten by betting brands, characters that were lost."""

from __future__ import annotations

from functools import cache

from policymine.cleaning.sieve import in_clean
from policymine.model import Issue
from policymine.rules import RuleSet, load
from policymine.text import Span


@cache
def rules() -> RuleSet:
    """The rules of oddities.toml."""
    return load("policymine.cleaning", "oddities")


def find_oddities(text: str) -> tuple[Issue, ...]:
    """What a person should look at in a clean text.

    >>> [(issue.code, issue.where) for issue in find_oddities("由BetOne体育应急管理局印发")]
    [('entity_overwritten', Span(start=1, end=9))]
    """
    found = in_clean(text)
    return tuple(
        Issue(str(rule.gives["code"]), "warning", str(rule.gives["message"]), str(rule.gives["hint"]), Span(*match.span()))
        for rule in (rules() if found else ())
        for match in found.get(rule.id, ())
    )
