"""What stages that ask models have in common: what they are told, and how they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from pydantic import BaseModel

from extractors.cases.prompts import PROMPTS, Step
from extractors.cases.steps import Ask
from extractors.llm.outcomes import (
    BudgetSpent,
    CallsStopped,
    Failed,
    Outcome,
    ServiceDown,
    Unusable,
)
from extractors.llm.store import UnusableStore
from schemas.article import Article
from schemas.reject import Reject
from schemas.settings import Settings
from schemas.stage import StageResult, Waiting

_STEPS: dict[str, tuple[Step, ...]] = {
    "extract": ("score", "extract"),
    "repair": ("repair",),
    "verify": ("verify",),
}
_SETTINGS = {
    "extract": (
        "extract_model",
        "extract_effort",
        "max_tokens",
        "differential",
        "stated_diagnosis",
        "min_thoroughness",
    ),
    "repair": ("extract_model", "extract_effort", "max_tokens"),
    "verify": ("verify_model", "verify_effort", "max_tokens"),
}


class Models(Protocol):
    """Who answers: one model drafts and repairs, another verifies.

    `open` bounds the articles that are dealt with at a time, so that those which are begun come to
    their end before a budget is spent on others.
    """

    open: asyncio.Semaphore

    async def extract(self, ask: Ask) -> Outcome:
        """Ask the model that drafts."""

    async def verify(self, ask: Ask) -> Outcome:
        """Ask the model that verifies."""


def models_told(stage: str, settings: Settings) -> dict[str, Any]:
    """What decides the answers of a stage beside its inputs: models, prompts, thresholds."""
    told = {name: getattr(settings, name) for name in _SETTINGS[stage]}
    return {**told, "prompts": [PROMPTS[step].version for step in _STEPS[stage]]}


async def answered(asking: Awaitable[Outcome]) -> BaseModel | Reject | Waiting:
    """The answer, or what its lack makes of an article; raises where no such call is taken."""
    try:
        outcome = await asking
    except (Unusable, UnusableStore):
        raise
    except CallsStopped as stopped:
        reason = "budget" if isinstance(stopped, BudgetSpent) else "stopped"
        return Waiting(reason, str(stopped))
    except ServiceDown as down:
        return Waiting("service_down", str(down))
    if isinstance(outcome, Failed):
        return Reject(outcome.reason, outcome.detail)
    return outcome.value


async def each(
    articles: Iterable[tuple[str, Article]],
    work: Callable[[str, Article], Awaitable[object]],
    models: Models,
) -> StageResult:
    """Work on the articles side by side, and keep the outcomes in their order."""

    async def one(pmcid: str, article: Article) -> object:
        async with models.open:
            return await work(pmcid, article)

    told = list(articles)
    outcomes = await asyncio.gather(*(one(pmcid, article) for pmcid, article in told))
    made = StageResult()
    for (pmcid, _), outcome in zip(told, outcomes, strict=True):
        made.add(pmcid, outcome)
    return made
