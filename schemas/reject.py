"""Why an article did not become a row: a reason is a result, counted and kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reject:
    """A reason with what was found; the words of the article that show it are the evidence."""

    reason: str
    detail: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class RejectedArticle:
    """A reject with the article and the stage it belongs to."""

    source: str
    pmcid: str | None
    version: int | None
    stage: str
    reason: str
    detail: str
    evidence: str
