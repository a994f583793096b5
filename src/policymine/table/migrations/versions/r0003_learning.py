"""What is learnt across papers: readings of slogans, cited papers, lineage."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True)
ID = sa.String(16)
TABLES: dict[str, tuple[str, str, list[tuple[str, Any, bool]]]] = {
    "slogan_readings": ("row_id", "origin", [
        ("row_id", ID, False), ("slogan_id", sa.Text(), False), ("members", JSON, False), ("origin", sa.String(20), False),
        ("evidence", sa.Text(), True), ("rivals", JSON, False),
    ]),
    "cited_papers": ("key", "document_id", [
        ("key", ID, False), ("title", sa.Text(), True), ("number", sa.Text(), True), ("names", JSON, False),
        ("document_id", ID, True), ("documents", sa.Integer(), False), ("mentions", sa.Integer(), False),
    ]),
    "citations": ("row_id", "document_id key", [
        ("row_id", ID, False), ("document_id", ID, False), ("key", ID, False), ("articles", sa.Text(), True),
    ]),
    "lineage_texts": ("text_id", "cluster", [("text_id", ID, False), ("text", sa.Text(), False), ("cluster", ID, False)]),
    "lineage_bands": ("bucket text_id", "", [("bucket", BIG, False), ("text_id", ID, False)]),
    "lineage_links": ("one other", "other", [("one", ID, False), ("other", ID, False), ("likeness", sa.Float(), False)]),
    "lineage_rows": ("row_id", "text_id", [("row_id", ID, False), ("text_id", ID, False)]),
}  # fmt: skip


def upgrade() -> None:
    for table, (key, indexed, columns) in TABLES.items():
        made = [
            sa.Column(name, kind, nullable=null, primary_key=name in key.split(), autoincrement=False)
            for name, kind, null in columns
        ]
        op.create_table(table, *made)
        for column in indexed.split():
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
