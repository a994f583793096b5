"""What pages of the sample site give is what was recorded; a change of it is shown, line by line."""

from pathlib import Path

import pytest

from tests.golden import record


@pytest.mark.parametrize("name", record.PAGES)
def test_a_page_gives_what_was_recorded(name: str) -> None:
    found = record.difference(name)
    assert not found, "\n".join(["look at the difference, and when it is meant run `make golden`:", *found])


def test_every_recording_belongs_to_a_page() -> None:
    assert {path.name for path in record.HERE.glob("*.txt")} == {record.path_of(name).name for name in record.PAGES}


def test_a_changed_row_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = record.PAGES[0]
    text = record.path_of(name).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("  directives"))
    recorded = tmp_path / "planted.txt"
    recorded.write_text(text.replace(line, line.replace("modality ", "modality planted_"), 1), encoding="utf-8")
    monkeypatch.setattr(record, "path_of", lambda _: recorded)
    found = record.difference(name)
    assert [entry for entry in found if entry.startswith(("-  ", "+  "))] == [
        "-" + line.replace("modality ", "modality planted_"),
        "+" + line,
    ]
