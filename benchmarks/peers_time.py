"""Characters per second per core of times and quantities beside the two readers people use for Chinese, in one run.

    make peers && python benchmarks/peers_time.py [--texts FOLDER] [--characters 20000] [--rounds 3] [--json]

JioNLP extracts times; Recognizers-Text numbers, percentages, currency, dimensions, ages, temperatures and ordinals. Both live
in an environment of their own (group `peers` of pyproject.toml, locked in benchmarks/peers.lock), so each is timed by this file
run again under their Python. Everybody reads the same whole papers. Rounds alternate, CPU time is taken, the best round counts,
and what counts of it is the ratio. A paper on which a peer raises still counts as read, to the peer's favour.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PEERS = ROOT / ".venv-peers" / "bin" / "python"
WANTED = 3.0
PAIRS = {"times": "jionlp", "quantities": "recognizers"}
Reader = Callable[[str], object]


def own(name: str) -> Reader:
    """One of our two stations."""
    from policymine.extraction.quantities.finding import find_quantities
    from policymine.extraction.times.finding import find_times

    return find_quantities if name == "quantities" else lambda text: find_times(text, issued_on="2022-01-17")


def peer(name: str) -> Reader:
    """One of the two peers, reading all that it can read of its subject."""
    if name == "jionlp":
        import jionlp

        spoken = time.mktime((2022, 1, 17, 0, 0, 0, 0, 0, -1))
        return lambda text: jionlp.ner.extract_time(text, time_base=spoken)
    import recognizers_suite as suite
    from recognizers_text import Culture

    subjects = ("number", "percentage", "currency", "dimension", "age", "temperature", "ordinal")
    readers = [getattr(suite, f"recognize_{subject}") for subject in subjects]
    return lambda text: [read(text, Culture.Chinese) for read in readers]


def seconds(read: Reader, texts: Sequence[str]) -> float:
    """CPU seconds for the texts once; a reader that stumbles over a text still spent its time on it."""
    read(texts[0][:200])
    began = time.process_time()
    for text in texts:
        try:
            read(text)
        except Exception as problem:  # noqa: BLE001 - a peer's own bug must not end the run
            print(f"raised {type(problem).__name__}: {problem}", file=sys.stderr)
    return time.process_time() - began


def other(name: str, texts: Sequence[str]) -> float:
    """CPU seconds of a peer, measured in its own environment."""
    told = subprocess.run(
        [str(PEERS), "-W", "ignore", __file__, "--peer", name],
        input=json.dumps(texts), capture_output=True, text=True, check=True,
    )  # fmt: skip
    if told.stderr.strip():
        print(f"{name}: {told.stderr.strip()}", file=sys.stderr)
    return float(told.stdout.split()[-1])


def papers(folder: Path, characters: int) -> list[str]:
    """The clean texts of the papers of a folder, in the order of their names, up to so many characters in all."""
    found: list[str] = []
    for file in sorted(folder.glob("*.json")):
        if sum(map(len, found)) >= characters:
            break
        text = json.loads(file.read_text(encoding="utf-8")).get("text")
        found += [text] if text else []
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--texts", type=Path, default=ROOT / "corpora" / "gold")
    arguments.add_argument("--characters", type=int, default=20_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--peer", choices=sorted(PAIRS.values()), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.peer:
        texts = json.load(sys.stdin)
        print(seconds(peer(given.peer), texts))
        return
    if not PEERS.exists():
        sys.exit("the peers are not installed: make peers")
    texts = papers(given.texts, given.characters)
    length = sum(map(len, texts))
    figures = {}
    for name, rival in PAIRS.items():
        read = own(name)
        rounds = [(seconds(read, texts), other(rival, texts)) for _ in range(given.rounds)]
        ours, theirs = (length / min(column) for column in zip(*rounds, strict=True))
        figures[name] = {"peer": rival, "ours": round(ours), "theirs": round(theirs), "ratio": round(ours / theirs, 1)}
    if given.json:
        print(json.dumps({"characters": length, **figures}))
    else:
        for name, found in figures.items():
            rates = f"{found['ours']:,} characters/s, {found['peer']} {found['theirs']:,}"
            print(f"{name}: {rates}, ratio {found['ratio']} (≥ {WANTED})")
    sys.exit(any(found["ratio"] < WANTED for found in figures.values()))


if __name__ == "__main__":
    main()
