"""A run: pages staged beside the published table, then published as a whole or discarded as a whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple, Self

import sqlalchemy as sa

from policymine.errors import StorageError, TableError
from policymine.model import CleanPage, MinedDocument, Row
from policymine.table import schema, staging
from policymine.table.bigrams import Fold
from policymine.table.dialect import checkpoint, reading, writing
from policymine.table.laws import check_documents, check_identities, check_rows
from policymine.table.records import Staged, Validators, stage, utc
from policymine.table.rows import rows_of
from policymine.table.schema import visible

Clock = Callable[[], datetime]
PartitionCheck = Callable[[CleanPage], None]
Along = Callable[[sa.Connection, int], object]

BUFFER = 4_000
"""Records that are kept back to be written in one transaction."""


class Changes(NamedTuple):
    """What a run changes for those who must comply, as sets of requirement ids in order.

    A requirement is `new` when nothing published had it, `withdrawn` when it no longer stands, `changed` when it stands on with
    other fields (another deadline read, another bearer).
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]


class Run:
    """A staged run; made by `Table.begin`. What it stores nobody sees until `publish`.

    Pages are written in batches; what is still kept back when a process dies is mined again. As a context manager it writes the
    rest on leaving and publishes nothing.
    """

    def __init__(
        self, engine: sa.Engine, mark: staging.RunMark, *, kind: str, clock: Clock, partition: PartitionCheck, fold: Fold,
        resumed: bool = False,
    ) -> None:  # fmt: skip
        self.id, self.started, self.kind, self.resumed = mark.id, mark.started, kind, resumed
        self._engine, self._mark, self._clock, self._partition, self._fold = engine, mark, clock, partition, fold
        self._kept_back: list[Staged] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            self.flush()

    def store(
        self,
        clean: CleanPage,
        documents: Sequence[MinedDocument],
        *,
        fingerprints: Mapping[str, str],
        validators: Validators = Validators(),  # noqa: B008 - immutable
    ) -> tuple[Row, ...]:
        """Stages a page with everything found on it; it replaces what the table holds of this page.

        Args:
            clean: the cleaned page.
            documents: its documents with their findings.
            fingerprints: of the stations, by name (`clean`, `mine`).
            validators: what the server gave to ask with next time.

        Returns:
            The rows of all its documents.

        Raises:
            AlignmentError: a law is broken; nothing of the page is stored.
            StorageError: the database refused; nothing of this batch is stored.
        """
        self._partition(clean)
        check_documents(clean, documents)
        rows = {mined.document.id: rows_of(clean.page, mined) for mined in documents}
        for mined in documents:
            check_rows(clean.page, mined, rows=rows[mined.document.id])
        every = tuple(row for found in rows.values() for row in found)
        check_identities(clean.page, every)
        staged = stage(clean, rows, documents=documents, fingerprints=fingerprints, validators=validators)
        self._kept_back.append(staged)
        if sum(page.size for page in self._kept_back) >= BUFFER:
            self.flush()
        return every

    def seen(self, page_ids: Collection[str], *, online_status: str = "online") -> None:
        """Notes pages that were met unchanged, or that are `gone`; only pages met `online` move their `last_seen`."""
        with writing(self._engine) as connection:
            staging.touch(connection, page_ids, run_id=self.id, online_status=online_status)

    def flush(self) -> None:
        """Writes what was kept back, in one transaction."""
        if not self._kept_back:
            return
        with writing(self._engine) as connection:
            _still_staged(connection, self.id)
            staging.write(connection, self._kept_back, run=self._mark, fold=self._fold)
        self._kept_back = []

    def changes(self) -> Changes:
        """What this run, once published, changes for those who must comply."""
        self.flush()
        d = schema.directives
        with reading(self._engine) as connection:
            published = _published(connection)
            before, now = _Standing(published), _Standing(self.id)
            fresh, gone = d.c.run_id == self.id, sa.and_(d.c.withdrawn_run == self.id, d.c.run_id <= published)

            def ids(*conditions: sa.ColumnElement[bool]) -> set[str]:
                return set(connection.scalars(sa.select(d.c.requirement_id).where(*conditions).distinct()))

            new = ids(fresh, ~before.requirement())
            withdrawn = ids(gone, ~now.requirement())
            reread = ids(fresh, ~before.requirement(same_reading=True)) | ids(gone, ~now.requirement(same_reading=True))
        return Changes(tuple(sorted(new)), tuple(sorted(reread - new - withdrawn)), tuple(sorted(withdrawn)))

    def publish(self, report: Mapping[str, Any] | None = None, *, along: Along = lambda _connection, _run_id: None) -> None:
        """Makes all of it visible, in one transaction.

        Args:
            report: what the run did, for `Table.runs`.
            along: what else belongs to the published state (the frontier, what is learnt), done in the same transaction.

        Raises:
            TableError: it was published or discarded already.
        """
        self.flush()
        with writing(self._engine) as connection:
            _still_staged(connection, self.id)
            _move_last_seen(connection, self._mark)
            connection.execute(sa.update(schema.published_run).values(run_id=self.id))
            along(connection, self.id)
            self._end(connection, "published", report=report)
        with suppress(StorageError):  # the night is published; what stays in the log is folded in by the next one
            checkpoint(self._engine)

    def discard(self, report: Mapping[str, Any] | None = None) -> None:
        """Takes all of it out again; readers never knew."""
        self._kept_back = []
        with writing(self._engine) as connection:
            _still_staged(connection, self.id)
            staging.take_out(connection, self.id, fold=self._fold)
            self._end(connection, "discarded", report=report)

    def _end(self, connection: sa.Connection, status: str, *, report: Mapping[str, Any] | None) -> None:
        ended = {"status": status, "ended": utc(self._clock()), "report": None if report is None else dict(report)}
        connection.execute(sa.update(schema.runs).where(schema.runs.c.id == self.id).values(ended))


class _Standing(NamedTuple):
    """What stands in the view of a run."""

    run_id: int

    def requirement(self, *, same_reading: bool = False) -> sa.Exists:
        """The condition that a directive's requirement stands here too, or even stands with the same reading."""
        d, other = schema.directives, schema.directives.alias("other")
        alike = [other.c.requirement_id == d.c.requirement_id, visible(other, self.run_id)]
        if same_reading:
            alike.append(other.c.reading == d.c.reading)
        return sa.exists().where(*alike).correlate(d)


def _published(connection: sa.Connection) -> int:
    run_id: int = connection.scalars(sa.select(schema.published_run.c.run_id)).one()
    return run_id


def _still_staged(connection: sa.Connection, run_id: int) -> None:
    status = connection.scalars(sa.select(schema.runs.c.status).where(schema.runs.c.id == run_id)).one_or_none()
    if status != "staged":
        raise TableError(f"run {run_id}", status or "unknown", "is not being staged; begin a new run")


def _move_last_seen(connection: sa.Connection, run: staging.RunMark) -> None:
    """Carries over to the pages what the run noted about those it met."""
    pages, touched = schema.pages, schema.touched
    met = sa.select(touched.c.online_status).where(touched.c.run_id == run.id, touched.c.page_id == pages.c.page_id)
    last_seen = sa.case((met.scalar_subquery() == "online", run.started), else_=pages.c.last_seen)
    standing = pages.c.withdrawn_run.is_(None)
    change = sa.update(pages).where(standing, met.exists()).values(online_status=met.scalar_subquery(), last_seen=last_seen)
    connection.execute(change)
    connection.execute(sa.delete(touched).where(touched.c.run_id == run.id))
