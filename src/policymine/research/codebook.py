"""The codebook: every column with its Chinese label, type, values and what an empty cell means; in several formats."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple

from policymine.errors import SettingsError
from policymine.sources.source_file import load_sources
from policymine.table.knowledge import COLUMNS

ColumnType = Literal["text", "integer", "real", "boolean", "moment"]
FRICTIONLESS = {"text": "string", "integer": "integer", "real": "number", "boolean": "boolean", "moment": "datetime"}


class Column(NamedTuple):
    """One column as users meet it. `values` maps codes to Chinese labels; `missing` is None where no cell is ever empty."""

    name: str
    type: ColumnType
    label: str
    note: str
    values: Mapping[str, str]
    missing: str | None


class Licences(NamedTuple):
    """Under what terms texts may be used, by source, else by kind of paper; and the names of the sources."""

    sources: Mapping[str, str]
    kinds: Mapping[str, str]
    titles: Mapping[str, str]

    def of(self, source: str, kind: str) -> str:
        """The licence of a text."""
        return self.sources.get(source) or self.kinds.get(kind, "unclear")


@cache
def columns() -> tuple[Column, ...]:
    """The columns of everything that is taken away: those of the view `knowledge`, then the source's name and the licence.

    >>> [(c.label, c.values["prohibition"]) for c in columns() if c.name == "modality"]
    [('情态', '禁止')]
    """
    entries = _file()["column"]
    made = tuple(
        Column(e["name"], e["type"], e["label"], e["note"], e.get("values", {}), e.get("missing")) for e in entries
    )  # fmt: skip
    assert tuple(column.name for column in made[: len(COLUMNS)]) == COLUMNS
    return made


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("policymine.research").joinpath("codebook.toml").read_text(encoding="utf-8"))


def licences(overlay: Path | None = None) -> Licences:
    """The packaged licences, and those that `licences.toml` in the overlay folder adds.

    Raises:
        SettingsError: that file is no TOML or has another shape.
    """
    packaged = _file()["licences"]
    added: dict[str, Any] = {}
    path = overlay / "licences.toml" if overlay else None
    if path is not None and path.is_file():
        try:
            added = tomllib.loads(path.read_text(encoding="utf-8"))
        except ValueError as problem:
            raise SettingsError(str(path), "", f"is no TOML ({problem})") from problem
        if set(added) - {"sources", "kinds"} or not all(isinstance(part, dict) for part in added.values()):
            raise SettingsError(str(path), "", 'holds other keys; write [sources] and [kinds] with lines like id = "CC-BY-4.0"')
    titles = {source.id: source.title for source in load_sources(overlay).values()}
    return Licences(
        {**packaged["sources"], **added.get("sources", {})}, {**packaged["kinds"], **added.get("kinds", {})}, titles
    )


def as_markdown() -> str:
    """The codebook as a table for people."""
    lines = ["| column | 中文标签 | type | meaning | values | empty means |", "| --- | --- | --- | --- | --- | --- |"]
    for column in columns():
        values = " · ".join(f"`{code}` {label}" for code, label in column.values.items())
        empty = column.missing or "never empty"
        lines.append(f"| `{column.name}` | {column.label} | {column.type} | {column.note} | {values} | {empty} |")
    return "\n".join(lines) + "\n"


def as_csv() -> str:
    """The codebook as CSV, one line a column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "label", "type", "note", "values", "missing"])
    for c in columns():
        writer.writerow([c.name, c.label, c.type, c.note, "; ".join(f"{k}={v}" for k, v in c.values.items()), c.missing or ""])
    return out.getvalue()


def as_json() -> str:
    """The codebook as JSON."""
    return json.dumps([{**c._asdict(), "values": dict(c.values)} for c in columns()], ensure_ascii=False, indent=1) + "\n"


def frictionless() -> dict[str, Any]:
    """The columns as a Frictionless table schema."""
    fields: list[dict[str, Any]] = []
    for c in columns():
        field: dict[str, Any] = {"name": c.name, "type": FRICTIONLESS[c.type], "title": c.label, "description": c.note}
        if c.type == "moment":
            field["format"] = "%Y-%m-%dT%H:%M:%S"
        limits: dict[str, Any] = {} if c.missing else {"required": True}
        if c.values and c.type == "text" and c.name != "licence":
            limits["enum"] = list(c.values)
        fields.append({**field, **({"constraints": limits} if limits else {})})
    return {"fields": fields, "primaryKey": "id", "missingValues": [""]}
