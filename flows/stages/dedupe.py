"""Across all cases: one row for each report, one cluster for each patient, family or series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractors.corpus.groups import group
from flows.stages.compare import Compared
from schemas.split import Clustered
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Drop duplicates, each for the best of its report, and cluster relatives."""
    published = {row["pmcid"] for row in parameters["ledger"] if not row["left"]}
    cases = list(inputs.rows("compare", Compared))
    stay, rejects = group(
        {case.pmcid: case.standing for case in cases},
        duplicates=((case.pmcid, other) for case in cases for other in case.repeats),
        related=((case.pmcid, other) for case in cases for other in case.related),
        published=published,
    )
    return StageResult(list(stay), rejects)


STAGE = Stage("dedupe", 2, run, Clustered, needs=("compare",), across=True, reads_ledger=True)
