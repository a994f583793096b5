"""The outline of Chinese papers: labels that count, labels that only look like it, and how items nest."""

import pytest

from policymine.text.outline import outline
from tests.growth import grows_in_proportion

CASES = [
    ("一、认识。二、措施。(一)源头。(二)末端。三、保障。", ["一、", "二、", "(一)", "(二)", "三、"], [0, 0, 1, 1, 0]),
    ("要做到:一是查隐患;二是建台账;三是抓整改。", ["一是", "二是", "三是"], [0, 0, 0]),
    ("第一,提高认识。第二,压实责任。", ["第一", "第二"], [0, 0]),
    ("第一时间报告。第一责任人要到场。", [], []),
    ("一是一、二是二,说到做到。", [], []),
    ("全县3.5万人,共1.2亿元。", [], []),
    ("第一章 总则\n第一条 为了安全。\n第二章 职责\n第二条 应当负责。", ["第一章", "第一条", "第二章", "第二条"], [0, 1, 0, 1]),
    ("1.排查。2.整改。(1)登记。(2)销号。", ["1.", "2.", "(1)", "(2)"], [0, 0, 1, 1]),
    ("一要查。二要改。", ["一要", "二要"], [0, 0]),
    ("一方面,要管源头。另一方面,要管末端。", ["一方面", "另一方面"], [0, 0]),
    ("①登记②销号", ["①"], [0]),
    (  # small items counted through all large ones, headings and notes glued to their labels
        "一、拓宽渠道（一）稳岗。（县人社局负责）（二）扩岗。二、强化培训（三）定向培训。(县教育局牵头)（四）以工代训。",
        ["一、", "（一）", "（二）", "二、", "（三）", "（四）"],
        [0, 1, 1, 0, 1, 1],
    ),
    ("一、稳产1.保面积。2.保单产。二、保供3.保储备。", ["一、", "1.", "2.", "二、", "3."], [0, 1, 1, 0, 1]),
    ("一、要依照办法（三）项办理。二、要报送。", ["一、", "二、"], [0, 0]),
    ("稳投资六条措施　　一、谋划项目。　　二、盯紧进度。", ["一、", "二、"], [0, 0]),
    ("一、源头。二、末端（五）出口。", ["一、", "二、"], [0, 0]),
]


@pytest.mark.parametrize(("text", "labels", "levels"), CASES, ids=[case[0][:12] for case in CASES])
def test_labels_and_levels(text: str, labels: list[str], levels: list[int]) -> None:
    items = outline(text).items
    assert [item.label.of(text).rstrip(",，") for item in items] == labels
    assert [item.level for item in items] == levels


def test_headings_around_a_place() -> None:
    text = "一、认识到位。要重视。\n二、措施到位。(一)管源头。各镇要排查。"
    found = outline(text)
    assert found.headings(text.index("各镇")) == ("二、措施到位", "(一)管源头")
    assert found.at(0) == found.items[0]
    assert outline("没有编号。").at(2) is None


def test_items_cover_what_follows_them() -> None:
    text = "序。一、甲。甲一。二、乙。"
    first, second = outline(text).items
    assert first.span.of(text) == "一、甲。甲一。"
    assert second.span.of(text) == "二、乙。"
    assert first.headline is not None
    assert first.headline.of(text) == "甲"


@pytest.mark.parametrize(
    "piece", ["一、", "一是", "第一条 ", "(一)", "1.", "第一,", "字", "二、末端（五）", "　　", "）（二）", "五、五5."]
)
def test_time_grows_with_length_only(piece: str) -> None:
    assert grows_in_proportion(outline, piece, short=6_000)
