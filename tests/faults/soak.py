"""The whole of the kills: `python -m tests.faults.soak --kills 200 --seed 1`.

Prints one JSON line and leaves with 1 on a violation.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from .killing import Known, Outcome, first_night, soak, undisturbed
from .world import Sites, new_world, sites

KINDS = {"moment": 8, "publish": 5, "sql": 3, "journal": 2, "commit": 1, "file": 2}
"""How the kinds of kills are weighed: the publishing transaction more than its time."""


def bases_of(site: Sites, folder: Path) -> list[Known]:
    """Four beginnings: a table that has a night and none at all, with a crawl and with a folder only."""
    made = []
    for crawl in (True, False):
        name = "crawl" if crawl else "folder"
        old, empty = new_world(folder / f"{name}-old", crawl=crawl), new_world(folder / f"{name}-empty", crawl=crawl)
        made.append(undisturbed(site, first_night(old, site), folder / f"{name}-old-after", first_state=1))
        made.append(undisturbed(site, empty, folder / f"{name}-empty-after", first_state=0))
    return made


def main() -> int:
    """Kills, compares, prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    kinds = dice.choices(list(KINDS), weights=list(KINDS.values()), k=options.kills)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place, sites(Path(place, "sites")) as site:
        bases = bases_of(site, Path(place))

        def heard(outcome: Outcome) -> None:
            for violation in outcome.violations:
                print(violation, file=sys.stderr, flush=True)
            for trial in Path(place).glob("t[0-9]*"):
                shutil.rmtree(trial)

        total = soak(bases, site, Path(place), kills=kinds, dice=dice, heard=heard)
    figures = {
        "kills": sum(total.kills.values()), "by_kind": dict(total.kills), "after_publishing": total.published_before,
        "views": total.views, "violations": len(total.violations), "seconds": round(time.monotonic() - began, 1),
        "seed": options.seed, "events_of_a_night": [dict(known.events) for known in bases],
        "seconds_of_a_night": [round(known.seconds, 2) for known in bases],
    }  # fmt: skip
    print(json.dumps(figures, ensure_ascii=False))
    return 1 if total.violations else 0


if __name__ == "__main__":
    sys.exit(main())
