"""The walls of the house: floors, ceilings, what the wheel holds, what no file may name."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("flows/**/*.py")])
CEILING = 400


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_higher_than_the_ceiling(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= CEILING


def test_the_wheel_holds_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    there = {".".join(path.parent.relative_to(ROOT / "src").parts) for path in ROOT.glob("src/policymine/**/__init__.py")}
    assert there | {"policymine_flows"} == set(project["tool"]["setuptools"]["packages"])


def test_nothing_in_src_imports_flows_or_prefect() -> None:
    for path in ROOT.glob("src/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in ("prefect", "policymine_flows", "flows")], path


def test_a_sideways_import_trips_the_linter(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def lint() -> subprocess.CompletedProcess[str]:
        code = (
            f"import sys; sys.path.insert(0, {str(tmp_path / 'src')!r}); import importlinter.cli as c; c.lint_imports_command()"
        )
        return subprocess.run(
            [sys.executable, "-c", code, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    assert lint().returncode == 0
    planted = tmp_path / "src" / "policymine" / "cleaning" / "planted.py"
    planted.write_text("import policymine.table.rows\n", encoding="utf-8")
    broken = lint()
    assert broken.returncode != 0
    assert "policymine.cleaning.planted" in broken.stdout


TEXT_FILES = [
    path
    for path in subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    if path.endswith((".py", ".toml", ".md", ".lock", ".jinja", ".jsonl")) or path in ("Makefile", ".ci/run")
]
HOSTS = re.compile(r"https?://[^\s'\"]*/(?:simple|packages)/|--(?:extra-)?index-url")


@pytest.mark.parametrize("name", TEXT_FILES)
def test_no_file_names_an_index_host(name: str) -> None:
    path = ROOT / name
    if path != Path(__file__) and path.exists():
        assert not HOSTS.search(path.read_text(encoding="utf-8"))


def test_the_lock_pins_every_requirement_with_a_hash() -> None:
    for name in ("requirements.lock", "requirements-uv.lock", "benchmarks/peers.lock"):
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
        for entry in entries:
            if not entry.startswith("#"):
                assert re.match(r"[\w.\-\[\]]+==\S+", entry), entry[:80]
                assert "--hash=sha256:" in entry, entry[:80]
