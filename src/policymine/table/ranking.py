"""Putting hits in the order of how much they say of the terms, the same in every database."""

from __future__ import annotations

import math
from collections.abc import Sequence

import sqlalchemy as sa

from policymine.table.bigrams import Fold
from policymine.table.schema import Snapshot, directives

RANK_CAP = 2_000
"""So many of the newest hits are ranked; older ones are found newest first only. Says so in `Hits.ranked_among`."""
SATURATION, LENGTH = 1.2, 0.75
"""The two constants of BM25."""


def ranked(now: Snapshot, serials: Sequence[int], *, wanted: Sequence[str], fold: Fold) -> list[int]:
    """The serials with the best ones first; among equals the newest.

    BM25 over the hits themselves: a term counts more the rarer it is among them, the oftener it stands in a directive and the
    shorter that is; directives with a duty somebody can check come before mere exhortation.
    """
    c = directives.c
    found: dict[int, tuple[str, bool]] = {}
    for start in range(0, len(serials), 500):
        query = sa.select(c.serial, c.text, c.operational).where(c.serial.in_(serials[start : start + 500]))
        found.update({serial: (fold(text), operational) for serial, text, operational in now.connection.execute(query)})
    terms = [fold(term) for term in wanted]
    counts = {serial: [text.count(term) for term in terms] for serial, (text, _) in found.items()}
    weights = [_rarity(sum(1 for each in counts.values() if each[at]), len(counts)) for at in range(len(terms))]
    mean = sum(len(text) for text, _ in found.values()) / max(len(found), 1)

    def score(serial: int) -> tuple[float, int]:
        text, operational = found[serial]
        spread = SATURATION * (1 - LENGTH + LENGTH * len(text) / mean)
        says = sum(w * n * (SATURATION + 1) / (n + spread) for w, n in zip(weights, counts[serial], strict=True))
        return (round(says * (1.2 if operational else 1.0), 9), serial)

    return sorted(serials, key=score, reverse=True)


def _rarity(holding: int, total: int) -> float:
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))
