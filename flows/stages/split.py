"""Cases are given their split and their number, for good: the rows are the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from extractors.corpus.splits import TEST, CannotSplit, Demand, assign
from flows.errors import UsageError
from schemas.reject import RejectedArticle
from schemas.split import Clustered, LedgerEntry, SplitCase
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Place new cases that no verifier turned away; nobody who has a place moves.

    Where a better case was turned away, the duplicate that passed stands `instead` of it.
    """
    ledger = [LedgerEntry(**row) for row in parameters["ledger"]]
    cases = _cases(inputs, parameters)
    hits = frozenset(parameters["not_in_test"])
    barred = _barred(cases, ledger, hits)
    cases = [case for case in cases if case.pmcid not in barred]
    why_left = parameters["why_left"] | dict.fromkeys(barred, "contaminated")
    demand = Demand.parse(parameters, strict=parameters["strict"], not_in_test=hits)
    try:
        entries, rejects = assign(cases, ledger, demand, why_left)
    except CannotSplit as error:
        raise UsageError(f"{error}; nothing was released") from None
    return StageResult(list(entries), [*rejects, *barred.values()])


def _cases(inputs: Inputs, parameters: Mapping[str, Any]) -> list[SplitCase]:
    instead, out = parameters["instead"], set(parameters["turned_away"])
    clusters = {
        instead.get(case.pmcid, case.pmcid): case.cluster
        for case in inputs.rows("dedupe", Clustered)
    }
    asked = parameters["asked"]
    return [
        SplitCase(pmcid, cluster, **asked.get(pmcid, {}))
        for pmcid, cluster in clusters.items()
        if pmcid not in out
    ]


def _barred(
    cases: Iterable[SplitCase], ledger: Iterable[LedgerEntry], hits: Collection[str]
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
    2,
    run,
    LedgerEntry,
    needs=("dedupe",),
    settings=(
        *("scheme", "sizes", "seed", "dated_by", "cut_off"),
        *("test_needs", "stratify", "holdout_labels"),
    ),
    across=True,
    reads_ledger=True,
)
