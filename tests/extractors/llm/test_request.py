"""The key of a request, and the strict schema of its answer."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model

from extractors.cases.answers import Extracted, Repaired, Scored, Verified
from extractors.language.same_words import run_together
from extractors.llm.request import NotStrict, Request, strict_schema
from tests.extractors.llm.asking import Word, request

_TEXTS = st.text(max_size=30)
_MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user"]), "content": _TEXTS}),
    min_size=1,
    max_size=4,
)
_REQUESTS = st.builds(
    Request,
    model=_TEXTS,
    messages=_MESSAGES,
    answer=st.sampled_from([Word, Scored, Verified]),
    step=st.just("score"),
    prompt=_TEXTS,
    max_tokens=st.integers(1, 10**5),
    temperature=st.none() | st.floats(0, 2),
    effort=st.none() | st.sampled_from(["low", "high"]),
    sample=st.integers(0, 5),
)


def _by_words(asked: Request) -> Request:
    words = [{name: run_together(text) for name, text in m.items()} for m in asked.messages]
    return dataclasses.replace(asked, messages=words)


@given(_REQUESTS)
def test_the_order_of_names_in_messages_does_not_matter(asked: Request) -> None:
    turned = [dict(reversed(message.items())) for message in asked.messages]
    assert dataclasses.replace(asked, messages=turned).key == asked.key


@given(_REQUESTS, _REQUESTS)
def test_only_requests_of_the_same_words_have_one_key(one: Request, other: Request) -> None:
    assert (one.key == other.key) == (_by_words(one) == _by_words(other))


@given(_REQUESTS, st.sampled_from([":", " ", "–", "\n. "]))
def test_what_is_no_word_is_no_new_question(asked: Request, added: str) -> None:
    *before, last = asked.messages
    told = [*before, last | {"content": last["content"] + added}]
    assert dataclasses.replace(asked, messages=told).key == asked.key


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "other"},
        {"messages": ({"role": "user", "content": "Question 0"},)},
        {"answer": Scored},
        {"prompt": "2"},
        {"max_tokens": 101},
        {"temperature": 0.0},
        {"effort": "low"},
        {"sample": 1},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_bears_on_the_answer_changes_the_key(changed: dict[str, Any]) -> None:
    assert request(**changed).key != request().key


def test_whose_step_it_is_does_not_change_the_key() -> None:
    assert request(step="verify").key == request(step="score").key


def test_a_temperature_of_nought_is_one_in_either_writing() -> None:
    assert request(temperature=0).key == request(temperature=0.0).key


def test_the_order_of_the_fields_of_an_answer_changes_the_key() -> None:
    ahead = create_model("Answer", reason=(str, ...), verdict=(bool, ...))
    behind = create_model("Answer", verdict=(bool, ...), reason=(str, ...))
    assert request(answer=ahead).key != request(answer=behind).key


def test_half_a_character_has_a_key() -> None:
    assert len(request(messages=({"role": "user", "content": "\ud800"},)).key) == 64


@pytest.mark.parametrize("answer", [Word, Scored, Extracted, Repaired, Verified])
def test_schemas_are_strict_all_the_way_down(answer: type[BaseModel]) -> None:
    found = list(_objects(strict_schema(answer)))
    assert found
    for one in found:
        assert one["additionalProperties"] is False
        assert one["required"] == list(one["properties"])
    assert '"default"' not in str(strict_schema(answer)).replace("'", '"')


def test_a_field_that_is_named_as_a_keyword_stays() -> None:
    named = create_model("Named", title=(str, ...), default=(str, "x"), examples=(list[str], ...))
    assert strict_schema(named)["required"] == ["title", "default", "examples"]


def test_what_no_strict_schema_says_is_refused() -> None:
    class AnyNames(BaseModel):
        found: dict[str, int]

    class Pair(BaseModel):
        pair: tuple[int, str]

    for answer in (AnyNames, Pair):
        with pytest.raises(NotStrict, match=answer.__name__):
            strict_schema(answer)


def test_defaults_and_limits_of_values_are_kept_apart() -> None:
    class Bounded(BaseModel):
        kind: Literal["a", "b"] = "a"
        note: str | None = Field(None, description="if any")

    assert strict_schema(Bounded) == {
        "type": "object",
        "properties": {
            "kind": {"enum": ["a", "b"], "type": "string"},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "if any"},
        },
        "additionalProperties": False,
        "required": ["kind", "note"],
    }


def _objects(schema: Any) -> Any:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from _objects(one)
