"""What may stand behind a numeral is said of every rule without hiding a match of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policymine.extraction.quantities import finding as quantities
from policymine.extraction.times import lexicon as times
from policymine.extraction.times.scan import scanned
from policymine.rules import load
from policymine.text.pattern_runs import behind

GOLD = sorted((Path(__file__).parents[1] / "corpora/gold").glob("*.txt"))
RUNS = {"times": times.NUMERALS, "quantities": quantities.RUNNING}


@pytest.mark.parametrize("stem", RUNS)
def test_no_match_has_another_character_behind_its_run(stem: str) -> None:
    run = re.compile(f"[{re.escape(RUNS[stem])}]*")
    texts = [scanned(path.read_text(encoding="utf-8")) for path in GOLD]
    told = 0
    for rule in load(f"policymine.extraction.{stem}", stem):
        allowed = behind(rule.find, frozenset(RUNS[stem]))
        for text in [*texts, *(re.sub("[〔〕]", "", example) for example in rule.yes)] if allowed is not None else ():
            for match in rule.find.finditer(text):
                stop = run.match(text, match.start()).end()  # type: ignore[union-attr]
                assert text[stop : stop + 1] in allowed, (rule.id, match[0])
                told += 1
    assert told > 500


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("[0-9]+年", "年"),
        ("[0-9]+(?:[年月]|个 ?月)", "年月个"),
        ("第[0-9]条", "第"),
        ("[0-9]{1,2}(?=日)日?[前后]", "日前后"),
        ("[0-9]{4}", None),
        ("[0-9]+[^年]", None),
        (r"[0-9]+\s?年", None),
    ],
)
def test_the_first_character_outside_a_run_is_told(pattern: str, allowed: str | None) -> None:
    assert behind(re.compile(pattern), frozenset("0123456789")) == (None if allowed is None else frozenset(allowed))
