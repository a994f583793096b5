"""What is learnt across papers after a run was published: readings of slogans, the citation graph, the lineage of directives.

Everything is computed from what the published run shows, in a fixed order, in the very transaction that publishes the run: what
readers see of the readings, citations and lineages is always that of the rows they see. `learn` brings it up to other rules.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from policymine.extraction.references.citing import citations_of
from policymine.extraction.slogans.dictionary import look_up
from policymine.model import Reference
from policymine.table import citations, lineage, slogans
from policymine.table.dialect import writing
from policymine.table.schema import facts, published_run
from policymine.table.store import Table

FACT = "learnt"


def learn(table: Table, *, state: str | None = None) -> bool:
    """Brings what is learnt up to the published run; returns whether there was anything to do.

    Args:
        table: the knowledge table.
        state: what decides the outcome beside the run (the rules); computed when not given.
    """
    with table.reading() as now:
        if _learnt(now.connection) == _wanted(now.run_id, state):
            return False
    with writing(table.engine) as connection:
        return learn_along(connection, connection.scalars(sa.select(published_run.c.run_id)).one(), state=state)


def learn_along(connection: sa.Connection, published: int, *, state: str | None = None) -> bool:
    """The same inside a transaction of the caller, who is about to publish the run of this id."""
    wanted = _wanted(published, state)
    if _learnt(connection) == wanted:
        return False
    lineage.bring_up(connection, published)
    slogans.relearn(connection, published, dictionary=known_readings)
    citations.relink(connection, published, resolve=meant)
    connection.execute(sa.delete(facts).where(facts.c.name == FACT))
    connection.execute(sa.insert(facts).values(name=FACT, value=wanted))
    return True


def _learnt(connection: sa.Connection) -> str | None:
    return connection.scalars(sa.select(facts.c.value).where(facts.c.name == FACT)).one_or_none()


def _wanted(published: int, state: str | None) -> str:
    return f"{published} {state or _state()}"


def known_readings(name: str) -> tuple[slogans.Known, ...]:
    """The dictionary's readings of a slogan.

    >>> known_readings("四早")[0].members[0]
    '早发现'
    """
    entry = look_up(name)
    readings = entry.readings if entry else ()
    return tuple(slogans.Known(r.members, r.field, r.source, r.since, r.sure) for r in readings)


def meant(text: str, references: Sequence[Reference]) -> tuple[citations.Meant, ...]:
    """What the references of a document mean, aliases resolved and articles read.

    >>> from policymine.extraction.references.finding import find_references
    >>> t = "按《云河市消防条例》第五条执行"
    >>> meant(t, find_references(t))[0].articles
    '第五条'
    """
    return tuple(citations.Meant(c.title, c.number, c.articles) for c in citations_of(text, references))


def _state() -> str:
    from policymine.pipeline import station_fingerprints

    return station_fingerprints()["mine"]
