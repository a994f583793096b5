"""A sample of the kills: whatever is killed, the next night ends with the table of a night that nobody disturbed.

The whole is `make soak`; its figures stand in docs/reference/soak.md.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from .killing import Kill, Known, Reader, draw, first_night, reading, trial, undisturbed
from .world import Sites, new_world, sites


class Nights(NamedTuple):
    """A table with a night, one with a crawl and one without, and someone who reads all the time."""

    site: Sites
    folder: Known
    crawl: Known
    reader: Reader


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    place = tmp_path_factory.mktemp("kills")
    with sites(place / "sites") as site, reading() as reader:
        known = []
        for name, crawl in (("folder", False), ("crawl", True)):
            base = first_night(new_world(place / name, crawl=crawl), site)
            known.append(undisturbed(site, base, place / f"{name}-after", first_state=1, nights=2))
        yield Nights(site, *known, reader)


@pytest.fixture(scope="module")
def on_server(nights: Nights, server: str, tmp_path_factory: pytest.TempPathFactory) -> Known:
    """The same without a crawl, its table on a server."""
    place = tmp_path_factory.mktemp("server")
    base = first_night(new_world(place / "base", crawl=False, server=server), nights.site)
    return undisturbed(nights.site, base, place / "after", first_state=1, nights=2)


@pytest.mark.parametrize(
    "kill",
    [Kill("publish", 1), Kill("publish", 40), Kill("commit", 3, after=True), Kill("file", 2), Kill("sql", 30, after=True)],
    ids=lambda kill: f"{kill.kind}-{kill.at}",
)
def test_killed_at_an_event(nights: Nights, tmp_path: Path, kill: Kill) -> None:
    outcome = trial(nights.folder, nights.site, tmp_path / "world", [kill], nights.reader)
    assert outcome.kills[kill.kind] == 1
    assert not outcome.violations
    assert outcome.published_before == 0


def test_killed_when_the_night_is_just_published(nights: Nights, tmp_path: Path) -> None:
    """The very commit is the border: before it last night stands, after it tonight, with all that belongs to it."""
    last = Kill("commit", nights.folder.events["commit"], after=True)
    outcome = trial(nights.folder, nights.site, tmp_path / "world", [last], nights.reader)
    assert outcome.published_before == 1
    assert outcome.views > 0
    assert not outcome.violations


def test_a_table_on_a_server_says_the_same(nights: Nights, on_server: Known) -> None:
    assert on_server.digests == nights.folder.digests


@pytest.mark.parametrize("back", [0, 1], ids=["after the last commit", "before it"])
def test_killed_on_a_server(nights: Nights, on_server: Known, tmp_path: Path, back: int) -> None:
    last = Kill("commit", on_server.events["commit"], after=not back)
    outcome = trial(on_server, nights.site, tmp_path / "world", [last], nights.reader)
    assert outcome.kills["commit"] == 1
    assert outcome.published_before == (not back)
    assert not outcome.violations


def test_killed_while_it_crawls_twice(nights: Nights, tmp_path: Path) -> None:
    dice = random.Random(3)
    kills = [Kill("journal", 4), draw(nights.crawl, dice, "moment")]
    outcome = trial(nights.crawl, nights.site, tmp_path / "world", kills, nights.reader)
    assert outcome.kills["journal"] == 1
    assert not outcome.violations


def test_a_night_published_in_two_steps_would_be_seen(nights: Nights, tmp_path: Path) -> None:
    outcome = trial(nights.folder, nights.site, tmp_path / "world", [Kill("publish", 6)], nights.reader, planted=True)
    assert any("the table is another" in violation for violation in outcome.violations)
