import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skops import io

from policymine.errors import AnnotationError, RuleError
from policymine.extraction import training
from policymine.extraction.directives import classifier
from policymine.extraction.directives.finding import find_directives
from policymine.extraction.slogans.finding import find_slogans
from policymine.extraction.times.finding import find_times
from policymine.model import Card, Directive
from tests.growth import grows_in_proportion

SPECS = [
    json.loads(line) for line in Path(__file__).with_name("specs").joinpath("directives.jsonl").read_text("utf-8").splitlines()
]
GOLD = Path(__file__).parent.parent / "corpora" / "gold"


def mine(text: str, kind: Any = "notice") -> tuple[Directive, ...]:
    return find_directives(text, card=Card(kind=kind), times=find_times(text), slogans=find_slogans(text))


def broken_laws(text: str, found: tuple[Directive, ...]) -> Iterator[str]:
    """What a result breaks of: order, quotation, cue and condition inside, explicit names inside, times inside."""
    before = 0
    for directive in found:
        if directive.span.start < before:
            yield f"overlaps the one before at {directive.span.start}"
        before = directive.span.end
        if directive.span.of(text) != directive.text or not directive.text.strip():
            yield "does not quote its text"
        for part in (directive.cue, directive.condition, directive.penalty):
            if part is not None and part not in directive.text:
                yield f"{part!r} does not stand in it"
        for bearer in directive.bearers:
            if bearer.span is None or bearer.span.of(text) != bearer.text:
                yield f"{bearer.text!r} is not quoted"
            elif bearer.explicit and not directive.span.contains(bearer.span):
                yield f"{bearer.text!r} is said to stand in it"
        if len({bearer.text for bearer in directive.bearers}) < len(directive.bearers):
            yield "names a bearer twice"
        if not all(directive.span.contains(bound.span) for bound in directive.deadlines):
            yield "has a time from elsewhere"
        if not (1 <= directive.force <= 5 and 0 <= directive.confidence <= 1):
            yield "has a force or confidence out of range"


def shown(directive: Directive, wanted: dict[str, Any]) -> dict[str, Any]:
    """The fields of a directive that a specification names, in its notation."""
    names = []
    for bearer in directive.bearers:
        role = "" if bearer.role == "responsible" else f"{bearer.role}:"
        names.append(("" if bearer.explicit else "~") + role + bearer.text)
    fields = {
        name: getattr(directive, name) for name in ("text", "modality", "force", "operational", "cue", "condition", "penalty")
    }
    fields |= {"bearers": names, "deadlines": [bound.text for bound in directive.deadlines]}
    return {name: fields[name] for name in wanted}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["id"])
def test_specification(spec: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if spec.get("fails"):
        request.applymarker(pytest.mark.xfail(strict=True, reason=spec["fails"]))
    found = mine(spec["text"], spec["kind"])
    assert len(found) == len(spec["want"]), [directive.text for directive in found]
    for directive, wanted in zip(found, spec["want"], strict=True):
        assert shown(directive, wanted) == wanted


PIECES = st.sampled_from(
    [
        "各镇要", "不得", "对拒不整改的，", "一律", "一、", "（一）", "一是", "第三条 ", "县应急局牵头，", "各村配合，",
        "（责任单位：县教育局）", "\n", "建立台账", "每月5日前", "去年检查了20家", "。", "；", "，", "“四个一律”", "Ａ",
        "(即:查一次;改一次)", "鼓励群众", "会议强调，", "a\x00",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["speech", "notice", "regulation", "work_report"]))
def test_laws_hold_for_any_text(text: str, kind: str) -> None:
    assert list(broken_laws(text, mine(text, kind))) == []


def test_laws_notice_a_planted_fault() -> None:
    text = "各镇要建立台账。严禁瞒报。"
    first, second = mine(text)
    assert list(broken_laws(text, (second, first)))
    assert list(broken_laws(text, (replace(first, text="各镇"),)))
    assert list(broken_laws(text, (replace(first, bearers=first.bearers * 2),)))
    assert list(broken_laws(text, (replace(first, condition="一旦"),)))
    assert list(broken_laws(text, (replace(first, bearers=(replace(first.bearers[0], text="各村"),)),)))
    assert list(broken_laws(text, (replace(first, force=6),)))


@pytest.mark.parametrize(
    "unit",
    [
        "要",
        "一",
        "各镇要建台账，",
        "对",
        "（",
        "“",
        "的，",
        "各县（市、区）",
        "一、",
        "责任单位：（",
        "牵头，配合",
        "（县局负责）（二）查。",
        "【责任单位：县局，",
        "\n牵头单位：县局",
        "县局是指乡镇",
        "如果甲乙就会丙丁",
        "由县局牵头，",
        "由县局负责，",
    ],
    ids=repr,
)
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    assert grows_in_proportion(lambda text: find_directives(text, card=Card(kind="notice")), unit, short=2_500)


def test_time_grows_no_faster_than_the_notes_of_a_headline_and_what_stands_below() -> None:
    def run(notes: str) -> None:
        find_directives(f"一、加强巡查{notes}\n{'各镇要检查工地。' * (len(notes) // 8)}", card=Card(kind="notice"))

    assert grows_in_proportion(run, "（县局负责）", short=2_500)


@pytest.mark.parametrize("text", ["", "\n\n", "。。。", "一、\n二、\n三、", "张三、李四、王五", "\x00", "1 2 3\n4 5 6"])
def test_odd_texts_give_nothing(text: str) -> None:
    assert mine(text) == ()


def test_ordinary_pages_order_nothing() -> None:
    advert = "本店新到一批登山鞋，防滑耐磨。购买两双可以享受八折。穿着前请先浸水。评价都很好。欢迎选购！门店位于城东广场二楼。"
    assert mine(advert, "other") == ()
    assert mine("各镇要在月底前报送台账。严禁瞒报。", "other")


def test_reasons_name_features_of_the_model() -> None:
    (directive,) = mine("各镇必须在月底前报送台账。")
    known = classifier.model("directive").weights
    assert directive.reasons
    assert all(known[name] == pytest.approx(weight, abs=0.001) for name, weight in directive.reasons)


def test_training_is_reproducible_and_ships_the_same_models(tmp_path: Path) -> None:
    golds = [json.loads(path.read_text("utf-8")) for path in sorted(GOLD.glob("n0[1-4]*.json"))]
    once, again = training.train(golds), training.train(golds[::-1])
    assert [made.model for made in once] == [made.model for made in again]
    training.write(once, tmp_path)
    for made in once:
        assert json.loads((tmp_path / f"{made.name}.json").read_text("utf-8"))["features"] == list(made.features)


def test_left_out_papers_are_judged_better_than_by_the_baselines() -> None:
    golds = [json.loads(path.read_text("utf-8")) for path in sorted(GOLD.glob("[ns]0*.json"))]
    figures = training.figures(golds, parts=3)
    assert figures["directive_f1"] > max(figures["all_f1"], figures["cue_f1"]) + 0.1


def test_training_wants_gold(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"no \*.json"):
        training.train_folder(tmp_path, tmp_path)


def test_a_missing_model_says_how_to_mend_it() -> None:
    with pytest.raises(RuleError, match="policymine train"):
        classifier.model("nothing")


@pytest.mark.parametrize("weight", [float("nan"), float("inf")])
def test_a_model_whose_weights_are_no_numbers_says_how_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weight: float
) -> None:
    """A table that such a weight fills would be filled again and again."""
    folder = Path(classifier.__file__).parents[1] / "models"
    known = io.load(folder / "directive.skops")
    known.coef_[0][3] = weight
    io.dump(known, tmp_path / "directive.skops")
    (tmp_path / "directive.json").write_bytes((folder / "directive.json").read_bytes())
    monkeypatch.setattr(classifier, "files", lambda _: tmp_path)
    with pytest.raises(RuleError, match=r"no finite number.*train it anew"):
        classifier.model.__wrapped__("directive")
