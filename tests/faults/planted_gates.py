"""Faults planted in source files, in what a night brought, and in texts that are no papers: each trips one gate."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from policymine.cleaning import gate
from policymine.operations.ending import account
from policymine.operations.report import Gate, judge
from policymine.operations.staging import PageNote
from policymine.rules import MARKED
from policymine.settings import Settings
from policymine.sources import source_file
from policymine.sources.journal import Fetched, Found
from policymine.sources.source import Source
from policymine.sources.source_file import load_sources, parse_source, read_source
from policymine.sources.yields import Yield, promised
from tests.faults.planted_laws import GUARDS, Fault

SITE: dict[str, Any] = {"id": "a", "title": "示例", "base": "http://a.example", "start": ["/"], "papers": ["t\\d+"]}
GUARDS[source_file] = frozenset({"_check_keys", "_check_kind", "_check_content", "_check_words", "_check_date", "_named"})


def site_file(_lost: str = "", **changes: Any) -> str:
    """A source file with some keys changed, one left out."""
    table = {key: value for key, value in {**SITE, **changes}.items() if key != _lost}
    flat = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in flat.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += [f"[{key}]", *(f"{name} = {json.dumps(item)}" for name, item in value.items())]
    return "\n".join(lines)


def site_faults() -> tuple[Fault, ...]:
    """Source files that are wrong, one for each thing that is checked."""

    def of(_lost: str = "", **changes: Any) -> Callable[[], object]:
        return lambda: parse_source(site_file(_lost, **changes), name="a.toml")

    def read(name: str, content: bytes | None) -> Callable[[], object]:
        return partial(_read, name, content)

    return (
        Fault("broken TOML", lambda: parse_source("id = ", name="a.toml"), "is no TOML"),
        Fault("an unknown expectation", of(expect={"colour": 1}), "unknown keys"),
        Fault("an expectation at the top", of(pages_min=1), "under [expect]"),
        Fault("a misspelt key", of(paperz=["x"]), "did you mean papers"),
        Fault("a key that is missing", of("title"), "is missing"),
        Fault("no papers", of("papers"), "learn = true"),
        Fault("a folder with a start", of(folder="x"), "no sense for a folder"),
        Fault("a text for a list", of(papers="x"), "give a list of texts"),
        Fault("a text for a flag", of(enabled="yes"), "give true or false"),
        Fault("a number out of its bounds", of(retries=99), "whole number from 0 to 10"),
        Fault("a number for a text", of(title=3), "give a text"),
        Fault("an id in capitals", of(id="A B"), "small letters"),
        Fault("an address without a host", of(base="a.example"), "give http(s)://host"),
        Fault("a pattern that does not compile", of(follow=["("]), "no regular expression"),
        Fault("more at least than at most", of(expect={"pages_min": 9, "pages_max": 2}), "larger than pages_max"),
        Fault("a list without a number", of(pagination="index.html"), "needs {n} once"),
        Fault("a date that does not compile", of(date="("), "no regular expression"),
        Fault("a date without a group", of(date="x"), "has no group"),
        Fault("an unknown level", of(level="village-ish"), "use one of"),
        Fault("a region that is no code", of(region="北京"), "six-digit code"),
        Fault("hours that are none", of(hours="night"), "HH:MM-HH:MM"),
        Fault("a promise that no paper can keep", of(expect={"fields": ["colour"]}), "a paper can promise"),
        Fault("a host with a path", of(hosts=["http://b.example/x"]), "without http://"),
        Fault("an encoding that cannot write Chinese", of(encoding="ascii"), "cannot write Chinese"),
        Fault("a file that is no UTF-8", read("a.toml", b"\xff"), "is no UTF-8"),
        Fault("a file that is not there", read("a.toml", None), "cannot be read"),
        Fault("a file named after another id", read("b.toml", site_file().encode()), "named after its id"),
        Fault("a file of the overlay named after another id", partial(_overlaid, "b.toml"), "named after its id"),
    )


def _overlaid(name: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sites", name)
        path.parent.mkdir()
        path.write_text(site_file(), encoding="utf-8")
        return load_sources(Path(folder))


def _read(name: str, content: bytes | None) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if content is not None:
            path.write_bytes(content)
        return read_source(path)


def night(**changes: Any) -> PageNote:
    """The note on a page that was mined well, with some fields changed."""
    return PageNote("http://a.example/1", **{"raw": 1000, "documents": 1, "findings": {"directives": 10}, **changes})


SEVEN: tuple[Mapping[str, Any], ...] = ({"pages": 9, "characters": 1000, "findings": {"directives": 10}},) * 7
GATES: Mapping[str, list[PageNote]] = {
    "laws": [*[night()] * 40, night(failed="a law", law=True)],
    "quarantine": [*[night()] * 10, night(failed="a station")],
    "drift": [night(findings={"directives": 1})] * 20,
}
"""A night for each gate that only this gate refuses."""


def judged(notes: list[PageNote]) -> set[str]:
    """The gates that a night does not pass."""
    found: tuple[Gate, ...] = judge(notes, settings=Settings(), earlier=SEVEN)
    return {entry.name for entry in found if not entry.passed}


SOURCE = Source("a", "示例", "http://a.example", ("/",), ("t",), pages_min=2, pages_max=3, fields=("title", "date", "text"))
WHOLE = (f"<html><title>通报</title><body><p>2022-03-01 {'各镇要报送。' * 20}</p></body></html>").encode()


def visited(count: int) -> list[Fetched]:
    """A visit that brought so many papers."""
    return [Fetched(f"http://a.example/t{number}", "", "paper", "fetched") for number in range(count)]


def complaint(count: int) -> str | None:
    """What is said of a night in which a source gave so many papers."""
    return account(SOURCE, visited(count), last_success=None).error


def shown(body: bytes) -> tuple[str, ...]:
    """What a paper's page lacks of what its source promises."""
    return promised(SOURCE, Found("http://a.example/t1", "paper", 1, ""), Yield("fetched", ""), body)


PROMISES: Mapping[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "pages_min": (lambda: complaint(2), lambda: complaint(1)), "pages_max": (lambda: complaint(3), lambda: complaint(4)),
    "title": (lambda: shown(WHOLE), lambda: shown(WHOLE.replace("通报".encode(), b" "))),
    "date": (lambda: shown(WHOLE), lambda: shown(WHOLE.replace(b"2022-03-01", b""))),
    "text": (lambda: shown(WHOLE), lambda: shown(WHOLE.replace("各镇要报送。".encode(), b"", 15))),
}  # fmt: skip
"""For each promise of a source: what is said when it is kept, and when it is just broken."""


def genres() -> Iterator[tuple[str, str]]:
    """A text for each reason to set a text aside: made of the examples of the rules that speak for that reason."""
    yield "empty", "……  3。"
    yield "english", "All districts shall carry out the special rectification campaign before the end of the month."
    for reason in gate.rules().lexicons["limits"]:
        examples = [
            found
            for rule in gate.rules()
            if rule.gives["reason"] == reason
            for example in rule.yes
            for found in MARKED.findall(example) or [example]
        ]
        yield reason, "。".join(examples * 4) + "。"
