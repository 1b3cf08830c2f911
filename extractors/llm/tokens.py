"""Tokens, guessed from bytes and trued up by what services count; no tokenizer is needed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from extractors.llm.outcomes import Usage
from extractors.llm.request import Request

BYTES_A_TOKEN = 3.6
# The first guess weighs as much as this many tokens that were counted.
_TRUST = 2_000.0
# Older counts fade, so that a change in the articles is followed.
_MEMORY = 2_000_000.0


@dataclass(slots=True)
class _Seen:
    size: float = BYTES_A_TOKEN * _TRUST
    tokens: float = _TRUST
    answers: float = 0
    output: float = 0

    def add(self, size: int, usage: Usage) -> None:
        self.size += size
        self.tokens += usage.input
        self.answers += 1
        self.output += usage.output
        if self.tokens > _MEMORY:
            self.size, self.tokens = self.size / 2, self.tokens / 2
            self.answers, self.output = self.answers / 2, self.output / 2


class Tokens:
    """How many tokens requests have, learnt by model; and answers, by model and step."""

    def __init__(self) -> None:
        self._models: defaultdict[str, _Seen] = defaultdict(_Seen)
        self._steps: defaultdict[tuple[str, str], _Seen] = defaultdict(_Seen)

    def input(self, request: Request, more: int = 0) -> int:
        """Tokens that the model will read, with so many bytes more than the request's."""
        seen = self._models[request.model]
        return int((request.size + more) * seen.tokens / seen.size) + 1

    def output(self, request: Request) -> int:
        """Tokens that the model will probably write; all that it may, while none were seen."""
        seen = self._steps[request.model, request.step]
        if not seen.answers:
            return request.max_tokens
        return min(request.max_tokens, int(seen.output / seen.answers) + 1)

    def learn(self, request: Request, usage: Usage) -> None:
        """What the service counted."""
        if usage.input:
            self._models[request.model].add(request.size, usage)
            self._steps[request.model, request.step].add(request.size, usage)
