"""行业: the fields of work that a requirement names against those of the profile."""

from __future__ import annotations

from collections.abc import Sequence

from policymine.compliance.profile import Profile
from policymine.compliance.taxonomies import fields, fields_in
from policymine.compliance.verdict import Quote, Verdict


def named_field(sources: Sequence[tuple[str, int | None]], profile: Profile) -> Verdict | None:
    """What the fields that a requirement names say; None where it names none in particular.

    The first source that names a particular field decides: a general one (every unit has duties there) shuts nobody out.

    Args:
        sources: texts with the clean offset where each starts (None for what is no part of the document), the nearest first.
        profile: whose fields to compare.
    """
    known = fields()
    ours = profile.activity.sectors
    for text, start in sources:
        found = fields_in(text)
        if not found:
            continue
        if "*" in ours:
            return Verdict("行业", True, "field.all", _quote(found[0].word, found[0].start, start), "activity.sectors", "*")
        particular = [named for named in found if named.field not in known.general]
        for named in particular or found:
            if named.field in ours:
                quote = _quote(named.word, named.start, start)
                return Verdict("行业", True, "field.ours", quote, "activity.sectors", named.field)
        if particular:
            quote = _quote(particular[0].word, particular[0].start, start)
            if not ours and "sectors" not in profile.complete:
                return Verdict("行业", None, "field.profile-silent", quote, "activity.sectors", particular[0].field)
            value = False if "sectors" in profile.complete else None
            rule = "field.other" if value is False else "field.open"
            return Verdict("行业", value, rule, quote, "activity.sectors", particular[0].field)
    return None


def _quote(word: str, at: int, start: int | None) -> Quote:
    return Quote(word) if start is None else Quote(word, start + at, start + at + len(word))
