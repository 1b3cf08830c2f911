"""What becomes of a request: an answer, or why there is none; and what ends or delays a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import BaseModel

FailReason = Literal["refused", "truncated", "malformed"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counted them: cached are part of input, reasoning of output."""

    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.reasoning + other.reasoning,
        )

    @property
    def total(self) -> int:
        """All tokens."""
        return self.input + self.output


@dataclass(frozen=True, slots=True)
class Answered:
    """What the model answered, as the model class that the request named."""

    value: BaseModel
    usage: Usage
    from_store: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """The model gave no answer, and would give none if the same were asked again."""

    reason: FailReason
    detail: str
    usage: Usage = Usage()
    from_store: bool = False


Outcome: TypeAlias = Answered | Failed


class CallsStopped(Exception):
    """No further call is made in this run; what was not answered stays pending."""


class BudgetSpent(CallsStopped):
    """The next call might cost more than is left of the budget."""

    def __init__(self, budget: float, spent: float, needed: float) -> None:
        super().__init__(budget, spent, needed)
        self.budget, self.spent, self.needed = budget, spent, needed

    def __str__(self) -> str:
        return (
            f"the budget of ${self.budget:.2f} is spent: ${self.spent:.4f} so far, and the next "
            f"call may cost ${self.needed:.4f}; run again with a higher --budget to go on, nothing "
            "that was answered is paid for again"
        )


class OutOfQuota(CallsStopped):
    """The account at the service has no money left."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        quoted = f" (“{self.words}”)" if self.words else ""
        return f"the account at the model's service has no quota left{quoted}; top it up, run again"


class Unusable(CallsStopped):
    """The service turns requests away for what they are: the key, the model, a parameter."""

    def __init__(self, model: str, status: int, words: str = "") -> None:
        super().__init__(model, status, words)
        self.model, self.status, self.words = model, status, words

    def __str__(self) -> str:
        quoted = f": “{self.words}”" if self.words else ""
        return (
            f"the service does not take requests for {self.model} (status {self.status}){quoted}; "
            "look at the key, the model's name and the endpoint's settings"
        )


class UnknownPrice(CallsStopped):
    """Nobody said what a model costs, and it is not taken to be free."""

    def __init__(self, model: str) -> None:
        super().__init__(model)
        self.model = model

    def __str__(self) -> str:
        return (
            f"the price of {self.model} is not known; give it in dollars per million tokens, "
            f'0 for a server of your own:  ["{self.model}"]  input = …  cached = …  output = …'
        )


class ServiceDown(Exception):
    """No answer could be had now: the request stays pending, and may be answered another time."""

    def __init__(self, why: str, attempts: int) -> None:
        super().__init__(why, attempts)
        self.why, self.attempts = why, attempts

    def __str__(self) -> str:
        tries = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
        return f"the model's service does not answer: {self.why} ({tries}); the call stays pending"
