"""How the directives are read by models that learned from 10, 20 … of the papers of corpora/gold.

    python benchmarks/learning_curve.py [--beside FOLDER] [--sizes 10,20,40,60,80] [--chart FILE.svg] [--json]

A quarter of the papers is left out at a time; models learn from so many of the others, drawn by a seed, and read the quarter:
every figure is out of fold. `--beside` names a folder of other gold papers that the same models read, all four of each size;
their figure is the mean. The largest size takes all papers that are not left out.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from quality import GOLD, policymine, read_gold, reading_with
from scoring import Score, score

from policymine.extraction.training import Example, fit, joined

SEED = 20260117
PARTS = 4
SIZES = (10, 20, 40, 60)
FIGURES = ("directive sentences", "directives")


class Point(NamedTuple):
    """A figure of the curve: which papers were read (`own` or `beside`), from how many papers the models had learned."""

    papers: str
    learned: int
    figure: str
    f1: float


def parts(papers: Sequence[Mapping[str, Any]], examples: Sequence[Example]) -> Iterator[tuple[list[Any], list[Example]]]:
    """The papers of each part with the training rows of the others, in an order drawn by the seed."""
    for part in range(PARTS):
        kept = [made for number, made in enumerate(examples) if number % PARTS != part]
        random.Random(SEED + part).shuffle(kept)
        yield list(papers[part::PARTS]), kept


def reading(papers: Sequence[Mapping[str, Any]], learned: Sequence[Example], into: dict[str, Score]) -> None:
    """Scores papers as models read them that learned from `learned`."""
    models = {made.name: made.model for made in fit(sorted(learned, key=lambda made: made.gid))}
    with reading_with(models):
        for gold in papers:
            score(gold, policymine(gold), into)


def curve(papers: Sequence[Mapping[str, Any]], beside: Sequence[Mapping[str, Any]], sizes: Sequence[int]) -> list[Point]:
    """The points of the curve, by size."""
    examples = [joined(gold) for gold in papers]
    scores: dict[tuple[str, int], dict[str, Score]] = defaultdict(lambda: defaultdict(Score))
    for left_out, kept in parts(papers, examples):
        for size in [*(size for size in sizes if size < len(kept)), len(kept)]:
            named = size if size in sizes else round(len(papers) * (PARTS - 1) / PARTS)
            reading(left_out, kept[:size], scores["own", named])
            if beside:
                reading(beside, kept[:size], scores["beside", named])
    return [
        Point(name, size, figure, round(found[figure].f1, 3))
        for (name, size), found in sorted(scores.items(), key=lambda pair: (pair[0][0] != "own", pair[0][1]))
        for figure in FIGURES
    ]


def table(points: Sequence[Point]) -> str:
    """The curve as a Markdown table, a row for each size."""
    named = sorted({point.papers for point in points}, reverse=True)
    by = {(point.learned, point.papers, point.figure): point.f1 for point in points}
    columns = [(name, figure) for figure in FIGURES for name in named]
    lines = [
        "| papers learned from | " + " | ".join(f"{figure}, {name}" for name, figure in columns) + " |",
        "| --- |" + " --- |" * len(columns),
    ]
    for size in sorted({point.learned for point in points}):
        lines.append(f"| {size} | " + " | ".join(f"{by[size, name, figure]:.3f}" for name, figure in columns) + " |")
    return "\n".join(lines)


def draw(points: Sequence[Point], file: Path) -> None:
    """Writes the curve as a picture."""
    import altair

    chart = (
        altair.Chart(altair.Data(values=[point._asdict() for point in points]), width=420, height=240)
        .mark_line(point=True)
        .encode(
            x=altair.X("learned:Q", title="papers learned from"),
            y=altair.Y("f1:Q", title="F1", scale=altair.Scale(zero=False)),
            color=altair.Color("figure:N", title=None),
            strokeDash=altair.StrokeDash("papers:N", title=None),
        )
    )
    chart.save(str(file))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--sizes", type=lambda value: tuple(map(int, value.split(","))), default=SIZES)
    parser.add_argument("--chart", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    points = curve(read_gold(GOLD), read_gold(options.beside) if options.beside else [], options.sizes)
    print(json.dumps([point._asdict() for point in points]) if options.json else table(points))
    if options.chart:
        draw(points, options.chart)


if __name__ == "__main__":
    main()
