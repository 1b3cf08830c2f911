"""The folded text and its way back, whatever the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractors.grounding.fold import fold

ALPHABET = st.text(
    alphabet=st.sampled_from("abcAB 12.,;[]()-–—‘’“”\"'ﬁﬀßİéµ½\u00a0\u2009\u00ad\u200b\n\t…"),
    max_size=80,
)


@given(ALPHABET)
def test_every_folded_character_has_a_place_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))


@given(ALPHABET, st.data())
def test_a_folded_slice_leads_back_to_words_that_fold_to_it(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    span = folded.span(start, end)
    again = fold(text[span.start : span.end]).text
    assert folded.text[start:end].strip() in again


@given(st.text(max_size=60))
def test_any_text_folds(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts)


def test_typography_and_citations_fold_away() -> None:
    assert fold("The “ﬁrst”  case [3, 4] – so").text == fold("the 'first' case - so").text


def test_spaces_that_markup_left_before_stops_and_within_brackets_fold_away() -> None:
    assert fold("a neoplasm . It grew ( 5 % ) , slowly").text == "a neoplasm. it grew (5%), slowly"
