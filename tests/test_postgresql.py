"""What PostgreSQL must do as SQLite does: migrations, one writer, whole nights, locks, errors with a cure, and NUL."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from policymine.errors import LockedError, StorageError
from policymine.table import RunLock, Table, derived, schema
from policymine.table.migrations.env import include_name
from policymine.table.search import search
from policymine.table.upgrade import _config

from .conftest import NOW, NewDatabase, night, page


def test_migrations_make_exactly_the_schema(url: str) -> None:
    assert derived.__doc__  # it adds its tables to the metadata
    with Table.open(url) as table, table.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": include_name, "compare_type": True})
        differences = [d for d in compare_metadata(context, schema.metadata) if "comment" not in str(d[0])]
        assert differences == []


def test_a_table_of_the_first_schema_is_upgraded_with_all_it_holds(url: str) -> None:
    with Table.open(url) as table:
        night(table, range(3))
        before = [line for line in table.dump_canonical() if '"table": "directives"' in line]
        with table.engine.connect().execution_options(policymine_writes=True) as connection, connection.begin():
            config = _config()
            config.attributes.update(connection=connection, metadata=schema.metadata)
            command.downgrade(config, "0001")
            assert "releases" not in sa.inspect(connection).get_table_names()
    with Table.open(url) as table:
        assert [line for line in table.dump_canonical() if '"table": "directives"' in line] == before
        assert search(table, "隐患").count == 3
        assert search(table, "NOT 隐患").count == 27


def test_both_databases_dump_the_same(postgresql: NewDatabase, tmp_path: Path) -> None:
    dumps = []
    for url in (postgresql(), f"sqlite:///{tmp_path}/t.db"):
        with Table.open(url) as table:
            night(table, range(4))
            night(table, [1, 2], force=5, day=1)
            dumps.append(list(table.dump_canonical()))
    assert dumps[0] == dumps[1]


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from conftest import NOW, page
from policymine.table import Table
table = Table.open(sys.argv[1])
run = table.begin("nightly", clock=lambda: NOW)
run.store(*page(1, force=5), fingerprints={"clean": "c2", "mine": "m2"})
run.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_between_staging_and_publishing_leaves_the_old_night(postgresql: NewDatabase) -> None:
    url = postgresql()
    with Table.open(url) as table:
        night(table, range(2))
        before = list(table.dump_canonical())
        done = subprocess.run([sys.executable, "-c", KILLED, url, str(Path(__file__).parent)], check=False)
        assert done.returncode == -signal.SIGKILL
        assert list(table.dump_canonical()) == before
        assert table.begin("nightly", clock=lambda: NOW).resumed


def test_a_discarded_run_leaves_nothing(postgresql: NewDatabase) -> None:
    with Table.open(postgresql()) as table:
        night(table, range(2))
        before = list(table.dump_canonical())
        run = table.begin("nightly", clock=lambda: NOW)
        run.store(*page(1, force=5), fingerprints={"clean": "c2", "mine": "m2"})
        run.flush()
        run.discard()
        assert list(table.dump_canonical()) == before
        with table.engine.connect() as connection:
            left = "SELECT count(*) FROM directives_index WHERE rowid NOT IN (SELECT serial FROM directives)"
            assert connection.exec_driver_sql(left).scalar_one() == 0


def test_one_run_at_a_time(postgresql: NewDatabase) -> None:
    url = postgresql()
    with Table.open(url), RunLock(url):
        with pytest.raises(LockedError, match="another run") as refused, RunLock(url):
            pass
        assert refused.value.exit_code == 7
    with RunLock(url):
        pass


def test_a_nul_comes_back_as_it_went_in(postgresql: NewDatabase) -> None:
    from policymine.table.dialect import insert_rows, writing

    with Table.open(postgresql()) as table:
        with writing(table.engine) as connection:
            insert_rows(connection, schema.facts, entries=[{"name": "x", "value": "各镇\0要"}])
        with table.reading() as now:
            assert now.connection.scalars(sa.select(schema.facts.c.value).where(schema.facts.c.name == "x")).one() == "各镇\0要"


def test_addresses_that_cannot_be_used_name_the_cure_and_no_password(postgresql: NewDatabase) -> None:
    known = sa.make_url(postgresql())
    for wrong, cure in (
        (known.set(database="nowhere", password="secret"), "createdb"),
        (sa.make_url("postgresql://somebody:secret@127.0.0.1:9/policymine"), "cannot be reached"),
    ):
        with pytest.raises(StorageError, match=cure) as refused:
            Table.open(wrong.render_as_string(hide_password=False))
        assert "secret" not in str(refused.value)
        assert "\n" not in str(refused.value)
        assert refused.value.exit_code == 8


def test_an_empty_database_is_not_filled_by_a_reader(postgresql: NewDatabase) -> None:
    url = postgresql("template0")
    with pytest.raises(StorageError, match="no table yet"):
        Table.open(url, create=False)


def test_a_database_of_another_program_is_left_alone(postgresql: NewDatabase) -> None:
    url = postgresql("template0")
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE cats (name TEXT)")
    engine.dispose()
    with pytest.raises(StorageError, match="another program"):
        Table.open(url)
