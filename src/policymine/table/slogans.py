"""What slogans stand for across papers: openings found in papers are evidence that opens the mentions which say nothing.

A mention is opened from its own paper, then from papers of the same issuer, then of the same sector, then from the dictionary;
every reading says where it was read and which rivals it has. All of it is computed from the sorted rows: neither the order in
which papers came nor an interruption can change it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from policymine.table.derived import slogan_readings
from policymine.table.dialect import insert_rows
from policymine.table.minhash import plain
from policymine.table.schema import Snapshot, documents, slogan_entries, slogans, visible

FEW = 1
"""Papers of a sector (not of the issuer) which do not overrule a sure reading of the dictionary."""
Members = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A reading of the dictionary."""

    members: Members
    field: str
    source: str
    since: int | None
    sure: bool


Dictionary = Callable[[str], Sequence[Known]]
"""The dictionary's readings of a slogan, the best known first; handed in by whoever holds it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A numeric mention and the paper it stands in."""

    row_id: str
    slogan_id: str
    text: str
    expansion: Members | None
    source: str | None
    document_id: str
    issuer: str | None
    sectors: frozenset[str]
    issued_on: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reading found in papers: the mentions that spell it out, the earliest first."""

    members: Members
    mentions: tuple[Mention, ...]

    @property
    def documents(self) -> int:
        """In how many papers it is spelt out."""
        return len({mention.document_id for mention in self.mentions})


@dataclass(frozen=True, slots=True)
class Read:
    """What a mention stands for, where that was read, and the other readings there are."""

    mention: Mention
    members: Members
    origin: str
    evidence: str | None
    rivals: tuple[Mapping[str, Any], ...]


def relearn(connection: sa.Connection, run_id: int, *, dictionary: Dictionary) -> None:
    """Computes `slogan_entries` and `slogan_readings` for what a run shows.

    Args:
        connection: a write transaction.
        run_id: whose state is read.
        dictionary: what is known beside the papers.
    """
    mentions = list(_mentions(Snapshot(connection, run_id)))
    evidence = gather(mentions)
    by_name: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_name[mention.slogan_id].append(mention)
    entries, readings = [], []
    for name, its in sorted(by_name.items()):
        known = dictionary(name)
        entries += list(_entries(name, evidence.get(name, ()), known))
        readings += [_reading(read) for mention in its for read in [read_mention(mention, evidence.get(name, ()), known)]]
    for part, rows in ((slogan_entries, entries), (slogan_readings, sorted(readings, key=lambda r: str(r["row_id"])))):
        connection.execute(sa.delete(part))
        if rows:
            insert_rows(connection, part, entries=rows)


def gather(mentions: Iterable[Mention]) -> Mapping[str, tuple[Evidence, ...]]:
    """The readings that papers spell out, by slogan: most papers first, then the earliest, then by their words.

    Readings that differ in punctuation only are one; the commonest spelling stands for it.
    """
    found: dict[str, dict[Members, list[Mention]]] = defaultdict(lambda: defaultdict(list))
    for mention in sorted(mentions, key=_age):
        if mention.source == "here" and mention.expansion:
            found[mention.slogan_id][tuple(plain(m) for m in mention.expansion)].append(mention)
    return {name: tuple(sorted(map(_evidence, readings.values()), key=_rank)) for name, readings in found.items()}


def read_mention(mention: Mention, evidence: Sequence[Evidence], known: Sequence[Known]) -> Read:
    """What one mention stands for: here, the same paper, the issuer's papers, the sector's, the dictionary, or nothing.

    A single paper of the sector does not overrule a sure reading of the dictionary; it stays its rival.
    """
    members, origin, source = _chosen(mention, evidence, known)
    return Read(mention, members, origin, source, tuple(_rivals(members, evidence, known)))


def _chosen(
    mention: Mention, evidence: Sequence[Evidence], known: Sequence[Known]
) -> tuple[Members, str, str | None]:  # fmt: skip
    if mention.expansion and mention.source in ("here", "paper"):
        place = next((m for e in evidence for m in e.mentions if m.document_id == mention.document_id), mention)
        return mention.expansion, str(mention.source), mention.row_id if mention.source == "here" else place.row_id
    for entry in evidence:
        of_issuer = [m for m in entry.mentions if mention.issuer and m.issuer == mention.issuer]
        if of_issuer:
            return entry.members, "issuer", of_issuer[0].row_id
    sure = any(reading.sure for reading in known)
    for entry in evidence:
        of_sector = [m for m in entry.mentions if m.sectors & mention.sectors]
        if of_sector and not (sure and len({m.document_id for m in of_sector}) <= FEW):
            return entry.members, "sector", of_sector[0].row_id
    if mention.expansion:
        same = [reading for reading in known if reading.members == mention.expansion]
        return mention.expansion, "dictionary", same[0].source if same else None
    return (), "unknown", None


def _rivals(chosen: Members, evidence: Sequence[Evidence], known: Sequence[Known]) -> Iterator[Mapping[str, Any]]:
    words = tuple(plain(member) for member in chosen)
    for entry in evidence:
        if tuple(plain(m) for m in entry.members) != words:
            yield {"members": list(entry.members), "origin": "paper", "evidence": entry.mentions[0].row_id}
    for reading in known:
        if tuple(plain(m) for m in reading.members) != words:
            source = {"field": reading.field, "evidence": reading.source, "sure": reading.sure}
            yield {"members": list(reading.members), "origin": "dictionary", **source}


def _mentions(now: Snapshot) -> Iterator[Mention]:
    s, d = slogans, documents
    its = [s.c[name] for name in ("id", "slogan_id", "text", "expansion", "expansion_source", "document_id")]
    paper = [d.c[name] for name in ("issuer", "sectors", "issued_on")]
    joined = sa.select(*its, *paper).join(d, sa.and_(d.c.id == s.c.document_id, d.c.page_id == s.c.page_id))
    stands = (visible(s, now.run_id), visible(d, now.run_id), s.c.kind == "numeric")
    for row in now.connection.execute(joined.where(*stands).order_by(s.c.id)):
        expansion = tuple(row.expansion) if row.expansion else None
        yield Mention(
            row.id, row.slogan_id or row.text, row.text, expansion, row.expansion_source, row.document_id, row.issuer,
            frozenset(row.sectors), row.issued_on,
        )  # fmt: skip


def _evidence(mentions: Sequence[Mention]) -> Evidence:
    spellings = Counter(mention.expansion or () for mention in mentions)
    return Evidence(min(spellings, key=lambda members: (-spellings[members], members)), tuple(mentions))


def _rank(evidence: Evidence) -> tuple[int, tuple[str, str], Members]:
    return -evidence.documents, _age(evidence.mentions[0]), evidence.members


def _age(mention: Mention) -> tuple[str, str]:
    return mention.issued_on or "9999", mention.row_id


def _entries(name: str, evidence: Sequence[Evidence], known: Sequence[Known]) -> Iterator[dict[str, Any]]:
    """The readings of a slogan as records: those of papers first, then the dictionary's."""
    for number, entry in enumerate(evidence, 1):
        issuers = {m.issuer for m in entry.mentions}
        sectors = Counter(sector for m in entry.mentions for sector in m.sectors)
        yield {
            "slogan_id": name, "reading": number, "kind": "numeric", "members": list(entry.members),
            "sector": min(sectors, key=lambda s: (-sectors[s], s)) if sectors else None,
            "issuer": issuers.pop() if len(issuers) == 1 else None, "origin": "paper", "documents": entry.documents,
            "first_issued_on": entry.mentions[0].issued_on,
        }  # fmt: skip
    for number, reading in enumerate(known, len(evidence) + 1):
        yield {
            "slogan_id": name, "reading": number, "kind": "numeric", "members": list(reading.members), "sector": reading.field,
            "issuer": None, "origin": "dictionary", "documents": 0,
            "first_issued_on": str(reading.since) if reading.since else None,
        }  # fmt: skip


def _reading(read: Read) -> dict[str, Any]:
    return {
        "row_id": read.mention.row_id, "slogan_id": read.mention.slogan_id, "members": list(read.members),
        "origin": read.origin, "evidence": read.evidence, "rivals": [dict(rival) for rival in read.rivals],
    }  # fmt: skip
