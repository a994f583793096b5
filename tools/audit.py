"""Holds the lock against the public list of known weaknesses (OSV): asks its service, or reads a copy of the list.

    python tools/audit.py requirements.lock [more.lock] [--list all.zip] [--service https://api.osv.dev]

The list is the file `PyPI/all.zip` of OSV's exports, carried to a machine without a network. Prints a line for each weakness.
Leaves with 0 when none is known, 1 when one is, 3 when the list could not be asked: then nothing is said to be well.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from packaging.version import InvalidVersion, Version

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
PATIENCE, BATCH = 30, 500
CURE = (
    "run it where the service can be reached, or fetch PyPI/all.zip from OSV's exports there and give it here: "
    "make audit LIST=all.zip"
)


class Pin(NamedTuple):
    """A locked distribution."""

    name: str
    version: str


class Weakness(NamedTuple):
    """A known weakness of a locked distribution."""

    pin: Pin
    id: str
    says: str


class UnaskedError(Exception):
    """The list could not be asked."""


def pins_of(paths: Iterable[Path]) -> tuple[Pin, ...]:
    """What the locks pin, by normal name, each once."""
    found = {
        Pin(re.sub(r"[-_.]+", "-", name).lower(), version)
        for path in paths
        for name, version in PINNED.findall(path.read_text(encoding="utf-8"))
    }
    return tuple(sorted(found))


def asked(pins: tuple[Pin, ...], service: str) -> Iterator[Weakness]:
    """What the service knows of them; it compares versions itself.

    Raises:
        UnaskedError: it cannot be reached, or answers something else.
    """
    for at in range(0, len(pins), BATCH):
        part = pins[at : at + BATCH]
        queries = [{"package": {"name": pin.name, "ecosystem": "PyPI"}, "version": pin.version} for pin in part]
        body = json.dumps({"queries": queries}).encode()
        request = urllib.request.Request(f"{service}/v1/querybatch", data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                results = json.load(answer)["results"]
            pairs = list(zip(part, results, strict=True))
        except (OSError, ValueError, KeyError, TypeError) as problem:
            said = " ".join(str(getattr(problem, "reason", problem)).split())
            raise UnaskedError(f"{service} cannot be asked ({said})") from problem
        for pin, result in pairs:
            yield from (Weakness(pin, entry["id"], "") for entry in result.get("vulns", ()))


def listed(pins: tuple[Pin, ...], path: Path) -> Iterator[Weakness]:
    """What a copy of the list knows of them.

    Raises:
        UnaskedError: the copy cannot be read, or holds nothing.
    """
    read = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                entry = json.loads(archive.read(name))
                read += 1
                names = set(_names(entry))
                for pin in (pin for pin in pins if pin.name in names):
                    if not entry.get("withdrawn") and any(_meets(part, pin) for part in entry["affected"]):
                        yield Weakness(pin, entry["id"], entry.get("summary", ""))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as problem:
        raise UnaskedError(f"{path} cannot be read as OSV's list ({' '.join(str(problem).split())})") from problem
    if not read:
        raise UnaskedError(f"{path} holds no entry")


def _names(entry: dict[str, Any]) -> Iterator[str]:
    for part in entry.get("affected", ()):
        package = part.get("package", {})
        if package.get("ecosystem") == "PyPI":
            yield re.sub(r"[-_.]+", "-", package["name"]).lower()


def _meets(part: dict[str, Any], pin: Pin) -> bool:
    """Whether a version is one of those that an entry lists, or lies in one of its ranges."""
    package = part.get("package", {})
    if package.get("ecosystem") != "PyPI" or re.sub(r"[-_.]+", "-", package["name"]).lower() != pin.name:
        return False
    if pin.version in part.get("versions", ()):
        return True
    ranges = [found["events"] for found in part.get("ranges", ()) if found["type"] == "ECOSYSTEM"]
    return any(_within(events, Version(pin.version)) for events in ranges)


def _within(events: list[dict[str, str]], version: Version) -> bool:
    """Whether the last event up to a version brought the weakness in: `introduced`, `fixed`, `last_affected` in any order."""
    inside = False
    for event in sorted(events, key=lambda event: _moment(next(iter(event.values())))):
        ((kind, at),) = list(event.items())[:1]
        if kind == "introduced" and version >= _moment(at):
            inside = True
        elif (kind == "fixed" and version >= _moment(at)) or (kind == "last_affected" and version > _moment(at)):
            inside = False
    return inside


def _moment(text: str) -> Version:
    try:
        return Version("0.dev0" if text == "0" else text)
    except InvalidVersion:
        return Version("0.dev0")  # what cannot be read counts as affected from the beginning


def main(words: list[str] | None = None) -> int:
    """Audits the locks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("locks", type=Path, nargs="+")
    parser.add_argument("--list", type=Path, help="a copy of the list instead of the service")
    parser.add_argument("--service", default="https://api.osv.dev")
    options = parser.parse_args(words)
    pins = pins_of(options.locks)
    try:
        found = sorted(listed(pins, options.list) if options.list else asked(pins, options.service))
    except UnaskedError as problem:
        print(f"audit: {problem}; nothing is known of {len(pins)} distributions: {CURE}", file=sys.stderr)
        return 3
    for weakness in found:
        print(f"{weakness.pin.name} {weakness.pin.version}: {weakness.id} {weakness.says}".rstrip())
    source = (
        f"a list of {datetime.fromtimestamp(options.list.stat().st_mtime, UTC):%Y-%m-%d}" if options.list else options.service
    )
    print(f"{len(pins)} distributions held against {source}: {len(found)} known weaknesses")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
