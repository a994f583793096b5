"""What share of the numeric slogans in some papers is opened, and where each reading was found.

    python benchmarks/openings.py [PATH…] [--least SHARE] [--unopened N]

PATH is a text file (cleaned first; what is set aside or a copy is left out), a JSON file or a JSON Lines file with `text` in
each record (taken as clean); without one, the annotated papers of corpora/gold. A paper is read by itself: what other papers
of a table teach is not counted. `--least` fails below a share (without a
PATH below what was pinned); `--unopened` lists the commonest names that nothing opens.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from policymine.cleaning.clean import clean_page
from policymine.extraction.slogans.dictionary import look_up
from policymine.extraction.slogans.finding import find_slogans
from policymine.model import Slogan
from policymine.sources.reading import read_file

LARGEST = 64_000_000
LEAST = 0.93
"""The share opened on corpora/gold below which a build fails; only ever raised."""
GOLD = Path(__file__).parent.parent / "corpora" / "gold"


def texts(path: Path) -> Iterator[str]:
    """The clean texts of a file."""
    if path.suffix == ".txt":
        page = clean_page(read_file(path, max_bytes=LARGEST))
        yield from (d.text for d in page.documents if d.set_aside is None and d.duplicate_of is None)
        return
    lines = path.read_text(encoding="utf-8").splitlines() if path.suffix == ".jsonl" else [path.read_text(encoding="utf-8")]
    yield from (record["text"] for line in lines if "text" in (record := json.loads(line)))


def annotated() -> list[Path]:
    """The annotated papers of this project."""
    return sorted(GOLD.glob("*.json"))


def origin(slogan: Slogan) -> str:
    """Where the members of a mention were read; for the dictionary also how firmly they stand there."""
    if slogan.expansion_source != "dictionary":
        return slogan.expansion_source or "unopened"
    entry = look_up(slogan.slogan_id or slogan.text)
    reading = next((r for r in entry.readings if r.members == slogan.expansion), None) if entry else None
    return f"dictionary ({reading.standing or 'checked'})" if reading else "dictionary"


def share(counts: Mapping[str, int]) -> float:
    """The share of mentions that have members."""
    total = sum(counts.values())
    return 1 - counts.get("unopened", 0) / total if total else 1.0


def measure(papers: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Mentions by the origin of their members, and the names that nothing opens."""
    origins: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for slogan in (s for text in papers for s in find_slogans(text) if s.kind == "numeric"):
        origins[origin(slogan)] += 1
        names[slogan.slogan_id or slogan.text] += slogan.expansion is None
    return origins, +names


def main() -> int:
    """Measures and prints; returns 1 below `--least`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--least", type=float, default=0.0)
    parser.add_argument("--unopened", type=int, default=0)
    asked = parser.parse_args()
    paths, least = (asked.paths, asked.least) if asked.paths else (annotated(), max(asked.least, LEAST))
    origins, names = measure(text for path in paths for text in texts(path))
    found = share(origins)
    print(f"{sum(origins.values())} mentions, {found:.3f} opened")
    for where, count in origins.most_common():
        print(f"{count:6}  {where}")
    for name, count in names.most_common(asked.unopened):
        print(f"{count:6}  {name}")
    if found < least:
        print(f"{found:.3f} is below {least}", file=sys.stderr)
    return int(found < least)


if __name__ == "__main__":
    sys.exit(main())
