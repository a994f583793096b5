"""One writer per format: rows come in stretches, memory holds one stretch, the file is whole when `close` has returned."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

from policymine.research.codebook import as_json, columns
from policymine.research.frames import frame_of, require, schema_of
from policymine.research.selection import Cells
from policymine.text.outgoing import for_spreadsheet

LONGEST_CELL = 32_767
SHEET_ROWS = 1_048_575
"""Rows of an xlsx sheet below its header."""
STATA_ROWS = 50_000
STATA_NAMES = {"end": "end_"}
"""`end` is a word of Stata."""
STATA_SHORT = 2_045
"""Bytes of a Stata text that is not a strL."""


class Writer(Protocol):
    """Writes stretches of rows into files of a folder; `notes` says what a format could not keep as it is."""

    name: ClassVar[str]
    notes: dict[str, int]

    def __init__(self, folder: Path) -> None: ...
    def write(self, rows: Sequence[Cells]) -> None:
        """Writes a stretch."""

    def close(self) -> list[Path]:
        """Finishes; the files that were written."""


def plain(cell: Any) -> Any:
    """A cell as text formats have it: moments in ISO 8601."""
    return cell.isoformat() if isinstance(cell, datetime) else cell


class Parquet:
    """Parquet, the canonical format: typed, compressed with zstd."""

    name: ClassVar[str] = "parquet"

    def __init__(self, folder: Path) -> None:
        self.notes: dict[str, int] = {}
        self.path = folder / "knowledge.parquet"
        empty = require("polars").DataFrame(schema=schema_of()).to_arrow()
        labels = {column.name: {b"label": column.label.encode()} for column in columns()}
        arrow = require("pyarrow")
        self.schema = arrow.schema([field.with_metadata(labels[field.name]) for field in empty.schema])
        self.writer = require("pyarrow.parquet").ParquetWriter(self.path, self.schema, compression="zstd")

    def write(self, rows: Sequence[Cells]) -> None:
        """Writes a stretch as a row group."""
        self.writer.write_table(frame_of(list(rows)).to_arrow().cast(self.schema))

    def close(self) -> list[Path]:
        """Finishes the file."""
        self.writer.close()
        return [self.path]


class Csv:
    """CSV in UTF-8, every text in quotes, so that an id of digits is not taken for a number by programs that heed them. A cell
    that could act as a formula gets a ' in front; `notes` counts them.
    """

    name: ClassVar[str] = "csv"
    encoding: ClassVar[str] = "utf-8"

    def __init__(self, folder: Path) -> None:
        self.notes: dict[str, int] = {}
        self.path = folder / "knowledge.csv"
        self.file = self.path.open("w", encoding=self.encoding, newline="")
        self.writer = csv.writer(self.file, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        self.writer.writerow([column.name for column in columns()])

    def write(self, rows: Sequence[Cells]) -> None:
        """Writes a stretch."""
        for row in rows:
            self.writer.writerow([self._cell(cell) for cell in row])

    def _cell(self, cell: Any) -> Any:
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, str) and (guarded := for_spreadsheet(cell)) != cell:
            self.notes["formula_guarded"] = self.notes.get("formula_guarded", 0) + 1
            return guarded
        return plain(cell)

    def close(self) -> list[Path]:
        """Finishes the file."""
        self.file.close()
        return [self.path]


class ExcelCsv(Csv):
    """CSV with the mark of byte order that a Chinese Excel wants."""

    name: ClassVar[str] = "csv"
    encoding: ClassVar[str] = "utf-8-sig"


class Jsonl:
    """One JSON object a line."""

    name: ClassVar[str] = "jsonl"

    def __init__(self, folder: Path) -> None:
        self.notes: dict[str, int] = {}
        self.path = folder / "knowledge.jsonl"
        self.file = self.path.open("w", encoding="utf-8", newline="\n")
        self.names = [column.name for column in columns()]

    def write(self, rows: Sequence[Cells]) -> None:
        """Writes a stretch."""
        for row in rows:
            cells = dict(zip(self.names, map(plain, row), strict=True))
            self.file.write(json.dumps(cells, ensure_ascii=False) + "\n")

    def close(self) -> list[Path]:
        """Finishes the file."""
        self.file.close()
        return [self.path]


class Xlsx:
    """An Excel workbook: texts are texts, never formulas or links; a further sheet when one is full."""

    name: ClassVar[str] = "xlsx"

    def __init__(self, folder: Path) -> None:
        self.notes: dict[str, int] = {}
        self.path = folder / "knowledge.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = require("xlsxwriter").Workbook(self.path, {**options, "tmpdir": str(folder)})
        self.head = self.book.add_format({"bold": True})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.sheets = 0
        self.at = SHEET_ROWS + 1

    def write(self, rows: Sequence[Cells]) -> None:
        """Writes a stretch."""
        for row in rows:
            if self.at > SHEET_ROWS:
                self._open_sheet()
            for number, cell in enumerate(row):
                self._write_cell(number, cell)
            self.at += 1

    def _open_sheet(self) -> None:
        self.sheets += 1
        self.sheet = self.book.add_worksheet("knowledge" if self.sheets == 1 else f"knowledge_{self.sheets}")
        self.sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns()):
            self.sheet.write_string(0, number, column.name, self.head)
        self.at = 1

    def _write_cell(self, number: int, cell: Any) -> None:
        if cell is None:
            return
        if isinstance(cell, bool):
            self.sheet.write_boolean(self.at, number, cell)
        elif isinstance(cell, (int, float)):
            self.sheet.write_number(self.at, number, cell)
        elif isinstance(cell, datetime):
            if cell.year >= 1900:
                self.sheet.write_datetime(self.at, number, cell, self.moment)
            else:
                self.sheet.write_string(self.at, number, plain(cell))
        else:
            if len(cell) > LONGEST_CELL:
                self.notes["shortened"] = self.notes.get("shortened", 0) + 1
            self.sheet.write_string(self.at, number, cell[:LONGEST_CELL])

    def close(self) -> list[Path]:
        """Finishes the workbook with the codebook as its last sheet."""
        if not self.sheets:
            self._open_sheet()
        sheet = self.book.add_worksheet("codebook")
        head = ("name", "label", "type", "note", "values", "missing")
        told = (
            (c.name, c.label, c.type, c.note, "; ".join(f"{k}={v}" for k, v in c.values.items()), c.missing or "")
            for c in columns()
        )
        for line, entries in enumerate((head, *told)):
            for number, entry in enumerate(entries):
                sheet.write_string(line, number, entry)
        self.book.close()
        return [self.path]


class Sqlite:
    """A SQLite file of its own with the table `knowledge` and its codebook."""

    name: ClassVar[str] = "sqlite"
    types: ClassVar[dict[str, str]] = {
        "text": "TEXT",
        "integer": "INTEGER",
        "real": "REAL",
        "boolean": "INTEGER",
        "moment": "TEXT",
    }

    def __init__(self, folder: Path) -> None:
        self.notes: dict[str, int] = {}
        self.path = folder / "knowledge.db"
        self.database = sqlite3.connect(self.path)
        self.database.execute("PRAGMA journal_mode = OFF")
        self.database.execute("PRAGMA synchronous = OFF")
        names = ", ".join(f'"{c.name}" {self.types[c.type]}' for c in columns())
        self.database.execute(f"CREATE TABLE knowledge ({names})")
        self.insert = f"INSERT INTO knowledge VALUES ({', '.join('?' * len(columns()))})"

    def write(self, rows: Sequence[Cells]) -> None:
        """Writes a stretch."""
        self.database.executemany(self.insert, ([plain(cell) for cell in row] for row in rows))

    def close(self) -> list[Path]:
        """Finishes the file."""
        self.database.execute(
            'CREATE TABLE codebook (name TEXT PRIMARY KEY, label TEXT, type TEXT, note TEXT, "values" TEXT, missing TEXT)'
        )
        for entry in json.loads(as_json()):
            told = (
                entry["name"],
                entry["label"],
                entry["type"],
                entry["note"],
                json.dumps(entry["values"], ensure_ascii=False),
                entry["missing"],
            )
            self.database.execute("INSERT INTO codebook VALUES (?, ?, ?, ?, ?, ?)", told)
        self.database.execute("CREATE UNIQUE INDEX knowledge_id ON knowledge (id)")
        self.database.commit()
        self.database.close()
        return [self.path]


class Stata:
    """Stata 118 with Chinese labels, in files of `STATA_ROWS` rows: its writer holds a whole file in memory."""

    name: ClassVar[str] = "stata"

    def __init__(self, folder: Path) -> None:
        self.notes: dict[str, int] = {}
        self.folder, self.paths = folder, list[Path]()
        self.kept: list[Cells] = []
        require("pandas")

    def write(self, rows: Sequence[Cells]) -> None:
        """Keeps a stretch, and writes a file when there is enough."""
        self.kept += rows
        while len(self.kept) >= STATA_ROWS:
            self._write_file(self.kept[:STATA_ROWS])
            del self.kept[:STATA_ROWS]

    def _write_file(self, rows: list[Cells]) -> None:
        pandas = require("pandas")
        made: dict[str, Any] = {}
        long: list[str] = []
        values = {c.name: {int(k): v for k, v in c.values.items()} for c in columns() if c.type == "integer" and c.values}
        values |= {c.name: {int(k == "true"): v for k, v in c.values.items()} for c in columns() if c.type == "boolean"}
        for column, cells in zip(columns(), zip(*rows, strict=True) if rows else ((),) * len(columns()), strict=True):
            if column.type in ("text", "moment"):
                texts = ["" if cell is None else str(plain(cell)).replace("\0", "") for cell in cells]
                made[column.name] = pandas.Series(texts, dtype=object)
                if any(len(text.encode()) > STATA_SHORT for text in texts):
                    long.append(column.name)
            else:
                made[column.name] = pandas.Series(
                    cells, dtype={"integer": "int32", "real": "float64", "boolean": "int8"}[column.type]
                )
        frame = pandas.DataFrame(made).rename(columns=STATA_NAMES)
        path = self.folder / f"knowledge-{len(self.paths) + 1:03d}.dta"
        frame.to_stata(
            path, version=118, write_index=False, convert_strl=long, value_labels=values,
            variable_labels={STATA_NAMES.get(c.name, c.name): c.label for c in columns()}, data_label="policymine knowledge",
        )  # fmt: skip
        self.paths.append(path)

    def close(self) -> list[Path]:
        """Finishes the last file."""
        if self.kept or not self.paths:
            self._write_file(self.kept)
        return self.paths


WRITERS: dict[str, type[Writer]] = {
    "parquet": Parquet,
    "csv": Csv,
    "xlsx": Xlsx,
    "jsonl": Jsonl,
    "sqlite": Sqlite,
    "stata": Stata,
}
