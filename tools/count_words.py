"""Counts the words of corpora/gold and corpora/sample_site for the search over bytes: cleaning/genre.json.

    python tools/count_words.py

Single words, and neighbours that stand together again and again (测绘成果) as one. Only texts written for this project are
counted.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from policymine.cleaning import clean_page
from policymine.errors import LayoutError
from policymine.sources.reading import read_file
from policymine.text.frequency import characters

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src" / "policymine" / "cleaning" / "genre.json"
HAN = re.compile("[\u4e00-\u9fff]+")
LONGEST, LEAST, LEAST_PAIR = 6, 2, 3
COMMON = 2_000
"""Characters that most of any text is written in, by jieba's counts."""


def texts() -> Iterator[str]:
    """The clean papers, each once."""
    seen: set[str] = set()
    for path in sorted([*ROOT.glob("corpora/gold/*.txt"), *ROOT.glob("corpora/sample_site/**/*.html")]):
        try:
            documents = clean_page(read_file(path, max_bytes=1 << 24)).documents
        except LayoutError:
            continue
        for document in documents:
            if document.set_aside is None and document.text[:200] not in seen:
                seen.add(document.text[:200])
                yield document.text


def counted() -> dict[str, int]:
    """Words and pairs of words with how often they stand there."""
    import jieba

    jieba.setLogLevel(logging.ERROR)
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for text in texts():
        for run in HAN.findall(text):
            cut = jieba.lcut(run)
            words.update(word for word in cut if len(word) <= LONGEST)
            pairs.update(a + b for a, b in pairwise(cut) if len(a + b) <= LONGEST)
    often = {word: count for word, count in pairs.items() if count >= LEAST_PAIR}
    return dict(sorted({**often, **{word: count for word, count in words.items() if count >= LEAST}}.items()))


def main() -> int:
    """Writes the file."""
    common = sorted(sorted(characters(), key=characters().__getitem__)[:COMMON])
    listed = {"common": "".join(common), "words": counted()}
    TARGET.write_text(json.dumps(listed, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(listed['words'])} words")
    return 0


if __name__ == "__main__":
    sys.exit(main())
