"""How one addressee of a requirement reads for an organisation: the facets that the name decides."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from policymine.compliance.addressees import REDACTED, Addressee, addressees_of
from policymine.compliance.facets.condition import attribute
from policymine.compliance.facets.field import named_field
from policymine.compliance.facets.post import held_post, public_post
from policymine.compliance.facets.site import run_facility, run_site
from policymine.compliance.facets.tier import addressed_tier
from policymine.compliance.profile import Facility, Profile
from policymine.compliance.requirement import Requirement
from policymine.compliance.taxonomies import fields
from policymine.compliance.verdict import FACETS, Facet, Quote, Truth, Verdict
from policymine.model import Card

PRIVATE = re.compile("退休|热心")
OTHERS = ("institution", "enterprise")
MEETINGS = ("speech", "meeting_report", "work_report", "news")
ANSWER: dict[str, Truth] = {"yes": True, "no": False, "ask": None}


class Reading(NamedTuple):
    """What the facets say when one addressee is taken; `by` is the facet that reaches the organisation."""

    verdicts: tuple[Verdict, ...]
    by: Facet = "机构"

    @property
    def rank(self) -> int:
        """How near it comes to applying: all true, only the condition open, open, then the later its first no the nearer."""
        values = {verdict.facet: verdict.value for verdict in self.verdicts}
        for place, facet in enumerate(FACETS):
            if values.get(facet, True) is False:
                return place
        unknown = [facet for facet, value in values.items() if value is None]
        return 40 if not unknown else 30 if unknown == ["条件"] else 20


def read_addressee(addressee: Addressee, requirement: Requirement, profile: Profile, *, quote: Quote) -> Reading:
    """What the facets say when the organisation is asked whether it is this addressee."""
    if (own := _our_name(addressee.name, profile)) is not None:
        return Reading((Verdict("机构", True, "body.named", quote, "organisation.aliases", own),))
    reader = _READERS[addressee.sort]
    verdicts = reader(addressee, requirement, profile, quote)
    if addressee.sort in ("tier", "kind", "body") and (more := attribute(addressee.name, profile, quote=quote)) is not None:
        verdicts = (*verdicts, more)
    return Reading(verdicts, _reached_by(addressee, profile, verdicts))


def _reached_by(addressee: Addressee, profile: Profile, verdicts: tuple[Verdict, ...]) -> Facet:
    """By what an addressee reaches us: a place that we run, a post of ours that ends the name, else what we are."""
    if any(verdict.value is False for verdict in verdicts):
        return "机构"
    placed = any(verdict.facet == "场所" or verdict.rule == "body.facility" for verdict in verdicts)
    if placed or run_facility(addressee.name, profile) is not None:
        return "场所"
    if addressee.sort in ("post", "official") or addressee.name.endswith(profile.posts):
        return "岗位"
    return "机构"


@lru_cache(maxsize=256)
def _written(names: tuple[str, ...], path: tuple[str, ...]) -> tuple[str, ...]:
    """The names as papers write them: with the place's last character for the place, or without it."""
    made = dict.fromkeys(names)
    for name in names:
        for place in path:
            if name.startswith(place) and len(name) > len(place) + 2:
                made[place[-1] + name[len(place) :]] = None
    return tuple(sorted(made, key=len, reverse=True))


def _our_name(name: str, profile: Profile) -> str | None:
    """The name of ours that stands in a name."""
    for own in _written(profile.names, profile.path):
        at = name.find(own)
        if at == 0 or (at > 0 and own not in profile.path and not re.match("[省市县区]", own)):
            return own
    return None


def _fit(addressee: Addressee, profile: Profile) -> Truth:
    """The answer of a rule for the profile's group; unknown where the profile does not say its kind."""
    if profile.group is None:
        return True if addressee.gives["fits"].get("all") == "yes" else None
    fits = addressee.gives["fits"]
    return ANSWER.get(str(fits.get(profile.group, fits.get("all", "ask"))))


def _everyone(addressee: Addressee, requirement: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    said = requirement.sentence
    body = Verdict("机构", True, "body.everyone", quote, "organisation.kind", profile.organisation.kind)
    trade = any(a.gives.get("kind") == "enterprise" for clause in said.split("，")[:1] for a in addressees_of(clause))
    field = named_field([(said, requirement.start - len(said))], profile) if trade else None
    return (body, field) if field is not None and field.value is False else (body,)


def _tier(addressee: Addressee, _: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    tier = addressed_tier(addressee, profile, quote=quote)
    fit = _fit(addressee, profile)
    if addressee.gives.get("direct") and profile.group in OTHERS and "部门" in addressee.name:
        fit = False
    if addressee.gives.get("direct") and profile.group in OTHERS and fit is False:
        return (Verdict("机构", False, "body.tier-other", quote, "organisation.kind", profile.organisation.kind),)
    body = Verdict("机构", fit, _rule("body.tier", fit), quote, "organisation.kind", profile.organisation.kind)
    if fit is None and addressee.rule == "addressees.township-body":
        post = held_post(addressee.name, profile, quote=quote)
        if post.value:
            return (tier, Verdict("机构", True, "body.tier", quote, "role", post.ours), post)
    return (tier, body)


def _body(addressee: Addressee, requirement: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    fit = _fit(addressee, profile)
    if fit is not False and addressee.gives.get("heard") and profile.group in OTHERS:
        heard = _heard(requirement, profile)
        if heard is False:
            ours = profile.organisation.kind
            return (Verdict("机构", False, "body.unheard", quote, "activity.memberships", ours),)
        fit = fit if heard is None else True if addressee.gives["heard"] == "all" else None
    if fit is None and profile.group is not None and (told := _membership(addressee, requirement, profile)) is not None:
        fit = told
    return (
        Verdict(
            "机构",
            fit,
            _rule("body.generic", fit),
            quote,
            "activity.memberships" if fit is None else "organisation.kind",
            profile.organisation.kind,
        ),
    )


def _heard(requirement: Requirement, profile: Profile) -> Truth:
    """Whether a paper speaks to our kind: its addressees say so; a meeting calls its members, which a complete list knows."""
    card = requirement.paper.card
    for addressee in addressees_of(card.audience or "") if card.audience else ():
        if addressee.sort == "everyone" or addressee.gives.get("kind", "") == profile.organisation.kind:
            return True
        if addressee.sort in ("body", "tier") and _fit(addressee, profile) and not addressee.gives.get("heard"):
            return True
    told = bool(card.audience) or card.kind in MEETINGS
    return False if told and "memberships" in profile.complete and not _member_here(card, profile) else None


def _member_here(card: Card, profile: Profile) -> bool:
    about = f"{card.issuer or ''}{card.title or ''}"
    return any(name in about for name in profile.activity.memberships)


def _membership(addressee: Addressee, requirement: Requirement, profile: Profile) -> Truth:
    """Whether a membership or a fact of the profile says that it is one of those meant."""
    for fact, holds in profile.facts.items():
        if fact in addressee.name:
            return holds
    card = requirement.paper.card
    if "成员单位" in addressee.name:
        return True if _member_here(card, profile) else None
    return None


def _department(addressee: Addressee, _: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    known = fields().functions
    if profile.group is None:
        return (Verdict("机构", None, "body.generic-open", quote, "organisation.kind"),)
    if profile.group == "department":
        for function in profile.activity.functions:
            if any(word in addressee.name for word in known.get(function, ())):
                return (Verdict("机构", True, "body.function", quote, "activity.functions", function),)
        told = any(word in addressee.name for words in known.values() for word in words)
        if not told or not profile.activity.functions or REDACTED.search(addressee.name):
            return (Verdict("机构", None, "body.generic-open", quote, "activity.functions"),)
    return (Verdict("机构", False, "body.function-other", quote, "activity.functions", "、".join(profile.activity.functions)),)


def _kind(addressee: Addressee, requirement: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    wanted, own = str(addressee.gives["kind"]), profile.organisation.kind
    if own is None:
        return (Verdict("机构", None, "body.kind-open", quote, "organisation.kind"),)
    site = run_facility(addressee.name, profile) or _alike_facility(addressee, profile)
    if own != wanted:
        if site is not None:
            return (Verdict("机构", True, "body.facility", quote, "facility", site.kind),)
        return (Verdict("机构", False, "body.kind-other", quote, "organisation.kind", own),)
    body = Verdict("机构", True, "body.kind", quote, "organisation.kind", own)
    card = requirement.paper.card
    named = (addressee.name, quote.start)
    sources = [named, (requirement.text, requirement.start), (_businesses(card), None), (card.title or "", None)]
    field = named_field(sources, profile) if wanted == "enterprise" else None
    return (body, field) if field else (body,)


def _alike_facility(addressee: Addressee, profile: Profile) -> Facility | None:
    """A facility of ours that is of the kind which an addressee names: 养老院 for our 养老机构."""
    for facility in profile.facility:
        if facility.count != 0 and any(a.rule == addressee.rule for a in addressees_of(facility.kind)):
            return facility
    return None


def _businesses(card: Card) -> str:
    """The businesses that a paper is addressed to: a bare 企业 in it means those."""
    heard = addressees_of(card.audience or "")
    return "、".join(a.name for a in heard if a.sort == "kind" and a.gives["kind"] == "enterprise")


def _post(addressee: Addressee, requirement: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    post = held_post(addressee.name, profile, quote=quote)
    card = requirement.paper.card
    sources = [(addressee.name, quote.start), (requirement.text, requirement.start), (card.title or "", None)]
    field = named_field(sources, profile) if profile.group in ("enterprise", "institution") else None
    return (post, field) if field else (post,)


def _official(addressee: Addressee, _: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    fit = _fit(addressee, profile)
    return (Verdict("岗位", fit, _rule("post.official", fit), quote, "organisation.kind", profile.organisation.kind),)


def _public(addressee: Addressee, _: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    if any(post in addressee.name for post in profile.posts) and not PRIVATE.match(addressee.name):
        return (held_post(addressee.name, profile, quote=quote),)
    if profile.organisation.kind is None:
        return (Verdict("岗位", None, "post.profile-silent", quote, "role", addressee.name),)
    return (public_post(quote),)


def _site(addressee: Addressee, requirement: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    site = run_site(addressee.name, profile, quote=quote)
    if profile.organisation.kind == "premises" and addressee.gives.get("premises"):
        return (Verdict("机构", True, "body.kind", quote, "organisation.kind", profile.organisation.kind),)
    field = None
    if profile.group in ("enterprise", "institution"):
        field = named_field([(addressee.name, quote.start), (requirement.text, requirement.start)], profile)
    return (site, field) if field and site.value is not True else (site,)


def _named(addressee: Addressee, _: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    ours = profile.organisation.name or None
    if not profile.names:
        return (Verdict("机构", None, "body.named-open", quote, "organisation.name"),)
    if any(len(addressee.name) > 2 and own.endswith(addressee.name) for own in profile.names):
        return (Verdict("机构", None, "body.bare-name", quote, "organisation.name", ours),)
    if any(name in addressee.name for name in profile.activity.memberships):
        return (Verdict("机构", None, "body.member", quote, "activity.memberships", "、".join(profile.activity.memberships)),)
    if REDACTED.search(addressee.name) and _could_be_ours(addressee.name, profile):
        return (Verdict("机构", None, "body.redacted", quote, "organisation.name", ours),)
    return (Verdict("机构", False, "body.named-other", quote, "organisation.name", ours),)


def _could_be_ours(name: str, profile: Profile) -> bool:
    pattern = re.compile(".*".join(re.escape(part) for part in REDACTED.split(name)))
    return any(pattern.search(own) for own in profile.names)


def _unread(addressee: Addressee, _: Requirement, profile: Profile, quote: Quote) -> tuple[Verdict, ...]:
    return (Verdict("机构", None, "body.unread", quote, "organisation.aliases", profile.organisation.name or None),)


def _rule(stem: str, value: Truth) -> str:
    return stem if value else f"{stem}-other" if value is False else f"{stem}-open"


_READERS = {
    "everyone": _everyone, "tier": _tier, "body": _body, "department": _department, "kind": _kind, "post": _post,
    "official": _official, "public": _public, "site": _site, "named": _named, "unread": _unread,
}  # fmt: skip
