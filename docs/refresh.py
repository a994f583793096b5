"""Runs the commands in the console blocks of README and docs and writes what they print in their place.

    python docs/refresh.py README.md docs/tour.md

Output that ends in a line `…` keeps its length: what follows is left out. `ROWID` in a command stands
for the first row id printed before it on the page.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
ROW = re.compile(r"\b[0-9a-f]{16}\b")
RUNNABLE = ("policymine ", "python ", "cat ")
VOLATILE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+|\d{8}T\d+(?=\.warc)|(?<=clean )[0-9a-f]{16}|(?<=mine )[0-9a-f]{16}")
"""Moments, archive files and fingerprints differ from run to run: `...` stands for them."""


def refresh(page: Path, folder: Path) -> None:
    """Rewrites the output of every block of one page."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120"}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    rows: list[str] = []

    def fill(block: re.Match[str]) -> str:
        out = []
        for part in re.split(r"^\$ ", block[1], flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            command = command.replace("ROWID", rows[0] if rows else "ROWID")
            if not command.startswith(RUNNABLE):
                out.append(f"$ {part}")
                continue
            done = subprocess.run(  # noqa: S602 - the commands are those of our own pages
                command, shell=True, cwd=folder, capture_output=True, text=True, env=environment, check=False
            )
            lines = VOLATILE.sub("...", done.stdout + done.stderr).splitlines()
            kept = len(shown.splitlines()) - 1 if shown.endswith("…\n") and len(shown.splitlines()) > 1 else None
            lines = lines if kept is None or kept >= len(lines) else [*lines[:kept], "…"]
            rows.extend(ROW.findall(done.stdout))
            out.append(f"$ {command}\n" + "".join(f"{line.rstrip()}\n" for line in lines))
        return "```console\n" + "".join(out) + "```"

    page.write_text(BLOCK.sub(fill, page.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    """Refreshes the pages named on the command line."""
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "corpora").symlink_to(ROOT / "corpora")
            refresh(Path(name), Path(folder))


if __name__ == "__main__":
    main()
