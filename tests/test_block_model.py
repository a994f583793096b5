"""The model of block labels: what it cuts, what it leaves, and that it is made anew from what the project holds."""

import json
import shutil
from pathlib import Path

import pytest

from policymine.cleaning import block_model, clean_page
from policymine.cleaning.block_model import CERTAIN, RULE, mark_by_model
from policymine.cleaning.lines import Line, Marks
from policymine.errors import AnnotationError, RuleError
from policymine.model import Page
from policymine.operations.block_training import examples, train_blocks
from policymine.text import Span

CORPORA = Path(__file__).parent.parent / "corpora"
PAPER = "各镇要立即排查隐患,逐一建立台账,月底前报送县应急局。\n各村要落实专人,每日巡查一次,发现问题及时上报县应急管理局。"


def cut(text: str) -> list[str]:
    """What the model cuts of a plain page."""
    clean = clean_page(Page("p", "file", "p.txt", None, "0", text))
    return [cut.raw_span.of(text) for cut in clean.cuts if cut.rule == RULE]


@pytest.mark.parametrize("line", ["点我领取全套范文资料 立即登录", "收藏本文 点赞 打赏"])
def test_lines_that_no_rule_knows_are_cut_behind_the_text(line: str) -> None:
    assert cut(f"{PAPER}\n附件:清单\n{line}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "附件:隐患排查表",
        "清溪县应急管理局",
        "2022年3月5日",
        "(此件公开发布)",
        "联系人:李某,电话:8210000",
        "特此通报。",
        "谢谢大家!",
        "抄送:县委办",
    ],
)
def test_what_ends_a_paper_stays(line: str) -> None:
    assert cut(f"{PAPER}\n{line}") == []


def test_running_text_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    sure = block_model.BlockModel({}, 9.0, {"ad": (0.0, {})})
    monkeypatch.setattr(block_model, "model", lambda: sure)
    views = ["点我登录", *PAPER.split("\n"), "点我充值", "办" * 41]
    lines, at = [], 0
    for index, view in enumerate(views):
        lines.append(Line(index, Span(at, at + len(view)), view, None, view))
        at += len(view) + 1
    marks = Marks()
    mark_by_model(lines, marks)
    assert sorted(marks.whole) == [3], "what may be a title, text and the long line stay, however sure the model is"


def test_the_shipped_model_was_made_from_what_is_shipped() -> None:
    card = Path(block_model.__file__).with_name("models").joinpath("model_card.md").read_text(encoding="utf-8")
    assert f"**Data**: {len(examples(CORPORA))} lines" in card, "train it anew: policymine train --corpora corpora"
    assert f"chance of {CERTAIN} " in card


def test_training_is_reproducible_and_says_what_it_can_do(tmp_path: Path) -> None:
    corpora = tmp_path / "corpora"
    shutil.copytree(CORPORA / "gold_cleaning", corpora / "gold_cleaning")
    shutil.copy(CORPORA / "block_lines.jsonl", corpora)
    figures = train_blocks(corpora, tmp_path / "one")
    assert figures["block_recall_unseen_rules"] > 0.3
    assert figures["block_content_taken"] <= figures["block_content_lines"] / 50
    assert train_blocks(corpora, tmp_path / "two") == figures
    assert (tmp_path / "one" / "blocks.json").read_bytes() == (tmp_path / "two" / "blocks.json").read_bytes()


def test_a_folder_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"block_lines\.jsonl"):
        train_blocks(tmp_path, tmp_path / "out")


def test_a_model_that_does_not_fit_its_vocabulary_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(block_model.__file__).with_name("models")
    shutil.copytree(folder, tmp_path / "m")
    (tmp_path / "m" / "blocks.json").write_text(json.dumps({"features": ["gram=版"]}), encoding="utf-8")
    monkeypatch.setattr(block_model, "files", lambda _: tmp_path / "m")
    block_model.model.cache_clear()
    with pytest.raises(RuleError, match="train it anew"):
        block_model.model()
    block_model.model.cache_clear()
