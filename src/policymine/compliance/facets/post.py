"""岗位: the post that must act against the posts of the profile."""

from __future__ import annotations

from policymine.compliance.profile import Profile
from policymine.compliance.verdict import Quote, Verdict


def held_post(name: str, profile: Profile, *, quote: Quote, office: bool = False) -> Verdict:
    """Whether the organisation has the post that a bearer names; an `office` (负责人, 工作人员) every organisation has."""
    for post in profile.posts:
        if post in name or name in post:
            return Verdict("岗位", True, "post.ours", quote, "role", post)
    if office and profile.group is not None:
        return Verdict("岗位", True, "post.office", quote, "organisation.kind", profile.organisation.kind)
    if not profile.posts and "roles" not in profile.complete:
        return Verdict("岗位", None, "post.profile-silent", quote, "role", name)
    if "roles" in profile.complete:
        return Verdict("岗位", False, "post.other", quote, "role")
    return Verdict("岗位", None, "post.open", quote, "role", name)


def public_post(quote: Quote) -> Verdict:
    """Private people hold no post."""
    return Verdict("岗位", False, "post.public", quote)
