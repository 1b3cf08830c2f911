"""Cases are given their split and their number, for good: the rows are the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from extractors.corpus.splits import TEST, Sizes, assign
from schemas.reject import RejectedArticle
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
    hits = set(parameters["not_in_test"])
    barred = _barred(cases, ledger, hits)
    cases = [case for case in cases if case.pmcid not in barred]
    why_left = parameters["why_left"] | dict.fromkeys(barred, "contaminated")
    sizes = Sizes.parse(parameters["sizes"])
    entries, rejects = assign(cases, ledger, sizes, why_left, not_in_test=hits)
    return StageResult(list(entries), [*rejects, *barred.values()])


def _barred(
    cases: Iterable[Clustered], ledger: Iterable[LedgerEntry], hits: Collection[str]
) -> dict[str, RejectedArticle]:
    """The hits whose place, or whose relatives' place, is in test: nobody moves, so they leave."""
    cases = list(cases)
    splits = {entry.pmcid: entry.split for entry in ledger}
    in_test = {case.cluster for case in cases if splits.get(case.pmcid) == TEST}
    barred = {}
    for case in cases:
        where = splits.get(case.pmcid)
        if case.pmcid in hits and (where == TEST or (where is None and case.cluster in in_test)):
            who = "it lay" if where else "its relatives lie"
            detail = f"{who} in test, and another benchmark holds it too"
            barred[case.pmcid] = RejectedArticle(case.pmcid, "contaminated", detail, "")
    return barred


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
