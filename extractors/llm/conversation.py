"""How a request goes on where its first reply does not do: once with more room, once corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractors.llm.endpoint import Endpoint
from extractors.llm.outcomes import Usage
from extractors.llm.replies import Reply
from extractors.llm.request import Message, Request
from extractors.llm.tokens import BYTES_A_TOKEN, Tokens

_MORE_ROOM = 2
_WIDENED, _CORRECTED = 1, 2


class Conversation:
    """A request with what was said since; `turns` says which second chances were given."""

    def __init__(self, request: Request, turns: int = 0, more: Sequence[Message] = ()) -> None:
        self.request, self.turns, self.more = request, turns, tuple(more)

    @property
    def max_tokens(self) -> int:
        """The most tokens that the next reply may have."""
        return self.request.max_tokens * (_MORE_ROOM if self.turns & _WIDENED else 1)

    @property
    def plain(self) -> bool:
        """Whether nothing was said since."""
        return not self.more

    def body(self, endpoint: Endpoint) -> dict[str, Any]:
        """What is sent next."""
        return endpoint.body(self.request, self.max_tokens, self.more)

    def worst(self, tokens: Tokens) -> Usage:
        """The most that the next reply is expected to use."""
        return Usage(input=self._input(tokens), output=self.max_tokens)

    def likely(self, tokens: Tokens) -> Usage:
        """What the next reply will probably use."""
        return Usage(input=self._input(tokens), output=tokens.output(self.request))

    def used(self, reply: Reply, tokens: Tokens) -> tuple[Usage, bool]:
        """What a reply used, and whether that is a guess because the service did not say it."""
        if reply.usage.total:
            return reply.usage, False
        written = int(len(reply.content.encode("utf-8", "replace")) / BYTES_A_TOKEN) + 1
        return Usage(input=self._input(tokens), output=written), True

    def goes_on(self, reply: Reply) -> bool:
        """Whether the model is given a second chance after this reply; it is set up then."""
        if reply.reason == "truncated" and not self.turns & _WIDENED:
            self.turns |= _WIDENED
            return True
        if reply.reason == "malformed" and not self.turns & _CORRECTED:
            self.turns |= _CORRECTED
            said = [{"role": "assistant", "content": reply.content}] if reply.content else []
            self.more = (*said, {"role": "user", "content": _correction(reply.detail)})
            return True
        return False

    def _input(self, tokens: Tokens) -> int:
        more = sum(len(message["content"].encode("utf-8", "replace")) for message in self.more)
        return tokens.input(self.request, more)


def _correction(error: str) -> str:
    return (
        f"That was not an answer of the form that was asked for: {error}. "
        "Give the whole answer again, as one JSON object of that form and nothing else."
    )
