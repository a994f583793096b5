"""Many papers read together: as each of them alone, and what breaks one costs no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from spacy.language import Language
from spacy.tokens import Doc

from policymine.extraction import stations
from policymine.extraction.components import findings_of, load, read, wordless
from policymine.extraction.directives import bodies, scanning
from policymine.extraction.prefixes import Prefixes
from policymine.extraction.sectors import finding as sectors_finding
from policymine.extraction.stations import CHARACTERS, MOST, Station, text_of, together
from policymine.pipeline import clean_document, mine_documents
from policymine.text.joining import APART, Joined
from policymine.text.remembering import MOST as MOST_REMEMBERED
from policymine.text.remembering import Remembered, remembered

PAPERS = [
    "关于做好防汛工作的通知\n各镇要在3月15日前报送台账。逾期不报的，通报批评。",
    "一、责任\n县水务局牵头，各镇配合，完成水库排查3座。\n二、要求\n严禁瞒报。",
    "",
    "会议强调，要坚持“三个务必”，严格落实责任。",
]
BAD = "坏页"
NEIGHBOURS = [
    "", "\0", "各镇要", "不", "“", "（", "各有关部门", "县教育局", "由", "第", "《", "一是", "2024", "2024年", "的", "，", "\n",
    "；", "责任单位：县财政局", "\u3000\u3000", "😀", "下列", "共建共享", "务必", "12",
]  # fmt: skip
"""What papers may end or start with that a pattern of the paper behind or before them would like to see."""


def breaking(docs: Sequence[Doc]) -> None:
    """The planted fault: a station that one paper breaks."""
    for doc in docs:
        if text_of(doc) == BAD:
            raise IndexError("planted")
        doc.user_data["read"] = doc.user_data.get("read", 0) + 1


def test_together_finds_what_each_alone_gives() -> None:
    nlp = load()
    alone = [findings_of(nlp(text)) for text in PAPERS]
    docs = [wordless(nlp, text) for text in PAPERS]
    read(nlp, docs)
    assert [findings_of(doc) for doc in docs] == alone
    assert [findings_of(doc) for doc in nlp.pipe(PAPERS)] == alone
    assert [findings_of(doc) for doc in nlp.pipe(PAPERS, batch_size=1)] == alone


def test_documents_come_in_order_whatever_their_size() -> None:
    texts = [PAPERS[0], "各镇要报送台账。" * 5_000, PAPERS[1], *PAPERS * 20]
    mined = list(mine_documents([clean_document(str(number), text) for number, text in enumerate(texts)]))
    assert [one.document.text for one in mined] == texts
    assert len(mined[1].findings.directives) > 100
    assert mined[0].findings == mined[3].findings


def test_a_hand_is_bounded_by_number_and_by_characters() -> None:
    sizes = [10, CHARACTERS - 10, 1, 5 * CHARACTERS, 7, *[1] * (MOST + 1), CHARACTERS, 3]
    hands = list(together(sizes, int))
    assert [size for hand in hands for size in hand] == sizes
    assert all(len(hand) <= MOST and (sum(hand) <= CHARACTERS or len(hand) == 1) for hand in hands)
    assert [5 * CHARACTERS] in hands


def test_a_hand_is_handed_on_when_it_is_full() -> None:
    """Who reads a stream waits for no doc behind those that are read together."""
    taken = []

    def stream() -> Any:
        for number in range(10):
            taken.append(number)
            yield number

    hands = together(stream(), lambda _: 1, most=2)
    assert next(hands) == [0, 1]
    assert taken == [0, 1]


def test_what_breaks_one_doc_costs_no_other() -> None:
    nlp, told = load(), list[tuple[str, str]]()
    station = Station("planted", breaking)
    docs = [wordless(nlp, text) for text in [PAPERS[0], BAD, PAPERS[1]]]
    station.set_error_handler(lambda name, _, bad, problem: told.append((name, f"{text_of(bad[0])} {problem}")))
    assert [text_of(doc) for doc in station.pipe(docs)] == [PAPERS[0], PAPERS[1]]
    assert told == [("planted", f"{BAD} planted")]
    assert [doc.user_data["read"] for doc in (docs[0], docs[2])] == [1, 1]  # what was begun together was taken back


def test_who_asks_for_nothing_else_gets_the_error() -> None:
    nlp = load()
    docs = [wordless(nlp, text) for text in [PAPERS[0], BAD]]
    with pytest.raises(IndexError, match="planted"):
        list(Station("planted", breaking).pipe(docs))


def test_an_error_handler_belongs_to_one_pipeline() -> None:
    one, other = load(), load()
    one.set_error_handler(lambda *_: None)
    assert one.get_pipe("policymine_card").get_error_handler() is not stations.raise_error
    assert other.get_pipe("policymine_card").get_error_handler() is stations.raise_error


def test_a_component_of_somebody_else_is_read_doc_by_doc() -> None:
    seen: list[str] = []

    @Language.component("planted_counting")
    def counting(doc: Doc) -> Doc:
        seen.append(text_of(doc))
        return doc

    nlp = load()
    nlp.add_pipe("planted_counting")
    read(nlp, [wordless(nlp, text) for text in PAPERS])
    assert seen == PAPERS


def test_what_is_remembered_of_texts_is_bounded() -> None:
    asked: list[str] = []

    @remembered
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    texts = ["镇" * (MOST_REMEMBERED // 2), "村" * (MOST_REMEMBERED // 2), "县"]
    assert [length(text) for text in [*texts[:2], *texts]] == [len(text) for text in [*texts[:2], *texts]]
    assert asked == texts, "as long as they fit they are kept"
    length(texts[0])
    assert asked == [*texts, texts[0]], "one more than fits and all give way"


def test_no_paper_sees_its_neighbours() -> None:
    """Papers that are cut anywhere, among neighbours of every kind, hold what each holds alone."""
    nlp = load()
    cut = [text[low:high] for text in PAPERS if text for low in (0, 1, 5, 11) for high in (len(text), -1, -4)]
    texts = [part for number, text in enumerate(cut) for part in (NEIGHBOURS[number % len(NEIGHBOURS)], text)]
    texts += [one + other for one in NEIGHBOURS[:12] for other in NEIGHBOURS[12:]]
    alone = {text: findings_of(nlp(text)) for text in dict.fromkeys(texts)}
    for way in (texts, texts[::-1], sorted(texts)):
        docs = [wordless(nlp, text) for text in way]
        read(nlp, docs)
        for text, doc in zip(way, docs, strict=True):
            assert findings_of(doc) == alone[text], text


@pytest.mark.parametrize("name", ["words", "names", "fields"])
def test_what_is_looked_through_together_is_told_of_each_as_alone(name: str) -> None:
    read_each = {"words": scanning._starts, "names": bodies._marked, "fields": sectors_finding._mentioned}[name]._read
    texts = [*PAPERS, *NEIGHBOURS, *[one + other for one in NEIGHBOURS for other in NEIGHBOURS]]
    for way in (texts, texts[::-1], sorted(texts)):
        assert read_each(way) == [read_each([text])[0] for text in way]


def test_what_stands_between_papers_is_nothing_to_any_pattern() -> None:
    with pytest.raises(ValueError, match="stands between texts"):
        Prefixes({"planted": [f"{APART[0]}镇"]})


def test_what_is_found_between_texts_belongs_to_none() -> None:
    one = Joined(["镇", "村"])
    assert one.shares(np.arange(len(one.text))) == [[0], [0]]


def test_what_is_known_is_not_read_again_with_others() -> None:
    asked: list[list[str]] = []

    def lengths(texts: Sequence[str]) -> list[int]:
        asked.append(list(texts))
        return [len(text) for text in texts]

    known = Remembered(lengths)
    assert known("各镇") == 2
    assert known.each(["村", "各镇", "村", "县局"]) == [1, 2, 1, 2]
    assert asked == [["各镇"], ["村", "县局"]]
