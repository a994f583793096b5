"""What Alembic runs: migrates over the connection that `policymine.table.upgrade` hands in."""

from __future__ import annotations

from alembic import context

INDEX = "directives_index"


def include_name(name: str | None, _kind: str, _: object) -> bool:
    """Leaves the search index and the tables it keeps for itself out of comparisons."""
    return not (name or "").startswith((INDEX, f"ix_{INDEX}"))


def migrate() -> None:
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"], target_metadata=attributes["metadata"], transactional_ddl=False,
        include_name=include_name, render_as_batch=True,
    )  # fmt: skip
    context.run_migrations()


if hasattr(context, "config"):  # run by Alembic, not merely imported
    migrate()
