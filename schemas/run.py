"""What one build did: the interface between one build and the next."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

RunState = Literal["running", "complete", "incomplete", "failed"]


class Pending(BaseModel):
    """Something wanted but not had; a later build tries it again."""

    model_config = ConfigDict(frozen=True)

    source: str
    pmcid: str | None
    stage: str
    reason: str
    detail: str


class StageCount(BaseModel):
    """One line of the funnel."""

    model_config = ConfigDict(frozen=True)

    stage: str
    entered: int
    rejected: dict[str, int]
    left: int


class RunSummary(BaseModel):
    """One build: what was asked, what came of it, what it did."""

    model_config = ConfigDict(frozen=True)

    number: int
    state: RunState
    started: str
    finished: str | None = None
    selector: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    arrived: int = 0
    work: dict[str, int] = {}
    funnel: tuple[StageCount, ...] = ()
    splits: dict[str, int] = {}
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    pending: tuple[Pending, ...] = ()
    error: str | None = None
