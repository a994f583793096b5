"""地域: the place the paper speaks for, or that its bearer names, against the places of the profile."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policymine.compliance.addressees import REDACTED
from policymine.compliance.profile import Profile
from policymine.compliance.regions import regions
from policymine.compliance.verdict import Quote, Truth, Verdict
from policymine.extraction.card.places import region_of
from policymine.model import Bearer, Card

RANK = {"national": 0, "province": 1, "city": 2, "county": 3, "township": 4, "village": 5, "unit": 6}
ENDINGS = {
    "自治区": 1, "特别行政区": 1, "省": 1, "地区": 2, "自治州": 2, "州": 2, "盟": 2, "市": 2, "自治县": 3, "县": 3, "区": 3,
    "旗": 3, "镇": 4, "乡": 4, "街道": 4,
}  # fmt: skip
SUFFIX = re.compile("(?:特别行政区|自治区|自治州|自治县|地区|街道|[省市县区州盟旗镇乡])$")
NAMELESS = re.compile("^(?:[全本我各]?(?:省|市|县|区|乡|镇|乡镇|街道|村))$")
NAMED = re.compile(r"^[\u4e00-\u9fff]{2,6}?[省市县区旗镇乡](?=[\u4e00-\u9fff])")
COMPOUND = re.compile("(?:园|社|小|景|厂|矿|林|库|灌|城|校|辖|地|片|街|山|灾|郊|牧|开发|功能)区$")
GENERIC = re.compile(
    "^(?:[各全本该我每所有关相]|市直|县直|省直|乡镇|镇街|设区|县级|市级|省级|城市|社区|园区|辖区|小区|景区|库区|地区|灾区|片区|校区|老城|新区|山区|林区)"
)


def paper_place(card: Card, profile: Profile) -> Verdict:
    """What the paper's own place says. A unit's own paper is judged by the unit, not by its place."""
    said = card.region or region_of(card.issuer or "") or region_of(card.title or "")
    quote = _quote(card, said)
    ours = "/".join(profile.path) or None
    if card.level == "unit":
        return Verdict("地域", True, "place.unit", Quote(card.issuer or card.title or ""))
    if card.level == "national":
        return Verdict("地域", True, "place.national", quote if said else Quote(card.issuer or card.title or ""))
    if not said:
        held = _superior(card, profile)
        if held:
            return Verdict("地域", True, "place.superior", Quote(card.issuer or ""), "superiors.names", held)
        return Verdict("地域", None, "place.unsaid", Quote(card.issuer or card.title or ""), "region", ours)
    parts = tuple(part.strip() for part in said.split("/"))
    if NAMELESS.search(parts[-1]):
        return Verdict("地域", None, "place.unsaid", quote, "region", ours)
    if any(REDACTED.search(part) for part in parts):
        return Verdict("地域", None, "place.redacted", quote, "region", ours)
    value, rule = related(parts, profile, level=card.level)
    return Verdict("地域", value, rule, quote, "region", ours)


def bearer_place(bearer: Bearer, profile: Profile) -> Verdict | None:
    """What a place named in a bearer says; None where it names none, or ours."""
    match = NAMED.match(bearer.text)
    if match is None or GENERIC.match(match[0]) or COMPOUND.search(match[0]) or len(match[0]) < 3 or not profile.path:
        return None
    if any(name in bearer.text for name in profile.names):
        return None
    if REDACTED.search(match[0]):
        return None
    value, _ = related((match[0],), profile, level=None)
    if value is not False:
        return None
    start = bearer.span.start if bearer.span else None
    quote = Quote(bearer.text, start, None if start is None else start + len(bearer.text))
    return Verdict("地域", False, "place.bearer-elsewhere", quote, "region", "/".join(profile.path))


def related(parts: Sequence[str], profile: Profile, *, level: str | None) -> tuple[Truth, str]:
    """Whether places of a paper and the profile's places lie on one line, with the rule that says so."""
    ours = profile.path
    if not ours:
        return None, "place.profile-silent"
    if _same(parts[-1], ours):
        if len(parts) == 1 and len(ours) > 1 and regions().namesakes(parts[-1]) > 1:
            return None, "place.namesakes"
        return True, "place.kin"
    theirs = _ranks(parts, level)
    own = _ranks(ours, None)
    for rank, name in theirs.items():
        if rank in own and not _alike(name, own[rank]):
            return False, "place.elsewhere"
    if min(theirs, default=9) > max(own, default=0):
        return None, "place.below-unsaid"
    return None, "place.not-comparable"


def _ranks(parts: Sequence[str], level: str | None) -> dict[int, str]:
    """The places by rank; the rank of the last one follows the paper's level where it is told."""
    ranks: dict[int, str] = {}
    at = 0
    for number, part in enumerate(parts):
        by_name = next((rank for ending, rank in ENDINGS.items() if part.endswith(ending)), 0)
        told = RANK.get(level or "", 0) if number == len(parts) - 1 and level in RANK and RANK[level] < 5 else 0
        rank = by_name
        if told and by_name == 2 and told in (2, 3):
            rank = told
        if rank <= at and by_name == 2:
            rank = 3
        if rank:
            ranks[rank] = part
            at = rank
    return ranks


def _same(name: str, ours: Sequence[str]) -> bool:
    return any(_alike(name, own) for own in ours)


def _alike(name: str, own: str) -> bool:
    if name == own:
        return True
    bare, other = SUFFIX.sub("", name), SUFFIX.sub("", own)
    return len(bare) > 1 and bare == other and (bare == name or other == own)


def _superior(card: Card, profile: Profile) -> str | None:
    issuer = card.issuer or ""
    return next((name for name in (*profile.superiors.names, *profile.names) if len(name) > 3 and name in issuer), None)


def _quote(card: Card, said: str | None) -> Quote:
    for key in ("region", "issuer", "title"):
        span = card.evidence.get(key)
        if span is not None:
            text = {"region": said, "issuer": card.issuer, "title": card.title}[key]
            return Quote(text or "", span.start, span.end)
    return Quote(said or card.title or "")
