"""Figures that a person compares with their targets: ratios within one run, and no timed tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"


class Missing(Exception):
    """What a bench needs and this machine does not have."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a bench's table."""

    what: str
    figure: str
    target: str = ""
    note: str = ""


def real_articles() -> list[Path]:
    """The real articles beside the repository."""
    found = sorted((SHARED / "corpus" / "jats").glob("*.xml"))
    if not found:
        raise Missing("the real articles (../shared/corpus/jats) are not here")
    return found
