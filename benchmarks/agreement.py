"""How far two readers agree who annotated the same papers blind (corpora/gold/passes), and each with the adjudicated gold.

    python benchmarks/agreement.py [--gold FOLDER] [--by-kind] [--json] [--differences]

Spans are compared as benchmarks/quality.py compares findings (pairs by at least half of their union; F1 is symmetric), choices
on paired spans by Cohen's κ, sentences by F1 and κ over all sentences. `--differences` prints every disagreement of the passes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scoring import Item, Score, matched, plain, score, shared

from policymine.research.agreement import cohen_kappa
from policymine.research.annotation import Fault, align
from policymine.text.sentences import sentences

GOLD = Path(__file__).parent.parent / "corpora" / "gold"
LISTS = {
    "directives": "directives",
    "times": "timex",
    "quantities": "quantities",
    "slogans": "slogans",
    "references": "references",
}
CHOICES = {
    "directives": ("modality", "operational", "cue", "condition", "penalty"),
    "times": ("type", "value", "mod", "role"),
    "quantities": ("value", "value_to", "unit", "mod"),
    "slogans": ("kind",),
}
Paper = Mapping[str, Any]


def read_pass(folder: Path, name: str) -> dict[str, Paper]:
    """The papers of one pass by name, their quotes found in the texts of the gold.

    Raises:
        SystemExit: a quote does not stand in its text.
    """
    papers: dict[str, Paper] = {}
    faults: list[Fault] = []
    for path in sorted((folder / "passes" / name).glob("*.marks.jsonl")):
        gid = path.name.removesuffix(".marks.jsonl")
        text = (folder / f"{gid}.txt").read_bytes().decode("utf-8")
        papers[gid], wrong = align(text, path.read_text(encoding="utf-8").splitlines(), gid=gid)
        faults += wrong
    if faults:
        sys.exit("\n".join(map(str, faults)))
    return papers


def read_adjudicated(folder: Path, names: Sequence[str]) -> dict[str, Paper]:
    """The settled gold of some papers."""
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in names}


def compare(first: Mapping[str, Paper], second: Mapping[str, Paper]) -> dict[str, float]:
    """All figures of agreement between two readings of the same papers."""
    scores: dict[str, Score] = defaultdict(Score)
    choices: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for gid, paper in first.items():
        other = second[gid]
        score(paper, _as_found(other), scores)
        _sentences(paper, other, choices)
        for name, key in LISTS.items():
            for a, b in matched(paper[key], other[key]):
                for field in CHOICES.get(name, ()):
                    choices[f"{name}.{field}"].append((_word(a[field]), _word(b[field])))
                if name == "directives":
                    choices["bearers.role"] += _roles(a, b)
    told = {f"{name} F1": entry.f1 for name, entry in scores.items() if entry.gold or entry.found}
    for name, pairs in choices.items():
        told[f"{name} same"] = sum(a == b for a, b in pairs) / len(pairs)
        kappa = cohen_kappa(pairs)
        if kappa is not None and name in (
            "sentences",
            "directives.modality",
            "directives.operational",
            "times.role",
            "bearers.role",
        ):
            told[f"{name} kappa"] = kappa
    return {name: round(value, 4) for name, value in told.items()}


def _as_found(paper: Paper) -> dict[str, list[Item]]:
    found = {name: list(paper[key]) for name, key in LISTS.items()}
    found["directives"] = [{**d, "deadlines": [{"text": text} for text in d["deadlines"]]} for d in paper["directives"]]
    return found


def _sentences(paper: Paper, other: Paper, choices: dict[str, list[tuple[str, str]]]) -> None:
    for span in sentences(paper["text"]):
        place = {"start": span.start, "end": span.end}
        marks = ["yes" if _holds(place, reading["directives"]) else "no" for reading in (paper, other)]
        choices["sentences"].append((marks[0], marks[1]))


def _holds(sentence: Item, items: Sequence[Item]) -> bool:
    return any(shared(sentence, item) >= min(4, item["end"] - item["start"]) for item in items)


def _word(value: Any) -> str:
    if isinstance(value, int | float):
        return str(float(value))
    return str(plain(value) if isinstance(value, str) else value)


def _roles(a: Item, b: Item) -> list[tuple[str, str]]:
    other = {bearer["text"]: bearer["role"] for bearer in b["bearers"]}
    return [(x["role"], other[x["text"]]) for x in a["bearers"] if x["text"] in other]


def differences(first: Mapping[str, Paper], second: Mapping[str, Paper]) -> Iterator[str]:
    """Every disagreement of two readings, one a line: paper, place, what, first, second."""
    for gid, paper in first.items():
        for name, key in LISTS.items():
            yield from sorted(_differing(gid, name, paper[key], second[gid][key]), key=_place)


def _place(line: str) -> int:
    return int(line.split("\t")[1])


def _differing(gid: str, name: str, one: Sequence[Item], two: Sequence[Item]) -> Iterator[str]:
    pairs = matched(one, two)
    for items, place, reader in ((one, 0, "first"), (two, 1, "second")):
        paired = {id(pair[place]) for pair in pairs}
        yield from (f"{gid}\t{i['start']}\tonly {reader}\t{name}\t{i['text']}" for i in items if id(i) not in paired)
    for a, b in pairs:
        for field in ("text", *CHOICES.get(name, ()), *(("bearers", "deadlines") if name == "directives" else ())):
            left, right = _told(a[field]), _told(b[field])
            if left != right:
                yield f"{gid}\t{a['start']}\t{field}\t{name}\t{a['text']}\t{left}\t{right}"


def _told(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(
            sorted(v if isinstance(v, str) else f"{'' if v['explicit'] else '~'}{v['role']}:{v['text']}" for v in value)
        )
    return _word(value)


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--by-kind", action="store_true", help="also by kind of paper")
    parser.add_argument("--differences", action="store_true", help="print what the readers disagree on")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    first, second = read_pass(options.gold, "first"), read_pass(options.gold, "second")
    settled = read_adjudicated(options.gold, list(first))
    if options.differences:
        print("\n".join(differences(first, second)))
        return 0
    columns = {
        "first : second": compare(first, second),
        "first : gold": compare(settled, first),
        "second : gold": compare(settled, second),
    }
    if options.by_kind:
        for kind in sorted({paper["document"]["kind"] for paper in settled.values()}):
            names = [gid for gid, paper in settled.items() if paper["document"]["kind"] == kind]
            columns[f"{kind} ({len(names)})"] = compare({n: first[n] for n in names}, {n: second[n] for n in names})
    if options.json:
        print(json.dumps(columns, ensure_ascii=False))
        return 0
    print(f"{len(first)} papers".ljust(32) + "".join(f"{name:>20}" for name in columns))
    for name in columns["first : second"]:
        print(f"{name:32}" + "".join(f"{column[name]:20.3f}" if name in column else " " * 20 for column in columns.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
