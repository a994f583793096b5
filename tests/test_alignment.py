"""The laws of Alignment: pieces partition the raw text, every clean character has an origin, edits compose."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policymine.errors import AlignmentError
from policymine.text import Alignment, Edit, Span

TEXT = st.text("学(xué)会議要〇1。 \n", min_size=0, max_size=40)


@st.composite
def edits_of(draw: st.DrawFn, length: int) -> list[Edit]:
    cuts = sorted(draw(st.sets(st.integers(0, length), max_size=10)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    if draw(st.booleans()):  # adjacent edits too
        pairs = list(pairwise(cuts))
    return [Edit(Span(a, b), draw(st.text("新字", max_size=3)), f"rule.{a}") for a, b in pairs]


def rewritten(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def check_laws(alignment: Alignment, raw: str) -> None:
    at = 0
    for piece in alignment.pieces:
        assert piece.raw_start == at
        assert piece.raw_end > at
        at = piece.raw_end
        if piece.edit is None:
            assert piece.text == raw[piece.raw_start : piece.raw_end]
        else:
            assert piece.edit.span == (piece.raw_start, piece.raw_end)
            assert piece.edit.text == piece.text
    assert at == len(raw)
    for index in range(len(alignment.text)):
        raw_span = alignment.to_raw(Span(index, index + 1))
        assert 0 <= raw_span.start < raw_span.end <= len(raw)
        clean = alignment.to_clean(raw_span)
        assert clean is not None
        assert clean.contains(Span(index, index + 1))


@given(st.data())
def test_edits_compose_and_partition(data: st.DataObject) -> None:
    raw = data.draw(TEXT)
    alignment, text = Alignment.of(raw), raw
    for _ in range(data.draw(st.integers(1, 4))):
        edits = data.draw(edits_of(len(text)))
        alignment, text = alignment.edit(edits), rewritten(text, edits)
        assert alignment.text == text
        check_laws(alignment, raw)


@given(st.data())
def test_take_keeps_text_and_origin(data: st.DataObject) -> None:
    raw = data.draw(TEXT)
    alignment = Alignment.of(raw).edit(data.draw(edits_of(len(raw))))
    if not alignment.text:
        return
    start = data.draw(st.integers(0, len(alignment.text) - 1))
    end = data.draw(st.integers(start + 1, len(alignment.text)))
    taken = alignment.take(Span(start, end))
    assert alignment.text[start:end] in taken.text  # an atomic piece at the edge is taken whole
    assert taken.origin == alignment.to_raw(Span(start, end))


def test_untouched_text_maps_to_itself() -> None:
    alignment = Alignment.of("请于月底前报送")
    assert alignment.to_raw(Span(2, 5)) == Span(2, 5)
    assert alignment.edits == ()


def test_atomic_replacement_maps_whole() -> None:
    alignment = Alignment.of("前?fàn)I后").edit([Edit(Span(1, 7), "营", "repairs.gbk")])
    assert alignment.text == "前营后"
    assert alignment.to_raw(Span(1, 2)) == Span(1, 7)


@pytest.mark.parametrize("span", [Span(3, 3), Span(2, 9), Span(-1, 2)])
def test_edit_outside_the_text_is_refused(span: Span) -> None:
    with pytest.raises(AlignmentError, match="inside the text"):
        Alignment.of("四个字儿").edit([Edit(span, "", "rule.x")])


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(AlignmentError):
        Alignment.of("四个字儿").edit([Edit(Span(0, 2), "", "a.b"), Edit(Span(1, 3), "", "a.c")])
