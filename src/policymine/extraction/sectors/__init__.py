"""Fields of public work: which a paper and each of its directives speak of, and where they say so."""

from policymine.extraction.sectors.finding import Mention, Named, classes_of, look_through, mentions_of, sectors_of

__all__ = ["Mention", "Named", "classes_of", "look_through", "mentions_of", "sectors_of"]
