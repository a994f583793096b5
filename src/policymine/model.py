"""Every type that crosses a floor: Source → Page → Document → Finding → Row.

Unprefixed offsets count in the clean text of one document, `raw_` ones in the raw text of its page; both are Python `str`
offsets, end exclusive. Vocabularies follow LegalRuleML (modality, bearer, penalty) and TIMEX3 (type, value, mod); what each
value means is said in docs/reference/guideline.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from policymine.text import Alignment, Edit, Span
from policymine.text.swift import swift

PaperKind = Literal["speech", "circular", "notice", "meeting_report", "work_report", "regulation", "news", "other"]
Level = Literal["national", "province", "city", "county", "township", "unit"]
Modality = Literal["obligation", "prohibition", "permission", "recommendation", "sanction"]
BearerRole = Literal["lead", "support", "responsible"]
BodyKind = Literal[
    "government", "party", "department", "headquarters", "judiciary", "institution", "school", "medical", "enterprise",
    "association", "team", "place", "village", "people",
]  # fmt: skip
TimeType = Literal["DATE", "TIME", "DURATION", "SET"]
TimeMod = Literal[
    "BEFORE", "ON_OR_BEFORE", "AFTER", "ON_OR_AFTER", "EQUAL_OR_LESS", "EQUAL_OR_MORE", "APPROX", "START", "MID", "END"
]  # fmt: skip
TimeRole = Literal["deadline", "frequency", "period", "threshold", "reference"]
QuantityMod = Literal["APPROX", "MORE", "LESS", "EQUAL_OR_MORE", "EQUAL_OR_LESS", "ORDINAL"]
SloganKind = Literal["numeric", "motto"]
ExpansionSource = Literal["here", "paper", "issuer", "sector", "dictionary"]
IssueLevel = Literal["info", "warning", "error"]
FindingKind = Literal["directives", "times", "quantities", "slogans", "references"]

FINDING_KINDS: tuple[FindingKind, ...] = ("directives", "times", "quantities", "slogans", "references")


class Block(NamedTuple):
    """A stretch of a page's raw text that one element of its file gave, with what the layout says of it.

    `path` is the element's place in the file (a DOM path such as `html/body/div[2]/p[1]`, `page[3]` of a PDF); `link_density`
    is the share of its characters that stand inside links (0–1); `tag` the element's name.
    """

    span: Span
    path: str = ""
    tag: str = ""
    link_density: float = 0.0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One file or web page as it was read: its complete raw text, and where it came from.

    `metadata` holds what the file says of itself (`title`, `date`, `meta:…`, rows of a government metadata table), `links`
    the addresses it links to with their texts, in order, `place` where the archive keeps its bytes.
    """

    id: str
    source: str
    url: str
    fetched_at: datetime | None
    body_sha256: str
    text: str
    encoding: str = "utf-8"
    media_type: str = "text/plain"
    reader: str = ""
    blocks: tuple[Block, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()
    issues: tuple[Issue, ...] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of raw text that belongs to no document (block kinds) or was taken out of one (inline kinds), and why."""

    raw_span: Span
    kind: str
    rule: str
    confidence: float = 1.0
    review: bool = False


class Repair(NamedTuple):
    """A stretch of raw text that was damaged and what it was read as."""

    raw_span: Span
    kind: str
    rule: str
    text: str
    confidence: float = 1.0
    certainty: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What a document says of itself. `evidence` quotes: field name → clean span, where the text itself says it."""

    title: str | None = None
    kind: PaperKind = "other"
    issued_on: str | None = None
    region: str | None = None
    level: Level | None = None
    issuer: str | None = None
    number: str | None = None
    speaker: str | None = None
    audience: str | None = None
    sectors: tuple[str, ...] = ()
    evidence: Mapping[str, Span] = field(default_factory=dict)


@swift
@dataclass(frozen=True, slots=True)
class Issue:
    """Odd content that a person should look at; not an exception. `where` is a clean span where there is one."""

    code: str
    level: IssueLevel
    message: str
    hint: str = ""
    where: Span | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One speech, circular or report: a stretch of a page, cleaned.

    `origin` is its stretch of the page's raw text, `alignment` leads every clean offset back to it. `hints` carries what the
    cleaning saw outside the document (the title in an introduction, the metadata table), for the card; `hint_evidence` where it
    saw it: a raw span, or the name of an entry of the page's metadata. `duplicate_of` is the id of the fuller document it
    copies. A document with `set_aside` (the reason) yields no findings.
    """

    id: str
    page_id: str
    ordinal: int
    origin: Span
    alignment: Alignment
    card: Card = field(default_factory=Card)
    hints: Mapping[str, str] = field(default_factory=dict)
    hint_evidence: Mapping[str, Span | str] = field(default_factory=dict)
    set_aside: str | None = None
    duplicate_of: str | None = None
    truncated: bool = False
    issues: tuple[Issue, ...] = ()

    @property
    def text(self) -> str:
        """The clean text."""
        return self.alignment.text


@dataclass(frozen=True, slots=True)
class CleanPage:
    """What cleaning made of a page: documents, cuts and repairs that together account for every raw character."""

    page: Page
    script: Literal["simplified", "traditional"]
    documents: tuple[Document, ...]
    cuts: tuple[Cut, ...]
    repairs: tuple[Repair, ...]
    issues: tuple[Issue, ...] = ()


@swift
@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open stretch of local time; a side that is None is open or unknown, both sides equal for an instant."""

    begin: datetime | None
    end: datetime | None


@swift
@dataclass(frozen=True, slots=True)
class Finding:
    """Something found in a clean text: where, what it reads, and the rule that found it."""

    span: Span
    text: str
    rule: str


@swift
@dataclass(frozen=True, slots=True)
class TimeExpression(Finding):
    """A time expression in TIMEX3 terms; `anchor` is the event a duration counts from, `rrule` the RFC 5545 recurrence."""

    type: TimeType
    value: str | None
    mod: TimeMod | None = None
    role: TimeRole = "reference"
    interval: Interval | None = None
    anchor: str | None = None
    rrule: str | None = None


@swift
@dataclass(frozen=True, slots=True)
class Quantity(Finding):
    """A measured or counted amount; `value_to` is the upper value of a range, `base` what a ratio is counted per."""

    value: Decimal | None
    value_to: Decimal | None = None
    unit: str | None = None
    mod: QuantityMod | None = None
    subject: str | None = None
    base: str | None = None


@swift
@dataclass(frozen=True, slots=True)
class Slogan(Finding):
    """A numeral abbreviation or fixed formula; `expansion` its members, `expansion_source` where they were read."""

    kind: SloganKind
    expansion: tuple[str, ...] | None = None
    expansion_source: ExpansionSource | None = None
    slogan_id: str | None = None
    members: tuple[Span, ...] = ()


@swift
@dataclass(frozen=True, slots=True)
class Reference(Finding):
    """A cited paper with its 文号 where given."""

    title: str | None = None
    number: str | None = None


@swift
@dataclass(frozen=True, slots=True)
class Bearer:
    """Who must act. `explicit` is False when taken over from earlier text; `span` (clean) quotes the name where it stands.

    `name` is the name in full (县应急局 → 县应急管理局); `kind`, `level` and `sector` are what it tells of the body.
    """

    text: str
    role: BearerRole = "responsible"
    explicit: bool = True
    span: Span | None = None
    name: str | None = None
    kind: BodyKind | None = None
    level: Level | None = None
    sector: str | None = None


@swift
@dataclass(frozen=True, slots=True)
class Directive(Finding):
    """The smallest stretch by which the issuer requires, forbids, permits, recommends or threatens.

    `force` is the grade 5 (一律 必须 严禁) to 1 (鼓励 探索); `deadlines` are its times of role deadline, frequency and period;
    `section` the headings above it, outermost first; `reasons` the features that decided, strongest first. `sectors` are the
    fields of work that it or the nearest heading above it names, `sector_evidence` where each is named (clean spans).
    """

    modality: Modality
    force: int
    operational: bool
    confidence: float = 1.0
    cue: str | None = None
    bearers: tuple[Bearer, ...] = ()
    condition: str | None = None
    penalty: str | None = None
    deadlines: tuple[TimeExpression, ...] = ()
    section: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    sector_evidence: tuple[Span, ...] = ()
    reasons: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one document, each kind in reading order."""

    directives: tuple[Directive, ...] = ()
    times: tuple[TimeExpression, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    slogans: tuple[Slogan, ...] = ()
    references: tuple[Reference, ...] = ()
    issues: tuple[Issue, ...] = ()

    def of(self, kind: FindingKind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        found: tuple[Finding, ...] = getattr(self, kind)
        return found


@dataclass(frozen=True, slots=True)
class MinedDocument:
    """A document with its findings."""

    document: Document
    findings: Findings


@swift
@dataclass(frozen=True, slots=True)
class Row:
    """A finding as the knowledge table keeps it: with its clean and raw quotation."""

    id: str
    document_id: str
    kind: FindingKind
    span: Span
    raw_span: Span
    text: str
    raw_text: str
    rule: str
    finding: Finding
    requirement_id: str | None = None


__all__ = [
    "FINDING_KINDS", "Alignment", "Bearer", "BearerRole", "Block", "BodyKind", "Card", "CleanPage", "Cut", "Directive",
    "Document", "Edit", "ExpansionSource", "Finding", "FindingKind", "Findings", "Interval", "Issue", "Level",
    "MinedDocument", "Modality", "Page", "PaperKind", "Quantity", "QuantityMod", "Reference", "Repair", "Row", "Slogan",
    "SloganKind", "Span", "TimeExpression", "TimeMod", "TimeRole", "TimeType",
]  # fmt: skip
