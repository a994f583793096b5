"""The tables of the knowledge table, as SQLAlchemy Core. The view `knowledge` stands in the migrations.

Every *versioned* table (pages, documents, edits, issues and one per finding kind) carries `run_id`, the run that wrote the row,
and `withdrawn_run`, the run that took it back. A reader of run N sees a row when `run_id <= N` and it was not withdrawn by N or
before; which N that is, is said by the one row of `published_run`. So a night is staged beside the published one, becomes
visible as a whole when `published_run` moves, and what earlier nights said stays readable.

Times are ISO 8601 texts in UTC. A change here needs a migration; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

REVISION = "0005"
"""The newest migration; a table that says otherwise is upgraded, or refused when it is of a newer version."""

metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"})
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True)


def _versioned() -> list[sa.Column[object]]:
    """Columns of every versioned table. `signature` is a hash of the content: equal when nothing changed."""
    return [
        sa.Column("serial", BIG, primary_key=True),
        sa.Column("page_id", sa.String(16), nullable=False, index=True),
        sa.Column("run_id", sa.Integer, nullable=False, index=True),
        sa.Column("withdrawn_run", sa.Integer),
        sa.Column("first_seen", sa.String(32), nullable=False),
        sa.Column("last_seen", sa.String(32)),
        sa.Column("signature", sa.String(16), nullable=False),
    ]


def _provenance() -> list[sa.Column[object]]:
    """Columns that every finding has: where it stands, what it quotes, and the rule that found it."""
    return [
        sa.Column("id", sa.String(16), nullable=False, index=True),
        sa.Column("document_id", sa.String(16), nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("raw_start", sa.Integer, nullable=False),
        sa.Column("raw_end", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("raw_text", sa.Text, nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
    ]


def _card() -> list[sa.Column[object]]:
    """The columns of a document's card."""
    return [
        sa.Column("title", sa.Text),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("issued_on", sa.String(32)),
        sa.Column("region", sa.Text),
        sa.Column("level", sa.String(20)),
        sa.Column("issuer", sa.Text),
        sa.Column("number", sa.Text),
        sa.Column("speaker", sa.Text),
        sa.Column("audience", sa.Text),
        sa.Column("sectors", JSON, nullable=False),
        sa.Column("evidence", JSON, nullable=False),
    ]


texts = sa.Table(
    "texts",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    comment="raw texts of pages, zlib-compressed UTF-8, once each",
)

pages = sa.Table(
    "pages",
    metadata,
    *_versioned(),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("body_sha256", sa.String(64), nullable=False),
    sa.Column("fetched_at", sa.String(32)),
    sa.Column("media_type", sa.String(80), nullable=False),
    sa.Column("encoding", sa.String(40), nullable=False),
    sa.Column("reader", sa.String(80), nullable=False),
    sa.Column("script", sa.String(20), nullable=False),
    sa.Column("raw_length", sa.Integer, nullable=False),
    sa.Column("text_sha256", sa.String(64), nullable=False, index=True),
    sa.Column("metadata", JSON, nullable=False),
    sa.Column("place", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("online_status", sa.String(20), nullable=False),
    sa.Column("clean_fingerprint", sa.String(64), nullable=False),
    sa.Column("mine_fingerprint", sa.String(64), nullable=False),
)

documents = sa.Table(
    "documents",
    metadata,
    *_versioned(),
    sa.Column("id", sa.String(16), nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("raw_start", sa.Integer, nullable=False),
    sa.Column("raw_end", sa.Integer, nullable=False),
    *_card(),
    sa.Index("ix_documents_region", "region"),
    sa.Column("hints", JSON, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("set_aside", sa.Text),
    sa.Column("duplicate_of", sa.String(16)),
    sa.Column("truncated", sa.Boolean, nullable=False),
)

edits = sa.Table(
    "edits",
    metadata,
    *_versioned(),
    sa.Column("document_id", sa.String(16)),
    sa.Column("raw_start", sa.Integer, nullable=False),
    sa.Column("raw_end", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("rule", sa.String(80), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("certainty", sa.Text),
    sa.Column("review", sa.Boolean, nullable=False),
)

directives = sa.Table(
    "directives",
    metadata,
    *_versioned(),
    *_provenance(),
    sa.Column("requirement_id", sa.String(16), nullable=False, index=True),
    sa.Column("reading", sa.String(16), nullable=False),
    sa.Column("section", JSON, nullable=False),
    sa.Column("modality", sa.String(20), nullable=False),
    sa.Column("force", sa.Integer, nullable=False),
    sa.Column("operational", sa.Boolean, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("cue", sa.Text),
    sa.Column("bearers", JSON, nullable=False),
    sa.Column("condition", sa.Text),
    sa.Column("penalty", sa.Text),
    sa.Column("deadlines", JSON, nullable=False),
    sa.Column("sectors", JSON, nullable=False),
    sa.Column("reasons", JSON, nullable=False),
    # what search filters by and the view `knowledge` shows, derived from the columns above, the card and the other findings
    sa.Column("lead", sa.Text),
    sa.Column("support", sa.Text),
    sa.Column("responsible", sa.Text),
    sa.Column("deadline_text", sa.Text),
    sa.Column("deadline_value", sa.Text),
    sa.Column("deadline_begin", sa.String(32)),
    sa.Column("deadline_end", sa.String(32)),
    sa.Column("rrule", sa.Text),
    sa.Column("numbers", sa.Text),
    sa.Column("slogans", sa.Text),
    sa.Column("sector_list", sa.Text),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("level", sa.String(20)),
    sa.Column("region", sa.Text),
    sa.Column("issued_on", sa.String(32)),
    sa.Column("frequency", sa.String(20)),
    sa.Index("ix_directives_lifetimes", "serial", "run_id", "withdrawn_run", "deadline_end"),
)

lifetimes = sa.table(
    "lifetimes",
    sa.column("serial", sa.BigInteger),
    sa.column("run_id", sa.Integer),
    sa.column("withdrawn_run", sa.Integer),
    sa.column("deadline_end", sa.String),
)
"""A view of `directives` that is read from the index of this name alone: what a search asks of every row that it meets, without
reading the rows, which are fifty times as wide."""

times = sa.Table(
    "times",
    metadata,
    *_versioned(),
    *_provenance(),
    sa.Column("type", sa.String(10), nullable=False),
    sa.Column("value", sa.Text),
    sa.Column("mod", sa.String(20)),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("interval_begin", sa.String(32)),
    sa.Column("interval_end", sa.String(32)),
    sa.Column("bounded", sa.Boolean, nullable=False),
    sa.Column("anchor", sa.Text),
    sa.Column("rrule", sa.Text),
)

quantities = sa.Table(
    "quantities",
    metadata,
    *_versioned(),
    *_provenance(),
    sa.Column("value", sa.Text),
    sa.Column("value_to", sa.Text),
    sa.Column("unit", sa.Text),
    sa.Column("mod", sa.String(20)),
    sa.Column("subject", sa.Text),
    sa.Column("base", sa.Text),
)

slogans = sa.Table(
    "slogans",
    metadata,
    *_versioned(),
    *_provenance(),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("expansion", JSON),
    sa.Column("expansion_source", sa.String(20)),
    sa.Column("slogan_id", sa.Text),
    sa.Column("members", JSON, nullable=False),
)

references = sa.Table(
    "references_",
    metadata,
    *_versioned(),
    *_provenance(),
    sa.Column("title", sa.Text),
    sa.Column("number", sa.Text),
)

issues = sa.Table(
    "issues",
    metadata,
    *_versioned(),
    sa.Column("document_id", sa.String(16)),
    sa.Column("code", sa.String(80), nullable=False),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("start", sa.Integer),
    sa.Column("end", sa.Integer),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("hint", sa.Text, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("status", sa.String(20), nullable=False, index=True),
    sa.Column("started", sa.String(32), nullable=False),
    sa.Column("ended", sa.String(32)),
    sa.Column("report", JSON),
    sa.Column("fingerprints", JSON),
    sqlite_autoincrement=True,
)

published_run = sa.Table(
    "published_run",
    metadata,
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.Integer, nullable=False),
    comment="one row: the run that readers see",
)

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("run_id", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("created", sa.String(32), nullable=False),
    sa.Column("content_sha256", sa.String(64), nullable=False),
    sa.Column("manifest", JSON, nullable=False),
    comment="frozen, numbered states that can be cited: the run whose state they are, and the hash of what it says",
)

touched = sa.Table(
    "touched",
    metadata,
    sa.Column("run_id", sa.Integer, primary_key=True),
    sa.Column("page_id", sa.String(16), primary_key=True),
    sa.Column("online_status", sa.String(20), nullable=False),
    comment="pages that a staged run stored or found unchanged; emptied when it is published",
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", BIG, nullable=False),
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    comment="what the table knows of itself, such as how its search index folds characters",
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("requirement_id", sa.String(16), nullable=False, index=True),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("decision", sa.String(20), nullable=False),
    sa.Column("reasons", JSON, nullable=False),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.String(32), nullable=False),
    sa.Column("row_id", sa.String(16)),
    sa.Column("facet", sa.String(20)),
    sa.Column("requirement_hash", sa.String(16)),
    sa.Column("profile_hash", sa.String(16)),
    sa.Column("rules_hash", sa.String(16)),
    sa.Column("valid_until", sa.String(32)),
    sa.Index("ix_decisions_profile_requirement_id", "profile", "requirement_id", unique=True),
)

status_events = sa.Table(
    "status_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("requirement_id", sa.String(16), nullable=False, index=True),
    sa.Column("field", sa.String(40), nullable=False),
    sa.Column("old", sa.Text),
    sa.Column("new", sa.Text),
    sa.Column("entered_by", sa.Text),
    sa.Column("entered_at", sa.String(32), nullable=False),
    sa.Column("file_sha256", sa.String(64)),
)

slogan_entries = sa.Table(
    "slogan_entries",
    metadata,
    sa.Column("slogan_id", sa.String(120), primary_key=True),
    sa.Column("reading", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("members", JSON, nullable=False),
    sa.Column("sector", sa.Text),
    sa.Column("issuer", sa.Text),
    sa.Column("origin", sa.String(20), nullable=False),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("first_issued_on", sa.String(32)),
)

frontier = sa.Table(
    "frontier",
    metadata,
    sa.Column("source", sa.String(80), primary_key=True),
    sa.Column("url", sa.String(2000), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("depth", sa.Integer, nullable=False),
    sa.Column("discovered_at", sa.String(32)),
    sa.Column("fetched_at", sa.String(32)),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("body_sha256", sa.String(64)),
    comment="the crawler's memory; never staged",
)

FINDINGS: Mapping[str, sa.Table] = {
    "directives": directives,
    "times": times,
    "quantities": quantities,
    "slogans": slogans,
    "references": references,
}
"""The table of each finding kind; `references` is a word of SQL, so its table is called `references_`."""

VERSIONED: tuple[sa.Table, ...] = (pages, documents, edits, issues, *FINDINGS.values())

for _table in VERSIONED:
    _gone = _table.c.withdrawn_run
    sa.Index(f"ix_{_table.name}_withdrawn_run", _gone, sqlite_where=_gone.is_not(None), postgresql_where=_gone.is_not(None))


class Snapshot(NamedTuple):
    """A read transaction and the run whose state it shows."""

    connection: sa.Connection
    run_id: int


def visible(table: sa.FromClause, run_id: int) -> sa.ColumnElement[bool]:
    """The condition under which a reader of run `run_id` sees a row of a versioned table."""
    withdrawn = table.c.withdrawn_run
    return sa.and_(table.c.run_id <= run_id, sa.or_(withdrawn.is_(None), withdrawn > run_id))
