"""Numeric slogans and mottos: found by grammar, opened by the paper or the dictionary.

`finding.find_slogans` is the door; `mottos` finds the ones without a number, `openings` the members a paper spells out,
`dictionary` what slogans.jsonl knows.
"""
