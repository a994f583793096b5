"""The options that say which directives are meant, shared by `search`, `export`, `sample` and `chart`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer

from policymine.cli.surface import Surface
from policymine.research.codebook import licences
from policymine.research.selection import Selection, select
from policymine.table import Table
from policymine.table.filters import Filters

Many = list[str] | None
OPTIONS: dict[str, Any] = {
    "kind": Annotated[Many, typer.Option(help="Kind of paper: speech, circular, notice, …; may be repeated.")],
    "modality": Annotated[Many, typer.Option(help="obligation, prohibition, permission, recommendation, sanction.")],
    "level": Annotated[Many, typer.Option(help="national, province, city, county, township, unit.")],
    "region": Annotated[Many, typer.Option(help="Beginning of the place, such as 甘肃省.")],
    "sector": Annotated[Many, typer.Option(help="Sector, such as 消防.")],
    "force": Annotated[int | None, typer.Option(help="Least force, 1 to 5.", min=1, max=5)],
    "operational": Annotated[bool | None, typer.Option("--operational/--exhortation", help="Only the one or the other.")],
    "bearer": Annotated[str | None, typer.Option(help="Part of the name of a unit that must act, in full or short.")],
    "since": Annotated[str | None, typer.Option(help="Papers from this date on: 2022, 2022-03, 2022-03-15.")],
    "until": Annotated[str | None, typer.Option(help="Papers up to this date.")],
    "year": Annotated[Many, typer.Option(help="Year of the paper.")],
    "due_from": Annotated[str | None, typer.Option(help="First deadline ends on this day or later.")],
    "due_to": Annotated[str | None, typer.Option(help="First deadline ends on this day or earlier.")],
    "frequency": Annotated[Many, typer.Option(help="daily, weekly, monthly, quarterly, half-yearly, yearly, other.")],
    "slogan": Annotated[Many, typer.Option(help="Slogan inside the directive, such as 四个一律.")],
    "source": Annotated[Many, typer.Option(help="Id of the source.")],
    "changed_since": Annotated[str | None, typer.Option(help="New or read differently since this date.")],
}  # fmt: skip


STATE: dict[str, Any] = {
    "query": Annotated[str, typer.Argument(help="Terms of any length; AND, OR, NOT and quotes as for `search`.")],
    "of_release": Annotated[int | None, typer.Option("--release", help="What the release of this number froze.", min=1)],
    "as_of": Annotated[
        str | None, typer.Option(help="What was shown at the end of this day, or by this run.", metavar="DATE|RUN")
    ],
}


class Chosen(NamedTuple):
    """The rows that a command line means, before a table is at hand."""

    query: str
    filters: Filters
    release: int | None
    as_of: str | None

    def of(self, table: Table, surface: Surface) -> Selection:
        """The rows of a table."""
        terms = licences(surface.settings.overlay)
        return select(table, self.query, filters=self.filters, release=self.release, as_of=self.as_of, terms=terms)


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of `Filters`; it takes them as one argument `filters`."""
    return _with(command, "filters", {name: (kind, None) for name, kind in OPTIONS.items()}, Filters.of)


def with_rows(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the query, the options of `Filters` and those of a state; it takes them as one argument `chosen`."""
    options = {name: (kind, "" if name == "query" else None) for name, kind in {**STATE, **OPTIONS}.items()}

    def chosen(values: dict[str, Any]) -> Chosen:
        query, release, as_of = (values.pop(name) for name in ("query", "of_release", "as_of"))
        return Chosen(query, Filters.of(values), release, as_of)

    return _with(command, "chosen", options, chosen)


def _with(
    command: Callable[..., None], argument: str, options: dict[str, tuple[Any, Any]], make: Callable[[dict[str, Any]], Any]
) -> Callable[..., None]:
    """A command that takes options and hands them on as one argument."""
    own = inspect.signature(command, eval_str=True)
    kept = [parameter for name, parameter in own.parameters.items() if name != argument]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in options.items()
    ]

    @functools.wraps(command)
    def called(*arguments: Any, **given: Any) -> None:
        values = {name: given.pop(name) for name in options}
        command(*arguments, **{argument: make(values)}, **given)

    signature = own.replace(parameters=[*kept, *added])
    called.__dict__["__signature__"] = signature
    called.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    del called.__dict__["__wrapped__"]
    return called
