"""The whole of the faults: `python -m tests.faults.soak --seed 1`, for `make soak`.

Kills of the night, kills of the whole command with its Prefect server, a disk that is full at many writes, and a small file
system that is really full. With `--database postgresql` the table lies on a server and only kills are tried: the disk is the
server's. Prints one JSON line and leaves with 1 when anything did not hold.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from tests.postgres import postgres

from .failing import Disk, fill_up, night_in_a_fork
from .killing import Known, Outcome, first_night, soak, undisturbed
from .whole import kill_whole
from .world import Sites, World, digest, dump_of, new_world, sites

KINDS = {"moment": 8, "publish": 5, "sql": 3, "journal": 2, "commit": 1, "file": 2}
"""How the kinds of kills are weighed: the publishing transaction more than its time."""
SMALL = "48m"
"""Size of the small file system."""


class Filled(NamedTuple):
    """What full disks came to."""

    nights: int
    refused: int
    violations: list[str]


def bases_of(site: Sites, folder: Path, *, server: str = "") -> list[Known]:
    """Four beginnings: a table that has a night and none at all, with a crawl and with a folder only."""
    made = []
    for crawl in (True, False):
        name = "crawl" if crawl else "folder"
        old, empty = (new_world(folder / f"{name}-{state}", crawl=crawl, server=server) for state in ("old", "empty"))
        made.append(undisturbed(site, first_night(old, site), folder / f"{name}-old-after", first_state=1))
        made.append(undisturbed(site, empty, folder / f"{name}-empty-after", first_state=0))
    return made


def kills(bases: list[Known], site: Sites, folder: Path, *, count: int, dice: random.Random) -> Outcome:
    """Kills of the night, as many as are asked for."""

    def heard(outcome: Outcome) -> None:
        for violation in outcome.violations:
            print(violation, file=sys.stderr, flush=True)
        for trial in folder.glob("t[0-9]*"):
            World(trial, bases[0].base.server).drop()

    kinds = dice.choices(list(KINDS), weights=list(KINDS.values()), k=count)
    return soak(bases, site, folder, kills=kinds, dice=dice, heard=heard)


def full_at(known: Known, site: Sites, folder: Path, *, count: int, dice: random.Random) -> Filled:
    """Nights in which some write and all after it find no room, then the same with room again."""
    writes = night_in_a_fork(known.base.copy(folder / "writes"), site, Disk()).writes
    violations: list[str] = []
    refused = 0
    chosen = sorted(dice.sample(range(1, writes + 1), min(count, writes)))
    for number in chosen:
        world = known.base.copy(folder / f"full{number}")
        refused += _full(world, site, known, Disk(full_at=number), f"write {number} of {writes}", violations)
        shutil.rmtree(world.folder)
    return Filled(len(chosen), refused, violations)


def _full(world: World, site: Sites, known: Known, disk: Disk, where: str, wrong: list[str]) -> bool:
    """Whether a night on a full disk was refused; notes what did not hold of it and of the next one with room."""
    ended, now = night_in_a_fork(world, site, disk), digest(dump_of(world))
    if ended.code not in (0, 8) or "\n" in ended.line or (ended.code == 8 and "disk" not in ended.line):
        wrong.append(f"{where}: ended with {ended.code}: {ended.line}")
    if now not in known.digests[:2] or (ended.code == 0 and now != known.digests[1]):
        wrong.append(f"{where}: the table is neither of last night nor of tonight")
    if now == known.digests[0]:
        for left in world.folder.glob("*/ballast"):
            left.unlink()
        (world.folder / "ballast").unlink(missing_ok=True)
        again = night_in_a_fork(world, site, Disk())
        if again.code or digest(dump_of(world)) != known.digests[1]:
            wrong.append(f"{where}: with room again the night ended with {again.code}: {again.line}")
    return ended.code == 8


def small_disks(known: Known, site: Sites, folder: Path, *, count: int, dice: random.Random) -> Filled | str:
    """The same on a file system that is really small; says so where none may be mounted."""
    place = folder / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        return "no file system may be mounted here"
    violations: list[str] = []
    refused = 0
    try:
        for number in range(count):
            world = known.base.copy(place / "world")
            room = dice.randrange(0, 3_000_000, 4096)
            fill_up(world.folder, leave=room)
            refused += _full(world, site, known, Disk(), f"{room} bytes left, {number}", violations)
            shutil.rmtree(world.folder)
    finally:
        subprocess.run(["umount", str(place)], check=False)
    return Filled(count, refused, violations)


def disks(known: Known, site: Sites, folder: Path, *, full: int, small: int, dice: random.Random) -> dict[str, Any]:
    """Both kinds of full disks: their figures, and what did not hold."""
    tried: dict[str, Filled | str] = {"full": full_at(known, site, folder, count=full, dice=dice)}
    if small:
        tried["small"] = small_disks(known, site, folder, count=small, dice=dice)
    wrong = [line for done in tried.values() if isinstance(done, Filled) for line in done.violations]
    figures: dict[str, Any] = {
        name: {"nights": done.nights, "refused": done.refused} if isinstance(done, Filled) else done
        for name, done in tried.items()
    }
    return {**figures, "violations": wrong}


def put_through(options: argparse.Namespace, site: Sites, folder: Path, *, server: str) -> dict[str, Any]:
    """All that is asked for: the figures, with the violations among them."""
    dice = random.Random(options.seed)
    bases = bases_of(site, folder, server=server)
    figures: dict[str, Any] = {"seed": options.seed, "database": options.database}
    violations: list[str] = []
    if server:
        alike = [base.digests for base in bases] == [base.digests for base in bases_of(site, folder / "file")]
        violations += [] if alike else ["undisturbed nights on the server and in a file say different things"]
    if options.kills:
        total = kills(bases, site, folder, count=options.kills, dice=dice)
        violations += total.violations
        figures |= {
            "kills": sum(total.kills.values()), "by_kind": dict(total.kills), "after_publishing": total.published_before,
            "views": total.views, "seconds_of_a_night": [round(base.seconds, 2) for base in bases],
        }  # fmt: skip
    if options.whole:
        whole = kill_whole(site, folder, kills=options.whole, dice=dice, server=server)
        violations += whole.violations
        figures["whole"] = whole._replace(violations=())._asdict()
    if not server:
        known = next(base for base in bases if not base.crawls and base.first_state)
        filled = disks(known, site, folder, full=options.full, small=options.small, dice=dice)
        violations += filled.pop("violations")
        figures |= filled
    return {**figures, "violations": violations}


def main() -> int:
    """Does all of it and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    for name, count in (("kills", 200), ("whole", 12), ("full", 60), ("small", 20), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=count)
    options = parser.parse_args()
    began = time.monotonic()
    server: AbstractContextManager[str] = postgres() if options.database == "postgresql" else nullcontext("")
    with tempfile.TemporaryDirectory() as place, sites(Path(place, "sites")) as site, server as address:
        figures = put_through(options, site, Path(place), server=address)
    violations = figures.pop("violations")
    for violation in violations:
        print(violation, file=sys.stderr)
    print(
        json.dumps({**figures, "violations": len(violations), "seconds": round(time.monotonic() - began)}, ensure_ascii=False)
    )
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
