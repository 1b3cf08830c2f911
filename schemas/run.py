"""What one build did: the interface between one build and the next."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from schemas.selector import Selector

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


class Written(BaseModel):
    """A dataset as it was written: what it was made of, and the digest of each file."""

    model_config = ConfigDict(frozen=True)

    key: str
    files: dict[str, str]


class RunSummary(BaseModel):
    """One build: what was asked, what came of it, what it did."""

    model_config = ConfigDict(frozen=True)

    number: int
    state: RunState
    started: str
    finished: str | None = None
    selector: Selector
    settings: dict[str, Any]
    articles: dict[str, int] = {}
    done: dict[str, int] = {}
    funnel: tuple[StageCount, ...] = ()
    splits: dict[str, int] = {}
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    pending: tuple[Pending, ...] = ()
    dataset: Written | None = None
    ledger_entries: int = 0
    error: str | None = None

    def sentence(self) -> str:
        """How the build ended, in a sentence."""
        splits = ", ".join(f"{name} {rows:,}" for name, rows in self.splits.items())
        arrived = self.articles.get("arrived", 0)
        said = f"{self.articles.get('kept', 0):,} cases of {arrived:,} articles"
        said += f" ({splits})" if splits else ""
        if self.pending:
            return f"incomplete: {said}; {len(self.pending):,} pending, see `casebook status`"
        return said
