"""Releases freeze what is published: numbered, hashed, readable years later, refused when no longer whole."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

import policymine
from policymine.errors import StorageError, UnknownIdError
from policymine.research.export import export
from policymine.research.selection import select
from policymine.table import Table
from policymine.table.knowledge import run_of_day
from policymine.table.query import QueryError
from policymine.table.releases import find_release, release, releases, verify_release

from .conftest import NOW, night

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def rows(table: Table, **state: object) -> list[tuple[object, ...]]:
    return [row for stretch in select(table, **state).stretches() for row in stretch]  # type: ignore[arg-type]


def test_a_release_says_the_same_after_later_nights(filled: Table) -> None:
    frozen = release(filled, title="云河要求库", now=NOW)
    assert (frozen.number, frozen.fresh) == (1, True)
    assert frozen.manifest["rows"]["directives"] == 60
    before = rows(filled, release=1)
    night(filled, [1, 3, 99], force=5, day=1)
    assert rows(filled, release=1) == before
    assert rows(filled) != before
    verify_release(filled, find_release(filled, 1))
    second = release(filled, title="再版", now=LATER)
    assert second.number == 2
    assert second.content_sha256 != frozen.content_sha256
    assert [known.number for known in releases(filled)] == [2, 1]


def test_the_same_state_is_numbered_once(filled: Table) -> None:
    first = release(filled, title="一", now=NOW)
    again = release(filled, title="二", now=LATER)
    assert (again.number, again.title, again.fresh) == (1, "一", False)
    night(filled, range(6), day=1)  # a night that finds the same
    assert release(filled, title="三", now=LATER).content_sha256 == first.content_sha256
    assert len(releases(filled)) == 1


def test_the_hash_is_of_the_content_however_the_table_was_filled(tmp_path: Path) -> None:
    hashes = []
    for name, order in (("a", range(6)), ("b", reversed(range(6)))):
        with Table.open(f"sqlite:///{tmp_path}/{name}.db") as table:
            night(table, order)
            hashes.append(release(table, title="x", now=NOW).content_sha256)
    assert hashes[0] == hashes[1]


def test_a_release_that_lost_rows_is_refused(filled: Table) -> None:
    release(filled, title="x", now=NOW)
    with filled.engine.begin() as connection:  # the planted fault
        connection.execute(sa.text("DELETE FROM directives WHERE force = 3 AND start = 0"))
    with pytest.raises(StorageError, match="restore a backup") as refused:
        select(filled, release=1)
    assert refused.value.exit_code == 8
    assert "\n" not in str(refused.value)


def test_unknown_releases_days_and_empty_tables(filled: Table, tmp_path: Path) -> None:
    with pytest.raises(UnknownIdError, match="--list"):
        select(filled, release=7)
    with pytest.raises(UnknownIdError):
        run_of_day(filled, "1999")
    with pytest.raises(QueryError):
        run_of_day(filled, "yesterday")
    with pytest.raises(QueryError, match="one or the other"):
        select(filled, release=1, as_of="2026")
    with Table.open(f"sqlite:///{tmp_path}/empty.db") as empty, pytest.raises(StorageError, match="nothing was published"):
        release(empty, title="x", now=NOW)


def test_what_was_shown_on_a_day(filled: Table) -> None:
    night(filled, [1], force=5, day=3)
    assert {row[4] for row in rows(filled, as_of="2026-11-23")} == {3}
    assert {row[4] for row in rows(filled, as_of="2026-11-25")} == {3, 5}
    assert {row[4] for row in rows(filled, as_of="2026")} == {3, 5}


def test_a_delivery_of_a_release_is_the_same_byte_for_byte_later(small: Table, tmp_path: Path) -> None:
    frozen = release(small, title="云河要求库", now=NOW)
    first = export(select(small, release=1), tmp_path / "first", formats=["csv", "jsonl"], now=NOW)
    night(small, [1, 2, 77], force=5, day=1)
    later = export(select(small, release=1), tmp_path / "later", formats=["csv", "jsonl"], now=LATER)
    for name in ("knowledge.csv", "knowledge.jsonl"):
        assert (first.folder / name).read_bytes() == (later.folder / name).read_bytes()
    cited = (later.folder / "CITATION.cff").read_text(encoding="utf-8")
    assert f"sha256:{frozen.content_sha256}" in cited
    assert '"云河要求库, release 1"' in cited
    with policymine.open(small.url, release=1) as knowledge:
        assert knowledge.directives(force=5).height == 0
