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
        if found is not None and found not in _revisions():
            raise StorageError(place, f"revision {found}", "was made by a newer version; upgrade policymine")
        with named_errors(engine.url.render_as_string(hide_password=False)):
            _run(connection)
    return True


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()


def _revisions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    return config


def _run(connection: sa.Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    command.upgrade(config, "head")
