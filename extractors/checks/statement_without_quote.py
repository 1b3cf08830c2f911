"""A reason that nothing is quoted for cannot be proved."""

from __future__ import annotations

from extractors.checks import Check
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="statement_without_quote",
    says="There are no statements, or one of them has no claim or no quote.",
    needs=("diagnostic_reasoning",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether there are statements, each with a claim and a quote."""
    if not case.statements:
        return CHECK.reject("there are no statements")
    for number, item in enumerate(case.statements, 1):
        if not item.claim.strip():
            return CHECK.reject(f"statement {number} has no claim", item.quote)
        if not any(map(str.isalnum, item.quote)):
            return CHECK.reject(f"statement {number} has no quote", item.claim)
    return None
