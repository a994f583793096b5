"""Deliveries opened by LibreOffice: workbook and CSV hold what the table says, cell by cell, and no text acts as a formula.

    apt-get install libreoffice-calc && python benchmarks/office.py DATABASE_URL [QUERY]

Exports the hits of a query (all rows by default; a spreadsheet holds a million) as xlsx, CSV and CSV with the byte order mark,
lets LibreOffice read each and write it down again, and compares.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from policymine.research.export import export
from policymine.research.selection import Cells, select
from policymine.table import Table
from policymine.text.outgoing import for_spreadsheet

NOW = datetime(2026, 11, 22)
UTF8_ALL_TEXT = "44,34,76,1,,0,true"
"""Options of LibreOffice's CSV filter: comma, quotation mark, UTF-8, from the first line, every quoted cell as text."""


def said(cell: object) -> str:
    """A cell in the words of a spreadsheet."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat().replace("T", " ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def plainly(text: str) -> str:
    """A cell that came back, whatever way the program writes truth and time."""
    return {"true": "TRUE", "false": "FALSE"}.get(text, re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)$", r"\1 \2", text))


def converted(path: Path, ending: str, *, reads: str = "") -> Path:
    """What LibreOffice makes of a file."""
    folder = path.parent / f"from_{path.suffix[1:]}"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{path.parent}/profile", "--convert-to", ending]
    command += [*([f"--infilter={reads}"] if reads else []), "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return folder / f"{path.stem}.{ending.partition(':')[0]}"


def compared(rows: list[Cells], path: Path, *, guarded: bool) -> dict[str, object]:
    """How many cells came back otherwise than they stand in the table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *lines = csv.reader(file)
    wanted = [[said(cell) for cell in row] for row in rows]
    if guarded:
        wanted = [[for_spreadsheet(cell) for cell in row] for row in wanted]
    other = [
        (name, a, b)
        for row, line in zip(wanted, lines, strict=True)
        for name, a, b in zip(head, row, map(plainly, line), strict=True)
        if a != b
    ]
    return {"rows": len(lines), "cells": len(lines) * len(head), "otherwise": len(other), "first": other[:3]}


def main() -> None:
    url, query = sys.argv[1], " ".join(sys.argv[2:])
    with Table.open(url, create=False) as table, tempfile.TemporaryDirectory() as folder:
        rows = [row for stretch in select(table, query).stretches() for row in stretch]
        for excel in (False, True):
            made = export(select(table, query), Path(folder, f"d{excel}"), formats=["xlsx", "csv"], now=NOW, excel=excel).folder
            back = converted(made / "knowledge.csv", "xlsx", reads=f"CSV:{UTF8_ALL_TEXT}")
            again = converted(back, f"csv:Text - txt - csv (StarCalc):{UTF8_ALL_TEXT}")
            print(
                json.dumps(
                    {"file": "csv with mark" if excel else "csv", **compared(rows, again, guarded=True)}, ensure_ascii=False
                )
            )
        book = made / "knowledge.xlsx"
        back = converted(book, f"csv:Text - txt - csv (StarCalc):{UTF8_ALL_TEXT}")
        print(json.dumps({"file": "xlsx", **compared(rows, back, guarded=False)}, ensure_ascii=False))
        found = re.findall(r'table:formula="([^"]*)"', converted(book, "fods").read_text(encoding="utf-8"))
        formulas = [formula for formula in found if formula not in ("of:=TRUE()", "of:=FALSE()")]  # its way to hold truth
        print(json.dumps({"file": "xlsx", "formulas": len(formulas)}))


if __name__ == "__main__":
    main()
