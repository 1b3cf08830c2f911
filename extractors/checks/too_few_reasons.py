"""Reasoning needs something for the answer and something against others."""

from __future__ import annotations

from extractors.checks import Check
from extractors.language.counts import counted
from extractors.language.heads import core_names
from extractors.language.stems import content_stems
from extractors.language.terms import mentions
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

FEWEST_ALTERNATIVES = 2
FEWEST_SUPPORTS = 1
CHECK = Check(
    reason="too_few_reasons",
    says=f"Fewer than {FEWEST_ALTERNATIVES} other diagnoses are argued against, or fewer than "
    f"{FEWEST_SUPPORTS} statement supports the answer.",
    needs=("statements", "final_diagnosis"),
    helps=("final_diagnosis_aliases",),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the statements weigh enough."""
    answer = (case.final_diagnosis, *case.final_diagnosis_aliases)
    others = {
        frozenset(content_stems(item.diagnosis))
        for item in case.statements
        if item.diagnosis and item.bears == "excludes" and not _names_answer(item.diagnosis, answer)
    }
    supports = sum(
        item.bears == "supports" and _is_answer(item.diagnosis, answer) for item in case.statements
    )
    if len(others) < FEWEST_ALTERNATIVES:
        said = counted(len(others), "other diagnosis is", "other diagnoses are")
        return CHECK.reject(f"{said} weighed, {FEWEST_ALTERNATIVES} are needed")
    if supports < FEWEST_SUPPORTS:
        said = counted(supports, "statement supports", "statements support")
        return CHECK.reject(f"{said} the answer, {FEWEST_SUPPORTS} is needed")
    return None


def _is_answer(diagnosis: str, answer: tuple[str, ...]) -> bool:
    """Whether a statement is about the answer, by whichever of its names or a part of one."""
    stems = set(content_stems(diagnosis))
    return any(stems <= set(content_stems(name)) or mentions(diagnosis, [name]) for name in answer)


def _names_answer(diagnosis: str, answer: tuple[str, ...]) -> bool:
    """Whether a statement names the answer in full, or its head with its qualifiers."""
    stems = set(content_stems(diagnosis))
    cores = (core for name in answer for core in core_names(name))
    return any(stems == set(content_stems(name)) for name in (*answer, *cores)) or mentions(
        diagnosis, answer
    )
