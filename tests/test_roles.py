"""benchmarks/roles.py: what is read, held against labels without text."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
PAPERS = (
    "关于做好校车安全工作的通知\n各乡镇：\n一、由县教育局牵头，县公安局配合，9月底前完成校车检查。\n二、县交通局负责清理线路隐患。",
    "关于开展冬季防火检查的通知\n各有关单位：\n（一）开展宿舍用火检查，11月底前逐户建档。（县应急局牵头，县住建局配合）",
)


@pytest.fixture(scope="module")
def roles() -> ModuleType:
    """The script, which is no package."""
    spec = importlib.util.spec_from_file_location("benchmarks_roles", ROOT / "benchmarks" / "roles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two papers, a line each."""
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(PAPERS)), encoding="utf-8")
    return path


RIGHT = {
    "配合，9": {"named": [["县教育局", "lead"], ["县公安局", "support"]]},
    "负责清理": {"named": [["县交通局", "responsible"]]},
    "（县应急局": {"named": [["县应急局", "lead"], ["县住建局", "support"]]},
}


def test_labels_lose_their_text_and_are_met(roles: ModuleType, corpus: Path) -> None:
    rows = list(roles.draw(roles.Corpora([corpus]), 1))
    labels = [{"id": row["id"], **RIGHT[next(k for k in RIGHT if k in row["sentence"])]} for row in rows]
    sealed = list(roles.seal(rows, labels, roles.Corpora([corpus])))
    assert len(sealed) == 3
    assert not any("县" in json.dumps(row, ensure_ascii=False) for row in sealed)
    ours, empty, keyword = roles.score(sealed, roles.Corpora([corpus]), misses=False)
    assert "right in all 3 of 3" in ours
    assert "precision 1.000, recall 1.000" in ours
    assert "right in all 0 of 3" in empty
    assert "right in all 1 of 3" in keyword


def test_a_wrong_role_is_seen_and_shown(roles: ModuleType, corpus: Path) -> None:
    rows = list(roles.draw(roles.Corpora([corpus]), 1))
    row = next(row for row in rows if "配合，9" in row["sentence"])
    wrong = {"id": row["id"], "named": [["县教育局", "support"], ["县公安局", "support"]]}
    shown = list(roles.score(list(roles.seal([row], [wrong], roles.Corpora([corpus]))), roles.Corpora([corpus]), misses=True))
    assert any(line.startswith("  wanted") for line in shown)
    assert "right in all 0 of 1" in shown[-3]
    assert "precision 0.500, recall 0.500" in shown[-3]


def test_a_name_that_stands_nowhere_is_refused(roles: ModuleType, corpus: Path) -> None:
    row = next(iter(roles.draw(roles.Corpora([corpus]), 1)))
    for field in ("named", "taken"):
        with pytest.raises(ValueError, match="does not stand"):
            list(roles.seal([row], [{"id": row["id"], field: [["县水利局", "lead"]]}], roles.Corpora([corpus])))
