"""What researchers need: releases, how often a directive recurs, facets and units in the search index; PostgreSQL.

The search index is made anew; opening the table fills it (`Table.open`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FTS5 = """CREATE VIRTUAL TABLE directives_index
    USING fts5(singles, pairs, units, facets, content='', columnsize=0, detail=full, tokenize='ascii')"""
OLD_FTS5 = (
    "CREATE VIRTUAL TABLE directives_index USING fts5(singles, pairs, content='', columnsize=0, detail=full, tokenize='ascii')"
)
POSTGRESQL = (
    "CREATE TABLE directives_index (rowid BIGINT PRIMARY KEY, folded TEXT NOT NULL, grams TSVECTOR NOT NULL)",
    "CREATE INDEX ix_directives_index_grams ON directives_index USING gin (grams)",
)
COLUMNS = """
  d.id, d.requirement_id, d.text, d.modality, d.force, d.operational, d.confidence, d.cue,
  d.lead, d.support, d.responsible, d.condition, d.penalty,
  d.deadline_text, d.deadline_value, d.deadline_begin, d.deadline_end, d.rrule AS recurrence, {frequency}
  d.numbers, d.slogans, d.sector_list AS sectors, d.section,
  o.title, o.kind, o.issued_on, o.region, o.level, o.issuer, o.number AS paper_number, o.speaker, o.audience,
  o.duplicate_of, o.truncated,
  d.raw_text, d.start, d."end", d.raw_start, d.raw_end, d.rule, d.document_id, d.page_id,
  p.source, p.url, p.body_sha256, p.online_status,
  d.first_seen, COALESCE(d.last_seen, p.last_seen) AS last_seen{run}"""
VIEW = """
CREATE VIEW knowledge AS
SELECT {columns}
FROM published_run AS now
JOIN directives AS d ON d.run_id <= now.run_id AND (d.withdrawn_run IS NULL OR d.withdrawn_run > now.run_id)
JOIN documents AS o ON o.id = d.document_id AND o.page_id = d.page_id
  AND o.run_id <= now.run_id AND (o.withdrawn_run IS NULL OR o.withdrawn_run > now.run_id)
JOIN pages AS p ON p.page_id = d.page_id
  AND p.run_id <= now.run_id AND (p.withdrawn_run IS NULL OR p.withdrawn_run > now.run_id)
"""


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("manifest", sa.JSON(none_as_null=True), nullable=False),
    )
    op.execute("DROP VIEW knowledge")
    op.add_column("directives", sa.Column("frequency", sa.String(20)))
    _name_frequencies()
    op.execute(VIEW.format(columns=COLUMNS.format(frequency="d.frequency,", run=", d.run_id")))
    postgresql = op.get_context().dialect.name == "postgresql"
    op.execute("DROP TABLE IF EXISTS directives_index")
    for statement in POSTGRESQL if postgresql else (FTS5,):
        op.execute(statement)
    op.execute("DELETE FROM facts WHERE name = 'fold'")


def downgrade() -> None:
    op.execute("DROP VIEW knowledge")
    op.drop_column("directives", "frequency")
    op.drop_table("releases")
    op.execute(VIEW.format(columns=COLUMNS.format(frequency="", run="")))
    op.execute("DROP TABLE directives_index")
    if op.get_context().dialect.name == "sqlite":
        op.execute(OLD_FTS5)
    op.execute("DELETE FROM facts WHERE name = 'fold'")


def _name_frequencies() -> None:
    """Fills the new column from the recurrences that are there."""
    from policymine.table.rows import frequency_of

    directives = sa.table("directives", sa.column("rrule", sa.Text), sa.column("frequency", sa.String))
    connection = op.get_bind()
    known = list(connection.scalars(sa.select(directives.c.rrule).where(directives.c.rrule.is_not(None)).distinct()))
    for rrule in known:
        change = sa.update(directives).where(directives.c.rrule == rrule).values(frequency=frequency_of(rrule))
        connection.execute(change)
