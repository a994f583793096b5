"""What a table of a million directives feels like: search, facets, show and export while a night is published.

The directives are recombined from corpora/gold with a fixed seed and stored by the very code that stores a night.

    python benchmarks/table.py make URL [--directives 1000000]     fill an empty table
    python benchmarks/table.py measure URL [--searches 300]        figures, with a writer at work
    python benchmarks/table.py export URL FOLDER                   seconds and peak memory of a Parquet export
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
from policymine.table.facets import facets
from policymine.table.filters import Filters
from policymine.table.query import QueryError, Term
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


def night(url: str, seed: int) -> None:
    """One night of changes: 300 pages read anew, 100 new ones."""
    maker = Maker()
    with Table.open(url) as table:
        fill(
            table,
            (maker.page(number, night=seed) for number in [*range(300), *range(20_000 + seed * 100, 20_100 + seed * 100)]),
        )


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


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
    with Table.open(url) as table:
        exact(table, terms[:exact_terms])
        writer = subprocess.Popen(
            [sys.executable, __file__, "night", url, "--seed", str(int(time.time()) % 10_000)], stderr=subprocess.DEVNULL
        )
        _, sectors = clauses()
        plain, filtered, divided, shown, cuts = [], [], [], [], 0
        for number, term in enumerate(terms):
            query = f'"{term}"'
            plain.append(timed(lambda query=query: search(table, query)))
            chosen = Filters(
                sector=chance.choice(sectors),
                **([{}, {"modality": "prohibition"}, {"since": "2020"}, {"region": "云岭省"}][number % 4]),
            )
            filtered.append(
                timed(lambda chosen=chosen, query=query: search(table, query if len(query) < 5 else "", filters=chosen))
            )
            if number % 5 == 0:
                try:
                    divided.append(timed(lambda query=query: facets(table, query)))
                except QueryError:
                    cuts += 1
            hits = search(table, query, limit=1).hits
            if hits:
                shown.append(timed(lambda hits=hits: show(table, hits[0].row.id)))
        busy = writer.poll() is None
        writer.wait()
        print(json.dumps({
            "search": figures(plain), "search_filtered": figures(filtered), "facets": figures(divided), "show": figures(shown),
            "count_cap": COUNT_CAP, "writer_still_at_work_at_the_end": busy, "writer_exit": writer.returncode,
        }))  # fmt: skip


def exact(table: Table, terms: list[str]) -> None:
    """Recall and false hits of every term against reading all texts."""
    with table.reading() as now:
        rows = now.connection.execution_options(yield_per=20_000).execute(
            sa.select(directives.c.serial, directives.c.text).where(visible(directives, now.run_id))
        )
        folded = [(serial, fold(text)) for serial, text in rows]
        missed = false = total = 0
        for term in terms:
            wanted = {serial for serial, text in folded if fold(term) in text}
            found = finding(table, Term(term), Filters(), now=now)
            got = set(now.connection.scalars(sa.select(found.key).select_from(found.source).where(found.condition)))
            missed, false, total = missed + len(wanted - got), false + len(got - wanted), total + len(wanted)
    print(
        json.dumps({"terms": len(terms), "directives": len(folded), "wanted": total, "missed": missed, "false": false}),
        flush=True,
    )


def export(url: str, folder: str) -> None:
    began = time.perf_counter()
    command = [
        str(Path(sys.executable).with_name("policymine")),
        "--database",
        url,
        "export",
        "--format",
        "parquet",
        "-o",
        folder,
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(
        json.dumps({"exit": done.returncode, "seconds": round(time.perf_counter() - began, 1), "peak_gb": round(peak, 2)}),
        done.stderr[-300:],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "measure", "night", "export"))
    parser.add_argument("url")
    parser.add_argument("folder", nargs="?", default="")
    parser.add_argument("--directives", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--terms", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    match given.what:
        case "make":
            make(given.url, given.directives)
        case "night":
            night(given.url, given.seed)
        case "measure":
            measure(given.url, given.searches, exact_terms=given.terms)
        case "export":
            export(given.url, given.folder)


if __name__ == "__main__":
    main()
