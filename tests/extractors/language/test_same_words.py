from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.language.same_words import words_digest


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a 45-year-old man", "A 45 year old  man.", True),
        ("p < 0.05", "p<0.05", True),
        ("the “sign”", "the 'sign'", True),
        ("ﬁne  µg", "fine μg", True),
        ("1.5 mg", "15 mg", False),
        ("p < 0.05", "p > 0.05", False),
        ("no fever", "fever", False),
        ("10 20", "1020", False),
    ],
)
def test_words_are_the_same_but_for_case_space_and_punctuation(
    one: str, other: str, same: bool
) -> None:
    assert (words_digest(one) == words_digest(other)) is same


@given(st.lists(st.text("abcXYZ", min_size=1), min_size=1), st.sampled_from([" ", "\n\n", " – "]))
def test_what_stands_between_words_does_not_count(words: list[str], between: str) -> None:
    assert words_digest(" ".join(words)) == words_digest(between.join(words).upper())
