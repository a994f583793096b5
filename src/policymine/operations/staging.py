"""Pages into a run that is being staged: read, cleaned, mined and stored, as many together as are read together.

Pages pass in hands (`extraction.stations.together`): a hand is cleaned page by page, then mined at once, then stored page by
page. What comes out is what page by page would give: the documents of a page in hand are known as possible copies to the pages
behind it, and where one page breaks a station, or a law at the table, it and those behind it are taken anew one by one. A run
that is killed loses no more than the pages in hand, which the next one takes again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar

from policymine.cleaning import clean_page
from policymine.errors import AlignmentError, PolicymineError, SourceError
from policymine.extraction.stations import together
from policymine.model import FINDING_KINDS, CleanPage, Document, Page
from policymine.operations.copies import Copies
from policymine.operations.templates import Templates
from policymine.pipeline import MinedPage, mine_cleaned, station_fingerprints
from policymine.sources.crawl import Fetched
from policymine.table.publish import Run
from policymine.table.records import Validators

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Reading(NamedTuple):
    """An address or path, what reads it, and what the crawl says of it."""

    url: str
    read: Callable[[], Page]
    fetched: Fetched | None = None


@dataclass(frozen=True, slots=True)
class PageNote:
    """What became of one page, for the report: sizes in characters, time in seconds."""

    url: str
    page_id: str = ""
    seconds: float = 0.0
    raw: int = 0
    cut: int = 0
    documents: int = 0
    set_aside: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)
    cuts: Mapping[str, int] = field(default_factory=dict)
    refused: str | None = None
    failed: str | None = None
    law: bool = False


@dataclass(frozen=True, slots=True)
class _Held:
    """A page in hand, and the seconds that reading it took."""

    reading: Reading
    page: Page
    seconds: float


class _Staged(NamedTuple):
    """A page that the run has taken: its note and its documents."""

    note: PageNote
    documents: tuple[Document, ...]


def stage(
    run: Run, readings: Iterable[Reading], *, copies: Copies, templates: Templates, timer: Callable[[], float]
) -> Iterator[PageNote]:
    """Reads, cleans, mines and stages pages, and says of each in order what became of it.

    Bad input never loses good input: a page that cannot be read or breaks a station is noted and the others go on.
    """
    desk = _Desk(run, copies, templates, timer)
    for hand in together(map(desk.read, readings), _length):
        yield from desk.notes(hand)


def _length(one: _Held | PageNote) -> int:
    return len(one.page.text) if isinstance(one, _Held) else 0


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where pages are worked on: the run that takes them, and what is known of other pages."""

    run: Run
    copies: Copies
    templates: Templates
    timer: Callable[[], float]

    def read(self, reading: Reading) -> _Held | PageNote:
        """A page in hand, or the note of one that cannot be read."""
        began = self.timer()
        page = self._tried(reading.url, reading.read)
        return page if isinstance(page, PageNote) else _Held(reading, page, self.timer() - began)

    def notes(self, hand: Sequence[_Held | PageNote]) -> Iterator[PageNote]:
        """What became of the pages of a hand."""
        held = [one for one in hand if isinstance(one, _Held)]
        staged = self._staged(held)
        for one in hand:
            yield one if isinstance(one, PageNote) else next(staged)

    def _staged(self, held: Sequence[_Held]) -> Iterator[PageNote]:
        """The notes of pages that were read; from the first one on that breaks something they are taken one by one."""
        done = 0
        for staged in self._together(held) if len(held) > 1 else ():
            yield self._remembered(staged)
            done += 1
        self.copies.forget_expected()
        for one in held[done:]:
            alone = self._tried(one.reading.url, partial(self._alone, one), spent=one.seconds)
            yield alone if isinstance(alone, PageNote) else self._remembered(alone)

    def _remembered(self, staged: _Staged) -> PageNote:
        """The note of a page whose documents may be copied from now on; what fails here concerns all pages."""
        for document in staged.documents:
            self.copies.remember(document)
        return staged.note

    def _together(self, held: Sequence[_Held]) -> Iterator[_Staged]:
        """Pages that are mined at once, up to one that breaks a station or a law; which one that is each alone will show."""
        try:
            began = [self.timer()]
            cleaned = []
            for one in held:
                cleaned.append(self._cleaned(one))
                for document in cleaned[-1].documents:
                    self.copies.expect(document)
                began.append(self.timer())
            mined = mine_cleaned(cleaned)
            pace = (self.timer() - began[-1]) / max(1, sum(_length(one) for one in held))
            for number, (one, found) in enumerate(zip(held, mined, strict=True)):
                spent = one.seconds + began[number + 1] - began[number] + pace * _length(one)
                yield self._stored(one, found, spent=spent)
        except Exception:
            logger.info("%d pages broke something together, each is taken alone", len(held), exc_info=True)

    def _alone(self, one: _Held) -> _Staged:
        """A page that goes through all stations before the next one."""
        began = self.timer()
        (mined,) = mine_cleaned([self._cleaned(one)])
        return self._stored(one, mined, spent=one.seconds + self.timer() - began)

    def _cleaned(self, one: _Held) -> CleanPage:
        template = self.templates.of(one.page.source)
        return clean_page(one.page, duplicates=self.copies.known, text_of=self.copies.text_of, template=template)

    def _stored(self, one: _Held, mined: MinedPage, *, spent: float) -> _Staged:
        """A page that the run has taken."""
        began, fetched = self.timer(), one.reading.fetched
        validators = Validators(fetched.etag, fetched.last_modified) if fetched else Validators()
        self.run.store(mined.clean, mined.documents, fingerprints=station_fingerprints(), validators=validators)
        note = describe(mined, url=one.reading.url, seconds=spent + self.timer() - began)
        return _Staged(note, tuple(entry.document for entry in mined.documents))

    def _tried(self, url: str, work: Callable[[], T], *, spent: float = 0.0) -> T | PageNote:
        """What a step gives, or else the note of why it gives nothing."""
        began = self.timer()
        try:
            return work()
        except SourceError as problem:
            return PageNote(url, seconds=spent + self.timer() - began, refused=str(problem))
        except AlignmentError as problem:
            return PageNote(url, seconds=spent + self.timer() - began, failed=str(problem), law=True)
        except PolicymineError:
            raise
        except Exception as problem:
            logger.exception("%s broke a station", url)
            return PageNote(url, seconds=spent + self.timer() - began, failed=f"{type(problem).__name__}: {problem}")


def describe(mined: MinedPage, *, url: str, seconds: float) -> PageNote:
    """The note of a page that was mined."""
    clean = mined.clean
    rules: Counter[str] = Counter(cut.rule for cut in clean.cuts if cut.kind != "layout")
    rules.update(repair.rule for repair in clean.repairs)
    for entry in mined.documents:
        rules.update(finding.rule for kind in FINDING_KINDS for finding in entry.findings.of(kind))
    return PageNote(
        url,
        clean.page.id,
        seconds,
        raw=len(clean.page.text),
        cut=sum(cut.raw_span.length for cut in clean.cuts if cut.kind != "layout"),
        documents=len(mined.documents),
        set_aside=dict(Counter(m.document.set_aside for m in mined.documents if m.document.set_aside)),
        findings={kind: sum(len(m.findings.of(kind)) for m in mined.documents) for kind in FINDING_KINDS},
        rules=dict(rules),
        cuts=dict(Counter(cut.kind for cut in clean.cuts)),
    )
