"""What paper this is: title, kind, date, region, level, issuer, speaker, audience.

`reading.read_card` is the door; `dates` finds the day of issue, `places` the region.
"""
