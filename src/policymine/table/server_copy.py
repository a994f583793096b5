"""A copy of a table that PostgreSQL holds, as files, and the way back: one moment of it, no tools of the server.

The search index is not copied: it is made anew when the table is opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from policymine.table import derived, schema
from policymine.table.dialect import engine_of, reading, writing
from policymine.table.upgrade import migrate_to

TABLES = [table for table in schema.metadata.sorted_tables if table.name != "alembic_version"]
assert derived.lineage_rows in TABLES


def copy_out(url: str, folder: Path) -> None:
    """Writes every table of one moment into a folder, a file each, with the names of its columns beside it."""
    engine = engine_of(url)
    try:
        with reading(engine) as connection:
            columns = {}
            for table in TABLES:
                names = [column["name"] for column in sa.inspect(connection).get_columns(table.name)]
                columns[table.name] = names
                listed = ", ".join(f'"{name}"' for name in names)
                order = f'COPY (SELECT {listed} FROM "{table.name}") TO STDOUT (FORMAT binary)'
                with (folder / f"{table.name}.pgcopy").open("wb") as file, _copy(connection, order) as copy:
                    for part in copy:
                        file.write(part)
        (folder / "columns.json").write_text(json.dumps(columns), encoding="utf-8")
    finally:
        engine.dispose()


def copy_in(url: str, folder: Path, *, revision: str) -> None:
    """Puts what `copy_out` wrote in place of what the server holds, in one transaction, at the revision that it had."""
    engine = engine_of(url)
    try:
        migrate_to(engine, revision)
        columns = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
        with writing(engine) as connection:
            for name, names in columns.items():
                listed = ", ".join(f'"{column}"' for column in names)
                connection.exec_driver_sql(f'DELETE FROM "{name}"')
                order = f'COPY "{name}" ({listed}) FROM STDIN (FORMAT binary)'
                with (folder / f"{name}.pgcopy").open("rb") as file, _copy(connection, order) as copy:
                    while part := file.read(1 << 20):
                        copy.write(part)
            for table in TABLES:
                _renumber(connection, table)
            connection.execute(sa.delete(schema.facts).where(schema.facts.c.name == "fold"))  # so that the index is made anew
    finally:
        engine.dispose()


@contextmanager
def _copy(connection: sa.Connection, order: str) -> Iterator[Any]:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(order) as copy:
        yield copy


def _renumber(connection: sa.Connection, table: sa.Table) -> None:
    """Lets the numbers that the server gives go on behind the highest that is there."""
    for column in table.primary_key:
        found = connection.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))).scalar()
        if found:
            highest = connection.scalars(sa.select(sa.func.coalesce(sa.func.max(column), 0))).one()
            connection.execute(sa.select(sa.func.setval(found, max(highest, 1), highest > 0)))
