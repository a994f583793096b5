"""Draws what is read by eye: directives with unmarked sentences, cards. Who must act is drawn and scored by roles.py.

    python benchmarks/draw.py directives --seed 1 PAPERS.jsonl… > drawn.jsonl     # 200 directives, 200 unmarked sentences
    python benchmarks/draw.py cards --seed 1 PAPERS.jsonl… > drawn.jsonl          # 30 cards

Each line of PAPERS is `{"id", "text", …}`. What is printed holds text and is for reading; only corpus, line, offsets and
verdicts belong into `benchmarks/reviews/`.

Recall is estimated from the two draws: of S sentences that hold a directive found and U unmarked ones, with the share p of the
drawn directives right and the share m of the drawn unmarked sentences holding one, it is p·S / (p·S + m·U).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from policymine.model import Directive, MinedDocument, Span
from policymine.pipeline import clean_document, mine_documents
from policymine.text.sentences import sentences

PAPERS, EACH, CARDS, AROUND = 60, 200, 30, 60


class Paper(NamedTuple):
    """A paper of a corpus with what was found in it."""

    corpus: str
    line: int
    mined: MinedDocument

    @property
    def text(self) -> str:
        """The clean text."""
        return self.mined.document.text

    @property
    def directives(self) -> tuple[Directive, ...]:
        """What was found to be ordered."""
        return self.mined.findings.directives

    def sentences(self) -> tuple[Span, ...]:
        """Where its sentences stand."""
        return tuple(sentences(self.text))


def read(paths: list[Path], rng: Random, *, count: int) -> list[Paper]:
    """So many papers of the corpora, drawn and mined."""
    lines = [(path.stem, number, line) for path in paths for number, line in enumerate(path.open(encoding="utf-8"))]
    drawn = sorted(rng.sample(lines, min(count, len(lines))))
    made = [clean_document(f"{stem}-{number}", json.loads(line)["text"]) for stem, number, line in drawn]
    return [Paper(stem, number, mined) for (stem, number, _), mined in zip(drawn, mine_documents(made), strict=True)]


def directives(papers: list[Paper], rng: Random) -> Iterator[Mapping[str, Any]]:
    """Directives and unmarked sentences, and how many there are of each."""
    found = [(paper, directive) for paper in papers for directive in paper.directives]
    marked, bare = 0, []
    for paper in papers:
        covered = [directive.span for directive in paper.directives]
        for sentence in paper.sentences():
            if any(span.overlaps(sentence) for span in covered):
                marked += 1
            elif sentence.length > 3:
                bare.append((paper, sentence))
    yield {"directives": len(found), "marked_sentences": marked, "unmarked_sentences": len(bare)}
    for paper, one in rng.sample(found, min(EACH, len(found))):
        yield {**_place(paper, one.span, "directive"), "modality": one.modality, "bearers": [b.text for b in one.bearers]}
    for paper, sentence in rng.sample(bare, min(EACH, len(bare))):
        yield _place(paper, sentence, "unmarked")


def cards(papers: list[Paper], rng: Random) -> Iterator[Mapping[str, Any]]:
    """The cards of some papers with the ends of their texts."""
    for paper in rng.sample(papers, min(CARDS, len(papers))):
        card = paper.mined.document.card
        fields = {name: getattr(card, name) for name in card.__slots__ if name != "evidence"}
        head, foot = paper.text[:220], paper.text[-110:]
        yield {"corpus": paper.corpus, "line": paper.line, "card": fields, "head": head, "foot": foot}


def _place(paper: Paper, span: Span, what: str) -> dict[str, Any]:
    text = paper.text
    place = {"what": what, "corpus": paper.corpus, "line": paper.line, "start": span.start, "end": span.end}
    before, after = text[max(0, span.start - AROUND) : span.start], text[span.end : span.end + AROUND // 2]
    return {**place, "text": f"{before}〔{span.of(text)}〕{after}".replace("\n", "⏎")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["directives", "cards"])
    parser.add_argument("papers", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=PAPERS, help="papers to draw")
    options = parser.parse_args()
    rng = Random(options.seed)
    papers = read(options.papers, rng, count=options.count)
    draw = {"directives": directives, "cards": cards}[options.what]
    for line in draw(papers, rng):
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
