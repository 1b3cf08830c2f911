"""Candidates become draft cases: by rules, or by a model that scores them first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from extractors.cases.answers import Extracted, Scored
from extractors.cases.rules import draft
from extractors.cases.steps import Thresholds, draft_of, extract_messages, judge, score_messages
from flows.stages.articles import articles
from flows.stages.asking import Models, answered, each
from flows.stages.select import Candidate
from schemas.article import Article
from schemas.case import Draft
from schemas.reject import Reject
from schemas.stage import Inputs, Stage, StageResult, Waiting


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Draft a case of every candidate by rules."""
    made = StageResult()
    for pmcid, article in _candidates(inputs, parameters):
        made.add(pmcid, draft(article))
    return made


async def ask(inputs: Inputs, parameters: Mapping[str, Any], models: Models) -> StageResult:
    """Have a model score every candidate, and draft a case of those that suffice."""
    thresholds = thresholds_of(parameters)

    async def one(_pmcid: str, article: Article) -> Draft | Reject | Waiting:
        scored = await score(article, models)
        if not isinstance(scored, Scored):
            return scored
        if isinstance(reject := judge(scored, thresholds), Reject):
            return reject
        return await drafted(article, scored, parameters, models)

    return await each(_candidates(inputs, parameters), one, models)


def thresholds_of(parameters: Mapping[str, Any]) -> Thresholds:
    """What a score must reach."""
    return Thresholds(
        differential=parameters["differential"],
        stated_diagnosis=parameters["stated_diagnosis"],
        thoroughness=parameters["min_thoroughness"],
    )


async def score(article: Article, models: Models) -> Scored | Reject | Waiting:
    """What a model says of an article."""
    scored = await answered(models.extract(score_messages(article)))
    return scored if isinstance(scored, Scored) else _turned_away(scored)


async def drafted(
    article: Article, scored: Scored, parameters: Mapping[str, Any], models: Models
) -> Draft | Reject | Waiting:
    """The draft that a model makes of an article which it scored."""
    extracted = await answered(models.extract(extract_messages(article, scored)))
    if not isinstance(extracted, Extracted):
        return _turned_away(extracted)
    made_by = " ".join(parameters["prompts"])
    return draft_of(article, scored, extracted, parameters["extract_model"], made_by)


def _candidates(inputs: Inputs, parameters: Mapping[str, Any]) -> Iterator[tuple[str, Article]]:
    """The candidates, of which `wanted` names those that a limit leaves."""
    candidates = {row.pmcid for row in inputs.rows("select", Candidate)}
    if parameters.get("wanted") is not None:
        candidates &= set(parameters["wanted"])
    return ((pmcid, article) for pmcid, article in articles(inputs) if pmcid in candidates)


def _turned_away(outcome: object) -> Reject | Waiting:
    if not isinstance(outcome, (Reject, Waiting)):
        raise TypeError(f"a step was answered with {type(outcome).__name__}")
    return outcome


STAGE = Stage("extract", 3, run, Draft, needs=("read", "select"), settings=("extractor",), asks=ask)
