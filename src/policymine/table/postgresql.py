"""What PostgreSQL does otherwise: connections, the only writer, COPY, the search index as a table of grams, its errors."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from policymine.errors import StorageError
from policymine.table.bigrams import Entry
from policymine.table.indexing import grams

WRITER = 0x706F6C69
"""The advisory lock that makes a transaction the only writer."""
NUL, NUL_SIGN = "\x00", "\U000f0000"
"""PostgreSQL keeps no NUL in a text; it travels as a sign of the private plane and comes back as NUL."""
CURES = {
    "53100": "the disk is full; free some space and run again, nothing was lost",
    "53300": "the server has no connection left; wait, or raise max_connections",
    "25006": "the database is read-only; choose another --database",
    "55P03": "another program is writing; wait until it has ended and run again",
    "3D000": "there is no such database; create it with `createdb`",
    "28": "the server refused user or password; check --database or POLICYMINE_DATABASE_URL",
    "42501": "the user may not do this; grant the rights or choose another user",
    "57": "the server is shutting down; run again when it is back, nothing was lost",
}

ESTIMATE = "EXPLAIN (FORMAT JSON) SELECT 1 FROM directives_index WHERE grams @@ CAST(:match AS tsquery)"
WALKED, MET, FETCHED = 0.6, 0.15, 2.3
"""Microseconds per row walked along, per row that the index gives, per row fetched and looked at; measured on a million."""
CHANGED = """SELECT t.relname FROM pg_stat_user_tables AS t JOIN pg_class AS c ON c.oid = t.relid
    WHERE t.relname = ANY(:names) AND t.schemaname = current_schema
    AND (c.reltuples <= 0 OR t.n_mod_since_analyze > 0.1 * c.reltuples)"""
"""Tables that were never analysed, or of which a tenth has changed since."""

SIGNS = {'" does not exist': "3D000", "password authentication failed": "28", "too many clients": "53300"}
"""What the server says where a connection fails, which carries no code, and the code it would have."""


def engine_of(url: sa.URL, *, place: str, json: Any, busy_seconds: float) -> sa.Engine:
    """An engine for an address; nothing is opened yet.

    Raises:
        StorageError: the driver is not installed.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as problem:
        raise StorageError(place, "", "needs a driver; pip install 'policymine[postgresql]'") from problem
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), json_serializer=json, isolation_level="REPEATABLE READ")

    def prepare(connection: Any, _: object) -> None:
        _adapt(connection)
        connection.execute(f"SET lock_timeout = {int(busy_seconds * 1000)}")
        for setting in ("jit = off", "max_parallel_workers_per_gather = 0", "work_mem = '32MB'"):
            connection.execute(f"SET {setting}")
        connection.commit()

    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("policymine_writes", False):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")

    sa.event.listen(engine, "connect", prepare)
    sa.event.listen(engine, "begin", begin)
    return engine


def _adapt(connection: Any) -> None:
    """Lets NUL travel."""
    from psycopg.types.string import StrDumper, TextLoader

    class Dumper(StrDumper):
        def dump(self, text: str) -> Any:
            return super().dump(text.replace(NUL, NUL_SIGN) if NUL in text else text)

    class Loader(TextLoader):
        def load(self, data: Any) -> Any:
            text = super().load(data)
            return text.replace(NUL_SIGN, NUL) if isinstance(text, str) and NUL_SIGN in text else text

    connection.adapters.register_dumper(str, Dumper)
    for kind in ("text", "varchar"):
        connection.adapters.register_loader(kind, Loader)


def driver_errors() -> tuple[type[Exception], ...]:
    """What the driver raises where SQLAlchemy does not stand between; nothing while the driver was never needed."""
    driver = sys.modules.get("psycopg")
    errors: tuple[type[Exception], ...] = () if driver is None else (driver.Error,)
    return errors


def cure_of(problem: BaseException | None) -> str:
    """What to do about an error of the server; empty for one that nobody foresaw."""
    state = getattr(problem, "sqlstate", None) or next((code for sign, code in SIGNS.items() if sign in str(problem)), "")
    known = next((text for code, text in CURES.items() if state.startswith(code)), "")
    return known or ("" if state else f"cannot be reached ({str(problem).splitlines()[0]}); check address and server")


def insert_rows(connection: sa.Connection, table: str, *, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Inserts many records by COPY."""
    columns = ", ".join(f'"{name}"' for name in names)
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def add_to_index(connection: sa.Connection, entries: Iterable[Entry]) -> None:
    """Makes rows findable."""
    rows = ((entry.serial, entry.text, entry.units, _vector(entry)) for entry in entries)
    insert_rows(connection, "directives_index", names=("rowid", "folded", "units", "grams"), rows=rows)


def _vector(entry: Entry) -> str:
    """An entry's grams and facets as a `tsvector` in writing; signs that mean something there were moved away before."""
    units = (unit_gram(gram) for gram in grams(entry.units))
    return " ".join(f"'{token}'" for token in (*grams(entry.text), *units, *entry.facets))


def unit_gram(gram: str) -> str:
    """A gram of a unit's name, told apart from those of the text."""
    return f"unit{gram}"


def take_from_index(connection: sa.Connection, serials: Sequence[int]) -> None:
    """Takes rows out again."""
    connection.execute(sa.text("DELETE FROM directives_index WHERE rowid = ANY(:serials)"), {"serials": list(serials)})


def tidy(connection: sa.Connection) -> None:
    """What a night leaves to do, outside any transaction: the index's list of pending entries, which pages are visible to all
    (so that `lifetimes` is read from its index alone), and what the planner knows of tables that have changed much.
    """
    connection.exec_driver_sql("SELECT gin_clean_pending_list('ix_directives_index_grams')")
    connection.exec_driver_sql("VACUUM (SKIP_LOCKED) directives, directives_index")
    for name in connection.execute(
        sa.text(CHANGED), {"names": ["directives", "directives_index", "documents", "pages"]}
    ).scalars():
        connection.exec_driver_sql(f"ANALYZE {name}")


class Walk(NamedTuple):
    """A search without the index: the condition, the rows there are, and the share of them that the index would give."""

    condition: sa.ColumnElement[bool]
    rows: int
    share: float

    def at_least(self, hits: int) -> Walk:
        """The same, now that so many hits were met before the count ended: statistics take a phrase for rarer than it is."""
        return self._replace(share=max(self.share, min(2 * hits / self.rows, 1.0)))

    def pays(self, limit: int, *, ordered: bool) -> bool:
        """Whether it is quicker than the index, which must give all hits before the newest are known.

        >>> often, seldom = (Walk(sa.true(), 1_000_000, share) for share in (0.5, 0.001))
        >>> often.pays(20, ordered=True), seldom.pays(20, ordered=True), often.pays(2000, ordered=False)
        (True, False, True)
        """
        hits = max(self.rows * self.share, 1.0)
        walked = min(limit / max(self.share, 1e-9), self.rows) * WALKED
        return walked < hits * MET + (hits if ordered else min(limit, hits)) * FETCHED


def walk_of(connection: sa.Connection, text: str, *, condition: sa.ColumnElement[bool]) -> Walk:
    """The walk beside an index that is asked for `text`; the planner's statistics say how many rows have it."""
    if not text:
        return Walk(condition, 1, 1.0)
    told = connection.execute(sa.text(ESTIMATE), {"match": text}).scalar_one()[0]["Plan"]["Plan Rows"]
    rows = connection.execute(
        sa.text("SELECT reltuples FROM pg_class WHERE oid = to_regclass('directives_index')")
    ).scalar_one()
    return Walk(condition, max(int(rows), 1), min(told / max(rows, 1), 1.0))


def query_text(groups: Sequence[Sequence[str]], *, units: Sequence[str], needed: str | None) -> str:
    """A `tsquery` of facet alternatives, spellings of a part of a unit's name, and what the query needs."""
    either = [" | ".join(f"'{token}'" for token in group) for group in groups]
    spelled = (" & ".join(f"'{unit_gram(gram)}'" for gram in grams(unit)) for unit in units)
    either += [" | ".join(f"({unit})" for unit in spelled)] if units else []
    return " & ".join(f"({part})" for part in (*either, *([needed] if needed else [])))
