"""Reasoning needs something for the answer and something against others."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.stems import content_stems
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

FEWEST_ALTERNATIVES = 2
FEWEST_SUPPORTS = 1
CHECK = Check(
    reason="too_few_reasons",
    says=f"Fewer than {FEWEST_ALTERNATIVES} other diagnoses are weighed, or fewer than "
    f"{FEWEST_SUPPORTS} statement supports the answer.",
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the statements weigh enough."""
    others = {
        frozenset(content_stems(item.diagnosis))
        for item in case.statements
        if item.bears == "excludes"
    }
    supports = sum(item.bears == "supports" for item in case.statements)
    if len(others) < FEWEST_ALTERNATIVES:
        return CHECK.reject(f"{len(others)} other diagnoses are weighed")
    if supports < FEWEST_SUPPORTS:
        return CHECK.reject(f"{supports} statements support the answer")
    return None
