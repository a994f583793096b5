"""Page → documents → findings → rows: the one place that knows the order of the stations."""

from __future__ import annotations

import atexit
import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain, islice
from types import MappingProxyType

from spacy.language import Language

from policymine.cleaning import DuplicateIndex, clean_page
from policymine.errors import LayoutError
from policymine.extraction.components import findings_of, load, read, wordless
from policymine.extraction.stations import together
from policymine.model import Alignment, Card, CleanPage, Document, MinedDocument, Page

STATIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "clean": (("text", "sources", "cleaning"), ("jieba", "opencc", "lxml", "beautifulsoup4", "pypinyin")),
    "mine": (("text", "organisations", "extraction"), ("jieba", "rjieba", "chinesecalendar", "borax", "scikit-learn")),
}
"""For each station the packages and the libraries that decide what it gives."""
NO_TEMPLATE: Mapping[int, int] = MappingProxyType({})
TextOf = Callable[[str], str | None]
OBJECTS = 50_000
"""So many new objects the garbage collector waits for."""
DATA = (".py", ".toml", ".jsonl", ".skops", ".json")


@dataclass(frozen=True, slots=True)
class MinedPage:
    """A cleaned page with the findings of each of its documents."""

    clean: CleanPage
    documents: tuple[MinedDocument, ...]


def _no_text(_: str) -> str | None:
    return None


@cache
def language() -> Language:
    """The one pipeline of this process; loading takes about a second.

    What is loaded stays to the end, so the garbage collector is told to look past it: else it walks through all rules and
    models again and again while pages are mined. It comes round less often, too: a page makes thousands of objects that stay
    until it is stored.
    """
    nlp = load()
    nlp("各乡镇要在2024年3月15日前报送台账。")
    gc.collect()
    gc.freeze()
    young, *older = gc.get_threshold()
    if 0 < young < OBJECTS:  # 0 stands for never
        gc.set_threshold(OBJECTS, *older)
    atexit.register(gc.unfreeze)  # else files that nobody closed are not written out at exit
    return nlp


def mine(
    page: Page,
    *,
    duplicates: DuplicateIndex | None = None,
    text_of: TextOf = _no_text,
    template: Mapping[int, int] = NO_TEMPLATE,
    issued_on: str | None = None,
) -> MinedPage:
    """Cleans a page and extracts from each of its documents.

    Args:
        page: as a reader of `sources` gave it.
        duplicates: what earlier pages held, to find copies across pages.
        text_of: gives the clean text of an earlier document, None where it is not kept: a fuller copy may show a hidden word.
        template: lines that stand on many pages of the same site, as `operations.templates` has learnt them.
        issued_on: overrides the date that the documents give themselves.
    """
    clean = clean_page(page, duplicates=duplicates, text_of=text_of, template=template)
    return mine_cleaned([clean], issued_on=issued_on)[0]


def mine_cleaned(pages: Sequence[CleanPage], *, issued_on: str | None = None) -> list[MinedPage]:
    """Extracts from the documents of many pages together, which takes less time than from one after the other."""
    known = [[_hinted(document, page.page) for document in page.documents] for page in pages]
    mined = mine_documents(chain.from_iterable(known), issued_on=issued_on)
    found = [tuple(islice(mined, len(documents))) for documents in known]
    return [
        MinedPage(replace(page, documents=tuple([m.document for m in documents])), documents)
        for page, documents in zip(pages, found, strict=True)
    ]


def _hinted(document: Document, page: Page) -> Document:
    """A document that knows what its source says of all its papers."""
    given = {name: value for name, value in page.metadata.items() if name.startswith("source:")}
    return replace(document, hints={**given, **document.hints}) if given else document


def mine_documents(documents: Iterable[Document], *, issued_on: str | None = None) -> Iterator[MinedDocument]:
    """The documents with card and findings; one that is set aside keeps its card and yields no findings.

    Many are read together: what breaks a station is raised before any of those that were read with it is given.
    """
    return mine_dated((document, issued_on) for document in documents)


def mine_dated(documents: Iterable[tuple[Document, str | None]]) -> Iterator[MinedDocument]:
    """The same for documents each with the date that overrides its own, or None."""
    for hand in together(documents, lambda given: len(given[0].text)):
        yield from _mined(hand)


def _mined(given: Sequence[tuple[Document, str | None]]) -> list[MinedDocument]:
    """Documents that are read together: each station goes through all of them before the next one starts."""
    nlp = language()
    for document, _ in given:
        if document.set_aside is None:
            _whole(document)
    docs = [wordless(nlp, document.text, hints=document.hints, issued_on=day) for document, day in given]
    read(nlp, [doc for (document, _), doc in zip(given, docs, strict=True) if document.set_aside is None])
    mined = []
    for (document, day), doc in zip(given, docs, strict=True):
        if document.set_aside is not None:
            nlp.get_pipe("policymine_card")(doc)
        card, findings = findings_of(doc)
        mined.append(MinedDocument(replace(document, card=_dated(card, day)), findings))
    return mined


def _whole(document: Document) -> None:
    """Refuses half a character: no library behind the stations can read one."""
    try:
        document.text.encode()
    except UnicodeEncodeError as half:
        place, cure = (
            f"character {half.start}",
            "is half a character; decode the text anew from its bytes",
        )
        raise LayoutError(document.page_id, place, cure) from half


def _dated(card: Card, issued_on: str | None) -> Card:
    return replace(card, issued_on=issued_on) if issued_on else card


def clean_document(identity: str, text: str) -> Document:
    """A document out of a text that is clean already: no cutting, splitting or genre gate.

    >>> clean_document("case-1", "各镇要报送。").text
    '各镇要报送。'
    """
    alignment = Alignment.of(text)
    return Document(_hash(identity, text), _hash(identity), 0, alignment.origin, alignment)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@cache
def station_fingerprints() -> Mapping[str, str]:
    """A hash per station over its code, rules, lexicons, model and the libraries that decide what it gives.

    `mine` includes `clean`: a page whose cleaning is stale is mined again too.
    """
    fingerprints: dict[str, str] = {}
    before = ""
    for station, (packages, libraries) in STATIONS.items():
        digest = hashlib.sha256(before.encode())
        for package in packages:
            for entry in sorted(_walk(files("policymine").joinpath(package)), key=lambda item: item[0]):
                digest.update(entry[0].encode() + entry[1].read_bytes())
        for library in libraries:
            digest.update(f"{library}=={version(library)}".encode())
        before = fingerprints[station] = digest.hexdigest()[:16]
    return fingerprints


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _walk(entry, name)
        elif entry.name.endswith(DATA):
            yield name, entry
