"""A page's raw text to documents: every raw character accounted for, every repair recorded and explained."""

from policymine.cleaning.clean import clean_page
from policymine.cleaning.duplicates import DuplicateIndex, Fingerprint, fingerprint
from policymine.partition import check_partition

__all__ = ["DuplicateIndex", "Fingerprint", "check_partition", "clean_page", "fingerprint"]
