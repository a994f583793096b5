"""Time and memory grow with the length and no faster; a door that grows with the square is seen."""

import pytest

from tests.fuzz import proportions
from tests.fuzz.proportions import DOORS, PIECES, STEEPEST, in_proportion


@pytest.mark.parametrize(
    ("door", "piece"),
    [*((door, piece) for door in DOORS for piece in ("a paper", "redaction")), ("extract", "breaks")],
)
def test_a_door_grows_in_proportion(door: str, piece: str) -> None:
    found = in_proportion(door, piece, short=200)
    assert found.steepest() <= STEEPEST, found


@pytest.mark.parametrize(
    "square",
    [
        lambda text: [text[:at] for at in range(0, len(text), 20)],
        lambda text: sum(text.count(text[at : at + 2]) for at in range(len(text))),
    ],
    ids=["memory", "time"],
)
def test_a_square_is_seen(square: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOORS, "planted", square)  # type: ignore[arg-type]
    assert in_proportion("planted", "han", short=200, tries=1).steepest() > STEEPEST


def test_every_piece_is_long_enough_to_repeat() -> None:
    assert all(PIECES.values())
    assert proportions.BASE_SECONDS < 0.01
