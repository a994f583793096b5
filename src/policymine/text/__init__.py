"""Strings and offsets; knows no policy."""

from policymine.text.alignment import Alignment, Edit, Piece
from policymine.text.span import Span

__all__ = ["Alignment", "Edit", "Piece", "Span"]
