"""Faults planted in copies of this house: each trips one wall, or one rule of a linter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

Change = Callable[[Path], object]
INDEX, MIRROR = "--" + "index-url", "https://mirror.example/{}/".format("simple")
"""What no file may name, put together here so that this one doesn't either."""


def into(name: str, text: str) -> Change:
    """Puts a file into the copy, or more lines at the end of one."""

    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + text, encoding="utf-8")

    return change


def instead(name: str, old: str, new: str) -> Change:
    """Replaces a stretch of a file, found by a regular expression; it must be there."""

    def change(root: Path) -> None:
        path = root / name
        text, count = re.subn(old, new, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert count, f"{name} holds no {old}"
        path.write_text(text, encoding="utf-8")

    return change


LONG = "def planted() -> int:\n" + "    count = 1\n" * 41 + "    return count\n"
WALLS: Mapping[str, tuple[tuple[Change, str], ...]] = {
    "high_modules": ((into("src/policymine/text/planted.py", "# one more line\n" * 401), "planted.py has 401 lines"),),
    "long_functions": ((into("src/policymine/text/planted.py", LONG), "text/planted.py:planted has 43 lines"),),
    "lost_packages": (
        (into("src/policymine/planted/__init__.py", ""), "policymine.planted"),
        (instead("pyproject.toml", r'^  "policymine\.text",$', '  "policymine.gone",'), "policymine.gone"),
    ),
    "lost_files": ((into("src/policymine/text/words.dat", "字"), "words.dat stays out of the wheel"),),
    "imports_from_above": (
        (into("src/policymine/text/planted.py", "import prefect.flows\n"), "imports prefect.flows"),
        (into("src/policymine/text/planted.py", "from policymine_flows import clock\n"), "imports policymine_flows"),
    ),
    "unsafe_code": (
        (into("src/policymine/text/planted.py", "import pickle\n"), "imports pickle"),
        (into("src/policymine/text/planted.py", "import subprocess\n"), "imports subprocess"),
        (into("src/policymine/text/planted.py", "x = eval('1')\n"), "calls eval"),
        (into("src/policymine/text/planted.py", "import os\nos.system('ls')\n"), "calls os.system"),
        (into("flows/server.py", "\nsubprocess.run('ls', shell=True)\n"), "calls a shell"),
    ),
    "named_hosts": (
        (into("docs/planted.md", f"pip install {INDEX} https://mirror.example/x\n"), f"names {INDEX}"),
        (into("requirements.lock", f"# {MIRROR}x\n"), f"names {MIRROR}"),
        (into("docs/planted.md", "see /home/someone/notes\n"), "names /home/s"),
    ),
    "loose_locks": (
        (instead("requirements.lock", r"==[\d.]+ \\$", r">=1 \\"), "has no exact version or no hash"),
        (instead("requirements.lock", r"^((?:[\w-]+)==.*)\\\n(?:    --hash.*\\\n)*    --hash.*$", r"\1"), "no hash"),
        (
            instead("pyproject.toml", r"^dependencies = \[", 'dependencies = [\n  "requests-planted>=1",'),
            "lacks requests-planted",
        ),
    ),
    "relaxed_linters": (
        (instead("pyproject.toml", r'"S602"\]', "]"), "S602 is not selected"),
        (instead("pyproject.toml", r'^ignore = \["RUF001"', 'ignore = ["BLE", "RUF001"'), "ignores BLE"),
        (instead("pyproject.toml", "^strict = true", "strict = false"), "mypy: is not strict"),
        (instead("pyproject.toml", "^exhaustive = true", "exhaustive = false"), "a contract has holes"),
        (instead("pyproject.toml", "^xfail_strict = true", "xfail_strict = false"), "pytest: known failures"),
        (instead("pyproject.toml", "--doctest-modules ", ""), "pytest: known failures"),
        (instead("Makefile", r"^\t\$\(BIN\)/mypy$", "\ttrue"), "does not run /mypy"),
        (instead("Makefile", r"^\t\$\(BIN\)/lint-imports$", "\ttrue"), "does not run lint-imports"),
        (instead("Makefile", r"^(\t@.*) test-lint", r"\g<1>"), "does not run ruff check"),
        (instead("Makefile", " tests/golden", ""), "does not run tests/golden"),
        (instead(".ci/run", "make test", "true"), ".ci/run"),
    ),
    "lowered_floors": (
        (instead("benchmarks/floors.toml", r"^(\"directives\" = 0\.)\d+", r"\g<1>1"), "directives was"),
        (instead("benchmarks/floors.toml", r'^"times" = .*\n', ""), "times was"),
    ),
}
"""For each wall the faults that it must see, and what it says of them."""
RUFF: Mapping[str, str] = {
    "E": "if  True : pass\n",
    "F": "import os\n",
    "W": "x = 1 \n",
    "I": "import sys\nimport os\nprint(os, sys)\n",
    "N": "def Bad() -> None: ...\n",
    "UP": "from typing import List\nx: List[int]\n",
    "B": "def f(x: list[int] = []) -> None: ...\n",
    "A": "list = 1\n",
    "C4": "x = list([1])\n",
    "PIE": "class A:\n    x = 1\n    pass\n",
    "PT": "import pytest\n@pytest.fixture()\ndef f() -> None: ...\n",
    "RET": "def f(x: int) -> int:\n    if x:\n        return 1\n    else:\n        return 2\n",
    "SIM": "x = True if 1 else False\n",
    "PTH": "open('a')\n",
    "RUF": "x = [1] + [2]\n",
    "D1": "def f() -> None:\n    x = 1\n",
    "BLE": "try:\n    pass\nexcept Exception:\n    pass\n",
    "S301": "import pickle\npickle.loads(b'')\n",
    "S307": "eval('1')\n",
    "S602": "import subprocess\nsubprocess.run('ls', shell=True)\n",
}
"""For each rule family of ruff a line that it must complain of."""
MYPY: Mapping[str, str] = {
    "no-untyped-def": "def f(x): return x\n",
    "type-arg": "def f(x: list) -> None: ...\n",
    "unused-ignore": "x = 1  # type: ignore\n",
    "no-any-return": "from typing import Any\ndef f(x: Any) -> int: return x\n",
    "return-value": "def f() -> int: return 'a'\n",
    "no-untyped-call": "def f(): ...\ndef g() -> None: f()\n",
    "comparison-overlap": "def f(x: int) -> bool: return x == 'a'\n",
    "attr-defined": "import os\nos.no_such\n",
}
"""For each thing that mypy's strictness forbids a module that does it."""
IMPORTS: Mapping[str, tuple[str, str]] = {
    "sideways": ("cleaning", "import policymine.table.rows\n"),
    "upwards": ("text", "import policymine.model\n"),
    "a neighbour of the top": ("research", "import policymine.compliance.profile\n"),
    "the console below the surface": ("table", "import rich\n"),
    "the web below the surface": ("sources", "import fastapi\n"),
    "the orchestrator below the surface": ("operations", "import prefect\n"),
}
"""Imports that break a contract of import-linter: the package they stand in, and the line."""
