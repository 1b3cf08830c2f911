"""What one build did: the interface between one build and the next."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from schemas.selector import Selector

UNAVAILABLE = "unavailable"
OF_MODELS = ("budget", "stopped", "service_down")
RunState = Literal["running", "complete", "incomplete", "failed"]


class Pending(BaseModel):
    """Something wanted but not had; a later build tries it again."""

    model_config = ConfigDict(frozen=True)

    source: str
    pmcid: str | None
    stage: str
    reason: str
    detail: str

    @property
    def of_service(self) -> bool:
        """Whether a service owes it: one of PMC's, or that of a model."""
        return self.stage == "search" or self.reason in (UNAVAILABLE, *OF_MODELS)


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


class Calls(BaseModel):
    """Where the calls to models stand; `spent` is in dollars, `limit` how many may be in flight."""

    model_config = ConfigDict(frozen=True)

    done: int = 0
    from_store: int = 0
    in_flight: int = 0
    tokens: int = 0
    spent: float = 0.0
    limit: int = 0

    def __add__(self, other: Calls) -> Calls:
        return Calls(
            done=self.done + other.done,
            from_store=self.from_store + other.from_store,
            in_flight=other.in_flight,
            tokens=self.tokens + other.tokens,
            spent=round(self.spent + other.spent, 6),
            limit=other.limit,
        )

    def sentence(self) -> str:
        """The calls in a sentence."""
        return (
            f"{self.done:,} calls, {self.from_store:,} answers from the store, "
            f"{self.in_flight} in flight (at most {self.limit}), {self.tokens:,} tokens, "
            f"${self.spent:,.4f}"
        )


class RunSummary(BaseModel):
    """One build: what was asked, what came of it, what it did.

    `taken` is how many candidates a target of cases took, and `held` are cases that were retracted
    and stay until nothing is pending.
    """

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
    held: tuple[str, ...] = ()
    pending: tuple[Pending, ...] = ()
    calls: Calls | None = None
    dataset: Written | None = None
    ledger_entries: int = 0
    taken: int | None = None
    error: str | None = None

    @property
    def withheld(self) -> bool:
        """Whether a first release waits for what a service of PMC owes."""
        return not self.ledger_entries and any(p.of_service for p in self.pending)

    def sentence(self) -> str:
        """How the build ended, in a sentence."""
        splits = ", ".join(f"{name} {rows:,}" for name, rows in self.splits.items())
        arrived = self.articles.get("arrived", 0)
        said = f"{self.articles.get('kept', 0):,} cases of {arrived:,} articles"
        said += f" ({splits})" if splits else ""
        if self.withheld:
            return f"incomplete: {said}, no first release before all of it is had; {self._waits()}"
        return f"incomplete: {said}; {self._waits()}" if self.pending else said

    def _waits(self) -> str:
        """What is pending, and why the first of it is."""
        told = f"{len(self.pending):,} pending, see `casebook status`"
        first = self.pending[0].detail
        told = f"{told}; {first}" if self.pending[0].of_service else told
        if self.held:
            told += f"; RETRACTED and still there: {', '.join(self.held)} (or --allow-incomplete)"
        return told
