"""Pages that are none: challenges, logins, shells for a browser, "not found" with status 200. Rules: refusals.toml."""

from __future__ import annotations

import re
from typing import NamedTuple

from policymine.rules import load

LONGEST = 60_000
"""Longer pages are never mere notices."""
MARKUP = re.compile(r"(?is)<!--.*?-->|<(script|style|noscript|title)\b.*?</\1\s*>|<[^>]*>|&\w{1,8};")
SPACE = re.compile(r"\s+")


class Refusal(NamedTuple):
    """Why a page is no paper: the code for counting, and a sentence with the cure."""

    code: str
    message: str


def refusal_of(body: bytes, *, charset: str | None) -> Refusal | None:
    """What a page is instead of a paper; None when it may well be one.

    >>> refusal_of("<title>提示</title><p>请登录后查看</p>".encode(), charset="utf-8").code
    'login'
    >>> refusal_of(("<p>" + "各镇要落实责任。" * 90 + "请登录后查看附件</p>").encode(), charset="utf-8") is None
    True
    """
    if len(body) > LONGEST:
        return None
    text = decoded(body, charset)
    shown: int | None = None
    for rule in load("policymine.sources", "refusals"):
        found = rule.find.search(text)
        if found is None:
            continue
        if shown is None:
            shown = len(SPACE.sub("", MARKUP.sub("", text)))
        if shown < rule.gives["below"]:
            return Refusal(rule.gives["code"], f"{rule.gives['cure']} ({' '.join(found[0].split())[:60]!r})")
    return None


def decoded(body: bytes, charset: str | None) -> str:
    """A quick reading of a page, good enough to look for words: as declared, as UTF-8, else as GB 18030."""
    for name in (charset, "utf-8"):
        if name:
            try:
                return body.decode(name)
            except (LookupError, UnicodeDecodeError):
                continue
    return body.decode("gb18030", "replace")
