"""What is taken away: the same content in every format, described, cited, harmless, whole or not at all."""

import csv
import errno
import json
import os
import re
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

import policymine
from policymine.errors import PolicymineError, StorageError
from policymine.research import writers
from policymine.research.codebook import as_csv, as_json, as_markdown, columns, licences
from policymine.research.export import export
from policymine.research.selection import select
from policymine.research.writers import Csv
from policymine.table import Table
from policymine.table.filters import Filters
from policymine.table.knowledge import COLUMNS
from policymine.table.query import QueryError
from policymine.text import outgoing
from policymine.text.outgoing import FORMULA_SIGNS

from .conftest import NewDatabase, night

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 22)
ALL = ("parquet", "csv", "xlsx", "jsonl", "sqlite", "stata")
NAMES = [column.name for column in columns()]
POLICYMINE = str(Path(sys.executable).with_name("policymine"))


@pytest.fixture
def taken(small: Table, tmp_path: Path) -> Path:
    return export(select(small), tmp_path / "out", formats=ALL, now=NOW).folder


def texts(cell: Any) -> Any:
    """A cell in the words that every format can say: nothing is nothing, moments in ISO 8601."""
    if cell is None or cell == "" or cell is pd.NaT or (isinstance(cell, float) and cell != cell):
        return None
    return cell.isoformat() if isinstance(cell, datetime) else cell


def wanted(table: Table) -> list[list[Any]]:
    return [[texts(cell) for cell in row] for rows in select(table).stretches() for row in rows]


# --- the same content, read by other programs -----------------------------------------------------------------------------


def test_parquet_read_by_polars_pandas_and_arrow(small: Table, taken: Path) -> None:
    path = taken / "knowledge.parquet"
    assert [[texts(cell) for cell in row] for row in pl.read_parquet(path).rows()] == wanted(small)
    frame = pd.read_parquet(path)
    assert [[texts(cell) for cell in row] for row in frame.astype(object).itertuples(index=False)] == wanted(small)
    assert pq.read_schema(path).field("modality").metadata[b"label"].decode() == "情态"


def test_jsonl_and_sqlite(small: Table, taken: Path) -> None:
    lines = (taken / "knowledge.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [list(json.loads(line).values()) for line in lines] == wanted(small)
    with sqlite3.connect(taken / "knowledge.db") as database:
        rows = [list(row) for row in database.execute("SELECT * FROM knowledge")]
        labels = dict(database.execute("SELECT name, label FROM codebook"))
    assert rows == wanted(small)
    assert labels["modality"] == "情态"


def test_csv_read_by_pandas_but_for_the_guard_of_formulas(small: Table, taken: Path) -> None:
    types = {column.name: {"text": str, "moment": str}.get(column.type) for column in columns()}
    frame = pd.read_csv(
        taken / "knowledge.csv", dtype={n: t for n, t in types.items() if t}, keep_default_na=False, na_values=[""]
    )
    found = [[texts(cell) for cell in row] for row in frame.astype(object).itertuples(index=False)]
    guarded = [
        [f"'{c}" if isinstance(c, str) and c.startswith(FORMULA_SIGNS) else c for c in row] for row in wanted(small)
    ]  # fmt: skip
    assert found == guarded


def test_xlsx_read_by_openpyxl_holds_texts_and_no_formula(small: Table, taken: Path) -> None:
    book = openpyxl.load_workbook(taken / "knowledge.xlsx")
    head, *rows = book["knowledge"].iter_rows()
    assert [cell.value for cell in head] == NAMES
    assert [[texts(cell.value) for cell in row] for row in rows] == wanted(small)
    assert not [cell for row in rows for cell in row if cell.data_type == "f" or cell.hyperlink]
    assert [cell.value for cell in next(book["codebook"].iter_rows(min_row=2))][:2] == ["id", "行编号"]


def test_stata_read_by_pandas_with_labels(small: Table, taken: Path) -> None:
    path = taken / "knowledge-001.dta"
    assert path.read_bytes().startswith(b"<stata_dta><header><release>118</release>")
    frame = pd.read_stata(path, convert_categoricals=False)
    renamed = ["end_" if name == "end" else name for name in NAMES]
    assert list(frame.columns) == renamed
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) for name in renamed)
    found = [[texts(cell) for cell in row] for row in frame.astype(object).itertuples(index=False)]
    assert found == wanted(small)
    with pd.io.stata.StataReader(path) as reader:
        assert reader.variable_labels()["modality"] == "情态"
        assert reader.value_labels()["force"][5] == "一律、必须、严禁"


def test_stata_in_several_files_when_there_are_many_rows(small: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "STATA_ROWS", 25)
    folder = export(select(small), tmp_path / "out", formats=["stata"], now=NOW).folder
    assert [len(pd.read_stata(path)) for path in sorted(folder.glob("*.dta"))] == [25, 25, 10]


def test_xlsx_in_several_sheets_when_one_is_full(small: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "SHEET_ROWS", 25)
    folder = export(select(small), tmp_path / "out", formats=["xlsx"], now=NOW).folder
    book = openpyxl.load_workbook(folder / "knowledge.xlsx")
    assert [book[name].max_row - 1 for name in ("knowledge", "knowledge_2", "knowledge_3")] == [25, 25, 10]


def test_both_databases_deliver_the_same_byte_for_byte(postgresql: NewDatabase, small: Table, tmp_path: Path) -> None:
    with Table.open(postgresql()) as table:
        night(table, range(6))
        folders = [export(select(t), tmp_path / n, formats=("csv", "jsonl", "parquet"), now=NOW).folder for t, n in
                   ((small, "file"), (table, "server"))]  # fmt: skip
    for name in ("knowledge.csv", "knowledge.jsonl", "knowledge.parquet", "manifest.json", "CITATION.cff"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


# --- harmless -------------------------------------------------------------------------------------------------------------


def test_no_cell_of_a_csv_can_act_as_a_formula(taken: Path) -> None:
    with (taken / "knowledge.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA_SIGNS)]
    assert [cell for cell in cells if cell.startswith("'=cmd")], "the planted formula is there, with a guard"
    notes = next(f["notes"] for f in json.loads((taken / "manifest.json").read_text())["files"] if f["format"] == "csv")
    assert notes["formula_guarded"] == sum(cell.startswith("'") for cell in cells)


def test_without_the_guard_the_formula_would_be_seen(small: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "FORMULA_SIGNS", ("\0never",))
    folder = export(select(small), tmp_path / "out", formats=["csv"], now=NOW).folder
    with pytest.raises(AssertionError):
        test_no_cell_of_a_csv_can_act_as_a_formula(folder)


def test_texts_of_a_csv_stand_in_quotes_and_numbers_do_not(taken: Path) -> None:
    """LibreOffice took an id of digits for a number, and its noughts were gone (benchmarks/office.py)."""
    first = (taken / "knowledge.csv").read_bytes().decode().split("\r\n")[1]
    cells = next(csv.reader([first]))
    assert f'"{cells[NAMES.index("page_id")]}"' in first
    assert cells[NAMES.index("page_id")].isdecimal()
    assert f",{cells[NAMES.index('force')]}," in first


def test_the_mark_of_byte_order_only_for_excel(small: Table, tmp_path: Path, taken: Path) -> None:
    excel = export(select(small), tmp_path / "excel", formats=["csv"], now=NOW, excel=True).folder / "knowledge.csv"
    assert excel.read_bytes() == b"\xef\xbb\xbf" + (taken / "knowledge.csv").read_bytes()


# --- described ------------------------------------------------------------------------------------------------------------


def test_a_delivery_describes_itself(small: Table, taken: Path) -> None:
    import hashlib

    manifest = json.loads((taken / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"] == 60
    assert manifest["pages"] == 6
    assert manifest["sources"] == {"sample": 60}
    assert manifest["licences"] == {"Apache-2.0": 60}
    assert manifest["fingerprints"] == [{"clean": "c1", "mine": "m1", "pages": 6}]
    for file in manifest["files"]:
        assert hashlib.sha256((taken / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    package = json.loads((taken / "datapackage.json").read_text(encoding="utf-8"))
    assert {resource["path"] for resource in package["resources"]} == {file["name"] for file in manifest["files"]}
    assert [field["name"] for field in package["resources"][0]["schema"]["fields"]] == NAMES
    cited = (taken / "CITATION.cff").read_text(encoding="utf-8")
    assert f"sha256:{manifest['rows_sha256']}" in cited
    assert "cff-version" in cited
    for name, text in (("codebook.md", as_markdown()), ("codebook.csv", as_csv()), ("codebook.json", as_json())):
        assert (taken / name).read_text(encoding="utf-8") == text


def test_the_codebook_has_the_columns_of_the_view_in_its_order(filled: Table) -> None:
    with filled.reading() as now:
        view = list(now.connection.execute(sa.text("SELECT * FROM knowledge")).keys())
    assert view == list(COLUMNS) == NAMES[: len(COLUMNS)]
    for column in columns():
        assert re.search("[\u4e00-\u9fff]", column.label), column
        assert column.note


def test_the_stream_says_what_the_view_says(filled: Table) -> None:
    with filled.reading() as now:
        rows = now.connection.execute(sa.text("SELECT * FROM knowledge ORDER BY id")).mappings().all()
    streamed = sorted((row for stretch in select(filled).stretches() for row in stretch), key=lambda row: row[0])
    assert len(rows) == len(streamed) == 60
    for row, cells in zip(rows, streamed, strict=True):
        for name, cell in zip(COLUMNS, cells, strict=False):
            if name != "section":
                assert texts(cell) == texts(bool(row[name]) if name in ("operational", "truncated") else row[name]), name
        assert cells[NAMES.index("section")] == "一、总则 › (二)任务"


def test_every_code_that_occurs_stands_in_the_codebook(filled: Table) -> None:
    for stretch in select(filled).stretches():
        for row in stretch:
            for column, cell in zip(columns(), row, strict=True):
                if column.values and cell is not None and column.name != "licence":
                    assert str(cell).lower() in column.values, (column.name, cell)
                if cell is None:
                    assert column.missing, f"{column.name} is empty, but the codebook does not say what that means"


def test_licences_come_from_the_source_else_from_the_kind_of_paper(tmp_path: Path) -> None:
    assert licences().of("sample", "speech") == "Apache-2.0"
    assert (licences().of("x", "notice"), licences().of("x", "speech")) == ("official", "unclear")
    (tmp_path / "licences.toml").write_text('[sources]\nx = "CC-BY-4.0"\n', encoding="utf-8")
    assert licences(tmp_path).of("x", "speech") == "CC-BY-4.0"
    (tmp_path / "licences.toml").write_text("x = 1", encoding="utf-8")
    with pytest.raises(PolicymineError) as refused:
        licences(tmp_path)
    assert refused.value.exit_code == 3


# --- filtered, streamed, typed --------------------------------------------------------------------------------------------


def test_filters_and_queries_choose_the_rows_on_both_databases(filled: Table) -> None:
    assert select(filled, "隐患").count() == 6
    assert select(filled, filters=Filters(sector="消防", modality="prohibition")).count() == 6
    assert sum(map(len, select(filled, "要 NOT 隐患", filters=Filters(kind="speech")).stretches(size=2))) == 5 * 3
    assert [len(stretch) for stretch in select(filled).stretches(size=25)] == [25, 25, 10]


def test_frames_are_typed_and_stream(small: Table, tmp_path: Path) -> None:
    with policymine.open(f"{tmp_path}/small.db") as knowledge:
        frame = knowledge.directives(sector="消防", since="2021")
        assert frame.height == 20
        assert (frame.schema["force"], frame.schema["operational"]) == (pl.Int64, pl.Boolean)
        assert frame.schema["deadline_end"] == pl.Datetime("us")
        assert frame.filter(pl.col("deadline_end").is_not_null())["deadline_end"][0] == datetime(2022, 7, 1)
        pandas = knowledge.directives("隐患", frame="pandas")
        assert (len(pandas), str(pandas["deadline_end"].dtype)[:10]) == (6, "datetime64")
        assert [part.height for part in knowledge.stream(rows=25)] == [25, 25, 10]
        assert pl.concat(knowledge.stream(rows=7)).equals(knowledge.directives())
        nothing = knowledge.directives("没有这样的话")
        assert nothing.schema == frame.schema
        assert nothing.height == 0
        with pytest.raises(QueryError, match="no filter"):
            knowledge.directives(colour="red")  # type: ignore[call-arg]


def test_no_table_to_open(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no table yet"):
        policymine.open(f"{tmp_path}/none.db")


def test_an_empty_selection_gives_empty_files_that_open(small: Table, tmp_path: Path) -> None:
    folder = export(select(small, "没有这样的话"), tmp_path / "out", formats=ALL, now=NOW).folder
    assert pl.read_parquet(folder / "knowledge.parquet").height == 0
    assert list(pd.read_csv(folder / "knowledge.csv").columns) == NAMES
    assert len(pd.read_stata(folder / "knowledge-001.dta")) == 0
    assert openpyxl.load_workbook(folder / "knowledge.xlsx")["knowledge"].max_row == 1


# --- whole or not at all --------------------------------------------------------------------------------------------------


FULL = """
import resource, sys
from datetime import datetime
from pathlib import Path
from policymine.errors import StorageError
from policymine.research.export import export
from policymine.research.selection import select
from policymine.table import Table

with Table.open(sys.argv[1]) as table:
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
    for name in sys.argv[3:]:
        try:
            export(select(table), Path(sys.argv[2], name), formats=[name], now=datetime(2026, 1, 1))
        except StorageError as problem:
            print(name, problem.exit_code, len(str(problem).splitlines()))
"""


def test_a_disk_that_fills_up_leaves_nothing(small: Table, tmp_path: Path) -> None:
    """The limit of file sizes stands in for a full disk: the same calls fail in the same places."""
    target = tmp_path / "deliveries"
    target.mkdir()
    command = [sys.executable, "-c", FULL, small.url, str(target), *ALL]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines() == [f"{name} 8 1" for name in ALL]
    assert list(target.iterdir()) == []


def test_a_disk_that_fills_up_keeps_the_old_delivery(small: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(select(small), tmp_path / "d" / "out", formats=["csv"], now=NOW)
    before = {path.name: path.read_bytes() for path in (tmp_path / "d" / "out").iterdir()}

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Csv, "write", full)
    with pytest.raises(StorageError, match="No space left"):
        export(select(small), tmp_path / "d" / "out", formats=["csv"], now=NOW, overwrite=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "d" / "out").iterdir()} == before
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["out"]


def test_a_folder_that_is_there_is_not_touched_unless_told_so(small: Table, tmp_path: Path) -> None:
    export(select(small), tmp_path / "out", formats=["csv"], now=NOW)
    with pytest.raises(QueryError, match="--overwrite"):
        export(select(small), tmp_path / "out", formats=["jsonl"], now=NOW)
    export(select(small), tmp_path / "out", formats=["jsonl"], now=NOW, overwrite=True)
    assert not (tmp_path / "out" / "knowledge.csv").exists()
    with pytest.raises(QueryError, match="parquet"):
        export(select(small), tmp_path / "other", formats=["word"], now=NOW)


# --- the command line -----------------------------------------------------------------------------------------------------


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [POLICYMINE, "--database", f"sqlite:///{folder}/small.db", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_commands_and_their_exit_codes(small: Table, tmp_path: Path) -> None:
    done = run(
        tmp_path, "export", "隐患", "-f", "csv", "-f", "jsonl", "--excel", "-o", "out", "--kind", "speech", "--kind", "notice"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "6 rows" in done.stdout
    told = json.loads(run(tmp_path, "export", "--json", "-o", "json", "-f", "jsonl").stdout)
    assert told["manifest"]["rows"] == 60
    assert json.loads(run(tmp_path, "codebook", "--json").stdout)[0]["name"] == "id"
    for arguments in (
        ("export", "-o", "out"), ("export", "-f", "word"), ("export", "--kind", "poem"), ("export", "--colour", "red"),
        ("export", "--release", "7"), ("search", "隐患 AND"), ("search", "隐患", "--cursor", "abc"),
    ):  # fmt: skip
        refused = run(tmp_path, *arguments)
        assert refused.returncode == 2, (arguments, refused.stderr)
        assert refused.stdout == ""
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["json", "out"]


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/notebooks/*.ipynb")), ids=lambda path: path.name)
def test_the_notebooks_run(small: Table, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYMINE_DATABASE_URL", small.url)
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert cells
    names: dict[str, Any] = {}
    for number, source in enumerate(cells):
        exec(compile(source, f"{path.name}, cell {number}", "exec"), names)
    assert names["directives"].height == 30
    assert names["by_year"]["len"].sum() == 60


def test_the_reference_is_the_codebook() -> None:
    page = (ROOT / "docs" / "reference" / "table.md").read_text(encoding="utf-8")
    assert as_markdown() in page, "write the output of `policymine codebook` into docs/reference/table.md"
