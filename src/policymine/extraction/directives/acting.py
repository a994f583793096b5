"""Who of those named in the clauses of a directive acts in it.

Its subjects stand in conditions, in what somebody did wrong, in what a law says elsewhere: those do not act. Whom 由 names
stands in for the subject before; who has a share of his own stands beside it.
"""

from __future__ import annotations

from policymine.extraction.directives.addressing import by_too, fronted_by
from policymine.extraction.directives.bodies import Names, shapes
from policymine.extraction.directives.clauses import Clause
from policymine.extraction.directives.modality import Mood
from policymine.extraction.directives.sharing import ROLES, goes_on, headed, joined, named_in, role_of, shares
from policymine.extraction.directives.splitting import LEADING, SOMEBODY, Piece
from policymine.extraction.directives.taking import NAMED, breaks, fails
from policymine.extraction.directives.unfinished import topic
from policymine.model import Bearer, BearerRole

CASES = ("who", "when", "if")
"""Kinds of clauses that tell of a case: who stands in them need not act."""
STRIKING = ("责令", "给予", "依法", "予以", "处", "吊销", "没收")
"""What those do who punish: whoever stands before them is punished."""
ELSEWHERE = ("另有规定的", "另有约定的", "另有要求的")
"""What somebody has ruled elsewhere: no duty of theirs."""
MEANWHILE = ("时", "期间", "过程中")
"""What ends a clause that tells when somebody else must act: 执法人员检查时，业主应当配合."""
OWED = ("must", "shall", "want")
"""Words of duty that lay something on whoever stands before."""
ACCORDING = ("根据", "按照", "依据", "依照", "参照")


def subjects_of(text: str, piece: Piece, mood: Mood, *, names: Names) -> list[Bearer]:
    """The subjects of the clauses and who joins them; whom 由 names stands in for the subject before."""
    ahead = headed(text, piece) if len(piece.clauses) > 1 else None
    named = [*named_in(text, ahead, "responsible")] if ahead else []
    if not piece.subjects & SOMEBODY:
        return named
    acting = [clause for clause in piece.clauses if clause.subject is not None and clause.subject.kind in NAMED]
    breach = max((c.end for c in piece.clauses if c.condition), default=0) if mood.modality == "sanction" else 0
    by_last = False
    for clause in acting:
        subject = clause.subject
        if subject is None or clause.end <= breach or goes_on(text, piece, clause):
            continue
        if _only_told(text, piece, mood, clause=clause, last=acting[-1]):
            continue
        striking = clause is not piece.clauses[0] and text.startswith("对", piece.clauses[0].start)
        if mood.modality == "sanction" and not striking and shapes()["suffers"].match(text, subject.end, clause.end):
            continue
        assigned = text.startswith("由", subject.start - 1) and not any(bearer.role != "responsible" for bearer in named)
        if named and not assigned and not (ahead or shares(text, piece, clause)):
            continue
        if assigned and (text.startswith(STRIKING, subject.end) or not (by_last or shares(text, piece, clause))):
            named = []
        by_last = assigned
        told = (*fronted_by(names, clause), *named_in(text, subject, _role(text, piece, clause)), *by_too(names, clause))
        named += [one for one in told if not any(known.text.endswith(one.text) for known in named)] if named else told
        if (piece.marks & LEADING) or (clause.may & ROLES):
            named += joined(text, piece, clause)
    return named


def _only_told(text: str, piece: Piece, mood: Mood, *, clause: Clause, last: Clause) -> bool:
    """Whether the subject of a clause only stands in a case, in what was done, in what somebody else sees to."""
    if mood.modality == "obligation" and clause.cue is not None and clause.cue.kind == "may":
        return True
    if clause.condition in CASES and (_other_acts(piece, clause, last) or fails(text, piece, clause)):
        return True
    if text.endswith(ELSEWHERE, clause.start, clause.end) or (breaks(text, clause) and fails(text, piece, clause)):
        return True
    if clause.cue is not None or clause.subject is None:
        return clause is not last and text.startswith(ACCORDING, clause.start)
    if shapes()["of_thing"].match(text, clause.start, clause.end) is not None:
        return True
    made = text.find("了", clause.subject.end, clause.end) >= 0
    if made and shapes()["was_made"].match(text, clause.subject.end, clause.end) is not None:
        return True
    behind = [later for later in piece.clauses if later.start > clause.end]
    if breaks(text, clause) and any(text.startswith("构成", later.start) for later in behind):
        return True
    if clause is last:
        return False
    return text.startswith(ACCORDING, clause.start) or text.endswith(MEANWHILE, clause.start, clause.end) or topic(text, clause)


def _role(text: str, piece: Piece, clause: Clause) -> BearerRole:
    """The role of a subject, told in its clause or by a later one that goes on with it: 科技部要统筹，牵头编制目录."""
    role = role_of(text, clause)
    if not piece.may & ROLES or clause.subject is None:
        return role
    behind = piece.clauses[piece.clauses.index(clause) + 1 :]
    if role == "support":
        return "responsible" if any(_own_duty(text, later) for later in behind) else role
    if role != "responsible":
        return role
    if behind and behind[0].subject is None and shapes()["opening"].fullmatch(text, clause.subject.end, clause.end) is not None:
        helps = shapes()["helping"].match(text, behind[0].start, behind[0].end)
        role = "support" if helps is not None else role
    for later in behind:
        if later.subject is not None:
            break
        if text.startswith("牵头", later.start):
            return "lead"
    return role


def _own_duty(text: str, clause: Clause) -> bool:
    """Whether who helps another one must also do something himself, told by a word of duty of its own."""
    if clause.subject is not None or clause.cue is None or clause.cue.start != clause.start or clause.cue.kind not in OWED:
        return False
    return text.find("配合", clause.start, clause.end) < 0 and text.find("协助", clause.start, clause.end) < 0


def _other_acts(piece: Piece, clause: Clause, last: Clause) -> bool:
    """Whether behind a case (X举报隐患的) somebody else acts or a thing is spoken of: 奖励标准可以上浮."""
    if clause is not last and last.condition not in CASES:
        return True
    return any(
        c.subject is not None and c.subject.kind == "thing" and c.cue is not None for c in piece.clauses if c.start > clause.end
    )
