"""How much: quantities with value, unit and modifier.

`finding.find_quantities` is the door; `values` reads the number, `context` refuses what only looks like one.
"""
