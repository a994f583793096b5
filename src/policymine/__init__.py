"""policymine: Chinese local-government papers as a table of directives, deadlines, numbers and slogans that quote their source.

>>> import policymine
>>> doc = policymine.load()("各乡镇要在每月5日前报送隐患台账。")
>>> [(d.modality, [b.text for b in d.bearers]) for d in doc._.directives]
[('obligation', ['各乡镇'])]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["load"]


def load() -> Language:
    """The spaCy pipeline that policymine itself runs; see `policymine.extraction.components`."""
    from policymine.extraction.components import load as load_pipeline

    return load_pipeline()
