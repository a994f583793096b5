"""Double coding: a stratified sample, blind code files for two people, and what they coded as gold.

A sample is a JSONL file that says how it was drawn; the same seed on the same state draws the same rows. A code file shows a
coder the directive in its sentence and nothing of what the machine made of it; every coder gets another order.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from policymine.errors import AnnotationError, StorageError
from policymine.research.codebook import columns
from policymine.research.frames import require
from policymine.research.selection import Selection
from policymine.table.knowledge import COLUMNS
from policymine.table.query import QueryError
from policymine.table.show import show

SCHEMA = "policymine.sample/1"
STRATA = ("modality", "force", "operational", "kind", "level", "source", "year")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "directive": ("yes", "no"),
    "modality": ("obligation", "prohibition", "permission", "recommendation", "sanction"),
    "force": ("1", "2", "3", "4", "5"),
    "operational": ("yes", "no"),
}
"""What is coded, with the allowed codes; an empty cell is not coded."""
ORDINAL = frozenset({"force"})
HEAD = ("no", "before", "text", "after", *FIELDS, "comment", "id")


class Item(NamedTuple):
    """One directive of a sample: what the machine read stays here and never reaches a coder."""

    id: str
    stratum: str
    text: str
    sentence: str
    start: int
    before: str | None
    after: str | None
    machine: Mapping[str, str]
    paper: Mapping[str, Any]
    cue: str | None


def draw(selection: Selection, *, size: int, by: Sequence[str], seed: int) -> list[Item]:
    """A stratified sample: strata as equal in size as they allow, each drawn at random.

    Args:
        selection: the rows to draw from.
        size: how many rows.
        by: columns whose values make the strata; see `STRATA`.
        seed: decides the draw, together with the rows' ids.

    Raises:
        QueryError: an unknown column, no row, or a size below one.
    """
    if unknown := [name for name in by if name not in STRATA]:
        raise QueryError("by", unknown[0], f"makes no strata; there are {', '.join(STRATA)}")
    if size < 1:
        raise QueryError("size", str(size), "draws nothing; ask for one row or more")
    strata: dict[str, list[str]] = defaultdict(list)
    places = {name: COLUMNS.index("issued_on" if name == "year" else name) for name in by}
    for rows in selection.stretches():
        for row in rows:
            cells = (str(row[at] if name != "year" else (row[at] or "")[:4] or None) for name, at in places.items())
            strata[" · ".join(cells) or "all"].append(row[0])
    if not strata:
        raise QueryError("query", selection.query, "finds no row to draw from; widen the filters")
    chosen = [(key, row) for key, ids in _allocate(strata, size, seed=seed).items() for row in ids]
    return [_item(selection, row, stratum=key) for key, row in chosen]


def _allocate(strata: Mapping[str, list[str]], size: int, *, seed: int) -> dict[str, list[str]]:
    """Rows of each stratum: shared out evenly, what small strata leave goes to the others."""
    shuffled = {}
    for key in sorted(strata):
        ids = sorted(strata[key])
        random.Random(f"{seed}/{key}").shuffle(ids)
        shuffled[key] = ids
    taken: dict[str, list[str]] = {key: [] for key in shuffled}
    left = min(size, sum(map(len, shuffled.values())))
    order = sorted(shuffled, key=lambda key: hashlib.sha256(f"{seed}/{key}".encode()).hexdigest())
    while left:
        for key in order:
            if left and len(taken[key]) < len(shuffled[key]):
                taken[key].append(shuffled[key][len(taken[key])])
                left -= 1
    return {key: ids for key, ids in taken.items() if ids}


def _item(selection: Selection, row_id: str, *, stratum: str) -> Item:
    shown = show(selection.table, row_id, run=selection.run)
    finding: Any = shown.row.finding
    machine = {
        "directive": "yes", "modality": finding.modality, "force": str(finding.force),
        "operational": "yes" if finding.operational else "no",
    }  # fmt: skip
    card = shown.card
    paper = {"title": card.title, "kind": card.kind, "issued_on": card.issued_on, "url": shown.page.url}
    return Item(
        row_id,
        stratum,
        shown.row.text,
        shown.sentence,
        shown.place.start,
        shown.before,
        shown.after,
        machine,
        paper,
        finding.cue,
    )


def write_sample(path: Path, items: Sequence[Item], *, told: Mapping[str, Any]) -> None:
    """Writes a sample with a first line that says how it was drawn."""
    lines = [{"schema": SCHEMA, **told}, *(item._asdict() for item in items)]
    write_whole(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def write_whole(path: Path, content: str) -> None:
    """Writes a file whole or not at all.

    Raises:
        StorageError: the disk refused.
    """
    fresh = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(content, encoding="utf-8", newline="\n")
        fresh.replace(path)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise StorageError(str(path), "", f"cannot be written ({problem.strerror}); nothing was left half-written") from problem


def read_sample(path: Path) -> list[Item]:
    """The items of a sample.

    Raises:
        AnnotationError: it is no sample.
    """
    try:
        head, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        if head["schema"] != SCHEMA:
            raise ValueError(head["schema"])
        return [Item(**line) for line in lines]
    except OSError as problem:
        raise AnnotationError(str(path), "", f"cannot be read ({problem.strerror})") from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise AnnotationError(str(path), "", "is no sample; make one with `policymine sample`") from problem


def write_code_file(path: Path, items: Sequence[Item], *, coder: str) -> None:
    """An xlsx for one coder: directive and context, a list of codes in each cell to fill, an order of the coder's own.

    Raises:
        StorageError: the disk refused.
    """
    library = require("xlsxwriter")
    ordered = sorted(items, key=lambda item: hashlib.sha256(f"{coder}/{item.id}".encode()).hexdigest())
    fresh = path.with_name(f".{path.name}.partial")
    labels = {column.name: column.values for column in columns()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with library.Workbook(fresh, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet("code")
            wrapped = book.add_format({"text_wrap": True, "valign": "top"})
            sheet.freeze_panes(1, 0)
            sheet.set_column(1, 3, 40, wrapped)
            sheet.set_column(len(HEAD) - 1, len(HEAD) - 1, None, None, {"hidden": True})
            for number, name in enumerate(HEAD):
                sheet.write_string(0, number, name)
            for line, item in enumerate(ordered, 1):
                for number, cell in enumerate((str(line), item.before or "", item.text, item.after or "")):
                    sheet.write_string(line, number, cell)
                sheet.write_string(line, len(HEAD) - 1, item.id)
            for number, (_, codes) in enumerate(FIELDS.items(), 4):
                sheet.data_validation(1, number, max(len(ordered), 1), number, {"validate": "list", "source": list(codes)})
            told = book.add_worksheet("codes")
            lines = [(name, code, labels.get(name, {}).get(code, "")) for name, codes in FIELDS.items() for code in codes]
            for at, entries in enumerate([("field", "code", "中文"), *lines]):
                for number, entry in enumerate(entries):
                    told.write_string(at, number, entry)
        fresh.replace(path)
    except (OSError, library.exceptions.XlsxFileError) as problem:
        fresh.unlink(missing_ok=True)
        raise StorageError(str(path), "", f"cannot be written ({problem}); nothing was left half-written") from problem


def read_code_file(path: Path) -> dict[str, dict[str, str | None]]:
    """The codes of a filled-in file by row id; None where a cell was left empty.

    Raises:
        AnnotationError: it is no code file, or holds a code that is not allowed, or a row twice.
    """
    library = require("openpyxl")
    try:
        book = library.load_workbook(path, read_only=True, data_only=True)
        head, *lines = book["code"].iter_rows(values_only=True)
    except (OSError, KeyError, ValueError, library.utils.exceptions.InvalidFileException, *_ZIP) as problem:
        raise AnnotationError(str(path), "", "is no code file; make one with `policymine code`") from problem
    if not set(HEAD) <= set(head):
        missing = sorted(set(HEAD) - set(head))
        raise AnnotationError(
            str(path), "", f"lacks the columns {', '.join(missing)}; fill in the file that `policymine code` made"
        )
    codes: dict[str, dict[str, str | None]] = {}
    for number, line in enumerate(lines, 2):
        cells = dict(zip(head, line, strict=True))
        if not cells["id"]:
            continue
        if cells["id"] in codes:
            raise AnnotationError(str(path), f"line {number}", f"codes {cells['id']} a second time; keep one line of it")
        codes[cells["id"]] = {name: _code(path, number, name, cells[name]) for name in FIELDS}
    return codes


def _code(path: Path, line: int, name: str, cell: Any) -> str | None:
    if cell is None or not str(cell).strip():
        return None
    code = {True: "yes", False: "no"}.get(cell) if isinstance(cell, bool) else None
    code = code or (str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)).strip().lower()
    if code not in FIELDS[name]:
        raise AnnotationError(str(path), f"line {line}, {name}", f"holds {code!r}; allowed are {', '.join(FIELDS[name])}")
    return code


def gold_of(items: Sequence[Item], coders: Sequence[Mapping[str, Mapping[str, str | None]]]) -> list[dict[str, Any]]:
    """What the coders agree on, as gold files of one sentence each; an item on which they differ in a field is left out.

    A sentence that all call no directive becomes gold without one: what the machine must not find.
    """
    made = []
    for item in items:
        codes = [coded[item.id] for coded in coders if item.id in coded]
        agreed = {name: values.pop() for name in FIELDS if len(values := {code[name] for code in codes}) == 1}
        said = agreed.get("directive")
        if len(codes) < len(coders) or said is None or (said == "yes" and not all(agreed.get(name) for name in FIELDS)):
            continue
        directive = {
            "start": item.start, "end": item.start + len(item.text), "text": item.text, "modality": agreed.get("modality"),
            "force": int(agreed.get("force") or 0), "operational": agreed.get("operational") == "yes", "cue": item.cue,
            "bearers": [], "condition": None, "deadlines": [], "penalty": None,
        }  # fmt: skip
        made.append({
            "gid": f"coded_{item.id}", "text": item.sentence,
            "document": {key: item.paper[key] for key in ("title", "kind", "issued_on")},
            "directives": [directive] if said == "yes" else [], "timex": [], "quantities": [], "slogans": [], "references": [],
            "coded": ["directives"],
        })  # fmt: skip
    return made


def _zip_errors() -> tuple[type[Exception], ...]:
    import zipfile

    return (zipfile.BadZipFile,)


_ZIP = _zip_errors()
