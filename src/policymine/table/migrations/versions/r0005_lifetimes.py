"""A search no longer reads the rows it passes: `lifetimes`, the units' names beside the folded text, capitals told apart.

The search index is made anew; opening the table fills it (`Table.open`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEX = "ix_directives_lifetimes"
LIFETIMES = "CREATE VIEW lifetimes AS SELECT serial, run_id, withdrawn_run, deadline_end FROM directives{by}"
POSTGRESQL = (
    "CREATE TABLE directives_index "
    "(rowid BIGINT PRIMARY KEY, folded TEXT NOT NULL, units TEXT NOT NULL, grams TSVECTOR NOT NULL)",
    "CREATE INDEX ix_directives_index_grams ON directives_index USING gin (grams)",
    "ALTER TABLE directives_index ALTER COLUMN grams SET STATISTICS 300",
)
OLD_POSTGRESQL = (
    "CREATE TABLE directives_index (rowid BIGINT PRIMARY KEY, folded TEXT NOT NULL, grams TSVECTOR NOT NULL)",
    "CREATE INDEX ix_directives_index_grams ON directives_index USING gin (grams)",
)


def upgrade() -> None:
    op.create_index(INDEX, "directives", ["serial", "run_id", "withdrawn_run", "deadline_end"])
    op.create_index("ix_documents_region", "documents", ["region"])
    op.execute(LIFETIMES.format(by="" if _on_server() else f" INDEXED BY {INDEX}"))
    _empty(POSTGRESQL)


def downgrade() -> None:
    op.execute("DROP VIEW lifetimes")
    op.drop_index("ix_documents_region", "documents")
    op.drop_index(INDEX, "directives")
    _empty(OLD_POSTGRESQL)


def _on_server() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _empty(tables: tuple[str, ...]) -> None:
    """Leaves an empty search index, which is filled because the fold it was built with is forgotten."""
    if _on_server():
        op.execute("DROP TABLE directives_index")
        for statement in tables:
            op.execute(statement)
    else:
        op.execute("INSERT INTO directives_index(directives_index) VALUES ('delete-all')")
    facts = sa.table("facts", sa.column("name"))
    op.execute(sa.delete(facts).where(facts.c.name == "fold"))
