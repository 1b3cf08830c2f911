"""Drafts are proved: every quote and every sentence of the prompt becomes a place in the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractors.grounding import ground
from flows.stages.articles import articles
from schemas.case import Case, Draft
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Ground every draft in its article."""
    drafts = {row.pmcid: row for row in inputs.rows("extract", Draft)}
    made = StageResult()
    for pmcid, article in articles(inputs):
        if pmcid in drafts:
            made.add(pmcid, ground(drafts[pmcid], article))
    return made


STAGE = Stage("ground", 2, run, Case, needs=("read", "extract"))
