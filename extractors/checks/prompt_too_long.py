"""A prompt as long as an article is the article."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.sentences import word_count
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

MOST_WORDS = 1500
CHECK = Check(
    reason="prompt_too_long",
    says=f"The prompt has more than {MOST_WORDS} words.",
    needs=("case_prompt",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt is short enough."""
    words = word_count(case.case_prompt)
    return CHECK.reject(f"the prompt has {words} words") if words > MOST_WORDS else None
