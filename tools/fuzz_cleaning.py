"""Random bytes through reader and cleaner: every input gives a page whose partition holds, or one refusal by name.

    python tools/fuzz_cleaning.py --count 100000 --seed 1 --seconds 3600

Each case is drawn from its own number, so `--first N --count 1` repeats case N of a seed. Prints one line per
violation and a summary; leaves with 1 when there was one. Half of the cases are damaged pages of corpora/sample_site, half are
put together from hostile pieces.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from policymine.cleaning import check_partition, clean_page
from policymine.errors import LayoutError
from policymine.sources.reading import read_bytes

SITE = Path(__file__).parents[1] / "corpora" / "sample_site"
PIECES: tuple[bytes, ...] = (
    *(
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\r",
        b"\n",
        b"\t",
        b"%PDF-1.4\n",
        b"PK\x03\x04",
        b"\x1f\x8b\x08\x00",
    ),
    *(b"<p>", b"</div>", b"<td>", b"<!--", b"<![CDATA[", b"&#0;", b"&#xD800;", b"&nbsp", b"<meta charset=big5>", b"<script>"),
    *(b"<br>" * 30, b"<b>" * 200, "要切实加强领导,抓好落实".encode("gb18030")[1:], "會議要求".encode("big5")),
    "各镇要在月底前完成排查,不得拖延。".encode("gb18030"),
    *(
        text.encode()
        for text in (
            *("县委召开擴(kuò)大會(huì)議。", "上一篇:通报", "防汛讲话篇1\n", "20xx年X月", "?fàn)I", "\u200b\u202e"),
            *("安(an)(an)全", "各镇要在月底前完成排查,不得拖延。", "下面是小编为您整理的讲话。", "来源:县报"),
        )
    ),
)
"""What hostile and damaged pages are made of."""
SLOW = 20.0
"""Seconds of the processor that one small case may take at most."""


def draw(seed: int, number: int, pages: list[bytes]) -> tuple[bytes, str]:
    """The bytes of a case and the name they come under."""
    source = random.Random(f"{seed}:{number}")
    if source.random() < 0.5:
        body = bytearray(source.choice(pages)[: source.randrange(50, 6000)])
        for _ in range(source.randrange(1, 12)):
            at = source.randrange(len(body) + 1)
            if source.random() < 0.4:
                del body[at : at + source.choice((1, 1, 2, 3, 40))]
            else:
                body[at:at] = source.choice(PIECES) if source.random() < 0.6 else source.randbytes(source.randrange(1, 4))
    else:
        body = bytearray()
        for _ in range(source.randrange(1, 30)):
            body += source.choice(PIECES) if source.random() < 0.85 else source.randbytes(source.randrange(1, 20))
    return bytes(body), source.choice(("a.txt", "a.html", "a.htm", "a", "a.pdf"))


def fate(body: bytes, name: str) -> str:
    """What became of a case: `page`, `refused`, or the violation."""
    began = time.process_time()
    try:
        media = "text/html" if name.endswith(("html", "htm")) else None
        clean = clean_page(read_bytes(body, source="fuzz", url=name, media_type=media))
        check_partition(clean)
    except LayoutError as problem:
        return "refused" if problem.cure and "\n" not in str(problem) else f"refused unclearly: {problem!r}"
    except Exception as problem:  # noqa: BLE001 - everything else is what is looked for
        return f"{type(problem).__name__}: {str(problem)[:120]!r}"
    if time.process_time() - began > SLOW:
        return f"slow: {time.process_time() - began:.1f} s"
    return "page"


class Outcome(NamedTuple):
    """What a run found: how often each fate, the slowest case with its seconds, and the violations by case."""

    fates: Counter[str]
    slowest: tuple[float, int]
    violations: tuple[tuple[int, str], ...]
    seconds: float


def run(count: int, *, seed: int, first: int = 0, seconds: float = float("inf")) -> Outcome:
    """Tries cases `first` to `first + count` of a seed, or as many as `seconds` are enough for."""
    pages = [path.read_bytes() for path in sorted(SITE.rglob("t20*.html"))]
    fates: Counter[str] = Counter()
    violations: list[tuple[int, str]] = []
    began, slowest = time.perf_counter(), (0.0, -1)
    for number in range(first, first + count):
        start = time.process_time()
        told = fate(*draw(seed, number, pages))
        slowest = max(slowest, (time.process_time() - start, number))
        fates[told if told in ("page", "refused") else "violation"] += 1
        if told not in ("page", "refused"):
            violations.append((number, told))
            print(f"seed {seed} case {number}: {told}", flush=True)
        if time.perf_counter() - began > seconds:
            break
    return Outcome(fates, slowest, tuple(violations), time.perf_counter() - began)


def main() -> int:
    """Runs the cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    args = parser.parse_args()
    found = run(args.count, seed=args.seed, first=args.first, seconds=args.seconds)
    told = f"{dict(found.fates)}; slowest {found.slowest[0]:.2f} s (case {found.slowest[1]}); {found.seconds:.0f} s"
    print(f"{sum(found.fates.values())} cases, seed {args.seed}: {told}")
    return 1 if found.violations else 0


if __name__ == "__main__":
    sys.exit(main())
