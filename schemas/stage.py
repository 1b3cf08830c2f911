"""A stage as data: what it needs, which settings it reads, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from schemas.reject import Reject, RejectedArticle

Row = TypeVar("Row")


@dataclass(slots=True)
class StageResult:
    """What a stage made of a shard: rows that go on, and rejects that do not."""

    rows: list[Any] = field(default_factory=list)
    rejects: list[RejectedArticle] = field(default_factory=list)

    def add(self, article: str, outcome: object) -> None:
        """Keep an outcome where it belongs: a reject ends the article, anything else goes on."""
        if isinstance(outcome, Reject):
            self.rejects.append(RejectedArticle.of(article, outcome))
        else:
            self.rows.append(outcome)


class Inputs(Protocol):
    """What a stage may read: the rows of the stages that it needs, shard after shard."""

    def rows(self, stage: str, record: type[Row]) -> Iterator[Row]:
        """The rows of an earlier stage, as far as `record` has fields for them."""

    def each(self) -> Iterator[Inputs]:
        """The same, one shard at a time, in the order in which shards arrived."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the pipeline. `version` goes up whenever the same input gives other rows."""

    name: str
    version: int
    run: Callable[[Inputs, Mapping[str, Any]], StageResult]
    row: type
    needs: tuple[str, ...]
    settings: tuple[str, ...] = ()
