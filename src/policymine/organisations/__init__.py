"""Organisations by pattern: the full name, the kind, the level and the field of work that a name tells."""

from policymine.organisations.naming import Organisation, organisation_of, spellings_of

__all__ = ["Organisation", "organisation_of", "spellings_of"]
