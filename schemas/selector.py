"""Which articles a build was asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator


class Selector(BaseModel):
    """The articles that a build takes in, and whether it lets others go."""

    model_config = ConfigDict(frozen=True)

    sample: bool = False
    xml: Path | None = None
    full: bool = False

    @field_validator("xml")
    @classmethod
    def _whole(cls, xml: Path | None) -> Path | None:
        return xml.absolute() if xml else None
