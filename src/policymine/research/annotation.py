"""Gold files: written compactly by a person, aligned to offsets here, checked against the guideline's vocabulary.

A person (or two, blind to each other) annotates a clean text `NAME.txt` with one JSON object a line in `NAME.marks.jsonl`.
Nobody counts characters: each mark quotes its text, and `align` finds it. The finished gold file has the shape of the
guideline: `text`, `document` and the lists `directives`, `timex`, `quantities`, `slogans`, `references`, with `str` offsets
into `text`, end exclusive.

The keys of a mark (what is left out takes the default in brackets):

| first key | further keys |
| --- | --- |
| `doc` the card | |
| `d` directive | `m` modality [obligation], `op` operational [true], `cue`, `b` bearers, `if` condition, `dl`, `pen` |
| `t` time | `type` [DATE], `v` value, `mod`, `role` [reference] |
| `q` quantity | `v` value, `to` upper value, `u` unit, `mod` |
| `s` slogan | `k` kind [numeric], `x` members |
| `r` reference | `title`, `no` 文号 |

A quote may be shortened to `head…tail`: the shortest stretch from `head` to the next `tail`. Quotes of one kind stand in
reading order, so a repeated phrase rarely needs a counter; where an unmarked one stands before the marked one, `n` says which
of them is meant (2: the second). A bearer is `县住建局`, `lead:县住建局`, `support:各镇`; a `~` in front says it was taken over
from earlier text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LISTS = {"d": "directives", "t": "timex", "q": "quantities", "s": "slogans", "r": "references"}
KEYS = {
    "d": {"m", "op", "cue", "b", "if", "dl", "pen"},
    "t": {"type", "v", "mod", "role"},
    "q": {"v", "to", "u", "mod"},
    "s": {"k", "x"},
    "r": {"title", "no"},
}
VALUES: dict[str, dict[str, set[Any]]] = {
    "directives": {"modality": {"obligation", "prohibition", "permission", "recommendation", "sanction"}},
    "timex": {
        "type": {"DATE", "TIME", "DURATION", "SET"},
        "role": {"deadline", "frequency", "period", "threshold", "reference"},
        "mod": {
            None, "BEFORE", "ON_OR_BEFORE", "AFTER", "ON_OR_AFTER", "EQUAL_OR_LESS", "EQUAL_OR_MORE",
            "APPROX", "START", "MID", "END",
        },
    },
    "quantities": {"mod": {None, "APPROX", "MORE", "LESS", "EQUAL_OR_MORE", "EQUAL_OR_LESS", "ORDINAL"}},
    "slogans": {"kind": {"numeric", "motto"}},
}  # fmt: skip
DOCUMENT_KINDS = {"speech", "circular", "notice", "meeting_report", "work_report", "regulation", "news", "other"}
ELLIPSIS = re.compile("(?<!…)…(?!…)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a gold file: where it stands, what it is and how to mend it."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def align(text: str, marks: Iterable[str], *, gid: str) -> tuple[dict[str, Any], list[Fault]]:
    """Finds every quote of `marks` in `text` and returns the gold file with the marks that could not be placed.

    Args:
        text: the clean text of one document.
        marks: JSON lines as the module's docstring defines them.
        gid: the name that the gold file carries.

    >>> marks = ['{"d": "各镇要…报送", "cue": "要", "b": ["各镇"], "dl": ["3月15日前"]}']
    >>> gold, faults = align("各镇要在3月15日前报送。", marks, gid="x")
    >>> gold["directives"][0]["text"], faults
    ('各镇要在3月15日前报送', [])
    """
    gold: dict[str, Any] = {"gid": gid, "text": text, "document": {}, **{name: [] for name in LISTS.values()}}
    faults: list[Fault] = []
    reached = dict.fromkeys(LISTS, 0)
    for line_number, line in enumerate(marks, 1):
        if not line.strip():
            continue
        where = f"{gid} mark {line_number}"
        try:
            mark = json.loads(line)
        except json.JSONDecodeError as problem:
            faults.append(Fault(where, f"is no JSON object ({problem}); write one object a line"))
            continue
        if "doc" in mark:
            gold["document"] = mark["doc"]
            continue
        kind = next((key for key in mark if key in LISTS), None)
        if kind is None or set(mark) - KEYS[kind] - {kind, "n"}:
            faults.append(Fault(where, f"has unknown keys {sorted(mark)}; see the table in research/annotation.py"))
            continue
        found = _find(text, mark[kind], start=reached[kind])
        for _ in range(mark.get("n", 1) - 1):
            found = found and _find(text, mark[kind], start=found[0] + 1)
        if found is None:
            faults.append(Fault(where, f"quotes {mark[kind]!r}, which does not follow position {reached[kind]}"))
            continue
        start, end = found
        reached[kind] = start + 1 if kind == "s" else end
        gold[LISTS[kind]].append({"start": start, "end": end, "text": text[start:end], **_fields(kind, mark)})
    return gold, faults


def check(gold: dict[str, Any]) -> Iterator[Fault]:
    """Yields what contradicts the guideline: offsets that do not quote, unknown values, quotes outside their directive.

    >>> [str(f) for f in check({"gid": "x", "text": "要报送", "document": {"kind": "notice"}, "directives": [], "timex": [
    ...     {"start": 0, "end": 2, "text": "报送", "type": "DATE", "value": None, "mod": None, "role": "reference"}],
    ...     "quantities": [], "slogans": [], "references": []})]
    ["x timex 0: offsets 0–2 hold '要报', not '报送'; run align again"]
    """
    gid, text = gold.get("gid", "?"), gold.get("text", "")
    if gold.get("document", {}).get("kind") not in DOCUMENT_KINDS:
        yield Fault(gid, f"document kind {gold.get('document', {}).get('kind')!r} is not one of {sorted(DOCUMENT_KINDS)}")
    for name in LISTS.values():
        before = 0
        for index, item in enumerate(gold.get(name, ())):
            where = f"{gid} {name} {index}"
            start, end = item["start"], item["end"]
            if text[start:end] != item["text"] or start >= end:
                yield Fault(where, f"offsets {start}–{end} hold {text[start:end]!r}, not {item['text']!r}; run align again")
                continue
            if start < before and name != "slogans":
                yield Fault(where, f"starts at {start}, inside the one before it; order by position, do not overlap")
            before = end
            for field, allowed in VALUES.get(name, {}).items():
                if item.get(field) not in allowed:
                    yield Fault(where, f"{field} is {item.get(field)!r}; use one of {sorted(map(str, allowed))}")
            if name == "directives":
                yield from _check_directive(where, item)


def _check_directive(where: str, item: dict[str, Any]) -> Iterator[Fault]:
    inside = {"cue": item["cue"], "condition": item["condition"], "penalty": item["penalty"]}
    for field, value in inside.items():
        if value is not None and value not in item["text"]:
            yield Fault(where, f"{field} {value!r} does not stand in {item['text'][:30]!r}…")
    for bearer in item["bearers"]:
        if bearer["explicit"] and bearer["text"] not in item["text"]:
            yield Fault(where, f"explicit bearer {bearer['text']!r} does not stand in the directive; mark it with ~")
    if item["text"][-1] in "。；;！!？?":
        yield Fault(where, "includes its closing mark; end the span before it")


def _find(text: str, quote: str, *, start: int) -> tuple[int, int] | None:
    """The first place at or after `start` that reads `quote`, or from its head to the next tail."""
    parts = ELLIPSIS.split(quote)
    if len(parts) == 1:
        at = text.find(quote, start)
        return None if at < 0 else (at, at + len(quote))
    head, tail = parts[0], parts[-1]
    at = text.find(head, start)
    close = text.find(tail, at + len(head)) if at >= 0 else -1
    return None if close < 0 else (at, close + len(tail))


def _fields(kind: str, mark: dict[str, Any]) -> dict[str, Any]:
    match kind:
        case "d":
            return {
                "modality": mark.get("m", "obligation"), "operational": mark.get("op", True), "cue": mark.get("cue"),
                "bearers": [_bearer(name) for name in mark.get("b", [])], "condition": mark.get("if"),
                "deadlines": mark.get("dl", []), "penalty": mark.get("pen"),
            }  # fmt: skip
        case "t":
            return {
                "type": mark.get("type", "DATE"), "value": mark.get("v"), "mod": mark.get("mod"),
                "role": mark.get("role", "reference"),
            }  # fmt: skip
        case "q":
            return {"value": mark.get("v"), "value_to": mark.get("to"), "unit": mark.get("u"), "mod": mark.get("mod")}
        case "s":
            return {"kind": mark.get("k", "numeric"), "expansion": mark.get("x")}
        case _:
            return {"title": mark.get("title"), "number": mark.get("no")}


def _bearer(name: str) -> dict[str, Any]:
    explicit, name = not name.startswith("~"), name.removeprefix("~")
    role, _, text = name.rpartition(":")
    return {"text": text, "role": role or "responsible", "explicit": explicit}


def read_marks(folder: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Yields (name, text, lines) of every `NAME.txt` in `folder` that has a `NAME.marks.jsonl` beside it."""
    for path in sorted(folder.glob("*.marks.jsonl")):
        name = path.name.removesuffix(".marks.jsonl")
        text = path.with_name(f"{name}.txt").read_bytes().decode("utf-8")
        yield name, text, path.read_text(encoding="utf-8").splitlines()
