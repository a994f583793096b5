"""The walls of the house as functions: each looks at a tree of files and tells what is wrong with it, a line each.

`test_architecture.py` holds them against this house, `faults/test_planted.py` against copies of it with a fault planted.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

MODULE_LINES, FUNCTION_LINES = 400, 40
"""Lines of a module, and of a function without its docstring."""
PROCESSES = ("src/policymine/sources/crawl.py", "flows/server.py", "flows/guard.py")
"""The modules that may start another process, from a list of words, never through a shell."""
UNSAFE_MODULES = {
    "pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "yaml",
    "tarfile",
    "telnetlib",
    "ftplib",
}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__", "breakpoint"}
UNSAFE_ATTRIBUTES = {
    ("os", "system"),
    ("os", "popen"),
    ("tempfile", "mktemp"),
    ("os", "spawnl"),
    ("os", "execv"),
    ("os", "execvp"),
}
RUFF = (
    "E", "F", "W", "I", "N", "UP", "B", "A", "C4", "PIE", "PT", "RET", "SIM", "PTH", "RUF", "D1", "BLE", "S301", "S307", "S602",
)  # fmt: skip
"""The rules of ruff that are never switched off."""
LINTERS = (
    "ruff check .", "ruff format --check .", "/mypy\n", "/mypy flows", "lint-imports", "-m pytest", "quality.py --check",
)  # fmt: skip
TEXTS = (".py", ".toml", ".md", ".lock", ".jinja", ".jsonl", ".ipynb", ".json", ".html", ".txt", ".yaml", ".yml", ".service")
HOSTS = re.compile(r"https?://[^\s'\"]*/(?:simple|packages)/|--(?:extra-)?index-url|--find-links|file:///opt")
PATHS = re.compile(r"(?<![\w.}])/(?:work|root|home)/[\w.]")
THESE = ("tests/walls.py", "tests/faults/planted_house.py", "tests/test_architecture.py")
"""Files that must name what they forbid."""


def tracked(root: Path) -> list[Path]:
    """The files of a tree that git knows or would take; all that are there where it is no clone."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode != 0:
        return sorted(path for path in root.rglob("*") if path.is_file())
    return [root / name for name in sorted(done.stdout.splitlines()) if (root / name).is_file()]


def modules(root: Path) -> list[Path]:
    """The Python files of the wheel."""
    return sorted([*root.glob("src/**/*.py"), *root.glob("flows/**/*.py")])


class Module(NamedTuple):
    """What the walls look at in a module: its functions with their lines, what it imports, and its unsafe calls with theirs."""

    functions: tuple[tuple[str, int], ...]
    imports: tuple[str, ...]
    calls: tuple[tuple[int, str], ...]


def looked_at(path: Path) -> Module:
    """A module, read again when its file has changed."""
    return _looked_at(path, path.stat().st_mtime_ns)


@cache
def _looked_at(path: Path, _changed: int) -> Module:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    functions = [(node.name, _lines(node)) for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    calls = [(node.lineno, what) for node in nodes if isinstance(node, ast.Call) and (what := _unsafe(node))]
    return Module(tuple(functions), tuple(_imports(nodes)), tuple(calls))


def project(root: Path) -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def high_modules(root: Path) -> Iterator[str]:
    """Modules above the ceiling."""
    for path in modules(root):
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES:
            yield f"{path.relative_to(root)} has {lines} lines"


def long_functions(root: Path) -> Iterator[str]:
    """Functions above the ceiling."""
    for path in modules(root):
        for function, lines in looked_at(path).functions:
            if lines > FUNCTION_LINES:
                yield f"{path.relative_to(root).as_posix().removeprefix('src/policymine/')}:{function} has {lines} lines"


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring left out."""
    first = node.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return (node.end_lineno or 0) - node.lineno + 1 - ((first.end_lineno or 0) - first.lineno + 1 if told else 0)


def lost_packages(root: Path) -> Iterator[str]:
    """Packages that the wheel would lack, and names of packages that are not there."""
    there = {".".join(path.parent.relative_to(root / "src").parts) for path in root.glob("src/policymine/**/__init__.py")}
    listed = set(project(root)["tool"]["setuptools"]["packages"])
    yield from (f"{name} is in the tree or in pyproject.toml only" for name in sorted(listed ^ (there | {"policymine_flows"})))


def lost_files(root: Path) -> Iterator[str]:
    """Files beside the code that no pattern of the package data takes into the wheel."""
    patterns = project(root)["tool"]["setuptools"]["package-data"]["*"]
    for path in tracked(root):
        inside = path.is_relative_to(root / "src") or path.is_relative_to(root / "flows")
        if inside and path.suffix != ".py" and not any(fnmatch(path.name, pattern) for pattern in patterns):
            yield f"{path.relative_to(root)} stays out of the wheel"


def imports_from_above(root: Path) -> Iterator[str]:
    """Imports of Prefect or of the flows inside the package."""
    for path in root.glob("src/**/*.py"):
        for name in looked_at(path).imports:
            if name.split(".")[0] in ("prefect", "policymine_flows", "flows"):
                yield f"{path.relative_to(root)} imports {name}"


def _imports(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def unsafe_code(root: Path) -> Iterator[str]:
    """Pickle and its kin, evaluated text, shells, and processes started where none should be."""
    for path in modules(root):
        name = path.relative_to(root).as_posix()
        for module in looked_at(path).imports:
            if module.split(".")[0] in UNSAFE_MODULES or (module == "subprocess" and name not in PROCESSES):
                yield f"{name} imports {module}"
        yield from (f"{name}:{line} calls {what}" for line, what in looked_at(path).calls)


def _unsafe(call: ast.Call) -> str | None:
    function = call.func
    if any(
        word.arg == "shell" and not (isinstance(word.value, ast.Constant) and not word.value.value) for word in call.keywords
    ):
        return "a shell"
    if isinstance(function, ast.Name) and function.id in UNSAFE_CALLS:
        return function.id
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        name = (function.value.id, function.attr)
        return ".".join(name) if name in UNSAFE_ATTRIBUTES else None
    return None


def named_hosts(root: Path) -> Iterator[str]:
    """Package indexes and places of one machine, named in a file."""
    for path in tracked(root):
        name = path.relative_to(root).as_posix()
        if name in THESE or name.startswith("corpora/") or not (path.suffix in TEXTS or name in ("Makefile", ".ci/run")):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern in (HOSTS, PATHS):
            if found := pattern.search(text):
                yield f"{name} names {found[0]}"


def loose_locks(root: Path) -> Iterator[str]:
    """Requirements without an exact version or a hash, and dependencies that the lock lacks."""
    locked = set()
    for name in ("requirements.lock", "requirements-uv.lock", "benchmarks/peers.lock"):
        for entry in re.split(r"\n(?=\S)", (root / name).read_text(encoding="utf-8").strip()):
            if entry.startswith("#"):
                continue
            pinned = re.match(r"([\w.\-]+)(?:\[[\w,.\-]+\])?==\S+", entry)
            if not pinned or "--hash=sha256:" not in entry:
                yield f"{name}: {entry.splitlines()[0][:60]} has no exact version or no hash"
            elif name == "requirements.lock":
                locked.add(_canonical(pinned[1]))
    for wanted in _requirements(root):
        if _canonical(wanted) not in locked:
            yield f"requirements.lock lacks {wanted}: run make lock"


def _requirements(root: Path) -> Iterator[str]:
    table = project(root)
    lists = [table["project"]["dependencies"], *table["project"]["optional-dependencies"].values()]
    lists += [group for name, group in table["dependency-groups"].items() if name != "peers"]
    for entry in (entry for entries in lists for entry in entries if isinstance(entry, str)):
        yield re.split(r"[\s\[<>=!~;]", entry)[0]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def relaxed_linters(root: Path) -> Iterator[str]:
    """A linter, a test runner or the continuous integration that asks for less than it did."""
    tools = project(root)["tool"]
    yield from (f"ruff: {rule} is not selected" for rule in RUFF if rule not in tools["ruff"]["lint"]["select"])
    yield from (f"ruff: ignores {rule}" for rule in tools["ruff"]["lint"]["ignore"] if rule in RUFF)
    if tools["mypy"].get("strict") is not True or any(o.get("ignore_errors") for o in tools["mypy"]["overrides"]):
        yield "mypy: is not strict everywhere"
    if not all(
        contract.get("exhaustive", True) and not contract.get("ignore_imports")
        for contract in tools["importlinter"]["contracts"]
    ):
        yield "import-linter: a contract has holes"
    options = tools["pytest"]["ini_options"]
    if not options.get("xfail_strict") or not {"--doctest-modules", "--strict-markers"} <= set(options["addopts"].split()):
        yield "pytest: known failures, markers or doctests are not strict"
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    recipes = dict(re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)+)", makefile, re.MULTILINE))
    run = recipes.get("test", "") + "".join(recipes.get(part, "") for part in re.findall(r"test-\w+", recipes.get("test", "")))
    yield from (f"make test: does not run {command.strip()}" for command in LINTERS if command not in run)
    rooms = {f"tests/{path.parent.name}" for path in root.glob("tests/*/test_*.py")} | {"pytest src", "tests/test_*.py"}
    yield from (f"make test: does not run {room}" for room in sorted(rooms) if room not in run)
    if "make test" not in (root / ".ci/run").read_text(encoding="utf-8"):
        yield ".ci/run: does not run make test"


FLOOR = re.compile(r'^\+?"([^"]+)" = ([\d.]+)(?: *# lowered: (.+))?', re.MULTILINE)


def lowered_floors(root: Path) -> Iterator[str]:
    """Floors of quality below what they once were, or gone; `# lowered: why` behind a figure means it, once for each reason."""
    history = subprocess.run(
        ["git", "log", "--reverse", "--format=", "-p", "--", "benchmarks/floors.toml"],
        cwd=root, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    now = (root / "benchmarks/floors.toml").read_text(encoding="utf-8")
    once: dict[str, float] = {}
    meant: set[tuple[str, str]] = set()
    added = "\n".join(line for line in history.splitlines() if line.startswith("+"))
    for name, figure, why in FLOOR.findall(added):
        if why and (name, why) not in meant:
            once[name] = float(figure)
            meant.add((name, why))
        else:
            once[name] = max(once.get(name, 0.0), float(figure))
    floors = {name: (float(figure), why) for name, figure, why in FLOOR.findall(now)}
    for name, figure in once.items():
        stands, why = floors.get(name, (0.0, ""))
        if stands < figure and (not why or (name, why) in meant):
            yield f"{name} was {figure} and is {stands}"


CHECKS: Mapping[str, Callable[[Path], Iterator[str]]] = {
    check.__name__: check
    for check in (
        high_modules, long_functions, lost_packages, lost_files, imports_from_above, unsafe_code, named_hosts, loose_locks,
        relaxed_linters, lowered_floors,
    )
}  # fmt: skip
"""Every wall by its name."""
