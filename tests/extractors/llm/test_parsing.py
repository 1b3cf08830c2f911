"""Answers of models that were not held to a schema."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.llm.parsing import Malformed, parse
from tests.extractors.llm.asking import GOOD, Word


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}",
        f"Here it is:\n\n{GOOD}\n\nAnything else {{?",
        f"See [1] for that. {GOOD}",
        '{"word": "fever", "number": 3,}',
        '{"word": "fever", "number": 3, }\n',
        f"[{GOOD}]",
        f"<think>Is it {{a}} or [b]?</think>\n{GOOD}",
        '\ufeff{"word": "fever", "number": 3}',
    ],
)
def test_an_answer_is_found_in_what_stands_around_it(content: str) -> None:
    assert parse(content, Word) == Word(word="fever", number=3)


def test_commas_within_texts_stay() -> None:
    content = json.dumps({"word": "a,} b,] \\", "number": 1})[:-1] + ",}"
    assert parse(content, Word) == Word(word="a,} b,] \\", number=1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "EOF"),
        ("I cannot tell.", "no JSON object"),
        ('{"word": "fever"}', "number: Field required"),
        ('{"word": "fever", "number": 3, "more": 1}', "more: Extra inputs"),
        ('{"word": "fever", "number": "three"}', "number: Input should be a valid integer"),
        ('{"word": "fever", "number"', "no JSON object"),
        ('{"outer": {"word": "fever", "number": 3}', "no JSON object"),
        ('{"word": "\\ud800", "number": 3}', "Invalid JSON"),
        (f"[{GOOD}, {GOOD}]", "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ("{" * 100_000, "no JSON object"),
    ],
)
def test_what_is_wrong_is_said(content: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse(content, Word)


@given(st.text(alphabet=st.sampled_from('{}[]",:\\ `\n1a'), max_size=60))
def test_whatever_comes_is_an_answer_or_malformed(content: str) -> None:
    for text in (content, GOOD + content, content + GOOD):
        with contextlib.suppress(Malformed):
            assert isinstance(parse(text, Word), Word)
