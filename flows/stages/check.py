"""Cases pass the quality gates as they are, or are rejects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractors.checks import run_checks
from flows.stages.articles import articles
from schemas.case import Case
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Run every check over every case."""
    cases = {row.pmcid: row for row in inputs.rows("ground", Case)}
    made = StageResult()
    for pmcid, article in articles(inputs):
        if pmcid in cases:
            made.add(pmcid, run_checks(cases[pmcid], article) or cases[pmcid])
    return made


STAGE = Stage("check", 2, run, Case, needs=("read", "ground"))
