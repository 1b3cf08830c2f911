"""Grounding proved the prompt when it was drafted; anyone's prompt can be proved the same way."""

from __future__ import annotations

from extractors.checks import Check
from extractors.grounding.prompt import first_unfaithful
from extractors.language.sentences import article_sentences
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="unfaithful_prompt",
    says="A sentence of the prompt is not covered by three sentences of the article before the "
    "breakpoint, or has a number, unit, side, drug, negation or word that those do not have.",
    needs=("case_prompt", "text"),
    helps=("breakpoint",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether every sentence of the prompt is the article's."""
    told = article_sentences(article, case.breakpoint)
    found = first_unfaithful(case.case_prompt, article.text, told, case.breakpoint)
    return CHECK.reject(found.why, found.sentence) if found is not None else None
