"""Drafts that failed are mended once by the model that made them, and proved again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractors.cases.answers import Repaired
from extractors.cases.steps import repair_messages, repaired
from extractors.checks import run_checks
from extractors.grounding import ground, ungrounded_parts
from flows.stages.articles import articles
from flows.stages.asking import Models, answered, each
from schemas.article import Article
from schemas.case import Case, Draft
from schemas.reject import Reject
from schemas.stage import Inputs, Stage, StageResult


async def ask(inputs: Inputs, parameters: Mapping[str, Any], models: Models) -> StageResult:
    """Let sound cases through, and have each of the others mended once."""
    cases = {case.pmcid: case for case in inputs.rows("check", Case)}
    drafts = {draft.pmcid: draft for draft in inputs.rows("extract", Draft)}
    faults = {
        reject.article: Reject(reject.reason, reject.detail, reject.evidence)
        for stage in ("ground", "check")
        for reject in inputs.rejects(stage)
    }

    async def one(pmcid: str, article: Article) -> object:
        if pmcid in cases:
            return cases[pmcid]
        draft = drafts[pmcid]
        findings = ungrounded_parts(draft, article) or (faults[pmcid],)
        answer = await answered(models.extract(repair_messages(article, draft, findings)))
        if not isinstance(answer, Repaired):
            return answer
        return proved(repaired(draft, answer, article), article)

    known = cases.keys() | faults.keys()
    return await each(((p, a) for p, a in articles(inputs) if p in known), one, models)


def proved(draft: Draft | Reject, article: Article) -> Case | Reject:
    """The case that a draft makes, if it is grounded and passes every check."""
    case = draft if isinstance(draft, Reject) else ground(draft, article)
    if isinstance(case, Reject):
        return case
    return run_checks(case, article) or case


STAGE = Stage(
    "repair",
    2,
    None,
    Case,
    needs=("read", "extract", "ground", "check"),
    takes_up_rejects=True,
    asks=ask,
)
