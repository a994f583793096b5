"""Releases: states of the table with a number and a hash, that can be cited and read years later.

A release is a run whose state stays readable (`withdrawn_run`), the hash of what it says, and a manifest. The hash is over the
identity and the content of every row that stands, so a reader years later can prove that nothing was lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from policymine.errors import StorageError, UnknownIdError
from policymine.table import schema
from policymine.table.dialect import writing
from policymine.table.records import utc
from policymine.table.schema import FINDINGS, Snapshot, visible
from policymine.table.store import Table

FROZEN = (schema.pages, schema.documents, *FINDINGS.values())


class Release(NamedTuple):
    """A frozen state; `fresh` tells whether it was made just now."""

    number: int
    run_id: int
    title: str
    created: str
    content_sha256: str
    manifest: Mapping[str, Any]
    fresh: bool = False


def release(table: Table, *, title: str, now: datetime, versions: Mapping[str, str] | None = None) -> Release:
    """Freezes what the published run shows under the next number; the same state is never numbered twice.

    Args:
        table: the table.
        title: what the release is called in citations.
        now: the moment.
        versions: of the programs that made it, for the manifest.

    Raises:
        StorageError: nothing was published yet, or the database refuses.
    """
    with writing(table.engine) as connection:
        run_id: int = connection.scalars(sa.select(schema.published_run.c.run_id)).one()
        if run_id == 0:
            raise StorageError("release", "", "nothing was published yet; fill the table with `policymine nightly` or `ingest`")
        snapshot = Snapshot(connection, run_id)
        content = content_sha256(snapshot)
        latest = connection.execute(sa.select(schema.releases).order_by(schema.releases.c.number.desc()).limit(1)).first()
        if latest is not None and (latest.run_id == run_id or latest.content_sha256 == content):
            return Release(*latest)
        number = 1 if latest is None else latest.number + 1
        manifest = {**manifest_of(snapshot), "versions": dict(versions or {})}
        made = Release(number, run_id, title, utc(now), content, manifest, fresh=True)
        entry = {name: value for name, value in made._asdict().items() if name != "fresh"}
        connection.execute(sa.insert(schema.releases).values(entry))
    return made


def releases(table: Table) -> tuple[Release, ...]:
    """All releases, newest first."""
    with table.reading() as now:
        found = now.connection.execute(sa.select(schema.releases).order_by(schema.releases.c.number.desc())).all()
    return tuple(Release(*row) for row in found)


def find_release(table: Table, number: int) -> Release:
    """The release of this number.

    Raises:
        UnknownIdError: there is none.
    """
    for known in releases(table):
        if known.number == number:
            return known
    raise UnknownIdError(f"release {number}", "", "there is no such release; `policymine release --list` names them")


def verify_release(table: Table, known: Release) -> None:
    """Makes sure that the table still says what the release froze.

    Raises:
        StorageError: it does not; rows of that state were taken away.
    """
    with table.reading(run=known.run_id) as then:
        found = content_sha256(then)
    if found != known.content_sha256:
        cure = f"its rows are no longer whole (frozen {known.content_sha256[:12]}, found {found[:12]}); restore a backup"
        raise StorageError(f"release {known.number}", "", cure)


def content_sha256(now: Snapshot) -> str:
    """A hash over identity and content of every row that stands, however the table was filled."""
    digest = hashlib.sha256()
    for part in FROZEN:
        c = part.c
        identity = c.id if "id" in c else c.page_id
        query = (
            sa.select(c.page_id, identity, c.signature)
            .where(visible(part, now.run_id))
            .order_by(c.page_id, identity, c.signature)
        )
        digest.update(f"{part.name}\n".encode())
        for rows in now.connection.execute(query, execution_options={"yield_per": 50_000}).partitions():
            digest.update("".join(f"{page} {row} {content}\n" for page, row, content in rows).encode())
    return digest.hexdigest()


def manifest_of(now: Snapshot) -> dict[str, Any]:
    """What a state holds: counts, the rules that made it, its sources with their pages."""
    count = sa.func.count()
    p = schema.pages
    rows = {
        part.name.rstrip("_"): now.connection.scalars(sa.select(count).where(visible(part, now.run_id))).one()
        for part in FROZEN
    }
    made_by = sa.select(p.c.clean_fingerprint, p.c.mine_fingerprint, count).where(visible(p, now.run_id))
    made_by = made_by.group_by(p.c.clean_fingerprint, p.c.mine_fingerprint).order_by(
        p.c.clean_fingerprint, p.c.mine_fingerprint
    )
    sources = sa.select(p.c.source, count).where(visible(p, now.run_id)).group_by(p.c.source).order_by(p.c.source)
    return {
        "rows": rows,
        "fingerprints": [{"clean": c, "mine": m, "pages": n} for c, m, n in now.connection.execute(made_by)],
        "sources": {row[0]: row[1] for row in now.connection.execute(sources)},
    }
