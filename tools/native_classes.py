"""A copy of the package in which plain dataclasses build themselves in compiled code.

mypyc leaves the `__init__` of a dataclass to the interpreter: each call packs its arguments into a tuple and sets every field
by name, about a microsecond. So for the compiler `@dataclass(slots=True, eq=False)` is taken away and the same `__init__`
written out, in the line of the docstring, which compiled code does not need: all other lines keep their numbers.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

PLAIN = "dataclass(slots=True, eq=False)"


def native(source: str) -> str:
    """The source of a module, its plain dataclasses written out.

    >>> print(native('@dataclass(slots=True, eq=False)\\nclass Place:\\n    "Where."\\n\\n    role: str\\n    order: int'))
    <BLANKLINE>
    class Place:
        def __init__(self, role: str, order: int) -> None: self.role = role; self.order = order
    <BLANKLINE>
        role: str
        order: int
    """
    lines = source.split("\n")
    for found in ast.walk(ast.parse(source)):
        if not isinstance(found, ast.ClassDef) or PLAIN not in map(ast.unparse, found.decorator_list):
            continue
        told, *rest = found.body
        fields = [node for node in rest if not isinstance(node, ast.FunctionDef)]
        if not isinstance(told, ast.Expr) or not fields:
            raise SystemExit(f"{found.name}: a dataclass to be compiled needs a docstring and fields")
        (decorator,) = found.decorator_list
        lines[decorator.lineno - 1] = ""
        lines[told.lineno - 1 : told.end_lineno] = ["    " + _init(found.name, fields), *[""] * (_end(told) - told.lineno)]
    return "\n".join(lines)


def _end(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno


def _init(name: str, fields: list[ast.stmt]) -> str:
    """The `__init__` of a class with these fields, on one line."""
    asked, kept = [], []
    for field in fields:
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name) or field.value is not None:
            raise SystemExit(f"{name}: only fields without defaults can be compiled, not {ast.unparse(field)}")
        asked.append(ast.unparse(field))
        kept.append(f"self.{field.target.id} = {field.target.id}")
    return f"def __init__(self, {', '.join(asked)}) -> None: {'; '.join(kept)}"


def copied(package: Path, into: Path) -> Path:
    """The package with its dataclasses written out, in a folder of its own."""
    there = into / package.name
    shutil.rmtree(there, ignore_errors=True)
    for path in sorted(package.rglob("*.py")):
        target = there / path.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(native(path.read_text(encoding="utf-8")), encoding="utf-8")
    return there
