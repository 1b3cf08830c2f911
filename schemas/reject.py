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
    """A reject with the article it ends: its PMCID, or its file where it has no id."""

    article: str
    reason: str
    detail: str
    evidence: str

    @classmethod
    def of(cls, article: str, reject: Reject) -> RejectedArticle:
        """The reject of this article."""
        return cls(article, reject.reason, reject.detail, reject.evidence)
