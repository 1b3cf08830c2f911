"""A question that names its answer asks nothing."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.abbreviations import abbreviations
from extractors.language.stems import content_stems
from extractors.language.terms import find_terms
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="answer_in_prompt",
    says="The prompt holds the label, an alias or the article's abbreviation of either, in any "
    "plural, word order, spelling or writing; an abbreviation only as a word in its own case.",
    needs=("case_prompt", "final_diagnosis"),
    helps=("final_diagnosis_aliases", "abstract", "text"),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt names the answer."""
    names = (case.final_diagnosis, *case.final_diagnosis_aliases)
    hit = find_terms(case.case_prompt, (*names, *_short_forms(names, article)))
    if hit is None:
        return None
    name, place = hit
    around = case.case_prompt[max(0, place.start - 60) : place.end + 60]
    return CHECK.reject(f"the prompt says {name}", around)


def _short_forms(names: tuple[str, ...], article: Article) -> list[str]:
    meant = {frozenset(content_stems(name)) for name in names}
    defined = abbreviations(f"{article.abstract}\n{article.text}")
    return [short for short, long in defined.items() if frozenset(content_stems(long)) in meant]
