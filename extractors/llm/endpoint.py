"""Where a model is served, how it is asked there, and what its answers look like."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from extractors.llm.request import Message, Request, strict_schema
from extractors.pmc.redact import redact

Mode = Literal["schema", "json", "text"]
LimitField = Literal["max_completion_tokens", "max_tokens"]
_QUOTED = 300


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible service.

    `mode` is what holds its models to an answer's form: strict schemas, JSON alone, or nothing
    but words. `limit_field` is its name for the most tokens an answer may have: by default the
    newer one with schemas, the older one without. `timeout` is for one attempt, in seconds.
    """

    base_url: str = "https://api.openai.com/v1"
    api_key: str | None = field(default=None, repr=False)
    mode: Mode = "schema"
    limit_field: LimitField | None = None
    timeout: float = 600.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address of a model's service is no http:// or https:// URL")
        if parts.username or parts.password or parts.query:
            raise ValueError("a model's service takes its key as such, not in its address")

    def body(
        self, request: Request, max_tokens: int, more: Sequence[Message] = ()
    ) -> dict[str, Any]:
        """What is sent: the request, with what was said since then."""
        messages = [*request.messages, *more]
        if self.mode != "schema":
            messages = _with_form(messages, request)
        limit = self.limit_field or (
            "max_completion_tokens" if self.mode == "schema" else "max_tokens"
        )
        made: dict[str, Any] = {"model": request.model, "messages": messages, limit: max_tokens}
        if request.temperature is not None:
            made["temperature"] = request.temperature
        if request.effort is not None:
            made["reasoning_effort"] = request.effort
        if self.mode == "schema":
            schema = {
                "name": request.answer.__name__,
                "strict": True,
                "schema": strict_schema(request.answer),
            }
            made["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.mode == "json":
            made["response_format"] = {"type": "json_object"}
        return made

    def redact(self, text: str) -> str:
        """What a service said, in one line that is short and holds no secret."""
        said = " ".join(redact(text, (self.api_key,)).split())
        return said if len(said) <= _QUOTED else said[:_QUOTED].rstrip() + " …"


def _with_form(messages: list[Message], request: Request) -> list[Message]:
    """The messages, the first of which says in words what a schema would have said."""
    schema = json.dumps(strict_schema(request.answer), ensure_ascii=False)
    form = (
        "Answer with one JSON object and nothing else. "
        f"It has all the properties that this JSON schema names, and no others:\n{schema}"
    )
    first = messages[0]
    if first["role"] in ("system", "developer"):
        return [{**first, "content": f"{first['content']}\n\n{form}"}, *messages[1:]]
    return [{"role": "system", "content": form}, *messages]
