"""Where cases stand among each other and in releases: clusters, splits, the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LOST = "lost"
# Why cases of a dataset that was taken over are not here: nobody asked for them.
NOT_NAMED = "not_named"
# What is held back: a split that is remembered and never published.
UNUSED = "unused"

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Clustered:
    """A case that stays, with the cluster of cases related to it and its duplicates, best first."""

    pmcid: str
    cluster: str
    duplicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitCase:
    """A case as far as its split depends on it; `values` are those columns that are asked about.

    `date` is a day, month or year as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, or None.
    """

    pmcid: str
    cluster: str
    label: str | None = None
    date: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger: a case that is or was released. `left` says why it was."""

    pmcid: str
    number: int
    split: str
    cluster: str
    first_release: int
    last_release: int | None = None
    left: str | None = None
