"""`times` and `quantities`: readings at the terminal, why they are so, and what a wrong date or an empty phrase does."""

import pytest
import typer

from policymine.cli.phrases import checked_date

from .conftest import Run

ORDER = "各镇务必于月底前报送，每周调度一次，自发布之日起30日内办结。"


def test_times_are_read_against_the_date_given(run: Run) -> None:
    ran = run("times", ORDER, "--issued-on", "2022-02-03", "--json")
    assert ran.code == 0
    by, weekly, within = ran.objects
    assert (by["text"], by["value"], by["mod"], by["role"]) == ("月底前", "2022-02-28", "ON_OR_BEFORE", "deadline")
    assert by["interval"] == {"begin": None, "end": "2022-03-01T00:00:00"}
    assert (weekly["type"], weekly["rrule"], weekly["role"]) == ("SET", "FREQ=WEEKLY", "frequency")
    assert (within["value"], within["anchor"], within["rule"]) == ("P30D", "自发布之日起", "times.duration")
    for reading in ran.objects:
        assert ORDER[reading["start"] : reading["end"]] == reading["text"]
        assert reading["why"]
        assert reading["resolved_against"] == "2022-02-03"


def test_a_reading_is_explained(run: Run) -> None:
    ran = run("times", ORDER, "--issued-on", "2022-02-03")
    assert ran.code == 0
    for said in (
        "月底前  5–8", "ON_OR_BEFORE: ends with it", "deadline: to be done by then", "[…, 2022-03-01T00:00:00)",
        "times.moment-word: the word 月底: edge END", "issued on 2022-02-03", "自发布之日起", "a number with a unit",
    ):  # fmt: skip
        assert said in ran.out, said


def test_without_a_date_it_stays_open(run: Run) -> None:
    ran = run("times", "请于月底前报送")
    assert "XXXX" in ran.out
    assert "no date of issue" in ran.out
    assert run("times", "请于月底前报送", "--json").objects[0]["interval"] is None


def test_amounts_are_read_and_explained(run: Run) -> None:
    text = "第一时间上报，落实三个一律，每万人口不少于20个床位，3—11岁人群接种率95%以上"
    ran = run("quantities", text, "--json")
    assert ran.code == 0
    beds, age, rate = ran.objects
    assert (beds["value"], beds["unit"], beds["mod"], beds["base"]) == ("20", "个", "EQUAL_OR_MORE", "每万人口")
    assert (age["value"], age["value_to"], age["unit"]) == ("3", "11", "岁")
    assert (rate["value"], rate["unit"], rate["mod"]) == ("95", "%", "EQUAL_OR_MORE")
    shown = run("quantities", text)
    assert "quantities.range: from … to" in shown.out
    assert "EQUAL_OR_MORE: at least" in shown.out
    assert "left out '第一时间' (0–4): a time" in shown.err
    assert "left out '三个一律' (9–13): a slogan" in shown.err


@pytest.mark.parametrize(("command", "said"), [("times", "no time expression"), ("quantities", "no amount")])
def test_nothing_found_is_said_and_is_no_failure(run: Run, command: str, said: str) -> None:
    ran = run(command, "加强组织领导")
    assert (ran.code, ran.out) == (0, "")
    assert said in ran.err


def test_an_impossible_date_is_an_issue_with_its_place(run: Run) -> None:
    ran = run("times", "请于2月30日前报送", "--issued-on", "2022-01-05")
    assert (ran.code, ran.out) == (0, "")
    assert "times.impossible (2–8): there is no such date or hour: 2月30日前" in ran.err


@pytest.mark.parametrize("command", ["times", "quantities"])
def test_a_wrong_date_is_a_wrong_command_line(run: Run, command: str) -> None:
    ran = run(command, "月底前", "--issued-on", "2022-02-30")
    assert ran.code == 2
    assert "is no date" in ran.err


@pytest.mark.parametrize("date", ["2022-13-01", "22-1-1", "2022-1", "昨天", "", "2022-01-05T", "0000", "2022-01-05T25:00"])
def test_what_is_no_date_is_refused(date: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no date"):
        checked_date(date)


@pytest.mark.parametrize("date", [None, "2022", "2022-01", "2024-02-29", "2022-01-17T08:30", "2022-01-17T08:30:00"])
def test_a_date_may_be_coarse(date: str | None) -> None:
    assert checked_date(date) == date
