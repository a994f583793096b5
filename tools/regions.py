"""Writes src/policymine/compliance/regions.json: the division codes of GB/T 2260 to county level, current and former.

Run once with two packages of the index beside it (they are no dependency of policymine):

    pip install --no-deps --target /tmp/regions cpca==0.5.5 GB2260==0.4.1
    PYTHONPATH=/tmp/regions python tools/regions.py > src/policymine/compliance/regions.json

Codes and names are facts of a national standard. The current list comes from cpca (MIT licence), the former codes from the
revisions 2002–2014 that GB2260 (BSD licence) holds.
"""

from __future__ import annotations

import csv
import json
import sys
from importlib.metadata import distribution
from pathlib import Path

from gb2260.data import data

NEWEST = 2014
"""The revision that GB2260 keeps under no number."""


def current() -> dict[str, str]:
    """Code → name of today's list, place holders without a name of their own left out."""
    name = next(path for path in distribution("cpca").files or () if path.name == "adcodes.csv")
    lines = Path(str(name.locate())).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(lines)
    return {row["adcode"][:6]: row["name"] for row in rows if row["adcode"].endswith("000000")}


def former(standing: dict[str, str]) -> dict[str, list[str | int]]:
    """Code → name and last year of those that are gone."""
    last: dict[str, list[str | int]] = {}
    for revision, codes in sorted(data.items(), key=lambda entry: str(entry[0] or NEWEST)):
        year = int(str(revision or NEWEST)[:4])
        for code, name in codes.items():
            if str(code) not in standing and name not in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"):
                last[str(code)] = [name, year]
    return last


def main() -> None:
    """Prints the file, a code a line."""
    standing = current()
    head = {
        "standard": "GB/T 2260 中华人民共和国行政区划代码",
        "version": "2020",
        "source": "cpca 0.5.5 adcodes.csv (MIT); former codes: GB2260 0.4.1, revisions 2002–2014 (BSD)",
    }
    out = [f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in head.items()]
    for key, codes in (("codes", standing), ("former", former(standing))):
        lines = ",\n".join(f'"{code}":{json.dumps(codes[code], ensure_ascii=False)}' for code in sorted(codes))
        out.append(f'"{key}": {{\n{lines}\n}}')
    sys.stdout.write("{\n" + ",\n".join(out) + "\n}\n")


if __name__ == "__main__":
    main()
