"""Each case is profiled for the comparison with others, so that its text is read only once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extractors.corpus.profiles import ProfiledCase, Standing, profile
from schemas.article import Ids
from schemas.case import Scores, Statement
from schemas.stage import Inputs, Stage, StageResult


@dataclass(frozen=True, slots=True)
class _Article:
    ids: Ids
    text: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    pmcid: str
    case_prompt: str
    final_diagnosis: str
    final_diagnosis_aliases: tuple[str, ...]
    statements: tuple[Statement, ...]
    scores: Scores


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Profile every case."""
    cases = {case.pmcid: case for case in inputs.rows("cases", _Case)}
    made = StageResult()
    for article in inputs.rows("read", _Article):
        case = cases.get(article.ids.pmcid or "")
        if case:
            made.rows.append(_profile(case, article))
    return made


def _profile(case: _Case, article: _Article) -> ProfiledCase:
    return profile(
        case.pmcid,
        article.text,
        case.case_prompt,
        (case.final_diagnosis, *case.final_diagnosis_aliases),
        article.authors,
        Standing.of(case.scores, case.statements),
    )


STAGE = Stage("profile", 1, run, ProfiledCase, needs=("read", "cases"), aside=True)
