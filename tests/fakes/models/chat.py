"""One chat completion: what is refused, what is answered, and what that uses up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fakes.models.behaviour import IN_CONTENT, Rates, Settings
from tests.fakes.models.brain import Reply, refusing, reply
from tests.fakes.models.prompts import read_request
from tests.fakes.models.schemas import refusal
from tests.fakes.serving import Response, as_json

CREATED = 1_795_500_000
_BYTES_PER_TOKEN = 4
_CACHED_IN = 128
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
_FINISH = {"length": "length", "filtered": "content_filter"}
_UNHEARD = ("max_tokens", "max_completion_tokens", "stream", "user", "metadata", "store")


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": kind, "param": param, "code": code}

    def response(self, **headers: str) -> Response:
        """The error as it is sent."""
        return as_json({"error": self.error}, self.status, **headers)


@dataclass(slots=True)
class Completion:
    """An answer with what is counted of it."""

    body: dict[str, Any]
    step: str
    used: dict[str, int] = field(default_factory=dict)


def asked_for(body: Mapping[str, Any]) -> str:
    """The digest of all that bears on an answer; how long it may be does not."""
    heard = {name: told for name, told in body.items() if name not in _UNHEARD}
    written = _SORTED(heard)
    return hashlib.blake2b(written.encode(), digest_size=16).hexdigest()


def check(body: Any, settings: Settings) -> None:
    """Refuse what OpenAI refuses before a model sees it."""
    if not isinstance(body, dict):
        raise Refused(400, "We could not parse the JSON body of your request.")
    model = body.get("model")
    if not model:
        raise Refused(400, "you must provide a model parameter")
    if model not in settings.models:
        told = f"The model `{model}` does not exist or you do not have access to it."
        raise Refused(404, told, param="model", code="model_not_found")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "Missing required parameter: 'messages'.", param="messages")
    if body.get("stream"):
        raise Refused(400, "This fake does not stream.", param="stream")
    if body.get("n", 1) != 1:
        raise Refused(400, "This fake gives one choice.", param="n")
    if settings.strict_parameters:
        _check_parameters(body)
    _check_format(body, settings)


def _check_parameters(body: Mapping[str, Any]) -> None:
    if "max_tokens" in body:
        told = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        raise Refused(
            400, f"Unsupported parameter: {told}", param="max_tokens", code="unsupported_parameter"
        )
    if body.get("temperature", 1) != 1:
        told = "'temperature' does not support this value with this model. Only 1 is supported."
        raise Refused(
            400, f"Unsupported value: {told}", param="temperature", code="unsupported_value"
        )


def _check_format(body: Mapping[str, Any], settings: Settings) -> None:
    wanted = body.get("response_format") or {"type": "text"}
    if wanted.get("type") not in settings.formats:
        told = f"response_format type must be one of {settings.formats}"
        raise Refused(500, told, kind="server_error")
    if wanted["type"] == "json_object" and "json" not in json.dumps(body["messages"]).casefold():
        told = "'messages' must contain the word 'json' in some form, to use 'json_object'."
        raise Refused(400, told, param="messages")
    if wanted["type"] == "json_schema" and (problem := refusal(wanted.get("json_schema") or {})):
        raise Refused(400, problem, param="response_format")


def complete(
    body: Mapping[str, Any],
    digest: str,
    settings: Settings,
    rates: Rates,
    seed: int,
    fault: str | None = None,
) -> Completion:
    """The answer to a request that was checked, spoiled by a fault in its content."""
    draw = Random(f"{seed} {digest}")
    asked = read_request(body)
    said = reply(asked, settings, rates, draw)
    if fault in IN_CONTENT:
        said = _spoiled(said, fault)
    finish = _FINISH.get(fault or "", "stop")
    most = body.get("max_completion_tokens") or body.get("max_tokens")
    used = _used(body, said.text or said.refused or "", settings, draw)
    if most is not None and used["completion"] > most:
        finish, left = "length", max(0, most - used["reasoning"])
        said = Reply(said.text.encode()[: left * _BYTES_PER_TOKEN].decode(errors="ignore"))
        used["reasoning"] = min(most, used["reasoning"])
        used["completion"] = most
    answer = {
        "id": f"chatcmpl-{digest}",
        "object": "chat.completion",
        "created": CREATED,
        "model": body["model"],
        "choices": [_choice(said, finish)],
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }
    usage = _told(used, settings)
    return Completion(answer | {"usage": usage} if settings.usage else answer, asked.step, used)


def _choice(said: Reply, finish: str) -> dict[str, Any]:
    content = said.text if said.refused is None else None
    message = {"role": "assistant", "content": content, "refusal": said.refused}
    return {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}


def _spoiled(said: Reply, fault: str) -> Reply:
    text = said.text
    middle = len(text) // 2
    if fault in ("length", "cut_json"):
        return Reply(text[:middle])
    if fault == "broken_json":
        return Reply(f'{text[:middle]}" {text[middle:]}')
    if fault == "wrong_shape":
        return Reply(_misshapen(text))
    if fault == "refusal":
        return refusing()
    return Reply("")


def _misshapen(text: str) -> str:
    """JSON that is well-formed, and lacks a field."""
    try:
        value = json.loads(text)
    except ValueError:
        return "[]"
    if not isinstance(value, dict):
        return "[]"
    return json.dumps({"answer": "yes", **dict(list(value.items())[1:])}, ensure_ascii=False)


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """About how many tokens a request has."""
    size = 0
    for message in body["messages"]:
        content = message.get("content") or ""
        written = content if isinstance(content, str) else json.dumps(content)
        size += len(written.encode()) + 12
    return -(-size // _BYTES_PER_TOKEN)


def _used(body: Mapping[str, Any], said: str, settings: Settings, draw: Random) -> dict[str, int]:
    prompt = prompt_tokens(body)
    content = -(-len(said.encode()) // _BYTES_PER_TOKEN)
    reasoning = int(content * settings.reasoning)
    cached = int(prompt * settings.cached_share) if draw.random() < 0.5 else 0
    return {
        "prompt": prompt,
        "completion": content + reasoning,
        "reasoning": reasoning,
        "cached": cached // _CACHED_IN * _CACHED_IN,
    }


def _told(used: dict[str, int], settings: Settings) -> dict[str, Any]:
    """The usage as it is told, and as `used` then has it."""
    for name, count in used.items():
        used[name] = round(count * settings.usage_factor)
    in_prompt: dict[str, Any] = {"cached_tokens": used["cached"], "audio_tokens": 0}
    in_answer: dict[str, Any] = {"reasoning_tokens": used["reasoning"], "audio_tokens": 0}
    if settings.details == "null":
        in_prompt, in_answer = dict.fromkeys(in_prompt), dict.fromkeys(in_answer)
    return {
        "prompt_tokens": used["prompt"],
        "completion_tokens": used["completion"],
        "total_tokens": used["prompt"] + used["completion"],
        "prompt_tokens_details": None if settings.details == "absent" else in_prompt,
        "completion_tokens_details": None if settings.details == "absent" else in_answer,
    }
