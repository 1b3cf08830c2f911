"""A reason counts once."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.stems import content_stems
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="same_reason_twice",
    says="Two statements make the same claim, or draw the same bearing from one quote for one "
    "diagnosis.",
    needs=("diagnostic_reasoning",),
    helps=("statements",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether two statements are the same."""
    claims: set[tuple[str, ...]] = set()
    drawn: set[tuple[str, str, str]] = set()
    for item in case.statements:
        claim = tuple(content_stems(item.claim))
        drawing = (item.quote, item.bears, item.diagnosis)
        if claim in claims or (item.diagnosis and drawing in drawn):
            return CHECK.reject("a statement is made twice", item.claim)
        claims.add(claim)
        drawn.add(drawing)
    return None
