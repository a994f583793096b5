"""The extraction floor as a spaCy pipeline: each component wraps one pure `find_*` function.

`load()` gives a `Language` whose tokens are jieba's and whose components put findings on the `Doc`: `doc._.times`,
`doc._.directives`, … hold policymine's own types, `doc.spans["times"]`, … the same stretches as spaCy spans for displaCy,
matchers and training. Whoever wants another extractor registers a factory and adds it with `nlp.add_pipe`, as with any spaCy
pipeline.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import rjieba
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as SpacySpan
from spacy.vocab import Vocab

from policymine.errors import LayoutError
from policymine.extraction.card.reading import read_cards
from policymine.extraction.directives.finding import find_each
from policymine.extraction.directives.finding import find_issues as directive_issues
from policymine.extraction.directives.judging import Given
from policymine.extraction.quantities import finding as amounts
from policymine.extraction.references.finding import find_references
from policymine.extraction.slogans.finding import read_slogans
from policymine.extraction.stations import TEXT, Station, station, text_of
from policymine.extraction.times import scan
from policymine.extraction.times.finding import read_times
from policymine.model import (
    FINDING_KINDS,
    Card,
    Directive,
    Finding,
    FindingKind,
    Findings,
    Issue,
    Quantity,
    Slogan,
    Span,
    TimeExpression,
)  # fmt: skip

COMPONENTS = ("card", "times", "references", "slogans", "quantities", "directives")
"""The components in running order, each registered as `policymine_<name>` (spaCy allows no full stop)."""

COLORS = {
    "obligation": "#9ec5fe", "prohibition": "#f1aeb5", "permission": "#a3cfbb", "recommendation": "#c5e1a5",
    "sanction": "#ffb74d", "DATE": "#ffe69c", "TIME": "#ffe69c", "DURATION": "#ffd54f", "SET": "#e6ee9c",
    "numeric": "#d1c4e9", "motto": "#b39ddb", "quantity": "#b2ebf2", "reference": "#cfd8dc",
}  # fmt: skip
"""A colour for every label of a span, light enough for black characters."""

MOST_WORDS = 500_000
"""Words whose number is kept; with more the memory starts anew."""

KEYS = {name: f"policymine.{name}" for name in ("starts", "card", "issued_on", "hints", "issues", *FINDING_KINDS)}
"""Where a doc keeps what it carries, in its `user_data`; components look there, as `doc._` takes a microsecond each time."""


def _kept(doc: Doc, name: str) -> Any:
    return doc.user_data.get(KEYS[name])


def _keep(doc: Doc, name: str, value: Any) -> None:
    doc.user_data[KEYS[name]] = value


def _getter(name: str) -> Callable[[Doc], Any]:
    return lambda doc: _kept(doc, name)


def _setter(name: str) -> Callable[[Doc, Any], None]:
    return lambda doc, value: _keep(doc, name, value)


for _name in ("card", "issued_on", "hints", "issues", *FINDING_KINDS):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, getter=_getter(_name), setter=_setter(_name))


class _Numbers(dict[str, int]):
    """spaCy's number of each word, asked for once: it takes numbers four times faster than texts."""

    def __init__(self, vocab: Vocab) -> None:
        super().__init__()
        self._vocab: Any = vocab
        self._strings = vocab.strings

    def __missing__(self, word: str) -> int:
        if len(self) >= MOST_WORDS:
            self.clear()
        number: int = self._strings.add(word)
        if not self._vocab.in_memory_zone:  # at the zone's end its words are forgotten
            self[word] = number
        return number


class JiebaTokenizer:
    """Words by jieba's algorithm (rjieba: the same dictionary and HMM, thirty times faster)."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self._numbers = _Numbers(vocab)

    def __call__(self, text: str) -> Doc:
        """The text's words as a `Doc`; joined together they give the text again, white space included.

        Raises:
            LayoutError: the text holds half a character (a lone surrogate), which no output can take.
        """
        try:
            words = [word for word in rjieba.cut(text) if word] if text else []
        except UnicodeEncodeError as problem:
            code = f"U+{ord(text[problem.start]):04X}"
            cure = f"holds half a character ({code}), which no file can take; replace it, for example by U+FFFD"
            raise LayoutError("text", f"character {problem.start}", cure) from problem
        numbers = [self._numbers[word] for word in words]
        return Doc(self.vocab, words=numbers, spaces=[False] * len(words), user_data={TEXT: text})  # type: ignore[arg-type]

    def pipe(self, texts: Iterable[str]) -> Iterator[Doc]:
        """One `Doc` per text."""
        return map(self, texts)

    def to_bytes(self, **_: object) -> bytes:
        """Nothing to store: the dictionary belongs to rjieba."""
        return b""

    def from_bytes(self, _: bytes, **__: object) -> JiebaTokenizer:
        """The tokenizer itself."""
        return self

    def to_disk(self, _: object, **__: object) -> None:
        """Nothing to store."""

    def from_disk(self, _: object, **__: object) -> JiebaTokenizer:
        """The tokenizer itself."""
        return self


def wordless(nlp: Language, text: str, *, hints: Mapping[str, str] | None = None, issued_on: str | None = None) -> Doc:
    """A doc that only carries its text: the components read that and nothing else, so findings ask for no words.

    Args:
        nlp: the pipeline that will read it.
        text: its clean text.
        hints: `doc._.hints`, what the page said outside the text.
        issued_on: `doc._.issued_on`, the date that its times are resolved against.

    >>> nlp = load()
    >>> doc = wordless(nlp, "各乡镇要报送台账。")
    >>> read(nlp, [doc])
    >>> doc._.directives == nlp("各乡镇要报送台账。")._.directives, list(doc.spans)
    (True, [])
    """
    return Doc(nlp.vocab, user_data={TEXT: text, KEYS["hints"]: hints, KEYS["issued_on"]: issued_on})


def _found(doc: Doc, kind: FindingKind, found: Sequence[Finding], *, issues: Iterable[Issue] = ()) -> None:
    """Puts findings on the doc, and their stretches (grown to whole words) into `doc.spans` where it has words."""
    _keep(doc, kind, tuple(found))
    _keep(doc, "issues", (*(_kept(doc, "issues") or ()), *issues))
    if not len(doc) and text_of(doc):
        return
    starts = _word_starts(doc) if found else []
    doc.spans[kind] = [
        SpacySpan(doc, bisect_right(starts, f.span.start) - 1, bisect_left(starts, f.span.end), label=label_of(f))
        for f in found
    ]


def label_of(finding: Finding) -> str:
    """The label of a finding's spaCy span: its modality, type or kind, as `COLORS` names them."""
    match finding:
        case Directive():
            return finding.modality
        case TimeExpression():
            return finding.type
        case Slogan():
            return finding.kind
    return "quantity" if isinstance(finding, Quantity) else "reference"


def display(kind: FindingKind = "directives") -> dict[str, Any]:
    """Options with which displaCy shows the findings of a kind: `displacy.render(doc, style="span", options=display())`.

    >>> from spacy import displacy
    >>> html = displacy.render(load()("各乡镇严禁瞒报。"), style="span", options=display(), page=False, jupyter=False)
    >>> "prohibition" in html, COLORS["prohibition"] in html
    (True, True)
    """
    return {"spans_key": kind, "colors": dict(COLORS)}


def _word_starts(doc: Doc) -> list[int]:
    """Where each word starts, counted once; white space is words too, so that they cover the text."""
    starts: list[int] | None = _kept(doc, "starts")
    if starts is None:
        lengths = doc.to_array(["LENGTH", "SPACY"]).sum(axis=1)
        _keep(doc, "starts", starts := (lengths.cumsum() - lengths).tolist())
    return starts


def _spans(doc: Doc, *kinds: FindingKind) -> list[Span]:
    return [finding.span for kind in kinds for finding in _kept(doc, kind) or ()]


@station("card", assigns=["doc._.card"])
def card(docs: Sequence[Doc]) -> None:
    """Reads title, kind, date, level and issuer; `doc._.hints` may bring what the page said outside the text."""
    due = [doc for doc in docs if _kept(doc, "card") is None]
    for doc, read in zip(due, read_cards([(text_of(doc), _kept(doc, "hints") or {}) for doc in due]), strict=True):
        _keep(doc, "card", read)


@station("times", requires=["doc._.card"], assigns=["doc._.times", "doc._.issues"])
def times(docs: Sequence[Doc]) -> None:
    """Finds time expressions, resolved against `doc._.issued_on` or else the card's date."""
    scan.look_through([text_of(doc) for doc in docs])
    for doc in docs:
        read = read_times(text_of(doc), issued_on=_kept(doc, "issued_on") or _kept(doc, "card").issued_on)
        _found(doc, "times", read.found, issues=read.issues)


@station("references", assigns=["doc._.references"])
def references(docs: Sequence[Doc]) -> None:
    """Finds cited papers."""
    for doc in docs:
        _found(doc, "references", find_references(text_of(doc)))


@station("slogans", assigns=["doc._.slogans"])
def slogans(docs: Sequence[Doc]) -> None:
    """Finds numeric slogans and mottos."""
    for doc in docs:
        found, miscounted = read_slogans(text_of(doc))
        _found(doc, "slogans", found, issues=miscounted)


@station("quantities", requires=["doc._.times", "doc._.slogans"], assigns=["doc._.quantities", "doc._.issues"])
def quantities(docs: Sequence[Doc]) -> None:
    """Finds amounts outside times, slogans and references."""
    amounts.look_through([text_of(doc) for doc in docs])
    for doc in docs:
        text, taken = text_of(doc), _spans(doc, "times", "slogans", "references")
        _found(doc, "quantities", amounts.find_quantities(text, taken=taken), issues=amounts.find_issues(text))


@station("directives", requires=["doc._.card", "doc._.times", "doc._.slogans"], assigns=["doc._.directives", "doc._.issues"])
def directives(docs: Sequence[Doc]) -> None:
    """Finds directives with bearers, conditions, deadlines, penalties and fields of work."""
    papers = [Given(text_of(doc), _kept(doc, "card"), _kept(doc, "times"), _kept(doc, "slogans")) for doc in docs]
    for doc, paper, found in zip(docs, papers, find_each(papers), strict=True):
        _found(doc, "directives", found, issues=directive_issues(paper.text))


def load() -> Language:
    """The pipeline that policymine itself runs: command line, flows and outsiders alike.

    >>> nlp = load()
    >>> doc = nlp("各乡镇要在3月15日前报送台账。")
    >>> [d.text for d in doc._.directives], [t.value for t in doc._.times]
    (['各乡镇要在3月15日前报送台账'], ['XXXX-03-15'])
    """
    nlp = Language(Vocab(), meta={"lang": "zh", "name": "policymine"})
    nlp.tokenizer = JiebaTokenizer(nlp.vocab)
    for name in COMPONENTS:
        nlp.add_pipe(f"policymine_{name}")
    return nlp


def read(nlp: Language, docs: Sequence[Doc]) -> None:
    """Takes docs through the whole pipeline, all of them through one component before the next one starts."""
    for _, component in nlp.pipeline:
        if isinstance(component, Station):
            component.read(docs)
        else:
            for doc in docs:
                component(doc)


def findings_of(doc: Doc) -> tuple[Card, Findings]:
    """The card and the findings that the components left on a doc."""
    found = {kind: _kept(doc, kind) or () for kind in FINDING_KINDS}
    return _kept(doc, "card"), Findings(**found, issues=_kept(doc, "issues") or ())
