"""The wheel stands on its own: built, installed into an empty environment, and used from outside the checkout.

No network: it is built by the setuptools of this environment, and what it depends on is lent by this environment's packages.
"""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PAPER = "关于两起火灾的通报\n\n各镇要在3月15日前完成排查,县应急局牵头。逾期不报的,一律通报批评。\n"


def run(*words: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints; it must succeed, and sees nothing of this checkout."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "POLICYMINE"))}
    done = subprocess.run(
        words, cwd=cwd, env={**clean, "NO_COLOR": "1", **environment}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git knows and of what is new."""
    source = tmp_path_factory.mktemp("source")
    listed = run(
        "git",
        "ls-files",
        "-co",
        "--exclude-standard",
        "src",
        "flows",
        "setup.py",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        cwd=ROOT,
    )
    for name in listed.splitlines():
        if (ROOT / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    out = tmp_path_factory.mktemp("wheel")
    run(
        BIN / "uv",
        "build",
        "-q",
        "--wheel",
        "--offline",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "-o",
        out,
        source,
        cwd=out,
    )
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the wheel alone and borrows the locked dependencies."""
    home = tmp_path_factory.mktemp("environment") / "venv"
    run(BIN / "uv", "venv", "-q", "--offline", "--python", sys.executable, home, cwd=home.parent)
    python = home / "bin" / "python"
    run(BIN / "uv", "pip", "install", "-q", "--offline", "--no-deps", "--python", python, wheel, cwd=home.parent)
    run(sys.executable, ROOT / "tools" / "lend.py", home, cwd=home.parent)
    return home / "bin"


def test_it_holds_every_file_of_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    listed = run("git", "ls-files", "-co", "--exclude-standard", "src", "flows", cwd=ROOT).splitlines()
    wanted = {name.replace("flows/", "policymine_flows/", 1).removeprefix("src/") for name in listed if (ROOT / name).exists()}
    assert len(packages) > 10
    assert wanted - held == set()
    extra = {name for name in held - wanted if not name.split("/")[0].endswith(".dist-info")}
    assert extra == set()


def test_it_is_pure_unless_asked(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    listed = run(sys.executable, "-c", "import setup; print(*setup.modules())", cwd=ROOT)
    assert "src/policymine/extraction/directives/finding.py" in listed.split()


def test_it_is_the_wheel_that_answers(installed: Path, tmp_path: Path) -> None:
    place = run(installed / "python", "-c", "import policymine; print(policymine.__file__)", cwd=tmp_path)
    assert place.startswith(str(installed.parent))
    text = run(installed / "policymine", "--help", cwd=tmp_path)
    assert {"clean", "extract", "ingest", "search", "nightly"} <= set(text.split())


def test_clean_and_extract_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"<html><body><p>首页 > 通报</p><p>{PAPER}</p></body></html>", encoding="utf-8")
    (tmp_path / "a.txt").write_text(PAPER, encoding="utf-8")
    page = json.loads(run(installed / "policymine", "clean", "--json", "a.html", cwd=tmp_path))
    assert "各镇要" in page["documents"][0]["text"]
    document = json.loads(run(installed / "policymine", "extract", "--json", "a.txt", cwd=tmp_path))
    assert [row["modality"] for row in document["directives"]][:1] == ["obligation"]
    assert document["times"][0]["text"] == "3月15日前"


def test_the_table_the_sites_and_the_profiles_are_inside(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PAPER, encoding="utf-8")
    run(installed / "policymine", "ingest", "a.txt", cwd=tmp_path)  # the revisions of the table, the templates of the report
    found = run(installed / "policymine", "search", "排查", "--json", cwd=tmp_path)
    assert "各镇要" in found
    assert "sample" in run(installed / "policymine", "sources", "list", cwd=tmp_path)
    run(installed / "policymine", "profile", "init", "p.toml", cwd=tmp_path)
    assert "DATE" in run(installed / "policymine", "times", "3月15日前", "--json", cwd=tmp_path)
