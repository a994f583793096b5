"""Rules and lexicons as data, each with examples that must match and examples that must not.

A rule file `<stem>.toml` stands beside the module that uses it:

    [parts]
    date = '(?:\\d{1,2}月\\d{1,2}日)'

    [[rule]]
    id    = "times.by-date"                  # stem.slug, stored in every row
    find  = '{date}之?前(?!后)'               # {name} inserts a part; a regular expression of the standard library
    gives = { type = "DATE", mod = "ON_OR_BEFORE" }
    yes   = ["请于〔3月15日前〕报送"]           # 〔…〕 marks the exact span
    no    = ["3月15日前后"]
    why   = "前后 means around"

A rule that is slow to look for may say in `needs` what every match of it holds and what is quickly found, such as one word;
in a text without that it is not tried.

`load` refuses a file that lacks examples, has unknown keys, foreign or repeated ids, a pattern that matches the empty text, or
an example that contradicts it: a rule that is loaded is a rule that was shown to work.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from policymine.errors import RuleError

RULE_KEYS = {"id", "find", "needs", "gives", "yes", "no", "why", "flags"}
PART = re.compile(r"\{([a-z_]+)\}")
KINDS = {
    "id": "a text", "find": "a text", "needs": "a text", "why": "a text", "flags": '"x"', "yes": "a list of texts",
    "no": "a list of texts", "gives": "a table",
}  # fmt: skip
MARKED = re.compile("〔((?:[^〔〕]|〔[^〔〕]*〕)*)〕")
"""A marked span; a 文号 with its own 〔year〕 may stand inside one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a pattern, what a match of it means, and its examples.

    `gives` is free for the workshop that owns the file; named groups of the pattern carry the rest. The span of a match is the
    group `span` where the pattern has one, else the whole match.
    """

    id: str
    find: re.Pattern[str]
    gives: Mapping[str, Any]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    why: str
    needs: re.Pattern[str] | None = None

    def spans(self, text: str) -> Iterator[re.Match[str]]:
        """The matches in `text`, leftmost first, not overlapping."""
        return self.find.finditer(text) if self.possible(text) else iter(())

    def possible(self, text: str) -> bool:
        """Whether `text` holds what every match needs, as far as the rule says."""
        return self.needs is None or self.needs.search(text) is not None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one file, in file order, with its parts, its lexicons and its fingerprint."""

    stem: str
    rules: tuple[Rule, ...]
    parts: Mapping[str, str] = field(default_factory=dict)
    lexicons: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __getitem__(self, rule_id: str) -> Rule:
        for rule in self.rules:
            if rule.id == rule_id or rule.id == f"{self.stem}.{rule_id}":
                return rule
        raise RuleError(f"{self.stem}.toml", rule_id, "no rule of this id; look at the ids in the file")


def match_span(match: re.Match[str]) -> tuple[int, int]:
    """The span that a match stands for: its group `span` where the pattern has one, else all of it.

    >>> match_span(re.search("于(?P<span>月底前)", "请于月底前报"))
    (2, 5)
    """
    return match.span("span") if "span" in match.re.groupindex and match["span"] is not None else match.span()


def rule_files(package: str) -> Iterator[tuple[str, str]]:
    """The rule files of a package and of the packages in it, as (package, stem), in order of their names.

    >>> ("policymine.extraction.times", "times") in set(rule_files("policymine.extraction"))
    True
    """
    for entry in sorted(files(package).iterdir(), key=lambda found: found.name):
        if entry.is_dir() and entry.joinpath("__init__.py").is_file():
            yield from rule_files(f"{package}.{entry.name}")
        elif entry.name.endswith(".toml"):
            yield package, entry.name.removesuffix(".toml")


class Patterns(dict[str, re.Pattern[str]]):
    """The patterns of a lexicon of one file, by their names, each made when it is first asked for.

    >>> Patterns("policymine.extraction.times", "times", "around")["during_words"].match("汛期期间", 2) is not None
    True
    """

    def __init__(self, package: str, stem: str, lexicon: str, *, behind: str = "") -> None:
        super().__init__()
        self._where, self._behind = (package, stem, lexicon), behind

    def __missing__(self, name: str) -> re.Pattern[str]:
        package, stem, lexicon = self._where
        found = self[name] = re.compile(f"{load(package, stem).lexicons[lexicon][name]}{self._behind}")
        return found


@cache
def load(package: str, stem: str) -> RuleSet:
    """Reads and proves `<stem>.toml` of a package of policymine.

    Args:
        package: the module path of the folder, such as `policymine.extraction.times`.
        stem: the file's name without its ending; the prefix of its rule ids.

    Raises:
        RuleError: the file contradicts itself; the message names the rule and the example.
    """
    content = files(package).joinpath(f"{stem}.toml").read_text(encoding="utf-8")
    return parse(content, stem=stem)


def parse(content: str, *, stem: str) -> RuleSet:
    """The rule set that a rule file's text defines; see `load`.

    >>> rules = parse('''
    ... [[rule]]
    ... id = "demo.must"
    ... find = '必须'
    ... yes = ["各镇〔必须〕落实"]
    ... no = ["各镇要落实"]
    ... why = "the plain deontic word"
    ... ''', stem="demo")
    >>> [rule.id for rule in rules]
    ['demo.must']
    """
    try:
        table = tomllib.loads(content)
    except tomllib.TOMLDecodeError as problem:
        raise RuleError(f"{stem}.toml", str(problem), "mend the TOML") from problem
    raw, entries = table.pop("parts", {}), table.pop("rule", [])
    if not isinstance(raw, dict) or not all(isinstance(part, str) for part in raw.values()):
        raise RuleError(f"{stem}.toml", "parts", "holds something else than texts; write name = 'pattern' under [parts]")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError(f"{stem}.toml", "rule", "is no table; write each rule under [[rule]]")
    parts = _parts(raw, stem)
    rules: list[Rule] = []
    for number, entry in enumerate(entries):
        rule = _rule(entry, stem=stem, parts=parts, number=number)
        if any(rule.id == other.id for other in rules):
            raise RuleError(f"{stem}.toml", rule.id, "this id stands twice; give one of them another slug")
        rules.append(rule)
    return RuleSet(stem, tuple(rules), parts, table, fingerprint(content))


def fingerprint(*contents: str) -> str:
    """A short hash of parsed rule and lexicon texts: equal exactly when what they say is equal, comments aside.

    >>> fingerprint("a = 1  # one") == fingerprint("a=1")
    True
    """
    digest = hashlib.sha256()
    for content in contents:
        digest.update(json.dumps(tomllib.loads(content), ensure_ascii=False, sort_keys=True, default=str).encode())
    return digest.hexdigest()[:16]


def _parts(raw: Mapping[str, str], stem: str) -> dict[str, str]:
    """The parts with the parts they name inserted; a part may use the ones above it."""
    parts: dict[str, str] = {}
    for name, pattern in raw.items():
        parts[name] = "(?:" + _insert(pattern, parts, f"{stem}.toml", f"parts.{name}") + ")"
    return parts


def _insert(pattern: str, parts: Mapping[str, str], thing: str, place: str) -> str:
    def part(match: re.Match[str]) -> str:
        if match[1] not in parts:
            raise RuleError(thing, place, f"there is no part {match[1]!r} above it; define it under [parts]")
        return parts[match[1]]

    return PART.sub(part, pattern)


def _rule(entry: Mapping[str, Any], *, stem: str, parts: Mapping[str, str], number: int) -> Rule:
    thing, name = f"{stem}.toml", str(entry.get("id", f"rule {number}"))
    if unknown := set(entry) - RULE_KEYS:
        raise RuleError(thing, name, f"unknown keys {sorted(unknown)}; a rule has {sorted(RULE_KEYS)}")
    if not name.startswith(f"{stem}."):
        raise RuleError(thing, name, f"ids of this file start with {stem!r} and a full stop")
    for key in ("find", "yes", "no", "why"):
        if not entry.get(key):
            raise RuleError(thing, name, f"lacks {key!r}; every rule has a pattern, examples of both kinds and a reason")
    for key, value in entry.items():
        if not _fits(key, value):
            raise RuleError(thing, f"{name} {key}", f"is {value!r}; give {KINDS[key]}")
    flags = re.VERBOSE if entry.get("flags") == "x" else 0
    try:
        find = re.compile(_insert(entry["find"], parts, thing, name), flags)
        needs = re.compile(_insert(entry["needs"], parts, thing, name), flags) if "needs" in entry else None
    except re.error as problem:
        raise RuleError(thing, name, f"its pattern does not compile ({problem})") from problem
    if find.search("") or (needs and needs.search("")):
        raise RuleError(thing, name, "its pattern matches the empty text; require a character")
    rule = Rule(name, find, entry.get("gives", {}), tuple(entry["yes"]), tuple(entry["no"]), entry["why"], needs)
    _prove(rule, thing)
    return rule


def _fits(key: str, value: object) -> bool:
    """Whether a value is of its key's kind."""
    if key in ("yes", "no"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, dict) if key == "gives" else isinstance(value, str)


def _prove(rule: Rule, thing: str) -> None:
    """Holds a rule against its own examples."""
    for index, example in enumerate(rule.yes):
        text = MARKED.sub(lambda m: m[1], example)
        wanted: list[tuple[int, int]] = []
        for shift, mark in enumerate(MARKED.finditer(example)):
            start = mark.start() - 2 * shift
            wanted.append((start, start + len(mark[1])))
        found = [match_span(match) for match in rule.spans(text)]
        if not found or (wanted and found != wanted):
            got = [text[a:b] for a, b in found]
            raise RuleError(thing, f"{rule.id} yes[{index}]", f"{example!r} gives {got}; mend the pattern or the example")
    for index, example in enumerate(rule.no):
        if match := rule.find.search(example):
            raise RuleError(thing, f"{rule.id} no[{index}]", f"{example!r} matches {match[0]!r}, which it must not")
