"""The receipt of splits: what it takes to make them again, and to see that they are the same."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Receipt(BaseModel):
    """What splits were made from, how, and what came of it; digests are SHA-256.

    `rows_digest` is of the rows with their splits, and does not depend on who writes Parquet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    inputs: dict[str, str]
    like: str | None
    like_inputs: dict[str, str]
    settings: dict[str, Any]
    clusters: str
    writer: str
    outputs: dict[str, str]
    rows: int
    rows_digest: str
    report: dict[str, Any]
    notes: tuple[str, ...] = ()
