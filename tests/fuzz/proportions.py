"""Time and memory in proportion to length: every door at 1, 10 and 100 times a text, for texts made to hurt.

    python tests/fuzz/proportions.py [--short 1000] [--json]

Time is the processor's, the shortest of three rounds; memory the peak of what Python allocates in one more round. A step of ten
in length may cost twenty in either: caches, first uses and the collector blur it, a square would cost a hundred.
"""

from __future__ import annotations

import argparse
import json
import sys
import tracemalloc
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from policymine.cleaning import clean_page
from policymine.errors import PolicymineError
from policymine.pipeline import clean_document, mine_documents
from policymine.sources.decoding import decode
from policymine.sources.reading import read_bytes
from tests.growth import seconds

STEEPEST = 2.0
"""How much more than in proportion a step of ten may take."""
BASE_SECONDS, BASE_BYTES = 0.004, 400_000
"""Below these the shortest text says nothing: constant costs are larger."""
PIECES: Mapping[str, str] = {
    "a paper": "同志们:\n一、提高认识。各乡镇必须在3月15日前完成排查,县应急局牵头,逾期不报的,一律通报批评300余万元。\n",
    "one long line": "各镇要在月底前报送台账,",
    "digits": "0123456789",
    "numerals": "一百二十",
    "brackets": "(((",
    "quotes": "“四个一律”",
    "redaction": "X县X月",
    "readings": "擴(kuò)大",
    "lost bytes": "?fàn)I",
    "labels": "一、(一)1.",
    "marks": "、先后",
    "breaks": "\n \n",
    "tags": "<p></b>",
    "titles": "《关于〈条例〉",
    "dates": "2022年3月至5月",
    "spam": "主站蜘蛛池模板: 甲县| ",
    "copies": "防汛讲话篇1\n各镇要报送。\n",
    "han": "的是了",
}
"""What long texts are made of."""


def decoding(text: str) -> object:
    """Decodes a text in an encoding that must be guessed."""
    return decode(text.encode("gb18030"))


def cleaning(text: str) -> object:
    """Reads and cleans a plain file."""
    return _read_and_clean(text, "text/plain")


def reading(text: str) -> object:
    """Reads and cleans a web page."""
    return _read_and_clean(f"<html><body><div>{text}</div></body></html>", "text/html")


def _read_and_clean(text: str, media_type: str) -> object:
    try:
        return clean_page(read_bytes(text.encode(), source="long", url="a", media_type=media_type))
    except PolicymineError:
        return None


def mining(text: str) -> object:
    """Extracts from a clean text."""
    return list(mine_documents([clean_document("long", text)]))


DOORS: Mapping[str, Callable[[str], object]] = {
    "decode": decoding, "clean": cleaning, "html": reading, "extract": mining,
}  # fmt: skip


class Growth(NamedTuple):
    """Seconds and peak bytes at 1, 10 and 100 times the length."""

    door: str
    piece: str
    seconds: tuple[float, float, float]
    memory: tuple[int, int, int]

    def steepest(self) -> float:
        """The worst step of ten, as a multiple of what proportion allows."""
        steps = [_step(self.seconds, BASE_SECONDS), _step(self.memory, BASE_BYTES)]
        return max(steps)


def _step(costs: tuple[float, ...], base: float) -> float:
    return max(later / max(earlier, base) / 10 for earlier, later in pairwise(costs))


def peak(run: Callable[[], object]) -> int:
    """The most that Python held while something ran, in bytes."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def measure(door: str, piece: str, *, short: int) -> Growth:
    """The growth of a door for a text made of one piece."""
    run = DOORS[door]
    run(PIECES[piece])
    texts = [PIECES[piece] * max(1, short * times // len(PIECES[piece])) for times in (1, 10, 100)]
    times = tuple(seconds(lambda text=text: run(text)) for text in texts)  # type: ignore[misc]
    return Growth(door, piece, times, tuple(peak(lambda text=text: run(text)) for text in texts))  # type: ignore[misc, arg-type]


def in_proportion(door: str, piece: str, *, short: int, tries: int = 3) -> Growth:
    """The growth of a door, measured again when a busy machine may be to blame."""
    best = measure(door, piece, short=short)
    for _ in range(tries - 1):
        if best.steepest() <= STEEPEST:
            break
        best = min(best, measure(door, piece, short=short), key=Growth.steepest)
    return best


def main() -> int:
    """Measures every door with every piece."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", type=int, default=1000, help="characters of the shortest text")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    wrong = 0
    for door in DOORS:
        for piece in PIECES:
            found = in_proportion(door, piece, short=options.short)
            wrong += found.steepest() > STEEPEST
            if options.json:
                print(json.dumps({**found._asdict(), "steepest": round(found.steepest(), 2)}), flush=True)
            else:
                times = " ".join(f"{second * 1000:9.1f}" for second in found.seconds)
                sizes = " ".join(f"{size / 1e6:8.2f}" for size in found.memory)
                mark = "" if found.steepest() <= STEEPEST else "  TOO STEEP"
                print(f"{door:8}{piece:16}{times} ms {sizes} MB  {found.steepest():5.2f}{mark}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
