"""Kills of the whole command: `policymine nightly` with its Prefect server, crawl and all, at random moments."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from .killing import first_night
from .world import NIGHT, Sites, World, addresses_of, digest, dump_of, new_world

PATIENCE = 300.0
POLICYMINE = str(Path(sys.executable).with_name("policymine"))


class Whole(NamedTuple):
    """What the kills of the whole command came to."""

    kills: int
    seconds_of_a_night: float
    after_publishing: int
    violations: tuple[str, ...]


def start(world: World, site: Sites, state: int) -> subprocess.Popen[bytes]:
    """The command as cron starts it, in a process group of its own."""
    addresses = json.dumps(addresses_of(world, site, state))
    environment = {**os.environ, "POLICYMINE_ADDRESSES": addresses, "NO_COLOR": "1", "PGAPPNAME": NIGHT}
    environment.pop("PREFECT_API_URL", None)
    with (world.folder / "stderr.txt").open("ab") as log:
        return subprocess.Popen(
            [POLICYMINE, "--config", str(world.config), "nightly"],
            cwd=world.folder, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip


def standing(world: World) -> str:
    """What the table says, but for when pages were seen last and what the crawler remembers: the real clock decides these."""
    lines = [json.loads(line) for line in dump_of(world)]
    kept = [{k: v for k, v in line.items() if k != "last_night"} for line in lines if line["table"] != "frontier"]
    return digest([json.dumps(line, sort_keys=True) for line in kept])


def left_over(world: World, *, patience: float = 30.0) -> list[str]:
    """Processes that still work in a world's folder after so many seconds: a killed night takes everything with it."""
    until = time.monotonic() + patience
    while True:
        found = []
        for process in psutil.process_iter(["cwd", "cmdline"]):
            if str(process.info["cwd"] or "").startswith(str(world.folder)) and process.info["cmdline"]:
                found.append(" ".join(process.info["cmdline"])[-80:])
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.2)


def kill_whole(site: Sites, folder: Path, *, kills: int, dice: random.Random, server: str = "") -> Whole:
    """Kills the command so many times, each on its own copy of a table that has a night, and compares."""
    base = first_night(new_world(folder / "whole", server=server), site)
    calm = base.copy(folder / "whole-calm")
    before = standing(base)
    began = time.monotonic()
    code = start(calm, site, 1).wait(PATIENCE)
    seconds = time.monotonic() - began
    after = standing(calm)
    violations = [] if code == 0 and before != after else [f"the undisturbed night ended with {code}"]
    struck = published = number = 0
    while struck < kills and number < 3 * kills:
        number += 1
        world = base.copy(folder / f"whole-{number}")
        moment = dice.uniform(0.0, seconds)
        process = start(world, site, 1)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            struck += 1
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        violations += [f"{moment:.2f} s: {name} lives on" for name in left_over(world)]
        violations += [] if world.settle() else [f"{moment:.2f} s: the server holds on to the night's connections"]
        now = standing(world)
        published += now == after
        if now not in (before, after):
            violations.append(f"{moment:.2f} s: the table is neither of last night nor of tonight")
        code = start(world, site, 1).wait(PATIENCE)
        if code not in (0, 6) or standing(world) != after:
            violations.append(f"{moment:.2f} s: the night that was begun again ended with {code}, the table is another")
        violations += [f"{moment:.2f} s: work folder {left.name} is left" for left in world.settings.work.glob("run-*")]
    return Whole(struck, round(seconds, 1), published, tuple(violations))
