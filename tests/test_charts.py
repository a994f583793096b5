"""Charts show what the table says, with Chinese labels that render."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from policymine.errors import SettingsError
from policymine.research import charts
from policymine.research.charts import CHARTS, draw_chart, find_font
from policymine.research.selection import select
from policymine.table import Table
from policymine.table.filters import Filters
from policymine.table.query import QueryError

LABELS = {"modality": "情态", "slogans": "隐患排查", "sectors": "消防", "deadlines": "到期条数", "coverage": "示例站"}


@pytest.fixture(scope="session")
def font() -> Path:
    """A font with Chinese characters: the system's, or one that apt brings where we may."""
    if find_font() is None and shutil.which("apt-get") and os.geteuid() == 0:
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "fonts-wqy-microhei"]):
            subprocess.run(["apt-get", *command], check=False, capture_output=True, timeout=300)
    found = find_font()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no font with Chinese characters; install fonts-wqy-microhei")
        pytest.skip("no font with Chinese characters")
    return found


@pytest.mark.parametrize("kind", CHARTS)
def test_each_chart_is_drawn_with_its_chinese_labels(small: Table, tmp_path: Path, kind: str) -> None:
    assert draw_chart(kind, select(small), tmp_path / f"{kind}.svg") > 0
    drawn = (tmp_path / f"{kind}.svg").read_text(encoding="utf-8")
    assert CHARTS[kind][2] in drawn
    assert LABELS[kind] in drawn
    assert "Noto Sans CJK SC" in drawn


def test_charts_count_the_same_on_both_databases(filled: Table) -> None:
    rows = select(filled)
    assert sum(point["count"] for point in CHARTS["modality"][0](rows)) == 60
    assert {point["count"] for point in CHARTS["slogans"][0](rows)} == {1}
    assert sum(point["count"] for point in CHARTS["sectors"][0](rows)) == 2 * 30
    assert CHARTS["deadlines"][0](rows) == [{"day": f"{year}-06-30", "count": 2} for year in (2022, 2023, 2024)]
    assert sum(point["count"] for point in CHARTS["coverage"][0](rows)) == 60
    chosen = select(filled, "隐患", filters=Filters(kind="speech"))
    assert sum(point["count"] for point in CHARTS["modality"][0](chosen)) == 3


def test_a_png_differs_where_its_chinese_title_differs(small: Table, tmp_path: Path, font: Path) -> None:
    pictures = []
    for title in ("安全", "生产"):  # of equal width: boxes for missing characters would be alike
        draw_chart("sectors", select(small), tmp_path / "x.png", title=title, font=font)
        pictures.append((tmp_path / "x.png").read_bytes())
    assert pictures[0].startswith(b"\x89PNG")
    assert pictures[0] != pictures[1]


def test_without_a_font_one_line_names_the_cure(small: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "FONT_FOLDERS", (str(tmp_path),))
    with pytest.raises(SettingsError, match="fonts-noto-cjk") as refused:
        draw_chart("sectors", select(small), tmp_path / "x.png")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize(("kind", "name"), [("pie", "x.svg"), ("sectors", "x.gif"), ("sectors", "x")])
def test_unknown_kinds_and_endings(small: Table, tmp_path: Path, kind: str, name: str) -> None:
    with pytest.raises(QueryError):
        draw_chart(kind, select(small), tmp_path / name)
    assert not re.search("x", "".join(path.name for path in tmp_path.glob("x*")))


def test_nothing_to_draw(small: Table, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="widen"):
        draw_chart("sectors", select(small, "没有这样的话"), tmp_path / "x.svg")
