"""Samples are drawn fairly and again; coders are blind; agreement is what the textbooks say; what is agreed on becomes gold."""

import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from policymine.errors import AnnotationError
from policymine.research.agreement import agreement, cohen_kappa
from policymine.research.annotation import check
from policymine.research.coding import (
    FIELDS,
    Item,
    draw,
    gold_of,
    read_code_file,
    read_sample,
    write_code_file,
    write_sample,
)
from policymine.research.selection import select
from policymine.table import Table
from policymine.table.query import QueryError

YES = {"directive": "yes", "modality": "obligation", "force": "3", "operational": "yes"}


def fill_in(path: Path, codes: dict[str, dict[str, str]]) -> None:
    """What a coder does in a spreadsheet program."""
    book = openpyxl.load_workbook(path)
    head, *lines = book["code"].iter_rows()
    names = [cell.value for cell in head]
    for line in lines:
        for name, code in codes[line[names.index("id")].value].items():
            line[names.index(name)].value = int(code) if code.isdecimal() else code
    book.save(path)


def test_a_sample_is_drawn_evenly_and_again(filled: Table) -> None:
    items = draw(select(filled), size=20, by=["modality"], seed=5)
    assert set(Counter(item.stratum for item in items).values()) == {4}
    assert draw(select(filled), size=20, by=["modality"], seed=5) == items
    assert draw(select(filled), size=20, by=["modality"], seed=6) != items
    whole = draw(select(filled), size=999, by=["kind", "year"], seed=5)
    assert len({item.id for item in whole}) == len(whole) == 60


def test_small_strata_leave_their_share_to_the_others(filled: Table) -> None:
    items = draw(select(filled, "隐患 OR 报送"), size=15, by=["modality"], seed=1)
    assert len(items) == 15
    with pytest.raises(QueryError, match="strata"):
        draw(select(filled), size=5, by=["colour"], seed=1)
    with pytest.raises(QueryError, match="widen"):
        draw(select(filled, "没有这样的话"), size=5, by=["modality"], seed=1)


def test_code_files_are_blind_and_differ_in_order(small: Table, tmp_path: Path) -> None:
    items = draw(select(small), size=20, by=["modality"], seed=5)
    write_sample(tmp_path / "s.jsonl", items, told={"seed": 5})
    assert read_sample(tmp_path / "s.jsonl") == [Item(*json.loads(json.dumps(item))) for item in items]
    orders = []
    for coder in ("a", "b"):
        write_code_file(tmp_path / f"{coder}.xlsx", items, coder=coder)
        sheet = openpyxl.load_workbook(tmp_path / f"{coder}.xlsx")["code"]
        head, *lines = sheet.iter_rows(values_only=True)
        assert all(line[head.index(name)] is None for line in lines for name in FIELDS), "nothing of the machine shows"
        orders.append([line[head.index("id")] for line in lines])
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_filled_in_files_come_back_and_what_both_say_becomes_gold(small: Table, tmp_path: Path) -> None:
    items = draw(select(small), size=10, by=["modality"], seed=5)
    first = {item.id: dict(YES) for item in items}
    second = {key: dict(codes) for key, codes in first.items()}
    second[items[0].id]["modality"] = "prohibition"
    for codes in (first, second):
        codes[items[1].id] = {"directive": "no"}
    coded = []
    for coder, codes in (("a", first), ("b", second)):
        path = tmp_path / f"{coder}.xlsx"
        write_code_file(path, items, coder=coder)
        fill_in(path, codes)
        coded.append(read_code_file(path))
    assert coded[0][items[2].id] == YES
    gold = gold_of(items, coded)
    assert [list(check(entry)) for entry in gold] == [[]] * 9
    assert f"coded_{items[0].id}" not in [entry["gid"] for entry in gold]
    assert next(entry for entry in gold if entry["gid"] == f"coded_{items[1].id}")["directives"] == []


def item(number: int, stratum: str = "x") -> Item:
    return Item(f"{number:016d}", stratum, "要报送", "要报送", 0, None, None, {}, {}, None)


def coded(values: list[str | None], field: str = "modality") -> dict[str, dict[str, str | None]]:
    return {f"{n:016d}": {**dict.fromkeys(FIELDS), field: value} for n, value in enumerate(values)}


def measured(first: list[str | None], second: list[str | None], field: str = "modality", **options: int) -> dict[str, object]:
    items = [item(n) for n in range(len(first))]
    found = agreement(coded(first, field), coded(second, field), items=items, seed=1, **{"bootstraps": 200, **options})
    return next(entry for entry in found if entry.field == field)._asdict()


def test_alpha_and_kappa_are_those_of_the_textbook() -> None:
    """Krippendorff (2011), two observers, binary data, ten units: α = 0.095; with κ computed by hand."""
    first = [{"0": "no", "1": "yes"}[c] for c in "0100000000"]
    second = [{"0": "no", "1": "yes"}[c] for c in "1110010010"]
    told = measured(first, second, field="directive")
    assert told["percent"] == pytest.approx(0.6)
    assert told["alpha"] == pytest.approx(0.095, abs=0.001)
    assert told["kappa"] == pytest.approx(0.2)  # by chance 0.9 × 0.5 + 0.1 × 0.5
    low, high = told["interval"]  # type: ignore[misc]
    assert low < 0.095 < high
    assert sum(count for _, _, count in told["confusion"]) == 10  # type: ignore[attr-defined]


def test_grades_that_lie_near_each_other_disagree_less() -> None:
    first = list("1234512345")
    near = measured(first, list("1234521345"), field="force")["alpha"]
    far = measured(first, list("1234552341"), field="force")["alpha"]
    assert near > far  # type: ignore[operator]


def test_what_is_not_defined_is_none_and_not_a_number() -> None:
    alike = measured(["obligation"] * 5, ["obligation"] * 5)
    assert (alike["percent"], alike["kappa"], alike["alpha"], alike["interval"]) == (1.0, None, None, None)
    nothing = measured([None] * 5, ["obligation"] * 5)
    assert (nothing["items"], nothing["percent"]) == (0, None)
    assert cohen_kappa([("a", "b"), ("b", "a")]) == -1


def test_by_stratum_and_the_same_interval_for_the_same_seed() -> None:
    items = [item(n, "讲话" if n % 2 else "通知") for n in range(20)]
    first, second = coded(["obligation", "sanction"] * 10), coded(["obligation", "sanction", "sanction", "obligation"] * 5)
    one = agreement(first, second, items=items, seed=3, bootstraps=50)
    assert one == agreement(first, second, items=items, seed=3, bootstraps=50)
    assert {entry.stratum for entry in one} == {"all", "讲话", "通知"}


def test_files_that_are_no_code_files(tmp_path: Path, small: Table) -> None:
    (tmp_path / "x.xlsx").write_text("no workbook", encoding="utf-8")
    with pytest.raises(AnnotationError, match="no code file"):
        read_code_file(tmp_path / "x.xlsx")
    with pytest.raises(AnnotationError, match="no sample"):
        read_sample(tmp_path / "x.xlsx")
    items = draw(select(small), size=5, by=["modality"], seed=5)
    write_code_file(tmp_path / "a.xlsx", items, coder="a")
    fill_in(tmp_path / "a.xlsx", {i.id: {"modality": "wish"} for i in items})
    with pytest.raises(AnnotationError, match="allowed are obligation") as refused:
        read_code_file(tmp_path / "a.xlsx")
    assert refused.value.exit_code == 4
    with pytest.raises(AnnotationError, match="not in the sample"):
        agreement(coded(["obligation"]), coded(["obligation"]), items=items, seed=1)
