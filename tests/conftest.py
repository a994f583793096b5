"""A PostgreSQL server for the tests that run on both databases; started once, only when one of them runs."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from policymine.model import (
    Alignment,
    Bearer,
    Card,
    CleanPage,
    Directive,
    Document,
    Findings,
    Interval,
    MinedDocument,
    Page,
    Slogan,
    Span,
    TimeExpression,
)
from policymine.table import Table
from tests.postgres import administration, postgres
from tests.skips import pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]
DATABASES = ("sqlite", "postgresql")
NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server."""
    with postgres() as address:
        yield address


@pytest.fixture(scope="session")
def postgresql(server: str) -> Iterator[NewDatabase]:
    """Gives the address of a new and empty database each time it is called."""
    with administration(server) as admin:
        numbers = count()

        def make(template: str = "policymine_template") -> str:
            name = f"policymine_{next(numbers)}"
            admin.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
            return sa.make_url(server).set(database=name).render_as_string(hide_password=False)

        template = make("template0")
        with Table.open(template):
            pass
        admin.exec_driver_sql(f"ALTER DATABASE {sa.make_url(template).database} RENAME TO policymine_template")
        yield make


@pytest.fixture(params=DATABASES)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """Gives addresses of empty tables, once of each kind of database."""
    if request.param == "postgresql":
        make: NewDatabase = request.getfixturevalue("postgresql")
        return make
    numbers = count()
    return lambda: f"sqlite:///{tmp_path}/policymine{next(numbers) or ''}.db"


@pytest.fixture
def url(new_url: NewDatabase) -> str:
    """The address of an empty table, once of each kind of database."""
    return new_url()


NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TEXTS = (
    "各乡镇要在6月底前完成隐患排查", "=cmd|'/C calc'!A0 严禁瞒报", "+86电话要畅通", "@各村要报送", "-5%以下的要整改",
    "可以先行先试", "鼓励\t举报,\"违者\"必究", "＝1+1 要核对", "应当每季度报送", "县水务局要\n换行报送",
)  # fmt: skip


def night(table: Table, pages: Iterable[int], *, force: int = 3, day: int = 0) -> None:
    """Publishes a night of pages with the directives of `TEXTS`; `force` makes another reading of them."""
    with table.begin("nightly", clock=lambda: NOW + timedelta(days=day)) as run:
        for number in pages:
            run.store(*page(number, force=force), fingerprints={"clean": "c1", "mine": "m1"})
        run.publish()


def page(number: int, *, force: int) -> tuple[CleanPage, tuple[MinedDocument, ...]]:
    """A page of one document with `TEXTS` as its directives."""
    raw = "。".join(TEXTS)
    found = Page(f"{number:016d}", "sample", f"https://example.org/{number}", NOW, f"{number:064d}", raw)
    alignment = Alignment.of(raw, Span(0, len(raw)))
    card = Card(
        f"第{number}号通知", "notice" if number % 2 else "speech", f"202{number % 5}-0{number % 9 + 1}-15", "云岭省/云河市",
        "city", "云河市安委会", sectors=("消防", "防汛") if number % 2 else (),
    )  # fmt: skip
    document = Document(f"{number:016d}", found.id, 0, alignment.origin, alignment, card)
    directives, slogans, at = [], [], 0
    for order, text in enumerate(TEXTS):
        span = Span(at, at + len(text))
        deadlines = ()
        if order == 0:
            quote = Span(at + 4, at + 8)
            interval = Interval(None, datetime(2022 + number % 3, 7, 1))
            due = TimeExpression(
                quote, quote.of(raw), "times.x", type="DATE", value="2022-06-30", role="deadline", interval=interval
            )
            deadlines = (due,)
            motto = Span(at + 10, at + 14)
            slogans.append(Slogan(motto, motto.of(raw), "slogans.x", kind="motto", slogan_id="隐患排查"))
        modality = ("obligation", "prohibition", "permission", "recommendation", "sanction")[order % 5]
        directives.append(
            Directive(
                span, text, "directives.x", modality=modality, force=force, operational=order % 2 == 0,  # type: ignore[arg-type]
                confidence=0.5, cue="要" if "要" in text else None, deadlines=deadlines, section=("一、总则", "(二)任务"),
                bearers=(Bearer("各乡镇", "lead"),),
            )
        )  # fmt: skip
        at = span.end + 1
    times = tuple(time for directive in directives for time in directive.deadlines)
    findings = Findings(directives=tuple(directives), times=times, slogans=tuple(slogans))
    return CleanPage(found, "simplified", (document,), (), ()), (MinedDocument(document, findings),)


@pytest.fixture
def filled(url: str) -> Iterator[Table]:
    """A table of either kind with six pages of ten directives."""
    with Table.open(url) as table:
        night(table, range(6))
        yield table


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Table]:
    """The same in SQLite only."""
    with Table.open(f"sqlite:///{tmp_path}/small.db") as table:
        night(table, range(6))
        yield table
