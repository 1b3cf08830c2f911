"""What happened behind the diagnosis tells it: the outcome, the response, the confirmation."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.wordlist import pattern
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="later_events",
    says="The prompt tells the outcome, the response to treatment or that a diagnosis was "
    "confirmed.",
    needs=("case_prompt",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt tells of what came behind the diagnosis."""
    hit = pattern("outcomes_told").search(case.case_prompt)
    if hit is None:
        return None
    around = case.case_prompt[max(0, hit.start() - 60) : hit.end() + 60]
    return CHECK.reject(f"the prompt says {hit[0]}", around)
