"""层级: the level of government that is addressed, and whether the issuer stands above the organisation."""

from __future__ import annotations

import re

from policymine.compliance.addressees import Addressee
from policymine.compliance.facets.place import RANK
from policymine.compliance.profile import Profile
from policymine.compliance.verdict import Quote, Verdict
from policymine.model import Card

LEAST = {"省": 1, "市": 2, "县": 3, "乡镇": 4}
LEAST_WORD = re.compile("(省|市|县|乡镇)级以上")
GOVERNING = ("government", "department")


def issuer_tier(card: Card, profile: Profile) -> Verdict | None:
    """False where the issuer stands below the organisation; None where it does not."""
    level = profile.organisation.level
    if level is None or profile.group not in GOVERNING or card.level in (None, "unit"):
        return None
    if RANK[str(card.level)] > RANK[level]:
        return Verdict("层级", False, "tier.issuer-below", Quote(card.issuer or card.title or ""), "organisation.level", level)
    return None


def addressed_tier(addressee: Addressee, profile: Profile, *, quote: Quote) -> Verdict:
    """Whether a level of government that is addressed is the organisation's."""
    level, tiers = profile.organisation.level, addressee.gives.get("tiers", [])
    if level is None:
        return Verdict("层级", None, "tier.profile-silent", quote, "organisation.level")
    if addressee.gives.get("reach") == "least":
        word = LEAST_WORD.search(addressee.name)
        met = profile.group in GOVERNING and word is not None and RANK[level] <= LEAST[word[1]]
    else:
        met = level in tiers and (profile.group in GOVERNING or level == "village")
    if not met and addressee.gives.get("direct") and profile.group == "institution" and "county" in tiers:
        return Verdict("层级", True, "tier.direct-unit", quote, "organisation.level", level)
    return Verdict("层级", met, "tier.met" if met else "tier.other", quote, "organisation.level", level)
