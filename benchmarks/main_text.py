"""Main text of web pages: ours and, where they are installed, trafilatura, readability-lxml and resiliparse, by one measure.

    python benchmarks/main_text.py PAGES.jsonl

Each line of PAGES.jsonl holds `html`, `gold_text` (or `text`) and optionally `src`. Measured is the mean F1 over pages of
character 4-grams,
white space ignored, and pages per second in one process.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

Extract = Callable[[str], str]


def ours() -> Extract:
    """The documents of a page."""
    from policymine.cleaning import clean_page
    from policymine.sources.reading import read_bytes

    def extract(markup: str) -> str:
        page = read_bytes(markup.encode("utf-8", "replace"), source="file", url="page.html", media_type="text/html")
        return "\n".join(document.text for document in clean_page(page).documents)

    return extract


def trafilatura() -> Extract:
    """In its precise mode."""
    from trafilatura import extract

    return lambda markup: extract(markup, favor_precision=True, include_comments=False) or ""


def readability() -> Extract:
    """The text of its summary."""
    from lxml.html import fromstring
    from readability import Document

    return lambda markup: fromstring(Document(markup).summary()).text_content()


def resiliparse() -> Extract:
    """In main-content mode."""
    from resiliparse.extract.html2text import extract_plain_text

    return lambda markup: extract_plain_text(markup, main_content=True)


PEERS: tuple[Callable[[], Extract], ...] = (ours, trafilatura, readability, resiliparse)


def f1(want: str, got: str) -> float:
    """F1 of the multisets of character 4-grams."""
    one, other = (Counter(text[at : at + 4] for at in range(len(text) - 3)) for text in (squeezed(want), squeezed(got)))
    same = (one & other).total()
    return 2 * same / (one.total() + other.total()) if same else 0.0


def squeezed(text: str) -> str:
    """A text without white space."""
    return re.sub(r"\s", "", text)


def measure(cases: list[dict[str, str]], extract: Extract) -> Iterator[str]:
    """One line per source of pages, and the speed."""
    found: dict[str, list[float]] = defaultdict(list)
    extract(cases[0]["html"])
    seconds = failures = 0.0
    for case in cases:
        began = time.perf_counter()
        try:
            text = extract(case["html"])
        except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
            text, failures = "", failures + 1
        seconds += time.perf_counter() - began
        found[case.get("src", "pages")].append(f1(case.get("gold_text") or case["text"], text))
    for source, values in found.items():
        yield f"  {source:24} {len(values):4} pages  mean F1 {sum(values) / len(values):.3f}"
    yield f"  {len(cases) / seconds:.1f} pages a second, {failures:.0f} failures"


def main() -> None:
    """Prints the measure of each tool that is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    path: Path = parser.parse_args().pages
    with path.open(encoding="utf-8", newline="\n") as file:
        cases = [json.loads(line) for line in file if line.strip()]
    for make in PEERS:
        try:
            extract = make()
        except ImportError:
            print(f"{make.__name__}: not installed")
            continue
        print(make.__name__, *measure(cases, extract), sep="\n")


if __name__ == "__main__":
    main()
