"""The knowledge table: opening it, beginning a run, and what others ask of it.

Everything read here is what the published run shows, unless another run is named.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

import sqlalchemy as sa

from policymine.errors import StorageError, TableError, UnknownIdError
from policymine.table import schema, staging
from policymine.table.bigrams import Fold
from policymine.table.dialect import add_to_index, empty_index, engine_of, log_of, path_of, place_of, reading, writing
from policymine.table.dump import dump_canonical
from policymine.table.indexing import COLUMNS, entry_of
from policymine.table.laws import check_partition
from policymine.table.publish import Clock, PartitionCheck, Run
from policymine.table.records import utc
from policymine.table.schema import FINDINGS, Snapshot, visible
from policymine.table.upgrade import upgrade
from policymine.text.script import fold

NO_TABLE = "there is no table yet; fill it with `policymine ingest` or `policymine nightly`"
FOLD_PROBE = "ＡＢｃ１２％。，繁體臺灣發髮乾隆後裡麵國務院㎡①ﾊﾝｶｸ"
"""Folded by the fold at hand it tells whether the search index was built with the same one."""


class PageState(NamedTuple):
    """What the table knows of a page: its version, where its bytes are archived, and the stations that read them."""

    page_id: str
    source: str
    url: str
    body_sha256: str
    fetched_at: str | None
    media_type: str
    encoding: str
    place: str | None
    etag: str | None
    last_modified: str | None
    clean_fingerprint: str
    mine_fingerprint: str
    online_status: str
    first_seen: str
    last_seen: str


class RunRecord(NamedTuple):
    """One run as it ended: `status` is staged, published or discarded."""

    id: int
    kind: str
    status: str
    started: str
    ended: str | None
    report: Mapping[str, Any] | None


class DocumentText(NamedTuple):
    """A document's clean text, for finding copies of it."""

    id: str
    page_id: str
    text: str


class Table:
    """The knowledge table; made by `Table.open`, closed by leaving its `with` block."""

    def __init__(self, url: str, engine: sa.Engine, *, fold: Fold) -> None:
        self.url, self.engine, self.fold = url, engine, fold

    @classmethod
    def open(cls, url: str, *, create: bool = True, fold: Fold = fold) -> Self:
        """Opens the table and brings its schema up to date.

        Args:
            url: a SQLAlchemy address such as `sqlite:///data/policymine.db`.
            create: whether a table that is not there yet is made.
            fold: makes search indifferent to width, script and case; all who open a table use the same.

        Raises:
            StorageError: it cannot be opened, is of a newer version, or is not there; the message names the cure.
        """
        engine = engine_of(url)
        path = path_of(url)
        if path is not None and not path.exists():
            if log_of(path).exists():
                cure = "a write-ahead log without its database; restore a backup (`policymine restore`)"
                raise StorageError(str(log_of(path)), "", cure)
            if not create:
                raise StorageError(str(path), "", NO_TABLE)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                raise StorageError(str(path), "", f"its folder cannot be made ({problem.strerror})") from problem
        upgraded = upgrade(engine, create=create)
        table = cls(url, engine, fold=fold)
        if upgraded or table._is_unfolded():
            table._refold()
        return table

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self.engine.dispose()

    @contextmanager
    def reading(self, *, run: int | None = None) -> Iterator[Snapshot]:
        """One moment of the table: as the published run shows it, or as run `run` does or will show it."""
        with reading(self.engine) as connection:
            published = sa.select(schema.published_run.c.run_id)
            yield Snapshot(connection, connection.scalars(published).one() if run is None else run)

    def begin(self, kind: str, *, clock: Clock, partition: PartitionCheck = check_partition, resume: bool = True) -> Run:
        """Begins a run; the caller holds the `RunLock`.

        A run of the same kind that died is taken up again (its pages are there: `page_state(…, run=run.id)`), any other that
        died is discarded.

        Args:
            kind: what the run does: `nightly`, `remine`, `ingest`.
            clock: gives the time of day.
            partition: checks the Partition law for a page.
            resume: whether to take up a dead run of the same kind; otherwise it is discarded.
        """
        self._refold()
        runs = schema.runs
        with writing(self.engine) as connection:
            found = None
            left = sa.select(runs.c.id, runs.c.kind, runs.c.started).where(runs.c.status == "staged").order_by(runs.c.id.desc())
            for dead in connection.execute(left).all():
                if resume and found is None and dead.kind == kind:
                    found = staging.RunMark(dead.id, dead.started)
                    continue
                staging.take_out(connection, dead.id, fold=self.fold)
                ended = {"status": "discarded", "ended": utc(clock())}
                connection.execute(sa.update(runs).where(runs.c.id == dead.id).values(ended))
            mark = found or self._new_run(connection, kind, now=clock())
        resumed = found is not None
        return Run(self.engine, mark, kind=kind, clock=clock, partition=partition, fold=self.fold, resumed=resumed)

    def attach(self, run_id: int, *, clock: Clock, partition: PartitionCheck = check_partition) -> Run:
        """The run of this id that is being staged, to store into it from another task or process.

        Raises:
            TableError: there is none, or it has ended.
        """
        with reading(self.engine) as connection:
            row = connection.execute(sa.select(schema.runs).where(schema.runs.c.id == run_id)).one_or_none()
        if row is None or row.status != "staged":
            raise TableError(f"run {run_id}", row.status if row else "unknown", "is not being staged; begin a new run")
        mark = staging.RunMark(row.id, row.started)
        return Run(self.engine, mark, kind=row.kind, clock=clock, partition=partition, fold=self.fold, resumed=True)

    def runs(self, *, kind: str | None = None, limit: int = 8) -> tuple[RunRecord, ...]:
        """The latest runs, newest first."""
        c = schema.runs.c
        query = sa.select(c.id, c.kind, c.status, c.started, c.ended, c.report).order_by(c.id.desc()).limit(limit)
        with reading(self.engine) as connection:
            found = connection.execute(query if kind is None else query.where(c.kind == kind)).all()
        return tuple(RunRecord(*row) for row in found)

    def counts(self, *, run: int | None = None) -> dict[str, int]:
        """How many pages, documents, issues and rows of each kind stand."""
        tables: dict[str, sa.Table] = {
            "pages": schema.pages,
            "documents": schema.documents,
            "issues": schema.issues,
            **FINDINGS,
        }
        with self.reading(run=run) as now:
            return {
                name: now.connection.scalars(sa.select(sa.func.count()).where(visible(table, now.run_id))).one()
                for name, table in tables.items()
            }

    def page_state(self, page_id: str, *, run: int | None = None) -> PageState | None:
        """What the table knows of a page; None when it never met it."""
        with self.reading(run=run) as now:
            query = _states(now.run_id).where(schema.pages.c.page_id == page_id)
            row = now.connection.execute(query).one_or_none()
        return PageState(*row) if row else None

    def page_states(self, *, source: str | None = None, run: int | None = None) -> tuple[PageState, ...]:
        """What the table knows of all pages, or of those of one source, in the order of their ids."""
        c = schema.pages.c
        with self.reading(run=run) as now:
            query = _states(now.run_id).order_by(c.page_id)
            found = now.connection.execute(query if source is None else query.where(c.source == source)).all()
        return tuple(PageState(*row) for row in found)

    def pages_stale(self, fingerprints: Mapping[str, str], *, run: int | None = None) -> tuple[PageState, ...]:
        """The pages that other rules or another version of a station made, in the order of their ids.

        Args:
            fingerprints: of the stations as they are now, by name (`clean`, `mine`).
            run: as the run of this id will show them; the published one by default.
        """
        c = schema.pages.c
        other = sa.or_(c.clean_fingerprint != fingerprints["clean"], c.mine_fingerprint != fingerprints["mine"])
        with self.reading(run=run) as now:
            found = now.connection.execute(_states(now.run_id).where(other).order_by(c.page_id)).all()
        return tuple(PageState(*row) for row in found)

    def known_bodies(self, *, run: int | None = None) -> dict[str, str]:
        """The version of each page: `body_sha256` by page id."""
        c = schema.pages.c
        with self.reading(run=run) as now:
            found = now.connection.execute(sa.select(c.page_id, c.body_sha256).where(visible(schema.pages, now.run_id)))
            return {row.page_id: row.body_sha256 for row in found}

    def raw_text(self, page_id: str) -> str:
        """The raw text of a page that stands.

        Raises:
            UnknownIdError: the table has no such page.
        """
        pages, texts = schema.pages, schema.texts
        with self.reading() as now:
            joined = sa.select(texts.c.body).join(pages, pages.c.text_sha256 == texts.c.sha256)
            chosen = joined.where(pages.c.page_id == page_id, visible(pages, now.run_id))
            body = now.connection.scalars(chosen).one_or_none()
        if body is None:
            raise UnknownIdError(page_id, "pages", "there is no such page; page ids stand in `policymine show`")
        return zlib.decompress(body).decode()

    def document_pages(self, *, run: int | None = None) -> dict[str, str]:
        """The ids of the documents that stand, each with that of its page."""
        c = schema.documents.c
        with self.reading(run=run) as now:
            query = sa.select(c.id, c.page_id).where(visible(schema.documents, now.run_id))
            return {row.id: row.page_id for row in now.connection.execute(query)}

    def document_texts(self, *, run: int | None = None, only: Sequence[str] | None = None) -> Iterator[DocumentText]:
        """The clean text of every document that stands, or of the ones of these ids, to find copies of them on other pages."""
        c = schema.documents.c
        query = sa.select(c.id, c.page_id, c.text).order_by(c.page_id, c.ordinal)
        parts = [query] if only is None else [query.where(c.id.in_(only[at : at + 500])) for at in range(0, len(only), 500)]
        with self.reading(run=run) as now:
            for part in parts:
                shown = part.where(visible(schema.documents, now.run_id))
                for row in now.connection.execute(shown, execution_options={"yield_per": 200}):
                    yield DocumentText(*row)

    def dump_canonical(self) -> Iterator[str]:
        """The content as lines of JSON, to compare two tables: equal when they say the same, however they were filled."""
        with self.reading() as now:
            yield from dump_canonical(now)

    def _new_run(self, connection: sa.Connection, kind: str, *, now: datetime) -> staging.RunMark:
        """A run that began later than every other, also when the clock was set back: history keeps its order."""
        latest = connection.scalars(sa.select(sa.func.max(schema.runs.c.started))).one()
        started = utc(now) if latest is None else max(utc(now), utc(datetime.fromisoformat(latest) + timedelta(seconds=1)))
        entry = {"kind": kind, "status": "staged", "started": started}
        key = connection.execute(sa.insert(schema.runs).values(entry)).inserted_primary_key
        assert key is not None
        return staging.RunMark(key[0], started)

    def _is_unfolded(self) -> bool:
        """Whether the search index was emptied, by a migration or a copy, and not filled again: it would find nothing."""
        with reading(self.engine) as connection:
            facts = schema.facts.c
            return connection.scalars(sa.select(facts.value).where(facts.name == "fold")).one_or_none() is None

    def _refold(self) -> None:
        """Builds the search index anew when it was built with another fold."""
        facts, d = schema.facts, schema.directives
        known = sa.select(facts.c.value).where(facts.c.name == "fold")
        probe = self.fold(FOLD_PROBE)
        with writing(self.engine) as connection:
            if connection.scalars(known).one_or_none() == probe:
                return
            connection.execute(sa.delete(facts).where(facts.c.name == "fold"))
            connection.execute(sa.insert(facts).values(name="fold", value=probe))
            empty_index(connection)
            reached = -1
            page = (
                sa.select(*(d.c[name] for name in COLUMNS))
                .where(d.c.serial > sa.bindparam("reached"))
                .order_by(d.c.serial)
                .limit(10_000)
            )
            while rows := connection.execute(page, {"reached": reached}).mappings().all():
                add_to_index(connection, [entry_of(record, self.fold) for record in rows])
                reached = rows[-1]["serial"]


def _states(run_id: int) -> sa.Select[Any]:
    columns = (schema.pages.c[name] for name in PageState._fields)
    return sa.select(*columns).where(visible(schema.pages, run_id))


__all__ = ["DocumentText", "PageState", "RunRecord", "Table", "place_of"]
