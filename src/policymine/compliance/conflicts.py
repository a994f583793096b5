"""Requirements on the same thing that differ: of a superior and a local issuer, of an older and a newer paper."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from policymine.compliance.facets.place import RANK
from policymine.compliance.requirement import Requirement

LIKE = 0.42
"""Share of character pairs, figures and times left out, that two requirements on the same thing have in common."""
RARE = 40
"""A pair of characters in more requirements than this does not bring two together."""
FIGURE = re.compile(
    r"[\d０-９一二两三四五六七八九十百千万.]+(?:个|名|次|家|日|天|小时|月|年|周|季度|%|％|万|元|米|平方米|以上|以内|以下|工作)*"
)
PLAIN = re.compile(r"[\u4e00-\u9fff]")


class Conflict(NamedTuple):
    """Two requirements side by side. `relation` is 上下级 or 新旧; `differs` names what they say differently; first the one
    that stands higher or is newer."""

    first: Requirement
    second: Requirement
    relation: str
    differs: tuple[str, ...]
    likeness: float


def conflicts(found: Sequence[Requirement]) -> tuple[Conflict, ...]:
    """The conflicts among requirements, the most alike first."""
    pairs = [_pairs(requirement.text) for requirement in found]
    where: dict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(pairs):
        for pair in own:
            where[pair].append(number)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for numbers in where.values():
        if 1 < len(numbers) <= RARE:
            for at, one in enumerate(numbers):
                for other in numbers[at + 1 :]:
                    shared[one, other] += 1
    made = []
    for (one, other), count in shared.items():
        if count >= 4:
            likeness = len(pairs[one] & pairs[other]) / max(1, len(pairs[one] | pairs[other]))
            if likeness >= LIKE and (conflict := _conflict(found[one], found[other], likeness)) is not None:
                made.append(conflict)
    return tuple(sorted(made, key=lambda conflict: (-conflict.likeness, conflict.first.id, conflict.second.id)))


def _conflict(one: Requirement, other: Requirement, likeness: float) -> Conflict | None:
    """Two requirements on the same thing as a conflict; None where they say the same or stand in one paper."""
    if one.paper.id == other.paper.id or one.id == other.id:
        return None
    differs = tuple(_differences(one, other))
    if not differs:
        return None
    high, low = RANK.get(one.paper.card.level or "unit", 6), RANK.get(other.paper.card.level or "unit", 6)
    if high != low:
        first, second = (one, other) if high < low else (other, one)
        return Conflict(first, second, "上下级", differs, round(likeness, 2))
    newer, older = one.paper.card.issued_on or "", other.paper.card.issued_on or ""
    if not newer or not older or newer[:4] == "20XX" or newer == older:
        return None
    first, second = (one, other) if newer > older else (other, one)
    return Conflict(first, second, "新旧", differs, round(likeness, 2))


def _differences(one: Requirement, other: Requirement) -> Iterable[str]:
    if one.modality != other.modality:
        yield "要求类型"
    if set(FIGURE.findall(one.text)) != set(FIGURE.findall(other.text)):
        yield "数量或时限"


def _pairs(text: str) -> frozenset[str]:
    bare = "".join(PLAIN.findall(FIGURE.sub("", text)))
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))
