"""Where cases stand among each other and in releases: clusters, splits, the ledger."""

from __future__ import annotations

from dataclasses import dataclass

LOST = "lost"


@dataclass(frozen=True, slots=True)
class Clustered:
    """A case that stays, with the cluster of cases related to it and its duplicates, best first."""

    pmcid: str
    cluster: str
    duplicates: tuple[str, ...] = ()


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
