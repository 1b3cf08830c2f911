"""Cases and demands in short, for the tests of splits."""

from __future__ import annotations

from collections import Counter
from typing import Any

from extractors.corpus.splits import Demand, place
from schemas.settings import Settings
from schemas.split import LedgerEntry, SplitCase


def demand(
    sizes: str | None = None, *, strict: bool = True, refill: bool = False, **told: Any
) -> Demand:
    """What settings would ask for."""
    given = {"sizes": sizes, **told}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    return Demand.parse(settings.model_dump(), strict=strict, refill=refill)


def case(number: int, cluster: int | None = None, **about: Any) -> SplitCase:
    """A case by the number of its PMCID, alone unless a cluster is named."""
    label, date = about.pop("label", None), about.pop("date", None)
    return SplitCase(f"PMC{number}", f"PMC{cluster or number}", label, date, about)


def entry(pmcid: str, number: int, split: str) -> LedgerEntry:
    """A case that the first release had."""
    return LedgerEntry(pmcid, number, split, pmcid, 1)


def sizes_of(
    cases: list[SplitCase], wanted: Demand, earlier: dict[str, str] | None = None
) -> dict[str, int]:
    """How many cases each split gets."""
    return dict(Counter(place(cases, earlier or {}, wanted).split.values()))
