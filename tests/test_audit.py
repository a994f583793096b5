"""The audit of the lock: what is known is found, by service or copy of the list; what cannot be asked is no success."""

import json
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import audit  # noqa: E402


def entry(name: str, *events: dict[str, str], versions: tuple[str, ...] = (), **more: object) -> dict[str, Any]:
    part = {"package": {"name": name, "ecosystem": "PyPI"}, "versions": list(versions)}
    part["ranges"] = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    return {"id": "PYSEC-1", "summary": "planted", "affected": [part], **more}


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "a.lock"
    path.write_text("Demo_Thing==1.5 \\\n    --hash=sha256:0\nother==2.0 ; python_version > '3' \\\n    --hash=sha256:1\n")
    return path


def test_every_version_of_a_lock_for_several_pythons_is_held(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock.write_text("demo-thing==1.5 ; python_version < '3.12'\ndemo-thing==2.0 ; python_version >= '3.12'\n")
    assert held(lock, entry("demo-thing", {"introduced": "0"}, {"fixed": "1.6"})) == 1
    assert "demo-thing 1.5: " in capsys.readouterr().out


def held(lock: Path, *entries: dict[str, Any]) -> int:
    path = lock.with_name("all.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for number, found in enumerate(entries):
            archive.writestr(f"{number}.json", json.dumps(found))
    return audit.main([str(lock), "--list", str(path)])


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (entry("demo-thing", {"introduced": "0"}, {"fixed": "1.6"}), 1),
        (entry("demo.thing", {"introduced": "0"}, {"fixed": "1.5"}), 0),
        (entry("demo-thing", {"introduced": "1.6"}), 0),
        (entry("demo-thing", {"introduced": "0"}, {"last_affected": "1.5"}), 1),
        (entry("demo-thing", {"introduced": "0"}, {"last_affected": "1.4"}), 0),
        (entry("demo-thing", {"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "1.5"}), 1),
        (entry("demo-thing", versions=("1.4", "1.5")), 1),
        (entry("demo-thing", versions=("1.5",), withdrawn="2024-01-01T00:00:00Z"), 0),
        (entry("unheld", {"introduced": "0"}), 0),
    ],
)
def test_a_copy_of_the_list(lock: Path, capsys: pytest.CaptureFixture[str], found: dict[str, Any], code: int) -> None:
    assert held(lock, found, entry("unheld", {"introduced": "0"})) == code
    said = capsys.readouterr().out
    assert ("demo-thing 1.5: PYSEC-1 planted" in said) is bool(code)
    assert "2 distributions held against a list of " in said


class Service(BaseHTTPRequestHandler):
    answer: bytes = b""

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        weak = [{"vulns": [{"id": "PYSEC-2"}]} if query["package"]["name"] == "other" else {} for query in queries]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer or json.dumps({"results": weak}).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_service_is_asked(lock: Path, service: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([str(lock), "--service", service]) == 1
    assert "other 2.0: PYSEC-2\n" in capsys.readouterr().out


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"results": []}', b"[]"])
def test_an_answer_that_is_none_is_no_success(
    lock: Path, service: str, answer: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Service, "answer", answer)
    assert audit.main([str(lock), "--service", service]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("how", ["unreachable", "missing", "broken", "empty"])
def test_what_cannot_be_asked_is_one_line_with_its_cure(lock: Path, how: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = lock.with_name("all.zip")
    if how == "broken":
        path.write_bytes(b"no zip")
    if how == "empty":
        with zipfile.ZipFile(path, "w"):
            pass
    given = ["--service", "http://127.0.0.1:9"] if how == "unreachable" else ["--list", str(path)]
    assert audit.main([str(lock), *given]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"audit: [^\n]+; nothing is known of 2 distributions: run it where [^\n]+LIST=all.zip\n", said.err)


def test_the_lock_is_read_whole() -> None:
    lock = ROOT / "requirements.lock"
    pins = audit.pins_of([lock])
    assert len(pins) == len(re.findall(r"^[a-z0-9].*==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    assert {"lxml", "prefect", "sqlalchemy"} <= {pin.name for pin in pins}
