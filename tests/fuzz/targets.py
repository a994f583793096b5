"""What is fuzzed: one function per door through which strings come in, from bytes to a verdict.

Each takes any bytes, makes of them what that door takes, and returns when all is well: the door answered, or refused by name
with thing, place and cure. Any other exception, and any law broken, is a violation. `text_of` and `toml_of` turn bytes into
strings of the door's own words, so that short inputs reach far.
"""

from __future__ import annotations

import json
import shlex
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from policymine.cleaning import check_partition as check_cleaning
from policymine.cleaning import clean_page
from policymine.errors import PolicymineError
from policymine.model import CleanPage, Page
from policymine.table import laws
from policymine.table.rows import rows_of

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
PHRASES, TOML_WORDS = tuple(WORDS["phrases"]), tuple(WORDS["toml"])
ARGUMENTS = (*WORDS["arguments"], "\udcff")
"""The last is what a byte of a file name becomes that is no UTF-8."""
RESERVED = 200
"""Bytes from here on spell a character by the two bytes after them; those below choose a word."""


class ViolationError(AssertionError):
    """An answer that is none."""


class Target(NamedTuple):
    """A door: what to do with bytes, the longest input in bytes, and its share of a thousand strings."""

    run: Callable[[bytes], object]
    longest: int
    share: int


def text_of(body: bytes, words: tuple[str, ...] = PHRASES) -> str:
    """A text out of the words of a door and of single characters, never a lone surrogate unless a word holds one."""
    out, at = [], 0
    while at < len(body):
        if body[at] < RESERVED:
            out.append(words[body[at] % len(words)])
            at += 1
            continue
        code = int.from_bytes(body[at + 1 : at + 3], "big")
        out.append(chr(code) if not 0xD800 <= code < 0xE000 else "字")
        at += 3
    return "".join(out)


def toml_of(body: bytes) -> str:
    """A TOML text out of the keys, values and headings of words.toml: mostly right in grammar, mostly wrong in content."""
    keys, values, heads = (tuple(WORDS[f"toml_{name}"]) for name in ("keys", "values", "heads"))
    out, at = [], 0
    while at < len(body):
        first, second = body[at], body[at + 1] if at + 1 < len(body) else 0
        at += 2
        if first < RESERVED:
            out.append(f"{keys[first % len(keys)]} = {values[second % len(values)]}\n")
        elif first < 240:
            out.append(f"{heads[second % len(heads)]}\n")
        else:
            out.append(text_of(body[at : at + 4], TOML_WORDS))
            at += 4
    return "".join(out)


def spoken(thing: object) -> None:
    """That an answer can be written to the terminal or a file: as UTF-8, without a lone surrogate."""
    json.dumps(thing, ensure_ascii=False, allow_nan=False).encode()


@contextmanager
def refused_clearly() -> Iterator[None]:
    """A refusal is an answer when it names the thing and says more than that, on one line."""
    try:
        yield
    except PolicymineError as problem:
        if not problem.thing or not (problem.place or problem.cure) or "\n" in str(problem):
            raise ViolationError(f"refused unclearly: {problem!r}") from problem


def decode(body: bytes) -> None:
    """Any bytes have a text, under any declaration."""
    from policymine.sources.decoding import decode as decode_bytes

    declared = (None, "utf-8", "gb2312", "big5", "utf-16", "shift_jis", "iso-8859-1", "no-such")[body[0] % 8 if body else 0]
    decoded = decode_bytes(body, declared=declared)
    decoded.text.encode()
    assert len(decoded.text) <= len(body) + 1


def clean(body: bytes) -> None:
    """Any bytes make a page whose partition holds, and whose views can be written, or are refused by name."""
    from policymine.cli.marking import as_html, as_terminal
    from policymine.cli.rendering import page_object
    from policymine.sources.reading import read_bytes

    name, media = (("a.txt", "text/plain"), ("a.html", "text/html"), ("a", None))[body[0] % 3 if body else 0]
    made = text_of(body).encode() if body and body[0] & 64 else body
    with refused_clearly():
        page = clean_page(read_bytes(made, source="fuzz", url=name, media_type=media))
        check_cleaning(page)
        laws.check_partition(page)
        spoken(page_object(page, source=name, with_text=True))
        as_html(page).encode()
        as_terminal(page, plain=True).plain.encode()


def extract(body: bytes) -> None:
    """Any clean text is mined; its rows quote it. An empty one is refused at the door and never gets here."""
    if text := text_of(body):
        check_text(text)


def check_text(text: str) -> None:
    """Mines a clean text and holds every law against what was found."""
    from policymine.cli.rendering import document_objects
    from policymine.pipeline import MinedPage, clean_document, mine_documents

    document = clean_document("fuzz", text)
    mined = tuple(mine_documents([document], issued_on="2022-01-17"))
    page = Page(document.page_id, "fuzz", "fuzz", None, document.page_id, text)
    check_mined(MinedPage(CleanPage(page, "simplified", tuple(m.document for m in mined), (), ()), mined))
    spoken(document_objects(MinedPage(CleanPage(page, "simplified", (), (), ()), mined), source="fuzz"))


def check_mined(page: Any) -> None:
    """Partition, Origin and Quote, as at every store."""
    laws.check_partition(page.clean)
    laws.check_documents(page.clean, page.documents)
    for entry in page.documents:
        rows = rows_of(page.clean.page, entry)
        laws.check_rows(page.clean.page, entry, rows=rows)
        laws.check_identities(page.clean.page, rows)


def whole(body: bytes) -> None:
    """The whole way from bytes to rows that could be stored, at lengths of a page."""
    from policymine.pipeline import mine
    from policymine.sources.reading import read_bytes

    text = text_of(body)
    html = f"<html><head><title>{text[:30]}</title></head><body><div>{text}</div></body></html>"
    made, media = (html, "text/html") if body and body[0] % 2 else (text, "text/plain")
    with refused_clearly():
        check_mined(mine(read_bytes(made.encode("utf-8", "replace"), source="fuzz", url="a", media_type=media)))


@cache
def packaged() -> tuple[Any, ...]:
    """Every packaged rule, by the file it stands in."""
    from policymine.rules import load, rule_files

    stems = [found for package in ("policymine.extraction", "policymine.cleaning") for found in rule_files(package)]
    return tuple(rule for package, stem in stems for rule in load(package, stem))


def rules(body: bytes) -> None:
    """Any rule file loads or is refused by name; every packaged rule gives spans that lie in the text and are not empty."""
    from policymine.rules import match_span, parse

    if body and body[0] % 4 == 0:
        with refused_clearly():
            parse(toml_of(body[1:]), stem="demo")
        return
    text = text_of(body[1:])
    every = packaged()
    at = int.from_bytes(body[:2], "big") % max(1, len(every))
    for rule in every[at : at + 40]:
        for match in rule.spans(text):
            start, end = match_span(match)
            assert 0 <= start < end <= len(text), (rule.id, start, end)


def settings(body: bytes) -> None:
    """Any settings file, source file or profile is taken or refused by name."""
    from policymine.compliance.profile_file import parse_profile
    from policymine.settings import load_settings
    from policymine.sources.source_file import parse_source

    content = toml_of(body[1:])
    which = body[0] % 3 if body else 0
    with refused_clearly():
        if which == 0:
            with tempfile.NamedTemporaryFile("wb", suffix=".toml", dir=_memory()) as file:
                file.write(content.encode())
                file.flush()
                load_settings(Path(file.name))
        elif which == 1:
            parse_source(content, name="a.toml")
        else:
            _, problems = parse_profile(content)
            for problem in problems:
                assert "\n" not in str(problem), problem


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


@cache
def command() -> Any:
    """The command line, as Typer builds it."""
    from typer.main import get_command

    from policymine.cli.main import app

    return get_command(app)


def arguments(body: bytes) -> None:
    """Any arguments are parsed or refused as usage; any search is read or refused; nothing is run."""
    from policymine.cli.main import UsageProblem
    from policymine.cli.reading import is_when
    from policymine.table.query import parse

    line = text_of(body, tuple(f"{word} " for word in ARGUMENTS))
    with refused_clearly():
        parse(line)
    is_when(line)
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split(" ")
    wanted = [word for word in words if word not in ("--help", "--version")]
    try:
        _parse(command(), wanted)
    except UsageProblem as problem:
        if problem.exit_code != 2:
            raise ViolationError(f"no usage problem: {problem!r}") from problem


def _parse(group: Any, words: list[str]) -> None:
    """Reads the arguments as the command line does, down to the command, which is not run."""
    from typer._click.core import Context

    context = Context(group, info_name="policymine")
    with context:
        rest = group.parse_args(context, list(words))
        left = [*getattr(context, "_protected_args", ()), *(rest or ())]
        if not left:
            return
        name, found, more = group.resolve_command(context, left)
        if hasattr(found, "resolve_command"):
            _parse(found, more)
        elif found is not None:
            found.make_context(name, more, parent=context)


TARGETS: Mapping[str, Target] = {
    "decode": Target(decode, 120, 280),
    "clean": Target(clean, 60, 150),
    "extract": Target(extract, 20, 100),
    "rules": Target(rules, 40, 170),
    "settings": Target(settings, 40, 145),
    "arguments": Target(arguments, 24, 145),
    "whole": Target(whole, 600, 10),
}
"""Every door; shares add up to a thousand."""
