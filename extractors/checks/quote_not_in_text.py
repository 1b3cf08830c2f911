"""The proof of a published quote is a slice of the text, so it is sliced before it is published."""

from __future__ import annotations

from extractors.checks import Check
from extractors.grounding.quotes import JOINT
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="quote_not_in_text",
    says="A statement has no quote, or its spans do not slice the quote out of the text in order.",
    needs=("statements", "text"),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether every quote slices out of the text."""
    for item in case.statements:
        sliced = JOINT.join(article.text[span.start : span.end] for span in item.spans)
        ordered = all(a.end <= b.start for a, b in zip(item.spans, item.spans[1:], strict=False))
        if not item.quote.strip() or sliced != item.quote or not ordered:
            return CHECK.reject(f"no slice proves the quote of: {item.claim}", item.quote)
    return None
