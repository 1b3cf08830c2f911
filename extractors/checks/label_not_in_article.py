"""A label which the article never speaks of cannot be its diagnosis."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.stems import content_stems
from extractors.language.terms import mentions
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="label_not_in_article",
    says="Neither the label nor an alias stands in title, abstract or text, nor do four fifths of "
    "the label's words.",
    needs=("final_diagnosis", "text"),
    helps=("final_diagnosis_aliases", "title", "abstract"),
)
_SHARE = 0.8


def check(case: Case, article: Article) -> Reject | None:
    """Whether the article speaks of the label."""
    names = (case.final_diagnosis, *case.final_diagnosis_aliases)
    parts = (article.title, article.abstract, article.text)
    plain = case.final_diagnosis.casefold()
    if any(plain in part.casefold() for part in parts if plain):
        return None
    if any(mentions(part, names) for part in parts):
        return None
    wanted = frozenset(content_stems(case.final_diagnosis))
    held = wanted.intersection(stem for part in parts for stem in content_stems(part))
    if wanted and len(held) >= _SHARE * len(wanted):
        return None
    missing = ", ".join(sorted(wanted - held))
    return CHECK.reject(f"the article does not say: {missing}", case.final_diagnosis)
