"""场所: the place or facility that a requirement binds against those the organisation runs."""

from __future__ import annotations

from policymine.compliance.profile import Profile
from policymine.compliance.verdict import Quote, Verdict


def run_site(name: str, profile: Profile, *, quote: Quote) -> Verdict:
    """Whether the organisation runs the place that is named."""
    for facility in profile.facility:
        if facility.kind in name or name in facility.kind:
            value = facility.count != 0
            return Verdict("场所", value, "site.ours" if value else "site.none", quote, "facility", facility.kind)
    if "facilities" in profile.complete:
        return Verdict("场所", False, "site.other", quote, "facility")
    return Verdict("场所", None, "site.open", quote, "facility", name)
