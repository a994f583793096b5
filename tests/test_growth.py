"""The measure of growth sees a quadratic function."""

from tests.growth import grows_in_proportion


def test_a_quadratic_function_is_seen() -> None:
    assert not grows_in_proportion(lambda text: [text[:n] for n in range(0, len(text), 2)], "字" * 100, short=4_000)


def test_a_linear_function_passes() -> None:
    assert grows_in_proportion(lambda text: [c for c in text if c != "一"], "一二三", short=60_000)
