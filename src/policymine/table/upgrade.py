"""Bringing a table's schema up to date with Alembic, driven from here: no alembic.ini, nothing on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from policymine.errors import StorageError
from policymine.table.dialect import named_errors, place_of, reading, writing
from policymine.table.schema import REVISION, metadata

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = "policymine.table:migrations"


def upgrade(engine: sa.Engine, *, create: bool = True) -> bool:
    """Makes the tables, or migrates an older state of them; does nothing when they are up to date.

    Returns:
        Whether something was done.

    Raises:
        StorageError: the database is of a newer version or no table of policymine.
    """
    with reading(engine) as connection:
        if (found := _revision(connection)) == REVISION:
            return False
        if found is None and not create and not sa.inspect(connection).get_table_names():
            cure = "there is no table yet; fill it with `policymine ingest` or `policymine nightly`"
            raise StorageError(place_of(engine.url.render_as_string(hide_password=False)), "", cure)
    with writing(engine) as connection:
        if (found := _revision(connection)) == REVISION:
            return False
        place = place_of(engine.url.render_as_string(hide_password=False))
        if found is None and sa.inspect(connection).get_table_names():
            raise StorageError(place, "", "is a database of another program; choose another --database")
        if found is not None:
            check_known(found, place=place)
        with named_errors(engine.url.render_as_string(hide_password=False)):
            _run(connection)
    return True


def revisions() -> tuple[str, ...]:
    """The revisions that this version knows, newest first."""
    from alembic.script import ScriptDirectory

    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def check_known(revision: str, *, place: str) -> None:
    """Makes sure that a revision is one of ours.

    Raises:
        StorageError: it is of a newer version.
    """
    if revision not in revisions():
        raise StorageError(place, f"revision {revision}", "was made by a newer version; upgrade policymine")


def migrate_to(engine: sa.Engine, revision: str) -> str | None:
    """Brings a table to a revision, forwards or back, in one transaction; returns the one it had.

    Going back takes away what later revisions added, and nothing else; the search index is emptied where its form differs and
    filled when a version opens the table that uses that form.

    Raises:
        StorageError: one of the revisions is unknown here.
    """
    place = place_of(engine.url.render_as_string(hide_password=False))
    check_known(revision, place=place)
    with writing(engine) as connection:
        found = _revision(connection)
        if found is not None:
            check_known(found, place=place)
        if found == revision:
            return found
        with named_errors(engine.url.render_as_string(hide_password=False)):
            back = found is not None and revisions().index(revision) > revisions().index(found)
            _run(connection, revision, back=back)
    return found


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    return config


def _run(connection: sa.Connection, revision: str = "head", *, back: bool = False) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    (command.downgrade if back else command.upgrade)(config, revision)
