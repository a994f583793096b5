"""What a change gains and loses: the rows that two commits find in the same texts.

    python benchmarks/gains.py BASE [HEAD] [--texts FOLDER] [--limit 40]

Each commit is checked out into a folder of its own and run with this environment; without HEAD the working tree is compared.
A row is its document, kind, span and, for a change of reading, its fields.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "corpora" / "gold"
KINDS = ("directives", "times", "quantities", "slogans", "references")
PLACE = ("raw_start", "raw_end", "text")
APART = {"id", "start", "end", "raw_start", "raw_end", "text", "raw_text", "rule", "confidence"}
Rows = dict[tuple[str, str, int, int, str], str]


def rows_at(tree: Path, texts: Path) -> Rows:
    """The rows that the code in a tree finds: place → fields as JSON."""
    code = "from policymine.cli.main import main; import sys; sys.argv = ['policymine', *sys.argv[1:]]; main()"
    environment = {**os.environ, "PYTHONPATH": str(tree / "src")}
    command = [sys.executable, "-c", code, "--quiet", "extract", "--json", *map(str, sorted(texts.glob("*.txt")))]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode not in (0, 4):
        sys.exit(f"{tree}: extract failed with {done.returncode}\n{done.stderr[-1000:]}")
    rows: Rows = {}
    for line in done.stdout.splitlines():
        document = json.loads(line)
        for kind in KINDS:
            for item in document[kind]:
                key = (Path(document["source"]).name, kind, *(item[name] for name in PLACE))
                rows[key] = json.dumps({k: v for k, v in item.items() if k not in APART}, ensure_ascii=False, sort_keys=True)
    return rows


def compare(before: Rows, after: Rows, *, limit: int) -> None:
    """Prints rows gained, lost and read differently."""
    groups = {
        "gained": [key for key in after if key not in before],
        "lost": [key for key in before if key not in after],
        "changed": [key for key in after if key in before and before[key] != after[key]],
    }
    for name, keys in groups.items():
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(key[1] for key in keys).items()))
        print(f"{name}: {len(keys)}" + (f" ({counts})" if keys else ""))
        for key in sorted(keys)[:limit]:
            print(f"  {key[0]} {key[1]} {key[2]}–{key[3]} {key[4][:70]}")
            if name == "changed":
                print(f"    was {before[key][:200]}\n    now {after[key][:200]}")


def main() -> None:
    """Checks out, runs, compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("head", nargs="?")
    parser.add_argument("--texts", type=Path, default=TEXTS)
    parser.add_argument("--limit", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trees = []
        for name in (options.base, options.head):
            if name is None:
                trees.append(ROOT)
                continue
            tree = Path(folder, name.replace("/", "_"))
            subprocess.run(["git", "-C", ROOT, "worktree", "add", "--detach", "--quiet", tree, name], check=True)
            trees.append(tree)
        try:
            before, after = (rows_at(tree, options.texts.absolute()) for tree in trees)
        finally:
            for tree in trees:
                if tree != ROOT:
                    subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", tree], check=True)
    compare(before, after, limit=options.limit)


if __name__ == "__main__":
    main()
