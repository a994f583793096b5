"""A hundred good files among bad ones: the hundred are there, each bad one is one line with thing, place and cure."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from policymine.extraction.directives.judging import Given
from tests.test_reading import ENCRYPTED_PDF, OLE

BIN = Path(sys.executable).parent
GOOD = 100
TEXT = "关于第{}号隐患的通报\n各乡镇要在3月15日前完成排查,县应急局牵头。逾期不报的,一律通报批评。\n"


def good(number: int) -> tuple[str, bytes]:
    """A good file in one of the ways that files are good, some declared as what they are not."""
    text = TEXT.format(number)
    page = f"<html><head><title>通报{number}</title></head><body><p>{text}</p></body></html>"
    ways: tuple[tuple[str, bytes], ...] = (
        ("txt", text.encode()), ("txt", text.encode("gb18030")), ("html", page.encode()),
        ("txt", b"\xef\xbb\xbf" + text.encode()), ("html", f"<meta charset=big5>{page}".encode()),
        ("pdf", text.encode()), ("docx", text.encode("gb18030")),
        ("txt", text.encode("utf-16")), ("htm", text.encode()), ("txt", f"\x1b[2J\u202e{text}\u009b31m".encode()),
    )  # fmt: skip
    ending, body = ways[number % len(ways)]
    return f"good_{number:03}.{ending}", body


def packed(name: str, body: bytes, *, locked: bool = False) -> bytes:
    """A ZIP archive with one file; `locked` says in its header that it is encrypted."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, body)
    made = bytearray(file.getvalue())
    if locked:
        made[6] |= 1
        made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


BAD: dict[str, bytes] = {
    "empty.txt": b"", "blank.txt": b" \r\n\t\xe3\x80\x80\n", "binary.txt": bytes(range(256)) * 8,
    "random.txt": Random(1).randbytes(4000), "picture.html": b"\x89PNG\r\n\x1a\n" + bytes(99),
    "locked.pdf": ENCRYPTED_PDF, "locked_office.docx": OLE + "EncryptedPackage".encode("utf-16-le"),
    "locked_zip.docx": packed("word/document.xml", b"<w:document/>", locked=True), "torn.pdf": b"%PDF-1.7\n1 0 obj<<",
    "torn.docx": packed("word/document.xml", b"<w:document")[:60], "sheet.docx": packed("xl/workbook.xml", b"<a/>"),
    "old.docx": OLE + "WordDocument".encode("utf-16-le"), "archive.txt": packed("a.txt", b"a"),
    "marks.txt": "。，、——！".encode(),
    "squeezed.html": b"\x1f\x8b\x08\x00" + bytes(40), "two\nlines.txt": b"", "\x1b[31mred.txt": b"",
}  # fmt: skip
"""Files that hold no paper, by name."""


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200_000_000)


MADE: dict[str, Callable[[Path], object]] = {
    "huge.txt": _huge,
    "pipe.txt": os.mkfifo,
    "turns.txt": lambda path: path.symlink_to(path.name),
    "nowhere.txt": lambda path: path.symlink_to("not_there.txt"),
    "folder.txt": lambda path: path.mkdir(),
    "device.txt": lambda path: path.symlink_to("/dev/zero"),
    "missing.txt": lambda path: None,
}
"""Names that lead to no readable file; each makes what stands there."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Good and bad ones in turns."""
    folder = tmp_path_factory.mktemp("files")
    paths = []
    for number in range(GOOD):
        name, body = good(number)
        paths.append(folder / name)
        paths[-1].write_bytes(body)
    foreign = os.fsdecode("名\xff".encode("latin-1", "replace") + b"\xcd\xa8\xb1\xa8.txt")  # a name in GBK, no UTF-8
    for place, (name, body) in enumerate({**BAD, foreign: b""}.items()):
        paths.insert(place * 3, folder / name)
        (folder / name).write_bytes(body)
    for place, (name, make) in enumerate(MADE.items()):
        paths.insert(place * 7, folder / name)
        make(folder / name)
    if os.geteuid() != 0:  # root reads everything
        (folder / "sealed.txt").write_text(TEXT)
        (folder / "sealed.txt").chmod(0)
        paths.append(folder / "sealed.txt")
    return paths


def run(files: list[Path], *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [BIN / "policymine", *arguments, *map(str, files)], cwd=cwd, env=environment, capture_output=True, check=False,
        timeout=300, encoding="utf-8",
    )  # fmt: skip


def check_lines(files: list[Path], told: str) -> None:
    """That each bad file has a line of its own that says what is wrong and what to do."""
    lines = told.strip().split("\n")
    bad = [path for path in files if not path.name.startswith("good_")]
    assert len(lines) == len(bad), told
    for path in bad:
        name = path.name.encode("utf-8", "replace").decode().replace("\n", "␊").replace("\x1b", "␛")
        shown = [line for line in lines if f"/{name.split('?')[0]}" in line]
        assert shown, (path.name, told)
        assert len(shown[0].split(": ", 1)[1]) > 15, shown[0]
    assert "\x1b" not in told
    assert "Traceback" not in told


def test_clean_gives_the_hundred_and_a_line_for_each_of_the_others(files: list[Path], tmp_path: Path) -> None:
    done = run(files, "clean", "--json", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    objects = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert sorted(Path(entry["source"]).name for entry in objects) == [good(number)[0] for number in range(GOOD)]
    assert all(any("完成排查" in document["text"] for document in entry["documents"]) for entry in objects)
    check_lines(files, done.stderr)


def test_ingest_gives_the_hundred_and_a_line_for_each_of_the_others(files: list[Path], tmp_path: Path) -> None:
    done = run(files, "--quiet", "ingest", "--json", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    report = json.loads(done.stdout)
    assert report["status"] == "published"
    assert (report["pages"], report["totals"]["pages"]) == (GOOD, GOOD)
    check_lines(files, done.stderr)
    found = run([], "search", "完成排查", "--json", "--limit", "1000", cwd=tmp_path)
    assert {json.loads(line)["paper"]["url"] for line in found.stdout.split("\n") if line} == {
        str(path) for path in files if path.name.startswith("good_")
    }


def test_a_broken_line_among_clean_texts_is_one_line(tmp_path: Path) -> None:
    lines = [
        *(json.dumps({"id": f"good-{number}", "text": TEXT.format(number)}) for number in range(5)),
        '{"id": "half", "text": "各镇要\\ud800报送。"}', '{"id": "none"}', "[]", "no json",
        '{"id": "e", "text": ""}', '{"id": 1, "text": 2}',
        json.dumps({"id": "when", "text": "各镇要报送。", "issued_on": "2022-13"}), '{"id": "\\udc80", "text": "各镇要报送。"}',
    ]  # fmt: skip
    path = tmp_path / "texts.jsonl"
    path.write_bytes("\n".join(lines).encode() + b'\n{"id": "bytes", "text": "\xb8\xf7"}\n')
    done = run([path], "extract", "--json", "--format", "jsonl", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    found = [json.loads(line)["source"] for line in done.stdout.split("\n") if line]
    assert found == [*(f"good-{number}" for number in range(5)), "\udc80"]
    told = done.stderr.strip().split("\n")
    assert [line.split(": ")[1].split(",")[0] for line in told] == [f"line {number}" for number in (6, 7, 8, 9, 10, 11, 12, 14)]


def test_an_input_that_breaks_a_station_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from policymine.cli import main, reading

    def planted(path: Path, **_: object) -> object:
        if path.name == "b.txt":
            raise IndexError("planted")
        return real(path, max_bytes=10_000)

    real = reading.read_file
    monkeypatch.setattr(reading, "read_file", planted)
    paths = [tmp_path / name for name in ("a.txt", "b.txt", "c.txt")]
    for path in paths:
        path.write_text(TEXT, encoding="utf-8")
    done = CliRunner().invoke(main.app, ["clean", "--json", *map(str, paths)])
    assert done.exit_code == 4
    assert [Path(json.loads(line)["source"]).name for line in done.stdout.splitlines()] == ["a.txt", "c.txt"]
    assert "b.txt: broke a station (IndexError: planted); this is a bug" in done.stderr.replace("\n", " ")


@pytest.mark.parametrize("kind", ["files", "lines"])
def test_an_input_that_is_mined_with_others_leaves_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    from typer.testing import CliRunner

    from policymine.cli import main
    from policymine.extraction import components

    real, texts = components.find_each, [TEXT, f"{TEXT}坏页", TEXT]

    def planted(papers: Sequence[Given]) -> object:
        if any("坏页" in paper.text for paper in papers):
            raise IndexError("planted")
        return real(papers)

    monkeypatch.setattr(components, "find_each", planted)
    if kind == "files":
        paths = [tmp_path / name for name in ("a.txt", "b.txt", "c.txt")]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        asked, good, bad = [*map(str, paths)], [str(paths[0]), str(paths[2])], "b.txt: broke a station"
    else:
        file = tmp_path / "a.jsonl"
        items = [json.dumps({"id": name, "text": text}) for name, text in zip("abc", texts, strict=True)]
        file.write_text("\n".join(items), encoding="utf-8")
        asked, good, bad = ["--format", "jsonl", str(file)], ["a", "c"], "a.jsonl, line 2: broke a station"
    done = CliRunner().invoke(main.app, ["extract", "--json", *asked])
    assert done.exit_code == 4
    assert [json.loads(line)["source"] for line in done.stdout.splitlines()] == good
    assert f"{bad} (IndexError: planted)" in done.stderr.replace("\n", " ")
