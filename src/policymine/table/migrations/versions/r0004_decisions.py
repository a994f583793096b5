"""Decisions keep what they were made of: the row, the deciding facet, hashes of what they stand on, the day they end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = {"row_id": 16, "facet": 20, "requirement_hash": 16, "profile_hash": 16, "rules_hash": 16, "valid_until": 32}
INDEX = "ix_decisions_profile_requirement_id"


def upgrade() -> None:
    for name, length in COLUMNS.items():
        op.add_column("decisions", sa.Column(name, sa.String(length), nullable=True))
    op.create_index(INDEX, "decisions", ["profile", "requirement_id"], unique=True)


def downgrade() -> None:
    op.drop_index(INDEX, "decisions")
    for name in COLUMNS:
        op.drop_column("decisions", name)
