"""`profile`, `checklist`, `why`: whether requirements apply to an organisation, and why."""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from policymine.cli.surface import Surface, surface_of
from policymine.compliance.applicability import Decision
from policymine.compliance.checklist import APPLYING, TYPES, Entry, entries, side_by_side
from policymine.compliance.conflicts import Conflict
from policymine.compliance.contradictions import shared_aliases
from policymine.compliance.decisions import decided, refresh, requirement_of
from policymine.compliance.editing import edited, overridden, written
from policymine.compliance.faults import Problem, line_of
from policymine.compliance.gaps import gaps
from policymine.compliance.profile import Profile
from policymine.compliance.profile_file import check_profile, load_profile, parse_profile
from policymine.compliance.taxonomies import fields, kinds
from policymine.compliance.verdict import ANSWERS, Answer
from policymine.compliance.why import reasons
from policymine.errors import ProfileError, UnknownIdError
from policymine.operations.night import open_table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
ProfileFile = Annotated[Path, typer.Option("--profile", help="Profile of the organisation (TOML).", metavar="FILE")]
AsOf = Annotated[str | None, typer.Option(help="Day to decide for, as 2026-01-31; today by default.", metavar="DAY")]
ProfilePath = Annotated[Path, typer.Argument(help="Profile (TOML).", metavar="FILE")]

profiles = typer.Typer(name="profile", help="Write, check and complete the profile of an organisation.", no_args_is_help=True)


SAFE = re.compile(r"[a-z0-9_\-]{1,60}")
LISTS = ("organisation.aliases", "activity.sectors")
QUESTIONS = {
    "organisation.name": "Full name of the organisation",
    "organisation.aliases": "Other names that papers use for it (separated by 、)",
    "organisation.kind": f"Kind ({', '.join(kinds())})",
    "organisation.level": "Level (province, city, county, township, village, unit)",
    "region.code": "Code of GB/T 2260 (six digits)",
    "region.township": "Name of the township or street",
    "region.village": "Name of the village or community",
    "activity.sectors": f"Fields of work, separated by 、 ({'、'.join(fields().words)}; * for all)",
}
WHERE = {"region.township": ("township", "village"), "region.village": ("village",)}
"""Questions that only organisations of some levels are asked."""


def add_commands(app: typer.Typer) -> None:
    """Adds the commands of compliance."""
    app.add_typer(profiles)
    app.command("checklist")(checklist)
    app.command("why")(why)


@profiles.command("init")
def init(
    context: typer.Context,
    path: ProfilePath,
    name: Annotated[str | None, typer.Option(help="Full name of the organisation.")] = None,
    alias: Annotated[list[str] | None, typer.Option(help="A name that papers use for it; may be repeated.")] = None,
    kind: Annotated[str | None, typer.Option(help="Kind: government, department, school, hospital, enterprise, …")] = None,
    level: Annotated[str | None, typer.Option(help="province, city, county, township, village, unit.")] = None,
    region: Annotated[str | None, typer.Option(help="Code of GB/T 2260, six digits.")] = None,
    township: Annotated[str | None, typer.Option(help="Name of the township, where we are in one.")] = None,
    village: Annotated[str | None, typer.Option(help="Name of the village, where we are one.")] = None,
    sector: Annotated[list[str] | None, typer.Option(help="A field of work; may be repeated.")] = None,
) -> None:
    """Write a commented profile from flags; on a terminal it asks for what is missing."""
    surface = surface_of(context)
    if path.exists():
        raise ProfileError(str(path), "", "is there already; change it with `policymine profile set`, or choose another name")
    asks = asks_on(surface)

    def ask(key: str, value: Any, question: str) -> Any:
        """The answer to a question, asked again until it is none or a sound one."""
        while not value and asks:
            said = typer.prompt(question, default="", show_default=False, err=True).strip()
            answer = _listed(said) if key in LISTS else said
            if not answer or not (problems := _alone(key, answer)):
                return answer
            surface.say(f"{key}: {problems[0].cure}")
        return value

    flags = (name, tuple(alias or ()), kind, level, region, township, village, tuple(sector or ()))
    answers: dict[str, Any] = {"id": path.stem.lower() if SAFE.fullmatch(path.stem.lower()) else "profile"}
    for (key, question), value in zip(QUESTIONS.items(), flags, strict=True):
        asked = key not in WHERE or answers["organisation.level"] in WHERE[key]
        answers[key] = ask(key, value, question) if asked else value
    content = written(answers)
    _refuse(content, path)
    _write(path, content)
    surface.say(f"wrote {path}; next: policymine profile gaps {path}")


def asks_on(surface: Surface) -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and not surface.quiet


@profiles.command("set")
def set_keys(
    context: typer.Context,
    path: ProfilePath,
    settings: Annotated[list[str], typer.Argument(help="KEY=VALUE, such as facts.重大危险源=true.", metavar="KEY=VALUE…")],
) -> None:
    """Change keys of a profile; its comments stay."""
    content = _read(path)
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ProfileError(str(path), setting, "is no KEY=VALUE")
        content = edited(content, key.strip(), value=_value(value.strip()))
    _refuse(content, path)
    _write(path, content)


@profiles.command("override")
def override(
    context: typer.Context,
    path: ProfilePath,
    requirement: Annotated[str, typer.Argument(help="Requirement id, as `checklist` prints it.", metavar="REQUIREMENT")],
    decision: Annotated[str, typer.Option(help=" ".join(ANSWERS))],
    reason: Annotated[str, typer.Option(help="Why.")],
    who: Annotated[str, typer.Option(help="Post of the person who decides.")],
) -> None:
    """Write a person's decision into a profile; it wins over what is computed."""
    surface = surface_of(context)
    entry = {"decision": decision, "reason": reason, "who": who, "when": _today()}
    before = _read(path)
    with open_table(surface.settings, create=False) as table:
        known = requirement_of(table, requirement)
    if known is None:
        raise UnknownIdError(requirement, "", "no requirement has this id; `policymine checklist` and `search` give ids")
    content = overridden(before, {"requirement_id": known, **entry})
    _refuse(content, path)
    _write(path, content)
    surface.say(f"{known}: {decision}, kept in {path}")


@profiles.command("check")
def check(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Profiles (TOML).", metavar="FILE…")],
    as_json: AsJson = False,
) -> None:
    """Name what is wrong with profiles: line, key and cure; and names that two of them share."""
    surface, faults = surface_of(context), 0

    def tell(file: str, problem: Problem) -> None:
        nonlocal faults
        faults += 1
        if as_json:
            surface.data({"file": file, **problem._asdict()})
        else:
            surface.out.print(f"{file}:{problem.line}: {problem.key}: {problem.cure}", markup=False, highlight=False)

    sound: dict[str, Profile] = {}
    for path in paths:
        profile, problems = check_profile(path)
        for problem in problems:
            tell(str(path), problem)
        if profile is not None:
            sound[str(path)] = profile
    for name, one, other in shared_aliases(sound):
        last = "name" if name == sound[one].organisation.name else "aliases"
        line = line_of(_read(Path(one)), ("organisation", last))
        tell(one, Problem(line, f"organisation.{last}", f"{name!r} is also claimed by {other}; keep it in one of them"))
    if faults:
        raise typer.Exit(ProfileError.exit_code)
    surface.say(f"{len(paths)} profiles, no fault")


@profiles.command("gaps")
def missing(
    context: typer.Context,
    path: ProfilePath,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option(help="Facts to list.", min=1)] = 20,
    as_json: AsJson = False,
) -> None:
    """List the facts that a profile lacks, by how many requirements each would settle."""
    surface = surface_of(context)
    profile = load_profile(path)
    with open_table(surface.settings, create=False) as table:
        found = gaps(decision for _, decision in decided(table, profile, as_of=_day(as_of)))
    for gap in found[:limit]:
        if as_json:
            surface.data(gap._asdict())
        else:
            surface.out.print(f"{gap.settles:>5} {gap.touches:>5}  {gap.key}: {gap.question}", markup=False, highlight=False)
    surface.say(f"{len(found)} missing facts; columns: requirements it alone settles, requirements that hang on it")


def checklist(
    context: typer.Context,
    profile: ProfileFile,
    as_of: AsOf = None,
    decision: Annotated[
        list[str] | None, typer.Option(help=f"Only these: {' '.join(ANSWERS)}; by default all but 不适用.")
    ] = None,
    conflicts: Annotated[bool, typer.Option("--conflicts", help="Requirements that differ, side by side, instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the register of requirements that apply to an organisation, or may."""
    surface = surface_of(context)
    ours, day = load_profile(profile), _day(as_of)
    wanted = _answers(decision)
    with open_table(surface.settings, create=False) as table:
        if conflicts:
            _print_conflicts(surface, side_by_side(table, ours, as_of=day), as_json=as_json)
            return
        done = refresh(table, ours, as_of=day, now=datetime.now(UTC))
        listed = list(entries(table, ours, answers=wanted))
    for told in done.unmet:
        surface.say(f"{profile}: override: no requirement has the id {told}; it decides nothing")
    for number, entry in enumerate(listed, 1):
        if as_json:
            surface.data({"number": number, **_entry(entry)})
        else:
            _print_entry(surface, number, entry)
    surface.say(f"{len(listed)} requirements; {done.decided} decided anew. Decisions assist, they do not replace judgement.")


def why(
    context: typer.Context,
    identity: Annotated[str, typer.Argument(help="Id of a row or a requirement.", metavar="ID")],
    profile: ProfileFile,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Say in sentences, each with its quotation, why a requirement applies or not; conflicting ones beside it."""
    surface = surface_of(context)
    ours, day = load_profile(profile), _day(as_of)
    with open_table(surface.settings, create=False) as table:
        found = next(iter(decided(table, ours, as_of=day, identity=identity)), None)
        if found is None:
            raise UnknownIdError(identity, "", "no requirement has this id; `policymine checklist` and `search` give ids")
        requirement, decision = found
        beside = [c for c in side_by_side(table, ours, as_of=day) if requirement.id in (c.first.id, c.second.id)]
    if as_json:
        told = {"sentences": list(reasons(decision)), "conflicts": [_conflict(c) for c in beside]}
        surface.data({**_decision(decision), "text": requirement.text, "paper": requirement.paper.card.title, **told})
        return
    surface.out.print(f"“{requirement.text}”（{requirement.paper.card.title or '无标题'}）", markup=False, highlight=False)
    for line in reasons(decision):
        surface.out.print(line, markup=False, highlight=False)
    if beside:
        _print_conflicts(surface, tuple(beside), as_json=False)


def _entry(entry: Entry) -> dict[str, Any]:
    return {**entry.row, **_decision(entry.decision), "reason": entry.reason}


def _decision(decision: Decision) -> dict[str, Any]:
    told = decision.override
    return {
        "requirement_id": decision.requirement_id, "row_id": decision.row_id, "decision": decision.answer,
        "facet": decision.facet,
        "facets": [
            {**v._asdict(), "quote": v.quote._asdict() if v.quote else None} for v in decision.verdicts
        ],
        "valid_until": decision.until, "override": told.model_dump(mode="json") if told else None,
    }  # fmt: skip


def _print_entry(surface: Surface, number: int, entry: Entry) -> None:
    row = entry.row
    lead, support = row["lead"] and f"{row['lead']}(牵头)", row["support"] and f"{row['support']}(配合)"
    units = "、".join(filter(None, (lead, support, row["responsible"])))
    due = row["deadline_text"] or "无时限"
    head = f"{number:>4} {row['requirement_id']} {entry.decision.answer} {TYPES[row['modality']]}{row['force']} {row['text']}"
    foot = f"     [{units or '未点名'}] 〔{due}〕 {row['title'] or '无标题'} {row['issued_on'] or ''}"
    for line in (head, foot, f"     {entry.reason}"):
        surface.out.print(line, markup=False, highlight=False)


def _print_conflicts(surface: Surface, found: tuple[Conflict, ...], *, as_json: bool) -> None:
    for conflict in found:
        if as_json:
            surface.data(_conflict(conflict))
            continue
        surface.out.print(f"{conflict.relation}不一致（{'、'.join(conflict.differs)}）：", markup=False, highlight=False)
        for side in (conflict.first, conflict.second):
            card = side.paper.card
            named = f"{card.issuer or '发文单位不明'} {card.issued_on or '日期不明'}《{card.title or '无标题'}》"
            surface.out.print(f"  {side.id} {named}：“{side.text}”", markup=False, highlight=False)
    if not as_json:
        surface.say(f"{len(found)} conflicts")


def _conflict(conflict: Conflict) -> dict[str, Any]:
    sides = [
        {
            "requirement_id": side.id, "text": side.text, "title": side.paper.card.title, "issuer": side.paper.card.issuer,
            "issued_on": side.paper.card.issued_on, "level": side.paper.card.level,
        }
        for side in (conflict.first, conflict.second)
    ]  # fmt: skip
    return {"relation": conflict.relation, "differs": list(conflict.differs), "likeness": conflict.likeness, "sides": sides}


def _answers(named: list[str] | None) -> tuple[Answer, ...]:
    if not named:
        return APPLYING
    known: tuple[Answer, ...] = get_args(Answer)
    for name in named:
        if name not in known:
            raise typer.BadParameter(f"{name} is none of {' '.join(known)}", param_hint="--decision")
    return tuple(answer for answer in known if answer in named)


def _day(text: str | None) -> date:
    if text is None:
        return _today()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise typer.BadParameter(f"{text} is no day; write it as 2026-01-31", param_hint="--as-of") from problem


def _today() -> date:
    return datetime.now().astimezone().date()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in re.split("[、，,;；]", text))))


def _alone(key: str, answer: Any) -> tuple[Problem, ...]:
    """What is wrong with one answer, whatever the others are."""
    return tuple(problem for problem in parse_profile(written({key: answer}))[1] if problem.key.startswith(key))


def _value(text: str) -> Any:
    """A value as TOML reads it; what is no TOML is a text."""
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("[") and text.endswith("]"):
        return tuple(part.strip().strip("\"'") for part in text[1:-1].split(",") if part.strip())
    return int(text) if text.isdigit() and len(text) < 5 else text.strip("\"'")


def _read(path: Path) -> str:
    check_profile(path)
    return path.read_text(encoding="utf-8")


def _refuse(content: str, path: Path) -> None:
    """Refuses what would be no sound profile; nothing is written then."""
    _, problems = parse_profile(content)
    if problems:
        told = "; ".join(f"{problem.key}: {problem.cure}" for problem in problems)
        raise ProfileError(str(path), "", f"{told}; nothing was written")


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as problem:
        raise ProfileError(str(path), "", f"cannot be written ({problem.strerror})") from problem
