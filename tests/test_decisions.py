"""Decisions of a whole table: kept with their hashes, made anew only for what changed, explained, set side by side."""

import importlib.util
import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from policymine.cli.main import app
from policymine.compliance.conflicts import conflicts
from policymine.compliance.decisions import decided, refresh, stored
from policymine.compliance.gaps import gaps
from policymine.compliance.profile import Profile
from policymine.compliance.profile_file import load_profile
from policymine.compliance.requirement import Paper, Requirement
from policymine.model import Card
from policymine.table import schema
from policymine.table.dialect import writing
from policymine.table.store import Table

from .conftest import NewDatabase

ROOT = Path(__file__).parent.parent
PROFILE = ROOT / "docs/examples/profiles/county_emergency_bureau.toml"
DAY, NOW = date(2024, 12, 31), datetime(2025, 1, 1, tzinfo=UTC)
NAMES = ("p101_jianghua_101", "p205_tongzhi_205", "p208_tongzhi_214")


def table_maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_decisions_table", ROOT / "benchmarks" / "decisions_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = table_maker()
PAPERS = [json.loads((ROOT / f"corpora/gold/{name}.json").read_text(encoding="utf-8")) for name in NAMES]

ALL_PAPERS = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "corpora/gold").glob("p*.json"))[::6]]


@pytest.fixture
def table(url: str):
    with Table.open(url) as opened:
        MAKER.fill(opened, 40, run=1, papers=PAPERS)
        yield opened


@pytest.fixture
def profile() -> Profile:
    return load_profile(PROFILE)


def again(table: Table, profile: Profile, *, day: date = DAY):
    return refresh(table, profile, as_of=day, now=NOW)


def kept(table: Table) -> list:
    c = schema.decisions.c
    with table.engine.connect() as connection:
        return connection.execute(
            sa.select(c.requirement_id, c.decision, c.facet, c.requirement_hash, c.profile_hash, c.rules_hash)
        ).all()


def test_everything_is_decided_once_and_then_nothing(table: Table, profile: Profile) -> None:
    first = again(table, profile)
    assert (first.decided, first.whole) == (40, True)
    assert all(all(row) for row in kept(table))
    second = again(table, profile)
    assert (second.decided, second.whole) == (0, False)
    assert len(kept(table)) == 40


def test_a_night_decides_only_what_is_new_and_ends_as_if_all_were_decided(
    table: Table, profile: Profile, new_url: NewDatabase
) -> None:
    again(table, profile)
    MAKER.fill(table, 7, run=2, papers=PAPERS)
    night = again(table, profile)
    assert (night.decided, night.whole) == (7, False)
    with Table.open(new_url()) as other:
        MAKER.fill(other, 40, run=1, papers=PAPERS)
        MAKER.fill(other, 7, run=2, papers=PAPERS)
        again(other, profile)
        assert sorted(kept(other)) == sorted(kept(table))


def test_a_withdrawn_requirement_loses_its_decision(table: Table, profile: Profile) -> None:
    again(table, profile)
    gone = next(iter(stored(table, profile)))
    with writing(table.engine) as connection:
        connection.execute(sa.insert(schema.runs).values(id=2, kind="ingest", status="published", started=MAKER.WHEN))
        d = schema.directives.c
        connection.execute(sa.update(schema.directives).where(d.requirement_id == gone).values(withdrawn_run=2))
        connection.execute(sa.update(schema.published_run).values(run_id=2))
    again(table, profile)
    assert gone not in stored(table, profile)
    assert len(kept(table)) == 39


def test_another_profile_text_or_an_earlier_day_decides_all(table: Table, profile: Profile) -> None:
    again(table, profile)
    changed = profile.model_copy(update={"facts": {"重大危险源": True}})
    changed.__dict__.pop("fingerprint", None)
    assert again(table, changed).whole
    assert not again(table, changed).whole
    assert again(table, changed, day=date(2020, 1, 1)).whole


def test_what_is_kept_is_what_is_decided(table: Table, profile: Profile) -> None:
    again(table, profile)
    full = {requirement.id: decision for requirement, decision in decided(table, profile, as_of=DAY)}
    assert stored(table, profile) == full


OPEN = ("待确认", "有条件适用")


def unsettled(table: Table, profile: Profile) -> dict[str, str]:
    found = decided(table, profile, as_of=DAY)
    return {requirement.id: decision.answer for requirement, decision in found if decision.answer in OPEN}


def test_gaps_count_what_they_would_settle(table: Table, profile: Profile) -> None:
    found = gaps(decision for _, decision in decided(table, profile, as_of=DAY))
    assert found
    order = [(gap.settles, gap.touches) for gap in found]
    assert order == sorted(order, reverse=True)
    assert all(gap.settles <= gap.touches for gap in found)
    assert len({(gap.key, gap.question) for gap in found}) == len(found)


def test_a_fact_that_is_told_settles_as_many_as_gaps_promised(url: str) -> None:
    with Table.open(url) as opened:
        MAKER.fill(opened, 300, run=1, papers=ALL_PAPERS)
        told = 0
        for name in ("county_emergency_bureau", "hazchem_plant"):
            profile = load_profile(PROFILE.parent / f"{name}.toml")
            before = unsettled(opened, profile)
            for gap in gaps(decision for _, decision in decided(opened, profile, as_of=DAY)):
                if gap.settles and gap.key.startswith("facts."):
                    knows = {**profile.facts, gap.key.removeprefix("facts."): True}
                    after = unsettled(opened, Profile.model_validate({**profile.model_dump(by_alias=True), "facts": knows}))
                    assert len(before) - len(after) >= gap.settles, gap
                    told += 1
        assert told >= 3


def test_what_an_empty_profile_lacks_is_one_fact_a_key(table: Table) -> None:
    found = gaps(decision for _, decision in decided(table, Profile.model_validate({}), as_of=DAY))
    keys = [gap.key for gap in found]
    for key in ("organisation.kind", "region"):
        assert keys.count(key) == 1
    kind = next(gap for gap in found if gap.key == "organisation.kind")
    assert kind.question == "画像没有写我单位的类型，请填写。"


def test_no_gap_asks_for_what_is_written(table: Table, profile: Profile) -> None:
    keys = {gap.key for gap in gaps(decision for _, decision in decided(table, profile, as_of=DAY))}
    assert not keys & {"organisation.name", "organisation.kind", "organisation.level", "region"}


def stated(identity: str, text: str, *, level: str, issued_on: str) -> Requirement:
    card = Card(title=identity, level=level, issued_on=issued_on)  # type: ignore[arg-type]
    return Requirement(identity, identity, text, 0, "obligation", (), None, (), (), Paper(identity, card))


def test_requirements_that_differ_stand_side_by_side() -> None:
    city = stated("a", "企业每季度至少开展一次应急演练并留存记录", level="city", issued_on="2022-01-01")
    county = stated("b", "企业每半年至少开展2次应急演练并留存记录", level="county", issued_on="2022-05-01")
    newer = stated("c", "企业每月至少开展三次应急演练并留存记录", level="county", issued_on="2023-05-01")
    same = stated("d", "企业每季度至少开展一次应急演练并留存记录", level="county", issued_on="2022-06-01")
    other = stated("e", "学校加强食堂管理", level="city", issued_on="2022-06-01")
    found = conflicts((city, county, newer, other))
    assert {(c.first.id, c.second.id, c.relation) for c in found} == {
        ("a", "b", "上下级"),
        ("a", "c", "上下级"),
        ("c", "b", "新旧"),
    }
    assert conflicts((city, same)) == ()


def test_the_commands_say_why_and_refuse_unknown_ids(table: Table, url: str) -> None:
    assert table
    run = CliRunner()
    asked = ["--profile", str(PROFILE), "--as-of", "2024-12-31"]
    wanted = ["--decision", "适用", "--decision", "不适用", "--json"]
    listed = run.invoke(app, ["--database", url, "checklist", *asked, *wanted])
    lines = [json.loads(line) for line in listed.output.splitlines() if line.startswith("{")]
    assert {line["decision"] for line in lines} == {"适用", "不适用"}
    assert all(line["reason"] for line in lines)
    told = run.invoke(app, ["--database", url, "why", lines[0]["requirement_id"], *asked])
    assert told.exit_code == 0, told.output
    assert "结论：" in told.output
    assert "“" in told.output
    unknown = run.invoke(app, ["--database", url, "why", "nothing", "--profile", str(PROFILE)])
    assert getattr(unknown.exception, "exit_code", None) == 2


def test_init_check_and_set(tmp_path: Path) -> None:
    run, path = CliRunner(), tmp_path / "office.toml"
    flags = ["--name", "清水县应急管理局", "--kind", "department", "--level", "county", "--region", "620521"]
    made = run.invoke(app, ["profile", "init", str(path), *flags])
    assert made.exit_code == 0, made.output
    assert run.invoke(app, ["profile", "check", str(path)]).exit_code == 0
    before = path.read_text(encoding="utf-8")
    assert run.invoke(app, ["profile", "set", str(path), "facts.重大危险源=true"]).exit_code == 0
    assert load_profile(path).facts == {"重大危险源": True}
    refused = run.invoke(app, ["profile", "set", str(path), "region.code=330183"])
    assert getattr(refused.exception, "exit_code", None) == 3
    assert "330183" not in path.read_text(encoding="utf-8")
    path.write_text(before.replace('kind = "department"', 'kind = "burau"'), encoding="utf-8")
    faulty = run.invoke(app, ["profile", "check", str(path)])
    assert faulty.exit_code == 3
    assert "organisation.kind" in faulty.output


def test_an_override_is_kept_on_the_requirement_and_told_where_none_has_its_id(table: Table, url: str, tmp_path: Path) -> None:
    run, path = CliRunner(), tmp_path / "office.toml"
    path.write_text(PROFILE.read_text(encoding="utf-8"), encoding="utf-8")
    asked = ["--profile", str(path), "--as-of", "2024-12-31", "--json"]
    told = ["--reason", "会议明确", "--who", "科长", "--decision"]

    def listed(decision: str) -> dict[str, dict]:
        found = run.invoke(app, ["--database", url, "checklist", *asked, "--decision", decision])
        lines = [json.loads(line) for line in found.output.splitlines() if line.startswith("{")]
        return {line["requirement_id"]: line for line in lines}

    chosen = next(iter(listed("不适用").values()))
    for decision in ("适用", "待确认"):
        done = run.invoke(app, ["--database", url, "profile", "override", str(path), chosen["row_id"], *told, decision])
        assert done.exit_code == 0, done.output
        entry = listed(decision)[chosen["requirement_id"]]
        assert (entry["override"]["reason"], entry["override"]["who"]) == ("会议明确", "科长")
        assert entry["override"]["when"]
    assert [entry.decision for entry in load_profile(path).override] == ["待确认"]
    before = path.read_text(encoding="utf-8")
    unknown = run.invoke(app, ["--database", url, "profile", "override", str(path), "nosuch", *told, "适用"])
    assert getattr(unknown.exception, "exit_code", None) == 2
    assert path.read_text(encoding="utf-8") == before
    path.write_text(before.replace(chosen["requirement_id"], chosen["row_id"]), encoding="utf-8")
    warned = run.invoke(app, ["--database", url, "checklist", *asked])
    assert f"no requirement has the id {chosen['row_id']}" in warned.output


def test_init_asks_again_what_is_wrong_and_loses_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "office.toml"
    said = [
        "石桥镇人民政府",
        "镇政府、镇里",
        "goverment",
        "government",
        "township",
        "330183",
        "620521",
        "石桥镇",
        "炼丹",
        "消防，燃气",
    ]
    monkeypatch.setattr("policymine.cli.compliance.asks_on", lambda surface: True)
    made = CliRunner().invoke(app, ["profile", "init", str(path)], input="\n".join(said) + "\n")
    assert made.exit_code == 0, made.output
    for cure in ("no kind 'goverment'", "330111", "no field '炼丹'"):
        assert cure in made.output
    profile = load_profile(path)
    assert profile.organisation.aliases == ("镇政府", "镇里")
    assert profile.path == ("甘肃省", "天水市", "清水县", "石桥镇")
    assert profile.activity.sectors == ("消防", "燃气")
    assert '# kind = "department"' not in path.read_text(encoding="utf-8")


def test_init_and_set_tell_every_fault_and_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    made = CliRunner().invoke(
        app, ["profile", "init", str(path), "--kind", "burau", "--region", "330183", "--level", "township"]
    )
    assert getattr(made.exception, "exit_code", None) == 3
    assert all(key in str(made.exception) for key in ("organisation.kind", "region.code"))
    assert not path.exists()


def test_a_name_of_two_bodies_is_told_with_its_line(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text('[organisation]\nname = "清水县安全生产办公室"\naliases = ["县安办"]\n', encoding="utf-8")
    two.write_text('id = "b"\n[organisation]\naliases = ["县安办"]\n[superiors]\nnames = ["县安办"]\n', encoding="utf-8")
    told = CliRunner().invoke(app, ["profile", "check", "--json", str(one), str(two)])
    assert told.exit_code == 3
    lines = [json.loads(line) for line in told.output.splitlines() if line.startswith("{")]
    assert [(line["file"], line["line"], line["key"]) for line in lines] == [
        (str(two), 3, "organisation.aliases.1"), (str(two), 3, "organisation.aliases"),
    ]  # fmt: skip
