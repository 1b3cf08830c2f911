"""Candidates become draft cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractors.cases.rules import draft
from flows.stages.articles import articles
from flows.stages.select import Candidate
from schemas.case import Draft
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Draft a case of every candidate; `wanted` names those that a limit leaves."""
    candidates = {row.pmcid for row in inputs.rows("select", Candidate)}
    if parameters.get("wanted") is not None:
        candidates &= set(parameters["wanted"])
    made = StageResult()
    for pmcid, article in articles(inputs):
        if pmcid in candidates:
            made.add(pmcid, draft(article))
    return made


STAGE = Stage("extract", 1, run, Draft, needs=("read", "select"), settings=("extractor",))
