"""Too little to go on is a guess, not a question."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.sentences import word_count
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

FEWEST_WORDS = 60
CHECK = Check(
    reason="prompt_too_short",
    says=f"The prompt has fewer than {FEWEST_WORDS} words.",
    needs=("case_prompt",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt is long enough."""
    words = word_count(case.case_prompt)
    return CHECK.reject(f"the prompt has {words} words") if words < FEWEST_WORDS else None
