"""`clean --diff` and `--html`: the raw text is whole in both views, every change names its rule, nothing escapes into HTML."""

import re
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from policymine.cleaning import clean_page
from policymine.cli.main import app
from policymine.cli.marking import as_html, as_terminal, changes_of, pieces_of
from policymine.model import CleanPage, Page

PAGE = (
    "首页 > 讲话\n\n镇长在防汛会上的讲话\n\n同志们:\n縣委召開擴(kuò)大會(huì)議,部署安全生產(chǎn)工作。\n"
    "各镇要在月底前完成水库排 查,不得拖延。<b>\n\n上一篇:通报\n"
)


def cleaned(text: str) -> CleanPage:
    return clean_page(Page("p", "file", "<p>.txt", None, "0", text))


class Shown(HTMLParser):
    """The raw text that an HTML view shows: all of its <pre> without what was put in."""

    def __init__(self) -> None:
        super().__init__()
        self.raw, self.open, self.rules = "", [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "pre" in self.open:
            if self.open[-1] == "code":
                self.rules.append(data)
            elif self.open[-1] != "ins":
                self.raw += data


def test_the_plain_view_can_be_read_back() -> None:
    clean = cleaned(PAGE)
    view = as_terminal(clean, plain=True).plain
    assert "[-首页 > 讲话-]⟦nav_breadcrumb · noise." in view
    assert "⟦pinyin_injection · repairs.pinyin⟧" in view
    assert "排[- -]⟦stray_space · repairs.stray-space⟧查" in view
    before = re.sub(r"⟦[^⟧]*⟧", "", view).split("\ndocument 1")[0]
    assert re.sub(r"\{\+.*?\+\}", "", before).replace("[-", "").replace("-]", "") == PAGE


def test_every_change_is_shown_and_every_rule_named() -> None:
    clean = cleaned(PAGE)
    pieces = list(pieces_of(clean))
    assert "".join(piece.raw for piece in pieces) == PAGE
    assert [piece.change for piece in pieces if piece.change] == changes_of(clean)
    assert {piece.change.rule for piece in pieces if piece.change and piece.named} == {c.rule for c in changes_of(clean)}
    assert len(changes_of(clean)) >= 8


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from([*PAGE.split("\n"), "<script>alert(1)</script>", "&amp;", "\n"]), st.text(max_size=6)))
)
def test_the_html_view_shows_the_raw_text_and_nothing_of_it_becomes_markup(parts: list[str]) -> None:
    text = "".join(parts).replace("\r", "").encode("utf-8", "ignore").decode()
    clean = cleaned(text)
    shown = Shown()
    shown.feed(as_html(clean))
    shown.close()
    unseen = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: "\u2421"}
    assert shown.raw == text.translate(unseen)
    assert len(shown.rules) == sum(piece.named for piece in pieces_of(clean))
    assert "<script" not in as_html(clean)


def test_lone_surrogates_can_be_written() -> None:
    assert "\ufffd" in as_html(cleaned("各镇要\ud800报送台账。"))


def test_the_commands(tmp_path: Path) -> None:
    source, view = tmp_path / "a.txt", tmp_path / "a.html"
    source.write_text(PAGE, encoding="utf-8")
    told = CliRunner().invoke(app, ["clean", "--diff", str(source)])
    assert told.exit_code == 0
    assert "排[- -]⟦stray_space · repairs.stray-space⟧查" in told.stdout
    written = CliRunner().invoke(app, ["clean", "--html", str(view), str(source)])
    assert (written.exit_code, written.stdout) == (0, "")
    assert "repairs.pinyin" in view.read_text(encoding="utf-8")
    (tmp_path / "b.txt").write_text(PAGE, encoding="utf-8")
    assert CliRunner().invoke(app, ["clean", "--html", str(view), str(source), str(tmp_path / "b.txt")]).exit_code == 2
