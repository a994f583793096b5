"""The dictionary of slogans: what each names, by field, since when, from which document. Data in `slogans.jsonl`.

One line per slogan. The loader proves every line: the number announced by the name must be the number of members of each
reading, names and variants stand once. What is not sure says so (`sure` false); readings are listed best known first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from policymine.errors import RuleError
from policymine.rules import load
from policymine.text.outline import chinese_number

FILE = "slogans.jsonl"
MARKS = re.compile(r"[\s、，,；;“”‘’\"「」『』（）()]")
NUMERALS = {"两": 2, "兩": 2, "双": 2, "雙": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
FINANCIAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾兩雙個", "一二三四五六七八九十两双个")
NUMERAL = re.compile(r"[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两双]|\d{1,2}")
WORDS = load("policymine.extraction.slogans", "slogans").lexicons
ONE_EACH = re.compile("一(?P<whom>[^一]{1,3})一(?P<what>[^一]{1,3})")
READING_KEYS = {"field", "members", "since", "source", "sure", "note", "cues", "checked"}
UNCHECKED = "unchecked"
LITERAL = "按字面:每一个各有一份"
ENTRY_KEYS = {"name", "variants", "readings", "counts"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a slogan stands for in one field. `since` is the first known year, None where unknown; `sure` says how firm.

    `checked` says what the members were compared with: a paper that spells them out, a law, public texts; "" is not at all.
    A reading with `cues` holds only where one of these words stands nearby; one without is the default.
    """

    field: str
    members: tuple[str, ...]
    since: int | None
    source: str
    sure: bool
    note: str = ""
    cues: tuple[str, ...] = ()
    checked: str = ""

    @property
    def standing(self) -> str:
        """What a reader must know before relying on it: "" where it was checked and is sure.

        >>> look_up("三违").readings[0].standing, Reading("安全", ("甲",), None, "说法", sure=True).standing
        ('', 'unchecked')
        """
        return ", ".join(word for word, said in (("unsure", not self.sure), (UNCHECKED, not self.checked)) if said)


@dataclass(frozen=True, slots=True)
class Entry:
    """One slogan of the dictionary; its readings rival each other, the best known first."""

    name: str
    variants: tuple[str, ...]
    readings: tuple[Reading, ...]

    def read(self, context: str) -> Reading | None:
        """The reading that the words around a mention call for: most cues first, else the one that needs none.

        >>> look_up("三公").read("压减“三公”经费").members[0], look_up("三公").read("公安、工信、公卫“三公”流调").members[0]
        ('因公出国(境)费', '公安')
        """
        called = [(sum(cue in context for cue in reading.cues), reading) for reading in self.readings]
        most = max(count for count, _ in called)
        if most:
            return next(reading for count, reading in called if count == most)
        return next((reading for reading in self.readings if not reading.cues), None)


def canonical(name: str) -> str:
    """The form a slogan is filed under: simplified everyday numerals, no marks inside, variants led to the main name.

    >>> canonical("双随机、一公开"), canonical("肆個壹律"), canonical("三个必须")
    ('双随机一公开', '四个一律', '三管三必须')
    """
    bare = MARKS.sub("", name).translate(FINANCIAL)
    return aliases().get(bare, bare)


@lru_cache(maxsize=1 << 12)
def announced(name: str) -> frozenset[int]:
    """The numbers of members that a name may announce: their sum; also the one behind a
    leading 一 (一岗双责) and the one that stands twice (六打六治); empty when there is none.

    The 一 behind 个 (五个一) and behind 合, 位 (四位一体) counts nothing; 双 and 两 are two.

    >>> sorted(announced("五个一")), sorted(announced("四不两直")), sorted(announced("一岗双责"))
    ([5], [6], [2, 3])
    """
    bare = MARKS.sub("", name).translate(FINANCIAL)
    bare = re.sub(r"(?<=[个合归件双])一|(?<=统)一|一$|一(?=般)", "", bare)
    bare = re.sub(r"(?<=[二三四五六七八九十两])位一体", "位", bare)
    numbers = [NUMERALS.get(sign) or (int(sign) if sign.isdigit() else chinese_number(sign)) for sign in NUMERAL.findall(bare)]
    several = {number for number in numbers if number > 1}
    counts = {sum(numbers)} if numbers else set()
    if len(several) == 1 and (1 not in numbers or numbers[0] == 1):
        counts |= several
    return frozenset(counts)


@cache
def entries() -> Mapping[str, Entry]:
    """The packaged dictionary by name.

    Raises:
        RuleError: a line contradicts itself; the message names the slogan.
    """
    content = files("policymine.extraction.slogans").joinpath(FILE).read_text(encoding="utf-8")
    return {entry.name: entry for entry in parse(content)}


@cache
def aliases() -> Mapping[str, str]:
    """Main names by variant."""
    return {MARKS.sub("", variant).translate(FINANCIAL): e.name for e in entries().values() for variant in e.variants}


def look_up(name: str) -> Entry | None:
    """The entry of a slogan under any of its names.

    >>> [m[:2] for m in look_up("四不放过").readings[0].members]
    ['事故', '责任', '整改', '有关']
    >>> look_up("八个没听说过") is None
    True
    >>> look_up("一企一策").readings[0].members
    ('每家企业', '一套对策')
    """
    return entries().get(canonical(name)) or _each(canonical(name))


@cache
def _each(name: str) -> Entry | None:
    """The literal reading of a name that says one for each: 一企一策 is for every enterprise a plan of its own."""
    match = ONE_EACH.fullmatch(name)
    whom, what = (WORDS["each_whom"].get(match["whom"]), WORDS["each_what"].get(match["what"])) if match else (None, None)
    if whom is None or what is None:
        return None
    return Entry(name, (), (Reading("通用", (whom, what), None, LITERAL, sure=True, checked=LITERAL),))


def parse(content: str) -> Iterator[Entry]:
    """The proven entries of a dictionary file's text; empty lines are skipped.

    >>> [e.name for e in parse('{"name": "三违", "readings": [{"field": "安全生产", "members": ["违章指挥", "违章作业", '
    ... '"违反劳动纪律"], "source": "通行说法", "sure": true}]}')]
    ['三违']
    """
    seen: set[str] = set()
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as problem:
            raise RuleError(FILE, f"line {number}", f"mend the JSON ({problem})") from problem
        entry = _entry(record, number)
        for name in (entry.name, *entry.variants):
            if name in seen:
                raise RuleError(FILE, name, "this name stands twice; keep one line and list the other name as its variant")
            seen.add(name)
        yield entry


def _entry(record: Mapping[str, Any], number: int) -> Entry:
    name = str(record.get("name", f"line {number}"))
    if unknown := set(record) - ENTRY_KEYS:
        raise RuleError(FILE, name, f"unknown keys {sorted(unknown)}; a line has {sorted(ENTRY_KEYS)}")
    readings = tuple(_reading(reading, name) for reading in record.get("readings", []))
    if not readings:
        raise RuleError(FILE, name, "has no reading; give at least one")
    wanted = {int(record["counts"])} if "counts" in record else announced(name)
    for reading in readings:
        if wanted and len(reading.members) not in wanted:
            got = f"{len(reading.members)} members in {reading.field}"
            raise RuleError(FILE, name, f"announces {sorted(wanted)} but has {got}; list as many as it announces")
    return Entry(name, tuple(record.get("variants", ())), readings)


def _reading(record: Mapping[str, Any], name: str) -> Reading:
    if unknown := set(record) - READING_KEYS:
        raise RuleError(FILE, name, f"a reading has unknown keys {sorted(unknown)}; it has {sorted(READING_KEYS)}")
    members = tuple(record.get("members", ()))
    if not members or not all(members) or len(set(members)) != len(members):
        raise RuleError(FILE, name, "members must be there, not empty and all different")
    for key in ("field", "source", "sure"):
        if record.get(key) in (None, ""):
            raise RuleError(FILE, name, f"a reading lacks {key!r}")
    return Reading(
        field=record["field"],
        members=members,
        since=record.get("since"),
        source=record["source"],
        sure=bool(record["sure"]),
        note=record.get("note", ""),
        cues=tuple(record.get("cues", ())),
        checked=record.get("checked", ""),
    )
