"""The documentation is true: its commands run and print what it shows, its links lead somewhere, its tables match the code."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from policymine.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh-CN.md", *ROOT.glob("docs/**/*.md")])
BIN = Path(sys.executable).parent
RUNNABLE = ("policymine ", "python ", "cat ")
BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Step(NamedTuple):
    """One command of a page and what it should print."""

    command: str
    shown: str


def steps(page: Path) -> list[Step]:
    found = []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block[1], flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            found.append(Step(command, shown.replace("…\n", "...\n")))
    return found


@pytest.mark.parametrize("page", [p for p in PAGES if steps(p)], ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    (tmp_path / "corpora").symlink_to(ROOT / "corpora")
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "NO_COLOR": "1", "COLUMNS": "120"}
    ran = 0
    for step in steps(page):
        if not step.command.startswith(RUNNABLE):
            continue
        done = subprocess.run(  # noqa: S602 - the commands are those of our own pages, some have pipes
            step.command, shell=True, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False, timeout=300
        )
        got = done.stdout + done.stderr
        assert doctest.OutputChecker().check_output(step.shown, got, FLAGS), f"$ {step.command}\n{got}"
        ran += 1
    assert ran or all(step.command.startswith("make") or step.command.startswith("git") for step in steps(page))


@pytest.mark.parametrize("page", [p for p in PAGES if "\n>>> " in p.read_text("utf-8")], ids=lambda p: str(p.relative_to(ROOT)))
def test_python_gives_what_the_page_shows(page: Path) -> None:
    done = doctest.testfile(str(page), module_relative=False, optionflags=FLAGS, encoding="utf-8", verbose=False)
    assert done.attempted
    assert not done.failed


def test_a_page_that_shows_what_is_not_printed_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ policymine --version\npolicymine 99\n```\n", encoding="utf-8")
    (step,) = steps(page)
    got = subprocess.run([BIN / "policymine", "--version"], capture_output=True, text=True, check=True).stdout
    assert not doctest.OutputChecker().check_output(step.shown, got, FLAGS)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    for name, setting in Settings.model_fields.items():
        assert f"| `{name}` | `POLICYMINE_{name.upper()}` |" in text
        assert setting.description
        assert setting.description in text


def test_the_readme_names_only_commands_that_exist() -> None:
    shown = subprocess.run([BIN / "policymine", "--help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"^  ([a-z]+) ", shown, flags=re.MULTILINE))
    assert {"clean", "extract", "nightly"} <= known
    for page in (ROOT / "README.md", ROOT / "README.zh-CN.md"):
        for command in re.findall(r"(?:`|\$ )policymine (?:--\w+ \S+ )*([a-z]{3,})\b", page.read_text(encoding="utf-8")):
            assert command in known, f"{page.name}: policymine {command}"
