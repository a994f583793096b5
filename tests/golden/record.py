"""Recorded outputs: what the product makes of some pages of the sample site, in lines that a person can compare.

    python tests/golden/record.py            # writes the files anew: `make golden`
    python tests/golden/record.py --check    # shows the difference and leaves with 1 when there is one

A change of rules or code shows here what it changes in rows. Look at the difference, and when it is meant, record it in the
same commit. Confidences are left out: a model trained anew moves them all.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policymine.cli.rendering import document_objects, page_object
from policymine.pipeline import mine
from policymine.sources.reading import read_bytes

HERE = Path(__file__).parent
SITE = HERE.parents[1] / "corpora" / "sample_site"
PAGES = (
    "jianghua/t20220119_101.html",
    "jianghua/t20230112_105.html",
    "tongzhi/t20220408_201.html",
    "tongzhi/t20220516_212.html",
    "fanwen/huibian_3301.html",
    "fanwen/fanti_3307.html",
    "fanwen/tongbao_3308.html",
    "huiyi/t20220628_302.html",
    "tongzhi/fujian/P020230418_2.docx",
    "fanwen/ad_3309.html",
)
"""Speeches, notices, a compilation, a damaged reprint in traditional script, a circular, a meeting, a file, an advert."""
LEFT_OUT = {"id", "start", "end", "raw_start", "raw_end", "text", "raw_text", "rule", "confidence", "section"}
CARD = (
    "title", "kind", "issued_on", "region", "level", "issuer", "number", "speaker", "audience", "sectors", "truncated",
)  # fmt: skip
KINDS = ("directives", "times", "quantities", "slogans", "references")


def told(value: Any) -> str:
    """A field's value on a line."""
    if isinstance(value, dict):
        return " ".join(f"{told(item)}" for item in value.values() if item not in (None, [], ""))
    if isinstance(value, list):
        return "[" + "; ".join(told(item) for item in value) + "]"
    return str(value).replace("\n", "⏎")


def lines_of(name: str) -> Iterator[str]:
    """What becomes of a page: cuts, repairs, and each paper with its card and its findings."""
    mined = mine(read_bytes((SITE / name).read_bytes(), source="golden", url=name, media_type=None))
    page = page_object(mined.clean, source=name)
    yield f"{name}: {page['encoding']}, {page['script']}, {page['raw_length']} characters"
    for cut in page["noise"]:
        if cut["kind"] != "layout":
            yield f"cut {cut['raw_start']}–{cut['raw_end']} {cut['kind']} [{cut['rule']}] {told(cut['text'][:60])}"
    for repair in page["repairs"]:
        change = f"{told(repair['raw_text'])} → {told(repair['text'])}"
        yield f"repair {repair['raw_start']}–{repair['raw_end']} {repair['kind']} [{repair['rule']}] {change}"
    for document in document_objects(mined, source=name):
        yield ""
        place = f"raw {document['raw_start']}–{document['raw_end']}"
        yield f"document {document['ordinal'] + 1}: {place}, set aside: {document['set_aside']}"
        for field in CARD:
            if document[field] not in (None, [], False):
                yield f"  {field}: {told(document[field])}"
        for kind in KINDS:
            for row in document[kind]:
                fields = " · ".join(
                    f"{key} {told(value)}" for key, value in row.items() if key not in LEFT_OUT and value not in (None, [])
                )
                yield f"  {kind} {row['start']}–{row['end']} 〔{told(row['text'])}〕 [{row['rule']}] {fields}"
        for issue in document["issues"]:
            yield f"  issue {issue['code']} {issue['where']}"


def path_of(name: str) -> Path:
    """Where a page's recording stands."""
    return HERE / f"{Path(name).stem}.txt"


def difference(name: str) -> list[str]:
    """What a page gives now beside what was recorded, as a unified difference; empty when they are the same."""
    recorded = path_of(name).read_text(encoding="utf-8").splitlines() if path_of(name).exists() else []
    return list(difflib.unified_diff(recorded, list(lines_of(name)), "recorded", "now", lineterm="", n=0))


def main() -> int:
    """Records, or shows the difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    changed = 0
    for name in PAGES:
        found = difference(name)
        changed += bool(found)
        print("\n".join([f"{name}: {'changed' if found else 'as recorded'}", *found]))
        if not options.check:
            path_of(name).write_text("\n".join(lines_of(name)) + "\n", encoding="utf-8")
    return 1 if options.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
