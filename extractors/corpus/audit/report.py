"""What an audit says of a dataset: frozen values that hold no times and no order of work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SECOND_SPLIT = "a second split"
BENCHMARK = "a benchmark to compare against"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an audit looks for: what it says, in what it counts, and the columns it needs.

    A need may name several columns joined by `|`, of which one is enough. Whether it is required
    decides over the exit code.
    """

    name: str
    says: str
    needs: tuple[str, ...]
    unit: str = "rows"
    required: bool = False

    def lacks(self, has: frozenset[str]) -> tuple[str, ...]:
        """The needs that these columns do not meet."""
        return tuple(need for need in self.needs if not has.intersection(need.split("|")))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its id, or its place in its file where it has none, and its split."""

    name: str
    split: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """One hit, cut short enough to be shown."""

    place: Place
    detail: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often a finding was made: `hits` of the `judged`, which lie in `rows` rows."""

    finding: Finding
    judged: int
    hits: int
    rows: int
    examples: tuple[Example, ...]

    @property
    def share(self) -> float:
        """The share of hits among what was judged."""
        return self.hits / self.judged

    @property
    def failed(self) -> bool:
        """Whether it is required and was violated."""
        return self.finding.required and self.hits > 0


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A finding that could not be made, and what for; where `absent`, the columns are not there."""

    finding: Finding
    lacks: tuple[str, ...]
    absent: bool


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """A column as the files have it; `empty` is None where its values were not looked at."""

    name: str
    types: tuple[str, ...]
    expected: str | None
    wrong: bool
    empty: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything an audit found out about a dataset."""

    named: str
    revision: str | None
    splits: tuple[tuple[str, int], ...]
    columns: tuple[ColumnSeen, ...]
    outcomes: tuple[Outcome, ...]
    not_judged: tuple[NotJudged, ...]
    notes: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return sum(rows for _, rows in self.splits)

    def failed(self) -> Iterator[Outcome]:
        """The required findings that were violated."""
        return (outcome for outcome in self.outcomes if outcome.failed)
