"""How far two coders agree: percent, Cohen's κ, Krippendorff's α with a bootstrap interval, confusion; by stratum."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from policymine.errors import AnnotationError
from policymine.research.coding import FIELDS, ORDINAL, Item
from policymine.research.frames import require

Codes = Mapping[str, Mapping[str, str | None]]
BOOTSTRAPS = 1_000


class Agreement(NamedTuple):
    """Agreement on one field, over the items that both coded.

    `kappa` and `alpha` are None where they are not defined: nothing was coded, or everything alike in one category. `interval`
    is the 95 % percentile interval of α over resampled items. `confusion` counts pairs (first coder, second coder).
    """

    field: str
    stratum: str
    items: int
    percent: float | None
    kappa: float | None
    alpha: float | None
    interval: tuple[float, float] | None
    confusion: tuple[tuple[str, str, int], ...]


def agreement(
    first: Codes, second: Codes, *, items: Sequence[Item], seed: int, bootstraps: int = BOOTSTRAPS
) -> list[Agreement]:
    """Agreement on every field, over all items and then by stratum.

    Args:
        first: codes by row id.
        second: codes by row id.
        items: the sample that both coded.
        seed: of the resampling.
        bootstraps: how often to resample.

    Raises:
        AnnotationError: a coder's rows are not those of the sample, or the two share none.
    """
    known = {item.id for item in items}
    for codes in (first, second):
        if strange := sorted(set(codes) - known):
            raise AnnotationError(
                strange[0], "", "is coded but not in the sample; give the sample that the code files came from"
            )
    if not set(first) & set(second):
        raise AnnotationError("agreement", "", "the two files share no row; give two files of one sample")
    strata = {"all": list(items)}
    for item in items:
        strata.setdefault(item.stratum, []).append(item)
    if len(strata) == 2:
        strata = {"all": list(items)}
    found = []
    for stratum, members in strata.items():
        for field in FIELDS:
            pairs = [(first[i.id][field], second[i.id][field]) for i in members if i.id in first and i.id in second]
            told = (
                _agreement(field, stratum, [(a, b) for a, b in pairs if a and b], seed=seed, bootstraps=bootstraps)
            )  # fmt: skip
            found.append(told)
    return found


def _agreement(field: str, stratum: str, pairs: Sequence[tuple[str, str]], *, seed: int, bootstraps: int) -> Agreement:
    if not pairs:
        return Agreement(field, stratum, 0, None, None, None, None, ())
    counted = tuple((a, b, count) for (a, b), count in sorted(Counter(pairs).items()))
    alpha = _alpha(pairs, field)
    interval = None
    if alpha is not None and len(pairs) > 1 and bootstraps:
        chance = random.Random(f"{seed}/{field}/{stratum}")
        drawn = (_alpha(chance.choices(pairs, k=len(pairs)), field) for _ in range(bootstraps))
        known = sorted(1.0 if value is None else value for value in drawn)  # a draw of one category: all agree
        interval = (known[int(0.025 * len(known))], known[min(int(0.975 * len(known)), len(known) - 1)])
    percent = sum(a == b for a, b in pairs) / len(pairs)
    return Agreement(field, stratum, len(pairs), percent, cohen_kappa(pairs), alpha, interval, counted)


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's κ of two coders; None when chance alone explains all agreement.

    >>> round(cohen_kappa([("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15), 6)
    0.4
    """
    total = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    by_chance = sum(first[code] * second[code] for code in first) / total**2
    if by_chance == 1:
        return None
    return (sum(a == b for a, b in pairs) / total - by_chance) / (1 - by_chance)


def _alpha(pairs: Sequence[tuple[str, str]], field: str) -> float | None:
    """Krippendorff's α, ordinal for grades and nominal for the rest; None when there is one category only."""
    codes = FIELDS[field]
    if len({code for pair in pairs for code in pair}) < 2:
        return None
    counts = require("numpy").array([[pair.count(code) for code in codes] for pair in pairs])
    level = "ordinal" if field in ORDINAL else "nominal"
    value = require("krippendorff").alpha(value_counts=counts, value_domain=range(len(codes)), level_of_measurement=level)
    return float(value)
