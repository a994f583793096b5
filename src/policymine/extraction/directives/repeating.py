"""What papers of no official kind repeat as binding: explanations, answers, reports without a title.

Most of what such a paper says tells of another one: how it came about, what its chapters are about, why it matters. What
orders all the same is what the model is sure of. An advert, an essay or a story repeats nothing.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Final

from policymine import rules
from policymine.extraction.directives.scanning import PACKAGE
from policymine.text.span import Span

SURE_CHANCE, LIKELY_CHANCE = 0.9, 0.8
"""The chances from which an order counts there; among tasks the second is enough."""
LEAST_CHANCE: Final = 0.7
"""What all clauses of such an order together have to reach."""
LEAST_NAMED: Final = 2
"""So often speaks of public offices and their papers a text that explains them or reports what they do."""


@cache
def _written(name: str) -> re.Pattern[str]:
    return re.compile(rules.load(PACKAGE, "directives").lexicons["official"][name])


def is_official(text: str) -> bool:
    """Whether a text speaks of public offices and their papers.

    >>> is_official("《清溪县停车管理办法》由县人民政府印发。"), is_official("《家常菜》一书由云河出版社出版。")
    (True, False)
    """
    return len(list(islice(_written("named").finditer(text), LEAST_NAMED))) == LEAST_NAMED


def is_repeated(text: str, span: Span, *, chance: float, best: float, role: str) -> bool:
    """Whether what a model marks off in such a text is repeated as binding.

    Args:
        text: the document.
        span: what was marked off.
        chance: how likely all its clauses together order something.
        best: how likely the clause does that decides: the likeliest one where a word of duty stands, else all together.
        role: the role of the passage (sections.py).

    >>> text = "《办法》明确了各方职责。经营者应当备案。"
    >>> [is_repeated(text, Span(*at), chance=0.95, best=0.95, role="") for at in ((4, 11), (12, 19))]
    [False, True]
    """
    least = LIKELY_CHANCE if role == "deployment" else SURE_CHANCE
    return best >= least and chance >= LEAST_CHANCE and _written("told").match(text, span.start, span.end) is None
