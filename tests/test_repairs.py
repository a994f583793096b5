"""Character repairs: the cases of specs/repairs.jsonl, the laws, and damage made on purpose."""

import difflib
import json
import random
from pathlib import Path

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.cleaning import lattice, repairs
from policymine.cleaning.bytes import find_lost_bytes
from policymine.cleaning.pinyin import readings
from policymine.cleaning.repairs import KINDS, repair
from policymine.text import Alignment
from tests.growth import grows_in_proportion

CASES = [json.loads(line) for line in (Path(__file__).parent / "specs" / "repairs.jsonl").read_text("utf-8").splitlines()]
SENTENCES = [
    "各级各部门要切实加强组织领导，压紧压实安全生产责任，确保各项措施落到实处。",
    "县应急管理局要会同有关部门开展隐患排查治理，对检查中发现的问题限期整改。",
    "对工作不力、推诿扯皮的单位和个人，要严肃追究责任，决不姑息迁就。",
    "乡镇党委政府主要负责人要亲自部署、亲自检查，带头落实值班值守制度。",
    "要加大宣传教育力度，充分发挥基层组织的作用，动员群众积极参与疫情防控。",
    "各成员单位要密切配合，形成工作合力，定期向领导小组办公室报告进展情况。",
    "同志们，安全生产关系人民群众生命财产安全，关系经济社会发展大局。",
    "要认真总结经验教训，举一反三，坚决遏制重特大事故发生，维护社会稳定。",
    "住建部门要加强建筑施工现场监督管理，严格执行各项规章制度和操作规程。",
    "下一步，我们要进一步提高思想认识，完善工作机制，推动各项任务落实到位。",
]
BEFORE, AFTER = "会议强调，要抓好落实。", "\n下一步要继续努力。"


def repaired(raw: str) -> str:
    return repair(Alignment.of(raw)).alignment.text


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_cases(case: dict, request: pytest.FixtureRequest) -> None:
    if "known_failure" in case:
        request.applymarker(pytest.mark.xfail(reason=case["known_failure"], strict=True))
    done = repair(Alignment.of(case["raw"]))
    assert done.alignment.text == case["text"]
    assert sorted({edit.rule for edit in done.alignment.edits}) == case["rules"]
    assert [issue.code for issue in done.issues] == case.get("issues", [])


PIECES = [
    "各级",
    "要",
    "會議",
    "學(xué)習",
    "?",
    "?fàn)I",
    "(an)",
    "安",
    "。",
    "，",
    ",",
    "2024",
    "年",
    "3 月",
    "〔",
    "/SPAN>",
    "<p>",
    " ",
]
PIECES += [
    "&nbsp;",
    "&lt;br&gt;",
    "踩",
    "飨畲胧",
    "鞑棵乓",
    "著",
    "，，",
    "A",
    "的'",
    "🐻",
    "⾏",
    "\n",
    "\r\n",
    "\u3000",
    "\u200b",
]
PIECES += ["\ud800", "\x00", "3\xa0月"]
MESS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=25).map("".join)


@settings(max_examples=150, deadline=None)
@given(MESS)
def test_twice_is_once_and_every_character_is_accounted_for(raw: str) -> None:
    done = repair(Alignment.of(raw)).alignment
    assert "".join(raw[p.raw_start : p.raw_end] for p in done.pieces) == raw
    assert repaired(done.text) == done.text
    assert all(edit.rule in KINDS for edit in done.edits)


@settings(max_examples=100, deadline=None)
@given(MESS)
def test_no_digit_is_touched_by_a_rule_that_is_not_listed_for_it(raw: str) -> None:
    for edit in repair(Alignment.of(raw)).alignment.edits:
        if any(character.isdigit() and character.isascii() for character in edit.span.of(raw)):
            assert edit.rule in repairs._MAY_TOUCH_DIGITS


def test_the_digit_law_is_enforced_not_hoped_for() -> None:
    from policymine.text import Edit, Span

    greedy = [Edit(Span(0, 4), "", "repairs.stray-space"), Edit(Span(5, 6), "", "repairs.stray-space")]
    assert [edit.span.start for edit in repairs._lawful("2024 要", greedy)] == [5]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_clean_text_is_a_fixed_point(sentence: str) -> None:
    assert repair(Alignment.of(BEFORE + sentence + AFTER)).alignment.edits == ()


def shown(code: bytes, unmapped: str) -> str:
    """What a reader sees of GBK bytes out of step: pairs without a meaning become `unmapped`."""
    out, at = [], 0
    while at < len(code):
        width = 1 if code[at] < 0x80 else 2
        try:
            out.append(code[at : at + width].decode("gb2312"))
        except UnicodeDecodeError:
            out.append(unmapped if at + 1 < len(code) else "")
        at += width
    return "".join(out)


def kept(want: str, got: str) -> int:
    return sum(match.size for match in difflib.SequenceMatcher(None, want, got, autojunk=False).get_matching_blocks())


def knowable(sentence: str, lost: int, unmapped: str) -> int:
    """How many characters have a byte left that can be seen."""
    code = sentence.encode("gb2312")
    places = [at for at in range(len(code)) if at != lost]
    seen: set[int] = set()
    for first, second in zip(places[::2], places[1::2], strict=False):
        if shown(bytes((code[first], code[second])), unmapped) not in ("", "?"):
            seen |= {first // 2, second // 2}
    return len(seen)


@pytest.mark.parametrize("unmapped", ["?", ""])
def test_a_lost_byte_is_made_good(unmapped: str) -> None:
    """A byte of each sentence is dropped, and pairs without a meaning leave a mark or vanish.

    Of the characters with a byte left, 95 of 100 come back.
    """
    right = known = 0
    for number, sentence in enumerate(SENTENCES):
        for lost in (8 + 2 * number + number % 2, 5 + number, 15):
            code = sentence.encode("gb2312")
            damaged = shown(code[:lost] + code[lost + 1 :], unmapped)
            got = repaired(BEFORE + damaged + AFTER).removeprefix(BEFORE).removesuffix(AFTER)
            here = knowable(sentence, lost, unmapped)
            right += min(kept(sentence, got), here)
            known += here
            assert repair(Alignment.of(BEFORE + damaged + AFTER)).alignment.edits, damaged
    assert right / known >= 0.95


def test_half_a_character_is_read_with_what_follows_or_not_at_all() -> None:
    """The step is found in the middle of 责任, whose second half stands there, and before a number, where nothing tells."""
    code = "切实加强组织领导，压紧压实责".encode("gb2312")
    slipped = shown(code[1:-1], "?")
    assert repaired(BEFORE + "要" + slipped + "任，抓好落实。").endswith("切实加强组织领导，压紧压实责任，抓好落实。")
    before_number = repaired(BEFORE + "要" + shown("切实加强组织领导，收费年限至".encode("gb2312")[1:-1], "?") + "2013年。")
    assert "限制" not in before_number
    assert before_number.endswith("2013年。")


def test_inferred_characters_say_so() -> None:
    code = SENTENCES[0].encode("gb2312")
    done = repair(Alignment.of(BEFORE + shown(code[:12] + code[13:], "?") + AFTER)).alignment
    mended = [edit for edit in done.edits if edit.rule == "repairs.lost-bytes"]
    assert mended
    for edit in mended:
        assert edit.certainty is not None
        assert len(edit.certainty) == len(edit.text)
        assert set(edit.certainty) <= {"e", "h", "g"}


@settings(max_examples=40, deadline=None)
@given(st.permutations(SENTENCES), st.integers(1, 6))
def test_injected_readings_and_script_are_undone(sentences: list[str], every: int) -> None:
    clean = "".join(sentences[:4]) + "\n"
    full = opencc.OpenCC("s2t").convert(clean)
    injected, count = "", 0
    for number, character in enumerate(full):
        reading = sorted(readings(character))
        injected += character
        if reading and number % every == 0:
            count += 1
            injected += ["({})", "({} )", "（{}）"][number % 3].format(reading[0])
    got = repaired(injected)
    assert count >= 3
    assert "(" not in got
    assert kept(clean, got) >= 0.99 * len(clean)


@pytest.mark.parametrize(
    "piece",
    ["縣委會(huì)議要求,各 單位?要在2024 年落實。", "各级各部门要抓好落实 工作,'的'是?要?的", "<<&&&&(((((??????      "],
)
def test_time_grows_with_length_only(piece: str) -> None:
    """A text on one line, ten times as long, takes about ten times as long."""
    assert grows_in_proportion(lambda raw: repair(Alignment.of(raw)), piece, short=2_500)


@pytest.mark.parametrize("unmapped", ["?", ""])
@pytest.mark.parametrize("seed", range(3))
def test_a_byte_lost_anywhere_is_made_good(unmapped: str, seed: int) -> None:
    """The byte falls out at a place drawn by lot, short of the last four; 95 of 100 knowable characters come back."""
    lot = random.Random(f"bytes {seed}")
    right = known = 0
    for sentence in SENTENCES:
        code = sentence.encode("gb2312")
        lost = lot.randrange(len(code) - 8)
        got = repaired(BEFORE + shown(code[:lost] + code[lost + 1 :], unmapped) + AFTER)
        here = knowable(sentence, lost, unmapped)
        right += min(kept(sentence, got.removeprefix(BEFORE).removesuffix(AFTER)), here)
        known += here
    assert right / known >= 0.95


def test_a_repair_always_has_raw_text_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """However cheap characters are that nothing shows: an edit without a span would not be one."""
    monkeypatch.setattr(lattice, "VANISHED", 4.0)
    code = SENTENCES[0].encode("gb2312")
    for edit in find_lost_bytes(BEFORE + shown(code[:56] + code[57:], "") + AFTER):
        assert edit.span.length > 0
