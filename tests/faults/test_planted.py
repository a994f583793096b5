"""Every law, gate, floor and lint is seen failing once, by a fault that trips it and nothing else.

The last part counts: a check that has no fault planted against it fails here. A check that no fault can trip is no check.
"""

import ast
import importlib
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import Field

from policymine import partition, rules
from policymine.cleaning import gate
from policymine.settings import Settings
from policymine.sources import source_file
from policymine.table import Table, laws, publish
from policymine.text import alignment
from tests import test_docs
from tests.conftest import NOW, night, page
from tests.faults import planted_gates, planted_house, planted_laws
from tests.faults.planted_laws import Fault, reached, refused, sites
from tests.walls import CHECKS

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
quality = importlib.import_module("quality")
BIN = Path(sys.executable).parent
LAWS: dict[ModuleType, tuple[Fault, ...]] = {
    laws: planted_laws.law_faults(),
    partition: planted_laws.partition_faults(),
    alignment: planted_laws.alignment_faults(),
    rules: planted_laws.rule_faults(),
    source_file: planted_gates.site_faults(),
}
"""The modules whose every refusal has its fault."""


@pytest.mark.parametrize("fault", [fault for found in LAWS.values() for fault in found], ids=lambda fault: fault.name)
def test_a_fault_is_refused_by_name(fault: Fault) -> None:
    assert fault.says in str(refused(fault))


@pytest.mark.parametrize("module", LAWS, ids=lambda module: module.__name__)
def test_every_refusal_of_a_law_was_seen(module: ModuleType) -> None:
    source = Path(str(module.__file__)).read_text(encoding="utf-8").splitlines()
    seen = set().union(*(reached(module, refused(fault)) for fault in LAWS[module]))
    assert [source[first - 1].strip() for first, last in sites(module) if (first, last) not in seen] == []


@pytest.mark.parametrize("name", planted_gates.GATES)
def test_a_night_trips_its_gate_and_no_other(name: str) -> None:
    assert planted_gates.judged(planted_gates.GATES[name]) == {name}
    assert planted_gates.judged([planted_gates.night()] * 20) == set()


@pytest.mark.parametrize("name", planted_gates.PROMISES)
def test_a_broken_promise_of_a_source_is_told(name: str) -> None:
    kept, broken = planted_gates.PROMISES[name]
    assert not kept()
    assert broken()


@pytest.mark.parametrize(("reason", "text"), list(planted_gates.genres()), ids=lambda value: value[:14])
def test_what_is_no_paper_is_set_aside(reason: str, text: str) -> None:
    assert gate.set_aside_reason(text) == reason


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this house with what is not committed yet."""
    root = tmp_path_factory.mktemp("house") / "house"
    subprocess.run(["git", "clone", "-q", "--shared", ROOT, root], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-mo", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, root / name)
        else:
            (root / name).unlink(missing_ok=True)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "as it stands")
    told_before(root)
    return root


@cache
def told_before(root: Path) -> dict[str, set[str]]:
    """What the walls say of the copy as it stands, worked out while nothing is planted."""
    return {check: set(CHECKS[check](root)) for check in CHECKS}


def git(root: Path, *words: str) -> None:
    named = ["-c", "user.name=planted", "-c", "user.email=planted@example.org", "-c", "core.hooksPath=/dev/null"]
    subprocess.run(["git", *named, *words], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [(name, change, says) for name, faults in planted_house.WALLS.items() for change, says in faults],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_trips_its_wall_and_no_other(name: str, change: Callable[[Path], object], says: str, copy: Path) -> None:
    try:
        change(copy)
        new = {check: set(CHECKS[check](copy)) - told_before(copy)[check] for check in CHECKS}
    finally:
        git(copy, "reset", "-q", "--hard")
        git(copy, "clean", "-fdq")
    assert {check for check in CHECKS if new[check]} == {name}
    assert any(says in told for told in new[name]), new[name]


def test_ruff_complains_of_every_family(tmp_path: Path) -> None:
    for name, text in planted_house.RUFF.items():
        (tmp_path / f"{name.lower()}.py").write_text('"""Planted."""\n\n' + text, encoding="utf-8")
    command = [BIN / "ruff", "check", "--config", ROOT / "pyproject.toml", "--no-cache", "--output-format", "json", tmp_path]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    seen = {(Path(entry["filename"]).stem, entry["code"]) for entry in told}
    silent = [name for name in planted_house.RUFF if not any(s == name.lower() and c.startswith(name) for s, c in seen)]
    assert silent == []
    (tmp_path / "loose.py").write_text("x = { 'a':1 }\n", encoding="utf-8")
    command = [BIN / "ruff", "format", "--config", ROOT / "pyproject.toml", "--no-cache", "--check", tmp_path / "loose.py"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_mypy_complains_of_every_looseness(tmp_path: Path) -> None:
    for name, text in planted_house.MYPY.items():
        (tmp_path / f"{name.replace('-', '_')}.py").write_text(text, encoding="utf-8")
    files = sorted(tmp_path.glob("*.py"))
    command = [BIN / "mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", ROOT / ".mypy_cache", *files]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path).stdout
    silent = [name for name in planted_house.MYPY if f"[{name}]" not in told]
    assert silent == [], told


def test_import_linter_names_every_import_that_leads_astray(copy: Path) -> None:
    for number, (package, line) in enumerate(planted_house.IMPORTS.values()):
        planted = copy / "src" / "policymine" / package / f"planted_{number}.py"
        planted.write_text(line, encoding="utf-8")
    for name, other in (("hen", "egg"), ("egg", "hen")):
        (copy / f"src/policymine/text/{name}.py").write_text(f"import policymine.text.{other}\n", encoding="utf-8")
    told = _lint_imports(copy)
    git(copy, "clean", "-fdq")
    silent = [
        what
        for number, (what, (package, _)) in enumerate(planted_house.IMPORTS.items())
        if f"policymine.{package}.planted_{number} -> " not in told
    ]
    assert silent == [], told
    assert ".hen -> .egg" in told or ".egg -> .hen" in told, told
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]:
        assert f"{contract['name']} BROKEN" in told.replace("\n", " ")


def test_import_linter_wants_a_floor_for_every_package(copy: Path) -> None:
    (copy / "src" / "policymine" / "planted.py").write_text("", encoding="utf-8")
    told = _lint_imports(copy)
    git(copy, "clean", "-fdq")
    assert "planted" in told


def _lint_imports(root: Path) -> str:
    code = f"import sys; sys.path.insert(0, {str(root / 'src')!r}); import importlinter.cli as c; c.lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


SPECS: dict[str, tuple[str, str, str]] = {
    "applicability": ("test_applicability", "test_cases", "answer"),
    "bearers": ("test_bearers", "test_subject", "subject"),
    "card": ("test_card", "test_spec", "card"),
    "directives": ("test_directives", "test_specification", "want"),
    "noise": ("test_noise", "test_every_line_gets_its_label", "lines"),  # a line of it is its text, so its label is spoilt
    "quantities": ("test_quantities", "test_spec", "quantities"),
    "references": ("test_references", "test_spec", "found"),
    "repairs": ("test_repairs", "test_cases", "text"),
    "slogans": ("test_slogans", "test_spec", "numeric"),
    "splitting": ("test_cleaning", "test_papers_of_a_page", "documents"),
    "times": ("test_times", "test_spec", "times"),
    "unknowns": ("test_unknowns", "test_marks_have_their_type", "want"),
}
"""For each file of specs the test that runs its lines, and what a line expects."""


def spoilt(expected: Any) -> Any:
    """Another expectation than the one that holds."""
    if isinstance(expected, dict):
        first = next(iter(expected))
        return {**expected, first: spoilt(expected[first])}
    if isinstance(expected, list):
        return [[*expected[0][:-1], "nothing of the kind"], *expected[1:]] if isinstance(expected[0], list) else expected[1:]
    return f"{expected}错"


@pytest.mark.parametrize("stem", SPECS)
def test_a_spoilt_spec_fails(stem: str) -> None:
    module, function, key = SPECS[stem]
    run = getattr(importlib.import_module(f"tests.{module}"), function)
    lines = [json.loads(line) for line in (ROOT / "tests" / "specs" / f"{stem}.jsonl").read_text("utf-8").splitlines()]
    lines = [line for line in lines if line.get(key) and not {"fails", "known_failure"} & set(line)][:5]
    assert lines
    needed = run.__code__.co_varnames[: run.__code__.co_argcount]
    for line in lines:
        arguments = (line, None)[: len(needed)]
        run(*arguments)
        wrong = [["nothing", line[key][0][1]], *line[key][1:]] if stem == "noise" else spoilt(line[key])
        with pytest.raises(AssertionError):
            run({**line, key: wrong}, *arguments[1:])


@pytest.mark.parametrize("name", tomllib.loads(quality.FLOORS.read_text(encoding="utf-8")))
def test_a_figure_below_its_floor_fails(name: str) -> None:
    floors = tomllib.loads(quality.FLOORS.read_text(encoding="utf-8"))
    assert quality.check(floors, floors) == []
    (told,) = quality.check({**floors, name: floors[name] - 0.001}, floors)
    assert told.startswith(f"{name}: ")
    (told,) = quality.check({key: value for key, value in floors.items() if key != name}, floors)
    assert told.startswith(f"{name}: 0.0000 is below")
    assert quality.raised({**floors, name: 0.0}, floors) == {
        key: max(value, round(value - quality.MARGIN, 3)) for key, value in floors.items()
    }


def seen(table: Table) -> tuple[object, ...]:
    """What a reader sees: which run, whether it is whole, and what stands in it."""
    with table.reading() as now:
        status = now.connection.scalars(sa.text(f"SELECT status FROM runs WHERE id = {now.run_id}")).one_or_none()
    return now.run_id, status, table.counts(), table.page_states()


@pytest.mark.parametrize("careless", [False, True])
def test_a_half_published_run_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, careless: bool) -> None:
    real = publish.writing

    @contextmanager
    def leaking(engine: sa.Engine) -> Iterator[sa.Connection]:
        with real(engine) as connection:
            try:
                yield connection
            except RuntimeError:
                connection.commit()  # the planted fault: what was written before the failure stays
                raise

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    with Table.open(f"sqlite:///{tmp_path}/planted.db") as table:
        night(table, range(2))
        before = seen(table)
        run = table.begin("nightly", clock=lambda: NOW)
        run.store(*page(7, force=3), fingerprints={"clean": "c", "mine": "m"})
        monkeypatch.setattr(publish.Run, "_end", broken)
        if careless:
            monkeypatch.setattr(publish, "writing", leaking)
        with pytest.raises(RuntimeError, match="planted"):
            run.publish()
        assert (seen(table) == before) is not careless


DOCS: dict[str, Callable[[Path, pytest.MonkeyPatch], None]] = {
    "test_commands_print_what_the_page_shows": lambda folder, _: test_docs.test_commands_print_what_the_page_shows(
        written(folder / "p.md", "```console\n$ policymine --version\npolicymine 99\n```\n"), made(folder / "run")
    ),
    "test_python_gives_what_the_page_shows": lambda folder, _: test_docs.test_python_gives_what_the_page_shows(
        written(folder / "p.md", "```pycon\n>>> 1 + 1\n3\n\n```\n")
    ),
    "test_links_lead_somewhere": lambda folder, _: test_docs.test_links_lead_somewhere(
        written(folder / "p.md", "[a](gone.md)")
    ),
    "test_every_setting_is_documented": lambda _, patch: undocumented(patch),
    "test_the_readme_names_only_commands_that_exist": lambda folder, patch: wrong_command(folder, patch),
}
"""For each test of the documentation a fault that it sees."""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def undocumented(patch: pytest.MonkeyPatch) -> None:
    class Planted(Settings):
        planted: str = Field("", description="a setting that nobody documented")

    patch.setattr(test_docs, "Settings", Planted)
    test_docs.test_every_setting_is_documented()


def wrong_command(folder: Path, patch: pytest.MonkeyPatch) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        written(folder / name, "run `policymine conjure`")
    patch.setattr(test_docs, "ROOT", folder)
    test_docs.test_the_readme_names_only_commands_that_exist()


@pytest.mark.parametrize("name", DOCS)
def test_untrue_documentation_is_seen(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError):
        DOCS[name](tmp_path, monkeypatch)


def test_a_skip_and_a_success_that_should_fail_are_failures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "import pytest\n"
        "def test_left_out(): pytest.skip('no browser')\n"
        "@pytest.mark.skipif(True, reason='planted')\ndef test_left_out_too(): pass\n"
        "@pytest.mark.xfail\ndef test_known(): pass\n"
        "@pytest.mark.xfail\ndef test_still_known(): assert False\n"
        "def test_fine(): pass\n"
    )
    (tmp_path / "test_planted.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        ROOT / "pyproject.toml",
        "--rootdir",
        tmp_path,
        "-p",
        "tests.skips",
        tmp_path,
    ]
    for continuous, counts in (
        ("true", "2 failed, 1 passed, 1 xfailed, 1 error"),
        ("", "1 failed, 1 passed, 2 skipped, 1 xfailed"),
    ):
        monkeypatch.setenv("CI", continuous)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert counts in done.stdout, done.stdout + done.stderr


# What has a fault planted against it, and what there is.


def test_every_wall_gate_promise_genre_and_spec_has_its_fault() -> None:
    assert set(planted_house.WALLS) == set(CHECKS)
    assert set(planted_gates.GATES) == gates()
    assert set(planted_gates.PROMISES) == (set(source_file.EXPECT) - {"fields"}) | set(source_file.PAPER_FIELDS)
    assert {reason for reason, _ in planted_gates.genres()} == {"empty", "english", *gate.rules().lexicons["limits"]}
    assert set(SPECS) == {path.stem for path in (ROOT / "tests" / "specs").glob("*.jsonl")}


def test_every_linter_and_test_of_documentation_has_its_fault() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(planted_house.RUFF) == set(project["tool"]["ruff"]["lint"]["select"])
    itself = {"test_a_page_that_shows_what_is_not_printed_would_be_seen"}
    assert set(DOCS) == {name for name in vars(test_docs) if name.startswith("test_")} - itself


def gates() -> set[str]:
    """The names of all gates that the operations build."""
    names = set()
    for path in (ROOT / "src" / "policymine" / "operations").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Gate":
                given = [*node.args, *(word.value for word in node.keywords if word.arg == "name")]
                names |= {ast.literal_eval(name) for name in given[:1]}
    return names
