"""A reason counts once."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations

from extractors.checks import Check
from extractors.language.stems import content_roots, root
from extractors.language.wordlist import word_set
from schemas.article import Article
from schemas.case import Case, Statement
from schemas.reject import Reject

CHECK = Check(
    reason="same_reason_twice",
    says="Two statements make the same claim, whatever words bring it forward, or "
    "draw the same bearing from one quote for one diagnosis.",
    needs=("diagnostic_reasoning",),
    helps=("statements",),
)
# Claims that share this much are one where one of their quotes holds the other.
_SHARED = 0.6


def check(case: Case, article: Article) -> Reject | None:
    """Whether two statements are the same."""
    said = [_said(item.claim) for item in case.statements]
    for (one, first), (other, second) in combinations(zip(case.statements, said, strict=True), 2):
        if first == second or _same_drawing(one, first, other, second):
            return CHECK.reject("a statement is made twice", other.claim)
    return None


def _said(claim: str) -> frozenset[str]:
    """What a claim says, without the words that only bring it forward."""
    denied = word_set("denying").intersection(re.findall(r"\w+", claim.casefold()))
    return frozenset((content_roots(claim) - _framing()) | denied)


@cache
def _framing() -> frozenset[str]:
    return frozenset(map(root, word_set("framing")))


def _same_drawing(
    one: Statement, first: frozenset[str], other: Statement, second: frozenset[str]
) -> bool:
    """Without diagnoses, as in bare reasoning lines, quotes may serve twice."""
    if not one.diagnosis or (one.bears, one.diagnosis) != (other.bears, other.diagnosis):
        return False
    if one.quote == other.quote:
        return True
    within = one.quote in other.quote or other.quote in one.quote
    return within and len(first & second) >= _SHARED * max(1, min(len(first), len(second)))
