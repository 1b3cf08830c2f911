"""What a model is asked, and the name under which its answer is kept for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel

from extractors.language.same_words import run_together

Message = Mapping[str, str]
_DROPPED = ("title", "default", "examples")
_NAMED = ("properties", "$defs")
_REFUSED = ("prefixItems", "patternProperties", "oneOf", "allOf", "not")


class NotStrict(TypeError):
    """A model whose schema services would not take as a strict one."""


@dataclass(frozen=True)
class Request:
    """One question to a model.

    `prompt` is the version or hash of the prompt that rendered the messages; `step` is whose
    question it is, for the accounts only, and no part of the key.
    """

    model: str
    messages: tuple[Message, ...]
    answer: type[BaseModel]
    step: str
    prompt: str
    max_tokens: int
    temperature: float | None = None
    effort: str | None = None
    sample: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "messages", tuple(dict(message) for message in self.messages))
        if self.temperature is not None:
            object.__setattr__(self, "temperature", float(self.temperature))

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def asked(self) -> dict[str, Any]:
        """All that decides what would be answered, as JSON can hold it."""
        return {
            "model": self.model,
            "messages": self.messages,
            "schema": {"name": self.answer.__name__, "schema": strict_schema(self.answer)},
            "parameters": {
                "max_tokens": self.max_tokens,
                "temperature": self.temperature,
                "effort": self.effort,
            },
            "prompt": self.prompt,
            "sample": self.sample,
        }

    @cached_property
    def canonical(self) -> str:
        """The same JSON for the same question.

        Messages count by their words: an article that is spaced or punctuated anew is no new
        question. Of the wording of prompts every letter counts, by `prompt`.
        """
        words = [{name: run_together(text) for name, text in m.items()} for m in self.messages]
        asked = self.asked | {"messages": words}
        return json.dumps(asked, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @cached_property
    def key(self) -> str:
        """The SHA-256 of the canonical request; endpoint and API key are no part of it."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @cached_property
    def size(self) -> int:
        """The bytes that the model reads: messages and schema."""
        texts = sum(
            len(text.encode("utf-8", "replace")) for m in self.messages for text in m.values()
        )
        return texts + _schema_size(self.answer)


@cache
def strict_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer as services take it strictly; not to be changed.

    No object has other properties than those named, all of them are required, none has a default.
    """
    made = _strict(answer.model_json_schema(), answer.__name__)
    if not isinstance(made, dict) or made.get("type") != "object":
        raise NotStrict(f"{answer.__name__} is no object")
    return made


@cache
def _schema_size(answer: type[BaseModel]) -> int:
    return len(json.dumps(strict_schema(answer)))


def _strict(schema: Any, where: str) -> Any:
    if isinstance(schema, list):
        return [_strict(one, where) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if unwanted := next((word for word in _REFUSED if word in schema), None):
        raise NotStrict(f"{where} needs {unwanted}, which strict schemas do not have")
    made = {
        name: {key: _strict(value, f"{where}.{key}") for key, value in part.items()}
        if name in _NAMED
        else _strict(part, where)
        for name, part in schema.items()
        if name not in _DROPPED
    }
    if schema.get("type") == "object":
        if "properties" not in schema:
            raise NotStrict(f"{where} is a dict of any names, which strict schemas do not have")
        made |= {"additionalProperties": False, "required": list(schema["properties"])}
    return made
