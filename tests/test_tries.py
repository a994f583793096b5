"""What `tries` leaves out never hides a match: in clauses of every third annotated paper, and in cut and odd texts."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from policymine.extraction.directives.clauses import read
from policymine.extraction.directives.tries import OWN, TRIED, bit, may, patterns
from policymine.text.outline import outline

GOLD = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "corpora/gold").glob("*.txt"))]
WRITTEN = {name: re.compile(pattern) for name, pattern in patterns()}


def stretches() -> Iterator[tuple[str, list[int], list[int]]]:
    """The clauses of papers as they are read, then stretches cut anywhere, between odd characters."""
    for text in GOLD[::3]:
        clauses = [clause for sentence in read(text, outline(text)) for clause in sentence.clauses]
        yield text, [clause.start for clause in clauses], [clause.end for clause in clauses]
    source = random.Random(1)
    for text in GOLD[::10]:
        whole = text[source.randrange(len(text)) :] + source.choice(("", "\U0001d7d7", "\ud800", "\x00", "١")) + text
        cuts = sorted(source.sample(range(len(whole)), 60))
        yield whole, cuts[:-1], cuts[1:]


@pytest.mark.parametrize("name", [*TRIED, *OWN])
def test_no_match_is_left_out(name: str) -> None:
    pattern, own, matched, spared = WRITTEN[name], bit(name), 0, 0
    for text, starts, ends in stretches():
        for start, end, possible in zip(starts, ends, may(text, starts, ends), strict=True):
            found = pattern.search(text, start, end) is not None
            assert not found or possible & own, text[start:end]
            matched += found
            spared += not possible & own
    assert matched, "the papers hold nothing that the pattern matches"
    assert spared, "the bit is set everywhere: it tells nothing"
