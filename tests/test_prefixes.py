"""The table of first characters never hides a match: what it finds is what the patterns themselves find."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine import rules
from policymine.extraction.directives.classifier import model, pairs
from policymine.extraction.directives.scanning import hits_of
from policymine.extraction.prefixes import Finder, Prefixes, heads
from policymine.text.pattern_needs import guided

PACKAGE = "policymine.extraction.directives"
STEMS = ("deontics", "directives", "deeds")
RULES = [rule for stem in STEMS for rule in rules.load(PACKAGE, stem)]
PATTERNS = {rule.id: rule.find for rule in RULES}
FINDERS = [Finder({rule.id: rule.find for rule in rules.load(PACKAGE, stem)}) for stem in STEMS]
GUIDED = {name: guided(pattern) for name, pattern in PATTERNS.items()}
SAMPLES = [re.sub("[〔〕]", "", sample) for rule in RULES for sample in (*rule.yes, *rule.no)]
TEXTS = st.lists(st.sampled_from(SAMPLES) | st.text("要应不得的了2年\n。，“”（٣𝟗é😀", max_size=5), max_size=8).map("".join)


@pytest.mark.parametrize("name", PATTERNS)
def test_every_match_starts_at_a_mark(name: str) -> None:
    text = "".join(SAMPLES)
    marked = set(Prefixes({name: [PATTERNS[name].pattern]}).marks(text).positions(name))
    assert marked
    assert {match.start() for match in PATTERNS[name].finditer(text)} <= marked


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(0, 20), st.integers(0, 60))
def test_finds_what_the_pattern_finds(text: str, start: int, end: int) -> None:
    for finder in FINDERS:
        read = finder.read(text)
        for name, pattern in finder.patterns.items():
            found, wanted = read.search(name, start, end), pattern.search(text, start, end)
            assert (found and found.span()) == (wanted and wanted.span()), name


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(0, 20), st.integers(0, 60))
def test_a_guided_pattern_finds_what_the_plain_one_finds(text: str, start: int, end: int) -> None:
    for name, pattern in PATTERNS.items():
        found, wanted = GUIDED[name].search(text, start, end), pattern.search(text, start, end)
        assert (found and found.span()) == (wanted and wanted.span()), name
        assert [m.span() for m in GUIDED[name].finditer(text)] == [m.span() for m in pattern.finditer(text)], name


def test_most_patterns_can_be_guided() -> None:
    assert sum(GUIDED[name].pattern != PATTERNS[name].pattern for name in PATTERNS) > len(PATTERNS) / 2


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("必须|务必", {("必", "须"), ("务", "必")}),
        ("(?<!不)要(?!求)", {("要",)}),
        ("(?P<who>各)?县", {("各", "县"), ("县",)}),
        ("[一-丁]+是", {("一丁", "一丁"), ("一丁", "是")}),
        ("年{2}底", {("年", "年")}),
        ("年{0,1}底", {("年", "底"), ("底",), ("年", "年")}),
        ("[^，]日", {(".", "日")}),
        (r"\(一\)", {("(", "一")}),
        ("前$", {("前",)}),
    ],
)
def test_heads(pattern: str, wanted: set[tuple[str, ...]]) -> None:
    assert heads(pattern) == wanted


@pytest.mark.parametrize("text", ["同志们:\U00010000", "\U00010000要做好\U00020000工作。", "٣月底前要报送٣份台账。"])
def test_characters_beyond_the_basic_plane_and_other_digits_are_read(text: str) -> None:
    assert all(hit.start < hit.end for hit in hits_of(text))


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(0, 20), st.integers(0, 60))
def test_pairs_of_characters_weigh_what_the_model_says(text: str, start: int, length: int) -> None:
    weights = model("operational").weights
    end = min(start + length, len(text))
    inside = {text[at : at + 2] for at in range(start, end - 1)}
    wanted = sum(weights.get(pair, 0.0) for pair in inside)
    weighed = pairs("operational").weights([text, text[start:end], "", text[start:end] + "\n"])
    assert weighed[1::2] == pytest.approx([wanted, wanted], abs=1e-9)
    assert weighed[2] == 0
