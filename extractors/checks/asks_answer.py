"""The prompt tells a case; a question in it was made up by whoever wrote it."""

from __future__ import annotations

import re

from extractors.checks import Check
from extractors.language.sentences import sentence_spans
from extractors.language.wordlist import pattern
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="asks_answer",
    says="The prompt asks for the diagnosis, or ends on a question or on stating a diagnosis.",
    needs=("case_prompt",),
)
_DEMANDS = re.compile(
    r"(?:^|[.!?:]\s|\n)(?:please )?(?:name|state|give|determine|identify|provide|choose|select|"
    r"make|specify|suggest|propose|guess|find|establish|work out) (?:the|your|a|an|one|which)\b"
    r"[^.?!]{0,40}\b(?:diagnos[ei]s|cause|disease|condition|explanation|answer|entity)\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"\b(?:final|definitive|definite) diagnosis\b|\bthe diagnosis (?:was|is)\b", re.I
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt asks for its answer or ends on it."""
    asked = pattern("asks_for_answer").search(case.case_prompt) or _DEMANDS.search(case.case_prompt)
    if asked is not None:
        return CHECK.reject("the prompt asks for the diagnosis", asked[0])
    last = _last_sentence(case.case_prompt)
    if last.endswith("?") or _STATES.search(last):
        return CHECK.reject("the prompt ends on the question or its answer", last)
    return None


def _last_sentence(prompt: str) -> str:
    tail = prompt.rstrip()[-600:]
    spans = list(sentence_spans(tail))
    return tail[spans[-1][0] :] if spans else ""
