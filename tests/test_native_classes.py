"""What the compiled wheel is made of (tools/native_classes.py) says the same as the package."""

import ast
import dataclasses
import importlib
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DIRECTIVES = ROOT / "src/policymine/extraction/directives"
spec = importlib.util.spec_from_file_location("native_classes", ROOT / "tools/native_classes.py")
assert spec is not None
assert spec.loader is not None
native_classes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(native_classes)
PLAIN = [path.stem for path in sorted(DIRECTIVES.glob("*.py")) if f"@{native_classes.PLAIN}" in path.read_text("utf-8")]


@pytest.mark.parametrize("stem", PLAIN)
def test_classes_written_out_take_what_the_dataclasses_take(stem: str):
    source = (DIRECTIVES / f"{stem}.py").read_text("utf-8")
    written = native_classes.native(source)
    assert written.count("\n") == source.count("\n"), "lines keep their numbers"
    assert native_classes.PLAIN not in written
    module = importlib.import_module(f"policymine.extraction.directives.{stem}")
    classes = [node for node in ast.parse(written).body if isinstance(node, ast.ClassDef)]
    made = {node.name: node.body[0] for node in classes if dataclasses.is_dataclass(getattr(module, node.name))}
    for name, init in made.items():
        if not isinstance(init, ast.FunctionDef):
            continue  # frozen ones stay as they are
        fields = [field.name for field in dataclasses.fields(getattr(module, name))]
        assert [argument.arg for argument in init.args.args] == ["self", *fields]
        assert [ast.unparse(step) for step in init.body] == [f"self.{field} = {field}" for field in fields]


def test_a_field_with_a_default_is_refused():
    with pytest.raises(SystemExit, match="without defaults"):
        native_classes.native('@dataclass(slots=True, eq=False)\nclass Place:\n    "Where."\n\n    order: int = 0')
