"""Reads answers of models that no schema holds, and says what is wrong with the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

_FENCE = re.compile(r"```[a-zA-Z0-9_-]*\s*\n?(.*?)(?:```|\Z)", re.S)
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.S)
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.S)
_MOST_STARTS = 20
_MOST_ERRORS = 8
_DECODER = json.JSONDecoder(strict=False)


class Malformed(ValueError):
    """An answer that is not what was asked for, in words that the model may be shown."""


def parse(content: str, answer: type[BaseModel]) -> BaseModel:
    """The answer in what a model wrote; raises `Malformed`."""
    wrong: Malformed | None = None
    try:
        return answer.model_validate_json(content)
    except ValidationError as error:
        wrong = _said(error)
    found = False
    for value in _values(content):
        found = True
        try:
            # By way of JSON again, so that what is no text (half a character) is noticed.
            return answer.model_validate_json(json.dumps(value))
        except ValidationError as error:
            wrong = _said(error)
            break
    raise wrong if found or not content.strip() else Malformed("there is no JSON object in it")


def _values(content: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text, the likeliest first."""
    text = _THOUGHTS.sub("", content)
    for part in (*_FENCE.findall(text), text):
        for repaired in (part, _without_trailing_commas(part)):
            yield from _objects(repaired)


def _without_trailing_commas(text: str) -> str:
    return _STRING_OR_COMMA.sub(lambda found: "" if found[0] == "," else found[0], text)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    starts = [found.start() for found in re.finditer(r"[{\[]", text)][:_MOST_STARTS]
    end = 0
    for start in starts:
        if start < end:
            continue
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            # What opens here never closes; what stands inside it is not the answer.
            if text[start] == "{":
                return
            continue
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict):
            yield value


def _said(error: ValidationError) -> Malformed:
    """What is wrong, by place; without the values, which may be long."""
    lines = [
        f"{'.'.join(str(part) for part in one['loc']) or 'the answer'}: {one['msg']}"
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    more = len(lines) - _MOST_ERRORS
    return Malformed("; ".join(lines[:_MOST_ERRORS]) + (f"; and {more} more" if more > 0 else ""))
