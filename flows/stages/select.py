"""Articles that can become a diagnostic question are candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extractors.cases.select import select
from flows.stages.articles import articles
from schemas.stage import Inputs, Stage, StageResult


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that the extractor may be asked about."""

    pmcid: str


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Turn away what cannot become a question."""
    made = StageResult()
    for pmcid, article in articles(inputs):
        made.add(pmcid, select(article, **parameters) or Candidate(pmcid))
    return made


STAGE = Stage("select", 2, run, Candidate, needs=("read",), settings=("min_words", "max_words"))
