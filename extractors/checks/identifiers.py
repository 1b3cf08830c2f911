"""A published prompt says nothing by which the patient could be found."""

from __future__ import annotations

import re

from extractors.checks import Check
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="identifiers",
    says="The prompt holds a date of birth, a hospital or insurance number, an e-mail address, a "
    "telephone number, or a person's name behind a title.",
    needs=("case_prompt",),
)
_NUMBER_OF = (
    r"\b(?:MRN|(?:hospital|medical record|patient|insurance|NHS|case file|chart|social security)\s+"
    r"(?:no|number|num|id|identifier)\b)\W{0,4}\w*\d"
)
_SIGNS = (
    (re.compile(r"\b(?:date of birth|DOB|born (?:on|at) \d)\b", re.I), "a date of birth"),
    (re.compile(_NUMBER_OF, re.I), "a hospital number"),
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w[\w.]*"), "an e-mail address"),
    (re.compile(r"\b(?:tel|phone|telephone|mobile)\b\W{0,6}\+?\d[\d \-()]{6,}", re.I), "a number"),
    (re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Master)\.? [A-Z][a-z]+"), "a name"),
    (re.compile(r"\b(?:named|called) [A-Z][a-z]+ [A-Z][a-z]+\b"), "a name"),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt identifies a person."""
    for pattern, kind in _SIGNS:
        hit = pattern.search(case.case_prompt)
        if hit is not None:
            return CHECK.reject(f"the prompt holds {kind}", hit[0])
    return None
