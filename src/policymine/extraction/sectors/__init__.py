"""Fields of public work: which a paper and each of its directives speak of, and where they say so."""

from policymine.extraction.sectors.finding import Mention, classes_of, mentions_of, sectors_of, with_sectors

__all__ = ["Mention", "classes_of", "mentions_of", "sectors_of", "with_sectors"]
