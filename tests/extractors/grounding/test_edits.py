"""Whatever is done to a quote: what is published is the article's, and means what it meant."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.grounding.quotes import JOINT, Found, locate
from extractors.language.sentences import sentence_spans
from tests.extractors.fictional import article

TEXT = article().text
SENTENCES = [
    TEXT[start:end]
    for block in ((0, len(TEXT)),)
    for start, end in sentence_spans(TEXT[slice(*block)])
    if end - start > 40
]
FOLDS = {" ": "\u2009", "-": "–", "'": "’", "fi": "ﬁ", "fl": "ﬂ", ",": " ,"}
SWAPS = {
    "no": "some",
    "left": "right",
    "71": "17",
    "negative": "positive",
    "excluded": "suspected",
    "normal": "abnormal",
    "painless": "painful",
    "mm/h": "cm/h",
    "52": "53",
}
CHANCE = st.randoms(use_true_random=False)


def slices(found: Found, text: str) -> bool:
    """Whether spans are in order and their words join to what would be published."""
    spans = found.spans
    ordered = all(a.end <= b.start for a, b in pairwise(spans))
    words = JOINT.join(text[span.start : span.end] for span in spans)
    return ordered and all(span.start < span.end for span in spans) and words == found.words(text)


@given(st.sampled_from(SENTENCES), st.sets(st.sampled_from(sorted(FOLDS))), st.booleans())
def test_a_folded_quote_is_found_where_it_stands(quote: str, folds: set[str], loud: bool) -> None:
    folded = quote.upper() if loud else quote
    for plain in folds:
        folded = folded.replace(plain, FOLDS[plain])
    found = locate(folded, TEXT)
    assert found is not None
    assert found.words(TEXT) == quote
    assert found.status == ("exact" if folded == quote else "folded")


@given(st.sampled_from(SENTENCES), CHANCE, st.sampled_from([" … ", " [...] ", "...", " (…) "]))
def test_an_ellipsis_leaves_fragments_in_order(
    quote: str, chance: random.Random, dots: str
) -> None:
    words = quote.split(" ")
    first = chance.randint(2, len(words) - 4)
    last = chance.randint(first + 1, len(words) - 2)
    found = locate(dots.join((" ".join(words[:first]), " ".join(words[last:]))), TEXT)
    assert found is not None
    assert found.status == "exact"
    assert len(found.spans) == 2
    assert slices(found, TEXT)
    turned = locate(dots.join((" ".join(words[last:]), " ".join(words[:first]))), TEXT)
    assert turned is None or slices(turned, TEXT)


@given(st.sampled_from(SENTENCES), CHANCE)
def test_an_edited_quote_slices_and_says_how_it_was_found(
    quote: str, chance: random.Random
) -> None:
    letters = list(quote)
    for _ in range(chance.randint(1, 4)):
        letters[chance.randrange(len(letters))] = chance.choice("bdk ’–\u00a0")
    edited = "".join(letters)
    found = locate(edited, TEXT)
    if found is not None:
        assert slices(found, TEXT)
        if found.status == "exact":
            assert all(part in edited for part in found.words(TEXT).split(JOINT))


@pytest.mark.parametrize("word", sorted(SWAPS))
def test_a_word_that_turns_the_meaning_is_never_forgiven(word: str) -> None:
    held = [quote for quote in SENTENCES if f" {word}" in quote]
    assert held
    for quote in held:
        turned = quote.replace(f" {word}", f" {SWAPS[word]}", 1)
        assert locate(turned, TEXT) is None
        assert locate(turned.upper(), TEXT) is None
