"""What a service's reply means for the request that it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from extractors.llm.outcomes import FailReason, Usage
from extractors.llm.parsing import Malformed, parse
from extractors.llm.request import Request


class NoReply(ValueError):
    """What came is no chat completion at all."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, judged: a value, or the reason why there is none."""

    value: BaseModel | None
    reason: FailReason | None
    detail: str
    content: str
    finish_reason: str
    usage: Usage


def judged(body: Any, request: Request) -> Reply:
    """The reply in the body of a chat completion; raises `NoReply`."""
    try:
        choice = body["choices"][0]
        message, finish = choice["message"], str(choice.get("finish_reason") or "")
        content, refusal = message.get("content"), message.get("refusal")
        usage = usage_of(body.get("usage"))
    except (LookupError, TypeError, AttributeError):
        raise NoReply("its answer is no chat completion") from None
    text = content if isinstance(content, str) else ""
    value, reason, detail = _value(text, refusal, finish, request)
    return Reply(value, reason, detail, text, finish, usage)


def turned_away(reason: FailReason, detail: str) -> Reply:
    """What stands for a reply where a service would not even take the request."""
    return Reply(None, reason, detail, "", "", Usage())


def _value(
    content: str, refusal: object, finish: str, request: Request
) -> tuple[BaseModel | None, FailReason | None, str]:
    if refusal:
        return None, "refused", str(refusal)
    if finish == "content_filter":
        return None, "refused", "the service's filter withheld the answer"
    if finish == "length":
        return None, "truncated", "the answer was longer than it might be"
    try:
        return parse(content, request.answer), None, ""
    except Malformed as wrong:
        return None, "malformed", str(wrong) or "the answer is empty"


def usage_of(usage: Any) -> Usage:
    """The tokens that a service counted; details may each be missing."""
    if not isinstance(usage, Mapping):
        return Usage()
    read, written = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    return Usage(
        input=_count(usage, "prompt_tokens"),
        cached=_count(read, "cached_tokens"),
        output=_count(usage, "completion_tokens"),
        reasoning=_count(written, "reasoning_tokens"),
    )


def _count(counts: object, name: str) -> int:
    found = counts.get(name) if isinstance(counts, Mapping) else None
    return found if isinstance(found, int) and found > 0 else 0
