"""What was withdrawn from the literature teaches nothing."""

from __future__ import annotations

import re

from extractors.checks import Check
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="retracted",
    says="The article is marked as retracted, or its title says so.",
    needs=("title|retracted",),
)
# "Retraction of the eyelid" is a finding; "Retracted: ..." and "[Retraction note]" are marks.
_TITLE = re.compile(
    r"^\W*(?:retract(?:ed|ion)|withdrawn)(?: (?:article|paper|note|notice))?\s*[:\]).–—-]", re.I
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the article was retracted."""
    if article.retracted:
        return CHECK.reject("the article is retracted", article.title)
    if _TITLE.match(article.title):
        return CHECK.reject("its title says that it is retracted", article.title)
    return None
