"""Lines beside the running text that no rule knows: a linear model judges them by their characters, place and neighbours.

Rules come first; the model sees only what they left, only outside the running text, and only short lines. What it is not
nearly certain of stays in the document. Its file holds two scikit-learn LogisticRegressions, of noise and of its kinds, stored
by skops, and their vocabulary as JSON; models/model_card.md says what they were trained on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any, NamedTuple

from policymine.cleaning.block_features import features, grams_of, neighbours, place_of, signs
from policymine.cleaning.lines import Line, Marks, han_count
from policymine.cleaning.noise import OUTLINE, SALUTATION, zones_of
from policymine.cleaning.splitting import looks_like_title
from policymine.errors import RuleError

FOLDER, NAME = "policymine.cleaning.models", "blocks"
RULE = "noise.block-model"
CERTAIN = 0.95
"""Chance of being noise above which a line is cut."""
MOST_HAN = 40
"""Han characters above which a line is never cut on the model's word alone."""
PHRASE = 16
"""Characters above which a line with a comma is taken for a sentence."""
ROUNDS = 3
"""How often neighbours may tell on each other."""


class BlockModel(NamedTuple):
    """Weights of features for noise as such and for each kind of it."""

    noise: Mapping[str, float]
    bias: float
    kinds: Mapping[str, tuple[float, Mapping[str, float]]]

    def chance(self, row: Sequence[str], *, weighed: float = 0.0) -> float:
        """The chance that a line of these features is noise; `weighed` is what others of its features weigh together.

        >>> round(BlockModel({"gram=版权": 3.0}, -1.0, {}).chance(["gram=版权", "place=behind"]), 2)
        0.88
        """
        odds = self.bias + sum([self.noise.get(name, 0.0) for name in row], weighed)
        return 1.0 / (1.0 + exp(-max(-60.0, min(60.0, odds))))

    def kind(self, row: Sequence[str]) -> str:
        """The likeliest kind of a line that is noise.

        >>> BlockModel({}, 0.0, {"ad": (0.0, {}), "site_footer": (0.1, {"gram=版权": 1.0})}).kind(["gram=版权"])
        'site_footer'
        """
        return max(self.kinds, key=lambda kind: self.kinds[kind][0] + sum([self.kinds[kind][1].get(name, 0.0) for name in row]))


@cache
def model() -> BlockModel:
    """The model that ships with the package.

    Raises:
        RuleError: its file is missing, holds types that are not safe to load, or does not fit its vocabulary.
    """
    from skops import io

    folder, file = files(FOLDER), f"{NAME}.skops"
    try:
        stored = folder.joinpath(file).read_bytes()
        vocabulary: list[str] = json.loads(folder.joinpath(f"{NAME}.json").read_text(encoding="utf-8"))["features"]
    except OSError as problem:
        raise RuleError(file, str(problem), "train it: policymine train") from problem
    if unsafe := io.get_untrusted_types(data=stored):
        raise RuleError(file, f"holds the types {unsafe}", "load only models that policymine train wrote")
    learned: dict[str, Any] = io.loads(stored)
    noise, kinds = learned["noise"], learned["kinds"]
    if len(noise.coef_[0]) != len(vocabulary):
        raise RuleError(file, f"{len(noise.coef_[0])} weights, {len(vocabulary)} features", "train it anew")
    return BlockModel(
        _weights(vocabulary, noise.coef_[0]),
        float(noise.intercept_[0]),
        {
            str(kind): (float(bias), _weights(vocabulary, weights))
            for kind, bias, weights in zip(kinds.classes_, kinds.intercept_, kinds.coef_, strict=True)
        },
    )


def _weights(vocabulary: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    return {name: float(weight) for name, weight in zip(vocabulary, weights, strict=True) if weight}


@cache
def _grams() -> Mapping[str, float]:
    """What runs of characters weigh for noise as such; what is not in it adds nothing."""
    return {name.removeprefix("gram="): weight for name, weight in model().noise.items() if name.startswith("gram=")}


def _weighed(view: str) -> float:
    """What the runs of characters of a line weigh."""
    known = _grams()
    return sum([known[gram] for gram in sorted(known.keys() & grams_of(view))])


def mark_by_model(lines: Sequence[Line], marks: Marks) -> None:
    """Marks lines of one paper's stretch, outside its running text, that are noise by the model's judgement.

    Over the text it is asked only where a heading was found: else any of those lines may be the title.

    Args:
        lines: the lines of the stretch, in order.
        marks: what has been marked so far; marks are added.
    """
    zones = zones_of(lines, marks)
    if zones.first is None:
        return
    titled = any(marks.kind(line) == "heading" for line in lines)
    places = {
        position: place
        for position, line in enumerate(lines)
        if (place := place_of(line, zones)) != "inside" and (titled or place == "behind") and _open_to_doubt(line, marks)
    }
    for _ in range(ROUNDS):
        before = len(marks.whole)
        for position, place in places.items():
            line = lines[position]
            if not marks.free(line):
                continue
            over, under = neighbours(lines, position, marks)
            chance = model().chance(signs(line, place, over=over, under=under), weighed=_weighed(line.view))
            if chance >= CERTAIN:
                kind = model().kind(features(line, place, over=over, under=under))
                marks.take(line, kind, RULE, confidence=round(chance, 3))
        if len(marks.whole) == before:
            return


def _open_to_doubt(line: Line, marks: Marks) -> bool:
    """Whether a line may be cut on the model's word: short, and neither a sentence, title, greeting nor item of an outline."""
    if not marks.free(line) or line.index in marks.kept:
        return False
    if len(line.view) > MOST_HAN and han_count(line.view) > MOST_HAN:
        return False
    if len(line.view) > PHRASE and ("," in line.view or "、" in line.view):
        return False
    return not (looks_like_title(line) or SALUTATION.match(line.view) or OUTLINE.match(line.view))
