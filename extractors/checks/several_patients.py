"""A question is about one patient."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.wordlist import pattern
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="several_patients",
    says="The prompt tells of a second case or patient, or of several.",
    needs=("case_prompt",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt tells of more than one patient."""
    hit = pattern("several_told").search(case.case_prompt)
    if hit is None:
        return None
    around = case.case_prompt[max(0, hit.start() - 60) : hit.end() + 60]
    return CHECK.reject(f"the prompt says {hit[0]}", around)
