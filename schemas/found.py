"""A case report that a search or a list named, before anything of it was fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Window:
    """Days `since` to `until`, both inclusive."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Found:
    """An article by its PMCID, when its source first had it, and who named it."""

    pmcid: str
    pmid: int | None = None
    first_seen: str | None = None
    origins: tuple[str, ...] = ()
