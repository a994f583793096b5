"""The persistent index of wordings: which directives read nearly the same, at a cost in proportion to the new ones.

Signatures come from datasketch; its own index lives in memory or on a server, so the buckets stand in a table here. Likeness
is settled by the bigrams themselves (Jaccard), never by the estimate, and clusters are the connected wordings: neither the
order nor the portions in which wordings came can change them.
"""

from __future__ import annotations

import hashlib
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any, TypeVar

import sqlalchemy as sa

from policymine.table.derived import lineage_bands, lineage_links, lineage_texts
from policymine.table.dialect import insert_rows

Thing = TypeVar("Thing")
NEAR = 0.72
"""Jaccard likeness of bigrams from which two wordings are near-equal."""
BANDS, ROWS, SEED = 12, 4, 7
"""Buckets per wording and minima per bucket: a pair at 0.75 meets with 0.99, one at 0.3 with 0.09."""
SHORTEST = 12
"""Letters and digits below which only the very same wording counts."""
PORTION, ASKED = 20_000, 500


def plain(text: str) -> str:
    """A wording without punctuation, white space, width and case.

    >>> plain("各镇要 建台账，每周报送。")
    '各镇要建台账每周报送'
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def text_id(text: str) -> str:
    """The identity of a wording."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:16]


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a wording.

    >>> sorted(bigrams("建台账"))
    ['台账', '建台']
    """
    bare = plain(text)
    return frozenset(a + b for a, b in pairwise(bare))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The Jaccard likeness of two wordings by their bigrams."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def _portions(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """A stretch of at most `size` at a time."""
    rest = iter(things)
    while portion := list(islice(rest, size)):
        yield portion


def add(connection: sa.Connection, wordings: Mapping[str, str]) -> None:
    """Takes wordings in that are not there yet, by their ids, and joins the clusters that they connect."""
    for portion in _portions(sorted(wordings.items()), PORTION):
        _add(connection, dict(portion))


def drop(connection: sa.Connection, gone: Mapping[str, str]) -> None:
    """Takes wordings out and divides the clusters that only they held together."""
    torn: set[str] = set()
    t, links, bands = lineage_texts.c, lineage_links, lineage_bands
    for some in _portions(sorted(gone), ASKED):
        torn |= set(connection.scalars(sa.select(t.cluster).where(t.text_id.in_(some))))
        connection.execute(sa.delete(lineage_texts).where(t.text_id.in_(some)))
        connection.execute(sa.delete(links).where(sa.or_(links.c.one.in_(some), links.c.other.in_(some))))
    taken = {bucket: identity for identity, buckets in _buckets(gone).items() for bucket in buckets}
    for some_buckets in _portions(sorted(taken), ASKED):
        chosen = bands.c.bucket.in_(some_buckets)
        entries = connection.execute(sa.select(bands.c.bucket, bands.c.text_id).where(chosen)).all()
        for bucket, identity in entries:
            if identity in gone:
                connection.execute(sa.delete(bands).where(bands.c.bucket == bucket, bands.c.text_id == identity))
    _cluster(connection, torn)


def _add(connection: sa.Connection, wordings: Mapping[str, str]) -> None:
    buckets = _buckets(wordings)
    held: dict[int, list[str]] = defaultdict(list)
    for bucket, identity in _stored(connection, {bucket for own in buckets.values() for bucket in own}):
        held[bucket].append(identity)
    pairs: set[tuple[str, str]] = set()
    for identity in sorted(buckets):
        for bucket in buckets[identity]:
            pairs.update((min(identity, other), max(identity, other)) for other in held[bucket])
            held[bucket].append(identity)
    known = dict(_texts(connection, {identity for pair in pairs for identity in pair} - set(wordings)))
    links = list(_near(pairs, {**known, **wordings}))
    entries = [{"text_id": identity, "text": text, "cluster": identity} for identity, text in sorted(wordings.items())]
    insert_rows(connection, lineage_texts, entries=entries)
    placed = sorted((bucket, identity) for identity, own in buckets.items() for bucket in own)
    if placed:
        insert_rows(connection, lineage_bands, entries=[{"bucket": bucket, "text_id": i} for bucket, i in placed])
    if links:
        insert_rows(connection, lineage_links, entries=links)
    _join(connection, links, known=wordings)


def _near(pairs: Iterable[tuple[str, str]], texts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    grams: dict[str, frozenset[str]] = {}
    for one, other in sorted(pairs):
        for identity in (one, other):
            if identity not in grams:
                grams[identity] = bigrams(texts[identity])
        value = likeness(grams[one], grams[other])
        if value >= NEAR:
            yield {"one": one, "other": other, "likeness": round(value, 4)}


def _buckets(wordings: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """The buckets of each wording that is long enough."""
    from datasketch import MinHash

    long = {identity: text for identity, text in wordings.items() if len(plain(text)) >= SHORTEST}
    if not long:
        return {}
    shingles = [[gram.encode() for gram in bigrams(text)] for text in long.values()]
    signatures = MinHash.bulk(shingles, num_perm=BANDS * ROWS, seed=SEED, hashfunc=zlib.crc32)
    return {identity: tuple(_bands(signature.hashvalues)) for identity, signature in zip(long, signatures, strict=True)}


def _bands(values: Any) -> Iterator[int]:
    for band in range(BANDS):
        key = bytes([band]) + values[band * ROWS : (band + 1) * ROWS].tobytes()
        yield int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) >> 1


def _stored(connection: sa.Connection, buckets: Iterable[int]) -> Iterator[tuple[int, str]]:
    c = lineage_bands.c
    if connection.scalars(sa.select(c.bucket).limit(1)).first() is None:
        return
    for some in _portions(sorted(buckets), ASKED):
        for row in connection.execute(sa.select(c.bucket, c.text_id).where(c.bucket.in_(some))):
            yield row.bucket, row.text_id


def _texts(connection: sa.Connection, identities: Iterable[str]) -> Iterator[tuple[str, str]]:
    c = lineage_texts.c
    for some in _portions(sorted(identities), ASKED):
        for row in connection.execute(sa.select(c.text_id, c.text).where(c.text_id.in_(some))):
            yield row.text_id, row.text


def _clusters(connection: sa.Connection, identities: Iterable[str]) -> Iterator[tuple[str, str]]:
    c = lineage_texts.c
    for some in _portions(sorted(identities), ASKED):
        for row in connection.execute(sa.select(c.text_id, c.cluster).where(c.text_id.in_(some))):
            yield row.text_id, row.cluster


def _join(connection: sa.Connection, links: Sequence[Mapping[str, Any]], *, known: Mapping[str, str]) -> None:
    """Merges the clusters that new links connect; a cluster is named after its smallest member."""
    ends = {end for link in links for end in (link["one"], link["other"])}
    cluster = {end: end for end in ends if end in known}
    cluster.update(_clusters(connection, ends - set(known)))
    find, unite = _union(set(cluster.values()))
    for link in links:
        unite(cluster[link["one"]], cluster[link["other"]])
    changed = {name: find(name) for name in set(cluster.values()) if find(name) != name}
    _rename(connection, changed)


def _rename(connection: sa.Connection, changed: Mapping[str, str]) -> None:
    by_name: dict[str, list[str]] = defaultdict(list)
    for old, new in changed.items():
        by_name[new].append(old)
    c = lineage_texts.c
    for new, olds in sorted(by_name.items()):
        for some in _portions(sorted(olds), ASKED):
            connection.execute(sa.update(lineage_texts).where(c.cluster.in_(some)).values(cluster=new))


def _cluster(connection: sa.Connection, torn: Iterable[str]) -> None:
    """Divides clusters anew by the links that are left."""
    t, links = lineage_texts.c, lineage_links.c
    for name in sorted(torn):
        members = list(connection.scalars(sa.select(t.text_id).where(t.cluster == name)))
        find, unite = _union(members)
        for some in _portions(sorted(members), ASKED):
            for row in connection.execute(sa.select(links.one, links.other).where(links.one.in_(some))):
                unite(row.one, row.other)
        for new in sorted({find(member) for member in members} - {name}):
            its = [member for member in members if find(member) == new]
            for some in _portions(its, ASKED):
                connection.execute(sa.update(lineage_texts).where(t.text_id.in_(some)).values(cluster=new))


def _union(names: Iterable[str]) -> tuple[Callable[[str], str], Callable[[str, str], None]]:
    """Find and unite over names; the smallest of a set stands for it."""
    parent = {name: name for name in names}

    def find(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def unite(one: str, other: str) -> None:
        low, high = sorted((find(one), find(other)))
        parent[high] = low

    return find, unite
