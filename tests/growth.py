"""Whether time grows with the length of the input and no faster, told apart from a busy machine.

CPU time of this process is taken, not the time on the wall, the shortest of some rounds, and a ratio that looks too steep is
measured again before it counts.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

ROUNDS = 3
TRIES = 3
STEEPEST = 2.0
"""How much more than in proportion the longer input may take: constant costs, caches, the collector."""
LEAST_SECONDS = 0.02


def seconds(run: Callable[[], object]) -> float:
    """The shortest CPU time of some rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return min(times)


def steepness(run: Callable[[str], object], piece: str, *, short: int, times: int = 10) -> float:
    """How much longer a text `times` as long takes, divided by `times`: 1 is linear, `times` is quadratic."""
    small = piece * max(1, short // len(piece))
    large = small * times
    run(small)
    gc.collect()
    gc.freeze()  # what other tests left behind is not gone through each time the collector comes round
    try:
        base = max(seconds(lambda: run(small)), LEAST_SECONDS / times)
        return seconds(lambda: run(large)) / base / times
    finally:
        gc.unfreeze()


def grows_in_proportion(run: Callable[[str], object], piece: str, *, short: int = 8_000, times: int = 10) -> bool:
    """Whether time grows in proportion to length; tried again when a busy machine may be to blame."""
    return any(steepness(run, piece, short=short, times=times) <= STEEPEST for _ in range(TRIES))
