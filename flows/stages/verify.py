"""A second model says what is wrong with each case, and with some that are faulty on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractors.cases.answers import Verified
from extractors.cases.planted import plant
from extractors.cases.steps import reject_of, verdict_of, verify_messages
from flows.stages.articles import articles
from flows.stages.asking import Models, answered, each
from schemas.article import Article
from schemas.case import Case, Verification
from schemas.reject import Reject
from schemas.stage import Inputs, Stage, StageResult, Waiting


async def ask(inputs: Inputs, parameters: Mapping[str, Any], models: Models) -> StageResult:
    """Judge the cases that are no duplicates; the planted ones are told by their ids."""
    kept, planted = set(parameters["kept"]), parameters["planted"]
    cases = {case.pmcid: case for case in inputs.rows("cases", Case) if case.pmcid in kept}

    async def judged(case: Case, article: Article) -> Verification | Reject | Waiting:
        answer = await answered(models.verify(verify_messages(article, case)))
        if isinstance(answer, Verified):
            return verdict_of(answer, case, article, parameters["verify_model"])
        if isinstance(answer, (Reject, Waiting)):
            return answer
        raise TypeError(f"a verifier answered with {type(answer).__name__}")

    async def sound(pmcid: str, article: Article) -> Verification | Reject | Waiting:
        made = await judged(cases[pmcid], article)
        return (reject_of(made) or made) if isinstance(made, Verification) else made

    async def faulty(pmcid: str, article: Article) -> Verification | Reject | Waiting:
        return await judged(plant(cases[pmcid], article, planted[pmcid]).case, article)

    # Of several shards the last has the current version.
    told = {pmcid: article for pmcid, article in articles(inputs) if pmcid in cases}
    made = await each(told.items(), sound, models)
    plain = ((pmcid, article) for pmcid, article in told.items() if pmcid in planted)
    tried = await each(plain, faulty, models)
    return _together(made, tried)


def _together(made: StageResult, tried: StageResult) -> StageResult:
    """Both outcomes; a case waits with its planted one, so that none goes missing unseen."""
    waiting = tried.waiting
    rows = [row for row in made.rows if row.pmcid not in waiting]
    rejects = [reject for reject in made.rejects if reject.article not in waiting]
    return StageResult(rows + tried.rows, rejects, made.waiting | waiting)


STAGE = Stage("verify", 2, None, Verification, needs=("read", "cases"), asks=ask)
