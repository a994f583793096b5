"""What docs/reference/security.md promises: nothing from a page acts where it leaves, nothing outside its place is read.

The page that attacks is mined, stored, reported, charted and taken away; each way out is looked at for what would act.
"""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text
from typer.testing import CliRunner

from policymine.cli import main
from policymine.cli.marking import as_html
from policymine.cli.surface import Screen, Surface
from policymine.errors import FetchError, PolicymineError, RuleError
from policymine.operations.report import Report, SourceReport, html_page, markdown
from policymine.operations.visits import source_page
from policymine.pipeline import mine
from policymine.settings import Settings
from policymine.sources.archive import Archive, Archived
from policymine.sources.folder import walk_folder
from policymine.sources.reading import read_bytes
from policymine.sources.source import Source
from policymine.sources.source_file import parse_source
from policymine.sources.yields import targets
from policymine.text.outgoing import ACTING, SIGNS, for_markdown, for_spreadsheet, for_terminal

ROOT = Path(__file__).parent.parent
ATTACK = (
    "=cmd|'/C calc'!A0<script>alert(1)</script><img src=x onerror=alert(1)>![a](http://evil.example/x.png)[b](javascript:alert(1))`c`|"
    "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egpj.exe\u2066{{ 7*7 }}{% raw %}"
)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def check_html(page: str) -> None:
    """That no tag of the attack is one, and nothing is fetched or run."""
    for tag, attributes in Tags(page).seen:
        assert tag not in ("script", "img", "iframe", "object", "embed", "base", "form"), tag
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "href")], attributes
    assert "49" not in page.replace("1349", "")


def report(**changes: Any) -> Report:
    """A report in which everything that comes from outside attacks."""
    source = SourceReport("a", ATTACK, error=ATTACK)
    return Report(1, "nightly", "published", "2026-11-22T00:00:00+00:00", 1.0, sources=(source,), **changes)


FROM_OUTSIDE: dict[str, Any] = {
    "refused": ((ATTACK, ATTACK),), "quarantine": ((ATTACK, ATTACK),), "slowest": ((ATTACK, 1.0),), "next_steps": (ATTACK,),
    "set_aside": {ATTACK: 1},
}  # fmt: skip


@pytest.mark.parametrize("name", FROM_OUTSIDE)
def test_the_report_shows_what_came_and_does_not_become_it(name: str) -> None:
    shown = report(**{name: FROM_OUTSIDE[name]})
    check_html(html_page(shown))
    check_markdown(markdown(shown))


def check_markdown(page: str) -> None:
    """That the attack is text there: no tag, no link, no picture, no code, no cell of its own."""
    assert not re.search(r"<(?:script|img)", page)
    assert not re.search(r"(?<!\\)\]\((?:http|javascript)", page)
    assert not re.search(r"(?<!\\)`c(?<!\\)`", page)
    assert not ACTIVE.search(page)


def test_the_page_of_a_source_is_text(tmp_path: Path) -> None:
    source = Source("a", ATTACK, "http://a.example", ("/",), ("t",))
    check_markdown(source_page(source, None, error=ATTACK))
    fetched = {
        "url": f"http://a.example/{ATTACK}", "asked": "x", "kind": "paper", "outcome": "failed", "code": "http-500",
        "error": ATTACK,
    }  # fmt: skip
    work = tmp_path / "a.jsonl"
    work.write_text(json.dumps(fetched) + "\n", encoding="utf-8")
    told = {**fetched, "kind": "visit", "outcome": "waiting", "code": "", "missing": [f"http://a.example/{ATTACK}"]}
    work.with_suffix(".visit").write_text(json.dumps(told) + "\n", encoding="utf-8")
    check_markdown(source_page(source, work))


@pytest.mark.parametrize("media_type", ["text/plain", "text/html"])
def test_the_view_of_a_page_is_text(media_type: str) -> None:
    body = f"<html><title>{ATTACK}</title><body><pre>{ATTACK}</pre></body></html>" if "html" in media_type else ATTACK
    mined = mine(read_bytes(f"{body}\n各镇要报送。".encode(), source="a", url=ATTACK, media_type=media_type))
    check_html(as_html(mined.clean))


@pytest.mark.parametrize("colour", [True, False])
def test_nothing_from_a_page_acts_on_a_terminal(colour: bool) -> None:
    stream = io.StringIO()
    screen = Screen(file=stream, force_terminal=colour, soft_wrap=True, color_system="standard" if colour else None)
    grid = Grid(ATTACK)
    grid.add_row(Text(ATTACK, style="red"))
    for thing in (ATTACK, Text(ATTACK), Text(f"通报{ATTACK}", style="bold"), grid):
        screen.print(thing, markup=False, highlight=False)
    list(Surface(Settings(), out=screen, err=screen).progress([1], total=1, label=f"[/x] {ATTACK}"))
    shown = re.sub(r"\x1b\[[\d;?]*[A-Za-ln-z]|\x1b\[[\d;]*m", "", stream.getvalue()).replace("\r", "")
    assert "gpj.exe" in shown
    assert "\x1b]0" not in stream.getvalue()
    assert "\x1b[2J" not in stream.getvalue()
    assert not ACTIVE.search(shown)
    plain = io.StringIO()
    Console(file=plain, force_terminal=False).print(Text(ATTACK))
    assert ACTIVE.search(plain.getvalue())  # without the screen it would act


def test_json_on_a_terminal_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    thing = {"text": f"{ATTACK}\u2028\ud800 \udcff各镇"}
    Surface(Settings()).data(thing)
    line = capsys.readouterr().out
    assert not ACTIVE.search(line.rstrip("\n"))
    assert len(line.splitlines()) == 1
    assert "各镇" in line
    assert json.loads(line) == thing


def test_refusals_are_one_harmless_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(main.app, ["clean", str(tmp_path / f"x\n{ATTACK}".replace("/", "_"))])
    assert done.exit_code == 4
    assert len(done.stderr.splitlines()) == 1
    assert not ACTIVE.search(done.stderr.rstrip("\n"))


def test_every_acting_code_has_its_sign() -> None:
    assert not ACTIVE.search(for_terminal("".join(map(chr, (*range(0x20), *ACTING)))).replace("\t", "").replace("\n", ""))
    assert all(len(for_terminal(chr(code))) == 1 for code in SIGNS)


@pytest.mark.parametrize("sign", "=+-@\t\r＝＋－＠")
def test_a_cell_never_begins_a_formula(sign: str) -> None:
    assert for_spreadsheet(f"{sign}1") == f"'{sign}1"
    assert for_spreadsheet(f"一{sign}1") == f"一{sign}1"


def test_the_citation_graph_holds_no_formula(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from policymine.table import citations

    edge = dict.fromkeys(citations.EDGE_COLUMNS, "=1+1") | {"mentions": 3}
    monkeypatch.setattr(citations, "edges", lambda _: [edge])
    stream = io.StringIO()
    citations.write_edges(small, stream)
    (_, cells) = csv.reader(io.StringIO(stream.getvalue()))
    assert set(cells) == {"'=1+1", "3"}


def test_a_chart_holds_no_markup(small: Any, tmp_path: Path) -> None:
    from policymine.research.charts import draw_chart
    from policymine.research.selection import select

    draw_chart("modality", select(small), tmp_path / "a.svg", title=ATTACK.translate(SIGNS))
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "alert(1)" in drawn
    assert not re.search(r"<(?:script|img|foreignObject|a)\b", drawn)


def test_markdown_keeps_what_is_harmless() -> None:
    assert for_markdown("http://a.example/t20220119_101.html 各镇(3)") == "http://a.example/t20220119_101.html 各镇(3)"


# Places.


def test_a_place_outside_the_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    archive = Archive(tmp_path / "archive")
    with archive.recorder("a", at=NOW) as recorder:
        place = recorder.write(Archived("http://a.example/1", 200, {"Content-Type": "text/plain"}, b"x"), at=NOW)
    assert archive.read(place).body == b"x"
    for outside in ("../secret@0", f"{tmp_path}/secret@0", f"a/../../secret@{place.rpartition('@')[2]}"):
        with pytest.raises(FetchError, match="outside the archive"):
            archive.read(outside)


def test_a_link_out_of_a_folder_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "secret.txt").write_text("各镇要报送。", encoding="utf-8")
    (tmp_path / "papers" / "a.txt").symlink_to(tmp_path / "secret.txt")
    source = replace(Source("a", "示例", "folder:a", (), ()), folder=str(tmp_path / "papers"))
    (found,) = walk_folder(source, archive=tmp_path / "archive", known={}, now=NOW, max_bytes=1000)
    assert (found.outcome, found.code) == ("refused", "outside")


@pytest.mark.parametrize("name", ["../a", "a/b", "a\\b", "A", "a.b", "", "a\x00", "con:"])
def test_a_source_id_is_no_path(name: str) -> None:
    text = f'id = {json.dumps(name)}\ntitle = "t"\nbase = "http://a.example"\nstart = ["/"]\npapers = ["x"]'
    with pytest.raises(PolicymineError):
        parse_source(text, name="a.toml")


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://a.example/x", "javascript:alert(1)", "data:text/html,x", "http://b.example/t1"]
)
def test_a_page_leads_nowhere_but_to_its_source(address: str) -> None:
    from policymine.sources.journal import Found
    from policymine.sources.yields import Yield

    source = Source("a", "示例", "http://a.example", ("/",), ("t1", "etc", "x", "alert"))
    body = f'<html><body><a href="{address}">通报</a><a href="/t1">通知</a></body></html>'.encode()
    leads = targets(source, Found("http://a.example/", "list", 0, ""), Yield("fetched", "0"), body, seen=set(), known={})
    assert [found.url for found in leads.found] == ["http://a.example/t1"]


DTD = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "{filling}">{more}<!ENTITY x SYSTEM "file://{secret}">]>'


def docx_with(xml: str) -> bytes:
    """The attachment of the sample site with another document inside."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(ROOT / "corpora/sample_site/tongzhi/fujian/P020230418_2.docx") as old,
        zipfile.ZipFile(file, "w") as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, xml if entry.filename == "word/document.xml" else old.read(entry))
    return file.getvalue()


def test_entities_of_a_file_are_neither_read_from_disk_nor_unfolded(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("机密", encoding="utf-8")
    more = "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n else str()};" * 10}">' for n in range(9))
    head = DTD.format(filling="要" * 1000, more=more, secret=tmp_path / "secret")
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>各镇要报送。&x;&a8;</w:t></w:r></w:p></w:body></w:document>'
    try:
        text = read_bytes(docx_with(head + text), source="a", url="a.docx", media_type=None).text
    except PolicymineError as problem:
        text = problem.cure
    assert text
    assert "机密" not in text
    assert len(text) < 100_000


def test_a_model_with_foreign_types_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from skops import io as stored

    from policymine.extraction.directives import classifier

    class Foreign:
        """A type that no model of ours holds."""

    stored.dump(Foreign(), tmp_path / "directive.skops")
    (tmp_path / "directive.json").write_text('{"features": []}', encoding="utf-8")
    monkeypatch.setattr(classifier, "files", lambda _: tmp_path)
    with pytest.raises(RuleError, match="holds the types"):
        getattr(classifier.model, "__wrapped__", classifier.model)("directive")


def test_every_promise_names_a_test_that_is_there() -> None:
    page = (ROOT / "docs/reference/security.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|src)/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(named) > 20
    for file, test in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not test or re.search(rf"^def {test}\b", text, re.MULTILINE), (file, test)
