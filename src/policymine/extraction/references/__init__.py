"""Papers cited: titles, document numbers, bare law names, articles.

`finding.find_references` is the door; `citing` brings the mentions of one paper to one entry.
"""
