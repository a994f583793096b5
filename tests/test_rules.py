"""Rules are data with proof: the loader refuses what lacks it, and every packaged rule file is proven."""

from pathlib import Path

import pytest

from policymine.errors import RuleError
from policymine.rules import fingerprint, load, parse, rule_files

GOOD = {
    "id": '"demo.must"',
    "find": "'必须'",
    "yes": '["各镇〔必须〕落实"]',
    "no": '["各镇要落实"]',
    "why": '"the plain deontic word"',
}


def rule_file(**changes: str | None) -> str:
    entry = {**GOOD, **changes}
    return "[[rule]]\n" + "\n".join(f"{key} = {value}" for key, value in entry.items() if value is not None)


def test_a_whole_rule_loads() -> None:
    assert [rule.id for rule in parse(rule_file(), stem="demo")] == ["demo.must"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"yes": None}, "lacks 'yes'"),
        ({"no": None}, "lacks 'no'"),
        ({"no": "[]"}, "lacks 'no'"),
        ({"why": None}, "lacks 'why'"),
        ({"find": None}, "lacks 'find'"),
        ({"find": "'必须|'"}, "matches the empty text"),
        ({"find": "'必须('"}, "does not compile"),
        ({"find": "'严禁'"}, "gives \\[\\]"),
        ({"find": "'{nowhere}必须'"}, "no part 'nowhere'"),
        ({"id": '"other.must"'}, "start with 'demo'"),
        ({"colour": '"red"'}, "unknown keys \\['colour'\\]"),
        ({"yes": '["各镇必〔须落〕实"]'}, "mend the pattern or the example"),
        ({"no": '["各镇必须落实"]'}, "which it must not"),
    ],
)
def test_a_fault_is_refused_by_name(fault: dict[str, str | None], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        parse(rule_file(**fault), stem="demo")


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(RuleError, match="stands twice"):
        parse(rule_file() + "\n" + rule_file(), stem="demo")


def test_an_unmarked_example_must_match() -> None:
    with pytest.raises(RuleError, match="gives"):
        parse(rule_file(yes='["各镇要落实吧"]', no='["无"]'), stem="demo")


def test_a_document_number_may_stand_inside_a_mark() -> None:
    rules = parse(rule_file(find="'清政发〔\\d{4}〕\\d+号'", yes='["见〔清政发〔2021〕3号〕"]'), stem="demo")
    assert len(rules.rules) == 1


def test_fingerprint_sees_content_not_layout() -> None:
    assert fingerprint(rule_file()) == fingerprint("# a comment\n" + rule_file())
    assert fingerprint(rule_file()) != fingerprint(rule_file(why='"another reason"'))


RULE_FILES = [
    found for package in ("policymine.extraction", "policymine.cleaning", "policymine.table") for found in rule_files(package)
]


@pytest.mark.parametrize(("package", "stem"), RULE_FILES)
def test_every_packaged_rule_file_is_proven(package: str, stem: str) -> None:
    loaded = load(package, stem)
    assert loaded.rules or loaded.lexicons or loaded.parts


def test_what_a_rule_says_it_needs_hides_none_of_its_matches() -> None:
    texts = [path.read_text("utf-8") for path in sorted((Path(__file__).parents[1] / "corpora/gold").glob("*.txt"))]
    needy = [rule for package, stem in RULE_FILES for rule in load(package, stem) if rule.needs is not None]
    assert needy
    for rule in needy:
        for text in texts:
            for stretch in (text, text[:600], text[-260:]):
                assert rule.possible(stretch) or rule.find.search(stretch) is None, (rule.id, stretch)
