"""What has been read of a document when a directive is reached: the names that it may take over.

A name is carried inside the same item (or from the sentence that introduces its items), never across a paragraph except in the
articles of a regulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from policymine.extraction.directives.bodies import Names
from policymine.extraction.directives.clauses import Sentence
from policymine.extraction.directives.reaching import by_sentence, notes
from policymine.extraction.directives.taking import duties_of, subject_names, whole_name
from policymine.model import Bearer, PaperKind
from policymine.text.outline import Outline
from policymine.text.sentences import INDENT


class Carry(NamedTuple):
    """Names that later directives may take over, and the sentence they were read in; `introduces` a list of items."""

    bearers: tuple[Bearer, ...]
    sentence: int
    introduces: bool
    sanction: bool = False


class State:
    """What has been read so far: names by item, brackets, lists that a sentence introduces."""

    def __init__(self, text: str, sentences: Sequence[Sentence], outline: Outline, *, kind: PaperKind) -> None:
        self.text, self.sentences, self.outline, self.kind = text, sentences, outline, kind
        self.notes = notes(text, sentences, outline)
        self.noted = by_sentence(self.notes)
        self.carried: dict[int, Carry] = {}
        self.rows: dict[tuple[int, str], Carry] = {}
        self.spoken_of = -1
        self.invited: tuple[int, tuple[Bearer, ...]] = (-1, ())

    @cached_property
    def names(self) -> Names:
        """The names of the text, read where somebody is invited."""
        return Names(self.text)

    def enter(self, number: int, *, headline_only: bool) -> None:
        """Forgets what a new paragraph or item ends, and reads the subject of a headline."""
        sentence = self.sentences[number]
        if duties := duties_of(self.text, sentence, self.sentences[number - 1]) if number else ():
            self.carried[sentence.item] = Carry(duties, number, True)
            return
        if not (sentence.opens or sentence.label or self.text.startswith(INDENT, max(0, sentence.start - len(INDENT)))):
            return
        item = sentence.item
        titled = whole_name(self.text, sentence) if headline_only else ()
        if not sentence.label:
            if not self._in_article(item):
                self.carried.pop(item, None)
            if titled:
                self.carried[item] = Carry(titled, number, True)
            return
        self.carried.pop(item, None)
        row = (self.outline.items[item].parent, self.outline.items[item].style)
        if self.outline.items[item].number == 1:
            before = self.carried.get(self.sentences[number - 1].item) if number else None
            if before is not None and before.sentence == number - 1 and before.introduces:
                self.rows[row] = before
            else:
                self.rows.pop(row, None)
        if headline_only and (headed := titled or subject_names(self.text, sentence.clauses)):
            self.carried[item] = Carry(headed, number, True)

    def introduce(self, number: int, charged: tuple[Bearer, ...], *, silent: bool) -> None:
        """Notes whose list a colon opens: those who are charged, or whom 其 goes on with in a sentence that orders nothing."""
        sentence = self.sentences[number]
        if charged:
            self.carried[sentence.item] = Carry(charged, number, True)
        elif silent and self.text.startswith("其", sentence.start) and (carry := self.carried.get(sentence.item)) is not None:
            self.carried[sentence.item] = carry._replace(sentence=number, introduces=True)

    def above(self, sentence: Sentence) -> Carry | None:
        """What the item of a sentence has carried so far, else what introduces it."""
        item = sentence.item
        carry = self.carried.get(item)
        while carry is None and item >= 0:
            parent, style = self.outline.items[item].parent, self.outline.items[item].style
            carry = self.rows.get((parent, style)) or (self.carried.get(parent) if parent >= 0 else None)
            item = parent
        return carry

    def _in_article(self, item: int) -> bool:
        while item >= 0:
            if self.outline.items[item].style == "article":
                return True
            item = self.outline.items[item].parent
        return False
