"""When: expressions of time found, resolved to TIMEX3 values, and given their role (deadline, frequency, …).

`finding.find_times` is the door. `scan` finds the words, `lexicon` knows them, `moments`, `clock`, `lengths` and `durations`
read one expression, `chains` joins neighbours, `reference` and `calendar` give the ground, `timex` writes the value, `roles`
says what the time is for.
"""
