"""The extraction floor: pure functions that read clean text, and (in `components`) the spaCy pipeline that runs them."""
