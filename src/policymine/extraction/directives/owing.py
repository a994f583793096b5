"""What orders by where it stands: the items of a list of duties, the call to carry out a paper that is handed down."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import Final

from policymine import rules
from policymine.extraction.directives.charging import NO_FLOOR, SURE
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.scanning import PACKAGE
from policymine.extraction.directives.sections import Place

CLAUSED: Final = ("；", ";")
LONGEST_LEAD: Final = 40
"""Characters at the end of a sentence that introduces duties in which it says so."""


@cache
def _owing() -> dict[str, re.Pattern[str]]:
    written: dict[str, str] = rules.load(PACKAGE, "directives").lexicons["owed"]
    return {name: re.compile(pattern) for name, pattern in written.items()}


def is_owed_act(text: str, sentence: Sentence, place: Place, read: Sequence[Sentence]) -> bool:
    """Whether a sentence is an item of a list of duties (履行下列职责：…) and all that its item says.

    >>> from policymine.extraction.directives.clauses import read
    >>> from policymine.extraction.directives.sections import places
    >>> from policymine.text.outline import outline
    >>> def owed(text):
    ...     items = outline(text)
    ...     sentences = read(text, items)
    ...     return [is_owed_act(text, s, p, sentences) for s, p in zip(sentences, places(text, sentences, items))]
    >>> owed("站长履行下列职责：（一）检查设备；（二）保管档案。"), owed("申请条件：（一）有场地；（二）有设备。")
    ([False, True, True], [False, False, False])
    """
    spelled_out = place.headline and sentence.closing not in CLAUSED
    if place.introduced < 0 or not sentence.label or spelled_out or text[sentence.end - 1] == "的":
        return False
    by, owing = read[place.introduced], _owing()
    if owing["not"].search(text, by.start, by.end) is not None:
        return False
    if owing["other"].match(text, sentence.start, sentence.end) is not None:
        return False
    return owing["norm" if place.article else "duty"].search(text, max(by.start, by.end - LONGEST_LEAD), by.end) is not None


def handed_down(text: str, sentences: Sequence[Sentence]) -> dict[int, list[float]]:
    """The log odds that the clauses have at least which order a paper to be carried out: 现印发给你们，请认真执行.

    >>> from policymine.extraction.directives.clauses import read
    >>> from policymine.text.outline import outline
    >>> text = "《办法》现印发给你们，请认真执行。"
    >>> {number: [least == SURE for least in odds] for number, odds in handed_down(text, read(text, outline(text))).items()}
    {0: [False, True]}
    """
    starts, found = [sentence.start for sentence in sentences], {}
    for match in _owing()["handed"].finditer(text):
        number = bisect_right(starts, match.start("at")) - 1
        if number >= 0:
            low, high = match.span("at")
            found[number] = [SURE if low <= clause.start < high else NO_FLOOR for clause in sentences[number].clauses]
    return found
