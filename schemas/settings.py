"""Everything a user can set, with its default; a stage names those its result depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

SHARING_ADAPTATIONS = ("CC0", "CC BY", "CC BY-SA", "CC BY-NC", "CC BY-NC-SA")
NO_DERIVATIVES = ("CC BY-ND", "CC BY-NC-ND")


class Settings(BaseModel):
    """The settings of a build."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path | None = Field(None, description="the folder that holds what builds make")
    workers: int | None = Field(None, ge=1, description="worker processes; default: one a core")
    cluster: str | None = Field(
        None,
        pattern=r"^(tcp://\S+|local:[1-9]\d*)$",
        description="a Dask scheduler tcp://HOST:PORT, or local:N for one of N processes",
    )
    shard_size: int = Field(500, ge=1, description="articles a shard holds at most")
    limit: int | None = Field(None, ge=1, description="only the first N candidates")

    eutils_url: str = Field(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/", description="NCBI's E-utilities"
    )
    europepmc_url: str = Field(
        "https://www.ebi.ac.uk/europepmc/webservices/rest/", description="Europe PMC's search"
    )
    idconv_url: str = Field(
        "https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1/", description="PMC's id converter"
    )
    bucket_url: str = Field(
        "https://pmc-oa-opendata.s3.amazonaws.com/", description="PMC's articles and inventory"
    )
    search_months: int = Field(
        12, ge=1, description="months searched again where no dates are given"
    )
    search_again_hours: float = Field(
        12, ge=0, description="hours for which the answer to a search is not asked for again"
    )
    inventory_from: int = Field(
        2000, ge=0, description="articles from which PMC's inventory is used, not a question each"
    )
    attempts: int = Field(
        6, ge=1, description="times a service is asked before what it should give stays pending"
    )
    connections: int = Field(32, ge=1, le=256, description="downloads at the same time")

    max_article_mb: int = Field(50, ge=1, description="larger articles are not read")
    manuscripts: bool = Field(False, description="author manuscripts too")
    commercial: bool = Field(False, description="only licences that permit commercial use")
    allow_nd: bool = Field(False, description="licences without adaptations too; never published")

    extractor: Literal["rules"] = Field("rules", description="what drafts the cases")
    min_words: int = Field(150, ge=1, description="words a case narrative has at least")
    max_words: int = Field(3000, ge=1, description="words a case narrative has at most")

    duplicate_similarity: float = Field(
        0.7, gt=0, le=1, description="share of word runs from which two reports are one report"
    )
    related_similarity: float = Field(
        0.2, gt=0, le=1, description="share of word runs from which two reports are related"
    )
    sizes: str = Field("train=rest,val=3.5%,test=6.2%", description="the splits of a first release")

    @field_validator("home")
    @classmethod
    def _expand(cls, home: Path | None) -> Path | None:
        return home.expanduser() if home else None

    @property
    def licences(self) -> tuple[str, ...]:
        """The licences an article may have."""
        allowed = SHARING_ADAPTATIONS + (NO_DERIVATIVES if self.allow_nd else ())
        return tuple(code for code in allowed if not (self.commercial and "NC" in code))
