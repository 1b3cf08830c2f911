"""Across all cases: one row for each report, one cluster for each patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extractors.corpus.groups import Profile, group, profile
from flows.stages.current import current_rows
from schemas.article import Ids
from schemas.case import Statement
from schemas.split import Clustered
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
    statements: tuple[Statement, ...]


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Drop duplicates and cluster relatives among the current version of every case."""
    published = {row["pmcid"] for row in parameters["ledger"] if not row["left"]}
    thresholds = {name: parameters[name] for name in STAGE.settings}
    clusters, rejects = group(_profiles(inputs), published=published, **thresholds)
    return StageResult(list(clusters), rejects)


def _profiles(inputs: Inputs) -> list[Profile]:
    profiles = []
    for shard, current in current_rows(inputs):
        cases = {case.pmcid: case for case in shard.rows("cases", _Case) if case.pmcid in current}
        for article in shard.rows("read", _Article):
            case = cases.get(article.ids.pmcid or "")
            if case:
                exact = sum(statement.status == "exact" for statement in case.statements)
                profiles.append(
                    profile(
                        case.pmcid,
                        f"{case.case_prompt}\n{article.text}",
                        case.case_prompt,
                        case.final_diagnosis,
                        article.authors,
                        exact,
                    )
                )
    return profiles


STAGE = Stage(
    "dedupe",
    1,
    run,
    Clustered,
    needs=("capture", "read", "cases"),
    settings=("duplicate_similarity", "related_similarity"),
    across=True,
)
