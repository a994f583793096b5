"""How the models of this floor are learned from annotated papers; pure but for `write`.

The same gold in the same order gives the same weights: liblinear with a fixed seed, vocabularies sorted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from policymine.errors import AnnotationError
from policymine.extraction.directives.classifier import LinearModel
from policymine.extraction.directives.clause_signs import ClauseSigns
from policymine.extraction.directives.clauses import Clause, Sentence, read
from policymine.extraction.directives.deeds import COUNTED
from policymine.extraction.directives.features import directive_features, pairs_of
from policymine.extraction.directives.modality import mood_of
from policymine.extraction.directives.sections import places
from policymine.extraction.directives.sentence_signs import Paper
from policymine.extraction.directives.signs import spelled
from policymine.extraction.directives.splitting import SIGHT, Piece, boundary_features, piece_of
from policymine.extraction.slogans.finding import find_slogans
from policymine.text.outline import outline
from policymine.text.span import Span

SEED = 20260117
STRENGTH = {"directive": 0.2, "operational": 0.6, "boundary": 0.5}
"""Inverse regularisation of each model, the strongest within a standard error of the best by cross-validation over papers."""
RAREST = 2
"""A feature must occur this often to be learned."""


@dataclass(frozen=True, slots=True)
class Example:
    """The rows of one paper: features and labels of its clauses and of its directives."""

    gid: str
    clauses: tuple[tuple[str, ...], ...]
    belongs: tuple[bool, ...]
    directives: tuple[tuple[str, ...], ...]
    operational: tuple[bool, ...]
    joints: tuple[tuple[str, ...], ...]
    parts: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A learned model with the vocabulary in the order of its weights."""

    name: str
    features: tuple[str, ...]
    estimator: Any
    examples: int

    @property
    def model(self) -> LinearModel:
        """The model as the extraction uses it."""
        weights = dict(zip(self.features, map(float, self.estimator.coef_[0]), strict=True))
        return LinearModel(weights, float(self.estimator.intercept_[0]))


def example(gold: Mapping[str, Any]) -> Example:
    """The training rows of one gold paper."""
    text = gold["text"]
    items = outline(text)
    sentences = read(text, items, times=[Span(t["start"], t["end"]) for t in gold["timex"]], slogans=find_slogans(text))
    stands = places(text, sentences, items, kind=gold["document"].get("kind", ""))
    signs = ClauseSigns([Paper(text, sentences, stands, gold["document"]["kind"])])
    wanted = [Span(d["start"], d["end"]) for d in gold["directives"]]
    belongs = tuple(_covered(Span(c.start, c.end), wanted) for s in sentences for c in s.clauses)
    weighed, operational = [], []
    for directive in gold["directives"]:
        piece = _piece(sentences, Span(directive["start"], directive["end"]))
        if piece is None:
            continue
        mood = mood_of(text, piece)
        row, plain = directive_features(text, piece, mood, place=stands[piece.sentence], times=len(directive["deadlines"]))
        weighed.append((*spelled(row), *sorted(plain | pairs_of(text, piece))))
        operational.append(bool(directive["operational"]))
    read_signs = [signs.of(number) for number in range(len(sentences))]
    clauses = tuple(tuple(spelled([*shared, *row])) for shared, rows in read_signs for row in rows)
    joints, parts = _joints(text, sentences, wanted)
    return Example(gold["gid"], clauses, belongs, tuple(weighed), tuple(operational), joints, parts)


def excerpts(gold: Mapping[str, Any], lines: int = 2) -> Iterator[dict[str, Any]]:
    """A paper in stretches of a few lines, each a paper of its own: so that the models lean on what is said, not on its place.

    >>> gold = {"gid": "x", "text": "甲。\\n乙。\\n丙。", "document": {}, "directives": [], "timex": []}
    >>> [part["text"] for part in excerpts(gold)]
    ['甲。\\n乙。', '丙。']
    """
    text = gold["text"]
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    ends = [*breaks[lines - 1 :: lines], len(text)]
    start = 0
    for end in ends:
        moved = {
            kind: [
                item | {"start": item["start"] - start, "end": item["end"] - start}
                for item in gold[kind]
                if start <= item["start"] and item["end"] <= end
            ]
            for kind in ("directives", "timex")
        }
        if text[start:end].strip():
            yield {"gid": gold["gid"], "text": text[start:end], "document": gold["document"], **moved}
        start = end + 1


def _covered(clause: Span, wanted: Sequence[Span]) -> bool:
    """Whether at least half of a clause lies in directives."""
    inside = sum(max(0, min(clause.end, w.end) - max(clause.start, w.start)) for w in wanted)
    return 2 * inside >= clause.length


def _joints(
    text: str, sentences: Sequence[Sentence], wanted: Sequence[Span]
) -> tuple[tuple[tuple[str, ...], ...], tuple[bool, ...]]:  # fmt: skip
    """The rows and labels of every place between two neighbouring clauses of directives in a sentence."""
    joints, parts = [], []
    for sentence in sentences:
        owners = [_owner(clause, wanted) for clause in sentence.clauses]
        run: list[Clause] = []
        for index, (clause, owner) in enumerate(zip(sentence.clauses, owners, strict=True)):
            if run and owner is not None:
                ahead = zip(sentence.clauses[index + 1 : index + 1 + SIGHT], owners[index + 1 : index + 1 + SIGHT], strict=True)
                rest = [later for later, other in ahead if other is not None]
                joints.append(tuple(spelled(boundary_features(text, run[-SIGHT:], clause, rest=rest))))
                parts.append(owner != owners[index - 1])
            if owner is None or (run and owner != owners[index - 1]):
                run = []
            if owner is not None:
                run.append(clause)
    return tuple(joints), tuple(parts)


def _owner(clause: Clause, wanted: Sequence[Span]) -> int | None:
    """Which directive a clause lies in."""
    return next((i for i, span in enumerate(wanted) if span.start <= clause.start + 1 and clause.end <= span.end + 1), None)


def _piece(sentences: Sequence[Sentence], span: Span) -> Piece | None:
    """The clauses of a gold directive."""
    for number, sentence in enumerate(sentences):
        inside = [n for n, clause in enumerate(sentence.clauses) if span.start <= clause.start < span.end]
        if inside:
            return piece_of(number, inside[0], sentence.clauses[inside[0] : inside[-1] + 1])
    return None


def joined(gold: Mapping[str, Any]) -> Example:
    """The rows of a paper and of its excerpts; boundaries and acts only once."""
    whole = example(gold)
    parts = [example(part) for part in excerpts(gold)]
    clauses = whole.clauses + tuple(row for part in parts for row in part.clauses)
    belongs = whole.belongs + tuple(label for part in parts for label in part.belongs)
    return replace(whole, clauses=clauses, belongs=belongs)


def train(golds: Sequence[Mapping[str, Any]]) -> tuple[Trained, ...]:
    """The models `directive` and `operational` learned from annotated papers.

    Args:
        golds: gold files as research.annotation defines them, in any order; sorted by gid here.
    """
    return fit(sorted((joined(gold) for gold in golds), key=lambda made: made.gid))


def fit(examples: Sequence[Example]) -> tuple[Trained, ...]:
    """The models learned from prepared rows; see `train`."""
    clauses = [row for made in examples for row in made.clauses]
    belongs = [label for made in examples for label in made.belongs]
    directives = [row for made in examples for row in made.directives]
    operational = [label for made in examples for label in made.operational]
    joints = [row for made in examples for row in made.joints]
    parts = [label for made in examples for label in made.parts]
    return (
        _fit("directive", clauses, belongs),
        _fit("operational", directives, operational),
        _fit("boundary", joints, parts),
    )


def _fit(name: str, rows: Sequence[Sequence[str]], labels: Sequence[bool]) -> Trained:
    counted = Counter(feature for row in rows for feature in set(row))
    features = tuple(sorted(feature for feature, count in counted.items() if count >= RAREST))
    numbers = {feature: number for number, feature in enumerate(features)}
    indices: list[int] = []
    pointers = [0]
    for row in rows:
        indices += sorted({numbers[feature] for feature in row if feature in numbers})
        pointers.append(len(indices))
    matrix = csr_matrix((np.ones(len(indices)), indices, pointers), shape=(len(rows), len(features)))
    estimator = LogisticRegression(C=STRENGTH[name], solver="liblinear", max_iter=2000, random_state=SEED)
    estimator.fit(matrix, list(labels))
    return Trained(name, features, estimator, len(rows))


def figures(golds: Sequence[Mapping[str, Any]], parts: int = 8) -> dict[str, float | int]:
    """How well models trained without a part of the papers judge that part, beside two baselines.

    `directive_f1` counts clauses; `all_f1` is what marking every clause gives, `cue_f1` marking those with a deontic word.
    """
    papers = sorted(golds, key=lambda gold: str(gold["gid"]))
    ordered, learned = [example(gold) for gold in papers], [joined(gold) for gold in papers]
    wanted: list[bool] = []
    judged: list[bool] = []
    cues: list[bool] = []
    right = total = concrete = 0
    ends: list[bool] = []
    cut: list[bool] = []
    for part in range(min(parts, len(ordered))):
        orders, acts, cuts = (made.model for made in fit([m for n, m in enumerate(learned) if n % parts != part]))
        for made in ordered[part::parts]:
            wanted += made.belongs
            judged += [chance > 0.5 for chance in orders.judge(made.clauses)]
            cues += ["cue=none" not in row for row in made.clauses]
            said = zip(made.directives, acts.judge(made.directives), made.operational, strict=True)
            right += sum((COUNTED in row or c > 0.5) == o for row, c, o in said)
            ends += made.parts
            cut += [chance > 0.5 for chance in cuts.judge(made.joints)]
            total += len(made.operational)
            concrete += sum(made.operational)
    return {
        "papers": len(ordered), "clauses": len(wanted), "directives": total, "directive_f1": _f1(wanted, judged),
        "all_f1": _f1(wanted, [True] * len(wanted)), "cue_f1": _f1(wanted, cues),
        "boundary_f1": _f1(ends, cut),
        "operational_accuracy": round(right / max(1, total), 3), "operational_majority": round(concrete / max(1, total), 3),
    }  # fmt: skip


def _f1(wanted: Sequence[bool], judged: Sequence[bool]) -> float:
    hit = sum(w and j for w, j in zip(wanted, judged, strict=True))
    return round(2 * hit / max(1, sum(wanted) + sum(judged)), 3)


def train_folder(gold: Path, into: Path) -> dict[str, float | int]:
    """Trains on every `*.json` of the folder `gold`, writes the models and model_card.md to `into`, returns the figures.

    Raises:
        AnnotationError: the folder holds no gold file.
    """
    golds = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(gold.glob("*.json"))]
    if not golds:
        raise AnnotationError(str(gold), "no *.json in it", "point to a folder of aligned gold files, such as corpora/gold")
    measured = figures(golds)
    trained = train(golds)
    write(trained, into)
    (into / "model_card.md").write_text(_card(measured, trained), encoding="utf-8")
    return measured


def _card(measured: Mapping[str, float | int], trained: Sequence[Trained]) -> str:
    """The model card: data, figures, strongest features, limits."""
    lines = [CARD_HEAD.format(**measured)]
    for made in trained:
        strongest = sorted(made.model.weights.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:20]
        lines.append(f"## Strongest features of `{made.name}` ({len(made.features)} in all)\n")
        lines += [f"- `{name}` {weight:+.2f}" for name, weight in strongest]
        lines.append("")
    return "\n".join(lines)


CARD_HEAD = """# Models of the directive station

`directive` tells whether a clause belongs to a directive, `operational` whether a directive could be checked or only exhorts,
`boundary` whether a clause opens a directive of its own behind another one. All are logistic regressions (scikit-learn,
liblinear, L2) over readable features that features.py makes from the rules.

**Data**: {papers} papers of corpora/gold, all written for this project: {clauses} clauses, {directives} directives.
**Figures** (each eighth of the papers judged by a model trained on the others):

| | clauses in directives, F1 | boundaries inside a sentence, F1 | operational, accuracy |
| --- | --- | --- | --- |
| model | {directive_f1} | {boundary_f1} | {operational_accuracy} |
| every clause / majority | {all_f1} | | {operational_majority} |
| clauses with a deontic word | {cue_f1} | | |

**Limits**: learned from invented papers of county and city offices; long narrative speeches, judicial papers and text without
punctuation are outside of it. The paper's kind is a feature: a wrong card costs accuracy. Retrain with `policymine train`.
"""


def folds(golds: Sequence[Mapping[str, Any]], parts: int = 8) -> Iterator[tuple[tuple[Trained, ...], list[Mapping[str, Any]]]]:
    """Models trained without one part of the papers at a time, and the papers that were left out."""
    ordered = sorted(golds, key=lambda gold: str(gold["gid"]))
    examples = [joined(gold) for gold in ordered]
    for part in range(min(parts, len(ordered))):
        kept = [made for number, made in enumerate(examples) if number % parts != part]
        yield fit(kept), [gold for number, gold in enumerate(ordered) if number % parts == part]


def write(trained: Sequence[Trained], folder: Path) -> None:
    """Stores each model as `<name>.skops` with its vocabulary `<name>.json` in `folder`, made if missing."""
    from skops import io

    folder.mkdir(parents=True, exist_ok=True)
    for made in trained:
        io.dump(made.estimator, folder / f"{made.name}.skops")
        vocabulary = json.dumps({"examples": made.examples, "features": list(made.features)}, ensure_ascii=False, indent=0)
        (folder / f"{made.name}.json").write_text(vocabulary + "\n", encoding="utf-8")
