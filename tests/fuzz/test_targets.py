"""Every door of the fuzzer holds under Hypothesis; the fuzzer itself sees what breaks; every way in has a door."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

import policymine
from policymine.errors import LayoutError, RuleError
from policymine.table.query import QueryError, parse
from tests.fuzz import targets
from tests.fuzz.targets import TARGETS, refused_clearly, spoken, text_of

ROOT = Path(__file__).parents[2]
LEAN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", TARGETS)
def test_a_door_holds_for_any_bytes(name: str) -> None:
    door = TARGETS[name]

    @LEAN
    @given(st.binary(max_size=door.longest if name != "whole" else 80))
    def holds(body: bytes) -> None:
        target(float(len(set(text_of(body)))))  # towards texts of many different characters
        door.run(body)

    holds()


def test_shares_add_up_to_a_thousand() -> None:
    assert sum(door.share for door in TARGETS.values()) == 1000
    assert {"decode", "clean", "extract", "rules", "settings", "arguments"} <= set(TARGETS)


def test_every_word_of_a_door_can_be_drawn() -> None:
    for words in (targets.PHRASES, targets.TOML_WORDS, targets.ARGUMENTS):
        assert len(words) <= targets.RESERVED
        assert {text_of(bytes([number]), words) for number in range(len(words))} == set(words)


def test_every_command_is_a_word() -> None:
    groups = [targets.command(), *(found for found in targets.command().commands.values() if hasattr(found, "commands"))]
    assert {name for group in groups for name in group.commands} - set(targets.ARGUMENTS) == set()


@pytest.mark.parametrize("words", [["--no-such"], ["search", "--limit", "0"], ["nothing"], ["show"], ["sources", "x"]])
def test_wrong_arguments_reach_the_refusal(words: list[str]) -> None:
    from policymine.cli.main import UsageProblem

    with pytest.raises(UsageProblem):
        targets._parse(targets.command(), words)


def test_right_arguments_are_taken() -> None:
    targets._parse(targets.command(), ["search", "隐患", "--limit", "3", "--modality", "obligation"])


@pytest.mark.parametrize("problem", [RuleError("demo"), RuleError("", "x", "y"), ValueError("plain")])
def test_an_unclear_refusal_is_a_violation(problem: Exception) -> None:
    with pytest.raises((AssertionError, ValueError)), refused_clearly():
        raise problem


def test_a_refusal_is_one_line_whatever_it_quotes() -> None:
    with refused_clearly():
        raise RuleError("demo", "one\ntwo")
    with pytest.raises(QueryError) as refused:
        parse("( AND \n")
    assert len(str(refused.value).splitlines()) == 1


def test_half_a_character_in_an_answer_is_a_violation() -> None:
    with pytest.raises(UnicodeEncodeError):
        spoken({"text": "\ud800"})


def test_half_a_character_in_a_text_is_refused_by_name() -> None:
    with pytest.raises(LayoutError, match=r"^text: character 3: holds half a character \(U\+D800\)"):
        policymine.load()("各镇要\ud800在3月15日前报送台账。")
    with pytest.raises(LayoutError):
        list(policymine.load().pipe(["各镇要报送。", "\udfff"]))
    assert policymine.load()("各镇要\ufffd在3月15日前报送台账。")._.times[0].text == "3月15日前"


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel here: only Hypothesis fuzzes")
def test_the_fuzzer_sees_what_is_planted(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tests" / "fuzz").mkdir(parents=True)
    script = (ROOT / "tools" / "fuzz_inputs.py").read_text(encoding="utf-8")
    (tmp_path / "tools" / "fuzz_inputs.py").write_text(script, encoding="utf-8")
    doors = (
        "from typing import NamedTuple\n"
        "class Target(NamedTuple):\n    run: object\n    longest: int\n    share: int\n"
        "def planted(body):\n    if body[:1] == b'X':\n        raise ValueError('planted')\n"
        "TARGETS = {'planted': Target(planted, 4, 1000)}\n"
    )
    for name, content in (("tests/__init__.py", ""), ("tests/fuzz/__init__.py", ""), ("tests/fuzz/targets.py", doors)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "tools" / "fuzz_inputs.py", "--count", "20000", "--seed", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "VIOLATION planted: ValueError in targets.py:8 (planted): planted" in done.stdout
    assert "20,000 strings" in done.stdout
