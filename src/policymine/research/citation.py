"""How a delivery is described to other programs and cited: `datapackage.json` and `CITATION.cff`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policymine.research.codebook import columns, frictionless

LICENCE = {"name": "Apache-2.0", "title": "Apache License 2.0 (the annotations; for the texts see the column licence)"}
MEDIA = {
    "parquet": "application/vnd.apache.parquet", "csv": "text/csv", "jsonl": "application/jsonl",
    "sqlite": "application/vnd.sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "stata": "application/x-stata-dta",
}  # fmt: skip


def name_of(manifest: Mapping[str, Any]) -> str:
    """How a delivery is called in citations."""
    state = f"release {manifest['release']}" if manifest["release"] else f"run {manifest['run']}"
    return f"{manifest['title']}, {state}"


def citation(manifest: Mapping[str, Any]) -> str:
    """A `CITATION.cff` (1.2.0): run or release, date and hash say exactly what is cited."""
    proof = manifest["release_sha256"] or manifest["rows_sha256"]
    told = {
        "cff-version": "1.2.0",
        "message": "If you use these data, cite them with release or run and the hash below.",
        "type": "dataset",
        "title": name_of(manifest),
        "version": str(manifest["release"] or f"run-{manifest['run']}"),
        "date-released": manifest["created"][:10],
        "authors": [{"name": "The policymine authors"}],
        "license": LICENCE["name"],
        "identifiers": [{"type": "other", "value": f"sha256:{proof}", "description": "content of the rows that are cited"}],
    }
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in told.items())


def datapackage(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A Frictionless data package: one resource per file, all with the schema of the codebook."""
    schema = frictionless()
    return {
        "profile": "data-package", "name": "policymine-knowledge", "title": name_of(manifest), "created": manifest["created"],
        "description": f"{manifest['rows']} directives with {len(columns())} columns; meanings in codebook.md",
        "licenses": [LICENCE],
        "sources": [{"title": source} for source in manifest["sources"]],
        "resources": [
            {
                "name": file["name"].rsplit(".", 1)[0].lower(), "path": file["name"], "format": file["format"],
                "mediatype": MEDIA[file["format"]],
                "bytes": file["bytes"], "hash": f"sha256:{file['sha256']}", "schema": schema,
                **({"encoding": "utf-8", "profile": "tabular-data-resource"} if file["format"] == "csv" else {}),
            }
            for file in manifest["files"]
        ],
    }  # fmt: skip
