"""Whether a reason rests on what is shown or on what is withheld decides how it may be used."""

from __future__ import annotations

from extractors.checks import Check
from extractors.grounding import rests_on_prompt
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="in_prompt_differs",
    says="The flag `in_prompt` of a statement says that its quote rests on the prompt when it does "
    "not, or that it does not when it does.",
    needs=("statements", "case_prompt", "prompt_spans"),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether each flag says where its quote rests."""
    for item in case.statements:
        rests = rests_on_prompt(item.quote, item.spans, case.case_prompt, case.prompt_spans)
        if rests != item.in_prompt:
            where = "rests on the prompt" if rests else "is withheld from the prompt"
            return CHECK.reject(f"the flag says otherwise, and the quote {where}", item.quote)
    return None
