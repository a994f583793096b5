"""Pages in hand: the table of page by page, whatever one of them breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policymine.cleaning import clean_page
from policymine.errors import AlignmentError
from policymine.extraction import stations
from policymine.model import CleanPage, Page
from policymine.operations import staging
from policymine.operations.ingesting import ingest
from policymine.operations.night import open_table
from policymine.operations.staging import PageNote
from policymine.pipeline import MinedPage, mine_cleaned
from policymine.settings import Settings, load_settings
from policymine.table.publish import Run

NOW = datetime(2024, 5, 1, tzinfo=UTC)
PAPER = (
    "关于做好{0}工作的通知\n各镇人民政府：\n一、各镇要在3月15日前报送{0}台账，逐一核对到户。\n二、县水务局要会同{0}专班"
    "每月巡查2次，严禁瞒报{0}隐患。\n三、逾期不报的，由县政府办公室通报批评，并责令限期补报。\n"
)
WORKS = ("防汛", "抗旱", "供水", "防汛", "农电", "抗旱", "校车", "燃气")
"""What the papers are about; the second one about the same is a copy of the first."""


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    files = []
    for number, work in enumerate(WORKS):
        files.append(tmp_path / f"{number}.txt")
        files[-1].write_text(PAPER.format(work), encoding="utf-8")
    return files


def taken(
    papers: Sequence[Path], folder: Path, *, timer: Callable[[], float] = lambda: 0.0
) -> tuple[list[str], tuple[PageNote, ...]]:
    """The canonical dump of a table with these papers, and what became of each."""
    config = folder / "policymine.toml"
    folder.mkdir()
    places = "\n".join(f'{name} = "{folder / name}"' for name in ("archive", "work", "reports", "backups"))
    config.write_text(
        f'database_url = "sqlite:///{folder / "table.db"}"\n{places}\nmin_free = 0\nmax_quarantine = 0.5\n', encoding="utf-8"
    )
    settings: Settings = load_settings(config)
    _, notes = ingest(papers, [], settings=settings, clock=lambda: NOW, timer=timer)
    with open_table(settings) as table:
        return list(table.dump_canonical()), notes


def one_by_one(patch: pytest.MonkeyPatch) -> None:
    """Every page in a hand of its own."""
    patch.setattr(stations, "CHARACTERS", 1)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pages were mined at once, each time."""
    sizes: list[int] = []

    def counted(pages: Sequence[CleanPage]) -> list[MinedPage]:
        sizes.append(len(pages))
        return mine_cleaned(pages)

    monkeypatch.setattr(staging, "mine_cleaned", counted)
    return sizes


def test_together_and_one_by_one_make_the_same_table(
    papers: list[Path], tmp_path: Path, hands: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    together, notes = taken(papers, tmp_path / "together")
    assert hands == [len(papers)]
    one_by_one(monkeypatch)
    alone, same = taken(papers, tmp_path / "alone")
    assert hands[1:] == [1] * len(papers)
    assert together == alone
    assert notes == same
    assert copies_in(together) == len(WORKS) - len(set(WORKS))


def copies_in(dump: Sequence[str]) -> int:
    return sum('"duplicate_of": "' in line for line in dump)


def breaks(work: str, step: str, patch: pytest.MonkeyPatch) -> None:
    """The planted fault: the first page about this work breaks a step."""

    def is_it(page: Page) -> bool:
        return page.url.endswith(f"{WORKS.index(work)}.txt")

    def cleaned(page: Page, **known: Any) -> CleanPage:
        if is_it(page):
            raise IndexError("planted")
        return clean_page(page, **known)

    def mined(pages: Sequence[CleanPage]) -> list[MinedPage]:
        if any(is_it(page.page) for page in pages):
            raise IndexError("planted")
        return mine_cleaned(pages)

    store = Run.store

    def stored(run: Run, clean: CleanPage, *rest: Any, **given: Any) -> Any:
        if is_it(clean.page):
            raise AlignmentError("planted", "0", "a law") if step == "law" else IndexError("planted")
        return store(run, clean, *rest, **given)

    if step == "clean":
        patch.setattr(staging, "clean_page", cleaned)
    elif step == "mine":
        patch.setattr(staging, "mine_cleaned", mined)
    else:
        patch.setattr(Run, "store", stored)


@pytest.mark.parametrize("step", ["clean", "mine", "store", "law"])
def test_one_bad_page_costs_no_other(papers: list[Path], tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is anything a copy of it: the second paper about the same work stands for itself, as it does page by page."""
    breaks("防汛", step, monkeypatch)
    together, notes = taken(papers, tmp_path / "together")
    assert [note.url for note in notes if note.failed] == [str(papers[0])]
    assert [note.law for note in notes] == [step == "law", *[False] * (len(papers) - 1)]
    assert [note.documents for note in notes[1:]] == [1] * (len(papers) - 1)
    one_by_one(monkeypatch)
    assert taken(papers, tmp_path / "alone") == (together, notes)
    monkeypatch.undo()
    whole, _ = taken(papers, tmp_path / "whole")
    assert copies_in(together) == (0 if step == "law" else copies_in(whole) - 1)  # a broken law shows nothing at all


def test_a_page_pays_for_its_own_work(papers: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that only work moves: 2 s to clean a page, 1 s to mine a character, 4 s to store a page."""
    now, lengths, store = [0.0], dict[str, int](), Run.store

    def cleaned(page: Page, **known: Any) -> CleanPage:
        now[0] += 2
        lengths[page.url.rpartition("/")[2]] = len(page.text)
        return clean_page(page, **known)

    def mined(pages: Sequence[CleanPage]) -> list[MinedPage]:
        now[0] += sum(len(page.page.text) for page in pages)
        return mine_cleaned(pages)

    def stored(*given: Any, **named: Any) -> Any:
        now[0] += 4
        return store(*given, **named)

    monkeypatch.setattr(staging, "clean_page", cleaned)
    monkeypatch.setattr(staging, "mine_cleaned", mined)
    monkeypatch.setattr(Run, "store", stored)
    papers[1].write_text(PAPER.format("春季森林草原防火") * 2, encoding="utf-8")
    for name in ("together", "alone"):
        _, notes = taken(papers, tmp_path / name, timer=lambda: now[0])
        assert [note.seconds for note in notes] == pytest.approx([2 + lengths[Path(note.url).name] + 4 for note in notes])
        one_by_one(monkeypatch)


def test_a_page_that_cannot_be_read_keeps_its_place(papers: list[Path], tmp_path: Path) -> None:
    papers[2].write_bytes(b"%PDF-1.7 broken")
    _, notes = taken(papers, tmp_path / "table")
    assert [bool(note.refused or note.failed) for note in notes] == [number == 2 for number in range(len(papers))]
    assert [note.url for note in notes] == [str(paper) for paper in papers]


def test_a_disk_that_fails_stops_the_run(papers: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the index of copies cannot write is no fault of a page."""

    def full(*_: object) -> None:
        raise OSError(28, "planted")

    monkeypatch.setattr("policymine.operations.copies.StoredPrints.put", full)
    with pytest.raises(OSError, match="planted"):
        taken(papers, tmp_path / "table")
