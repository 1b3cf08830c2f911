"""The metadata that PMC keeps beside each article, as far as we read it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Metadata(BaseModel):
    """One metadata JSON of PMC's bucket."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pmcid: str
    version: int = Field(ge=1, le=9_999)
    pmid: int | None = Field(None, ge=0, lt=1 << 40)
    doi: str | None = None
    title: str | None = None
    citation: str | None = None
    is_pmc_openaccess: bool
    is_manuscript: bool
    is_historical_ocr: bool
    is_retracted: bool
    license_code: str | None
    xml_url: str | None = None

    @property
    def xml_md5(self) -> str | None:
        """The md5 that the article's XML must have."""
        return (self.xml_url or "").partition("?md5=")[2] or None
