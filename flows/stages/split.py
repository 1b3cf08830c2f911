"""Cases are given their split and their number, for good: the rows are the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from extractors.corpus.splits import Sizes, assign
from schemas.split import Clustered, LedgerEntry
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Place new cases that no verifier turned away; nobody who has a place moves.

    Where a better case was turned away, the duplicate that passed stands `instead` of it.
    """
    ledger = [LedgerEntry(**row) for row in parameters["ledger"]]
    out = set(parameters["turned_away"])
    instead = parameters["instead"]
    kept = (
        replace(case, pmcid=instead.get(case.pmcid, case.pmcid))
        for case in inputs.rows("dedupe", Clustered)
    )
    cases = [case for case in kept if case.pmcid not in out]
    sizes = Sizes.parse(parameters["sizes"])
    entries, rejects = assign(cases, ledger, sizes, parameters["why_left"])
    return StageResult(list(entries), rejects)


STAGE = Stage(
    "split",
    1,
    run,
    LedgerEntry,
    needs=("dedupe",),
    settings=("sizes",),
    across=True,
    reads_ledger=True,
)
