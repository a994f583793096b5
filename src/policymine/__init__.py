"""policymine: Chinese local-government papers as a table of directives, deadlines, numbers and slogans that quote their source.

>>> import policymine
>>> doc = policymine.load()("各乡镇要在每月5日前报送隐患台账。")
>>> [(d.modality, [b.text for b in d.bearers]) for d in doc._.directives]
[('obligation', ['各乡镇'])]

A filled table gives DataFrames: `policymine.open("data/policymine.db").directives(sector="危险化学品", since="2022")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from spacy.language import Language

    from policymine.model import FindingKind
    from policymine.research.frames import Knowledge

__all__ = ["display", "load", "open"]


def load() -> Language:
    """The spaCy pipeline that policymine itself runs; see `policymine.extraction.components`."""
    from policymine.extraction.components import load as load_pipeline

    return load_pipeline()


def display(kind: FindingKind = "directives") -> dict[str, Any]:
    """Options with which displaCy shows the findings of a kind; see `policymine.extraction.components`."""
    from policymine.extraction.components import display as options_for

    return options_for(kind)


def open(url: str = "sqlite:///data/policymine.db", *, release: int | None = None, as_of: str | None = None) -> Knowledge:  # noqa: A001
    """A filled knowledge table, for reading.

    Args:
        url: its SQLAlchemy address, or the path of its SQLite file.
        release: read what this release froze instead of the present.
        as_of: read what was shown at the end of this day (`2022-03-15`), or by the run of this number.

    Raises:
        StorageError: there is no table, or it is of a newer version.
    """
    from policymine.research.frames import open_knowledge

    return open_knowledge(url, release=release, as_of=as_of)
