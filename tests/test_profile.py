"""Profiles: the published schema, what is told of faulty ones, editing that keeps comments, the taxonomies."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.compliance.contradictions import shared_aliases
from policymine.compliance.editing import edited, overridden, written
from policymine.compliance.profile import Profile, schema_text
from policymine.compliance.profile_file import check_profile, load_profile, parse_profile
from policymine.compliance.regions import PLACEHOLDERS, regions
from policymine.compliance.taxonomies import fields, industries, kinds
from policymine.errors import ProfileError

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "docs/examples/profiles").glob("*.toml"))


def test_the_published_schema_is_that_of_the_code() -> None:
    published = files("policymine.compliance").joinpath("profile.schema.json").read_text(encoding="utf-8")
    assert published == schema_text()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_have_no_fault_and_name_no_person(path: Path) -> None:
    profile, problems = check_profile(path)
    assert problems == ()
    assert profile is not None
    assert not [post for post in profile.role if post.person]


def test_there_are_six_examples() -> None:
    assert len(EXAMPLES) >= 6
    assert len({load_profile(path).organisation.kind for path in EXAMPLES}) >= 5


def test_an_empty_profile_is_one() -> None:
    profile, problems = parse_profile("")
    assert problems == ()
    assert profile == Profile.model_validate({})


UNDECIDED = '[[override]]\nrequirement_id = "a"\ndecision = "也许"\nreason = "r"\nwho = "w"\nwhen = 2024-01-01\n'
FAULTY = [
    ('id = "a"\n[organisation]\nnmae = "县应急局"\n', 3, "organisation.nmae", "known here: name, aliases, kind, level"),
    ('[organisation]\n\nkind = "burau"\n', 3, "organisation.kind", "department"),
    ('[region]\ncode = "999999"\n', 2, "region.code", "has no division 999999"),
    ('[region]\ncode = "330183"\n', 2, "region.code", "330111"),
    ('[region]\ncode = "62052"\n', 2, "region.code", "pattern"),
    ('[region]\ncode = "620521"\npath = ["云岭省"]\n', 3, "region.path", "甘肃省/天水市/清水县"),
    ('[organisation]\nkind = "school"\nlevel = "county"\n', 3, "organisation.level", "unit"),
    ('[organisation]\naliases = ["安委办", "安委办"]\n', 2, "organisation.aliases", "twice"),
    ('[organisation]\naliases = ["集团"]\n[superiors]\nnames = ["集团"]\n', 2, "organisation.aliases.1", "two bodies"),
    ('[activity]\nsectors = ["炼丹"]\n', 2, "activity.sectors.1", "no field '炼丹'"),
    ('[activity]\nindustry = ["C99"]\n', 2, "activity.industry.1", "C26"),
    ('[[facility]]\nkind = "食堂"\ncount = 2\n[facts]\n"食堂" = false\n', 5, "facts.食堂", "says no, but 2"),
    ('[[facility]]\nkind = "食堂"\n[[facility]]\nkind = "食堂"\n', 1, "facility.1", "twice"),
    ('[[role]]\nname = "班长"\n[[role]]\nname = "组长"\nalso = ["班长"]\n', 1, "role.1", "two posts"),
    ('[[paper]]\nstatus = "repealed"\n', 1, "paper.1", "number or its title"),
    (UNDECIDED, 3, "override.1.decision", "适用"),
    ('id = "a"\n[facts\n', 2, "TOML", "mend the TOML"),
    ('[facts]\n"校车" = "有"\n', 2, "facts.校车", "boolean"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "line", "key", "cure"), FAULTY, ids=[case[2] + str(n) for n, case in enumerate(FAULTY)])
def test_a_fault_is_told_with_line_key_and_cure(content: str, line: int, key: str, cure: str) -> None:
    _, problems = parse_profile(content)
    assert problems
    assert (problems[0].line, problems[0].key) == (line, key)
    assert cure in problems[0].cure


MANY = """id = "a"
nmae = "x"
bad = department
[organisation]
name = 5
kind = "burau"
level = "conty"
aliases = ["安委办", "安委办", 3]
[region]
code = "330183"
[[facility]]
count = "2"
[[facility]]
kind = "食堂"
[[facility]]
kind = "食堂"
[facts]
"校车" = "yes"
"""
ALL = [
    (2, "nmae"), (3, "TOML"), (5, "organisation.name"), (6, "organisation.kind"), (7, "organisation.level"),
    (8, "organisation.aliases"), (8, "organisation.aliases.3"), (10, "region.code"), (11, "facility.1.kind"),
    (12, "facility.1.count"), (13, "facility.2"), (15, "facility.3"), (18, "facts.校车"),
]  # fmt: skip


def test_every_fault_is_told_and_no_other() -> None:
    profile, problems = parse_profile(MANY)
    assert profile is None
    assert [(problem.line, problem.key) for problem in problems] == ALL
    lines = MANY.splitlines()
    mended = {2: "", 3: "", 5: 'name = "县应急局"', 6: 'kind = "department"', 7: 'level = "county"', 8: 'aliases = ["安委办"]'}
    mended |= {10: 'code = "330111"', 12: 'kind = "仓库"', 14: 'kind = "锅炉"', 18: '"校车" = true'}
    assert parse_profile("\n".join(mended.get(number, line) for number, line in enumerate(lines, 1)))[1] == ()


@settings(max_examples=40)
@given(st.sets(st.sampled_from(range(6))))
def test_faults_of_several_keys_hide_none(chosen: set[int]) -> None:
    """Keys that do not touch each other: what each is told alone it is told together."""
    texts = ['nmae = "x"', "role = 3", "region = 3", 'complete = ["no"]', 'calendar = { workdays = "none" }', 'id = "A B"']
    told = [texts[number] for number in sorted(chosen)]
    _, together = parse_profile("\n".join(told))
    alone = [parse_profile(text)[1] for text in told]
    assert [(p.key, p.cure) for p in together] == [(p.key, p.cure) for problems in alone for p in problems]
    assert [p.line for p in together] == list(range(1, len(told) + 1))


@pytest.mark.parametrize("content", ["[organisation\nnmae = 1\n", 'aliases = [\n "a"\nid = "b"\n', "facts = {\n"])
def test_after_a_fault_that_may_change_what_follows_nothing_is_guessed(content: str) -> None:
    profile, problems = parse_profile(content)
    assert profile is None
    assert [problem.key for problem in problems] == ["TOML"]


def test_a_word_is_no_truth_value_and_no_number() -> None:
    for content in ('[facts]\n"校车" = "no"', '[facts]\n"校车" = 0', '[[facility]]\nkind = "食堂"\ncount = "0"'):
        assert len(parse_profile(content)[1]) == 1


def test_keys_that_are_dotted_have_their_line() -> None:
    _, problems = parse_profile('id = "a"\norganisation.level = "county"\norganisation . "kind" = "burau"\n')
    assert [(problem.line, problem.key) for problem in problems] == [(3, "organisation.kind")]


def test_two_profiles_of_one_place_cannot_share_a_name() -> None:
    one, _ = parse_profile('[organisation]\naliases = ["县办"]\n[region]\ncode = "620521"')
    two, _ = parse_profile('[organisation]\naliases = ["县办"]\n[region]\ncode = "620521"')
    far, _ = parse_profile('[organisation]\naliases = ["县办"]\n[region]\ncode = "620522"')
    assert one is not None
    assert two is not None
    assert far is not None
    assert list(shared_aliases({"one": one, "two": two})) == [("县办", "two", "one")]
    assert list(shared_aliases({"one": one, "far": far})) == []


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="profile init"):
        load_profile(tmp_path / "none.toml")


def comments(content: str) -> list[str]:
    return [line[line.index("#") :] for line in content.splitlines() if "#" in line]


HAN = st.text(st.characters(categories=["Lo"], min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=8)


@settings(max_examples=30)
@given(st.sampled_from(EXAMPLES), HAN, st.booleans())
def test_editing_keeps_every_comment_and_says_the_new_fact(path: Path, fact: str, holds: bool) -> None:
    before = path.read_text(encoding="utf-8")
    after = edited(before, f"facts.{fact}", value=holds)
    assert comments(after) == comments(before)
    profile, _ = parse_profile(after)
    assert profile is not None
    assert profile.facts[fact] is holds


def test_a_new_profile_is_commented_and_sound() -> None:
    content = written({"organisation.name": "清水县应急管理局", "organisation.kind": "department", "region.code": "620521"})
    profile, problems = parse_profile(content)
    assert problems == ()
    assert profile is not None
    assert profile.path == ("甘肃省", "天水市", "清水县")
    assert len(comments(content)) > 20


def test_an_override_is_added_without_touching_the_rest() -> None:
    before = EXAMPLES[0].read_text(encoding="utf-8")
    entry = {"requirement_id": "r", "decision": "适用", "reason": "会议明确", "who": "安全科科长", "when": "2024-01-01"}
    after = overridden(overridden(before, entry), {**entry, "requirement_id": "s"})
    assert after.startswith(before.rstrip("\n"))
    profile, problems = parse_profile(after)
    assert problems == ()
    assert profile is not None
    assert [told.requirement_id for told in profile.override] == ["r", "s"]


def test_an_override_takes_the_place_of_an_empty_list_and_says_its_reason() -> None:
    entry = {"requirement_id": "r", "decision": "适用", "reason": " ", "who": "科长", "when": date(2024, 1, 1)}
    profile, problems = parse_profile(overridden("# 我们\noverride = [] # 无\nid = 'a'\n", entry))
    assert profile is not None
    assert [told.requirement_id for told in profile.override] == ["r"]
    assert [(problem.key, problem.cure) for problem in problems] == [("override.1.reason", "is blank; say it")]


def test_who_holds_a_post_changes_no_decision_but_a_fact_does() -> None:
    plain = Profile.model_validate({"role": [{"name": "局长"}]})
    assert plain.fingerprint == Profile.model_validate({"role": [{"name": "局长", "person": "某人"}]}).fingerprint
    assert plain.fingerprint != Profile.model_validate({"role": [{"name": "局长"}], "facts": {"校车": True}}).fingerprint


def test_taxonomies_say_source_and_version() -> None:
    listed = regions()
    assert "GB2260" in listed.source
    assert listed.version
    assert len(listed.codes) > 3300
    for code in listed.codes:
        chain = {f"{code[:2]}0000", f"{code[:4]}00"}
        assert chain <= set(listed.codes) | {f"{code[:4]}00"}
        assert code not in listed.former
        if listed.codes[code] not in PLACEHOLDERS:
            assert listed.path(code)[-1] == listed.codes[code]
    assert len([code for code in industries() if len(code) == 3]) == 97
    assert len([code for code in industries() if len(code) == 1]) == 20
    assert {"危险化学品", "矿山", "建筑施工", "燃气", "道路交通"} <= set(fields().words)
    assert {entry["group"] for entry in kinds().values()} == {
        "government",
        "department",
        "institution",
        "enterprise",
        "village",
    }
