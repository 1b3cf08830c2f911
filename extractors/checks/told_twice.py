"""A sentence that stands in the prompt twice was pasted, not told."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.same_words import run_together
from extractors.language.sentences import sentence_spans
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

FEWEST_WORDS = 6
CHECK = Check(
    reason="told_twice",
    says=f"The prompt tells a sentence of {FEWEST_WORDS} words or more twice.",
    needs=("case_prompt",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt repeats itself."""
    told: set[str] = set()
    for start, end in sentence_spans(case.case_prompt):
        sentence = case.case_prompt[start:end].strip()
        if len(sentence.split()) < FEWEST_WORDS:
            continue
        if (words := run_together(sentence)) in told:
            return CHECK.reject("a sentence stands there twice", sentence)
        told.add(words)
    return None
