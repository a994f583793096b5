"""Who must do what: directives found, cut at the boundaries of the guideline, and read field by field.

`finding.find_directives` is the door. `scanning` finds words and marks, `tries` tells what can match at all, `clauses` reads
sentences, `sections` the part of the paper, `splitting`, `fronting` and `cutting` the bounds, `modality` the force, `bearing`,
`carrying`, `succession`, `bodies` and `naming` the bearers, `conditions` the conditions, `features` and `deeds` what the models
of `classifier` weigh (`signs` and `codes` tell how it is written), `never` what is no directive whatever they say.
"""
