"""Odd content that cleaning marks but cannot undo: names overwritten by betting brands, characters that were lost."""

from __future__ import annotations

from functools import cache

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
    return tuple(
        Issue(str(rule.gives["code"]), "warning", str(rule.gives["message"]), str(rule.gives["hint"]), Span(*match.span()))
        for rule in rules()
        if "needs" not in rule.gives or any(word in text for word in rule.gives["needs"])
        for match in rule.spans(text)
    )
