"""A coverage-guided fuzzer over every door: decode, clean, extract, rules, settings, arguments, and the whole way of a page.

    python tools/fuzz_inputs.py --count 1000000 --seed 1 [--target clean] [--keep FOLDER]

The doors and their shares stand in tests/fuzz/targets.py. Each is fuzzed in a process of its own by atheris (libFuzzer), from
the same seed, within 2 GB and ten seconds of the wall a string. A violation does not stop the run: it is told once for
each place that it comes from, and its input is kept. Leaves with 1 when there was one. Without atheris (no wheel beyond Linux
on x86_64) the same doors are tried by Hypothesis in tests/fuzz.

    python tools/fuzz_inputs.py --target clean --replay FILE

runs one kept input again and shows where it breaks.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
MEMORY_MB, SECONDS, HANGS = 2048, 10.0, 600
"""What a string may take: memory, time of the processor, and time of the wall after which a door is taken to hang."""
PORTION = 25_000
"""Strings that one process tries: the fuzzer keeps some memory of each, which is none of the door's."""
DONE = re.compile(r"Done (\d+) runs in (\d+) second")


def place_of(problem: BaseException) -> str:
    """Where a violation comes from: its type and the innermost line of our own code."""
    own = [f for f in traceback.extract_tb(problem.__traceback__) if "/policymine/" in f.filename or "targets.py" in f.filename]
    last = own[-1] if own else traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__} in {Path(last.filename).name}:{last.lineno} ({last.name})"


def fuzz(name: str, kept: Path, engine: list[str]) -> None:
    """Fuzzes one door in this process; atheris ends the process."""
    import atheris

    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=["policymine"]):
        from tests.fuzz.targets import TARGETS
    run = TARGETS[name].run
    for first in range(4):
        run(bytes((first, 1, 2)))  # models, rules and dictionaries are loaded before the first string is timed
    seen: set[str] = set()

    def one(body: bytes) -> None:
        began = time.process_time()
        try:
            run(body)
            if (took := time.process_time() - began) > SECONDS:
                raise TimeoutError(f"{took:.1f} seconds of the processor")
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is what is looked for
            place = place_of(problem)
            if place in seen:
                return
            seen.add(place)
            path = kept / f"{name}-{hashlib.sha256(body).hexdigest()[:12]}"
            path.write_bytes(body)
            entry = {"target": name, "place": place, "error": str(problem)[:300], "file": str(path)}
            with (kept / "violations.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=True) + "\n")

    atheris.Setup([sys.argv[0], *engine], one)
    atheris.Fuzz()


def drive(name: str, *, count: int, seed: int, longest: int, kept: Path) -> tuple[int, float, str]:
    """Fuzzes one door in processes of its own, each going on from what the ones before it found.

    Returns:
        Strings tried, seconds, and what ended it when it died.
    """
    began, tried = time.perf_counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        for number, first in enumerate(range(0, count, PORTION)):
            ran, died = _portion(
                name, min(PORTION, count - first), seed=seed + number, longest=longest, kept=kept, folder=folder
            )
            tried += ran
            if died:
                break
    return tried, time.perf_counter() - began, died


def _portion(name: str, count: int, *, seed: int, longest: int, kept: Path, folder: str) -> tuple[int, str]:
    """The strings that one process tried, and what ended it when it died."""
    found = Path(folder) / "found"
    found.mkdir(exist_ok=True)
    words = [f"-runs={count}", f"-seed={seed}", f"-max_len={longest}", "-len_control=1000", f"-rss_limit_mb={MEMORY_MB}"]
    words += [f"-timeout={HANGS}", f"-artifact_prefix={kept}/{name}-", "-print_final_stats=1", "-verbosity=1", str(found)]
    done = subprocess.run(
        [sys.executable, __file__, "--target", name, "--keep", str(kept), "--engine", *words], cwd=folder,
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, errors="replace", check=False,
    )  # fmt: skip
    if ended := DONE.search(done.stderr):
        return int(ended[1]), ""
    last = re.findall(r"#(\d+)\t", done.stderr)
    tail = [line for line in done.stderr.splitlines() if "ERROR" in line or "SUMMARY" in line]
    return int(last[-1]) if last else 0, "; ".join(tail[-2:]) or done.stderr[-300:]


def main() -> int:
    """Fuzzes all doors, or one; prints a line for each and a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="strings in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", help="this door only")
    parser.add_argument("--keep", type=Path, help="where inputs that break a door are kept")
    parser.add_argument("--replay", type=Path, help="run this one input")
    parser.add_argument("--engine", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    kept = (options.keep or ROOT / "data" / "fuzz").resolve()
    if options.engine:
        fuzz(options.target, kept, options.engine)
    from tests.fuzz.targets import TARGETS

    if options.replay:
        TARGETS[options.target].run(options.replay.read_bytes())
        print("holds")
        return 0
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "violations.jsonl").unlink(missing_ok=True)
    chosen = {name: target for name, target in TARGETS.items() if options.target in (None, name)}
    shares = sum(target.share for target in chosen.values())
    tried, began, broken = 0, time.perf_counter(), 0
    for name, target in chosen.items():
        count = max(1, options.count * target.share // shares)
        ran, took, died = drive(name, count=count, seed=options.seed, longest=target.longest, kept=kept)
        tried += ran
        broken += bool(died)
        ended = f"  DIED: {died}" if died else ""
        print(f"{name:10} {ran:>8} strings of at most {target.longest} bytes, {took:.0f} s{ended}", flush=True)
    told = kept / "violations.jsonl"
    violations = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    for entry in violations:
        print(f"VIOLATION {entry['target']}: {entry['place']}: {entry['error']} [{entry['file']}]")
    took = time.perf_counter() - began
    print(f"{tried:,} strings, seed {options.seed}: {len(violations) + broken} violations, {took:.0f} s")
    return 1 if violations or broken or tried < options.count * 0.999 else 0


if __name__ == "__main__":
    sys.exit(main())
