"""The walls of the house: floors, ceilings, what the wheel holds, what no file may name. Each is seen failing in faults/."""

from pathlib import Path

import pytest

from tests.walls import CHECKS

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", CHECKS)
def test_a_wall_stands(name: str) -> None:
    assert list(CHECKS[name](ROOT)) == []
