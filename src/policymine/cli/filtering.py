"""The options that say which directives are meant, shared by `search`, `export`, `sample` and `chart`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

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
    "bearer": Annotated[str | None, typer.Option(help="Part of the name of a unit that must act.")],
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


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of `Filters`; it takes them as one argument `filters`."""
    own = inspect.signature(command, eval_str=True)
    kept = [parameter for name, parameter in own.parameters.items() if name != "filters"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind) for name, kind in OPTIONS.items()
    ]

    @functools.wraps(command)
    def called(*arguments: Any, **options: Any) -> None:
        values = {name: options.pop(name) for name in OPTIONS}
        command(*arguments, filters=Filters.of(values), **options)

    signature = own.replace(parameters=[*kept, *added])
    called.__dict__["__signature__"] = signature
    called.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    del called.__dict__["__wrapped__"]
    return called
