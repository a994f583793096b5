"""Precision, recall and F1 on the annotated papers of corpora/gold, beside an empty, an identity and a keyword baseline.

    python benchmarks/quality.py [--gold FOLDER] [--by-kind] [--leave-one-out] [--check] [--raise] [--json]

`--check` compares with benchmarks/floors.toml and fails when a figure is below its floor; `--raise` lifts the floors to what
was measured, never lowers one. `--leave-one-out` says how far leaving any one paper out moves the figure of directives.
Directives are scored out of fold: the classifier that reads a paper was not trained on it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from scoring import Score, score

from policymine.cli.rendering import document_objects
from policymine.extraction.directives import classifier
from policymine.extraction.directives.classifier import LinearModel, Pairs
from policymine.extraction.training import folds
from policymine.model import CleanPage, Page
from policymine.pipeline import MinedPage, clean_document, mine_documents
from policymine.text.sentences import sentences

HERE = Path(__file__).parent
GOLD = HERE.parent / "corpora" / "gold"
FLOORS = HERE / "floors.toml"
MARGIN = 0.005
"""A floor is set this far below what was measured, so that a rounding does not break a build."""
KEYWORDS = ("必须", "应当", "应", "要", "务必", "严禁", "不得", "禁止", "一律", "确保", "鼓励", "可以", "不准", "须")
KINDS = ("directives", "times", "quantities", "slogans", "references")
Reader = Callable[[Mapping[str, Any]], Mapping[str, Sequence[Mapping[str, Any]]]]


def read_gold(folder: Path) -> list[dict[str, Any]]:
    """The annotated papers of a folder, by name."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def policymine(gold: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What the product finds in a clean text."""
    document = clean_document(gold["gid"], gold["text"])
    mined = tuple(mine_documents([document], issued_on=gold.get("given_issued_on")))
    page = Page(document.page_id, "gold", gold["gid"], None, document.page_id, gold["text"])
    clean = CleanPage(page, "simplified", tuple(m.document for m in mined), (), ())
    (found,) = document_objects(MinedPage(clean, mined), source=gold["gid"])
    return found


def empty(_: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The baseline that finds nothing."""
    return dict.fromkeys(KINDS, ())


def _sentences(gold: Mapping[str, Any], wanted: Callable[[str], bool]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    text = gold["text"]
    found = []
    for span in sentences(text):
        cut = span.trimmed(text, "。！？；!?; \n")
        if cut is not None and wanted(cut.of(text)):
            item = {"start": cut.start, "end": cut.end, "modality": "obligation", "operational": True, "cue": None}
            found.append({**item, "bearers": (), "deadlines": (), "condition": None, "penalty": None})
    return {**empty(gold), "directives": found}


def identity(gold: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The baseline that takes every sentence for a directive."""
    return _sentences(gold, lambda _: True)


def keyword(gold: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The baseline that takes every sentence with a deontic word for a directive."""
    return _sentences(gold, lambda sentence: any(word in sentence for word in KEYWORDS))


def measure(papers: Sequence[Mapping[str, Any]], reader: Reader) -> dict[str, Score]:
    """The scores of a reader over papers."""
    scores: dict[str, Score] = defaultdict(Score)
    for gold in papers:
        score(gold, reader(gold), scores)
    return scores


def figures(scores: Mapping[str, Score]) -> dict[str, float]:
    """All figures by name: `directives` is an F1, `times.value` the share of right values."""
    flat = {name: entry.f1 for name, entry in scores.items()}
    for name, entry in scores.items():
        flat |= {f"{name}.{key}": right / total for key, (right, total) in entry.fields.items()}
    return {name: round(value, 4) for name, value in flat.items()}


def show(title: str, scores: Mapping[str, Score]) -> None:
    """Prints a table of scores."""
    print(f"\n{title:26}{'P':>7}{'R':>7}{'F1':>7}   gold  found")
    for name, entry in scores.items():
        if entry.gold:
            print(f"{name:26}{entry.precision:7.3f}{entry.recall:7.3f}{entry.f1:7.3f}{entry.gold:7}{entry.found:7}")
        for key, (right, total) in entry.fields.items():
            print(f"    {name}.{key:21}{right / total:14.3f}   of {total}")


def leave_one_out(papers: Sequence[Mapping[str, Any]], reader: Reader, *, figure: str = "directives") -> dict[str, float]:
    """How far leaving out each paper moves an F1, farthest first."""
    alone = {paper["gid"]: measure([paper], reader)[figure] for paper in papers}

    def f1(entries: Sequence[Score]) -> float:
        return 2 * sum(e.hit for e in entries) / max(1, sum(e.gold + e.found for e in entries))

    whole = f1(list(alone.values()))
    moved = {gid: round(f1([e for other, e in alone.items() if other != gid]) - whole, 4) for gid in alone}
    return dict(sorted(moved.items(), key=lambda pair: -abs(pair[1])))


@contextmanager
def reading_with(models: Mapping[str, LinearModel]) -> Iterator[None]:
    """Reads with other models than those shipped, down to what their pairs of characters weigh."""
    pairs = {name: Pairs(model.weights) for name, model in models.items()}
    with patch.object(classifier, "model", models.__getitem__), patch.object(classifier, "pairs", pairs.__getitem__):
        yield


def out_of_fold(papers: Sequence[Mapping[str, Any]]) -> Reader:
    """The product with, for each paper, classifiers that have not seen it."""
    models: dict[str, dict[str, LinearModel]] = {}
    for trained, left_out in folds(papers):
        made = {entry.name: entry.model for entry in trained}
        models |= {gold["gid"]: made for gold in left_out}

    def read(gold: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        with reading_with(models[gold["gid"]]):
            return policymine(gold)

    return read


def check(measured: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """What is below its floor, or has a floor and was not measured."""
    return [
        f"{name}: {measured.get(name, 0.0):.4f} is below its floor {floor:.4f}"
        for name, floor in floors.items()
        if measured.get(name, 0.0) < floor
    ]


def raised(measured: Mapping[str, float], floors: Mapping[str, float]) -> dict[str, float]:
    """The floors lifted to what was measured, less the margin; none is lowered."""
    return {name: max(floors.get(name, 0.0), round(value - MARGIN, 3)) for name, value in measured.items()}


def main() -> int:
    """Measures, prints, checks; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--by-kind", action="store_true", help="also by kind of paper")
    parser.add_argument(
        "--leave-one-out", action="store_true", help="also how far any one paper moves the figure of directives"
    )
    parser.add_argument("--check", action="store_true", help="fail below the floors")
    parser.add_argument("--raise", dest="lift", action="store_true", help="lift the floors to what was measured")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    papers = read_gold(options.gold)
    reader = out_of_fold(papers) if options.gold == GOLD else policymine
    scores = measure(papers, reader)
    measured = figures(scores)
    if options.json:
        print(json.dumps(measured, ensure_ascii=False))
    else:
        show(f"policymine, {len(papers)} papers", scores)
        for name, baseline in (("empty", empty), ("identity", identity), ("keyword", keyword)):
            base = measure(papers, baseline)
            f1 = {key: base[key].f1 for key in ("directive sentences", "directives")}
            print(f"baseline {name:10}" + "".join(f"  {key} {value:.3f}" for key, value in f1.items()))
        if options.by_kind:
            for kind in sorted({paper["document"]["kind"] for paper in papers}):
                chosen = [paper for paper in papers if paper["document"]["kind"] == kind]
                show(f"{kind}, {len(chosen)} papers", measure(chosen, reader))
        if options.leave_one_out:
            moved = leave_one_out(papers, reader)
            print("\nleft out, directives move by: " + ", ".join(f"{gid} {by:+.3f}" for gid, by in list(moved.items())[:5]))
    floors = tomllib.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    if options.lift:
        lines = [f'"{name}" = {value:.3f}' for name, value in sorted(raised(measured, floors).items())]
        head = "# What benchmarks/quality.py must reach on corpora/gold. Only ever raised (quality.py --raise).\n"
        FLOORS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    faults = check(measured, floors) if options.check else []
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
