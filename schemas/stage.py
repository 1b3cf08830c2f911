"""A stage as data: what it needs, which settings it reads, and what it returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from schemas.reject import Reject, RejectedArticle

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article that a stage could not deal with now: a budget is spent, a service is down."""

    reason: str
    detail: str


@dataclass(slots=True)
class StageResult:
    """What a stage made of a shard: rows that go on, rejects that do not, and what is pending."""

    rows: list[Any] = field(default_factory=list)
    rejects: list[RejectedArticle] = field(default_factory=list)
    waiting: dict[str, Waiting] = field(default_factory=dict)

    def add(self, article: str, outcome: object) -> None:
        """Keep an outcome where it belongs: a reject ends the article, anything else goes on."""
        if isinstance(outcome, Waiting):
            self.waiting[article] = outcome
        elif isinstance(outcome, Reject):
            self.rejects.append(RejectedArticle.of(article, outcome))
        else:
            self.rows.append(outcome)


class Inputs(Protocol):
    """What a stage may read: the rows of the stages that it needs, shard after shard."""

    def rows(self, stage: str, record: type[Row]) -> Iterator[Row]:
        """The rows of an earlier stage, as far as `record` has fields for them."""

    def rejects(self, stage: str) -> Iterator[RejectedArticle]:
        """The rejects of an earlier stage."""

    def before(self, record: type[Row]) -> Iterator[Row]:
        """The rows that the stage itself made the last time, of whatever inputs."""

    def each(self) -> Iterator[Inputs]:
        """The same, one shard at a time, in the order in which shards arrived."""


Asks = Callable[[Inputs, Mapping[str, Any], Any], Awaitable[StageResult]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the pipeline. `version` goes up whenever the same input gives other rows.

    `across` stages see all shards at once, and those that say so the ledger. One that `resumes` may
    take over what it found `before`, if the rows are the same as without. What stands `aside`
    looks at cases and leaves them as they are; what is done `here` reads files that workers may not
    have, so the process of the flow does it. `asks` is what a stage does where models draft the
    cases, in the process of the flow and with what asks them; one that has no `run` is there for
    them alone, and one may take up what others rejected. Who needs `cases` needs the last stage
    that makes some.
    """

    name: str
    version: int
    run: Callable[[Inputs, Mapping[str, Any]], StageResult] | None
    row: type
    needs: tuple[str, ...]
    settings: tuple[str, ...] = ()
    across: bool = False
    reads_ledger: bool = False
    resumes: bool = False
    aside: bool = False
    here: bool = False
    takes_up_rejects: bool = False
    asks: Asks | None = None
