"""Signs as numbers: every value of a field has a small number, and a sign packs those of its values into one.

The inner loops of this room add up such numbers and look their weights up; what a number says is spelled out only where a model
meets it for the first time. `FIELDS` tells how a sign is packed: for each field its vocabulary and its place among the values
that signs.py's templates name, from the lowest bits up. The lowest bits of all are the sign's own number.
"""

from __future__ import annotations

from threading import Lock
from typing import Final

NAME: Final = 5
"""Bits of a sign's own number."""


class Values:
    """The values of a field and their numbers; those not known beforehand get one when they are first seen.

    >>> roles = Values(2, "", "review")
    >>> roles.number("review"), roles.number("legal"), roles.value(2), roles.number("legal")
    (1, 2, 'legal', 2)
    """

    __slots__ = ("bits", "learning", "numbers", "values")

    def __init__(self, bits: int, *known: object) -> None:
        self.bits = bits
        self.learning = Lock()
        self.values: list[object] = list(known)
        self.numbers: dict[object, int] = {value: number for number, value in enumerate(known)}

    def number(self, value: object) -> int:
        """The number of a value.

        Raises:
            OverflowError: there are more values than the field has room for.
        """
        number = self.numbers.get(value)
        return self._learn(value) if number is None else number

    def _learn(self, value: object) -> int:
        with self.learning:
            number = self.numbers.get(value, len(self.values))
            if number >> self.bits:
                raise OverflowError(f"{value!r}: a field of {self.bits} bits holds {self.values} already; give it more bits")
            if number == len(self.values):
                self.values.append(value)
                self.numbers[value] = number
        return number

    def value(self, number: int) -> object:
        """The value that has a number."""
        return self.values[number]


class Letters(Values):
    """Characters; their numbers are those of Unicode."""

    __slots__ = ()

    def number(self, value: object) -> int:
        """The number of a character."""
        return ord(str(value))

    def value(self, number: int) -> object:
        """The character."""
        return chr(number)


class Numbers(Values):
    """Whole numbers, from `least` up."""

    __slots__ = ("least",)

    def __init__(self, bits: int, least: int = 0) -> None:
        super().__init__(bits)
        self.least = least

    def number(self, value: object) -> int:
        """How far it is from the least."""
        assert isinstance(value, int)
        return value - self.least

    def value(self, number: int) -> object:
        """The number itself."""
        return self.least + number


class Sets(Values):
    """Sets of the values of another field, a bit for each; it has to be the last field of a sign."""

    __slots__ = ("members",)

    def __init__(self, members: Values) -> None:
        super().__init__(60)
        self.members = members

    def value(self, number: int) -> object:
        """The set that a number stands for."""
        members = self.members.values
        return frozenset([members[at] for at in range(number.bit_length()) if number >> at & 1])


LEADS: Final = ("", "cue", "time", "pronoun", "result", "preposition", "adverb", "verb")
"""The classes of first words, "" for any other."""
NO_LEAD: Final = len(LEADS)
SUBJECTS: Final = ("none", "organisation", "person", "pronoun", "thing")
NO_SUBJECT: Final = len(SUBJECTS)

LEAD: Final = Values(4, *LEADS, None, "none")
CUE: Final = Values(5, "none")
SUBJECT: Final = Values(3, *SUBJECTS, None)
CONDITION: Final = Values(4, "")
ROLE: Final = Values(4, "")
KIND: Final = Values(5)
LABEL: Final = Values(5, "")
FRONTED: Final = Values(5, "no", "scene")
MODALITY: Final = Values(3, "none")
TONE: Final = Values(4, "plain", "verb", "problem", "fact", "weight", "frame", "plan")
MEMBER: Final = Values(6, "other", "bare", "thing", "act", "act on a thing", "amount")
MARK: Final = Values(40)
"""The kinds of deontic words and marks; a set of them is a whole number with a bit for each."""
VOCABULARIES: Final[dict[str, Values]] = {
    "flag": Values(1, False, True), "given": Values(1, None, ""), "maybe": Values(2, None, False, True),
    "lead": LEAD, "led": Values(4, "other", *LEADS[1:]), "cue": CUE, "subject": SUBJECT,
    "condition": CONDITION, "role": ROLE, "kind": KIND, "label": LABEL, "fronted": FRONTED, "modality": MODALITY, "tone": TONE,
    "letter": Letters(21), "count": Numbers(3), "marks": Sets(MARK), "leads": Sets(LEAD), "balance": Numbers(3, -2),
    "amount": Values(2, None, "some", "many"), "size": Values(2, "normal", "short", "long"),
    "closing": Values(3, "other", *"。，,；：:;"), "end": Values(3, "none", *"。！；？;"), "worded": Values(1, "bare", "cue"),
    "members": Sets(MEMBER),
    "echo": Values(2, "no", "act", "group"), "where": Values(2, "only", "first", "last", "middle"),
    "fact": Values(1, "none", "fact"), "topic": Values(2, "inner", "headline", "topic", "short"),
}  # fmt: skip
FIELDS: Final[dict[str, str]] = {
    # a sentence
    "paper": "kind:0 role:1 role:2",
    "sentence": "lead:4 cue:1 subject:5 tone:2 worded:3 count:6 role:0",
    "head": "led:0 cue:1 subject:2 tone:3",
    "frame": "given:2 flag:3 given:4 given:5 end:1 label:0",
    "leadin": "lead:2 cue:0 subject:1",
    "says": "marks:0",
    "length": "topic:0 count:1 flag:2 flag:3",
    "announces": "lead:9 cue:6 subject:3 lead:2 cue:1 topic:0 flag:4 flag:7 flag:8 label:5",
    # a clause
    "clause": "led:1 cue:2 subject:3 condition:4 given:6 amount:7 role:0 kind:5",
    "edge": "closing:1 size:2 letter:0",
    "has": "worded:0 marks:1",
    "before": "led:4 cue:3 cue:0 cue:1 fact:2 flag:5 where:6 maybe:7 maybe:8 maybe:9",
    "around": "lead:0 cue:4 subject:1 led:2 lead:3",
    # a boundary
    "rule": "flag:0 flag:2 flag:3 flag:4 flag:5 fronted:1",
    "moods": "modality:0 modality:1 flag:3 lead:2 lead:4 count:5",
    "bearers": "subject:0 subject:1 flag:2 modality:3 flag:4",
    "joint": "cue:0 flag:1 count:3 letter:2",
    "echo": "subject:0 flag:1 echo:2",
    "marks": "marks:0",
    "ran": "marks:0",
    "both": "marks:0",
    # a directive
    "directive": "modality:0 count:1 role:2 count:3",
    "deeds": "count:0 flag:1 flag:2",
    "members": "count:0 count:1 flag:2 count:3 count:4 flag:5 flag:6 members:7",
    "leads": "leads:0",
    "balance": "count:0 count:1 balance:2",
    "extent": "count:0 given:1 given:2",
}
"""How signs are packed, a sign a line: `vocabulary:place`, from the lowest bits up; places that no template names fill gaps."""
NUMBERS: Final[dict[str, int]] = {name: number for number, name in enumerate(FIELDS)}
NAMES: Final[list[str]] = list(FIELDS)
LAYOUTS: Final[list[list[tuple[Values, int]]]] = [
    [(VOCABULARIES[name], int(place)) for name, _, place in (field.partition(":") for field in fields.split())]
    for fields in FIELDS.values()
]


def unpacked(sign: int) -> tuple[str, list[object]]:
    """The name of a packed sign and its values.

    >>> unpacked(packed("echo", "person", True, "act"))
    ('echo', ['person', True, 'act'])
    """
    number, rest = sign & (1 << NAME) - 1, sign >> NAME
    layout = LAYOUTS[number]
    values: list[object] = [None] * (1 + max([place for _, place in layout]))
    for vocabulary, place in layout:
        values[place] = vocabulary.value(rest & (1 << vocabulary.bits) - 1)
        rest >>= vocabulary.bits
    return NAMES[number], values


def packed(name: str, *values: object) -> int:
    """A sign as a number, packed field by field; the inner loops put the same numbers together from ready parts."""
    sign, at = NUMBERS[name], NAME
    for vocabulary, place in LAYOUTS[sign & (1 << NAME) - 1]:
        sign |= (vocabulary.number(values[place]) if place < len(values) else 0) << at
        at += vocabulary.bits
    return sign


def bits(*kinds: str) -> int:
    """The set of some kinds of marks."""
    mask = 0
    for kind in kinds:
        mask |= 1 << MARK.number(kind)
    return mask


LEAD_BITS: Final = 0xF
CUE_BITS: Final = 0x1F0
SUBJECT_BITS: Final = 0xE00
LEAD_CUE_BITS: Final = 0x1FF
WHO_BITS: Final = 0xFFF
ADVERB: Final = 0x10000
"""Where in the shape of a clause its lead, cue, subject, condition and adverb stand; `clause`, `head` and others start so."""


class Shifted(dict[str, int]):
    """The numbers of a field's values where a shape has them, 0 for "" (none).

    >>> head = LEAD_AT["verb"] | CUE_AT[""] | SUBJECT_AT["person"] | CONDITION_AT[""]
    >>> unpacked(head << NAME | NUMBERS["head"])
    ('head', ['verb', 'none', 'person', 'plain'])
    """

    def __init__(self, values: Values, by: int) -> None:
        super().__init__({"": 0})
        self._values, self._by = values, by

    def __missing__(self, value: str) -> int:
        number = self[value] = self._values.number(value) << self._by
        return number


LEAD_AT: Final = Shifted(LEAD, 0)
CUE_AT: Final = Shifted(CUE, 4)
SUBJECT_AT: Final = Shifted(SUBJECT, 9)
CONDITION_AT: Final = Shifted(CONDITION, 12)
