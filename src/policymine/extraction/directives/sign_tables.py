"""Signs of many things as columns: one list of numbers for each kind of sign instead of a list of signs for each thing.

A paper has hundreds of clauses and a clause six signs. As columns they are put together in a hundred steps of numpy, however
many clauses there are, and a model weighs them a column at a time. The signs of one thing are listed only where somebody asks:
for the reasons of a directive and for training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from policymine.extraction.directives.classifier import LinearModel
from policymine.extraction.directives.signs import Sign
from policymine.extraction.directives.weight_tables import Numbers, Weights

NONE: Final = -1
"""Stands for a sign that a thing has not."""


class SignTable:
    """The signs of things numbered from 0 on, in columns.

    >>> table = SignTable(3)
    >>> table.add(["lead", "cue", "lead"])
    >>> table.add(["fact"], np.array([1]))
    >>> table.row(0), table.row(1), table.weights(LinearModel({"cue": 2.0, "fact": -0.5}, bias=0.0)).tolist()
    (['lead'], ['cue', 'fact'], [0.0, 1.5, 0.0])
    """

    __slots__ = ("_columns", "_numbers", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._columns: list[tuple[list[Sign] | Numbers, Numbers | None]] = []
        self._numbers: Numbers | None = None

    def add(self, signs: list[Sign] | Numbers, only: Numbers | None = None) -> None:
        """Adds a column: a sign for each thing, or for `only` some of them, in order; an array holds signs of one kind."""
        if len(signs):
            self._columns.append((signs, only))

    def row(self, number: int) -> list[Sign]:
        """The signs of one thing."""
        return self.rows([number])[0]

    def rows(self, numbers: Sequence[int]) -> list[list[Sign]]:
        """The signs of each of some things."""
        if self._numbers is None:
            self._numbers = self._packed()
        found: list[list[Sign]] = self._numbers.take(numbers, axis=0).tolist()
        for column, (signs, _) in enumerate(self._columns):
            if isinstance(signs, list):
                for row in found:
                    at = row[column]
                    if isinstance(at, int) and at != NONE:
                        row[column] = signs[at]
        return [[sign for sign in row if sign != NONE] if NONE in row else row for row in found]

    def _packed(self) -> Numbers:
        """The signs of each thing; of a column that holds no numbers the place of the thing's sign in it."""
        numbers = np.full((self._size, len(self._columns)), NONE)
        for column, (signs, only) in enumerate(self._columns):
            numbers[slice(None) if only is None else only, column] = np.arange(len(signs)) if isinstance(signs, list) else signs
        return numbers

    def weights(self, model: LinearModel) -> Weights:
        """What the signs of each thing weigh together."""
        whole = np.zeros(self._size)
        for signs, only in self._columns:
            weighed = model.column(signs) if isinstance(signs, np.ndarray) else model.each(signs)
            if only is None:
                whole += weighed
            else:
                whole[only] += weighed
        return whole
