"""What a second model said of a case, as far as it can be proved."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from extractors.cases.answers import Flag, Flagged, Verified
from extractors.cases.prompts import PROMPTS
from extractors.grounding.quotes import locate
from extractors.language.stems import content_stems
from schemas.article import Article
from schemas.case import Case, Finding, Verdict, Verification
from schemas.reject import Reject

FLAGS: tuple[str, ...] = get_args(Flag)
_ABOUT_STATEMENTS = frozenset({"quote_does_not_carry_claim", "rests_on_withheld"})
_ABOUT_THE_ANSWER = frozenset({"answer_in_prompt", "wrong_diagnosis"})
_MARKS = frozenset({"rests_on_withheld"})
_FEWEST_WORDS = 2


def verdict_of(verified: Verified, case: Case, article: Article, model: str) -> Verification:
    """The flags that are proved, and the verdict that they make; the others are counted."""
    findings: dict[Finding, None] = {}
    unproved = 0
    for item in verified.flags:
        if _proved(item, case, article):
            statement = item.statement if item.flag in _ABOUT_STATEMENTS else None
            findings[Finding(item.flag, statement, item.evidence.strip(), item.reason)] = None
        else:
            unproved += 1
    raised = {item.flag for item in findings}
    return Verification(
        pmcid=case.pmcid,
        verdict=Verdict(
            model=model,
            passed=raised <= _MARKS,
            flags=tuple(flag for flag in FLAGS if flag in raised),
        ),
        findings=tuple(findings),
        unproved=unproved,
        prompt=PROMPTS["verify"].version,
    )


def reject_of(made: Verification) -> Reject | None:
    """Why the case is turned away, if it is: the gravest of the flags, with its evidence."""
    faults = [item for item in made.findings if item.flag not in _MARKS]
    if not faults:
        return None
    gravest = min(faults, key=lambda item: FLAGS.index(item.flag))
    about = f"statement {gravest.statement}: " if gravest.statement else ""
    return Reject(gravest.flag, f"{about}{gravest.reason}", gravest.evidence)


def marked(case: Case, made: Verification) -> Case:
    """The case with each statement marked that rests on what the prompt withholds."""
    withheld = {item.statement for item in made.findings if item.flag in _MARKS}
    statements = tuple(
        replace(item, in_prompt=False) if number in withheld else item
        for number, item in enumerate(case.statements, 1)
    )
    return replace(case, statements=statements)


def _proved(item: Flagged, case: Case, article: Article) -> bool:
    """Whether the evidence stands where such a flag has it, and the statement is in the case."""
    if item.flag in _ABOUT_STATEMENTS and not 1 <= (item.statement or 0) <= len(case.statements):
        return False
    fewest = 1 if item.flag in _ABOUT_THE_ANSWER else _FEWEST_WORDS
    if len(item.evidence.split()) < fewest or not content_stems(item.evidence):
        return False
    shown = _holds(case.case_prompt, item.evidence)
    if item.flag == "answer_in_prompt":
        return shown
    told = any(
        _holds(part, item.evidence) for part in (article.text, article.title, article.abstract)
    )
    return told and not shown if item.flag in _MARKS else told or shown


def _holds(text: str, words: str) -> bool:
    """Whether the text holds the words; a single one must be a word of it, not a part of one."""
    if len(words.split()) > 1:
        return locate(words, text) is not None
    return set(content_stems(words)) <= set(content_stems(text))
