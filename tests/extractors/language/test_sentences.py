"""Where sentences of medical prose end, and where a full stop does not end one."""

from __future__ import annotations

import pytest

from extractors.language.sentences import article_sentences, sentence_spans
from tests.extractors.fictional import article


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "It was seen (Fig. 2) by Dr. Vale.",
        "Culture grew E. coli and S. aureus.",
        "The dose was 2.5 mg vs. 5 mg, i.e. a half.",
        "Smith et al. Reported it.",
    ],
)
def test_a_stop_that_abbreviates_ends_nothing(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It hurt. She came. He left.", 3),
        ("The temperature was 38.9 °C. A biopsy was taken.", 2),
        ("She lacked vitamin D. The dose was raised.", 2),
        ("It was described before [12, 13]. We saw it again.", 2),
        ("“It hurts.” The child wept.", 2),
    ],
)
def test_a_stop_before_a_capital_ends_a_sentence(text: str, count: int) -> None:
    assert len(split(text)) == count


def test_sentences_of_an_article_slice_out_of_it_and_leave_titles_out() -> None:
    source = article()
    found = article_sentences(source)
    assert all(source.text[item.start : item.end] == item.text for item in found)
    assert "Discussion" not in {item.text for item in found}
