"""What was worked out of a text is remembered while the papers that are read with it go through further stations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Final, Generic, TypeVar

MOST: Final = 100_000
"""Characters of the texts that are remembered together: a few times as many as are read together."""
T = TypeVar("T")


class Remembered(Generic[T]):
    """A function of texts that keeps what it gave for the last ones, and reads together those it is asked for together.

    >>> asked = []
    >>> lengths = Remembered(lambda texts: asked.append(list(texts)) or [len(text) for text in texts])
    >>> lengths.each(["各镇", "要"]), lengths.each(["要", "报送", "报送"]), lengths("报送"), asked
    ([2, 1], [1, 2, 2], 2, [['各镇', '要'], ['报送']])
    """

    def __init__(self, read: Callable[[Sequence[str]], list[T]]) -> None:
        self._read, self._held = read, 0
        self._kept: dict[str, T] = {}

    def __call__(self, text: str) -> T:
        """What is known of a text, or else found out now."""
        found = self._kept.get(text)
        return found if found is not None else self._of([text])[0]

    def each(self, texts: Sequence[str]) -> list[T]:
        """The same for each of some texts; those that are not known are read together."""
        known = dict(self._kept)
        if new := [text for text in dict.fromkeys(texts) if text not in known]:
            known |= zip(new, self._of(new), strict=True)
        return [known[text] for text in texts]

    def _of(self, texts: Sequence[str]) -> list[T]:
        """Reads texts and keeps what they gave, in place of all others when it gets too much."""
        found, size = self._read(texts), sum(map(len, texts))
        if self._held + size > MOST:
            self._kept, self._held = {}, 0
        self._kept |= zip(texts, found, strict=True)
        self._held += size
        return found


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """A function of a text that keeps what it gave for the last texts; it never gives None.

    >>> asked = []
    >>> lengths = remembered(lambda text: asked.append(text) or len(text))
    >>> lengths("各镇"), lengths("要报送"), lengths("各镇"), asked
    (2, 3, 2, ['各镇', '要报送'])
    """
    known = Remembered(lambda texts: [read(text) for text in texts])

    @wraps(read)
    def recalled(text: str) -> T:
        return known(text)

    return recalled
