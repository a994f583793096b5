"""Tables that are computed from the published rows and can be computed again: readings of slogans, citations, lineage.

They register on the metadata of `schema.py`. `slogan_entries` (in `schema.py`) holds the readings themselves.
"""

from __future__ import annotations

import sqlalchemy as sa

from policymine.table.schema import BIG, JSON, metadata

slogan_readings = sa.Table(
    "slogan_readings",
    metadata,
    sa.Column("row_id", sa.String(16), primary_key=True),
    sa.Column("slogan_id", sa.Text, nullable=False),
    sa.Column("members", JSON, nullable=False),
    sa.Column("origin", sa.String(20), nullable=False, index=True),
    sa.Column("evidence", sa.Text),
    sa.Column("rivals", JSON, nullable=False),
    comment="what each numeric mention stands for: where that was read (a row id, or the dictionary's source), and its rivals",
)

cited_papers = sa.Table(
    "cited_papers",
    metadata,
    sa.Column("key", sa.String(16), primary_key=True),
    sa.Column("title", sa.Text),
    sa.Column("number", sa.Text),
    sa.Column("names", JSON, nullable=False),
    sa.Column("document_id", sa.String(16), index=True),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("mentions", sa.Integer, nullable=False),
    comment="one entry per cited paper; document_id where the table holds it",
)

citations = sa.Table(
    "citations",
    metadata,
    sa.Column("row_id", sa.String(16), primary_key=True),
    sa.Column("document_id", sa.String(16), nullable=False, index=True),
    sa.Column("key", sa.String(16), nullable=False, index=True),
    sa.Column("articles", sa.Text),
    comment="the citation graph: which document cites which paper where, and which of its articles",
)

lineage_texts = sa.Table(
    "lineage_texts",
    metadata,
    sa.Column("text_id", sa.String(16), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("cluster", sa.String(16), nullable=False, index=True),
    comment="the distinct wordings of directives; wordings of one cluster are near-equal",
)

lineage_bands = sa.Table(
    "lineage_bands",
    metadata,
    sa.Column("bucket", BIG, primary_key=True, autoincrement=False),
    sa.Column("text_id", sa.String(16), primary_key=True),
    comment="the MinHash index: wordings that share a bucket may be alike",
)

lineage_links = sa.Table(
    "lineage_links",
    metadata,
    sa.Column("one", sa.String(16), primary_key=True),
    sa.Column("other", sa.String(16), primary_key=True, index=True),
    sa.Column("likeness", sa.Float, nullable=False),
    comment="pairs of near-equal wordings, each once",
)

lineage_rows = sa.Table(
    "lineage_rows",
    metadata,
    sa.Column("row_id", sa.String(16), primary_key=True),
    sa.Column("text_id", sa.String(16), nullable=False, index=True),
    comment="the wording of each directive",
)
