"""Imported once by the process that nights are forked from."""

from .world import warm_up

warm_up()
