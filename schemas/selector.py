"""Which articles a build was asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Selector(BaseModel):
    """The articles that a build takes in, and whether it lets others go."""

    model_config = ConfigDict(frozen=True)

    sample: bool = False
    xml: Path | None = None
    full: bool = False
