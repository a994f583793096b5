"""Characters per second per core of each station and of the whole, beside bare `jieba.lcut` on the same text in the same run.

    python benchmarks/speed.py [--texts PATH] [--draw 60 --seed 1] [--damaged FOLDER] [--pages FOLDER] [--rounds 3] [--json]

Two tables: plain papers, and damaged pages whose repair is most of the work. Every figure is the best of some rounds in this
process, in processor time, so that other work on the machine counts little; what counts is the ratio to jieba, since machines
differ and drift. Time goes with what there is to find, so the directives in 1,000 characters stand above each table: the
annotated papers of corpora/gold, written to hold much in little, have twice as many as papers that governments publish.
PATH is a folder of .txt files or a JSON Lines file with `text` in each record, of which `--draw` takes some at random.
HTML reading is timed apart, in pages per second beside trafilatura.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from policymine.cleaning import clean_page
from policymine.extraction.components import wordless
from policymine.extraction.directives import finding
from policymine.extraction.stations import text_of, together
from policymine.pipeline import clean_document, language, mine_cleaned, mine_documents
from policymine.sources.reading import read_bytes

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "corpora" / "gold"
DAMAGED = ROOT / "corpora" / "gold_cleaning"
PAGES = ROOT / "corpora" / "sample_site"
LEAST_CHARACTERS = 60_000
"""Texts are repeated until they hold this much, so that a round takes long enough to time."""


def best(work: Callable[[], Any], rounds: int) -> float:
    """The shortest time of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def stations(texts: Sequence[str], rounds: int) -> dict[str, float]:
    """Seconds that bare jieba, each station and the whole need for the texts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    pages = [read_bytes(t.encode(), source="speed", url=f"{i}.txt", media_type="text/plain") for i, t in enumerate(texts)]
    documents = [document for page in pages for document in clean_page(page).documents]
    nlp = language()  # as every run has it: what is loaded is frozen for the collector
    seconds = {
        "jieba.lcut": best(lambda: [jieba.lcut(text) for text in texts], rounds),
        "cleaning": best(lambda: [clean_page(page) for page in pages], rounds),
        "tokens": best(lambda: [nlp.make_doc(document.text) for document in documents], rounds),
    }
    seconds["extraction"] = best(lambda: list(mine_documents(documents)), rounds)
    docs = [wordless(nlp, document.text, hints=document.hints) for document in documents]  # as mining makes them
    for name, component in nlp.pipeline:

        def run(component: Any = component) -> None:
            for hand in together(docs, lambda doc: len(text_of(doc))):
                for doc in hand:
                    doc._.issues = None
                    if component is nlp.get_pipe("policymine_card"):
                        doc._.card = None
                component.read(hand)

        seconds[name] = best(run, rounds)

    def whole() -> None:
        for hand in together(pages, lambda page: len(page.text)):
            mine_cleaned([clean_page(page) for page in hand])

    seconds["whole"] = best(whole, rounds)
    return seconds


def html_pages(bodies: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Pages per second of our reading with main text found, and of trafilatura."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

    def ours() -> None:
        for number, body in enumerate(bodies):
            clean_page(read_bytes(body, source="speed", url=f"http://speed.invalid/{number}.html", media_type="text/html"))

    return {
        "policymine": len(bodies) / best(ours, rounds),
        "trafilatura": len(bodies) / best(lambda: [trafilatura.extract(body, favor_precision=True) for body in bodies], rounds),
    }


def read_texts(path: Path, *, draw: int = 0, seed: int = 1) -> list[str]:
    """The texts of a folder or file, all or some drawn at random, repeated until they are long enough to time."""
    if path.suffix == ".jsonl":
        texts = [str(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines() if line]
    else:
        texts = [file.read_bytes().decode("utf-8") for file in sorted(path.glob("*.txt"))]
    if not any(texts):
        raise SystemExit(f"{path}: no text in it; name a folder of .txt files or a JSON Lines file with `text` in each record")
    if 0 < draw < len(texts):
        texts = random.Random(seed).sample(texts, draw)
    while sum(map(len, texts)) < LEAST_CHARACTERS:
        texts += texts
    return texts


def density(texts: Sequence[str]) -> float:
    """Directives in 1,000 characters."""
    documents = [clean_document(str(number), text) for number, text in enumerate(texts)]
    found = sum(len(mined.findings.directives) for mined in mine_documents(documents))
    return 1000 * found / sum(map(len, texts))


def table(texts: Sequence[str], rounds: int) -> dict[str, dict[str, float]]:
    """Characters per second of each station and of the whole, and their ratio to bare jieba."""
    characters = sum(map(len, texts))
    seconds = stations(texts, rounds)
    base = characters / seconds["jieba.lcut"]
    return {
        name: {"characters_per_second": round(characters / s), "ratio": round(characters / s / base, 2)}
        for name, s in seconds.items()
    }


def main() -> None:
    """Times and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, default=TEXTS, help="folder or JSON Lines file of plain papers")
    parser.add_argument("--draw", type=int, default=0, help="how many of the plain papers to take at random (all)")
    parser.add_argument("--seed", type=int, default=1, help="what the draw begins with")
    parser.add_argument("--damaged", type=Path, default=DAMAGED, help="folder of damaged pages")
    parser.add_argument("--pages", type=Path, default=PAGES, help="folder of HTML pages")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    papers = {
        "plain": read_texts(options.texts, draw=options.draw, seed=options.seed),
        "damaged": read_texts(options.damaged),
    }
    tables = {kind: table(texts, options.rounds) for kind, texts in papers.items()}
    bodies = [body for path in sorted(options.pages.rglob("*.html")) if len(body := path.read_bytes()) > 1500]
    rates = html_pages(bodies, options.rounds) if bodies else {}
    if options.json:
        print(json.dumps({**tables, "html_pages_per_second": {k: round(v, 1) for k, v in rates.items()}}))
        return
    print("pure Python" if str(finding.__file__).endswith(".py") else "compiled wheel")
    for kind, result in tables.items():
        print(f"{density(papers[kind]):.1f} directives in 1,000 characters")
        print(f"{f'{kind} texts':28}{'chars/s':>12}{'× jieba':>9}")
        for name, entry in result.items():
            print(f"{name:28}{entry['characters_per_second']:12,}{entry['ratio']:9.2f}")
        print()
    if rates:
        print(f"HTML: policymine {rates['policymine']:.1f} pages/s, trafilatura {rates['trafilatura']:.1f} pages/s "
              f"({rates['policymine'] / rates['trafilatura']:.2f} ×)")  # fmt: skip


if __name__ == "__main__":
    main()
