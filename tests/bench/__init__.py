"""Figures printed by the bench, beside their targets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure."""

    what: str
    figure: str
    target: str
    note: str = ""
