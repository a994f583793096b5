"""Half-open stretches of a text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """The characters from `start` up to, not including, `end`; Python `str` offsets.

    Which text the offsets count in is said by whoever holds the span: unprefixed spans count in clean text, `raw_` ones in
    raw text. A span is never empty; `checked` refuses one that is.

    >>> Span(2, 4).of("请于月底前报送")
    '月底'
    """

    start: int
    end: int

    @classmethod
    def checked(cls, start: int, end: int) -> Span:
        """The span, or `ValueError` when it would be empty or start before the text."""
        if not 0 <= start < end:
            raise ValueError(f"no span from {start} to {end}: it must start at 0 or later and hold a character")
        return cls(start, end)

    @property
    def length(self) -> int:
        """How many characters it holds."""
        return self.end - self.start

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether at least one character lies in both.

        >>> Span(0, 3).overlaps(Span(3, 5)), Span(0, 4).overlaps(Span(3, 5))
        (False, True)
        """
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether `other` lies inside this span; a span contains itself."""
        return self.start <= other.start and other.end <= self.end

    def shifted(self, by: int) -> Span:
        """The same span counted from a text that starts `by` characters earlier."""
        return Span(self.start + by, self.end + by)

    def trimmed(self, text: str, characters: str | None = None) -> Span | None:
        """The span without the given characters (white space by default) at its ends; None when nothing is left.

        >>> Span(0, 5).trimmed("  要报。")
        Span(start=2, end=5)
        """
        inside = text[self.start : self.end]
        kept = len(inside.strip(characters))
        if kept == len(inside):
            return self if kept else None
        start = self.start + len(inside) - len(inside.lstrip(characters))
        return Span(start, start + kept) if kept else None
