"""Names in lists, and names behind the words of shared work (会同, 由, 牵头)."""

from __future__ import annotations

import re

from policymine.extraction.directives.bodies import LONGEST, PLACES, SHORT, kind_of, shapes
from policymine.extraction.directives.naming import BAD, FIELDS, lexicon
from policymine.text.span import Span

PAUSE = re.compile("[，,。；;：:]")
PART = re.compile("有关|相关|各|直属")
"""What makes a place the beginning of a longer name: 省有关部门."""
HIGHER, LOWER = (
    re.compile(
        "(?:各|有关|相关)?(?:省|[^，。；、]{0,6}?设区的?市|市|(?:民族)?乡|[^，。；、]{0,6}[出入]地)(?:[（(][^（）()]{1,20}[）)])?"
    ),
    re.compile(
        "(?:[县区市](?!直)|[^，。；、]{1,4}[出入]地|省直管县|自治区|直辖市|计划单列市|民族乡|镇(?=人民政府|政府)|[^，。；、]{2,4}新区).{2,}"
    ),
)
"""Levels that share the body named behind the last of them: 各市、县政府办公室."""
SHARING = ("各级", "任何", "其他", "其它")
"""Those that determine all that a list joins; 有关 determines only what it stands before, and its like (有关部门、单位)."""
LEVELS = ("各", "市", "县", "省", "有关")
"""What a name starts with that shares nothing of the one before it."""
OFFICIAL = ("单位", "部门", "机构", "地区", "科室", "处室")
MIXED = (*OFFICIAL, "团体", "组织")
"""What shares the determiner of the name before it: 各部门、单位."""
SHORTS = re.compile("[^，。；、和的对将把]{2,4}(?:[、和][^，。；、和的对将把]{2,4})*")
"""Fields of work that stand for their bodies."""
OTHERS = re.compile("等(?:(?:有关|相关)?(?:部门|单位)|群团(?:组织)?|人民团体)?$")
"""What closes a list of names that are complete: 县发改局、县水利局等部门."""
OWN = re.compile(
    "(?:依法|经)[^，。；]{1,40}的[^，。；的]|其[他它][^，。；]{1,40}的(?:部门|单位|机构|组织|机关)$|(?P<who>[^，。；的]{2,30}?)(?:授权|委托|指定|确定|认可|批准|设立|聘请)的[^，。；的]"
)
"""A genitive of the second name alone: 县政府或者县政府授权的部门; 受其委托的单位 is none without the first."""
BESIDES = re.compile("(?:以?及|和|与)(?P<rest>其[他它][^，。；、的]{2,})$")
"""The others at the end of a list: 县水利局及其他有关部门."""
FIELDED = re.compile("(?:以及|和|与|及)(?P<rest>[^，。；、的和与及等]{2,})$")
"""A complete name behind fields of work that share their last word: 人社、民政部门和残联."""
STAFF = ("及其个人", "及其工作人员", "及其负责", "及其人员", "及其从业", "及其法定", "及其主要")
"""Who belongs to all that a list names: 主管部门、监管部门及其工作人员."""
GENERIC = ("企业", "单位", "机构", "组织", "部门", "出版社", "公司")
"""What is only another word for the kind of body before it: 承储单位或者企业."""
LIST = re.compile("[^，,。；;]{2,50}?等(?:有关|相关)?(?:部门|单位)")
"""A list that shares its last word, whatever stands in it."""


def members(text: str, span: Span, *, loose: bool = False) -> tuple[Span, ...]:
    """The names that a list joins by 、 or 和, when each is complete; else the list as a whole.

    >>> t = "县住建局、县发改局和各镇"
    >>> [m.of(t) for m in members(t, Span(0, len(t)))]
    ['县住建局', '县发改局', '各镇']
    >>> members("各级工信、卫健等部门", Span(0, 10))
    (Span(start=0, end=10),)
    >>> t = "县发改局、县水利局等部门"
    >>> [m.of(t) for m in members(t, Span(0, len(t)))]
    ['县发改局', '县水利局']
    """
    if (rest := _besides(text, span)) is not None:
        return (*members(text, Span(span.start, rest[0]), loose=loose), Span(rest[1], span.end))
    parts = _parts(text, span)
    if len(parts) < 2:
        return (span,)
    parts = _levelled(text, parts)
    names = [part.of(text) for part in parts]
    others = None
    for number, name in enumerate(names):
        others = OTHERS.search(name)
        if number and others is not None and all(map(_complete, [*names[:number], name[: others.start()]])):
            parts[number] = Span(parts[number].start, parts[number].start + others.start())
            names[number], others = name[: others.start()], None
    if loose and others is None:
        return tuple(parts)
    either = len(parts) == 2 and text[parts[1].start - 1] in "或者"
    if either and _again(*names):
        return (span,)
    either = either and not (_shared(names[1]) or names[0].startswith(SHARING) or names[1] == "个人")
    if (either or not _one(names)) and all(len(name) > 1 and kind_of(name) for name in names):
        return tuple(parts)
    return _with_fields(text, parts, loose=loose) or (span,)


def _besides(text: str, span: Span) -> tuple[int, int] | None:
    """Where the list ends before its last name, and where that starts, when what comes before is whole without it."""
    found = BESIDES.search(text, span.start + 2, span.end) if text.find("其", span.start + 2, span.end) >= 0 else None
    head = text[span.start : found.start()] if found is not None else ""
    if found is not None and _complete(head) and _complete(found["rest"]):
        shared = "的" in head.replace("设区的市", "") and not head.endswith(("部门", "政府", "机关"))
        return None if shared else (found.start(), found.start("rest"))
    if text.find("部门", span.start, span.end) < 0 or text.find("、", span.start, span.end) < 0:
        return None
    found = FIELDED.search(text, span.start + 2, span.end)
    if found is None or not _complete(found["rest"]):
        return None
    fields = text[span.start : found.start()]
    short = "、" in fields and fields.endswith("部门") and not fields.startswith(SHARING) and "的" not in fields
    names = fields.split("、")
    shares = short and not any(map(_complete, names[:-1])) and not found["rest"].endswith(OFFICIAL)
    return (found.start(), found.start("rest")) if shares else None


def _shared(last: str) -> bool:
    """Whether the last name of a list stands behind a genitive that belongs to all of them."""
    own = OWN.match(last) if "的" in last else None
    return "的" in last and (own is None or (own["who"] is not None and (own["who"][0] == "其" or not kind_of(own["who"]))))


def _again(first: str, second: str) -> bool:
    """Whether the second name is another word for the first one's kind, or shares its genitive: 刊文的编辑部或出版社."""
    return second in GENERIC and ("的" in first or first.endswith(GENERIC))


def _parts(text: str, span: Span) -> list[Span]:
    """What stands between the marks and words that join the names of a list."""
    parts, at = [], span.start
    marks = [*shapes()["comma"].finditer(text, span.start, span.end)]
    for number, mark in enumerate(marks):
        inside = text[span.start : mark.start()]
        if inside.count("（") + inside.count("(") > inside.count("）") + inside.count(")"):
            continue
        if mark[0] not in "、，," and not kind_of(inside):
            continue
        behind = marks[number + 1].start() if number + 1 < len(marks) else span.end
        if mark[0].startswith("或") and not (_complete(text[at : mark.start()]) and _whole(text[mark.end() : behind])):
            continue
        if mark.start() > at:
            parts.append(Span(at, mark.start()))
        at = mark.end()
    if at < span.end:
        parts.append(Span(at, span.end))
    return parts


def _complete(name: str) -> bool:
    """Whether it is the name of a body by itself, and not a field of work that shares a word behind the list."""
    return len(name) > 1 and name not in MIXED and not name.endswith(FIELDS) and kind_of(name) != ""


def _whole(name: str) -> bool:
    """Whether it is complete, or a level that shares the body behind it."""
    return _complete(name) or HIGHER.fullmatch(name) is not None


def _with_fields(text: str, parts: list[Span], *, loose: bool) -> tuple[Span, ...]:
    """Complete names and, behind 和, fields of work that share the last word: 县应急局 | 公安、住建等部门; else nothing."""
    first = next((number for number, part in enumerate(parts) if not _complete(part.of(text))), 0)
    last = Span(parts[first].start, parts[-1].end)
    if (
        not first
        or text[last.start - 1] not in "和及与"
        or "的" in last.of(text)
        or not last.of(text).endswith(("部门", "单位"))
    ):
        return ()
    return (*parts[:first], last) if first < len(parts) - 1 and not parts[0].of(text).startswith(SHARING) else ()


def _levelled(text: str, parts: list[Span]) -> list[Span]:
    """The parts with levels and the body that they share in one: 各市、县教育局 of 各市、县教育局和学校."""
    names = [part.of(text) for part in parts]
    first = next((number for number, name in enumerate(names) if HIGHER.fullmatch(name) is not None), len(names))
    last = max((number for number in range(first + 1, len(names)) if LOWER.match(names[number]) is not None), default=0)
    return [*parts[:first], Span(parts[first].start, parts[last].end), *parts[last + 1 :]] if last else parts


def _one(names: list[str]) -> bool:
    """Whether a list shares one determiner or genitive and so must stay whole (各部门、单位; 各镇、各村的干部; …等部门)."""
    first, last = (names[end].replace("设区的市", "") for end in (0, -1))
    if (
        "的" in first
        or _shared(last)
        or "等" in names[-1]
        or "或者" in names[-1]
        or any(word in names[-1] for word in STAFF)
        or (names[-1] == "政府" and names[-2].endswith("党委") and len(names[-2]) > len("党委"))
        or (names[-1] == "个人" and names[0] != "单位" and len(names) == 2)
    ):
        return True
    if names[0].startswith(SHARING) and not any(name.startswith(LEVELS) for name in names[1:]):
        return True
    if names[0].startswith(("有关", "相关")) and any(name in MIXED for name in names[1:]):
        return True
    if names[-1].endswith(("部门", "机关", "单位", "机构")) and any(name.endswith(FIELDS) for name in names[:-1]):
        return True
    own = [len(name) > 1 and name not in MIXED and name not in FIELDS for name in names[1:]]
    return names[0].startswith("各") and not all(own)


def name_from(text: str, start: int, end: int) -> Span | None:
    """The name that starts at `start` and ends before a comma or a predicate: whom 会同 and 组织 call in.

    >>> t = "会同县财政局、县审计局,对资金开展检查"
    >>> name_from(t, 2, len(t)).of(t)
    '县财政局、县审计局'
    """
    words = lexicon()
    if text.startswith("或", start):
        return None
    if (listed := LIST.match(text, start, end)) is not None:
        return Span(*listed.span())
    last = 0
    stop = PAUSE.search(text, start, min(end, start + LONGEST))
    for match in words.ending.finditer(text, start, stop.start() if stop is not None else min(end, start + LONGEST)):
        at = match.end()
        if PART.match(text, at) or _unit(text, at, end) or shapes()["torn"].match(text, at) is not None:
            continue
        closes = at == end or text[at] in "，,。；;对等" or words.follow.match(text, at, end) is not None
        closes = closes or (match[0].endswith(("部门", "单位")) and text[at] not in "、和与及的（(")
        if closes and words.goes_on.match(text, at, end) is None and kind_of(text[start:at]):
            return Span(start, at)
        if shapes()["again"].match(text, at) is None and words.goes_on.match(text, at, end) is None and kind_of(text[start:at]):
            last = last or at
    return Span(start, last) if last and last - start <= SHORT else None


def _unit(text: str, at: int, end: int) -> bool:
    """Whether a unit goes on behind a name (学校举办单位), not a verb with its object (发挥部门优势)."""
    return shapes()["unit"].match(text, at, end) is not None and lexicon().patterns[BAD].match(text, at) is None


def name_at(text: str, start: int, end: int, *, loose: bool = False) -> Span | None:
    """The name between `start` and `end` without the words around it; None when it is none.

    Fields of work count too where `loose`: 公安、住建、消防配合.
    """
    by = shapes()["by"].search(text, start, end)
    start = by.end() if by is not None else start
    while start < end and text[start] in "，,、 对请":
        start += 1
    name = text[start:end]
    if lexicon().patterns[BAD].match(name) and "的" not in name:
        return None
    for tail in ("将", "要", "应当", "须", "共同", "积极", "负责", "密切", "等"):
        name = name.removesuffix(tail)
    if loose and SHORTS.fullmatch(name):
        return Span(start, start + len(name))
    return Span(start, start + len(name)) if (len(name) > 1 or name in PLACES) and kind_of(name) else None
