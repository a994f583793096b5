"""Joins parts into mentions: coarse with finer (去年·5月·15日), ends of ranges, and the words around that shift the bound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from policymine.extraction.times.moments import RANKS, Moment, merged, moment, ranks, upper
from policymine.extraction.times.scan import Part
from policymine.rules import Patterns

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Mention(NamedTuple):
    """A time expression before it is resolved: its span, its moment (and the range's end), what was seen around it."""

    start: int
    end: int
    kind: str
    rule: str
    moment: Moment = NOTHING
    until: Moment | None = None
    fields: Mapping[str, Any] = NOTHING
    mod: str | None = None
    bound: str = ""


AROUND: Final = Patterns("policymine.extraction.times", "times", "around")
"""What may stand around a part of a time."""
STOPS: Final = re.compile(r"[。！？!?\n]")
YEARS: Final = frozenset({"year", "rel_year"})
MONTHS: Final = frozenset({"month", "rel_month", "rel_week", "lmonth"})
SUFFIXES: Final = (
    ("before_words", "ON_OR_BEFORE"),
    ("after_words", "AFTER"),
    ("since_words", "ON_OR_AFTER"),
    ("within_words", "EQUAL_OR_LESS"),
    ("about_words", "APPROX"),
)


def mentions(text: str, parts: list[Part]) -> list[Mention]:
    """The mentions that the parts of a scanned text make, in reading order."""
    chains = list(_chains(text, parts))
    ranged = list(_ranges(text, chains))
    return [_bounded(text, m, ranged[i + 1].start if i + 1 < len(ranged) else len(text)) for i, m in enumerate(ranged)]


def _chains(text: str, parts: list[Part]) -> Iterator[Mention]:
    current: Mention | None = None
    for part in parts:
        fields = moment(part) if part.kind in ("moment", "span") else None
        if part.kind in ("moment", "span") and not fields:
            continue
        if current is not None and _of_year(current, part) and not text[current.end : part.start]:
            current = current._replace(end=part.end, fields={**current.fields, "named": True})
            continue
        if current is not None and fields is not None:
            joined = _joined(text, current, part, fields)
            if joined is not None:
                current = joined
                continue
        if current is not None:
            yield current
        current = _alone(part, fields)
    if current is not None:
        yield current


def _of_year(left: Mention, part: Part) -> bool:
    """今年汛期: a season of administration that its year dates."""
    return (
        left.kind == "moment"
        and left.until is None
        and part.kind == "named"
        and "seasons" not in part.fields
        and set(left.moment) <= {"year", "rel_year", "word"}
        and not part.fields.get("mod")
    )


def _alone(part: Part, fields: Moment | None) -> Mention:
    if part.kind == "span" and fields is not None:
        return Mention(part.start, part.end, "moment", part.rule, fields, upper(part, fields))
    return Mention(part.start, part.end, part.kind, part.rule, fields or {}, None, part.fields)


def _joined(text: str, left: Mention, part: Part, fields: Moment) -> Mention | None:
    """The chain with a further part, when the part is finer and stands close enough."""
    if part.start - left.end > 6:
        return None
    gap = text[left.end : part.start]
    if left.kind == "moment" and left.until is None and AROUND["appositive"].fullmatch(gap):
        if set(fields) <= {"weekday"} and "day" in left.moment:
            close = part.end + 1 if "(" in gap and text[part.end : part.end + 1] == ")" else part.end
            return left._replace(end=left.end if "(" in gap and close == part.end else close)
        if set(left.moment) <= {"weekday"} and "day" in fields and "month" in fields:
            return left._replace(end=part.end, moment=fields)
    if not AROUND["join"].fullmatch(gap):
        return None
    if left.kind == "set":
        after = merged(left.moment, fields) if left.moment else fields
        if after is None or not (
            set(fields)
            & {"month", "day", "part", "hour", "edge", "festival", "season", "weekday", "nth", "quarter", "half", "third"}
        ):
            return None
        until = upper(part, after) if part.kind == "span" else None
        return left._replace(end=part.end, moment=after, until=until)
    if left.kind != "moment" or left.until is not None:
        return None
    if gap.endswith("的") and set(fields) <= {"part", "word"} and "rel_day" not in left.moment:
        return None
    both = merged(left.moment, fields)
    if both is None:
        return None
    return left._replace(end=part.end, moment=both, until=upper(part, both) if part.kind == "span" else None)


def _ranges(text: str, chains: list[Mention]) -> Iterator[Mention]:
    """Ranges of two chains, and the month and year that a list or the sentence hands on to a bare day or month."""
    index = 0
    last: Mention | None = None
    while index < len(chains):
        current = chains[index]
        follower = chains[index + 1] if index + 1 < len(chains) else None
        if follower is not None and _is_range(text, current, follower):
            current = _range(current, follower)
            index += 1
        elif last is not None and current.kind == "moment":
            current = _inherited(text, last, current)
        if current.kind == "moment":
            last = current
        yield current
        index += 1


def _is_range(text: str, left: Mention, right: Mention) -> bool:
    if left.kind not in ("moment", "ref") or right.kind not in ("moment", "ref") or left.until or right.until:
        return False
    gap = text[left.end : right.start]
    if len(gap) > 6:
        return False
    if left.kind == "ref" and (left.fields.get("value") != "PRESENT_REF" or right.kind == "ref"):
        return False
    if right.kind == "ref" and right.fields.get("value") != "PRESENT_REF":
        return False
    if AROUND["to"].fullmatch(gap):
        return True
    return bool(AROUND["between"].fullmatch(gap)) and text[right.end : right.end + 2] in ("之间", "间")


def _range(left: Mention, right: Mention) -> Mention:
    if right.kind == "ref":
        return left._replace(end=right.end, mod="ON_OR_AFTER")
    if left.kind == "ref":
        return right._replace(start=left.start, moment={"rel_day": 0}, until=right.moment)
    shared = {k: v for k, v in left.moment.items() if k in _handed_on(right.moment) and k not in right.moment}
    until: dict[str, Any] = {**shared, **{k: v for k, v in right.moment.items() if k != "word"}}
    if until.pop("next", False):
        until["after"] = "year" if "rel_year" in until else "day"
    begin = dict(left.moment)
    if (
        "hour" in begin
        and "part" not in begin
        and right.moment.get("part") in ("AF", "NI", "EV")
        and "hour" not in right.moment
    ):
        del until["part"]
    return left._replace(end=right.end, moment=begin, until=until)


def _handed_on(right: Moment) -> frozenset[str]:
    """The fields that the end of a range takes from its beginning: what is coarser than the coarsest thing it says itself."""
    top = ranks(right)[0]
    if {"rel_day", "rel_week", "rel_month", "festival"} & set(right):
        return YEARS if "rel_month" in right else frozenset()
    if top >= 60:
        return frozenset(RANKS) - ({"part"} if top == 60 else set()) - {"hour"}
    return YEARS | MONTHS if top > 30 else YEARS if top > 10 else frozenset()


def _inherited(text: str, last: Mention, current: Mention) -> Mention:
    """A bare day takes the month, a bare month the year, of the mention before it in the same sentence."""
    gap = text[last.end : current.start]
    if len(gap) > 60 or STOPS.search(gap) or current.until is not None:
        return current
    source = last.until or last.moment
    fields, given = current.moment, {}
    listed = len(gap) <= 2 and AROUND["month_list"].fullmatch(gap)
    if (
        set(fields) <= {"day", "part", "hour", "minute", "second"}
        and "day" in fields
        and ("month" in source or "rel_month" in source)
    ):
        keys = ("year", "rel_year", "month", "rel_month")
        given = {k: source[k] for k in keys if k in source} if listed or "rel_month" not in source else {}
    elif (
        "month" in fields
        and "year" not in fields
        and not {"rel_year", "lmonth"} & set(fields)
        and isinstance(source.get("year"), int)
    ):
        given = {"year": source["year"]} if len(gap) <= 30 else {}
    elif listed and set(fields) <= {"quarter", "half"}:
        given = {k: source[k] for k in ("year", "rel_year") if k in source}
    return current._replace(moment={**given, **fields}) if given else current


def _bounded(text: str, mention: Mention, limit: int) -> Mention:
    """The mention with the words that shift its bound: 底 前 后 以来 起 左右 内 期间 behind it, 截至 before it."""
    if mention.kind not in ("moment", "named", "plan", "set"):
        return mention
    if mention.moment.get("word") in ("年内", "月内"):
        return mention._replace(mod="EQUAL_OR_LESS", bound="内")
    if not (
        AROUND["behind"].match(text, mention.end, limit)
        or AROUND["ahead"].search(text, max(0, mention.start - 1), mention.start)
    ):
        return mention
    end, fields, mod, bound = mention.end, dict(mention.moment), mention.mod, mention.bound
    target = dict(mention.until) if mention.until is not None else fields
    fine = ranks(target)[1]
    if (
        (mention.kind == "moment" or (mention.kind == "set" and mention.moment))
        and fine <= 30
        and "edge" not in target
        and (found := AROUND["edge_words"].match(text, end, limit))
    ):
        mark = found["e"]
        target["edge"] = "MID" if mark == "中" else "END" if mark in "底末" else "START"
        end = found.end()
    found = AROUND["during_words"].match(text, end, limit) if mention.kind != "set" else None
    named = "festival" in target or mention.kind in ("named", "plan") or mention.until is not None
    if found and (named or found[0] == "期间"):
        end, bound = found.end(), "during"
    if mention.kind == "set" and not mention.moment:
        edge = AROUND["edge_words"].match(text, end, limit) if "c" not in mention.fields else None
        if not edge or mention.fields.get("u", "")[-1:] not in tuple("年月度季"):
            return mention
        target["edge"] = "MID" if edge["e"] == "中" else "END" if edge["e"] in "底末" else "START"
        end = edge.end()
    end, mod, bound = _suffix(text, end, limit, mod=mod, bound=bound, fine=fine)
    start = mention.start
    if mention.kind == "moment" and mention.until is None:
        start, mod, bound = _prefix(text, start, mod=mod, bound=bound, fine=fine)
    if mention.until is not None:
        return mention._replace(start=start, end=end, until=target, mod=mod, bound=bound)
    return mention._replace(start=start, end=end, moment=target, mod=mod, bound=bound)


def _prefix(text: str, start: int, *, mod: str | None, bound: str, fine: int) -> tuple[int, str | None, str]:
    """Where a date starts with the words before it that bound it (截至, 不晚于, 自), and its modifier and bound with them."""
    before = text[max(0, start - 8) : start]
    if lead := AROUND["upto"].search(before):
        return start - len(lead[0]), "ON_OR_BEFORE", bound or "upto"
    if mod is not None:
        return start, mod, bound
    if AROUND["nolater"].search(before):
        return start, "ON_OR_BEFORE", "nolater"
    if (lead := AROUND["since"].search(before)) and fine <= 50 and lead[0].strip() in ("自从", "自", "始于"):
        return start, "ON_OR_AFTER", "since"
    return start, mod, bound


def _suffix(text: str, end: int, limit: int, *, mod: str | None, bound: str, fine: int) -> tuple[int, str | None, str]:
    room = limit if limit > end else end
    blank = 1 if text[end : end + 1] == " " else 0
    for name, value in SUFFIXES:
        found = AROUND[name].match(text, end + blank, room)
        if not found or (name == "within_words" and fine > 40) or (name == "about_words" and bound == "during"):
            continue
        if found[0][0] in "及或和":
            value = {"AFTER": "ON_OR_AFTER"}.get(value, value)
            return found.end(), value, "inclusive"
        return found.end(), value, found[0]
    return end, mod, bound
