"""Everything a user can set, with its default; a stage names those its result depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

SHARING_ADAPTATIONS = ("CC0", "CC BY", "CC BY-SA", "CC BY-NC", "CC BY-NC-SA")
DEFAULT_SIZES = "train=rest,val=3.5%,test=6.2%"
Mode = Literal["schema", "json", "text"]
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
    target_cases: int | None = Field(
        None, ge=1, description="only as many candidates as N cases take, wave after wave"
    )

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

    extractor: Literal["rules", "llm"] = Field("rules", description="what drafts the cases")
    extract_model: str | None = Field(None, description="the model that drafts and repairs")
    extract_base_url: str | None = Field(None, description="its server; default OPENAI_BASE_URL")
    extract_mode: Mode = Field("schema", description="schema; json or text for other servers")
    extract_effort: str | None = Field(None, description="its reasoning effort, if it has one")
    verify_model: str | None = Field(None, description="the model that verifies, another one")
    verify_base_url: str | None = Field(None, description="its server; default OPENAI_BASE_URL")
    verify_mode: Mode = Field("schema", description="schema; json or text for other servers")
    verify_effort: str | None = Field(None, description="its reasoning effort, if it has one")
    same_verifier: bool = Field(False, description="the model that drafts may verify")
    budget: float | None = Field(None, gt=0, description="dollars that calls may cost at most")
    prices: Path | None = Field(None, description="a file with the prices of other models")
    calls: Path | None = Field(None, description="the store of answers; default in the home")
    batch: bool = Field(False, description="by the Batch API: cheaper, and slower by hours")
    batch_poll: float = Field(60, gt=0, description="seconds between looks at a batch")
    ask_again: bool = Field(False, description="ask models again what they failed to answer")
    max_tokens: int = Field(8000, ge=1, description="tokens an answer may have")
    answer_seconds: float = Field(600, gt=0, description="seconds that an answer may take")
    in_flight: int = Field(64, ge=1, description="calls at the same time, at most")
    requests_a_minute: float | None = Field(None, gt=0, description="calls a minute, at most")
    tokens_a_minute: float | None = Field(None, gt=0, description="tokens a minute, at most")
    differential: bool = Field(True, description="a model must find alternatives weighed")
    stated_diagnosis: bool = Field(True, description="a model must find a diagnosis stated")
    min_thoroughness: int = Field(3, ge=1, le=5, description="least score of the presentation")
    planted_share: float = Field(0.02, ge=0, le=1, description="faulty cases for the verifier")
    planted_least: int = Field(20, ge=0, description="faulty cases at least, if there are cases")
    least_catch_rate: float = Field(0.7, ge=0, le=1, description="of them caught, to publish")
    min_words: int = Field(150, ge=1, description="words a case narrative has at least")
    max_words: int = Field(3000, ge=1, description="words a case narrative has at most")

    duplicate_similarity: float = Field(
        0.7, gt=0, le=1, description="part of the shorter report's word runs that makes them one"
    )
    related_similarity: float = Field(
        0.3, gt=0, le=1, description="part of its word runs that makes two reports related"
    )
    against: tuple[Path, ...] = Field(
        (), description="files of other benchmarks: what they hold is never in test"
    )
    scheme: Literal["frozen", "hash", "temporal"] = Field(
        "frozen", description="who goes to which split: see Splits"
    )
    sizes: str = Field(DEFAULT_SIZES, description="the splits of a first release")
    seed: int = Field(0, ge=0, description="another seed draws other splits")
    like: str | None = Field(
        None, description="a dataset whose splits and numbers a home without a ledger takes over"
    )
    dated_by: Literal["publication_date", "first_seen"] = Field(
        "publication_date", description="the date that the scheme temporal goes by"
    )
    cut_off: str | None = Field(None, description="the first day of test, or of splits by name")
    test_needs: str | None = Field(None, description="what a row of test must be like")
    stratify: str | None = Field(None, description="a column whose values all splits share alike")
    holdout_labels: bool = Field(False, description="no diagnosis of test is one of train")

    publish: str | None = Field(
        None, description="the repository on the Hub that builds publish to, but for the sample"
    )
    allow_rules: bool = Field(False, description="cases by rules may be published")
    allow_incomplete: bool = Field(
        False, description="release and publish although something is pending"
    )
    fewer: float = Field(0.1, ge=0, le=1, description="share of its cases that a release may lose")

    @field_validator("home")
    @classmethod
    def _expand(cls, home: Path | None) -> Path | None:
        return home.expanduser() if home else None

    @field_validator("against")
    @classmethod
    def _found_from_anywhere(cls, against: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(path.expanduser().absolute() for path in against))

    @property
    def licences(self) -> tuple[str, ...]:
        """The licences an article may have."""
        allowed = SHARING_ADAPTATIONS + (NO_DERIVATIVES if self.allow_nd else ())
        return tuple(code for code in allowed if not (self.commercial and "NC" in code))
