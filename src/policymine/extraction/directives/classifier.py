"""The linear models of this floor: weights that `training` learned from corpora/gold, judged in batches.

A model file holds a scikit-learn LogisticRegression stored by skops and its vocabulary as JSON; loading refuses any type that
skops does not know as safe. models/model_card.md says what they were trained on and what they can't do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import chain
from math import exp, log
from typing import Any, Final

import numpy as np

from policymine.errors import RuleError
from policymine.extraction.directives.codes import NAME
from policymine.extraction.directives.signs import Sign, expand, expand_groups
from policymine.extraction.directives.weight_tables import Numbers, Weights, WeightTable, weight_tables
from policymine.text.joining import joined
from policymine.text.points import points_of

MOST_SIGNS: Final = 200_000
"""Signs whose weight is kept; with more the memory starts anew."""
STRONG: Final = 0.5
"""Weight (in log odds) from which a feature is likely to be among the five reasons."""
_Reason = tuple[float, tuple[str, float]]
"""How a feature is sorted among others, and the feature with its weight."""
KINDS: Final = (1 << NAME) - 1
"""Where in a packed sign its kind stands."""
FOLDER: Final = "policymine.extraction.models"
STAY, SWITCH_ON, SWITCH_OFF = 0.0, 0.5, 2.0
"""Costs (in log odds) of going on, of an order that starts inside a sentence, and of a report that follows an order in it."""
UNDECIDED: Final = 0.5
"""The chance on either side of which the clauses of a sentence need no weighing against each other."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of readable features; `judge` gives the chance of the positive class.

    >>> model = LinearModel({"leadin": 2.0, "tone=fact": -3.0}, bias=-1.0)
    >>> [round(p, 2) for p in model.judge([[("leadin", "must", "none")], ["tone=fact", "unknown"]])]
    [0.73, 0.02]
    """

    weights: dict[str, float]
    bias: float
    weighed: dict[Sign, float] = field(init=False, compare=False, repr=False, default_factory=dict)
    strongest: dict[Sign, list[_Reason]] = field(init=False, compare=False, repr=False, default_factory=dict)

    tables: dict[int, list[WeightTable]] = field(init=False, compare=False, repr=False, default_factory=dict)

    def judge(self, rows: Sequence[Sequence[Sign]]) -> list[float]:
        """The chance of each row of distinct signs; features that the model does not know weigh nothing."""
        return [chance(self.bias + self.weigh(row)) for row in rows]

    def leans(self, row: Sequence[Sign]) -> bool:
        """Whether the chance of a row is better than even."""
        return self.bias + self.weigh(row) > 0.0

    def weigh(self, row: Sequence[Sign]) -> float:
        """What the signs of a row weigh together; each is spelled out only the first time it is asked for."""
        try:
            return sum(map(self.weighed.__getitem__, row))
        except KeyError:
            self._learn(row)
            return sum(map(self.weighed.__getitem__, row))

    def each(self, signs: Sequence[Sign]) -> list[float]:
        """What each of many signs weighs."""
        try:
            return list(map(self.weighed.__getitem__, signs))
        except KeyError:
            self._learn(signs)
            return list(map(self.weighed.__getitem__, signs))

    def column(self, signs: Numbers) -> Weights | list[float]:
        """What each of many packed signs of one kind weighs."""
        kind = int(signs[0]) & KINDS
        tables = self.tables.get(kind)
        if tables is None:
            tables = self.tables[kind] = weight_tables(kind, self.weights)
        if not tables:
            return self.each(signs.tolist())
        whole = tables[0].weights(signs)
        for table in tables[1:]:
            whole += table.weights(signs)
        if np.isnan(whole.sum()):
            for table in tables:
                table.learn(signs)
            return self.column(signs)
        return whole

    def _learn(self, row: Sequence[Sign]) -> None:
        """Notes what signs weigh, and which of their features are strong enough to be among the first few of most rows."""
        if len(self.weighed) >= MOST_SIGNS:
            self.strongest.clear()
            self.weighed.clear()
        for sign in row:
            if sign not in self.weighed:  # told last: another thread that finds it finds the other, too
                self.strongest[sign] = [reason for reason in _reasons(sign, self.weights) if reason[0] <= -STRONG]
                self.weighed[sign] = sum([self.weights.get(feature, 0.0) for feature in expand(sign)])

    def judge_plain(self, row: Sequence[Sign], plain: Iterable[str], *, pairs: float = 0.0) -> float:
        """The chance of a row of signs, a set of plain features besides, and what the pairs of characters weigh."""
        return chance(self.bias + self.weigh(row) + sum(filter(None, map(self.weights.get, plain))) + pairs)

    def reasons(self, row: Sequence[Sign], most: int = 5) -> tuple[tuple[str, float], ...]:
        """The features that weighed most, strongest first, one for each group of a sign's templates."""
        try:
            found = sorted(chain.from_iterable(map(self.strongest.__getitem__, row)))
        except KeyError:
            self._learn(row)
            return self.reasons(row, most)
        if len(found) < most:
            found = sorted([reason for sign in row for reason in _reasons(sign, self.weights)])
        return tuple([reason for _, reason in found[:most]])


class Pairs:
    """The features of a model that are two neighbouring characters, found in many stretches at once.

    >>> Pairs({"台账": 1.5, "上报": 0.5, "leadin": 9.0}).weights(["建台账，报台账", "报台账，上报", "建台"])
    [1.5, 2.0, 0.0]
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        known = {name: weight for name, weight in weights.items() if len(name) == 2 and max(name) < "\U00010000"}
        letters = {letter: number for number, letter in enumerate(sorted({c for name in known for c in name}), 1)}
        self._classes = np.zeros(0x10001, dtype=np.uint16)
        self._classes[[ord(letter) for letter in letters]] = list(letters.values())
        self._width = len(letters) + 1
        self._numbers = np.zeros(self._width * self._width, dtype=np.uint16)
        self._numbers[[letters[name[0]] * self._width + letters[name[1]] for name in known]] = np.arange(1, len(known) + 1)
        self._weights = np.array([0.0, *known.values()])

    def weights(self, stretches: Sequence[str]) -> list[float]:
        """What the pairs of each of some stretches of text weigh together, each counted once."""
        every = joined(tuple(stretches))
        classes = self._classes.take(points_of.__wrapped__(every.text), mode="clip").astype(np.intp)
        numbers = self._numbers.take(classes[:-1] * self._width + classes[1:])
        places = numbers.nonzero()[0]
        firsts, lasts = places.searchsorted(every.starts).tolist(), places.searchsorted(every.ends).tolist()
        found = numbers[places]
        known, weighed = found.tolist(), self._weights[found].tolist()
        return [
            sum(dict(zip(known[first:last], weighed[first:last], strict=True)).values(), 0.0)
            for first, last in zip(firsts, lasts, strict=True)
        ]


def _reasons(sign: Sign, weights: dict[str, float]) -> list[_Reason]:
    """The feature of each group of a sign that weighs most, as they are sorted."""
    names = [max(group, key=lambda feature: abs(weights.get(feature, 0.0))) for group in expand_groups(sign)]
    rounded = [round(weights.get(name, 0.0), 3) for name in names]
    return [(-abs(weight), (name, weight)) for name, weight in zip(names, rounded, strict=True)]


def chance(odds: float) -> float:
    """The chance that log odds stand for."""
    return 1.0 / (1.0 + exp(-odds)) if -60.0 < odds < 60.0 else 1.0 / (1.0 + exp(-60.0 if odds > 0 else 60.0))


def chances(odds: Weights) -> Weights:
    """The same for many at once.

    >>> chances(np.array([0.0, 2.0, -900.0])).round(3).tolist(), round(chance(2.0), 3)
    ([0.5, 0.881, 0.0], 0.881)
    """
    likely: Weights = 1.0 / (1.0 + np.exp(-odds.clip(-60.0, 60.0)))
    return likely


@cache
def pairs(name: str) -> Pairs:
    """The pairs of characters that the model called `name` weighs."""
    return Pairs(model(name).weights)


@cache
def model(name: str) -> LinearModel:
    """The model called `name`: `directive` or `operational`.

    Raises:
        RuleError: its file is missing, holds types that are not safe to load or weights that are no numbers, or does not fit
            its vocabulary.
    """
    from skops import io

    folder = files(FOLDER)
    try:
        stored = folder.joinpath(f"{name}.skops").read_bytes()
        vocabulary: list[str] = json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))["features"]
    except OSError as problem:
        raise RuleError(f"{name}.skops", str(problem), "train it: policymine train") from problem
    if unsafe := io.get_untrusted_types(data=stored):
        raise RuleError(f"{name}.skops", f"holds the types {unsafe}", "load only models that policymine train wrote")
    learned: Any = io.loads(stored)
    coefficients = learned.coef_[0]
    if len(coefficients) != len(vocabulary):
        raise RuleError(f"{name}.skops", f"{len(coefficients)} weights, {len(vocabulary)} features", "train it anew")
    if not np.isfinite([*coefficients, *learned.intercept_]).all():
        raise RuleError(f"{name}.skops", "holds a weight that is no finite number", "train it anew")
    return LinearModel(dict(zip(vocabulary, map(float, coefficients), strict=True)), float(learned.intercept_[0]))


def smooth(chances: Sequence[float]) -> list[bool]:
    """Which clauses of a sentence belong to directives: the best path through the clauses at the costs above.

    >>> smooth([0.1, 0.9, 0.45, 0.8])
    [False, True, True, True]
    """
    if max(chances, default=0.0) < UNDECIDED:
        return [False] * len(chances)
    if min(chances) > UNDECIDED:
        return [True] * len(chances)
    off, on = 0.0, 0.0
    steps: list[tuple[bool, bool]] = []
    for index, chance in enumerate(chances):
        safe = min(max(chance, 1e-9), 1 - 1e-9)
        odds = log(safe / (1 - safe))
        if index == 0:
            off, on = 0.0, odds
            steps.append((False, True))
            continue
        to_off = off if off >= on - SWITCH_OFF else on - SWITCH_OFF
        from_on_off = off < on - SWITCH_OFF
        to_on = on if on >= off - SWITCH_ON else off - SWITCH_ON
        from_on_on = on >= off - SWITCH_ON
        steps.append((from_on_off, from_on_on))
        off, on = to_off, to_on + odds
    state = on > off
    path = []
    for was_on_off, was_on_on in reversed(steps):
        path.append(state)
        state = was_on_on if state else was_on_off
    return path[::-1]
