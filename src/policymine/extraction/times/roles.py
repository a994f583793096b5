"""The role of a time in its sentence: deadline, frequency, period, threshold, mere reference; and whether it is past."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, cast

from policymine.extraction.times.chains import Mention
from policymine.model import TimeRole
from policymine.rules import Patterns

CUES: Final = Patterns("policymine.extraction.times", "time_roles", "cues")
STOPS: Final = re.compile(r"[。！？；!?;\n]")
STOPPING: Final = "。！？；!?;\n"
COMMAS: Final = re.compile(r"[,，：:。！？；!?;\n]")
LABEL: Final = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十]{1,3}[）)、]|[0-9]{1,2}[.、])\s*")
REACH: Final = 160
UNASKED: Final = -9
"""What is not known yet of a sentence."""
CONDITION: Final = re.compile("^[^一-鿿]*(?:对于?|凡是?|如果?|若)")
DONE: Final = re.compile("了(?!解)")
UNDONE: Final = re.compile("(?:未|没有?|缺乏|不能|都有|了(?!解)|没能)")
TOLD: Final = re.compile("了(?!解)|已|曾|^均|^全部实现|出警")
PHRASES: Final = re.compile("[、(]")
WITHIN: Final = re.compile("(?:在|于)$")
UNTIL: Final = re.compile("(?<![达])[到至]$")
YEAR: Final = re.compile("[0-9X]{4}")


@dataclass(slots=True, eq=False)
class Surroundings:
    """The sentence around a mention cut into what stands before and behind it, and the same for its clause.

    What is asked of it several times is kept: where the sentence leans, whether it orders, whether its clause tells of the past
    or is strict; `UNASKED` at first.
    """

    before: str
    behind: str
    clause_before: str
    clause_behind: str
    stop: str
    clause: str
    leaning: int
    ordering: int
    past: int
    strict: int


def surroundings(text: str, start: int, end: int) -> Surroundings:
    """The sentence of a span, at most `REACH` characters to either side."""
    before = STOPS.split(text[max(0, start - REACH) : start])[-1]
    clause_before = COMMAS.split(before)[-1]
    far = min(len(text), end + REACH)
    comma = COMMAS.search(text, end, far)
    near = comma.start() if comma is not None else far
    clause_behind = text[end:near]
    if comma is None or comma[0] in STOPPING:
        stop, behind = near, clause_behind
    else:
        ended = STOPS.search(text, near, far)
        stop = ended.start() if ended is not None else far
        behind = text[end:stop]
    clause = clause_before + clause_behind
    return Surroundings(
        before, behind, clause_before, clause_behind, text[stop : stop + 1], clause, UNASKED, UNASKED, UNASKED, UNASKED
    )


def lean(around: Surroundings) -> int:
    """−1 when the sentence tells what happened, 1 when it asks or plans, else 0.

    >>> lean(surroundings("请于15日前报送", 2, 6)), lean(surroundings("1月7日发生火灾", 0, 4))
    (1, -1)
    """
    if around.leaning == UNASKED:
        around.leaning = _leaning(around)
    return around.leaning


def _leaning(around: Surroundings) -> int:
    if CUES["unmet"].search(around.clause_behind) and CONDITION.search(around.clause_before):
        return 1
    if around.clause_behind:
        ahead = CUES["ahead"].search(around.clause) is not None or (_strict(around) and not _past(around))
        past = ahead or _past(around)
    else:
        clause = around.clause_before + "".join(COMMAS.split(around.behind)[1:2])
        past = CUES["past"].search(clause) is not None
        ahead = CUES["ahead"].search(clause) is not None or (CUES["strict"].search(clause) is not None and not past)
    if ahead:
        return 1
    if past or CUES["past"].search(around.behind[:60]):
        return -1
    return 1 if CUES["strict"].search(around.before + around.behind) else 0


def _past(around: Surroundings) -> bool:
    """Whether the clause tells of what has happened."""
    if around.past == UNASKED:
        around.past = CUES["past"].search(around.clause) is not None
    return around.past != 0


def _strict(around: Surroundings) -> bool:
    """Whether the clause tells somebody to act, or lays down a plan."""
    if around.strict == UNASKED:
        around.strict = CUES["strict"].search(around.clause) is not None
    return around.strict != 0


def orders(around: Surroundings) -> bool:
    """Whether the sentence tells somebody to act."""
    if around.ordering == UNASKED:
        around.ordering = _ordering(around)
    return around.ordering != 0


def _ordering(around: Surroundings) -> bool:
    if _strict(around):
        return True
    if _past(around):
        return False
    sentence = around.before + around.behind
    if CUES["strict"].search(sentence):
        return True
    return not CUES["past"].search(sentence) and CUES["order"].search(sentence) is not None


def adverbial(around: Surroundings) -> bool:
    """Whether a word of immediacy belongs to an order, not to a tale of what was done."""
    if LABEL.fullmatch(around.before) and around.stop == "。" and len(around.behind) < 24:
        return False
    if around.clause_before.startswith("对") and "的" in around.clause_behind:
        return False
    if CUES["strict"].search(around.before[-60:]):
        return True
    told = CUES["past"].search(around.clause_behind) or CUES["past"].search(around.behind[:40])
    return not told and not DONE.search(around.clause_before)


def role(
    mention: Mention, around: Surroundings, *, type_: str, value: str | None, mod: str | None, past: bool | None = None
) -> TimeRole:
    """The role, decided from kind and sentence together; `past` tells whether it ended before the day of issue."""
    if mention.kind == "now":
        return "deadline"
    if mention.kind == "named":
        if str(mention.fields.get("word")).startswith("冬春") and not orders(around):
            return "reference"
        due = (
            mod in ("BEFORE", "ON_OR_BEFORE")
            and "role" not in mention.fields
            and not CUES["barred"].match(around.clause_behind)
        )
        return "deadline" if due and orders(around) else cast(TimeRole, mention.fields.get("role", "period"))
    if type_ == "SET":
        return _recurring(around)
    if mention.kind == "ref":
        if mention.fields.get("word") == "今后" and CUES["henceforth"].match(around.clause_behind):
            return "period"
        return cast(TimeRole, mention.fields.get("role", "reference"))
    if type_ == "DURATION":
        return _lasting(mention, around, mod)
    return _dated(mention, around, value=value or "", mod=mod, type_=type_, past=past)


def _recurring(around: Surroundings) -> TimeRole:
    clause = around.clause
    if UNDONE.search(clause) and not CUES["strict"].search(around.clause_before):
        return "reference"
    return "frequency"


def _lasting(mention: Mention, around: Surroundings, mod: str | None) -> TimeRole:
    tail = str(mention.fields.get("tail", ""))
    if mod == "BEFORE":
        return "deadline"
    if tail.endswith("来") or str(mention.fields.get("dir", ""))[:1] in tuple("过近最前上"):
        return "reference"
    ordered = orders(around)
    if mod == "EQUAL_OR_LESS" and (tail.endswith("内") or mention.fields.get("value") == "NULL"):
        return _allowed(around, ordered=ordered)
    if mention.fields.get("bound") == "提前":
        return "deadline" if not CUES["past"].search(around.clause_behind) else "reference"
    if around.clause_before.endswith("提前") and ordered:
        return "deadline"
    bound = str(mention.fields.get("bound", ""))
    if bound in ("不得超过", "不超过") and around.clause_before.endswith(("时限", "最迟", "时间最迟")):
        return "deadline"
    told = CUES["past"].search(around.before + around.behind) or "从" in around.clause_before
    if not told and (
        CUES["limited"].search(around.clause_before[-8:]) or (not mod and CUES["held"].match(around.clause_behind[:6]))
    ):
        return "threshold"
    if around.clause_before.endswith("满") and around.clause_behind.startswith("的"):
        return "threshold"
    if bound.startswith(("不得", "不少", "不低", "至少", "不超", "最长", "超过")):
        return "threshold"
    if CUES["valid"].search(around.clause_before[-6:]) or (mod == "AFTER" and CUES["in_force"].match(around.behind)):
        return "period"
    if around.clause_before.endswith("连续") and "的" in around.clause_behind[:16]:
        return "threshold"
    strict = CUES["strict"].search(around.clause_before)
    if not ordered or (around.clause_before.endswith("连续") and not strict):
        return "reference"
    held = CUES["held"].match(around.clause_behind[:6]) or CUES["held"].search(around.clause_before[-8:])
    return "threshold" if held or mod or strict else "reference"


def _allowed(around: Surroundings, *, ordered: bool) -> TimeRole:
    """The role of a length within which something is done: 三日内."""
    if CUES["barred"].match(around.clause_behind) or around.clause_before.endswith("其"):
        return "period"
    if CUES["measure"].match(around.clause_behind) or CUES["counted"].match(around.clause_behind):
        return "threshold"
    if CUES["limited"].search(around.clause_before[-8:]):
        return "threshold"
    told = TOLD.search(around.clause_behind) or (CUES["past"].search(around.clause_behind) and not ordered)
    return "reference" if told and not ordered else "deadline"


def _dated(mention: Mention, around: Surroundings, *, value: str, mod: str | None, type_: str, past: bool | None) -> TimeRole:
    if mention.bound == "upto" or mention.fields.get("named"):
        return "reference"
    if value == "PRESENT_REF":
        return "deadline"
    if mod in ("ON_OR_BEFORE", "BEFORE", "EQUAL_OR_LESS"):
        if "原定" in around.clause_before:
            return "reference"
        return "deadline" if orders(around) or past is False or not _past(around) else "reference"
    if value == "" and "festival" in mention.moment:
        return "period"
    if "season" in mention.moment and mod is None and orders(around) and not past:
        return "period"
    if mention.bound == "during" and ("festival" in mention.moment or mention.until is not None):
        return "period"
    bare = mention.until is None and mod in (None, "START", "MID", "END")
    if bare and (mention.moment.get("rel_year", 0) < 0 or mention.moment.get("rel_day", 1) <= 0 or past):
        return "reference"
    opening = bool(CUES["opening"].fullmatch(PHRASES.split(around.clause_before)[-1]))
    planned = bare and opening and not past and not _past(around)
    if planned and CUES["achieved"].search(around.clause_behind[:14]):
        return "deadline"
    if bare and not past and around.clause_before.endswith(("将于", "将在", "定于")):
        return "deadline"
    fine = {"month", "rel_month", "quarter", "half", "third"} & set(mention.moment)
    free = around.clause_behind.strip(") ") and not around.clause_behind.startswith(("的", "“", "是"))
    if planned and past is False and fine and type_ == "DATE" and free:
        return "deadline"
    if bare and not past and CONDITION.search(around.clause_before) and CUES["unmet"].search(around.clause_behind):
        return "deadline"
    within = bare and fine and not past and WITHIN.search(around.clause_before) and not _past(around)
    if within and lean(around) > 0 and not around.clause_behind.startswith(("的", "期")):
        return "deadline"
    return _spread(mention, around, value=value, mod=mod, type_=type_, past=past, opening=opening)


def _spread(
    mention: Mention, around: Surroundings, *, value: str, mod: str | None, type_: str, past: bool | None, opening: bool
) -> TimeRole:  # fmt: skip
    """The role of a date that no bound before it makes a deadline: stretches, ends, starts, whole years.

    Args:
        mention: the time as read.
        around: its sentence.
        value: its TIMEX value.
        mod: the modifier of that.
        type_: its TIMEX type.
        past: whether it ended before the day of issue.
        opening: whether it opens its clause.
    """
    clause = around.clause
    if mention.until is not None or "/" in value:
        if past:
            return "reference"
        planned = opening and past is False and not _past(around)
        return "period" if planned or (orders(around) and lean(around) > 0) else "reference"
    if around.clause_before.endswith(("有效期至", "有效期限至", "有效期到")):
        return "period"
    if UNTIL.search(around.clause_before) and not past and mention.until is None:
        return "deadline"
    whole = mention.moment.get("word") in ("全年", "全年度")
    if whole and (CUES["target"].search(clause) or CUES["aimed"].search(clause)) and not _past(around):
        return "deadline"
    if mod == "ON_OR_AFTER":
        in_force = CUES["in_force"].match(around.behind) or past is False or (orders(around) and lean(around) > 0)
        return "period" if in_force and mention.bound != "以来" else "reference"
    if around.clause_before.endswith(("有效期至", "有效期限至", "有效期到")):
        return "period"
    if mod == "AFTER":
        return "period" if lean(around) > 0 else "reference"
    if opening and mention.moment.get("edge") == "END" and CUES["target"].search(around.behind[:40]) and lean(around) >= 0:
        return "deadline"
    if opening and lean(around) > 0 and not around.clause_behind.startswith(("的", "“", "度")):
        if CUES["achieved"].search(around.clause_behind[:16]):
            return "deadline"
        return "period" if YEAR.fullmatch(value) or type_ == "TIME" else "deadline"
    return "reference"
