"""Applicability: cases as data, the laws of three values, redaction, empty profiles, the decision gold."""

import importlib.util
import json
import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.compliance import applicability
from policymine.compliance.applicability import Decision, Judge
from policymine.compliance.facets import place
from policymine.compliance.profile import Profile
from policymine.compliance.profile_file import load_profile
from policymine.compliance.requirement import Paper, Period, Requirement
from policymine.compliance.standing import term_of
from policymine.compliance.taxonomies import PACKAGE
from policymine.compliance.verdict import ANSWERS, conjunction, disjunction
from policymine.compliance.why import reasons, sentence
from policymine.model import Bearer, Card, Span
from policymine.rules import load

ROOT = Path(__file__).parent.parent
AS_OF = date(2024, 12, 31)
SPECS = [json.loads(line) for line in (ROOT / "tests/specs/applicability.jsonl").read_text(encoding="utf-8").splitlines()]
PROFILES = {path.stem: load_profile(path) for path in sorted((ROOT / "docs/examples/profiles").glob("*.toml"))}
EMPTY = Profile.model_validate({})


def benchmark() -> ModuleType:
    """benchmarks/decisions.py, which is no package."""
    name = "benchmarks_decisions"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / "decisions.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def requirement(said: dict) -> Requirement:
    text = said["text"]
    found = [(name, text.find(name)) for name in said["bearers"]]
    bearers = tuple(Bearer(name, span=Span(at, at + len(name)) if at >= 0 else None) for name, at in found)
    card = Card(
        title=said.get("title"), kind=said.get("kind", "notice"), issued_on=said.get("issued_on", "2022-01-05"),
        region=said["region"], level=said["level"], issuer=said["issuer"], audience=said.get("audience"),
    )  # fmt: skip
    periods = (Period(*said["period"]),) if "period" in said else ()
    return Requirement(
        "r1", "row1", text, 0, said.get("modality", "obligation"), bearers, said.get("condition"), periods, (),
        Paper("p", card, term=term_of("", card)), context=said.get("context", ""),
    )  # fmt: skip


@pytest.mark.parametrize("said", SPECS, ids=lambda said: f"{said['profile']}-{said['text'][:12]}-{said['facet']}")
def test_cases(said: dict) -> None:
    decision = Judge(PROFILES[said["profile"]], as_of=AS_OF).decide(requirement(said))
    assert (decision.answer, decision.facet) == (said["answer"], said["facet"]), list(reasons(decision))
    if "rule" in said:
        assert said["rule"] in {verdict.rule for verdict in decision.verdicts if verdict.facet == said["facet"]}


TRUTH = st.sampled_from([True, False, None])


@given(st.lists(TRUTH).map(tuple), TRUTH)
def test_kleene(values: tuple, more: bool | None) -> None:
    both = conjunction((*values, more))
    assert both is (False if False in (*values, more) else None if None in (*values, more) else True)
    turned = tuple(None if value is None else not value for value in values)
    whole = conjunction(values)
    assert disjunction(turned) == (None if whole is None else not whole)


def gold() -> list[Requirement]:
    made = benchmark()
    names = sorted(path.stem for path in (ROOT / "corpora/gold").glob("*.json"))
    return [made.requirement_of(name, entry["start"]) for name in names for entry in made.paper_of(name)[0]["directives"]]


def test_an_empty_profile_refuses_nothing_but_what_is_over() -> None:
    judge = Judge(EMPTY, as_of=AS_OF)
    decided = [judge.decide(found) for found in gold()]
    assert {decision.facet for decision in decided if decision.answer == "不适用"} <= {"时段"}
    assert any(decision.answer == "不适用" for decision in decided)
    assert not [decision for decision in decided if decision.answer in ("适用", "有条件适用")]


def redacted(found: Requirement) -> Requirement:
    card = found.paper.card
    hidden = Card(title=card.title, kind=card.kind, issued_on=card.issued_on, region="X县", level="county", issuer="X县县长")
    return Requirement(
        found.id, found.row_id, found.text, found.start, found.modality, found.bearers, found.condition, found.periods, (),
        Paper(found.id, hidden),
    )  # fmt: skip


def refused_by_redaction() -> list[Decision]:
    decided = [Judge(profile, as_of=AS_OF).decide(redacted(found)) for profile in PROFILES.values() for found in gold()[::7]]
    return [
        d
        for d in decided
        if any(v.facet == "地域" and v.value is False and v.rule != "place.bearer-elsewhere" for v in d.verdicts)
    ]


def test_a_redacted_place_is_unknown_never_no() -> None:
    assert refused_by_redaction() == []


def test_a_redaction_that_is_overlooked_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "REDACTED", re.compile("(?!)"))
    assert refused_by_redaction() != []


def test_every_verdict_quotes_what_stands_there_and_has_its_sentence() -> None:
    made = benchmark()
    for profile in PROFILES.values():
        judge = Judge(profile, as_of=AS_OF)
        for found in gold()[::5]:
            text = made.paper_of(found.paper.id)[0]["text"]
            for verdict in judge.decide(found).verdicts:
                assert sentence(verdict).endswith(("。", "？"))
                if verdict.quote and verdict.quote.start is not None:
                    shown = text[verdict.quote.start : verdict.quote.end]
                    assert re.sub(r"\s|、", "", shown) == re.sub(r"\s|、", "", verdict.quote.text), verdict


def test_the_code_names_no_rule_without_a_sentence() -> None:
    known = set(load(PACKAGE, "verdicts").lexicons["sentences"])
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/policymine/compliance").rglob("*.py"))
    named = set(re.findall(r'"((?:place|tier|body|field|post|site|condition|period)\.[a-z\-]+)"', code))
    stems = {"body.tier", "body.generic", "post.official"}
    assert named | {f"{stem}-{end}" for stem in stems for end in ("open", "other")} <= known
    made = {f"period.paper-{status}" for status in ("repealed", "expired")}
    assert known - named - made <= {f"{stem}-{end}" for stem in stems for end in ("open", "other")}


def test_every_sentence_has_room_for_its_quotation() -> None:
    told = load(PACKAGE, "verdicts").lexicons["sentences"]
    assert [rule for rule, words in told.items() if "“{quote}”" not in words] == []


@pytest.mark.parametrize("level", ["unit", "national"])
def test_a_paper_without_a_place_of_its_own_is_quoted_by_its_issuer(level: str) -> None:
    card = Card(title="安全生产工作要点", issuer="北岭矿业公司", level=level)  # type: ignore[arg-type]
    verdict = place.paper_place(card, EMPTY)
    assert verdict.quote is not None
    assert "“北岭矿业公司”" in sentence(verdict)


def test_an_override_comes_last_and_says_who_and_why() -> None:
    told = {"requirement_id": "r1", "decision": "不适用", "reason": "已另文豁免", "who": "法规科科长", "when": "2024-03-01"}
    profile = PROFILES["county_emergency_bureau"].model_copy(update={"override": ()})
    overruled = Profile.model_validate({**profile.model_dump(by_alias=True), "override": [told]})
    found = requirement(SPECS[0])
    assert Judge(profile, as_of=AS_OF).decide(found).answer == "适用"
    decision = Judge(overruled, as_of=AS_OF).decide(found)
    assert decision.answer == "不适用"
    said = "\n".join(reasons(decision))
    assert "已另文豁免" in said
    assert "法规科科长" in said
    assert "结论：适用" in said


def test_a_paper_that_is_repealed_expired_or_out_of_its_term_is_over() -> None:
    found = requirement({**SPECS[0], "title": "关于通报的办法"})
    for paper in (Paper("p", found.paper.card, ends="2023-01-01"), Paper("p", found.paper.card, repealed_by="新办法")):
        over = replace(found, paper=paper)
        decision = Judge(PROFILES["county_emergency_bureau"], as_of=AS_OF).decide(over)
        assert (decision.answer, decision.facet) == ("不适用", "时段")
    standing = {"title": "关于通报的办法", "status": "repealed", "reason": "清政发〔2023〕9号"}
    ours = PROFILES["county_emergency_bureau"].model_dump(by_alias=True)
    profile = Profile.model_validate({**ours, "paper": [standing]})
    assert Judge(profile, as_of=AS_OF).decide(found).facet == "时段"


def test_the_gold_is_spread_and_was_decided_twice() -> None:
    made = benchmark()
    found = made.cases()
    assert len(found) >= 300
    assert {case.profile for case in found} == set(PROFILES)
    assert {case.decision for case in found} == set(ANSWERS)
    share, kappa, _ = made.agreement(blind=True)
    assert share < 1
    assert kappa > 0.5


def test_the_floors_on_gold_hold() -> None:
    made = benchmark()
    found = made.cases()
    told = [(decision.answer, decision.facet) for decision in made.decide(found)]
    reached = made.score(found, told)
    assert reached.accuracy >= 0.92
    assert reached.refused >= 0.97
    assert reached.facet >= 0.90
    for answers in made.baselines(found, linear=False).values():
        assert made.score(found, answers).accuracy < reached.accuracy


def test_a_judge_that_says_yes_to_all_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    made = benchmark()
    found = made.cases()
    monkeypatch.setattr(applicability.Judge, "_decision", lambda self, r, told, **_: Decision(r.id, r.id, "适用", "机构", ()))
    told = [(decision.answer, decision.facet) for decision in made.decide(found)]
    assert made.score(found, told).accuracy < 0.2
