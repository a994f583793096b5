"""Times against tests/specs/times.jsonl (own words; 〔…〕 marks the expected spans), properties, and bad input."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policymine.errors import RuleError
from policymine.extraction.times import calendar
from policymine.extraction.times import scan as time_scan
from policymine.extraction.times.finding import find_issues, find_times
from policymine.extraction.times.lexicon import NUMERALS, openings, starts
from policymine.extraction.times.reference import Reference
from policymine.extraction.times.scan import PHRASE, every, scan, scanned
from policymine.extraction.times.timex import resolve
from policymine.model import Span
from policymine.rules import load, match_span, parse
from tests.growth import grows_in_proportion

SPECS = [
    json.loads(line) for line in (Path(__file__).parent / "specs" / "times.jsonl").read_text(encoding="utf-8").splitlines()
]
MARK = re.compile("〔([^〔〕]*)〕")
CHARACTERS = "今明昨年月日号前后内起至到底初0123456789一二三十百每周天个工作季度期间上下午点时分：:-—/.,，。 第旬半XxX節後農曆"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:24])
def test_spec(spec):
    text = spec["text"] if spec.get("skip_span") else MARK.sub(r"\1", spec["text"])
    found = find_times(text, issued_on=spec["issued_on"])
    if not spec.get("skip_span"):
        assert [t.text for t in found] == MARK.findall(spec["text"])
    for time_, (type_, value, mod, role) in zip(found, spec["times"], strict=True):
        assert (time_.type, time_.value, time_.mod) == (type_, value, mod)
        assert role in ("*", time_.role)
    if "interval" in spec:
        interval = found[0].interval
        sides = (interval.begin, interval.end)
        assert [x and x.isoformat() for x in sides] == spec["interval"]
    if "anchor" in spec:
        assert found[0].anchor == spec["anchor"]
    if "rrule" in spec:
        assert found[0].rrule == spec["rrule"]


@given(
    st.text(alphabet=CHARACTERS, max_size=60),
    st.sampled_from([None, "2022", "2022-02", "2022-02-28", "2024-02-29T23:59:59", "x"]),
)
@settings(max_examples=400, deadline=None)
def test_any_text_gives_quoted_disjoint_times(text, issued_on):
    last = 0
    for found in find_times(text, issued_on=issued_on):
        assert found.text == text[found.span.start : found.span.end] != ""
        assert found.span.start >= last
        last = found.span.end
        if found.interval and found.interval.begin and found.interval.end:
            assert found.interval.begin <= found.interval.end


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
@settings(max_examples=200, deadline=None)
def test_every_written_date_reads_as_itself(day):
    (found,) = find_times(f"于{day.year}年{day.month}月{day.day}日印发")
    assert found.value == day.isoformat()
    assert found.interval.begin == datetime(day.year, day.month, day.day)


@given(st.integers(1, 9999), st.integers(1, 12), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_no_date_is_invented(year, month, day):
    found = resolve({"year": year, "month": month, "day": day}, Reference())
    try:
        real = date(year, month, day)
    except ValueError:
        assert found is None
    else:
        assert year == 9999 or (found and found.value == real.isoformat())


@given(st.text(max_size=80))
def test_the_scanned_copy_has_the_length_of_the_text(text):
    assert len(scanned(text)) == len(text)


@pytest.mark.parametrize(
    "text", ["2月30日", "13月1日", "4月31日前", "2021年2月29日", "上午25时", "第五季度", "0年3月5日", "每月35日前"]
)
def test_an_impossible_date_is_an_issue(text):
    assert find_times(text, issued_on="2022-01-05") == ()
    (issue,) = find_issues(text)
    assert issue.code == "times.impossible"


def test_possible_dates_are_no_issue():
    assert find_issues("2月28日前，每月5日前，30日内") == ()


@pytest.mark.parametrize(
    "piece", ["1", "一", "七1", "每", "年月日", "３月後", "X", "2022年", "前后", "至到", "今天", "X月", "、3日"]
)
def test_the_time_grows_with_the_length_only(piece):
    assert grows_in_proportion(lambda text: find_times(text, issued_on="2022-01-05"), piece, short=1_000)


def test_working_days_know_the_make_up_days():
    assert calendar.add_workdays(date(2022, 1, 28), 5) == (date(2022, 2, 9), True)
    assert calendar.add_workdays(date(2035, 1, 5), 1) == (date(2035, 1, 8), False)
    assert calendar.add_workdays(date(2022, 2, 9), -5).day == date(2022, 1, 28)


def test_working_days_beyond_the_calendar_are_flagged():
    assert find_issues("5个工作日内回复", issued_on="2022-01-28") == ()
    (issue,) = find_issues("请在5个工作日内回复", issued_on="2035-01-08")
    assert issue.code == "times.uncertain-workdays"
    assert issue.where == Span(2, 8)
    (found,) = find_times("5个工作日内回复", issued_on="2035-01-08")
    assert found.interval.end == datetime(2035, 1, 16)


def test_feasts_fall_where_the_calendars_put_them():
    days = {name: calendar.named_days(name, 2024).begin for name in ("春节", "清明节", "端午节", "中秋节", "母亲节", "复活节")}
    assert days == {
        "春节": date(2024, 2, 10),
        "清明节": date(2024, 4, 4),
        "端午节": date(2024, 6, 10),
        "中秋节": date(2024, 9, 17),
        "母亲节": date(2024, 5, 12),
        "复活节": date(2024, 3, 31),
    }


RULES = load("policymine.extraction.times", "times")


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_every_rule_starts_as_it_declares(rule):
    """What a rule matches in its examples starts with a numeral or with one of its openings: else a long text would hide it."""
    declared = tuple(openings(rule))
    for example in rule.yes:
        text = MARK.sub(r"\1", example)
        for match in rule.spans(text):
            at = match_span(match)[0]
            assert text[at] in starts(rule)
            assert text[at] in NUMERALS or text[at:].startswith(declared), text[at:]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:24])
def test_a_long_text_hides_no_start(spec, monkeypatch):
    """What is found from the openings of a long text is what is found when every character is tried."""
    text = scanned(MARK.sub(r"\1", spec["text"]) + "。" + "其他事项照旧办理。" * (PHRASE // 8))
    found = scan(text)
    monkeypatch.setattr(time_scan, "opened", every)
    assert scan(text) == found


def test_a_rule_whose_start_is_not_declared_is_refused():
    rules = parse(
        '[[rule]]\nid = "times.x"\nfind = "初三"\ngives = { kind = "moment", starts = ["digit"] }\n'
        'yes = ["〔初三〕"]\nno = ["三"]\nwhy = "x"',
        stem="times",
    )
    with pytest.raises(RuleError, match="starts with a character"):
        starts(rules.rules[0])
