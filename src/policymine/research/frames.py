"""The table as DataFrames: `policymine.open("sqlite:///…").directives(sector="危险化学品", since="2022")`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack, overload

from policymine.errors import SettingsError
from policymine.research.codebook import Column, columns
from policymine.research.selection import STRETCH, Cells, Selection, select
from policymine.table import Table
from policymine.table.filters import Filters, FilterValues
from policymine.table.releases import Release, releases

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


def require(module: str) -> Any:
    """A library of the extra `research`.

    Raises:
        SettingsError: it is not installed.
    """
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as problem:
        raise SettingsError(module, "", "is not installed; pip install 'policymine[research]'") from problem


class Knowledge:
    """The knowledge table, opened for reading; made by `policymine.open`.

    Everything it gives is of the present, or of the release or the day it was opened at.
    """

    def __init__(self, table: Table, *, release: int | None = None, as_of: str | None = None) -> None:
        self.table, self._release, self._as_of = table, release, as_of

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        self.table.close()

    def select(self, query: str = "", **filters: Unpack[FilterValues]) -> Selection:
        """The rows that a query and filters mean, not yet read."""
        return select(self.table, query, filters=Filters.of(filters), release=self._release, as_of=self._as_of)

    @overload
    def directives(
        self, query: str = "", *, frame: Literal["polars"] = "polars", **filters: Unpack[FilterValues]
    ) -> pl.DataFrame: ...
    @overload
    def directives(self, query: str = "", *, frame: Literal["pandas"], **filters: Unpack[FilterValues]) -> pd.DataFrame: ...
    def directives(
        self, query: str = "", *, frame: Literal["polars", "pandas"] = "polars", **filters: Unpack[FilterValues]
    ) -> pl.DataFrame | pd.DataFrame:
        """Directives as a DataFrame with the columns of the codebook, newest paper first.

        Args:
            query: as for `policymine search`.
            frame: which library's DataFrame.
            **filters: as for `policymine search`; see `policymine.table.filters.Filters`.

        Raises:
            QueryError: the query or a filter cannot be used.
            SettingsError: the library is not installed.
        """
        frames = list(self.stream(query, **filters))
        library = require("polars")
        whole: pl.DataFrame = library.concat(frames) if frames else library.DataFrame(schema=schema_of())
        return whole if frame == "polars" else whole.to_pandas()

    def stream(self, query: str = "", *, rows: int = STRETCH, **filters: Unpack[FilterValues]) -> Iterator[pl.DataFrame]:
        """The same in polars frames of at most `rows` rows, for tables that memory does not hold."""
        for cells in self.select(query, **filters).stretches(size=rows):
            yield frame_of(cells)

    def columns(self) -> tuple[Column, ...]:
        """The codebook."""
        return columns()

    def releases(self) -> tuple[Release, ...]:
        """The releases of the table, newest first."""
        return releases(self.table)


def open_knowledge(url: str, *, release: int | None = None, as_of: str | None = None) -> Knowledge:
    """Opens a table for reading; see `policymine.open`."""
    address = url if "://" in url else f"sqlite:///{url}"
    return Knowledge(Table.open(address, create=False), release=release, as_of=as_of)


def frame_of(cells: list[Cells]) -> pl.DataFrame:
    """A polars frame with the types of the codebook."""
    library = require("polars")
    series = [
        library.Series(name, values, dtype=kind)
        for (name, kind), values in zip(schema_of().items(), zip(*cells, strict=True), strict=True)
    ]
    frame: pl.DataFrame = library.DataFrame(series)
    return frame


def schema_of() -> dict[str, Any]:
    """The columns with their polars types."""
    pl = require("polars")
    types = {"text": pl.String, "integer": pl.Int64, "real": pl.Float64, "boolean": pl.Boolean, "moment": pl.Datetime("us")}
    return {column.name: types[column.type] for column in columns()}
