"""What packed signs weigh, as a few small tables for each kind of sign instead of one long list of all signs seen.

The templates of a sign look at some of its fields only. Those that look at the same ones are weighed together: a table has a
place for every way in which these fields can be filled, a few thousand, and whole columns of signs are looked up in it at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policymine.extraction.directives.codes import LAYOUTS, NAME, NAMES, Letters, Sets
from policymine.extraction.directives.signs import TEMPLATES, filled

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Weights = NDArray[np.float64]
WIDEST: Final = 13
"""Bits of the fields that one table is for, at most."""
LETTERS: Final = 16
"""Bits of a table for a character, where no feature names one beyond the first plane."""
PLACE: Final = re.compile(r"\{(\d+)\}")


def column(values: Collection[int]) -> Numbers:
    """Numbers as an array, in half the time of `np.array`."""
    return np.fromiter(values, np.int64, len(values))


class WeightTable:
    """What some templates of a sign weigh, by the fields that they look at; a place is filled when it is first asked for.

    Args:
        sign: the number of the kind of sign.
        fields: the numbers of the fields in its layout.
        templates: those that look at no other fields.
        weights: what features weigh.
    """

    __slots__ = ("_known", "_layout", "_runs", "_size", "_templates", "_weights")

    def __init__(self, sign: int, fields: frozenset[int], templates: list[str], weights: Mapping[str, float]) -> None:
        self._templates, self._weights = templates, weights
        self._layout = [LAYOUTS[sign][field] for field in sorted(fields)]
        self._size = 1 + max([place for _, place in LAYOUTS[sign]])
        self._runs: list[tuple[int, int, int]] = []
        shift, width, at = NAME, 0, 0
        for field, (vocabulary, _) in enumerate(LAYOUTS[sign]):
            if field in fields:
                if self._runs and shift == self._runs[-1][0] + width:  # goes on where the field before it ended
                    width += vocabulary.bits
                    self._runs[-1] = (self._runs[-1][0], (1 << width) - 1, self._runs[-1][2])
                else:
                    width = vocabulary.bits
                    self._runs.append((shift, (1 << width) - 1, at))
                at += vocabulary.bits
            shift += vocabulary.bits
        self._known = np.full(1 << min(at, LETTERS), np.nan)

    def weights(self, signs: Numbers) -> Weights:
        """What the templates weigh in each of many signs; not a number where that is still to be `learn`ed."""
        return self._known.take(self._places(signs), mode="clip")

    def learn(self, signs: Numbers) -> None:
        """Fills the places that some signs ask for."""
        places = np.minimum(self._places(signs), len(self._known) - 1)
        for place in np.unique(places[np.isnan(self._known.take(places))]).tolist():
            values: list[object] = [None] * self._size
            rest = place
            for vocabulary, number in self._layout:
                values[number] = vocabulary.value(rest & (1 << vocabulary.bits) - 1)
                rest >>= vocabulary.bits
            features = [feature for template in self._templates for feature in filled(template, values)]
            self._known[place] = sum([self._weights.get(feature, 0.0) for feature in features])

    def _places(self, signs: Numbers) -> Numbers:
        shift, mask, _ = self._runs[0]
        places = signs >> shift & mask
        for shift, mask, at in self._runs[1:]:
            places |= (signs >> shift & mask) << at
        return places


def weight_tables(sign: int, weights: Mapping[str, float]) -> list[WeightTable]:
    """The tables of a kind of sign, none where one of its templates looks at more than a table can hold.

    >>> from policymine.extraction.directives.codes import NUMBERS, packed
    >>> tables = weight_tables(NUMBERS["around"], {"prev.lead=cue": 1.0, "lead&next=verb&cue": 0.5, "next.lead=cue": 0.25})
    >>> signs = np.array([packed("around", "cue", None, "verb", "cue"), packed("around", "", None, "", "cue")])
    >>> for table in tables:
    ...     table.learn(signs)
    >>> sum([table.weights(signs) for table in tables]).tolist()
    [1.75, 0.25]
    """
    layout = LAYOUTS[sign]
    kinds = {type(vocabulary) for vocabulary, _ in layout}
    if Sets in kinds or (Letters in kinds and max(map(max, weights), default="") > "\uffff"):
        return []
    fields = {str(place): number for number, (_, place) in enumerate(layout)}
    looks_at = {
        template: frozenset(fields[place] for place in PLACE.findall(template))
        for group in TEMPLATES[NAMES[sign]]
        for template in group
    }
    kept: list[tuple[frozenset[int], list[str]]] = []
    for template, seen in sorted(looks_at.items(), key=lambda pair: -_width(sign, pair[1])):
        if _width(sign, seen) > WIDEST and not all(isinstance(layout[field][0], Letters) for field in seen):
            return []
        fitting = [number for number, (known, _) in enumerate(kept) if _width(sign, known | seen) <= WIDEST]
        if fitting:
            known, templates = kept[fitting[0]]
            kept[fitting[0]] = (known | seen, [*templates, template])
        else:
            kept.append((seen, [template]))
    return [WeightTable(sign, seen, templates, weights) for seen, templates in kept if seen]


def _width(sign: int, fields: frozenset[int]) -> int:
    """The bits of some fields."""
    return sum([LAYOUTS[sign][field][0].bits for field in fields])
