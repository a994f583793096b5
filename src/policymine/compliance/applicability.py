"""Does a requirement apply to an organisation, and why: eight facets, three-valued, OR among addressees, Kleene's AND across.

`适用` all true · `不适用` any false (the first in order is the headline reason) · `有条件适用` only the condition open ·
`待确认` otherwise. Overrides come last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from policymine.compliance.addressees import addressees_of, enforcement, targets_of
from policymine.compliance.facets.condition import open_condition
from policymine.compliance.facets.field import named_field
from policymine.compliance.facets.period import in_force
from policymine.compliance.facets.place import RANK, bearer_place, paper_place
from policymine.compliance.facets.post import held_post
from policymine.compliance.facets.tier import GOVERNING, issuer_tier
from policymine.compliance.profile import Override, Profile
from policymine.compliance.readings import Reading, read_addressee
from policymine.compliance.requirement import Requirement
from policymine.compliance.taxonomies import kind_words
from policymine.compliance.verdict import FACETS, Answer, Facet, Quote, Verdict
from policymine.model import Bearer, Card

ORDER = {facet: place for place, facet in enumerate(FACETS)}
SUBJECT = re.compile("^(?P<of>[^，。；、]{2,14}?)(?=应当|必须|须|不得|一律|要在|应)")
HEARERS = ("同志", "代表", "老师", "同学", "工友", "同事", "朋友", "班组长")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a requirement applies, the facet that decided, and what each facet says; facets left out say yes without a word.

    `until` is the day from which the answer may be another one by itself; `override` the person's decision that won.
    """

    requirement_id: str
    row_id: str
    answer: Answer
    facet: Facet
    verdicts: tuple[Verdict, ...]
    until: str | None = None
    override: Override | None = None

    @property
    def deciding(self) -> Verdict | None:
        """What the deciding facet says."""
        return next((verdict for verdict in self.verdicts if verdict.facet == self.facet), None)


class Judge:
    """Decides requirements for one profile on one day; remembers what papers say."""

    def __init__(self, profile: Profile, *, as_of: date) -> None:
        self.profile, self.as_of = profile, as_of
        self.overrides = {entry.requirement_id: entry for entry in profile.override}
        self._places: dict[int, tuple[Card, Verdict, Verdict | None, Verdict | None]] = {}

    def decide(self, requirement: Requirement) -> Decision:
        """The decision for one requirement."""
        card = requirement.paper.card
        place, tier, unit = self._paper(card)
        readings = [self._read(bearer, requirement, unit) for bearer in requirement.bearers]
        readings += self._others(requirement, unit)
        best = readings[0] if len(readings) == 1 else max(readings, key=lambda reading: reading.rank)
        told = [place, *([tier] if tier else []), *best.verdicts]
        if requirement.condition:
            told.append(open_condition(requirement.condition, self.profile, quote=_inside(requirement, requirement.condition)))
        period, until = in_force(requirement, self.profile, as_of=self.as_of)
        told += [period] if period else []
        return self._decision(requirement, told, by=best.by, until=until)

    def _paper(self, card: Card) -> tuple[Verdict, Verdict | None, Verdict | None]:
        known = self._places.get(id(card))
        if known is None:
            unit = _unit(card, self.profile)
            known = (card, paper_place(card, self.profile), issuer_tier(card, self.profile), unit)
            self._places[id(card)] = known
        return known[1:]

    def _read(self, bearer: Bearer, requirement: Requirement, unit: Verdict | None) -> Reading:
        """The best reading of a bearer, which may be a list of names."""
        start = bearer.span.start if bearer.span else None
        place = bearer_place(bearer, self.profile)
        found = []
        for addressee in addressees_of(bearer.text):
            at = None if start is None else start + addressee.start
            quote = Quote(addressee.name, at, None if at is None else at + len(addressee.name))
            reading = read_addressee(addressee, requirement, self.profile, quote=quote)
            if unit is not None:
                reading = _within(unit, reading, addressee.sort)
                if unit.value is None and not any(v.facet == "行业" for v in reading.verdicts):
                    reading = Reading((*reading.verdicts, *self._field(requirement)))
            elif addressee.sort == "post" and addressee.gives["sort"] == "office":
                post = held_post(addressee.name, self.profile, quote=quote, office=True)
                heard = self._unaddressed(requirement)
                reading = Reading((*heard.verdicts, post), heard.by)
            found.append(Reading((*reading.verdicts, place), reading.by) if place else reading)
        return found[0] if len(found) == 1 else max(found, key=lambda reading: reading.rank)

    def _others(self, requirement: Requirement, unit: Verdict | None) -> list[Reading]:
        """Readings beside the bearers: whom a sanction or condition meets, or whom the paper speaks to."""
        sanction = requirement.modality == "sanction"
        if requirement.bearers and not sanction:
            return []
        targets = []
        sources = [requirement.condition or "", requirement.text] if sanction else [requirement.condition or ""]
        for source in sources:
            for name, _ in targets_of(source):
                quote = _inside(requirement, name)
                found = [read_addressee(a, requirement, self.profile, quote=quote) for a in addressees_of(name)]
                targets += [_within(unit, reading, "named") if unit else reading for reading in found]
        if targets and sanction:
            enforces = self.profile.group == "department" and not requirement.bearers and enforcement(requirement.text)
            return [*targets, _doubted(self._unaddressed(requirement), named=True)] if enforces else targets
        if unit is not None:
            return [*targets, Reading((unit, *self._field(requirement)))]
        site = self._subject_site(requirement)
        open_ = site or self._unaddressed(requirement)
        if requirement.bearers or sanction:
            open_ = _doubted(open_, named=bool(requirement.bearers))
        return [*targets, open_]

    def _subject_site(self, requirement: Requirement) -> Reading | None:
        """A requirement whose first words are a place: who runs it must act."""
        head = SUBJECT.match(requirement.text)
        if head is None:
            return None
        found = [a for a in addressees_of(head["of"]) if a.sort == "site"]
        quote = _inside(requirement, head["of"])
        return read_addressee(found[0], requirement, self.profile, quote=quote) if found else None

    def _unaddressed(self, requirement: Requirement) -> Reading:
        """A requirement that names nobody: the paper's audience, else the issuer's jurisdiction."""
        card, group = requirement.paper.card, self.profile.group
        if group is None:
            quote = Quote(card.issuer or card.title or "")
            return Reading((Verdict("机构", None, "body.profile-silent", quote, "organisation.kind"),))
        heard = self._audience(requirement)
        field = self._field(requirement)
        met = [reading for reading in heard if reading.rank >= 30]
        if met:
            return Reading((*met[0].verdicts, *field))
        if group in GOVERNING:
            if not heard:
                return Reading(
                    (Verdict("机构", True, "body.jurisdiction", _issuer(card), "region", "/".join(self.profile.path)), *field),
                    "地域",
                )
            return Reading((*self._passed_over(heard, field, card), *field))
        if card.kind == "regulation":
            return Reading(
                (Verdict("机构", True, "body.regulation", _issuer(card), "region", "/".join(self.profile.path)), *field), "地域"
            )
        asked = max((r for r in heard if r.rank >= 20), key=lambda r: r.rank, default=None)
        named = [r for r in heard if any(v.facet == "行业" and v.value is False for v in r.verdicts)]
        if named and asked is None:
            return named[0]
        return Reading(
            (
                Verdict(
                    "机构", None, "body.government-paper", _issuer(card), "organisation.kind", self.profile.organisation.kind
                ),
                *field,
            )
        )

    def _passed_over(self, heard: list[Reading], field: tuple[Verdict, ...], card: Card) -> tuple[Verdict, ...]:
        """A paper that speaks to others: open where they stand above us or may be us, else no."""
        audience = Quote(card.audience or "", *(card.evidence.get("audience") or (None, None)))
        if any(reading.rank >= 20 for reading in heard):
            ours = any(verdict.value for verdict in field)
            return (
                Verdict(
                    "机构",
                    True if ours else None,
                    "body.audience" if ours else "body.audience-open",
                    audience,
                    "activity.sectors",
                ),
            )
        level = self.profile.organisation.level
        tiers = {tier for a in addressees_of(card.audience or "") for tier in a.gives.get("tiers", ())}
        if tiers and level and min(RANK[tier] for tier in tiers) < RANK[level]:
            return (Verdict("层级", None, "tier.through-superior", audience, "organisation.level", level),)
        if tiers:
            return (Verdict("层级", False, "tier.other", audience, "organisation.level", level),)
        return (Verdict("机构", False, "body.audience-other", audience, "organisation.kind", self.profile.organisation.kind),)

    def _audience(self, requirement: Requirement) -> list[Reading]:
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
            found.append(read_addressee(addressee, requirement, self.profile, quote=quote))
        return found

    def _field(self, requirement: Requirement) -> tuple[Verdict, ...]:
        card = requirement.paper.card
        headings = "\n".join(requirement.section)
        sources = [(requirement.text, requirement.start), (headings, None), (card.title or "", None)]
        found = named_field(sources, self.profile)
        return (found,) if found else ()

    def _decision(self, requirement: Requirement, told: list[Verdict], *, by: Facet, until: str | None) -> Decision:
        verdicts = tuple(sorted(told, key=lambda verdict: ORDER[verdict.facet]))
        no = next((verdict for verdict in verdicts if verdict.value is False), None)
        unknown = [verdict for verdict in verdicts if verdict.value is None]
        answer: Answer
        if no is not None:
            answer, facet = "不适用", no.facet
        elif not unknown:
            answer, facet = "适用", by
        elif all(verdict.facet == "条件" for verdict in unknown):
            answer, facet = "有条件适用", "条件"
        else:
            answer, facet = "待确认", next(verdict.facet for verdict in unknown if verdict.facet != "条件")
        told_by = self.overrides.get(requirement.id)
        return Decision(
            requirement.id, requirement.row_id, told_by.decision if told_by else answer, facet, verdicts, until, told_by
        )  # fmt: skip


def _unit(card: Card, profile: Profile) -> Verdict | None:
    """For a paper that an organisation issues to its own people: whether that is us. None for papers of governments."""
    about = card.issuer or card.title or ""
    quote = _issuer(card)
    own = next((name for name in (*profile.names, *profile.superiors.names) if name in about), None)
    governs = profile.group in GOVERNING and card.level == profile.organisation.level
    if own is not None and (card.level == "unit" or (governs and own in profile.names)):
        return Verdict("机构", True, "body.own-paper", quote, "organisation.name", own)
    if profile.group == "government" and card.level == "township" and card.region in profile.path[-1:]:
        return Verdict("机构", True, "body.own-paper", quote, "organisation.name", profile.organisation.name)
    if card.level != "unit":
        return None
    if profile.organisation.kind is None:
        return Verdict("机构", None, "body.profile-silent", quote, "organisation.kind")
    kind, rest = None, about
    for word, of in kind_words():
        if word in rest:
            kind = kind or of
            rest = rest.replace(word, "")
    for word in ("党委", "书记", "安委会", "分管", "副"):
        rest = rest.replace(word, "")
    if (kind and kind != profile.organisation.kind) or (len(rest) >= 3 and card.issuer):
        return Verdict("机构", False, "body.other-unit", quote, "organisation.name", profile.organisation.name)
    return Verdict("机构", None, "body.unnamed-unit", quote, "organisation.name", profile.organisation.name)


def _within(unit: Verdict, reading: Reading, sort: str) -> Reading:
    """A reading inside a unit's own paper: the unit decides, its inner bodies and posts are its own."""
    if unit.value is not True:
        return Reading((unit, *(v for v in reading.verdicts if v.facet in ("行业", "条件"))))
    if sort in ("public", "tier"):
        return reading if sort == "tier" else Reading((unit, *reading.verdicts))
    return Reading((unit, *(v for v in reading.verdicts if v.facet == "条件")))


def _doubted(reading: Reading, *, named: bool) -> Reading:
    """Whom a sanction meets is not said: a no for want of being addressed is open, and where another imposes it a yes too."""
    told = tuple(
        verdict._replace(value=None, rule="body.target-unsaid" if verdict.facet == "机构" else verdict.rule)
        if (verdict.facet == "机构" and verdict.value is not None and (named or not verdict.value))
        or (verdict.facet == "层级" and verdict.value is False)
        else verdict
        for verdict in reading.verdicts
    )
    return Reading(told, reading.by)


def _inside(requirement: Requirement, part: str) -> Quote:
    at = requirement.text.find(part)
    return Quote(part) if at < 0 else Quote(part, requirement.start + at, requirement.start + at + len(part))


def _issuer(card: Card) -> Quote:
    span = card.evidence.get("issuer")
    if card.issuer and span is not None:
        return Quote(card.issuer, span.start, span.end)
    return Quote(card.issuer or card.title or "")
