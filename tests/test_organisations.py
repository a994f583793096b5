"""Names of organisations: the full form, the level, kind and field they tell; spellings that a search takes for one."""

from collections.abc import Iterator
from typing import Any

import pytest

from policymine.errors import RuleError
from policymine.extraction.card.reading import read_card
from policymine.extraction.directives.finding import find_directives
from policymine.model import Bearer
from policymine.organisations import organisation_of, spellings_of
from policymine.organisations.naming import stems
from policymine.rules import load
from policymine.table import Table
from policymine.table.search import Filters, search
from tests.test_search import fill, page_of, texts_found

BODIES: list[dict[str, Any]] = load("policymine.organisations", "organisations").lexicons["stems"]["bodies"]
ENTRY = {"full": "审计", "short": ["审"], "ends": "局", "yes": "县审局 = 县审计局", "no": "审计报告"}
READ = [
    ("县应急局", "县应急管理局", "department", "county"),
    ("云岭省应急厅", "云岭省应急管理厅", "department", "province"),
    ("X县教体局", "X县教育和体育局", "department", "county"),
    ("省发改委", "省发展和改革委员会", "department", "province"),
    ("公安交警大队", "公安局交通警察大队", "department", "county"),
    ("市消防支队", "市消防救援支队", "department", "city"),
    ("县安委会", "县安全生产委员会", "headquarters", "county"),
    ("各镇政府", "各镇人民政府", "government", "township"),
    ("各级党委政府", "各级党委政府", "government", None),
    ("市、县两级政府", "市、县两级人民政府", "government", None),
    ("乡镇（街道）", "乡镇（街道）", "place", "township"),
    ("村委会", "村民委员会", "village", None),
    ("施工单位", "施工单位", "enterprise", None),
    ("企业主要负责人", "企业主要负责人", "people", None),
    ("县委", "县委", "party", "county"),
    ("园区管委会", "园区管理委员会", "government", None),
    ("市场监管所", "市场监督管理所", "institution", None),
    ("城管部门", "城市管理部门", "department", None),
    ("住建部门", "住房和城乡建设部门", "department", None),
    ("居民小区", "居民小区", "place", None),
    ("有关方面", "有关方面", None, None),
]


@pytest.mark.parametrize(("name", "full", "kind", "level"), READ, ids=lambda value: str(value))
def test_a_name_tells_what_it_is(name: str, full: str, kind: str | None, level: str | None) -> None:
    assert organisation_of(name)[:3] == (full, kind, level)


@pytest.mark.parametrize("entry", BODIES, ids=lambda entry: entry["full"])
def test_every_spelling_has_one_full_name_and_a_full_name_stays(entry: dict[str, Any]) -> None:
    _, _, full = entry["yes"].partition(" = ")
    assert organisation_of(full).name == full
    for spelling in spellings_of(full):
        assert organisation_of(spelling).name == full, spelling


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"yes": "县审局 = 县审查局"}, "instead of"),
        ({"no": "县审局"}, "instead of"),
        ({"no": "县审计局"}, "its pattern"),
        ({"colour": "red"}, "has"),
    ],
)
def test_an_entry_that_contradicts_its_examples_is_refused(changes: dict[str, str], says: str) -> None:
    assert stems([ENTRY])
    with pytest.raises(RuleError, match=says):
        stems([{**ENTRY, **changes}])


def test_a_bearer_carries_what_its_name_tells() -> None:
    text = "关于防汛工作的通知\n县水务局牵头，县应急局配合，做好巡查值守。"
    (directive,) = find_directives(text, card=read_card(text))
    told = [(b.text, b.role, b.name, b.kind, b.level, b.sector) for b in directive.bearers]
    assert told == [
        ("县水务局", "lead", "县水务局", "department", "county", "水利"),
        ("县应急局", "support", "县应急管理局", "department", "county", "应急管理"),
    ]


@pytest.fixture
def filled(url: str) -> Iterator[Table]:
    bearers = (Bearer("县应急局", "lead"),), (Bearer("县应急管理局"),), (Bearer("县应急指挥部"),)
    with Table.open(url) as table:
        fill(table, *(page_of(n, [f"{'甲乙丙'[n]}要报送"], bearers=who) for n, who in enumerate(bearers)))
        yield table


@pytest.mark.parametrize("part", ["应急管理局", "应急局", "县应急管理局", "县应急局"])
def test_a_search_for_a_bearer_finds_every_spelling(filled: Table, part: str) -> None:
    assert sorted(texts_found(filled, "", filters=Filters(bearer=part))) == ["乙要报送", "甲要报送"]


def test_a_search_for_another_body_finds_none_of_them(filled: Table) -> None:
    assert search(filled, filters=Filters(bearer="应急部门")).hits == ()
    assert texts_found(filled, "", filters=Filters(bearer="指挥部")) == ["丙要报送"]
