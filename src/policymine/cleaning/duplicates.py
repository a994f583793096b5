"""Copies of papers: which text holds most of another, on one page and across pages.

Candidates come from MinHash signatures over clauses (datasketch); what decides is containment: the share of one text's clauses,
by characters, that the other one holds. Clauses, because a redacted name must not spoil a whole sentence. A copy is the text
that lies inside the other, also when it was cut.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from policymine.text.points import BLOCK, points_of

CONTAINED = 0.72
"""Share of a text's characters, in clauses the other text holds too, from which it is a copy."""
SHORTENED = 0.9
"""A copy with less than this share of the fuller text was cut."""
PERMUTATIONS, ROWS = 64, 2
CLAUSE_ENDS = re.compile(r"[。！？；，、：,;:!?\s]+")
LEAST_CLAUSE = 5
NOISE = re.compile(r"[^\u4e00-\u9fffA-Za-z\d。！？；，、：,;:!?\s]+|[xX]+|某")
"""What doesn't count inside a clause; the ends of clauses stay."""
MOST_CANDIDATES = 200
_END = 2


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a text to know its copies: hashes of its clauses with their lengths.

    Versions of one page (`page_id`) are not copies of each other.
    """

    document_id: str
    clauses: Mapping[int, int]
    page_id: str = ""

    @property
    def size(self) -> int:
        """Characters in clauses that count."""
        return sum(self.clauses.values())

    def contained_in(self, other: Fingerprint) -> float:
        """The share of this text that stands in the other one, 0–1."""
        size = self.size
        return sum(length for sign, length in self.clauses.items() if sign in other.clauses) / size if size else 0.0


class Match(NamedTuple):
    """`copy` is a copy of `fuller`; `share` of it stands there; `shortened` when much of the fuller text is gone."""

    copy: str
    fuller: str
    share: float
    shortened: bool


class Standing(NamedTuple):
    """How a text stands to earlier ones: `fuller` is the one it copies, `overtaken` are shorter copies of it."""

    fuller: Match | None
    overtaken: tuple[Match, ...]


def fingerprint(document_id: str, text: str, *, page_id: str = "") -> Fingerprint:
    """The fingerprint of a clean text; redactions, figures' surroundings and punctuation don't count.

    >>> a = fingerprint("a", "各镇要在月底前完成排查。县安委办要逐一核查。")
    >>> b = fingerprint("b", "各镇要在月底前完成排查!县里另行部署。")
    >>> round(a.contained_in(b), 2)
    0.55
    """
    sign_of = zlib.crc32
    clauses = {sign_of(core.encode()): len(core) for core in _cores(text) if len(core) >= LEAST_CLAUSE}
    return Fingerprint(document_id, clauses, page_id)


def _cores(text: str) -> list[str]:
    """The clauses of a text with what counts in them."""
    points = points_of(text) if len(text) <= BLOCK else None
    if points is None or not len(points) or points.max() > 0xFFFF:
        return CLAUSE_ENDS.split(NOISE.sub("", text))
    kinds = _kinds().take(points)
    kept: bytes = np.where(kinds == _END, np.uint32(ord("\n")), points)[kinds != 0].tobytes()
    return kept.decode("utf-32-le").split("\n")


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """For every character of the first plane whether it is noise (0), counts, or ends a clause."""
    every = "".join(map(chr, range(1 << 16)))
    table = np.zeros(1 << 16, np.uint8)
    table[[ord(character) for character in NOISE.sub("", every)]] = 1
    table[[ord(character) for character in "".join(CLAUSE_ENDS.findall(every))]] = _END
    return table


def compare(one: Fingerprint, other: Fingerprint) -> Match | None:
    """Which of two texts is a copy of the other; None when neither is. Of equals the later one (`other`) is the copy."""
    copy, fuller = (one, other) if one.size < other.size else (other, one)
    share = copy.contained_in(fuller)
    if share < CONTAINED:
        return None
    return Match(copy.document_id, fuller.document_id, round(share, 3), copy.size < SHORTENED * fuller.size)


def copies_within(fingerprints: Sequence[Fingerprint]) -> dict[str, Match]:
    """The copies among the texts of one page: id of the copy → its fullest match."""
    found: dict[str, Match] = {}
    fingerprints = fingerprints[:MOST_CANDIDATES]
    sizes = {entry.document_id: entry.size for entry in fingerprints}
    for number, other in enumerate(fingerprints):
        for one in fingerprints[:number]:
            match = compare(one, other)
            if match and (match.copy not in found or sizes[found[match.copy].fuller] < sizes[match.fuller]):
                found[match.copy] = match
    return found


class Memory(Protocol):
    """Where an index keeps fingerprints: by the bands of their signatures, of which near texts share some."""

    def put(self, entry: Fingerprint, bands: Sequence[int]) -> None:
        """Keeps a fingerprint; one of the same document gives way to it."""

    def near(self, bands: Sequence[int]) -> Iterable[Fingerprint]:
        """Those that share a band."""


class _InMemory:
    """Kept for as long as the index."""

    def __init__(self) -> None:
        self._known: dict[str, Fingerprint] = {}
        self._postings: dict[int, list[str]] = {}

    def put(self, entry: Fingerprint, bands: Sequence[int]) -> None:
        if entry.document_id not in self._known:
            for band in bands:
                self._postings.setdefault(band, []).append(entry.document_id)
        self._known[entry.document_id] = entry

    def near(self, bands: Sequence[int]) -> Iterable[Fingerprint]:
        found = {document_id for band in bands for document_id in self._postings.get(band, ())}
        return [self._known[document_id] for document_id in found]


@dataclass(slots=True)
class DuplicateIndex:
    """The fingerprints of earlier pages. The pipeline keeps them between nights and hands the index in.

    >>> index = DuplicateIndex([fingerprint("old", "各镇要在月底前完成排查。县安委办要逐一核查。逾期不报的要通报。")])
    >>> index.find(fingerprint("new", "各镇要在月底前完成排查。县安委办要逐一核查。")).fuller
    'old'
    """

    entries: Iterable[Fingerprint] = ()
    memory: Memory = field(default_factory=_InMemory)

    def __post_init__(self) -> None:
        for entry in self.entries:
            self.add(entry)

    def add(self, entry: Fingerprint) -> None:
        """Remembers a text."""
        self.memory.put(entry, bands_of(entry))

    def find(self, entry: Fingerprint) -> Match | None:
        """The fullest earlier text that `entry` is a copy of; None when there is none."""
        return self.compare(entry).fuller

    def compare(self, entry: Fingerprint) -> Standing:
        """How a text stands to the earlier ones: the fullest that it copies, and those that copy it."""
        if not entry.clauses:
            return Standing(None, ())
        near = {one.document_id: one for one in self.memory.near(bands_of(entry)) if one.document_id != entry.document_id}
        others = [near[key] for key in sorted(near)[:MOST_CANDIDATES]]
        every = [compare(one, entry) for one in others if not (one.page_id and one.page_id == entry.page_id)]
        matches = [match for match in every if match is not None]
        copied = [match for match in matches if match.copy == entry.document_id]
        fuller = max(copied, key=lambda match: near[match.fuller].size, default=None)
        return Standing(fuller, tuple(match for match in matches if match.fuller == entry.document_id))


def bands_of(entry: Fingerprint) -> list[int]:
    """The bands of a fingerprint's MinHash signature, each as a number of 63 bits; none for a text without clauses."""
    from datasketch import MinHash

    if not entry.clauses:
        return []
    signature = MinHash(num_perm=PERMUTATIONS, hashfunc=int)
    signature.update_batch(list(entry.clauses))
    values = signature.hashvalues.astype("<u8").tobytes()
    size = 8 * ROWS
    return [
        int.from_bytes(blake2b(values[at : at + size], digest_size=8, person=b"%d" % (at // size)).digest()) >> 1
        for at in range(0, len(values), size)
    ]
