"""Requirements that name nobody: whom the paper speaks to, whom a sanction meets that does not say so.

What is not said is inherited: from the paper's addressees, else from the issuer's jurisdiction. Organs of state stand in it;
firms, schools and hospitals do not, as papers of governments do not say whether they bind them.
"""

from __future__ import annotations

import re

from policymine.compliance.addressees import addressees_of, disciplines, enforcement, kinds_named
from policymine.compliance.facets.field import named_field
from policymine.compliance.facets.place import RANK
from policymine.compliance.facets.tier import GOVERNING
from policymine.compliance.profile import Profile
from policymine.compliance.readings import Reading, read_addressee
from policymine.compliance.requirement import Requirement
from policymine.compliance.units import issuer_quote
from policymine.compliance.verdict import Quote, Verdict
from policymine.model import Card

HEARERS = ("同志", "代表", "老师", "同学", "工友", "同事", "朋友", "班组长")
DUTY = re.compile("整改|落实|履行|责任|逾期|拒不|未按|不力|违反")
"""In a condition: those who fail a duty are met, who may be organs themselves; else those who break the law."""
OFFERS = ("recommendation", "permission")


def unaddressed(requirement: Requirement, profile: Profile) -> Reading:
    """A requirement that names nobody: what we run, the paper's audience, else the issuer's jurisdiction."""
    card, group = requirement.paper.card, profile.group
    if group is None:
        quote = Quote(card.issuer or card.title or "")
        return Reading((Verdict("机构", None, "body.profile-silent", quote, "organisation.kind"),))
    if (run := _run(requirement, profile)) is not None:
        return run
    heard = _audience(requirement, profile)
    field = field_of(requirement, profile)
    met = [reading for reading in heard if reading.rank >= 30]
    if (about := _about_others(requirement, profile, field=field)) is not None:
        return about
    if requirement.modality in OFFERS and not requirement.condition and (group in GOVERNING or card.kind == "regulation"):
        return Reading((Verdict("机构", None, "body.offer-open", issuer_quote(card), "organisation.kind"), *field))
    if met:
        return Reading((*met[0].verdicts, *field))
    if group in GOVERNING:
        return _governing(requirement, profile, heard=heard)
    return _other_kinds(requirement, profile, heard=heard)


def struck(requirement: Requirement, profile: Profile) -> Reading | None:
    """Whom a sanction meets that does not say so; None where the one who imposes it is all there is to ask."""
    card, text = requirement.paper.card, requirement.text
    open_ = unaddressed(requirement, profile)
    if profile.group is None or card.kind == "regulation":
        return _doubted(open_, named=bool(requirement.bearers))
    field = field_of(requirement, profile)
    if disciplines(text):
        if profile.group in GOVERNING or open_.rank >= 30:
            return open_ if requirement.condition else _doubted(open_, named=bool(requirement.bearers))
        ours = profile.organisation.kind
        return Reading((Verdict("机构", False, "body.discipline-other", Quote(text[:20]), "organisation.kind", ours),))
    if (
        enforcement(text)
        and profile.group in GOVERNING
        and requirement.bearers
        and not DUTY.search(requirement.condition or "")
    ):
        return None
    if enforcement(text) and profile.group == "department" and any(verdict.value for verdict in field):
        return Reading((Verdict("机构", True, "body.enforces", issuer_quote(card), "activity.sectors", field[0].ours), *field))
    return _doubted(open_, named=bool(requirement.bearers))


def field_of(requirement: Requirement, profile: Profile, *, titled: bool = True) -> tuple[Verdict, ...]:
    """What the fields say that a requirement names, else its headings, else the paper's title."""
    said = requirement.sentence
    sources: list[tuple[str, int | None]] = [
        (requirement.text, requirement.start), (said, requirement.start - len(said)), ("\n".join(requirement.section), None),
    ]  # fmt: skip
    if titled:
        sources.append((requirement.paper.card.title or "", None))
    found = named_field(sources, profile)
    return (found,) if found else ()


def _run(requirement: Requirement, profile: Profile) -> Reading | None:
    """A place that we run and that the requirement, or the regulation it stands in, is about."""
    card = requirement.paper.card
    about = f"{requirement.text}{card.title if card.kind == 'regulation' and card.title else ''}"
    for facility in profile.facility:
        if facility.count != 0 and facility.kind in about:
            return Reading((Verdict("场所", True, "site.ours", Quote(facility.kind), "facility", facility.kind),), "场所")
    return None


def _about_others(requirement: Requirement, profile: Profile, *, field: tuple[Verdict, ...]) -> Reading | None:
    """A regulation whose title names one kind of organisation speaks to that kind, and to who has that field of work."""
    card = requirement.paper.card
    if card.kind != "regulation" or not card.title or any(verdict.value for verdict in field):
        return None
    for kind, word in kinds_named(card.title):
        if kind != profile.organisation.kind:
            quote = Quote(word)
            return Reading((Verdict("机构", False, "body.kind-other", quote, "organisation.kind", profile.organisation.kind),))
    return None


def _governing(requirement: Requirement, profile: Profile, *, heard: list[Reading]) -> Reading:
    """An organ of state: within the issuer's jurisdiction, unless the paper speaks to others or promises for itself."""
    card, field = requirement.paper.card, field_of(requirement, profile)
    if heard:
        return Reading((*_passed_over(heard, field, card, profile=profile), *field))
    if card.kind == "work_report":
        own = profile.group == "department" and card.level == profile.organisation.level
        if not (own and any(verdict.value for verdict in field)):
            return Reading((Verdict("机构", None, "body.promise-open", issuer_quote(card), "organisation.kind"), *field))
    place = "/".join(profile.path)
    return Reading((Verdict("机构", True, "body.jurisdiction", issuer_quote(card), "region", place), *field))


def _other_kinds(requirement: Requirement, profile: Profile, *, heard: list[Reading]) -> Reading:
    """A firm, school or hospital: bound by regulations and by what speaks to it; else by fields, else it stays open."""
    card, kind = requirement.paper.card, profile.organisation.kind
    field, near = field_of(requirement, profile), field_of(requirement, profile, titled=False)
    if card.kind == "regulation":
        place = "/".join(profile.path)
        return Reading((Verdict("机构", True, "body.regulation", issuer_quote(card), "region", place), *field))
    named = [r for r in heard if any(v.facet == "行业" and v.value is False for v in r.verdicts)]
    if named and not any(reading.rank >= 20 for reading in heard):
        return named[0]
    open_ = Verdict("机构", None, "body.government-paper", issuer_quote(card), "organisation.kind", kind)
    if any(verdict.value is False for verdict in near):
        return Reading((open_, *near))
    if heard and not any(reading.rank >= 20 for reading in heard):
        return Reading((Verdict("机构", False, "body.audience-other", _addressed(card), "organisation.kind", kind), *near))
    if card.kind == "work_report" and card.issuer and "政府" not in card.issuer:
        return Reading((Verdict("机构", False, "body.promise-other", issuer_quote(card), "organisation.kind", kind),))
    return Reading((open_, *near))


def _passed_over(heard: list[Reading], field: tuple[Verdict, ...], card: Card, *, profile: Profile) -> tuple[Verdict, ...]:
    """A paper that speaks to others: open where they stand above us or may be us, else no."""
    audience = _addressed(card)
    if any(reading.rank >= 20 for reading in heard):
        ours = any(verdict.value for verdict in field)
        rule = "body.audience" if ours else "body.audience-open"
        return (Verdict("机构", True if ours else None, rule, audience, "activity.sectors"),)
    level = profile.organisation.level
    tiers = {tier for a in addressees_of(card.audience or "") for tier in a.gives.get("tiers", ())}
    if tiers and level and min(RANK[tier] for tier in tiers) < RANK[level]:
        return (Verdict("层级", None, "tier.through-superior", audience, "organisation.level", level),)
    if tiers:
        return (Verdict("层级", False, "tier.other", audience, "organisation.level", level),)
    return (Verdict("机构", False, "body.audience-other", audience, "organisation.kind", profile.organisation.kind),)


def _audience(requirement: Requirement, profile: Profile) -> list[Reading]:
    """A reading for each addressee of the paper; none where it only greets its hearers."""
    card = requirement.paper.card
    if not card.audience or any(word in card.audience for word in HEARERS):
        return []
    span = card.evidence.get("audience")
    exact = span is not None and span.length == len(card.audience)
    found = []
    for addressee in addressees_of(card.audience):
        at = span.start + addressee.start if span is not None and exact else None
        quote = Quote(addressee.name, at, None if at is None else at + len(addressee.name))
        found.append(read_addressee(addressee, requirement, profile, quote=quote))
    return found


def _addressed(card: Card) -> Quote:
    span = card.evidence.get("audience")
    return Quote(card.audience or "") if span is None else Quote(card.audience or "", span.start, span.end)


def _doubted(reading: Reading, *, named: bool) -> Reading:
    """Whom a sanction meets is not said: a no for want of being addressed is open, and where another imposes it a yes too."""
    told = tuple(
        verdict._replace(value=None, rule="body.target-unsaid" if verdict.facet == "机构" else verdict.rule)
        if (
            verdict.facet == "机构"
            and verdict.rule != "body.kind-other"
            and verdict.value is not None
            and (named or not verdict.value)
        )
        or (verdict.facet == "层级" and verdict.value is False)
        else verdict
        for verdict in reading.verdicts
    )
    return Reading(told, reading.by)
