"""Gold files: quotes become offsets, and what contradicts the guideline is named."""

import json
from pathlib import Path

import pytest

from policymine.research.annotation import align, check, read_marks

GOLD = Path(__file__).parent.parent / "corpora" / "gold"
TEXT = "各镇要一次排查到位。县应急局要每月开展一次演练,逾期不改的,一律停产整顿。"


def aligned(*marks: dict[str, object]) -> tuple[dict[str, object], list[str]]:
    lines = [json.dumps(mark, ensure_ascii=False) for mark in marks]
    gold, faults = align(TEXT, [json.dumps({"doc": {"kind": "notice"}}), *lines], gid="t")
    return gold, [str(fault) for fault in faults]


def test_quotes_become_offsets() -> None:
    gold, faults = aligned(
        {"d": "各镇要…到位", "cue": "要", "b": ["各镇"]}, {"d": "县应急局要…一次演练", "b": ["lead:县应急局"]}
    )
    assert not faults
    assert [(d["start"], d["text"]) for d in gold["directives"]] == [
        (0, "各镇要一次排查到位"),
        (10, "县应急局要每月开展一次演练"),
    ]
    assert not list(check(gold))


def test_a_counter_skips_what_is_not_meant() -> None:
    gold, faults = aligned({"q": "一次", "n": 2, "v": "1", "u": "次"})
    assert not faults
    assert gold["quantities"][0]["start"] == TEXT.rindex("一次")


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ({"d": "各村要"}, "does not follow"),
        ({"d": "各镇要", "colour": 1}, "unknown keys"),
        ({"d": "各镇要一次排查到位。"}, "closing mark"),
        ({"d": "各镇要一次排查到位", "m": "order"}, "modality is 'order'"),
        ({"d": "各镇要一次排查到位", "cue": "必须"}, "cue '必须' does not stand"),
        ({"d": "各镇要一次排查到位", "b": ["县应急局"]}, "mark it with ~"),
        ({"t": "每月", "type": "DAY"}, "type is 'DAY'"),
    ],
)
def test_a_planted_fault_is_named(mark: dict[str, object], message: str) -> None:
    gold, faults = aligned(mark)
    assert any(message in fault for fault in [*faults, *map(str, check(gold))])


def test_the_gold_files_are_what_their_marks_say() -> None:
    made = 0
    for name, text, lines in read_marks(GOLD):
        gold, faults = align(text, lines, gid=name)
        assert not faults
        assert not list(check(gold)), name
        assert gold == json.loads((GOLD / f"{name}.json").read_text(encoding="utf-8")), name
        made += 1
    assert made >= 40
