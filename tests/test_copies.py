"""The index of copies between nights: reads only what it doesn't know, follows the table, survives its own loss."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from policymine.cleaning.duplicates import DuplicateIndex, fingerprint
from policymine.model import Document
from policymine.operations.copies import FILE, known_copies
from policymine.table.store import DocumentText
from policymine.text import Alignment

PAPER = "各镇要在{}前完成水库排查，逐一建立台账。县安委办要会同水务局核查到位，逾期不报的通报批评。防汛值班要落实到人到岗。"


class Standing:
    """A table's documents, and which texts were read of it."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts, self.read = texts, list[str]()

    def document_pages(self, *, run: int | None = None) -> dict[str, str]:
        return {key: f"page-{key}" for key in self.texts}

    def document_texts(self, *, run: int | None = None, only: Sequence[str] | None = None) -> Iterator[DocumentText]:
        for key in only or ():
            self.read.append(key)
            yield DocumentText(key, f"page-{key}", self.texts[key])


def copied(table: Standing, folder: Path, text: str, *, made_by: str = "1", without: Sequence[str] = ()) -> str | None:
    with known_copies(table, folder, run_id=1, made_by=made_by, without=without) as copies:  # type: ignore[arg-type]
        match = copies.known.find(fingerprint("new", text, page_id="page-new"))
    return match.fuller if match else None


def test_a_second_night_reads_only_what_is_new(tmp_path: Path) -> None:
    table = Standing({"a": PAPER.format("月底"), "b": "本县召开教育工作会议，部署秋季开学准备。各校要查校舍、查食堂、查校车。"})
    assert copied(table, tmp_path, PAPER.format("XX")) == "a"
    table.read.clear()
    table.texts["c"] = "全市营商环境会议要求，简化审批环节，压缩办理时限，开展满意度评价。"
    assert copied(table, tmp_path, PAPER.format("XX")) == "a"
    assert table.read == ["c"]


def test_what_no_longer_stands_is_not_found(tmp_path: Path) -> None:
    table = Standing({"a": PAPER.format("月底")})
    assert copied(table, tmp_path, PAPER.format("XX")) == "a"
    assert copied(table, tmp_path, PAPER.format("XX"), without=["page-a"]) is None
    del table.texts["a"]
    assert copied(table, tmp_path, PAPER.format("XX")) is None


@pytest.mark.parametrize("harm", ["deleted", "broken", "another cleaning"])
def test_the_file_can_be_lost(tmp_path: Path, harm: str) -> None:
    table = Standing({"a": PAPER.format("月底")})
    copied(table, tmp_path, "")
    if harm == "deleted":
        (tmp_path / FILE).unlink()
    elif harm == "broken":
        (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be read as one" * 100)
    table.read.clear()
    assert copied(table, tmp_path, PAPER.format("XX"), made_by="2" if harm == "another cleaning" else "1") == "a"
    assert table.read == ["a"]


def test_file_and_memory_find_the_same(tmp_path: Path) -> None:
    texts = {f"d{n:02}": PAPER.format(f"{n}月底") + "另行通知报送事项。" * (n % 3) for n in range(1, 30)}
    memory = DuplicateIndex(fingerprint(key, text, page_id=f"page-{key}") for key, text in texts.items())
    with known_copies(Standing(texts), tmp_path, run_id=1, made_by="1") as copies:  # type: ignore[arg-type]
        for key, text in texts.items():
            entry = fingerprint(key, text[:-9], page_id=f"page-{key}")
            assert copies.known.compare(entry) == memory.compare(entry)


def test_a_document_of_this_stretch_shows_its_text(tmp_path: Path) -> None:
    alignment = Alignment.of(PAPER.format("月底"))
    with known_copies(Standing({"a": "县里另行部署。"}), tmp_path, run_id=1, made_by="1") as copies:  # type: ignore[arg-type]
        copies.remember(Document("fresh", "page-fresh", 0, alignment.origin, alignment))
        match = copies.known.find(fingerprint("new", PAPER.format("XX"), page_id="page-new"))
        assert match is not None
        assert copies.text_of(match.fuller) == PAPER.format("月底")
        assert copies.text_of("a") == "县里另行部署。"


def test_a_document_in_hand_is_found_until_it_is_forgotten(tmp_path: Path) -> None:
    alignment = Alignment.of(PAPER.format("月底"))
    asked, fresh = (
        fingerprint("new", PAPER.format("XX"), page_id="page-new"),
        Document("a", "page-a", 0, alignment.origin, alignment),
    )
    table = Standing({"a": "县里另行部署。"})
    with known_copies(table, tmp_path, run_id=1, made_by="1") as copies:  # type: ignore[arg-type]
        assert copies.known.find(asked) is None
        copies.expect(fresh)
        assert copies.known.find(asked) is not None
        assert copies.text_of("a") == PAPER.format("月底")
        copies.forget_expected()
        assert copies.known.find(asked) is None
        assert copies.text_of("a") == "县里另行部署。"
        copies.expect(fresh)
        copies.remember(fresh)
        copies.forget_expected()
        assert copies.known.find(asked) is not None


def test_what_was_only_expected_is_not_written(tmp_path: Path) -> None:
    """A run that is killed with pages in hand leaves the file as it was, though the page stands in an earlier version."""
    alignment, table = Alignment.of(PAPER.format("月底")), Standing({"a": "县里另行部署。"})
    with known_copies(table, tmp_path, run_id=1, made_by="1") as copies:  # type: ignore[arg-type]
        copies.expect(Document("a", "page-a", 0, alignment.origin, alignment))
    assert copied(table, tmp_path, PAPER.format("XX")) is None
