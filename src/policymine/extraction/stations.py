"""Stations: components of the pipeline that read many docs at a time.

A station is a function from a list of docs to nothing. It takes each of its steps through all of them before the next step
starts, and all of them go through one station before the next one starts: what a step needs then stays in the processor's
nearest caches (docs/adr/0009). spaCy's `nlp.pipe` hands docs over in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import raise_error

MOST: Final = 32
"""So many papers are read together at most."""
CHARACTERS: Final = 30_000
"""So many characters too, so that neither memory nor caches are outgrown; what is longer is read alone."""

TEXT: Final = "policymine.text"
"""Where a doc keeps its text, in its `user_data`."""

Read = Callable[[Sequence[Doc]], None]
Handler = Callable[[str, Any, list[Doc], Exception], object]
T = TypeVar("T")


def together(items: Iterable[T], size: Callable[[T], int], *, most: int = MOST) -> Iterator[list[T]]:
    """Things in order, as many together as are read together.

    Args:
        items: papers in whatever form.
        size: the characters of one.
        most: how many are taken at most.

    >>> list(together(["各镇", "要", "报" * 50_000, "送"], len, most=2))[:2], [len(hand) for hand in together("台账" * 40, len)]
    ([['各镇', '要'], ['报报...']], [32, 32, 16])
    """
    hand: list[T] = []
    held = 0
    for item in items:
        length = size(item)
        if hand and held + length > CHARACTERS:
            yield hand
            hand, held = [], 0
        hand.append(item)
        held += length
        if len(hand) >= most or held >= CHARACTERS:
            yield hand
            hand, held = [], 0
    if hand:
        yield hand


class Station:
    """A component of spaCy's that reads docs one by one or many together."""

    def __init__(self, name: str, read: Read) -> None:
        self.name, self.read = name, read
        self._handle: Handler = raise_error

    def __call__(self, doc: Doc) -> Doc:
        """The doc with what the station read in it."""
        self.read([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = MOST) -> Iterator[Doc]:
        """The docs of a stream in order; one that breaks the station goes to the error handler, and costs no other doc."""
        for docs in together(stream, lambda doc: len(text_of(doc)), most=max(1, min(batch_size, MOST))):
            before = [dict(doc.user_data) for doc in docs]
            try:
                self.read(docs)
            except Exception:  # noqa: BLE001 - which of them it was comes out when each is read alone
                yield from self._each(docs, before)
            else:
                yield from docs

    def _each(self, docs: Sequence[Doc], before: Sequence[dict[Any, Any]]) -> Iterator[Doc]:
        """Those docs that the station can read, each as it was `before` they were read together."""
        for doc, carried in zip(docs, before, strict=True):
            doc.user_data = carried
            try:
                self.read([doc])
            except Exception as problem:  # noqa: BLE001 - spaCy's way: whoever runs the pipeline decides
                self._handle(self.name, self, [doc], problem)
            else:
                yield doc

    def set_error_handler(self, handle: Handler) -> None:
        """Takes what `nlp.set_error_handler` was given."""
        self._handle = handle

    def get_error_handler(self) -> Handler:
        """What a doc that breaks the station is handed to."""
        return self._handle


def text_of(doc: Doc) -> str:
    """The doc's text, joined once: spaCy puts it together from the tokens at every call."""
    text: str | None = doc.user_data.get(TEXT)
    if text is None:
        doc.user_data[TEXT] = text = doc.text
    return text


def station(name: str, *, assigns: Sequence[str], requires: Sequence[str] = ()) -> Callable[[Read], Read]:
    """Registers a function over docs as the component `policymine_<name>` (spaCy allows no full stop).

    Args:
        name: of what it finds.
        assigns: where it puts that, as spaCy writes it.
        requires: what must be there before.
    """

    def register(read: Read) -> Read:
        def made(nlp: Language, name: str) -> Station:
            return Station(name, read)

        Language.factory(f"policymine_{name}", assigns=[*assigns], requires=[*requires], func=made)
        return read

    return register
