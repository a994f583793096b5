"""场所: the place or facility that a requirement binds against those the organisation runs."""

from __future__ import annotations

import re

from policymine.compliance.profile import Facility, Profile
from policymine.compliance.verdict import Quote, Verdict

ALL = re.compile("^(?:所有|全体|全部|各类?|每个?|一切|全[省市县区镇乡]的?|本)+")
"""What stands before a place when all of its sort are meant."""


def run_facility(name: str, profile: Profile) -> Facility | None:
    """The place of ours that a name means: 所有食堂 means the 学校食堂 too."""
    bare = ALL.sub("", name)
    return next(
        (f for f in profile.facility if f.count != 0 and (f.kind in name or (len(bare) > 1 and f.kind.endswith(bare)))), None
    )


def run_site(name: str, profile: Profile, *, quote: Quote) -> Verdict:
    """Whether the organisation runs the place that is named."""
    if (ours := run_facility(name, profile)) is not None:
        return Verdict("场所", True, "site.ours", quote, "facility", ours.kind)
    if none := next((f for f in profile.facility if f.count == 0 and (f.kind in name or ALL.sub("", name) in f.kind)), None):
        return Verdict("场所", False, "site.none", quote, "facility", none.kind)
    if "facilities" in profile.complete:
        return Verdict("场所", False, "site.other", quote, "facility")
    return Verdict("场所", None, "site.open", quote, "facility", name)
