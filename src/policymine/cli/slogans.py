"""`slogans`, `lineage`, `citations`: what is learnt across papers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table as Grid
from rich.text import Text

from policymine.cli.surface import Surface, surface_of
from policymine.errors import PolicymineError, StorageError, UnknownIdError
from policymine.extraction.slogans.dictionary import canonical, look_up
from policymine.operations.learning import learn
from policymine.operations.night import open_table
from policymine.table.citations import write_edges
from policymine.table.lineage import Descendant, Lineage, lineage_of
from policymine.table.slogan_views import SloganView, nowhere, overview, view
from policymine.table.store import NO_TABLE

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
MOST, FEW = 20, 3


def add_commands(app: typer.Typer) -> None:
    """Adds the commands of what is learnt."""
    app.command("slogans")(slogans)
    app.command("lineage")(lineage)
    app.command("citations")(citations)


def slogans(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A slogan under any of its names, such as 四个一律; all of them without.")] = "",
    unknown: Annotated[bool, typer.Option("--unknown", help="Only those that nothing opens, the widest spread first.")] = False,
    chart: Annotated[Path | None, typer.Option(help="Draw the life line to this file (.svg or .png).", metavar="FILE")] = None,
    limit: Annotated[int, typer.Option(help="How many to list.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """What numeric slogans stand for, where that was read, and how they spread."""
    surface = surface_of(context)
    if chart is not None and not name:
        raise typer.BadParameter("a life line is drawn of one slogan; name it", param_hint="--chart")
    try:
        with open_table(surface.settings, create=False) as table:
            learn(table)
            if not name:
                _list(surface, overview(table, unknown=unknown)[:limit], as_json=as_json)
                return
            found = view(table, canonical(name))
    except (UnknownIdError, StorageError) as problem:
        if isinstance(problem, StorageError) and problem.cure != NO_TABLE:
            raise
        found = _from_dictionary(name, problem)
        surface.say(str(problem))
    if as_json:
        surface.data({**asdict(found), "variants": _variants(found.slogan_id), "sources": _sources(found.slogan_id)})
    else:
        _show(surface, found)
    if chart is not None:
        draw_life_line(found, chart)
        surface.say(f"life line in {chart}")


def _from_dictionary(name: str, problem: PolicymineError) -> SloganView:
    """What the dictionary says of a slogan that no paper mentions; the problem itself where it says nothing either."""
    entry = look_up(name) if name else None
    if entry is None:
        raise problem
    readings = [
        {
            "slogan_id": entry.name, "reading": number, "kind": "numeric", "members": list(reading.members), "rows": [],
            "sector": reading.field, "issuer": None, "origin": "dictionary", "documents": 0,
            "first_issued_on": str(reading.since) if reading.since else None,
        }
        for number, reading in enumerate(entry.readings, 1)
    ]  # fmt: skip
    return nowhere(entry.name, readings)


def lineage(
    context: typer.Context,
    row_id: Annotated[str, typer.Argument(help="Id of a directive, as `search` prints it.", metavar="ID")],
    as_json: AsJson = False,
) -> None:
    """Who required it first, and what changed across reprints and down the levels."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        found = lineage_of(table, row_id)
    if as_json:
        surface.data(asdict(found))
        return
    _lineage(surface, found)


def citations(
    context: typer.Context,
    edges: Annotated[Path, typer.Option(help="Write the citation graph here.", metavar="FILE")] = Path("edges.csv"),
) -> None:
    """Write which paper cites which, one edge a line."""
    surface = surface_of(context)
    with open_table(surface.settings, create=False) as table:
        learn(table)
        try:
            with edges.open("w", encoding="utf-8", newline="") as stream:
                count = write_edges(table, stream)
        except OSError as problem:
            raise StorageError(str(edges), "", f"cannot be written ({problem.strerror}); choose another --edges") from problem
    surface.out.print(f"{count} edges in {edges}", markup=False, highlight=False)


def draw_life_line(found: SloganView, file: Path) -> None:
    """Draws the mentions of a slogan per month, by level, to an SVG or PNG file.

    Raises:
        PolicymineError: the libraries of the extra `research` are missing, or the file cannot be written.
    """
    try:
        import altair
        import vl_convert  # noqa: F401 - what altair draws files with
    except ImportError as problem:
        raise PolicymineError(str(file), "", "charts need the extra: pip install 'policymine[research]'") from problem
    if file.suffix not in (".svg", ".png"):
        raise PolicymineError(str(file), "", "a life line is drawn as .svg or .png; end the file's name so")
    points = [{"月份": month, "提及": count} for month, count in found.spread.months if month[:1].isdigit()]
    axis = altair.X("月份:O", sort=None, title="成文月份")
    values = altair.Data(values=points)  # type: ignore[no-untyped-call]
    chart = altair.Chart(values, title=f"“{found.slogan_id}”提及次数", width=640, height=240)
    try:
        chart.mark_line(point=True).encode(x=axis, y=altair.Y("提及:Q", title="提及次数")).save(str(file))
    except OSError as problem:
        raise StorageError(str(file), "", f"cannot be written ({problem.strerror})") from problem


def _list(surface: Surface, entries: Any, *, as_json: bool) -> None:
    if as_json:
        for entry in entries:
            surface.data(dict(entry))
        return
    grid = Grid("slogan", "members", "mentions", "opened", "papers", "issuers", "first seen", box=None, pad_edge=False)
    for entry in entries:
        cells = (entry["mentions"], entry["opened"], entry["documents"], entry["issuers"], entry["first"] or "")
        grid.add_row(Text(entry["slogan"]), Text(" · ".join(entry["members"])), *map(str, cells))
    surface.out.print(grid)


def _show(surface: Surface, found: SloganView) -> None:
    spread = found.spread
    lines = [found.slogan_id]
    if variants := _variants(found.slogan_id):
        lines.append(f"variants: {', '.join(variants)}")
    for entry in found.readings:
        where = "dictionary" if entry["origin"] == "dictionary" else _counted(entry["documents"], "paper")
        about = ", ".join(str(part) for part in (entry["sector"], entry["issuer"], entry["first_issued_on"]) if part)
        lines.append(f"{entry['reading']}. {' · '.join(entry['members'])}  [{where}; {about}]")
        if entry["rows"]:
            lines.append(f"   spelt out in {', '.join(entry['rows'][:FEW])}")
    for source in _sources(found.slogan_id):
        checked = f" — {source['checked']}" if source["checked"] else ""
        told = f"{source['source']}{checked}" + (f" ({source['standing']})" if source["standing"] else "")
        lines.append(f"   {source['field']}: {told}" + (f" [{source['note']}]" if source["note"] else ""))
    counts = f"{_counted(spread.mentions, 'mention')} in {_counted(spread.documents, 'paper')}"
    lines.append(f"first seen: {spread.first or 'undated'}; {counts}" if spread.mentions else "no paper mentions it")
    for label, pairs in (
        ("opened from", found.origins), ("written", found.spellings), ("months", spread.months[-MOST:]),
        ("levels", spread.levels), ("regions", spread.regions[:MOST]),
    ):  # fmt: skip
        lines += [f"{label}: {', '.join(f'{value} {count}' for value, count in pairs)}"] if pairs else []
    surface.out.print("\n".join(lines), markup=False, highlight=False)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _variants(name: str) -> list[str]:
    entry = look_up(name)
    return list(entry.variants) if entry else []


def _sources(name: str) -> list[dict[str, Any]]:
    """Where the dictionary's readings come from, what they were checked with, and what a reader must know of them."""
    entry = look_up(name)
    return [
        {
            "field": r.field, "source": r.source, "checked": r.checked or None, "standing": r.standing or None,
            "note": r.note or None,
        }
        for r in (entry.readings if entry else ())
    ]  # fmt: skip


def _lineage(surface: Surface, found: Lineage) -> None:
    origin = found.origin
    lines = [f"origin {origin.row_id} {_paper(origin)}", f"  {origin.text}"]
    for descendant in found.descendants:
        member = descendant.member
        lines += [f"{member.row_id} {_paper(member)} likeness {descendant.likeness}", f"  {_difference(descendant)}"]
        lines += [f"  {change.kind}: {change.before or '∅'} → {change.after or '∅'}" for change in descendant.changes]
    if not found.descendants:
        lines.append("no other paper has it")
    surface.out.print("\n".join(lines), markup=False, highlight=False)


def _paper(member: Any) -> str:
    parts = (member.issued_on or "undated", member.level, member.issuer, f"《{member.title}》" if member.title else None)
    return " ".join(part for part in parts if part)


def _difference(descendant: Descendant) -> str:
    """The sentence with what was left out in [-…-] and what was added in {+…+}."""
    marked = []
    for piece in descendant.pieces:
        if piece.before == piece.after:
            marked.append(piece.after)
        else:
            marked.append((f"[-{piece.before}-]" if piece.before else "") + (f"{{+{piece.after}+}}" if piece.after else ""))
    return "".join(marked)
