"""Whom a directive addresses behind its word: 鼓励企业牵头, 允许农民工申领, 严禁学生下水."""

from __future__ import annotations

import re

from policymine.extraction.directives.bodies import Names, shapes
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.sharing import named_in
from policymine.extraction.directives.taking import NAMED
from policymine.model import Bearer


def invitation(text: str, mood: Mood, end: int) -> re.Match[str] | None:
    """鼓励, 支持, 允许 … at the deontic word of a directive or right behind it; 严禁, 不准 … at it."""
    if mood.cue is None or (mood.modality == "obligation" and mood.cue.kind != "please"):
        return None
    if mood.modality == "prohibition":
        return shapes()["forbidden"].match(text, mood.cue.start, end)
    invited = shapes()["invited"]
    return invited.match(text, mood.cue.start, end) or invited.match(text, mood.cue.end, end)


def invited_by(names: Names, start: int, end: int) -> tuple[Bearer, ...]:
    """Whom 鼓励, 支持, 允许 address: the name right behind, up to its verb."""
    subject = names.subject(start, end, cue=None, lead="") or names.addressed(start, end)
    if subject is not None and subject.kind in NAMED and subject.start == start:
        return named_in(names.text, subject, "lead" if names.text.startswith("牵头", subject.end) else "responsible")
    return ()
