"""Which articles a build was asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

Source = Literal["sample", "xml", "pmcids", "search"]


class Selector(BaseModel):
    """The articles that a build takes in, and whether it lets others go.

    Without a folder or a list, PMC is searched for what was entered `since` a day `until` another.
    """

    model_config = ConfigDict(frozen=True)

    sample: bool = False
    xml: Path | None = None
    pmcids: str | None = None
    since: date | None = None
    until: date | None = None
    full: bool = False

    @field_validator("xml")
    @classmethod
    def _whole(cls, xml: Path | None) -> Path | None:
        return xml.absolute() if xml else None

    @field_validator("pmcids")
    @classmethod
    def _found_from_anywhere(cls, pmcids: str | None) -> str | None:
        if pmcids is None:
            return None
        if not pmcids.strip():
            raise ValueError("--pmcids names no list")
        path = Path(pmcids).expanduser()
        return str(path.absolute()) if path.exists() else pmcids

    @model_validator(mode="after")
    def _one_source(self) -> Selector:
        named = [f"--{name}" for name in ("sample", "xml", "pmcids") if getattr(self, name)]
        dated = ["--since and --until"] if self.since or self.until else []
        if len(named + dated) > 1:
            raise ValueError(f"{' and '.join(named + dated)} are two sources: give one of them")
        if self.until and not self.since:
            raise ValueError("--until needs --since")
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"--since {self.since} is after --until {self.until}")
        return self

    @property
    def source(self) -> Source:
        """Where the articles come from."""
        if self.sample:
            return "sample"
        return "xml" if self.xml else "pmcids" if self.pmcids else "search"
