"""The first schema: pages, documents, edits, findings, runs, what people enter, the view `knowledge`, the search index.

Written down as it was on that day: later changes of `schema.py` get a migration of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TYPES: Mapping[str, Any] = {
    "text": sa.Text(), "int": sa.Integer(), "real": sa.Float(), "flag": sa.Boolean(), "blob": sa.LargeBinary(),
    "json": sa.JSON(none_as_null=True), "big": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
}  # fmt: skip

VERSIONED = "serial:big page_id:16 run_id:int withdrawn_run:int? first_seen:32 last_seen:32? signature:16"
PROVENANCE = "id:16 document_id:16 start:int end:int raw_start:int raw_end:int text:text raw_text:text rule:80"

# name: primary key, indexed columns, columns; `name:type`, a number is the length of a text, ? allows NULL
TABLES = {
    "texts": ("sha256", "", "sha256:64 body:blob"),
    "pages": ("serial", "page_id run_id text_sha256", f"""{VERSIONED} source:80 url:text body_sha256:64
        fetched_at:32? media_type:80 encoding:40 reader:80 script:20 raw_length:int text_sha256:64 metadata:json place:text?
        etag:text? last_modified:text? online_status:20 clean_fingerprint:64 mine_fingerprint:64"""),
    "documents": ("serial", "page_id run_id id", f"""{VERSIONED} id:16 ordinal:int raw_start:int raw_end:int
        title:text? kind:20 issued_on:32? region:text? level:20? issuer:text? number:text? speaker:text? audience:text?
        sectors:json evidence:json hints:json text:text set_aside:text? duplicate_of:16? truncated:flag"""),
    "edits": ("serial", "page_id run_id", f"""{VERSIONED} document_id:16? raw_start:int raw_end:int kind:40
        rule:80 text:text confidence:real certainty:text? review:flag"""),
    "issues": ("serial", "page_id run_id", f"""{VERSIONED} document_id:16? code:80 level:20 start:int? end:int?
        message:text hint:text"""),
    "directives": ("serial", "page_id run_id id requirement_id", f"""{VERSIONED} {PROVENANCE}
        requirement_id:16 reading:16 section:json modality:20 force:int operational:flag confidence:real cue:text? bearers:json
        condition:text? penalty:text? deadlines:json sectors:json reasons:json lead:text? support:text? responsible:text?
        deadline_text:text? deadline_value:text? deadline_begin:32? deadline_end:32? rrule:text? numbers:text? slogans:text?
        sector_list:text? source:80 kind:20 level:20? region:text? issued_on:32?"""),
    "times": ("serial", "page_id run_id id", f"""{VERSIONED} {PROVENANCE} type:10 value:text?
        mod:20? role:20 interval_begin:32? interval_end:32? bounded:flag anchor:text? rrule:text?"""),
    "quantities": ("serial", "page_id run_id id", f"""{VERSIONED} {PROVENANCE} value:text?
        value_to:text? unit:text? mod:20? subject:text? base:text?"""),
    "slogans": ("serial", "page_id run_id id", f"""{VERSIONED} {PROVENANCE} kind:20 expansion:json?
        expansion_source:20? slogan_id:text? members:json"""),
    "references_": ("serial", "page_id run_id id", f"""{VERSIONED} {PROVENANCE} title:text?
        number:text?"""),
    "runs": ("id", "status", "id:int kind:20 status:20 started:32 ended:32? report:json? fingerprints:json?"),
    "published_run": ("slot", "", "slot:int run_id:int"),
    "touched": ("run_id page_id", "", "run_id:int page_id:16 online_status:20"),
    "counters": ("name", "", "name:40 value:big"),
    "facts": ("name", "", "name:40 value:text"),
    "decisions": ("id", "requirement_id", """id:int requirement_id:16 profile:text decision:20 reasons:json decided_by:text?
        decided_at:32"""),
    "status_events": ("id", "requirement_id", """id:int requirement_id:16 field:40 old:text? new:text? entered_by:text?
        entered_at:32 file_sha256:64?"""),
    "slogan_entries": ("slogan_id reading", "", """slogan_id:120 reading:int kind:20 members:json sector:text? issuer:text?
        origin:20 documents:int first_issued_on:32?"""),
    "frontier": ("source url", "", """source:80 url:2000 state:20 etag:text? last_modified:text? depth:int discovered_at:32?
        fetched_at:32? attempts:int body_sha256:64?"""),
}  # fmt: skip

INDEX = (
    "CREATE VIRTUAL TABLE directives_index USING fts5(singles, pairs, content='', columnsize=0, detail=full, tokenize='ascii')"
)

KNOWLEDGE = """
CREATE VIEW knowledge AS
SELECT
  d.id, d.requirement_id, d.text, d.modality, d.force, d.operational, d.confidence, d.cue,
  d.lead, d.support, d.responsible, d.condition, d.penalty,
  d.deadline_text, d.deadline_value, d.deadline_begin, d.deadline_end, d.rrule AS recurrence,
  d.numbers, d.slogans, d.sector_list AS sectors, d.section,
  o.title, o.kind, o.issued_on, o.region, o.level, o.issuer, o.number AS paper_number, o.speaker, o.audience,
  o.duplicate_of, o.truncated,
  d.raw_text, d.start, d."end", d.raw_start, d.raw_end, d.rule, d.document_id, d.page_id,
  p.source, p.url, p.body_sha256, p.online_status,
  d.first_seen, COALESCE(d.last_seen, p.last_seen) AS last_seen
FROM published_run AS now
JOIN directives AS d ON d.run_id <= now.run_id AND (d.withdrawn_run IS NULL OR d.withdrawn_run > now.run_id)
JOIN documents AS o ON o.id = d.document_id AND o.page_id = d.page_id
  AND o.run_id <= now.run_id AND (o.withdrawn_run IS NULL OR o.withdrawn_run > now.run_id)
JOIN pages AS p ON p.page_id = d.page_id
  AND p.run_id <= now.run_id AND (p.withdrawn_run IS NULL OR p.withdrawn_run > now.run_id)
"""


def columns(words: str, *, key: set[str]) -> list[sa.Column[Any]]:
    made: list[sa.Column[Any]] = []
    for word in words.split():
        name, _, kind = word.partition(":")
        known = kind.rstrip("?")
        column_type = TYPES.get(known) or sa.String(int(known))
        made.append(sa.Column(name, column_type, nullable=kind.endswith("?"), primary_key=name in key))
    return made


def upgrade() -> None:
    for table, (key, indexed, words) in TABLES.items():
        options = {"sqlite_autoincrement": True} if table == "runs" else {}
        op.create_table(table, *columns(words, key=set(key.split())), **options)
        for column in indexed.split():
            op.create_index(f"ix_{table}_{column}", table, [column])
        if words.startswith(VERSIONED):
            gone = sa.text("withdrawn_run IS NOT NULL")
            name = f"ix_{table}_withdrawn_run"
            op.create_index(name, table, ["withdrawn_run"], sqlite_where=gone, postgresql_where=gone)
    if op.get_context().dialect.name == "sqlite":
        op.execute(INDEX)
    op.execute(KNOWLEDGE)
    op.execute("INSERT INTO published_run (slot, run_id) VALUES (1, 0)")
    op.execute("INSERT INTO counters (name, value) VALUES ('directives', 0)")


def downgrade() -> None:
    op.execute("DROP VIEW knowledge")
    op.execute("DROP TABLE IF EXISTS directives_index")
    for table in reversed(TABLES):
        op.drop_table(table)
