"""What is particular to the database at hand: connections, transactions, the search index, what its errors mean.

SQLite stands here; what PostgreSQL does otherwise stands in `postgresql.py` and is called from here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry

from policymine.errors import StorageError
from policymine.table import postgresql
from policymine.table.bigrams import Entry, Fold, pairs, singles
from policymine.table.indexing import exact, fts_expression, fts_term, necessary
from policymine.table.postgresql import Walk
from policymine.table.query import Node

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""

INDEX = "directives_index"
"""The search index: for every directive the set of its characters and the sequence of its pairs. It holds no text of its own:
taking a row out needs the very tokens that put it in."""

index = sa.table(INDEX, sa.column("rowid", sa.BigInteger), sa.column("folded", sa.Text), sa.column("units", sa.Text))

CURES = {
    "SQLITE_FULL": "the disk is full; free some space and run again, nothing was lost",
    "SQLITE_READONLY": "the file or its folder is read-only; give write permission or choose another --database",
    "SQLITE_CANTOPEN": "cannot be opened; check that its folder exists and is writable",
    "SQLITE_NOTADB": "is not a database; choose another --database, or restore a backup",
    "SQLITE_CORRUPT": "is damaged; restore a backup",
    "SQLITE_BUSY": f"another program has been writing for {BUSY_SECONDS} seconds; wait until it has ended and run again",
    "SQLITE_LOCKED": "another program is writing; wait until it has ended and run again",
    "SQLITE_IOERR": "the disk reports an error; check the disk and its free space, then run again",
    "SQLITE_PERM": "the file may not be opened; give permission or choose another --database",
}


def engine_of(url: str) -> sa.Engine:
    """An engine for an address; nothing is opened yet.

    Raises:
        StorageError: the address is none, or of a database that is not supported.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as problem:
        raise StorageError(url, "", "is no database address; write it like sqlite:///data/policymine.db") from problem
    if parsed.get_backend_name() == "postgresql":
        return postgresql.engine_of(parsed, place=place_of(url), json=_json, busy_seconds=BUSY_SECONDS)
    if parsed.get_backend_name() != "sqlite":
        cure = "the table is kept in SQLite or PostgreSQL; write sqlite:///data/policymine.db"
        raise StorageError(place_of(url), "", cure)
    engine = sa.create_engine(parsed, json_serializer=_json, connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def path_of(url: str) -> Path | None:
    """The file of a SQLite address; None for a table in memory or on a server.

    >>> path_of("sqlite:///data/policymine.db").name
    'policymine.db'
    """
    parsed = sa.make_url(url)
    database = parsed.database
    if parsed.get_backend_name() != "sqlite" or not database or database == ":memory:":
        return None
    return Path(database.removeprefix("file:").partition("?")[0])


def log_of(path: Path) -> Path:
    """The write-ahead log of a SQLite file."""
    return path.with_name(path.name + "-wal")


def place_of(url: str) -> str:
    """How messages name a table: its file, or its address without the password."""
    parsed = sa.make_url(url)
    path = path_of(url)
    return str(path) if path else parsed.render_as_string(hide_password=True)


_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    """Sets up a new connection: we begin transactions ourselves, readers and the writer do not wait for each other."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        cursor.execute("PRAGMA journal_mode = WAL")
    for pragma in ("synchronous = NORMAL", "temp_store = MEMORY", "cache_size = -65536", "wal_autocheckpoint = 8000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("policymine_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def named_errors(url: str) -> Iterator[None]:
    """Turns what the database raises into one line with thing, place and cure.

    Raises:
        StorageError: instead of any error of the database but a broken constraint, which is a bug.
    """
    try:
        yield
    except sa.exc.IntegrityError:
        raise
    except sa.exc.DBAPIError as problem:
        raise _storage_error(url, problem.orig) from problem
    except sqlite3.Error as problem:
        raise _storage_error(url, problem) from problem
    except postgresql.driver_errors() as problem:
        raise _storage_error(url, problem) from problem


def _storage_error(url: str, problem: BaseException | None) -> StorageError:
    name = getattr(problem, "sqlite_errorname", "") or ""
    cure = next((text for code, text in CURES.items() if name.startswith(code)), "")
    if not cure and sa.make_url(url).get_backend_name() == "postgresql":
        cure = postgresql.cure_of(problem)
    return StorageError(place_of(url), "", cure or f"the database refused ({problem}); run `policymine doctor`")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One write transaction: all of it or nothing; the only writer while it lasts."""
    url = engine.url.render_as_string(hide_password=False)
    with named_errors(url), engine.connect() as raw:
        connection = raw.execution_options(policymine_writes=True)
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One read transaction: everything read in it is of one moment."""
    url = engine.url.render_as_string(hide_password=False)
    with named_errors(url), engine.connect() as connection, connection.begin():
        yield connection


def checkpoint(engine: sa.Engine) -> None:
    """Tidies up after a night: folds SQLite's write-ahead log into the file, as far as readers let it."""
    url = engine.url.render_as_string(hide_password=False)
    if engine.dialect.name == "postgresql":
        with named_errors(url), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            postgresql.tidy(connection)
        return
    with named_errors(url), engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def _plain(value: object) -> str | None:
    return None if value is None else "[]" if value == [] else _json(value)


def insert_rows(connection: sa.Connection, table: sa.Table, *, entries: Sequence[Mapping[str, Any]]) -> None:
    """Inserts many records of equal columns: straight to the driver, twice as fast as through the expression language."""
    names = list(entries[0])
    nested = {name for name in names if isinstance(table.c[name].type, sa.JSON)}
    values = itemgetter(*names)
    rows = [values({**entry, **{name: _plain(entry[name]) for name in nested}} if nested else entry) for entry in entries]
    if _on_server(connection):
        postgresql.insert_rows(connection, table.name, names=names, rows=rows)
        return
    columns = ", ".join(f'"{name}"' for name in names)
    connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(names))})', rows)


def upsert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | pg.Insert:
    """An insert that can say what happens on a conflict."""
    return pg.insert(table) if _on_server(connection) else sqlite.insert(table)


def _on_server(connection: sa.Connection) -> bool:
    return connection.dialect.name == "postgresql"


def add_to_index(connection: sa.Connection, entries: Iterable[Entry]) -> None:
    """Makes rows findable; quickest in the order of their serials."""
    ordered = sorted(entries)
    if ordered and _on_server(connection):
        postgresql.add_to_index(connection, ordered)
    elif ordered:
        rows = [_fts_row(entry) for entry in ordered]
        connection.exec_driver_sql(f"INSERT INTO {INDEX}(rowid, singles, pairs, units, facets) VALUES (?, ?, ?, ?, ?)", rows)


def take_from_index(connection: sa.Connection, entries: Iterable[Entry]) -> None:
    """Takes rows out again; the entries must be those that were put in."""
    ordered = sorted(entries)
    if ordered and _on_server(connection):
        postgresql.take_from_index(connection, [entry.serial for entry in ordered])
    elif ordered:
        rows: Sequence[tuple[Any, ...]] = [_fts_row(entry) for entry in ordered]
        columns = f"{INDEX}, rowid, singles, pairs, units, facets"
        connection.exec_driver_sql(f"INSERT INTO {INDEX}({columns}) VALUES ('delete', ?, ?, ?, ?, ?)", rows)


def _fts_row(entry: Entry) -> tuple[Any, ...]:
    units = f"{pairs(entry.units)} {singles(entry.units)}"
    return (entry.serial, singles(entry.text), pairs(entry.text), units, " ".join(entry.facets))


def empty_index(connection: sa.Connection) -> None:
    """Forgets every row of the search index."""
    emptied = f"DELETE FROM {INDEX}" if _on_server(connection) else f"INSERT INTO {INDEX}({INDEX}) VALUES ('delete-all')"
    connection.exec_driver_sql(emptied)


def contains(text: sa.ColumnElement[Any], part: str) -> sa.ColumnElement[bool]:
    """The condition that a text contains another one as it stands, without wildcards."""
    return Position(text, sa.literal(part)) > 0


class Position(sa.sql.functions.GenericFunction[int]):
    """Where a text first contains another one; 0 when it does not. Every database has another name for it."""

    type = sa.Integer()
    inherit_cache = True


@compiles(Position)
def _position(element: Position, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(Position, "postgresql")
def _position_on_server(element: Position, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


class Matched(NamedTuple):
    """How the index is asked. `walk` is another way, without it: row by row from the newest on, which pays where most rows
    are hits; None where the index itself goes that way.
    """

    condition: sa.ColumnElement[bool]
    walk: Walk | None


class Asked(NamedTuple):
    """What the index is asked for: the tree of a query, alternatives of facets, spellings of a part of a unit's name."""

    tree: Node | None
    facets: Sequence[Sequence[str]]
    units: Sequence[str]

    def matches(self, connection: sa.Connection, fold: Fold) -> Matched | None:
        """The conditions on the index; None when nothing is asked of it."""
        if not (self.tree or self.facets or self.units):
            return None
        if _on_server(connection):
            return self._on_server(connection, fold)
        parts = [" OR ".join(f'facets : "{token}"' for token in group) for group in self.facets]
        if self.units:
            parts.append(" OR ".join(fts_term("units", unit, single="units") for unit in self.units))
        if self.tree:
            parts.append(fts_expression(self.tree, fold))
        expression = " AND ".join(f"({part})" for part in parts)
        return Matched(_condition(f"{INDEX} MATCH :match", expression), None)

    def _on_server(self, connection: sa.Connection, fold: Fold) -> Matched:
        exactly = [exact(self.tree, fold, index.c.folded)] if self.tree else []
        exactly += [sa.or_(*(contains(index.c.units, unit) for unit in self.units))] if self.units else []
        facets = postgresql.query_text(self.facets, units=(), needed=None)
        needed = necessary(self.tree, fold) if self.tree else None
        text = postgresql.query_text(self.facets, units=self.units, needed=needed)
        by_index = [_condition("directives_index.grams @@ CAST(:match AS tsquery)", text)] if text else []
        by_row = (
            [_condition("ts_match_vq(directives_index.grams, CAST(:facets AS tsquery))", facets, "facets")] if facets else []
        )
        walk = postgresql.walk_of(connection, text, condition=sa.and_(sa.true(), *by_row, *exactly))
        return Matched(sa.and_(sa.true(), *by_index, *exactly), walk)


def _condition(words: str, match: str, name: str = "match") -> sa.ColumnElement[bool]:
    """A condition that only this database knows."""
    return sa.text(words).bindparams(**{name: match})  # type: ignore[return-value]
