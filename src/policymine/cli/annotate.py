"""`annotate check | import`: gold files made by people, aligned and checked against the guideline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from policymine.cli.surface import Surface, surface_of
from policymine.errors import AnnotationError
from policymine.research.annotation import LISTS, align, check, read_marks

Folder = Annotated[Path, typer.Argument(help="Folder of gold files, or one file.", metavar="PATH")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
app = typer.Typer(help="Annotated papers: align, check.", no_args_is_help=True, rich_markup_mode=None)


def add_commands(parent: typer.Typer) -> None:
    """Adds the group `annotate`."""
    parent.add_typer(app, name="annotate")


@app.command("check")
def check_files(context: typer.Context, path: Folder, as_json: AsJson = False) -> None:
    """Check gold files: offsets quote, values are the guideline's, quotes lie inside their directive."""
    surface = surface_of(context)
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise AnnotationError(str(path), "", "holds no gold file (*.json); make them with `policymine annotate import`")
    counts: dict[str, int] = dict.fromkeys(LISTS.values(), 0)
    for gold in surface.each(files, _read, label="checking"):
        for fault in check(gold):
            surface.refuse(AnnotationError(str(fault)))
        for name in counts:
            counts[name] += len(gold.get(name, ()))
    _total(surface, counts, files=len(files), as_json=as_json)
    surface.finish()


def _total(surface: Surface, counts: dict[str, int], *, files: int, as_json: bool) -> None:
    if as_json:
        surface.data({"files": files, **counts, "faults": surface.failures})
    else:
        found = ", ".join(f"{count} {name}" for name, count in counts.items())
        surface.out.print(f"{files} files: {found}; {surface.failures} faults", markup=False)


def _read(path: Path) -> dict[str, Any]:
    try:
        gold: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise AnnotationError(str(path), "", f"cannot be read ({problem})") from problem
    if not isinstance(gold, dict) or not isinstance(gold.get("text"), str):
        raise AnnotationError(str(path), "text", "is missing; a gold file is one object with text, document and findings")
    return gold


@app.command("import")
def import_marks(context: typer.Context, path: Folder, as_json: AsJson = False) -> None:
    """Align every NAME.marks.jsonl of a folder to NAME.txt and write NAME.json; a file with a fault is not written."""
    surface = surface_of(context)
    counts: dict[str, int] = dict.fromkeys(LISTS.values(), 0)
    written = 0
    for name, text, lines in read_marks(path):
        gold, faults = align(text, lines, gid=name)
        faults += list(check(gold)) if not faults else []
        for fault in faults:
            surface.refuse(AnnotationError(str(fault)))
        if not faults:
            content = json.dumps(gold, ensure_ascii=False, indent=1) + "\n"
            path.joinpath(f"{name}.json").write_text(content, encoding="utf-8")
            written += 1
            for key in counts:
                counts[key] += len(gold[key])
    _total(surface, counts, files=written, as_json=as_json)
    surface.finish()
