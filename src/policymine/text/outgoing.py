"""Texts of strangers on their way out: into a spreadsheet, a Markdown page, a terminal. They stand there, they never act.

HTML is escaped by the templates; workbooks are written with their cells declared as texts. What is promised, and the tests that
hold it, stand in docs/reference/security.md.
"""

from __future__ import annotations

import html
import re

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""A cell that begins with one of these may act as a formula where CSV is opened as a spreadsheet."""
MARKS = re.compile(r"([\\`*\[\]|~])")
"""Signs that Markdown reads as links, pictures, code, emphasis or the end of a cell."""
ACTING = (*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000))
"""Codes beyond ASCII that act on a terminal instead of standing there, and halves of characters, which no output can take."""
SIGNS = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | dict.fromkeys(ACTING, "\ufffd")


def for_spreadsheet(cell: str) -> str:
    """A cell of a CSV file: with a ' in front where it could act as a formula.

    >>> for_spreadsheet("=HYPERLINK(1)"), for_spreadsheet("各镇要报送")
    ("'=HYPERLINK(1)", '各镇要报送')
    """
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def for_markdown(text: str) -> str:
    r"""A text on one line of a Markdown page or in a cell of its tables: no mark-up, no link, no picture.

    >>> for_markdown("![通报](http://a.example/x) <b>|\n")
    '!\\[通报\\](http://a.example/x) &lt;b&gt;\\| '
    """
    flat = " ".join(for_terminal(text).split("\n"))
    return MARKS.sub(r"\\\1", html.escape(flat, quote=False))


def for_terminal(text: str) -> str:
    """A text for a terminal: what would act there stands as a sign; length unchanged.

    >>> for_terminal("通报\\x1b[2J"), for_terminal("甲\\udcff.txt")
    ('通报␛[2J', '甲�.txt')
    """
    return text.translate(SIGNS)
