"""Who must act and in which role, held against labels of readers who saw nothing of what the program reads.

    python benchmarks/roles.py draw --seed 1 PAPERS.jsonl… > rows.jsonl     # sentences with 牵头, 配合, 会同, 负责, to be read
    python benchmarks/roles.py seal rows.jsonl LABELS.jsonl PAPERS.jsonl… > LABELS.json    # labels without text, to be kept
    python benchmarks/roles.py score LABELS.json PAPERS.jsonl… [--misses]     # what is read, held against them

Each line of PAPERS is `{"id", "text", …}`; the name of its file and the number of the line are the place of a paper. For
each row a reader writes `{"id", "named": [[text, role]…], "taken": [[text, role]…]}`: `named` are the names of that sentence
that must act (in an order of the sentence, or, if it is a bracket, of the item that it closes), `taken` those from outside
that an order of the sentence takes over. Sealed labels hold offsets in the clean text instead of names.

A row is right when both sets are the same to the letter, bounds and roles; only 等部门 behind the last name of a list may be
part of it or not. Precision and recall count names with their roles. Beside it: nothing read, and the nearest name by keyword.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeAlias

from policymine.model import MinedDocument, Span
from policymine.pipeline import clean_document, mine_documents
from policymine.text.sentences import sentences

PAPERS, ROWS, BEFORE, AFTER = 250, 100, 260, 60
SHARED = re.compile("牵头|配合|会同|负责")
NO_SHARE = re.compile("负责(?:人|同志|制)")
NEAREST = re.compile("(?:由|，|。|；|^)([^，。；由]{2,20}?)(牵头|配合|负责)")
TAIL = re.compile("等(?:有关|相关)?(?:部门|单位)?$")
"""May close the last name of a list or be left out: readers do both."""
ROLE = {"牵头": "lead", "配合": "support", "负责": "responsible"}

Names: TypeAlias = frozenset[tuple[str, str]]
"""Names with their roles."""
Place: TypeAlias = tuple[str, int]
"""A corpus and a line of it."""


class Row(NamedTuple):
    """A sentence with what a reader sees in it: (start, end, role) in the clean text."""

    corpus: str
    line: int
    start: int
    end: int
    named: Sequence[tuple[int, int, str]] = ()
    taken: Sequence[tuple[int, int, str]] = ()


class Reading(NamedTuple):
    """What is said of one sentence: the names in it, and those taken over from outside."""

    named: Names = frozenset()
    taken: Names = frozenset()


class Corpora:
    """Papers by their place, cleaned when they are asked for."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._lines = {path.stem: path.read_text(encoding="utf-8").split("\n") for path in paths}

    def places(self) -> list[Place]:
        """Where papers stand."""
        return [(stem, number) for stem, lines in self._lines.items() for number, line in enumerate(lines) if line.strip()]

    def mined(self, places: Sequence[Place]) -> dict[Place, MinedDocument]:
        """These papers with what is found in them."""
        made = [clean_document(f"{stem}-{number}", self._record(stem, number)) for stem, number in places]
        return dict(zip(places, mine_documents(made), strict=True))

    def text(self, place: Place) -> str:
        """The clean text of a paper."""
        return clean_document("paper", self._record(*place)).text

    def _record(self, stem: str, number: int) -> str:
        return str(json.loads(self._lines[stem][number])["text"])


def draw(corpora: Corpora, seed: int, *, papers: int = PAPERS, rows: int = ROWS) -> Iterator[Mapping[str, Any]]:
    """Sentences with words of shared work out of some papers, and what stands around them; nothing of what is read."""
    rng = Random(seed)
    places = corpora.places()
    found: list[tuple[Place, Span, str]] = []
    for place in sorted(rng.sample(places, min(papers, len(places)))):
        text = corpora.text(place)
        found += [(place, span, text) for span in sentences(text) if SHARED.search(NO_SHARE.sub("", span.of(text)))]
    for number, ((corpus, line), span, text) in enumerate(rng.sample(found, min(rows, len(found))), 1):
        row = {"id": number, "corpus": corpus, "line": line, "start": span.start, "end": span.end}
        before, after = text[max(0, span.start - BEFORE) : span.start], text[span.end : span.end + AFTER]
        yield {**row, "before": before, "sentence": span.of(text), "after": after}


def seal(rows: Iterable[Mapping[str, Any]], labels: Iterable[Mapping[str, Any]], corpora: Corpora) -> Iterator[Row]:
    """Labels with offsets instead of names; `ValueError` where a name stands nowhere."""
    by_id = {row["id"]: row for row in rows}
    for label in labels:
        row = by_id[label["id"]]
        corpus, line, start, end = row["corpus"], row["line"], row["start"], row["end"]
        text = corpora.text((corpus, line))
        named = [(*_within(text, name, start, end), role) for name, role in label.get("named", ())]
        taken = [(*_around(text, name, start, end), role) for name, role in label.get("taken", ())]
        yield Row(corpus, line, start, end, named, taken)


def _within(text: str, name: str, start: int, end: int) -> tuple[int, int]:
    at = text.find(name, start, end)
    if at < 0:
        raise ValueError(f"{name!r} does not stand in the sentence at {start}: copy it from there")
    return at, at + len(name)


def _around(text: str, name: str, start: int, end: int) -> tuple[int, int]:
    at = text.rfind(name, 0, start)
    at = at if at >= 0 else text.find(name, end)
    if at < 0:
        raise ValueError(f"{name!r} does not stand around the sentence at {start}: copy it from the paper")
    return at, at + len(name)


def wanted(row: Row, text: str) -> Reading:
    """What the reader said."""
    named, taken = (frozenset((TAIL.sub("", text[a:b]), role) for a, b, role in names) for names in (row.named, row.taken))
    return Reading(named, taken)


def read(row: Row, mined: MinedDocument) -> Reading:
    """What the program says."""
    named, taken = set(), set()
    for directive in mined.findings.directives:
        over = directive.span.start < row.end and directive.span.end > row.start
        for bearer in directive.bearers:
            name = TAIL.sub("", bearer.text), bearer.role
            if bearer.span is not None and row.start <= bearer.span.start < row.end:
                named.add(name)
            elif over:
                taken.add(name)
    return Reading(frozenset(named), frozenset(taken))


def nearest(row: Row, text: str) -> Reading:
    """The baseline: what stands between a mark and one of the words is a name."""
    found = NEAREST.finditer(text, row.start, row.end)
    return Reading(frozenset((name, ROLE[word]) for name, word in (match.groups() for match in found)))


def score(rows: Sequence[Row], corpora: Corpora, *, misses: bool) -> Iterator[str]:
    """Lines that say how many rows are right, and which are not."""
    mined = corpora.mined(sorted({(row.corpus, row.line) for row in rows}))
    pairs: dict[str, list[tuple[Reading, Reading]]] = {"policymine": [], "empty": [], "keyword": []}
    for row in rows:
        paper = mined[row.corpus, row.line]
        text = paper.document.text
        want, ours = wanted(row, text), read(row, paper)
        for name, reading in (("policymine", ours), ("empty", Reading()), ("keyword", nearest(row, text))):
            pairs[name].append((want, reading))
        if misses and ours != want:
            yield f"{row.corpus} {row.line} {row.start}-{row.end} {text[row.start : row.end]}"
            yield f"  wanted {sorted(want.named)} ~ {sorted(want.taken)}"
            yield f"  read   {sorted(ours.named)} ~ {sorted(ours.taken)}"
    yield from (f"{name:10} {figures(compared)}" for name, compared in pairs.items())


def figures(pairs: Sequence[tuple[Reading, Reading]]) -> str:
    """How many rows are right, and the share of names with roles that are right and that are found."""
    whole, named = sum(want == ours for want, ours in pairs), sum(want.named == ours.named for want, ours in pairs)
    hits = sum(len(want.named & ours.named) + len(want.taken & ours.taken) for want, ours in pairs)
    said, due = (sum(len(pair[side].named) + len(pair[side].taken) for pair in pairs) for side in (1, 0))
    shares = f"precision {hits / max(said, 1):.3f}, recall {hits / max(due, 1):.3f} of names with roles"
    return f"right in all {whole} of {len(pairs)}, names of the sentence itself right {named}; {shares}"


def _lines(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["draw", "seal", "score"])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=ROWS, help="sentences to draw")
    parser.add_argument("--misses", action="store_true", help="show what is read otherwise (holds text)")
    options = parser.parse_args()
    paths: list[Path] = options.paths
    if options.what == "draw":
        for row in draw(Corpora(paths), options.seed, rows=options.rows):
            print(json.dumps(row, ensure_ascii=False))
    elif options.what == "seal":
        sealed = seal(_lines(paths[0]), _lines(paths[1]), Corpora(paths[2:]))
        print(json.dumps({"columns": Row._fields, "rows": list(sealed)}, ensure_ascii=False))
    else:
        labels = json.loads(paths[0].read_text(encoding="utf-8"))
        print(*score([Row(*row) for row in labels["rows"]], Corpora(paths[1:]), misses=options.misses), sep="\n")


if __name__ == "__main__":
    main()
