"""What the article says behind the breakpoint is withheld, so the prompt cannot rest on it."""

from __future__ import annotations

from extractors.checks import Check
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="prompt_past_breakpoint",
    says="The prompt has no spans, or one of them is empty, out of order or behind the breakpoint.",
    needs=("prompt_spans", "breakpoint"),
    helps=("text",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt's spans stand in order before the breakpoint."""
    place = 0
    for span in case.prompt_spans:
        if not place <= span.start < span.end <= case.breakpoint:
            detail = f"{span.start} to {span.end}, the breakpoint at {case.breakpoint}"
            return CHECK.reject(detail, article.text[span.start : span.end][:300])
        place = span.end
    return None if case.prompt_spans else CHECK.reject("the prompt has no spans")
