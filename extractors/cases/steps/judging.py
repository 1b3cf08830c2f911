"""Whether an article is worth a question, by what a model judged of it."""

from __future__ import annotations

from dataclasses import dataclass

from extractors.cases.answers import Scored
from schemas.case import Scores
from schemas.reject import Reject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What an article must reach; by default what the reference's authors asked."""

    differential: bool = True
    stated_diagnosis: bool = True
    thoroughness: int = 3


def judge(scored: Scored, thresholds: Thresholds) -> Scores | Reject:
    """The scores, or why they do not suffice."""
    if not scored.single_human_patient:
        return Reject("several_patients", "it does not report exactly one human patient")
    stated, weighed, told = scored.stated_diagnosis, scored.differential, scored.thoroughness
    if thresholds.stated_diagnosis and not stated.answer:
        return Reject("no_diagnosis", stated.reason, stated.quote)
    if thresholds.differential and not weighed.answer:
        return Reject("no_alternatives", weighed.reason, weighed.quote)
    if told.score < thresholds.thoroughness:
        detail = f"thoroughness {told.score}, {thresholds.thoroughness} is needed: {told.reason}"
        return Reject("thin", detail, told.quote)
    return scores_of(scored)


def scores_of(scored: Scored) -> Scores:
    """The scores as a row keeps them."""
    return Scores(
        thoroughness=scored.thoroughness.score,
        differential=scored.differential.answer,
        integrative=scored.integrative.score,
        transparency=scored.transparency.score,
        stated_diagnosis=scored.stated_diagnosis.answer,
        imaging_dependent=scored.imaging_dependent,
        specialty=" ".join(scored.specialty.split()) or None,
    )
