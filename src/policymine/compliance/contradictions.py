"""What a profile says against itself or against the taxonomies: each with its line, its key and its cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from policymine.compliance.faults import Problem, line_of
from policymine.compliance.profile import Profile
from policymine.compliance.regions import regions
from policymine.compliance.taxonomies import fields, industries, kinds

TIER_OF_LENGTH = {1: "province", 2: "city", 3: "county"}


def contradictions(
    profile: Profile, content: str, *, place: Callable[[tuple[Any, ...]], tuple[Any, ...]] = lambda loc: loc
) -> Iterator[Problem]:
    """What the profile says against itself; `place` tells where in the text an entry of it stands."""
    for found in (_region, _organisation, _activity, _lists, _overrides):
        for said, cure in found(profile):
            loc = place(said)
            key = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
            yield Problem(line_of(content, loc), key, cure)


Said = Iterator[tuple[tuple[Any, ...], str]]


def _region(profile: Profile) -> Said:
    region = profile.region
    if region.code is not None and (wrong := regions().problem(region.code)):
        yield ("region", "code"), wrong
    elif region.code and region.path and regions().path(region.code) != region.path:
        said = "/".join(regions().path(region.code))
        yield ("region", "path"), f"contradicts code {region.code}, which is {said}; keep one of the two"
    length = len(regions().path(region.code)) if region.code and not regions().problem(region.code) else len(region.path)
    level = profile.organisation.level
    if level == "township" and length and not region.township:
        yield ("region",), "the organisation is of township level; name its township"
    if level in ("city", "county") and length and length < {"city": 2, "county": 3}[level] and not _municipal(profile):
        yield ("region",), f"an organisation of {level} level needs its places down to the {level}; {length} given"
    if region.village and not region.township:
        yield ("region", "village"), "a village stands in a township; name the township too"


def _municipal(profile: Profile) -> bool:
    first = profile.path[0] if profile.path else ""
    return first in ("北京市", "上海市", "天津市", "重庆市")


def _organisation(profile: Profile) -> Said:
    own = profile.organisation
    if own.kind is not None and own.kind not in kinds():
        yield ("organisation", "kind"), f"there is no kind {own.kind!r}; known: {', '.join(kinds())}"
    if profile.group in ("government", "department") and own.level == "unit":
        yield ("organisation", "level"), f"a {own.kind} is of a level of government, not unit"
    if profile.group in ("enterprise", "institution") and own.level not in (None, "unit"):
        yield ("organisation", "level"), f"a {own.kind} is of level unit"
    held = set(profile.superiors.names)
    for number, alias in enumerate(own.aliases):
        if alias in held:
            yield (
                ("organisation", "aliases", number),
                f"{alias!r} is also named under superiors: one name, two bodies; drop one",
            )
        elif alias == own.name:
            yield ("organisation", "aliases", number), f"{alias!r} is the name itself; drop it"
        if not alias.strip():
            yield ("organisation", "aliases", number), "is empty; drop it"
    if own.name and own.name in held:
        yield ("organisation", "name"), f"{own.name!r} is also named under superiors: one name, two bodies; drop one"
    for alias, times in Counter(own.aliases).items():
        if times > 1:
            yield ("organisation", "aliases"), f"{alias!r} stands twice; drop one"


def _activity(profile: Profile) -> Said:
    known = fields()
    for number, sector in enumerate(profile.activity.sectors):
        if sector != "*" and sector not in known.words:
            yield ("activity", "sectors", number), f"there is no field {sector!r}; known: {'、'.join(known.words)}"
    for number, function in enumerate(profile.activity.functions):
        if function not in known.functions:
            yield ("activity", "functions", number), f"there is no function {function!r}; known: {'、'.join(known.functions)}"
    for number, code in enumerate(profile.activity.industry):
        if code not in industries():
            yield (
                ("activity", "industry", number),
                f"GB/T 4754 has no class {code!r}; write a letter and two digits, such as C26",
            )


def _lists(profile: Profile) -> Said:
    names = Counter(name for post in profile.role for name in {post.name, *post.also})
    for number, post in enumerate(profile.role):
        for name in (post.name, *post.also):
            if names[name] > 1:
                yield ("role", number), f"{name!r} is a name of two posts; give it to one of them"
    kinds_told = Counter(facility.kind for facility in profile.facility)
    for number, facility in enumerate(profile.facility):
        if kinds_told[facility.kind] > 1:
            yield ("facility", number), f"{facility.kind!r} stands twice; add up the counts"
        if facility.count and profile.facts.get(facility.kind) is False:
            yield ("facts", facility.kind), f"says no, but {facility.count} {facility.kind} are listed as facilities"
        if facility.count == 0 and profile.facts.get(facility.kind) is True:
            yield ("facts", facility.kind), f"says yes, but the list of facilities counts 0 {facility.kind}"
    for number, paper in enumerate(profile.paper):
        if not (paper.number or paper.title):
            yield ("paper", number), "names no paper; give its number or its title"


def _overrides(profile: Profile) -> Said:
    told: dict[str, str] = {}
    for number, entry in enumerate(profile.override):
        for key, said in (("reason", entry.reason), ("who", entry.who)):
            if not said.strip():
                yield ("override", number, key), "is blank; say it"
        if told.setdefault(entry.requirement_id, entry.decision) != entry.decision:
            yield ("override", number), f"{entry.requirement_id} was decided otherwise above; keep the later one"


def shared_aliases(profiles: dict[str, Profile]) -> Iterator[tuple[str, str, str]]:
    """Names that two profiles of one place claim: (name, profile, other profile)."""
    claimed: dict[tuple[str, tuple[str, ...]], str] = {}
    for key, profile in profiles.items():
        for name in profile.names:
            other = claimed.setdefault((name, profile.path), key)
            if other != key:
                yield name, key, other
