"""`sample`, `code`, `agreement`: how reliably people, and the machine, code directives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from policymine.cli.filtering import Chosen, with_rows
from policymine.cli.research import AsJson
from policymine.cli.surface import Surface, surface_of
from policymine.errors import AnnotationError
from policymine.operations.night import open_table
from policymine.research.agreement import BOOTSTRAPS, Agreement, agreement
from policymine.research.annotation import check
from policymine.research.coding import draw, gold_of, read_code_file, read_sample, write_code_file, write_sample, write_whole

Sample = Annotated[Path, typer.Argument(help="The file that `sample` made.", metavar="SAMPLE")]


def add_commands(app: typer.Typer) -> None:
    """Adds the commands of double coding."""
    app.command("sample")(draw_sample)
    app.command("code")(make_code_files)
    app.command("agreement")(measure_agreement)


@with_rows
def draw_sample(
    context: typer.Context,
    chosen: Chosen,
    size: Annotated[int, typer.Option(help="Rows to draw.", min=1)] = 200,
    by: Annotated[list[str], typer.Option(help="Column whose values make the strata; may be repeated.")] = ["modality"],  # noqa: B006
    seed: Annotated[int, typer.Option(help="Decides the draw.")] = 1,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", metavar="FILE")] = Path("sample.jsonl"),
    as_json: AsJson = False,
) -> None:
    """Draw a stratified sample of directives, filtered like `search`; the same seed draws the same rows."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        items = draw(chosen.of(table, surface), size=size, by=by, seed=seed)
    told = {
        "query": chosen.query, "filters": chosen.filters.given(), "by": by, "seed": seed, "release": chosen.release,
        "as_of": chosen.as_of, "rows": len(items),
    }  # fmt: skip
    write_sample(output, items, told=told)
    if as_json:
        surface.data({"file": str(output), **told})
    else:
        surface.out.print(f"{len(items)} rows of {len({item.stratum for item in items})} strata in {output}", markup=False)
        surface.say(f"next: policymine code {output}")


def make_code_files(
    context: typer.Context,
    sample: Sample,
    coders: Annotated[list[str], typer.Option("--coder", help="Name of a coder; may be repeated.")] = ["a", "b"],  # noqa: B006
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.", metavar="FOLDER")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write a code file for each coder: blind to the machine and to each other, each in an order of its own."""
    surface = surface_of(context)
    items = read_sample(sample)
    for coder in coders:
        if not coder.isidentifier():
            raise AnnotationError(coder, "coder", "is no name for a file; use letters, digits and _")
        path = output / f"{sample.stem}_{coder}.xlsx"
        write_code_file(path, items, coder=coder)
        if as_json:
            surface.data({"coder": coder, "file": str(path), "rows": len(items)})
        else:
            surface.out.print(str(path), markup=False)


def measure_agreement(
    context: typer.Context,
    sample: Sample,
    first: Annotated[Path, typer.Argument(help="Filled-in code file.", metavar="FIRST")],
    second: Annotated[
        Path | None, typer.Argument(help="Another one; the machine's own codes by default.", metavar="SECOND")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the resampling.")] = 1,
    bootstraps: Annotated[int, typer.Option(help="How often to resample.", min=0, max=100_000)] = BOOTSTRAPS,
    gold: Annotated[
        Path | None, typer.Option(help="Write what all agree on as gold files to this folder.", metavar="FOLDER")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how far two coders agree: percent, Cohen κ, Krippendorff α with a 95 % interval, confusion, by stratum."""
    surface = surface_of(context)
    items = read_sample(sample)
    one = read_code_file(first)
    other = read_code_file(second) if second else {item.id: dict(item.machine) for item in items}
    for entry in agreement(one, other, items=items, seed=seed, bootstraps=bootstraps):
        if as_json:
            surface.data(entry._asdict())
        else:
            surface.out.print(_line(entry), markup=False, highlight=False)
    if gold is not None:
        if second is None:
            raise AnnotationError("gold", "", "needs two people; name a second code file")
        _write_gold(surface, gold, gold_of(items, [one, other]), rows=len(items))


def _write_gold(surface: Surface, folder: Path, made: list[dict[str, object]], *, rows: int) -> None:
    for entry in made:
        for fault in check(entry):
            surface.refuse(AnnotationError(str(fault)))
        write_whole(folder / f"{entry['gid']}.json", json.dumps(entry, ensure_ascii=False, indent=1) + "\n")
    surface.say(f"{len(made)} of {rows} rows agreed on and written to {folder}")
    surface.finish()


def _line(entry: Agreement) -> str:
    def number(value: float | None) -> str:
        return "  –  " if value is None else f"{value:5.3f}"

    interval = f" [{number(entry.interval[0])}, {number(entry.interval[1])}]" if entry.interval else ""
    confused = "  ".join(f"{a}/{b} {count}" for a, b, count in entry.confusion if a != b)
    return (
        f"{entry.stratum:<16} {entry.field:<12} n {entry.items:<5} percent {number(entry.percent)}  κ {number(entry.kappa)}  "
        f"α {number(entry.alpha)}{interval}" + (f"  confused {confused}" if confused else "")
    )
