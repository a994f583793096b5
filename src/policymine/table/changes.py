"""What changed between two wordings of a directive: the words, who must act, how sharply, until when, which numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

TOKEN = re.compile(r"\d+(?:\.\d+)?[%％‰]?|[A-Za-z]+|\s+|.", re.DOTALL)
NUMBER = re.compile(r"\d+(?:\.\d+)?[%％‰]?")
LABEL = re.compile(
    r"\s*(?:第[\d一二三四五六七八九十百零]+[条款项章节][、,，\s]*|[（(][\d一二三四五六七八九十]+[）)]|[\d一二三四五六七八九十]+[、.．])"
)
HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")
MARKS = re.compile(r"[\W_]*")
ChangeKind = Literal[
    "bearer_added", "bearer_dropped", "sharper", "softer", "deadline_added", "deadline_dropped", "deadline_nearer",
    "deadline_later", "deadline_changed", "number", "wording",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence-level difference: kept where `before` and `after` are equal."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different, with what it was and what it became."""

    kind: ChangeKind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What of a directive is compared. `deadlines` are pairs of text and latest moment (None where it is open).

    `bearers` are named in the sentence; `implied` are taken over from around it (an earlier clause, a bracket behind it).
    """

    text: str
    bearers: tuple[str, ...] = ()
    force: int = 3
    deadlines: tuple[tuple[str, str | None], ...] = ()
    implied: tuple[str, ...] = ()


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The sentence-level difference, in order; numbers and Latin words stay whole, a label in front (第八条) is none.

    >>> [(p.before, p.after) for p in difference("3月底前完成整改", "2月底前全部完成整改") if p.before != p.after]
    [('3', '2'), ('', '全部')]
    """
    one, other = TOKEN.findall(_unlabelled(before)), TOKEN.findall(_unlabelled(after))
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return tuple(Piece("".join(one[a:b]), "".join(other[c:d])) for _, a, b, c, d in matcher.get_opcodes())


def changes(before: Wording, after: Wording) -> tuple[Change, ...]:
    """What changed, the duties first, then any other wording; punctuation and white space are no change.

    >>> [(c.kind, c.before, c.after) for c in changes(Wording("要报送", force=3), Wording("必须报送", force=5))]
    [('sharper', '3', '5'), ('wording', '要', '必须')]
    """
    found: list[Change] = []
    found += [Change("bearer_added", "", name) for name in _newcomers(before, after)]
    found += [Change("bearer_dropped", name, "") for name in _newcomers(after, before)]
    if before.force != after.force:
        kind: ChangeKind = "sharper" if after.force > before.force else "softer"
        found.append(Change(kind, str(before.force), str(after.force)))
    found += _deadlines(before.deadlines, after.deadlines)
    found += _wording(difference(before.text, after.text))
    return tuple(found)


def _newcomers(before: Wording, after: Wording) -> Iterator[str]:
    """The bearers that only the later wording has; implied ones count where both have some and share one.

    Who must act by a heading or an earlier clause differs from paper to paper without the directive being another.
    """
    there = {_bare(name) for name in (*before.bearers, *before.implied)}
    alike = {_bare(name) for name in before.implied} & {_bare(name) for name in after.implied}
    for name in (*after.bearers, *(after.implied if alike else ())):
        if _bare(name) not in there:
            yield _unlabelled(name)


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", _unlabelled(name))))


def _deadlines(before: Sequence[tuple[str, str | None]], after: Sequence[tuple[str, str | None]]) -> list[Change]:
    old = [entry for entry in before if entry[0] not in {text for text, _ in after}]
    new = [entry for entry in after if entry[0] not in {text for text, _ in before}]
    paired = min(len(old), len(new))
    found = [_moved(a, b) for a, b in zip(old[:paired], new[:paired], strict=True) if a[1] is None or a[1] != b[1]]
    found += [Change("deadline_dropped", text, "") for text, _ in old[paired:]]
    return found + [Change("deadline_added", "", text) for text, _ in new[paired:]]


def _moved(old: tuple[str, str | None], new: tuple[str, str | None]) -> Change:
    if old[1] is None or new[1] is None:
        return Change("deadline_changed", old[0], new[0])
    return Change("deadline_nearer" if new[1] < old[1] else "deadline_later", old[0], new[0])


def _wording(pieces: Sequence[Piece]) -> list[Change]:
    found: list[Change] = []
    for piece in pieces:
        if _same(piece.before, piece.after) or (MARKS.fullmatch(piece.before) and MARKS.fullmatch(piece.after)):
            continue
        numbers = NUMBER.findall(piece.before), NUMBER.findall(piece.after)
        counted = any(numbers) or (HAN_NUMBER.fullmatch(piece.before) and HAN_NUMBER.fullmatch(piece.after))
        found.append(Change("number" if counted else "wording", piece.before, piece.after))
    return found


def _same(one: str, other: str) -> bool:
    """Whether two stretches differ in nothing but width (１ and 1)."""
    return unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other)


def _unlabelled(text: str) -> str:
    label = LABEL.match(text)
    return text[label.end() :] if label else text
