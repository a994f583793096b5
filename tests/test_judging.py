"""Papers judged together: as each alone, and clauses weighed by tables as their signs weigh one by one."""

import json
from pathlib import Path

import pytest

from policymine.extraction.directives import classifier
from policymine.extraction.directives.clause_signs import ClauseSigns
from policymine.extraction.directives.codes import Values
from policymine.extraction.directives.finding import find_directives, find_each
from policymine.extraction.directives.judging import Given, judge
from policymine.extraction.directives.sentence_signs import Paper
from policymine.model import Card

GOLD = Path(__file__).parent.parent / "corpora" / "gold"
PAPERS = [
    Given(path.read_text("utf-8"), Card(kind=json.loads(path.with_suffix(".json").read_text("utf-8"))["document"]["kind"]))
    for path in sorted(GOLD.glob("*.txt"))[::16]
]
ODD = [
    Given("", Card(kind="notice")),
    Given("\n\n", Card(kind="other")),
    Given("𠮷镇须查。", Card(kind="notice")),
    Given("不得", Card(kind="speech")),
    Given("严禁下列行为：\n（一）瞒报隐患的；\n（二）迟报险情的。", Card(kind="notice")),
    Given("抓好防汛。防汛值班每日排两人。", Card(kind="speech")),
]


def test_papers_are_judged_together_as_alone() -> None:
    papers = [*ODD[:2], *PAPERS, *ODD[2:]]
    alone = [find_directives(*paper[:1], card=paper.card) for paper in papers]
    assert find_each(papers) == alone
    assert any(alone)


@pytest.mark.parametrize("papers", [PAPERS, ODD, PAPERS[:1]])
def test_clauses_weigh_what_their_signs_weigh(papers: list[Given]) -> None:
    model = classifier.model("directive")
    read = [
        Paper(one.text, one.sentences, one.stands, paper.card.kind) for one, paper in zip(judge(papers), papers, strict=True)
    ]
    signs = ClauseSigns(read)
    odds = signs.odds(model)
    assert len(odds) == sum(len(paper.sentences) for paper in read)
    for number, own in enumerate(odds):
        shared, rows = signs.of(number)
        assert own == pytest.approx([model.bias + model.weigh(shared) + model.weigh(row) for row in rows])
        assert signs.told([(number, at) for at in range(len(rows))]) == [shared + row for row in rows]


def test_signs_of_papers_read_together_are_those_of_each_alone() -> None:
    papers = [*PAPERS[:2], *ODD]
    read = [
        Paper(one.text, one.sentences, one.stands, paper.card.kind) for one, paper in zip(judge(papers), papers, strict=True)
    ]
    together, first = ClauseSigns(read), 0
    for paper in read:
        alone = ClauseSigns([paper])
        for number in range(len(paper.sentences)):
            assert together.of(first + number) == alone.of(number)
        first += len(paper.sentences)


def test_two_threads_that_meet_a_value_give_it_one_number() -> None:
    """Both have asked and found none; the second to learn it must take the number of the first."""
    seen = Values(3, "甲")
    assert [seen._learn("乙"), seen._learn("乙"), seen.number("丙")] == [1, 1, 2]
    assert [seen.value(number) for number in range(3)] == ["甲", "乙", "丙"]
