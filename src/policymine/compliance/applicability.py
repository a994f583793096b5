"""Does a requirement apply to an organisation, and why: eight facets, three-valued, OR among addressees, Kleene's AND across.

`适用` all true · `不适用` any false (the first in order is the headline reason) · `有条件适用` only the condition open ·
`待确认` otherwise. Overrides come last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from policymine.compliance.addressees import addressees_of, enforcement, places_of, targets_of
from policymine.compliance.audience import field_of, struck, unaddressed
from policymine.compliance.facets.condition import open_condition
from policymine.compliance.facets.period import in_force
from policymine.compliance.facets.place import bearer_place, paper_place
from policymine.compliance.facets.post import held_post
from policymine.compliance.facets.tier import issuer_tier
from policymine.compliance.profile import Override, Profile
from policymine.compliance.readings import Reading, read_addressee
from policymine.compliance.requirement import Requirement
from policymine.compliance.taxonomies import fields, fields_in
from policymine.compliance.units import own_unit, within
from policymine.compliance.verdict import FACETS, Answer, Facet, Quote, Verdict
from policymine.model import Bearer, Card

ORDER = {facet: place for place, facet in enumerate(FACETS)}
SUBJECT = re.compile("^(?P<of>[^，。；、,;]{2,14}?)(?=应当|必须|须|不得|一律|要在|应|可以|有权)")
CLAUSE = re.compile("[。；;]")
SOMEBODY = re.compile("干部|人员|负责|单位|企业|乡镇|街道|个人|学校|谁|村")
BACK = 3
"""Clauses before a requirement in which the subject of its condition is looked for."""
SUBJECTS = ("site", "tier", "public")
"""Sorts of addressees that the first words of a requirement without a bearer may be."""


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
            unit = own_unit(card, self.profile)
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
                reading = within(unit, reading, sort=addressee.sort, name=addressee.name, profile=self.profile)
                if unit.value is None and not any(v.facet == "行业" for v in reading.verdicts):
                    reading = Reading((*reading.verdicts, *field_of(requirement, self.profile)))
            elif addressee.sort == "post" and addressee.gives["sort"] == "office":
                post = held_post(addressee.name, self.profile, quote=quote, office=True)
                heard = unaddressed(requirement, self.profile)
                reading = Reading((*heard.verdicts, post), "岗位" if post.rule == "post.ours" else heard.by)
            found.append(Reading((*reading.verdicts, place), reading.by) if place else reading)
        return found[0] if len(found) == 1 else max(found, key=lambda reading: reading.rank)

    def _others(self, requirement: Requirement, unit: Verdict | None) -> list[Reading]:
        """Readings beside the bearers: whom a sanction or condition meets, or whom the paper speaks to."""
        sanction = requirement.modality == "sanction"
        if requirement.bearers and not sanction:
            return []
        targets = self._targets(requirement, unit)
        if targets and sanction:
            asks = self.profile.group == "department" and not requirement.bearers and unit is None
            hit = struck(requirement, self.profile) if asks and enforcement(requirement.text) else None
            return [*targets, hit] if hit is not None else targets
        if unit is not None:
            return [*targets, Reading((unit, *field_of(requirement, self.profile)))]
        if (subject := self._subject(requirement)) is not None:
            return [*targets, subject]
        if not targets and (meant := self._meant(requirement)):
            return meant
        met = struck(requirement, self.profile) if sanction else unaddressed(requirement, self.profile)
        return targets if met is None else [*targets, met]

    def _targets(self, requirement: Requirement, unit: Verdict | None) -> list[Reading]:
        """Those whom a sanction, or the condition of a requirement without a bearer, names."""
        sources = [requirement.condition or "", *([requirement.text] if requirement.modality == "sanction" else [])]
        found = []
        for source in sources:
            for name, _ in targets_of(source):
                quote = _inside(requirement, name)
                bare = name == "单位" and requirement.paper.card.kind != "regulation"
                for addressee in addressees_of("各单位" if bare else name):
                    reading = read_addressee(addressee, requirement, self.profile, quote=quote)
                    if unit is not None:
                        reading = within(unit, reading, sort="named", name=name, profile=self.profile)
                    found.append(reading)
        return found

    def _meant(self, requirement: Requirement) -> list[Reading]:
        """The places that a condition without a subject (C级的) speaks of: those that the clauses before it name last."""
        general, all_fields = fields().general, "*" in self.profile.activity.sectors
        told = not all_fields and any(named.field not in general for named in fields_in(requirement.text))
        if requirement.bearers or not requirement.condition or told or SOMEBODY.search(requirement.condition):
            return []
        clauses = CLAUSE.split(requirement.context)
        for clause in clauses[-1 : -1 - BACK : -1]:
            names = [name for name, _ in places_of(clause)]
            if names:
                at = requirement.start - len(requirement.context) + requirement.context.rfind(clause)
                met = enforcement(requirement.text) and self.profile.group == "department"
                power = struck(requirement, self.profile) if met else None
                quotes = [Quote(n, at + clause.find(n), at + clause.find(n) + len(n)) for n in names]
                found = [
                    read_addressee(a, requirement, self.profile, quote=quote)
                    for name, quote in zip(names, quotes, strict=True) for a in addressees_of(name)
                ]  # fmt: skip
                return [*found, power] if power is not None else found
        return []

    def _subject(self, requirement: Requirement) -> Reading | None:
        """A requirement whose first words are a place, a class by level or private people although no bearer was read."""
        head = SUBJECT.match(requirement.text)
        found = [a for a in addressees_of(head["of"]) if a.sort in SUBJECTS] if head is not None else []
        if head is None or not found:
            return None
        return read_addressee(found[0], requirement, self.profile, quote=_inside(requirement, head["of"]))

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


def _inside(requirement: Requirement, part: str) -> Quote:
    at = requirement.text.find(part)
    return Quote(part) if at < 0 else Quote(part, requirement.start + at, requirement.start + at + len(part))
