"""Papers that an organisation issues to its own people: whether it is us, and what their bearers are within it."""

from __future__ import annotations

from policymine.compliance.facets.post import held_post
from policymine.compliance.facets.tier import GOVERNING
from policymine.compliance.profile import Profile
from policymine.compliance.readings import Reading
from policymine.compliance.taxonomies import kind_words
from policymine.compliance.verdict import Quote, Verdict
from policymine.model import Card

OFFICES = ("党委", "书记", "安委会", "分管", "副")
"""What an issuer's words say beside the organisation's name."""


def own_unit(card: Card, profile: Profile) -> Verdict | None:
    """For a paper that an organisation issues to its own people: whether that is us. None for papers of governments."""
    about = card.issuer or card.title or ""
    quote = issuer_quote(card)
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
    return _another(card, profile, quote=quote)


def _another(card: Card, profile: Profile, *, quote: Quote) -> Verdict:
    """A unit's paper that does not name us: another kind or another name is no, no name at all is open."""
    kind, rest = None, card.issuer or card.title or ""
    for word, of in kind_words():
        if word in rest:
            kind = kind or of
            rest = rest.replace(word, "")
    for word in OFFICES:
        rest = rest.replace(word, "")
    if (kind and kind != profile.organisation.kind) or (len(rest) >= 3 and card.issuer):
        return Verdict("机构", False, "body.other-unit", quote, "organisation.name", profile.organisation.name)
    return Verdict("机构", None, "body.unnamed-unit", quote, "organisation.name", profile.organisation.name)


def within(unit: Verdict, reading: Reading, *, sort: str, name: str, profile: Profile) -> Reading:
    """A reading inside a unit's own paper: the unit decides, its inner bodies and posts are its own."""
    if unit.value is not True:
        return Reading((unit, *(v for v in reading.verdicts if v.facet in ("行业", "条件"))))
    if sort in ("public", "tier"):
        return reading if sort == "tier" else Reading((unit, *reading.verdicts))
    kept = tuple(v for v in reading.verdicts if v.facet == "条件")
    held = held_post(name, profile, quote=Quote(name))
    return Reading((unit, held, *kept), "岗位") if held.value else Reading((unit, *kept))


def issuer_quote(card: Card) -> Quote:
    """The issuer as the paper writes it."""
    span = card.evidence.get("issuer")
    if card.issuer and span is not None:
        return Quote(card.issuer, span.start, span.end)
    return Quote(card.issuer or card.title or "")
