"""A laboratory value that the article does not give is a made-up finding."""

from __future__ import annotations

import re

from extractors.checks import Check
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="numbers_differ",
    says="The prompt holds a number which the article's text does not hold before the breakpoint.",
    needs=("case_prompt", "text"),
    helps=("breakpoint",),
)
_NUMBER = re.compile(r"\d+(?:[.,·]\d+)*")


def check(case: Case, article: Article) -> Reject | None:
    """Whether each number of the prompt stands in the article."""
    given = set(_NUMBER.findall(article.text[: case.breakpoint]))
    for match in _NUMBER.finditer(case.case_prompt):
        if match[0] not in given:
            around = case.case_prompt[max(0, match.start() - 60) : match.end() + 60]
            return CHECK.reject(f"the article does not say {match[0]} there", around)
    return None
