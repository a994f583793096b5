"""`clean` and `extract`: look at files without storing anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from policymine.cleaning import clean_page
from policymine.cli.marking import as_html, as_terminal
from policymine.cli.rendering import document_objects, page_object
from policymine.cli.surface import Surface, files_of, surface_of
from policymine.errors import LayoutError, SourceError
from policymine.model import Card, CleanPage, Document, Page
from policymine.pipeline import MinedPage, clean_document, mine_cleaned, mine_dated
from policymine.sources.reading import read_file

WHEN = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?)?)?")
HALF = re.compile("[\ud800-\udfff]")
"""Half a character: what a byte that is no UTF-8 becomes, and an escape of JSON without its other half."""
MEDIA_TYPES = {
    "txt": "text/plain",
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
Paths = Annotated[list[Path], typer.Argument(help="Files or folders.", metavar="PATH…")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


class Format(StrEnum):
    """How an input is read; `auto` goes by its content and ending."""

    auto = "auto"
    txt = "txt"
    html = "html"
    docx = "docx"
    pdf = "pdf"
    jsonl = "jsonl"


def is_when(moment: str) -> bool:
    """Whether the calendar has a year, month, day or moment.

    >>> [is_when(moment) for moment in ("2022", "2022-02", "2022-02-30", "2022-13", "2022-01-17T08:30")]
    [True, True, False, False, True]
    """
    if not WHEN.fullmatch(moment):
        return False
    try:
        datetime.fromisoformat(moment + "2000-01-01"[len(moment) :] if len(moment) < 10 else moment)
    except ValueError:
        return False
    return True


def add_commands(app: typer.Typer) -> None:
    """Adds `clean` and `extract`."""
    app.command()(clean)
    app.command()(extract)


def clean(
    context: typer.Context,
    paths: Paths,
    diff: Annotated[bool, typer.Option(help="Show the page with cuts struck through and repairs marked.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write that view of one page to this HTML file.", metavar="FILE")] = None,
    with_text: Annotated[bool, typer.Option(help="Put the raw text into the JSON.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is cut and repaired on pages, and the documents they hold; nothing is stored."""
    surface = surface_of(context)
    files = files_of(paths, surface)
    if html is not None and len(files) > 1:
        raise typer.BadParameter(f"--html shows one page, {len(files)} were given: name one file")

    def one(path: Path) -> CleanPage:
        return clean_page(read_file(path, max_bytes=surface.settings.max_bytes))

    for page in surface.each(files, one, label="cleaning"):
        if html is not None:
            html.write_text(as_html(page), encoding="utf-8")
        if as_json:
            surface.data(page_object(page, source=page.page.url, with_text=with_text))
        elif diff:
            surface.out.print(as_terminal(page, plain=not surface.out.is_terminal), highlight=False)
        elif html is None:
            _summary(page, surface)
    surface.finish()


def _summary(page: CleanPage, surface: Surface) -> None:
    surface.out.print(f"{page.page.url}: {len(page.page.text)} characters, {page.page.encoding}, {page.script}", markup=False)
    for cut in page.cuts:
        if cut.kind != "layout":
            surface.out.print(f"  cut {cut.kind} [{cut.rule}] {cut.raw_span.of(page.page.text)[:60]!r}", markup=False)
    for document in page.documents:
        state = document.set_aside or ("duplicate" if document.duplicate_of else "truncated" if document.truncated else "whole")
        surface.out.print(f"  document {document.ordinal + 1} ({state}) {document.text[:60]!r}", markup=False)


def extract(
    context: typer.Context,
    paths: Paths,
    issued_on: Annotated[str | None, typer.Option(help="Date of the papers: 2022, 2022-01, 2022-01-17 or with a time.")] = None,
    read_as: Annotated[Format, typer.Option("--format", help="How the input is read.")] = Format.auto,
    as_json: AsJson = False,
) -> None:
    """Print the documents of files with everything found in them; nothing is stored."""
    surface = surface_of(context)
    if issued_on is not None and not is_when(issued_on):
        raise typer.BadParameter(f"{issued_on!r} is no date: write 2022, 2022-01, 2022-01-17 or 2022-01-17T08:30:00")
    if read_as is Format.jsonl:
        for path in files_of(paths, surface, suffixes=(".jsonl",)):
            lines = [(path, number, line) for number, line in enumerate(_lines(path), 1) if line.strip()]
            for mined in surface.each_together(lines, lambda entry: _item(*entry), _mined, size=_length, label=path.name):
                _show(document_objects(mined, source=mined.clean.page.url), surface, as_json=as_json)
        return surface.finish()

    def cleaned(path: Path) -> CleanPage:
        return clean_page(read_file(path, max_bytes=surface.settings.max_bytes, media_type=MEDIA_TYPES.get(read_as)))

    mine, files = partial(mine_cleaned, issued_on=issued_on), files_of(paths, surface)
    for mined in surface.each_together(files, cleaned, mine, size=lambda clean: len(clean.page.text), label="extracting"):
        _show(document_objects(mined, source=mined.clean.page.url), surface, as_json=as_json)
    return surface.finish()


def _lines(path: Path) -> Iterator[str]:
    """The lines of a JSON Lines file; only a line feed ends one (texts may hold U+2028)."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        yield from file


class _Item(NamedTuple):
    """A clean document of a JSON Lines file, with the name and the date that are given there."""

    name: str
    document: Document
    issued_on: str | None


def _length(item: _Item) -> int:
    return len(item.document.text)


def _mined(items: Sequence[_Item]) -> Iterator[MinedPage]:
    """Each document as a page of its own."""
    for item, mined in zip(items, mine_dated((item.document, item.issued_on) for item in items), strict=True):
        page = Page(item.document.page_id, "jsonl", item.name, None, item.document.page_id, item.document.text)
        yield MinedPage(CleanPage(page, "simplified", (mined.document,), (), ()), (mined,))


def _item(path: Path, number: int, line: str) -> _Item:
    """One clean document out of one line {"id", "text", "issued_on"?}."""
    where = f"line {number}"
    try:
        item = json.loads(line)
        name, text, when = str(item["id"]), item["text"], item.get("issued_on")
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        cure = 'write one object {"id", "text", "issued_on"?} a line'
        raise SourceError(str(path), where, f"cannot be read ({problem}); {cure}") from problem
    if not isinstance(text, str) or not text:
        raise LayoutError(str(path), where, "has no text; give a string that is not empty")
    if half := HALF.search(text):
        raise LayoutError(str(path), f"{where}, character {half.start()}", "is half a character; save the file as UTF-8 anew")
    if when is not None and not is_when(str(when)):
        raise SourceError(str(path), where, f"{when!r} is no date: write 2022, 2022-01, 2022-01-17 or 2022-01-17T08:30:00")
    return _Item(name, clean_document(name, text), when)


def _show(objects: list[dict[str, Any]], surface: Surface, *, as_json: bool) -> None:
    for entry in objects:
        if as_json:
            surface.data(entry)
            continue
        card = Card(title=entry["title"], kind=entry["kind"], issued_on=entry["issued_on"], issuer=entry["issuer"])
        head = f"{entry['source']} · {card.kind} · {card.issued_on or 'no date'} · {card.title or entry['text'][:30]!r}"
        surface.out.print(head + (f" · set aside: {entry['set_aside']}" if entry["set_aside"] else ""), markup=False)
        for item in entry["directives"]:
            bearers = "、".join(b["text"] for b in item["bearers"]) or "—"
            due = "、".join(d["text"] for d in item["deadlines"])
            line = f"  {item['modality']:<14} {bearers:<12} {item['text']}" + (f"  〔{due}〕" if due else "")
            surface.out.print(line, markup=False, highlight=False)
        counts = ", ".join(
            f"{len(entry[kind])} {kind}" for kind in ("directives", "times", "quantities", "slogans", "references")
        )
        surface.out.print(f"  {counts}", markup=False)
