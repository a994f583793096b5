"""A table of many requirements made from the gold papers, to time decisions on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import count as counter
from typing import Any

import sqlalchemy as sa

from policymine.extraction.card.reading import read_card
from policymine.table import schema
from policymine.table.dialect import insert_rows, writing
from policymine.table.store import Table

WHEN = "2024-01-01T00:00:00+00:00"
PER_PAPER = 20


def fill(table: Table, count: int, *, run: int, papers: Sequence[dict[str, Any]]) -> None:
    """Adds requirements in a published run: gold directives over and over, every paper, bearer and text another one."""
    sources = [(paper, directive) for paper in papers for directive in paper["directives"]]
    cards = {paper["gid"]: read_card(paper["text"]) for paper in papers}
    directives, documents = [], []
    serial = counter(run * 10_000_000)
    for number in range(count):
        paper, directive = sources[number % len(sources)]
        page = _id(run, number // len(sources), paper["gid"])
        if number % len(sources) == 0 or paper["gid"] != sources[number % len(sources) - 1][0]["gid"]:
            documents.append(_document(paper, cards[paper["gid"]], page, run=run, serial=next(serial)))
        directives.append(_directive(directive, page, number=number, run=run, serial=next(serial)))
    with writing(table.engine) as connection:
        connection.execute(sa.insert(schema.runs).values(id=run, kind="ingest", status="published", started=WHEN))
        insert_rows(connection, schema.pages, entries=[_page(d["page_id"], run=run, serial=d["serial"]) for d in documents])
        insert_rows(connection, schema.documents, entries=documents)
        insert_rows(connection, schema.directives, entries=directives)
        connection.execute(sa.update(schema.published_run).values(run_id=run))


def _id(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _versioned(page: str, *, run: int, serial: int) -> dict[str, Any]:
    return {
        "serial": serial, "page_id": page, "run_id": run, "withdrawn_run": None, "first_seen": WHEN, "last_seen": None,
        "signature": _id(page, serial),
    }  # fmt: skip


def _page(page: str, *, run: int, serial: int) -> dict[str, Any]:
    return {
        **_versioned(page, run=run, serial=serial), "source": "gold", "url": page, "body_sha256": page, "fetched_at": None,
        "media_type": "text/plain", "encoding": "utf-8", "reader": "", "script": "simplified", "raw_length": 1,
        "text_sha256": page, "metadata": {}, "place": None, "etag": None, "last_modified": None, "online_status": "online",
        "clean_fingerprint": "", "mine_fingerprint": "",
    }  # fmt: skip


def _document(paper: dict[str, Any], card: Any, page: str, *, run: int, serial: int) -> dict[str, Any]:
    said = paper["document"]
    return {
        **_versioned(page, run=run, serial=serial), "id": page, "ordinal": 0, "raw_start": 0, "raw_end": 1,
        "title": f"{said['title'] or ''}{serial}", "kind": said["kind"], "issued_on": said["issued_on"],
        "region": said["region"], "level": said["level"], "issuer": said["issuer"], "number": None, "speaker": None,
        "audience": card.audience, "sectors": [], "evidence": {}, "hints": {}, "text": paper["text"], "set_aside": None,
        "duplicate_of": None, "truncated": False,
    }  # fmt: skip


def _directive(said: dict[str, Any], page: str, *, number: int, run: int, serial: int) -> dict[str, Any]:
    text = f"{said['text']}第{number}件"
    bearers = [
        {"text": f"{b['text']}" if number % 2 else f"第{number % 997}{b['text']}", "role": b["role"], "explicit": b["explicit"],
         "start": None, "end": None}
        for b in said["bearers"]
    ]  # fmt: skip
    row = {column.name: None for column in schema.directives.columns}
    return {
        **row, **_versioned(page, run=run, serial=serial), "id": _id(run, number), "requirement_id": _id("r", run, number),
        "document_id": page, "start": said["start"], "end": said["end"], "raw_start": 0, "raw_end": 1, "text": text,
        "raw_text": text, "rule": "gold", "reading": "", "section": [], "modality": said["modality"], "force": 3,
        "operational": said["operational"], "confidence": 1.0, "cue": said["cue"], "bearers": bearers,
        "condition": said["condition"], "deadlines": [], "sectors": [], "reasons": [], "source": "gold", "kind": "other",
    }  # fmt: skip
