"""What is wrong with the TOML of a profile or with its keys: every fault, not the first alone."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
Loc = tuple[Any, ...]
PART = re.compile(r""""[^"]+"|'[^']+'|[\w\-]+""")
KEY = re.compile(rf"\s*((?:{PART.pattern})(?:\s*\.\s*(?:{PART.pattern}))*)\s*=")
ENTRY = re.compile(r"""\s*(?:"[^"]+"|'[^']+'|[\w\-.]+)\s*=""")
ROUNDS = 50
"""Times that a text is read again without what was found wrong."""


class Problem(NamedTuple):
    """One thing that is wrong: the line it stands in, its key, what to do."""

    line: int
    key: str
    cure: str


class Sound(NamedTuple, Generic[M]):
    """What is left of a text without its faults; `gone` are the places of what was taken out."""

    model: M
    faults: tuple[Problem, ...]
    said: Mapping[str, Any]
    gone: frozenset[Loc]

    def place(self, loc: Loc) -> Loc:
        """Where something that was found in the rest stands in the whole."""
        return _placed(loc, self.said, gone=self.gone)


def toml_of(content: str) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """What a TOML text says without the lines that are none, and those lines; nothing where the rest may mean another thing.

    >>> said, faults = toml_of('id = a\\n[organisation]\\nlevel = \\nname = "县应急局"\\n')
    >>> said, [fault.line for fault in faults]
    ({'organisation': {'name': '县应急局'}}, [1, 3])
    """
    lines = content.splitlines()
    faults: list[Problem] = []
    for _ in range(ROUNDS):
        try:
            return tomllib.loads("\n".join(lines)), tuple(faults)
        except tomllib.TOMLDecodeError as problem:
            where = str(problem).rpartition("line ")[2].split(",")[0]
            line = int(where) if where.isdigit() else max(1, len(lines))
            faults.append(Problem(line, "TOML", f"{problem}; mend the TOML"))
            if line > len(lines) or not _alone(lines[line - 1], str(problem)):
                break
            lines[line - 1] = ""
    return None, tuple(faults)


def _alone(line: str, problem: str) -> bool:
    """Whether a line is wrong by itself, so that the lines after it can be read."""
    if not ENTRY.match(line):
        return False
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return line.count("[") == line.count("]") and line.count('"""') == 0
    return "overwrite" in problem


def sound(schema: type[M], said: Mapping[str, Any], *, content: str) -> Sound[M]:
    """What is left of a text without the values that the schema refuses, and each of these with line, key and cure."""
    faults: tuple[Problem, ...] = ()
    gone: frozenset[Loc] = frozenset()
    for number in range(ROUNDS):
        try:
            return Sound(schema.model_validate(_without(said, (), gone=gone)), faults, said, gone)
        except ValidationError as problem:
            errors = [{**error, "loc": _placed(tuple(error["loc"]), said, gone=gone)} for error in problem.errors()]
        if not number:
            faults = tuple(_told(errors, said, schema=schema, content=content))
        standing = {(_standing(said, error), error["type"] == "missing") for error in errors}
        gone |= {loc[:-1] if missing else loc for loc, missing in standing}
    return Sound(schema(), faults, {}, gone)


def _told(errors: list[dict[str, Any]], said: Mapping[str, Any], *, schema: type[BaseModel], content: str) -> Iterator[Problem]:
    """One problem a key; the choices of a key that has several errors together."""
    grouped: dict[Loc, list[dict[str, Any]]] = {}
    for error in errors:
        grouped.setdefault(_standing(said, error), []).append(error)
    for loc, same in grouped.items():
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
        yield Problem(line_of(content, loc), key, _cure(same, loc, schema=schema))


def _cure(errors: list[dict[str, Any]], loc: Loc, *, schema: type[BaseModel]) -> str:
    first, about = errors[0], _described(schema, loc)
    if first["type"] == "extra_forbidden":
        known = _known(schema, loc[:-1])
        return f"there is no such key; known here: {', '.join(known)}" if known else "there is no such key"
    if first["type"] == "missing":
        return f"is missing; add it{about}"
    choices = [error["ctx"]["expected"] for error in errors if error["type"] == "literal_error"]
    if choices:
        return f"write one of {', '.join(choices).replace(' or ', ', ')}"
    if first["type"] == "model_type":
        return f"is a table: write [{loc[0]}] and its keys below"
    if first["type"] == "tuple_type":
        return f"is a list: write {loc[-1]} = [...]{about}"
    return f"{first['msg']}{'; write true or false' if first['type'].startswith('bool') else about}"


def _standing(said: Any, error: dict[str, Any]) -> Loc:
    """The part of an error's place that is a place of the text; the rest names branches of the schema."""
    loc, at = error["loc"], said
    for depth, part in enumerate(loc):
        if isinstance(at, dict):
            if part not in at:
                return tuple(loc[: depth + (error["type"] == "missing")])
            at = at[part]
        elif isinstance(at, list) and isinstance(part, int):
            at = at[part]
        else:
            return tuple(loc[:depth])
    return tuple(loc)


def _without(said: Any, loc: Loc, *, gone: frozenset[Loc]) -> Any:
    """What a value says without what was taken out of it."""
    if isinstance(said, dict):
        return {key: _without(value, (*loc, key), gone=gone) for key, value in said.items() if (*loc, key) not in gone}
    if isinstance(said, list):
        kept = [(number, value) for number, value in enumerate(said) if (*loc, number) not in gone]
        return [_without(value, (*loc, number), gone=gone) for number, value in kept]
    return said


def _placed(loc: Loc, said: Any, *, gone: frozenset[Loc]) -> Loc:
    """The place in the whole of a place in what is left."""
    whole: Loc = ()
    for part in loc:
        here = part
        if isinstance(said, list) and isinstance(part, int):
            here = [number for number in range(len(said)) if (*whole, number) not in gone][part]
            said = said[here]
        else:
            said = said.get(part) if isinstance(said, dict) else None
        whole = (*whole, here)
    return whole


def _models(schema: type[BaseModel], loc: Loc) -> Iterator[tuple[type[BaseModel], str]]:
    """The classes on the way to a place, each with the key that is taken in it."""
    model: Any = schema
    for part in loc:
        if isinstance(part, int):
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return
        yield model, part
        if part not in model.model_fields:
            return
        hint = model.model_fields[part].annotation
        model = next(
            (arg for arg in getattr(hint, "__args__", ()) if isinstance(arg, type) and issubclass(arg, BaseModel)), hint
        )


def _known(schema: type[BaseModel], loc: Loc) -> list[str]:
    """The keys of the class at a place."""
    *_, (model, _) = _models(schema, (*loc, ""))
    return [field.alias or name for name, field in model.model_fields.items()]


def _described(schema: type[BaseModel], loc: Loc) -> str:
    """What the schema says of a key."""
    *_, (model, name) = _models(schema, loc or ("",))
    field = model.model_fields.get(name)
    return f" ({field.description})" if field is not None and field.description else ""


def line_of(content: str, loc: tuple[Any, ...]) -> int:
    """The line of a TOML text where a key stands; that of its table where the key itself is missing.

    >>> line_of('[a]\\nb = 1\\n[[c]]\\nd = 2\\n[[c]]\\nd = 3', ("c", 1, "d"))
    6
    """
    table: tuple[Any, ...] = ()
    counts: Counter[str] = Counter()
    best, depth = 1, 0
    for number, line in enumerate(content.splitlines(), 1):
        if header := re.match(r"\s*(\[{1,2})\s*([^\]]+?)\s*\]", line):
            name = header[2].strip("\"' ")
            table = tuple(part.strip("\"' ") for part in name.split("."))
            if header[1] == "[[":
                table = (*table, counts[name])
                counts[name] += 1
            here = table
        elif key := KEY.match(line):
            here = (*table, *(part.strip("\"'") for part in PART.findall(key[1])))
        else:
            continue
        shared = len(here) if loc[: len(here)] == here else 0
        if shared > depth:
            best, depth = number, shared
    return best
