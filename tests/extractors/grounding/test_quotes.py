"""How a quote finds its place, and which quotes have none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.grounding.quotes import JOINT, locate
from tests.extractors.fictional import article

TEXT = article().text


@pytest.mark.parametrize(
    ("quote", "status"),
    [
        ("Radiographs of the wrist were normal.", "exact"),
        ("radiographs  of the wrist were NORMAL.", "folded"),
        ("The erythrocyte sedimentation rate was 71\u2009mm/h", "folded"),
        ("Ultrasonografy showed fluid with small floating bodys in the flexor sheath", "fuzzy"),
    ],
)
def test_a_quote_is_found_exactly_then_folded_then_aligned(quote: str, status: str) -> None:
    found = locate(quote, TEXT)
    assert found is not None
    assert found.status == status


def test_a_fuzzy_hit_gives_the_articles_own_words() -> None:
    found = locate("Ultrasonografy showed fluid with small floating bodys in the flexor", TEXT)
    assert found is not None
    assert (
        found.words(TEXT) == "Ultrasonography showed fluid with small floating bodies in the flexor"
    )


def test_a_quote_with_an_ellipsis_has_two_spans() -> None:
    found = locate("She had lost 4 kg […] She kept pigeons", TEXT)
    assert found is not None
    assert len(found.spans) == 2
    assert found.words(TEXT) == f"She had lost 4 kg{JOINT}She kept pigeons"


def test_fragments_out_of_order_are_not_found() -> None:
    assert locate("She kept pigeons ... She had lost 4 kg", TEXT) is None


@pytest.mark.parametrize(
    "quote",
    [
        "The erythrocyte sedimentation rate was 17 mm/h.",
        "There was fever, cough and an injury.",
        "a painless swelling of the right wrist that had grown over seven months",
        "Serum calcium was raised to three times its normal value.",
        "…",
        "",
    ],
)
def test_another_number_side_or_negation_is_not_found(quote: str) -> None:
    assert locate(quote, TEXT) is None


@given(st.integers(0, len(TEXT) - 1), st.integers(30, 200), st.randoms(use_true_random=False))
def test_whatever_is_found_slices_out_of_the_text(
    start: int, length: int, chance: random.Random
) -> None:
    letters = list(TEXT[start : start + length])
    for _ in range(chance.randint(0, 3)):
        letters[chance.randrange(len(letters))] = chance.choice("xyz ’–\u00a0")
    found = locate("".join(letters), TEXT)
    if found is not None:
        assert all(0 <= span.start < span.end <= len(TEXT) for span in found.spans)
        assert found.words(TEXT)
