"""Decisions of applicability against their gold, beside baselines; and how long a table takes.

    python benchmarks/decisions.py              # accuracy, precision of 不适用, deciding facet, by profile
    python benchmarks/decisions.py --errors     # every decision that differs
    python benchmarks/decisions.py --speed      # 100,000 requirements for one profile, and a night with 1 % new
    python benchmarks/decisions.py --draw       # fifty decisions of the seeds' table, for reading by eye

Each profile is held out in turn. The rules learn nothing from gold, so for them that is a figure per profile; the baselines
learn from the other five profiles: the most frequent answer, the answer that a bearer's name had, and a linear model over the
characters of bearer, condition and paper with the profile's group.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import krippendorff
import numpy

from policymine.compliance.applicability import Decision, Judge
from policymine.compliance.decisions import refresh
from policymine.compliance.profile import Profile
from policymine.compliance.profile_file import load_profile
from policymine.compliance.requirement import Paper, Period, Requirement
from policymine.compliance.standing import ends_of, term_of
from policymine.extraction.card.reading import read_card
from policymine.model import Bearer, Card, Span
from policymine.research.agreement import cohen_kappa
from policymine.table.decisions import CONTEXT

ROOT = Path(__file__).parent.parent
GOLD, PROFILES = ROOT / "corpora" / "gold", ROOT / "docs" / "examples" / "profiles"
AS_OF = date(2024, 12, 31)
FLOORS = {"accuracy": 0.92, "precision of 不适用": 0.97, "facet": 0.90}
SEED = 20261123
BLIND = 406
"""The first so many were read by two people; the rest twice by one, in another order."""


class Case(NamedTuple):
    """One gold decision."""

    profile: str
    requirement: Requirement
    decision: str
    facet: str


class Score(NamedTuple):
    """The figures of one set of cases."""

    cases: int
    accuracy: float
    refused: float
    facet: float


@cache
def paper_of(name: str) -> tuple[dict[str, Any], Paper]:
    """A gold paper with its card; audience and number, which gold does not hold, as the card reads them."""
    said = json.loads((GOLD / f"{name}.json").read_text(encoding="utf-8"))
    k, read = said["document"], read_card(said["text"])
    evidence = {field: span for field, span in read.evidence.items() if field == "audience"}
    card = Card(
        title=k["title"], kind=k["kind"], issued_on=k["issued_on"], region=k["region"], level=k["level"], issuer=k["issuer"],
        audience=read.audience, number=read.number, evidence=evidence,
    )  # fmt: skip
    return said, Paper(name, card, ends_of(said["text"], card), term=term_of(said["text"], card))


def requirement_of(name: str, start: int) -> Requirement:
    """The gold directive of a paper that starts there."""
    said, paper = paper_of(name)
    entry = next(d for d in said["directives"] if d["start"] == start)
    bearers = []
    for bearer in entry["bearers"]:
        at = said["text"].find(bearer["text"], entry["start"], entry["end"])
        span = Span(at, at + len(bearer["text"])) if at >= 0 else None
        bearers.append(Bearer(bearer["text"], bearer["role"], bearer["explicit"], span))
    inside = [t for t in said["timex"] if entry["start"] <= t["start"] < entry["end"] and t["role"] == "period"]
    periods = tuple(Period(t["text"], _end(t["value"]), Span(t["start"], t["end"])) for t in inside)
    identity = f"{name}:{start}"
    return Requirement(
        identity, identity, entry["text"], start, entry["modality"], tuple(bearers), entry["condition"], periods, (), paper,
        context=said["text"][max(0, start - CONTEXT) : start].rpartition("\n")[2],
    )  # fmt: skip


def _end(value: str | None) -> str | None:
    """The day after a gold interval of full dates."""
    last = (value or "").partition("/")[2]
    if len(last) != 10 or "X" in last:
        return None
    return date.fromordinal(date.fromisoformat(last).toordinal() + 1).isoformat()


def cases(name: str = "decisions.jsonl") -> list[Case]:
    """The gold decisions, in file order."""
    found = []
    for line in (GOLD / name).read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        found.append(Case(said["profile"], requirement_of(said["paper"], said["start"]), said["decision"], said["facet"]))
    return found


def profiles() -> dict[str, Profile]:
    """The example profiles by name."""
    return {path.stem: load_profile(path) for path in sorted(PROFILES.glob("*.toml"))}


def decide(found: Sequence[Case]) -> list[Decision]:
    """What the rules decide."""
    judges = {name: Judge(profile, as_of=AS_OF) for name, profile in profiles().items()}
    return [judges[case.profile].decide(case.requirement) for case in found]


def score(found: Sequence[Case], decided: Sequence[tuple[str, str]]) -> Score:
    """The figures of some answers with their deciding facets."""
    right = [case.decision == answer for case, (answer, _) in zip(found, decided, strict=True)]
    refused = [ok for ok, (answer, _) in zip(right, decided, strict=True) if answer == "不适用"]
    facets = [
        ok and case.facet == facet for ok, case, (_, facet) in zip(right, found, decided, strict=True)
    ]  # fmt: skip
    return Score(len(found), sum(right) / len(found), sum(refused) / len(refused) if refused else 1.0, sum(facets) / len(found))


def baselines(found: Sequence[Case], *, linear: bool = True) -> dict[str, list[tuple[str, str]]]:
    """What three simple rules, learnt from the other profiles, answer; the third takes some seconds."""
    made: dict[str, list[tuple[str, str]]] = {
        name: [("", "")] * len(found) for name in ("most frequent", "name of bearer", "linear model")
    }
    for held in sorted({case.profile for case in found}):
        known = [case for case in found if case.profile != held]
        asked = [number for number, case in enumerate(found) if case.profile == held]
        common = Counter((case.decision, case.facet) for case in known).most_common(1)[0][0]
        by_name: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for case in known:
            by_name[_name(case)][case.decision, case.facet] += 1
        guesses = _linear(known, [found[number] for number in asked]) if linear else [common] * len(asked)
        for number, guess in zip(asked, guesses, strict=True):
            made["most frequent"][number] = common
            names = by_name.get(_name(found[number]))
            made["name of bearer"][number] = names.most_common(1)[0][0] if names else common
            made["linear model"][number] = guess
    return made


def _name(case: Case) -> str:
    return "、".join(bearer.text for bearer in case.requirement.bearers)


def _linear(known: Sequence[Case], asked: Sequence[Case]) -> list[tuple[str, str]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    groups = {name: str(profile.group) for name, profile in profiles().items()}

    def features(case: Case) -> str:
        card = case.requirement.paper.card
        kin = "near" if card.region and card.region.split("/")[-1] in profiles()[case.profile].path else "far"
        bare = "none" if not case.requirement.bearers else ""
        return (
            f"{groups[case.profile]} {kin} {bare} {_name(case)} {case.requirement.condition or ''} {card.level} {card.region}"
        )

    model = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3)), LogisticRegression(C=20, max_iter=2000))
    model.fit([features(case) for case in known], [f"{case.decision}|{case.facet}" for case in known])
    return [tuple(label.split("|")) for label in model.predict([features(case) for case in asked])]


def passes() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The two passes that the gold was adjudicated from, in the same order."""
    first, second = (
        [json.loads(line) for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]
        for name in ("decisions.pass1.jsonl", "decisions.pass2.jsonl")
    )
    return first, second


def agreement(field: str = "decision", *, profile: str | None = None, blind: bool = False) -> tuple[float, float, float]:
    """Percent, Cohen's κ and Krippendorff's α of the two passes on a field: all, one profile's, only those of two readers."""
    first, second = passes()
    pairs = [
        (one[field], two[field])
        for one, two in zip(first[: BLIND if blind else None], second, strict=False)
        if profile in (None, one["profile"])
    ]
    codes = sorted({code for pair in pairs for code in pair})
    counts = numpy.array([[pair.count(code) for code in codes] for pair in pairs])
    alpha = float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
    return sum(a == b for a, b in pairs) / len(pairs), cohen_kappa(pairs) or 0.0, alpha


def report(*, errors: bool) -> bool:
    """Prints the figures; whether the floors hold."""
    found = cases()
    decided = decide(found)
    told = [(decision.answer, decision.facet) for decision in decided]
    print(f"{len(found)} decisions {dict(Counter(case.decision for case in found))}")
    for field in ("decision", "facet"):
        share, kappa, alpha = agreement(field, blind=True)
        print(f"two readers agree on the {field} in {share:.3f} of {BLIND}, κ {kappa:.3f}, α {alpha:.3f}")
    print(f"{'held out':<26}{'n':>5}{'accuracy':>10}{'precision of 不适用':>16}{'facet':>8}")
    for held in sorted({case.profile for case in found}):
        chosen = [number for number, case in enumerate(found) if case.profile == held]
        _line(held, score([found[n] for n in chosen], [told[n] for n in chosen]))
    whole = score(found, told)
    _line("all", whole)
    for name, answers in baselines(found).items():
        _line(f"baseline: {name}", score(found, answers))
    placed = [d for d in decided if any(v.rule == "place.redacted" and v.value is False for v in d.verdicts)]
    print(f"redacted places decided 不适用 by 地域: {len(placed)}")
    if errors:
        for case, decision in zip(found, decided, strict=True):
            if (case.decision, case.facet) != (decision.answer, decision.facet):
                rule = decision.deciding.rule if decision.deciding else ""
                print(
                    f"{case.profile} {case.requirement.id}: gold {case.decision}/{case.facet}, "
                    f"decided {decision.answer}/{decision.facet} by {rule}"
                )
    held_up = (whole.accuracy, whole.refused, whole.facet)
    return not placed and all(value >= floor for value, floor in zip(held_up, FLOORS.values(), strict=True))


def _line(name: str, found: Score) -> None:
    print(f"{name:<26}{found.cases:>5}{found.accuracy:>10.3f}{found.refused:>16.3f}{found.facet:>8.3f}")


def speed(count: int) -> None:
    """Times the first decision of a table of requirements, and a night in which one in a hundred is new."""
    from policymine.table.store import Table

    sys.path.insert(0, str(Path(__file__).parent))
    from decisions_table import fill

    profile = profiles()["county_emergency_bureau"]
    with tempfile.TemporaryDirectory() as folder, Table.open(f"sqlite:///{folder}/speed.db") as table:
        fill(table, count, run=1, papers=[paper_of(path.stem)[0] for path in sorted(GOLD.glob("*.json"))])
        begin = time.process_time()
        first = refresh(table, profile, as_of=AS_OF, now=datetime.now(UTC))
        whole = time.process_time() - begin
        fill(table, count // 100, run=2, papers=[paper_of(path.stem)[0] for path in sorted(GOLD.glob("*.json"))])
        begin = time.process_time()
        night = refresh(table, profile, as_of=AS_OF, now=datetime.now(UTC))
        later = time.process_time() - begin
    print(f"{first.decided} requirements decided and kept in {whole:.2f} s of one core")
    print(f"night with {night.decided} new: {later:.3f} s, {100 * later / whole:.2f} % of that")


def draw(count: int) -> None:
    """Prints decisions of the table at hand, drawn by a seed, with their sentences: for reading, nothing is kept."""
    from policymine.compliance.decisions import decided
    from policymine.compliance.why import reasons
    from policymine.operations.night import open_table
    from policymine.settings import load_settings

    profile = profiles()["county_emergency_bureau"]
    with open_table(load_settings(), create=False) as table:
        found = sorted(decided(table, profile, as_of=AS_OF), key=lambda pair: pair[0].row_id)
    for number, (requirement, decision) in enumerate(random.Random(SEED).sample(found, min(count, len(found))), 1):
        span = f"{requirement.start}–{requirement.start + len(requirement.text)}"
        print(f"{number} {requirement.row_id} {span} {decision.answer}/{decision.facet}")
        print(
            f"   {requirement.paper.card.title} | {'、'.join(b.text for b in requirement.bearers)} "
            f"| {requirement.condition or ''}"
        )
        print(f"   {requirement.text}")
        for line in list(reasons(decision))[1:-1]:
            print(f"     {line}")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--speed", nargs="?", type=int, const=100_000)
    parser.add_argument("--draw", nargs="?", type=int, const=50)
    options = parser.parse_args()
    if options.speed:
        speed(options.speed)
    elif options.draw:
        draw(options.draw)
    elif not report(errors=options.errors):
        sys.exit("below the floors")


if __name__ == "__main__":
    main()
