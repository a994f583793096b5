"""Odd content that cleaning marks but cannot undo: names overwritten by betting brands, characters that were lost."""

from __future__ import annotations

from functools import cache

from policymine.model import Issue
from policymine.rules import RuleSet, load
from policymine.text import Span
from policymine.text.prefilter import Scanner


@cache
def rules() -> RuleSet:
    """The rules of oddities.toml."""
    return load("policymine.cleaning", "oddities")


@cache
def _scanner() -> Scanner:
    return Scanner([rule.find for rule in rules()])


def find_oddities(text: str) -> tuple[Issue, ...]:
    """What a person should look at in a clean text.

    >>> [(issue.code, issue.where) for issue in find_oddities("由BetOne体育应急管理局印发")]
    [('entity_overwritten', Span(start=1, end=9))]
    """
    found = _scanner().matches(text)
    return tuple(
        Issue(str(rule.gives["code"]), "warning", str(rule.gives["message"]), str(rule.gives["hint"]), Span(*match.span()))
        for number, rule in enumerate(rules() if found else ())
        for match in found.get(number, ())
    )
